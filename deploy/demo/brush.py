"""Anti-aliased shapes painted into a frame in place: discs, glows, balls, strokes, polygons, hills."""

import math

import numpy as np
from canvas import Colour, Frame, Points
from compiled import compiled
from numpy.typing import NDArray


@compiled
def _blend(frame: Frame, y: int, x: int, tint: Colour, share: float) -> None:
    keep = 1.0 - share
    frame[y, x, 0] = frame[y, x, 0] * keep + tint[0] * share
    frame[y, x, 1] = frame[y, x, 1] * keep + tint[1] * share
    frame[y, x, 2] = frame[y, x, 2] * keep + tint[2] * share


@compiled
def disc(
    frame: Frame, cx: float, cy: float, radius: float, tint: Colour, alpha: float = 1.0, soft: float = 1.0
) -> None:
    """A round spot; `soft` is the width of its edge in pixels."""
    height, width = frame.shape[0], frame.shape[1]
    reach = radius + soft
    for y in range(max(0, int(cy - reach)), min(height, int(cy + reach) + 2)):
        for x in range(max(0, int(cx - reach)), min(width, int(cx + reach) + 2)):
            distance = math.sqrt((x - cx) ** 2 + (y - cy) ** 2)
            cover = (radius - distance) / soft + 0.5
            if cover > 0.0:
                _blend(frame, y, x, tint, min(cover, 1.0) * alpha)


@compiled
def ellipse(
    frame: Frame,
    cx: float,
    cy: float,
    rx: float,
    ry: float,
    tilt: float,
    tint: Colour,
    alpha: float = 1.0,
    soft: float = 1.0,
) -> None:
    """A tilted (radians) oval; `soft` is the width of its edge in pixels."""
    height, width = frame.shape[0], frame.shape[1]
    small = min(rx, ry)
    reach = max(rx, ry) * (1.0 + 0.5 * soft / small) + 1.0
    c, s = math.cos(tilt), math.sin(tilt)
    for y in range(max(0, int(cy - reach)), min(height, int(cy + reach) + 2)):
        for x in range(max(0, int(cx - reach)), min(width, int(cx + reach) + 2)):
            u, v = (x - cx) * c + (y - cy) * s, (y - cy) * c - (x - cx) * s
            cover = (1.0 - math.sqrt((u / rx) ** 2 + (v / ry) ** 2)) * small / soft + 0.5
            if cover > 0.0:
                _blend(frame, y, x, tint, min(cover, 1.0) * alpha)


@compiled
def glow(frame: Frame, cx: float, cy: float, radius: float, tint: Colour, strength: float = 1.0) -> None:
    """Light added around a point; half as bright at about half the radius."""
    height, width = frame.shape[0], frame.shape[1]
    for y in range(max(0, int(cy - radius)), min(height, int(cy + radius) + 2)):
        for x in range(max(0, int(cx - radius)), min(width, int(cx + radius) + 2)):
            near = 1.0 - ((x - cx) ** 2 + (y - cy) ** 2) / (radius * radius)
            if near > 0.0:
                light = strength * near * near * near
                frame[y, x, 0] += tint[0] * light
                frame[y, x, 1] += tint[1] * light
                frame[y, x, 2] += tint[2] * light


@compiled
def ball(
    frame: Frame, cx: float, cy: float, radius: float, tint: Colour, shine: float = 0.35, dark: float = 0.45
) -> None:
    """A sphere lit from the upper left; `shine` is its highlight, `dark` the depth of its shaded side."""
    height, width = frame.shape[0], frame.shape[1]
    for y in range(max(0, int(cy - radius - 1)), min(height, int(cy + radius) + 3)):
        for x in range(max(0, int(cx - radius - 1)), min(width, int(cx + radius) + 3)):
            u, v = (x - cx) / radius, (y - cy) / radius
            distance = math.sqrt(u * u + v * v)
            cover = (1.0 - distance) * radius + 0.5
            if cover <= 0.0:
                continue
            z = math.sqrt(max(0.0, 1.0 - u * u - v * v))
            facing = -0.45 * u - 0.6 * v + 0.66 * z
            light = 1.0 - dark * (1.0 - max(0.0, facing)) + 0.1 * (1.0 - z) * dark
            spot = shine * max(0.0, facing) ** 26
            lit = (tint[0] * light + spot, tint[1] * light + spot, tint[2] * light + spot)
            _blend(frame, y, x, lit, min(cover, 1.0))


