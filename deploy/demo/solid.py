"""Rounded solids by sphere tracing: soft light, soft shadow, a plain ground; what they are made of is in `shapes`."""

import math

from canvas import Colour, Frame
from compiled import compiled
from numpy import float64
from numpy.typing import NDArray
from shapes import distance, material

Numbers = NDArray[float64]


@compiled
def _shadow(kind: int, x: float, y: float, z: float, phase: float, light: Numbers) -> float:
    """0 in full shadow, 1 in full light, with a soft edge."""
    result, t = 1.0, 0.04
    for _ in range(22):
        d = distance(kind, x + light[0] * t, y + light[1] * t, z + light[2] * t, phase)
        result = min(result, 7.0 * d / t)
        if result < 0.02 or t > 4.0:
            break
        t += min(0.25, max(0.03, d))
    return max(0.0, result)


@compiled
def _misses(px: float, py: float, pz: float, dx: float, dy: float, dz: float, round_: float, middle: float) -> bool:
    """Whether a ray passes outside the ball around the solid."""
    qy = py - middle
    along = -(px * dx + qy * dy + pz * dz)
    return px * px + qy * qy + pz * pz - along * along > round_ * round_


@compiled
def _surface(
    kind: int,
    at: tuple[float, float, float],
    way: tuple[float, float, float],
    phase: float,
    light: Numbers,
    back: Numbers,
    out: Numbers,
) -> None:
    """The lit colour of the solid at a point of its surface, seen along `way`."""
    x, y, z = at
    dx, dy, dz = way
    e = 0.004
    nx = distance(kind, x + e, y, z, phase) - distance(kind, x - e, y, z, phase)
    ny = distance(kind, x, y + e, z, phase) - distance(kind, x, y - e, z, phase)
    nz = distance(kind, x, y, z + e, phase) - distance(kind, x, y, z - e, phase)
    n = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
    nx, ny, nz = nx / n, ny / n, nz / n
    gloss = material(kind, x, y, z, phase, out)
    facing = max(0.0, nx * light[0] + ny * light[1] + nz * light[2])
    shade = _shadow(kind, x + nx * 0.02, y + ny * 0.02, z + nz * 0.02, phase, light) if facing > 0 else 0.0
    close = min(1.0, max(0.0, 0.35 + 0.65 * distance(kind, x + nx * 0.16, y + ny * 0.16, z + nz * 0.16, phase) / 0.16))
    hx, hy, hz = light[0] - dx, light[1] - dy, light[2] - dz
    h = math.sqrt(hx * hx + hy * hy + hz * hz)
    spot = max(0.0, (nx * hx + ny * hy + nz * hz) / h) ** (10 + 70 * gloss) * gloss * shade
    rim = (1 - max(0.0, -(nx * dx + ny * dy + nz * dz))) ** 3
    sky = (0.5 + 0.5 * ny) * close
    for part in range(3):
        ambient = 0.34 * back[part] + 0.22 * sky * back[3 + part] + 0.10
        out[part] = (
            out[part] * (ambient * (0.5 + 0.5 * close) + 0.78 * facing * shade)
            + 0.75 * spot
            + 0.16 * rim * back[part] * close
        )


@compiled
def _ground(kind: int, x: float, z: float, phase: float, view: Numbers, back: Numbers, out: Numbers) -> None:
    """The ground's colour, with the solid's shadow on it, fading into the wall with distance."""
    light = view[4:7]
    shade, close = 1.0, 1.0
    if not _misses(x, 0.01, z, light[0], light[1], light[2], view[7], view[8]):
        shade = 0.55 + 0.45 * _shadow(kind, x, 0.01, z, phase, light)
    if x * x + z * z < 4.0:
        close = min(1.0, 0.55 + 1.5 * max(0.0, distance(kind, x, 0.08, z, phase)))
    fade = min(1.0, (x * x + z * z) * 0.035)
    fade = fade * fade
    for part in range(3):
        floor = back[6 + part] * shade * close
        out[part] = floor * (1 - fade) + back[part] * fade


@compiled
def _sample(kind: int, u: float, v: float, phase: float, view: Numbers, back: Numbers, out: Numbers) -> None:
    """The colour seen through one point of the picture, u and v in -1..1 by the width."""
    eye_y, eye_z, pitch, zoom = view[0], view[1], view[2], view[3]
    c, s = math.cos(pitch), math.sin(pitch)
    dx, dy, dz = u, -v, -zoom
    dy, dz = dy * c + dz * s, dz * c - dy * s
    length = math.sqrt(dx * dx + dy * dy + dz * dz)
    dx, dy, dz = dx / length, dy / length, dz / length
    along = -((eye_y - view[8]) * dy + eye_z * dz)
    inside = view[7] ** 2 - eye_z**2 - (eye_y - view[8]) ** 2 + along * along
    if abs(dx) * eye_z > view[9] * math.sqrt(dx * dx + dz * dz):
        inside = -1.0
    t, hit, end = along, False, along
    if inside > 0.0:
        t, end = along - math.sqrt(inside), along + math.sqrt(inside)
    for _ in range(70):
        if t >= end:
            break
        d = distance(kind, dx * t, eye_y + dy * t, eye_z + dz * t, phase)
        if d < 0.0025:
            hit = True
            break
        t += d
    ground = (0.0 - eye_y) / dy if dy < -1e-4 else 1e9
    if hit and t < ground:
        _surface(kind, (dx * t, eye_y + dy * t, eye_z + dz * t), (dx, dy, dz), phase, view[4:7], back, out)
    elif ground < 30.0:
        _ground(kind, dx * ground, eye_z + dz * ground, phase, view, back, out)
    else:
        up = min(1.0, max(0.0, dy * 1.6 + 0.2))
        for part in range(3):
            out[part] = back[part] * (1 - up) + back[3 + part] * up


@compiled
def trace(frame: Frame, kind: int, phase: float, view: Numbers, back: Numbers, out: Numbers) -> None:
    """Paints the whole frame; two looks a pixel, four where they differ."""
    height, width = frame.shape[0], frame.shape[1]
    for y in range(height):
        for x in range(width):
            red, green, blue, count, last = 0.0, 0.0, 0.0, 0, 0.0
            differs = 0.0
            for k in range(4):
                if k == 2 and differs < 0.05:
                    break
                ox, oy = (0.25, 0.75, 0.75, 0.25)[k], (0.25, 0.75, 0.25, 0.75)[k]
                _sample(kind, 2 * (x + ox) / width - 1, (2 * (y + oy) - height) / width, phase, view, back, out)
                bright = out[0] + out[1] + out[2]
                if k == 1:
                    differs = abs(bright - last)
                last = bright
                red, green, blue, count = red + out[0], green + out[1], blue + out[2], count + 1
            frame[y, x, 0], frame[y, x, 1], frame[y, x, 2] = red / count, green / count, blue / count


def backdrop(wall: Colour, sky: Colour, floor: Colour) -> list[float]:
    """The nine numbers that `trace` wants as its surroundings."""
    return [*wall, *sky, *floor]