@compiled
def _cover_segment(
    mask: Frame, ox: int, oy: int, a: Points, b: Points, wa: float, wb: float, ta: float, tb: float
) -> None:
    """Raises mask[..., 0] to the coverage of one tapered segment and notes its place along the stroke in mask[..., 1]."""
    reach = max(wa, wb) + 1.5
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy + 1e-9
    for y in range(
        max(0, int(min(a[1], b[1]) - reach) - oy), min(mask.shape[0], int(max(a[1], b[1]) + reach) + 2 - oy)
    ):
        for x in range(
            max(0, int(min(a[0], b[0]) - reach) - ox), min(mask.shape[1], int(max(a[0], b[0]) + reach) + 2 - ox)
        ):
            px, py = x + ox - a[0], y + oy - a[1]
            t = min(1.0, max(0.0, (px * dx + py * dy) / length))
            distance = math.sqrt((px - t * dx) ** 2 + (py - t * dy) ** 2)
            cover = min(1.0, wa + (wb - wa) * t - distance + 0.5)
            if cover > mask[y, x, 0]:
                mask[y, x, 0] = cover
                mask[y, x, 1] = ta + (tb - ta) * t


@compiled
def stroke(
    frame: Frame,
    line: Points,
    widths: NDArray[np.float64],
    start: Colour,
    end: Colour,
    alpha: float = 1.0,
    fade: float = 1.0,
) -> None:
    """A soft-ended stroke through the points (x, y); `widths` are radii, the colour runs from start to end, and
    the opacity from alpha to alpha * fade. It covers itself without darkening."""
    height, width = frame.shape[0], frame.shape[1]
    most = widths.max() + 2.0
    x0, x1 = max(0, int(line[:, 0].min() - most)), min(width, int(line[:, 0].max() + most) + 2)
    y0, y1 = max(0, int(line[:, 1].min() - most)), min(height, int(line[:, 1].max() + most) + 2)
    if x1 <= x0 or y1 <= y0:
        return
    mask = np.zeros((y1 - y0, x1 - x0, 2), np.float32)
    count = line.shape[0] - 1
    for i in range(count):
        _cover_segment(mask, x0, y0, line[i], line[i + 1], widths[i], widths[i + 1], i / count, (i + 1) / count)
    for y in range(y1 - y0):
        for x in range(x1 - x0):
            if mask[y, x, 0] > 0.0:
                t = mask[y, x, 1]
                tint = (
                    start[0] + (end[0] - start[0]) * t,
                    start[1] + (end[1] - start[1]) * t,
                    start[2] + (end[2] - start[2]) * t,
                )
                _blend(frame, y + y0, x + x0, tint, mask[y, x, 0] * alpha * (1.0 + (fade - 1.0) * t))


@compiled
def _add_span(cover: NDArray[np.float64], a: float, b: float, weight: float) -> None:
    ia, ib = int(a), int(b)
    if ia == ib:
        cover[ia] += (b - a) * weight
        return
    cover[ia] += (ia + 1 - a) * weight
    for x in range(ia + 1, ib):
        cover[x] += weight
    cover[ib] += (b - ib) * weight


@compiled
def polygon(frame: Frame, points: Points, tint: Colour, alpha: float = 1.0) -> None:
    """A filled polygon (even-odd) through the points (x, y)."""
    height, width, count = frame.shape[0], frame.shape[1], points.shape[0]
    cover = np.zeros(width + 2)
    crossings = np.empty(count)
    for y in range(max(0, int(points[:, 1].min()) - 1), min(height, int(points[:, 1].max()) + 2)):
        cover[:] = 0.0
        for sub in range(4):
            sy = y + (sub + 0.5) / 4.0 - 0.5
            found = 0
            for i in range(count):
                j = (i + 1) % count
                ya, yb = points[i, 1], points[j, 1]
                if (ya <= sy) != (yb <= sy):
                    crossings[found] = points[i, 0] + (sy - ya) / (yb - ya) * (points[j, 0] - points[i, 0]) + 0.5
                    found += 1
            row = np.sort(crossings[:found])
            for k in range(0, found - 1, 2):
                a, b = min(max(row[k], 0.0), float(width)), min(max(row[k + 1], 0.0), float(width))
                if b > a:
                    _add_span(cover, a, b, 0.25)
        for x in range(width):
            if cover[x] > 0.0:
                _blend(frame, y, x, tint, min(cover[x], 1.0) * alpha)


@compiled
def hills(
    frame: Frame, ridge: NDArray[np.float64], top: Colour, base: Colour, depth: float, shade: float = 0.0
) -> None:
    """Fills below a ridge (one y per column); the colour runs from top to base within `depth` pixels, and a soft
    shadow of the strength `shade` falls on what lies behind, as on cut paper."""
    height, width = frame.shape[0], frame.shape[1]
    for x in range(width):
        edge = ridge[x]
        if shade > 0.0:
            for y in range(max(0, int(edge) - 18), min(height, int(edge) + 1)):
                near = 1.0 - (edge - y) / 18.0
                dark = 1.0 - shade * near * near
                frame[y, x, 0] *= dark
                frame[y, x, 1] *= dark
                frame[y, x, 2] *= dark
        for y in range(max(0, int(edge)), height):
            t = min(1.0, max(0.0, (y - edge) / depth))
            tint = (top[0] + (base[0] - top[0]) * t, top[1] + (base[1] - top[1]) * t, top[2] + (base[2] - top[2]) * t)
            _blend(frame, y, x, tint, min(1.0, y + 1.0 - edge))
