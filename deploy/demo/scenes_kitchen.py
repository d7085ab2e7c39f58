"""The baker's and the ceramicist's clips: solids in soft light, coffee, icing, a pretzel, a candle, painted plates."""

import math

import brush
import numpy as np
import shapes
from canvas import (
    TURN,
    Colour,
    Frame,
    Painter,
    Scene,
    Size,
    Start,
    colour,
    mix,
    palette,
    smooth,
    vertical,
    vignette,
)
from compiled import compiled
from noise import cloud, noise
from solid import backdrop, trace


def solid(
    kind: int, wall: str, sky: str, floor: str, eye: tuple[float, ...], ball: tuple[float, float, float]
) -> Start:
    """A solid on its ground; `eye` is the camera's height, distance, downward pitch and zoom, `ball` the radius and
    the height of the middle of a ball that holds all of the solid, and the radius of an upright column that does."""
    back = np.array(backdrop(colour(wall), colour(sky), colour(floor)))
    light = np.array([-0.52, 0.72, 0.46])
    view = np.array([*eye, *(light / np.linalg.norm(light)), *ball])

    def start(size: Size) -> Painter:
        frame = np.zeros((size.height, size.width, 3), np.float32)
        out = np.zeros(3)

        def paint(phase: float) -> Frame:
            trace(frame, kind, phase, view, back, out)
            return frame

        return paint

    return start


@compiled
def _paint_coffee(frame: Frame, phase: float) -> None:
    height, width = frame.shape[0], frame.shape[1]
    cx, cy, cup = width / 2, 455.0, 236.0
    for y in range(height):
        for x in range(width):
            u, v = (x - cx) / cup, (y - cy) / cup
            radius = math.sqrt(u * u + v * v)
            if radius > 1.0:
                continue
            angle = (
                math.atan2(v, u) + 2.4 * (1 - radius) ** 2 * math.sin(6.2832 * phase) + 0.5 * math.sin(6.2832 * phase)
            )
            px, py = radius * math.cos(angle), radius * math.sin(angle)
            a = noise(px * 1.6, py * 1.6, phase * 2, 2)
            b = cloud(px * 2.2 + 1.4 * a + 3.0, py * 2.2 - 1.2 * a, phase * 2, 2, 3)
            leaf = 0.0
            for k in range(5):
                ly = py + 0.52 - 0.26 * k
                bend = ly + 0.9 * px * px * (1 + 0.1 * k) + 0.05 * a
                wide = 0.60 - 0.09 * abs(k - 1.4)
                leaf = max(
                    leaf, min(1.0, max(0.0, (0.070 - abs(bend)) * 26)) * min(1.0, max(0.0, (wide - abs(px)) * 9))
                )
            stem = min(1.0, max(0.0, (0.028 - abs(px + 0.03 * a)) * 40)) * (1.0 if -0.66 < py < 0.72 else 0.0)
            milk = min(1.0, max(leaf * (1 - 0.85 * stem), 0.0) + max(0.0, b - 0.06) * 1.3)
            milk *= min(1.0, (1 - radius) * 7)
            crema = 0.5 + 0.5 * math.sin(radius * 14 + 3 * a)
            edge = min(1.0, max(0.0, (0.985 - radius) * cup / 2.5))
            ring = 1.0 - 0.45 * max(0.0, radius - 0.86) / 0.14
            for part in range(3):
                dark = (0.40, 0.21, 0.10)[part] * ring + (0.16, 0.10, 0.05)[part] * crema * 0.4
                light = (0.99, 0.93, 0.83)[part]
                tint = dark * (1 - milk) + light * milk
                frame[y, x, part] = frame[y, x, part] * (1 - edge) + tint * edge


def coffee(size: Size) -> Painter:
    """Milk turns in a cup of coffee."""
    base = vertical(size, palette("#5f8f86 #4f7f78 #3f6b66"))
    for n in range(18):
        line = np.array([(-10.0, n * 56 + 8 * math.sin(n)), (550.0, n * 56 + 14 * math.sin(n * 2.1))])
        brush.stroke(base, line, np.array([0.8, 1.4]), (0, 0.1, 0.1), (0, 0.1, 0.1), 0.14)
    brush.disc(base, 296, 500, 330, (0, 0.08, 0.08), 0.30, 60.0)
    brush.disc(base, 270, 455, 330, colour("#f4efe6"), 1.0, 2.0)
    brush.disc(base, 270, 455, 318, colour("#e6ddcf"), 1.0, 10.0)
    brush.disc(base, 278, 466, 262, (0.3, 0.25, 0.2), 0.35, 26.0)
    handle = np.array([(480.0, 350.0), (540.0, 300.0), (560.0, 352.0), (500.0, 420.0)])
    brush.stroke(base, handle, np.full(4, 15.0), colour("#fbf8f2"), colour("#e9e2d6"))
    brush.disc(base, 270, 455, 256, colour("#fdfbf6"), 1.0, 1.5)
    brush.disc(base, 273, 459, 238, colour("#8d7a66"), 1.0, 6.0)
    for n in range(7):
        a = 0.7 + n * 0.29
        bean = (90 + 150 * math.cos(a * 3) + n * 50, 850 + 30 * math.sin(n * 2.3))
        brush.ellipse(base, bean[0] + 4, bean[1] + 6, 27, 19, a, (0, 0.05, 0.05), 0.35, 6)
        brush.ellipse(base, bean[0], bean[1], 26, 18, a, colour("#4a2a1a"))
        brush.ellipse(base, bean[0], bean[1], 23, 3.0, a, colour("#2b160d"))
    corners = vignette(size, 0.3)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        _paint_coffee(frame, phase)
        return np.asarray(frame * corners)

    return paint


def icing(size: Size) -> Painter:
    """Icing runs down a pink cake while sprinkles fall on it."""
    base = vertical(size, palette("#bfe6e0 #d9efe4 #f3f3e2"))
    brush.hills(base, np.full(size.width, 820.0), colour("#f6d9b8"), colour("#e0b98c"), 140)
    rng = np.random.default_rng(10)
    falls = rng.uniform((70, 0, 0, 0), (470, 1, math.pi, 0.999), (46, 4))
    settled = rng.uniform((76, 0, 0, 0), (464, 1, math.pi, 0.999), (60, 4))
    tints = palette("#ff5a4f #ffb020 #4cc9f0 #7bd389 #b388eb #ffffff")
    x = np.arange(size.width)
    drips = sum(
        (
            h * np.exp(-(((x - c) / w) ** 4))
            for c, w, h in [
                (96, 24, 90),
                (150, 20, 48),
                (206, 26, 140),
                (262, 19, 66),
                (318, 24, 112),
                (372, 19, 44),
                (424, 25, 98),
                (462, 12, 60),
            ]
        ),
        np.zeros(size.width),
    )

    def paint(phase: float) -> Frame:
        frame = base.copy()
        brush.ellipse(frame, 270, 842, 290, 42, 0, (0.35, 0.2, 0.1), 0.25, 20)
        brush.ellipse(frame, 270, 826, 280, 40, 0, colour("#fdfbf7"))
        brush.ellipse(frame, 270, 820, 262, 33, 0, colour("#e8e4dc"))
        for y0, y1, tint in ((470, 640, "#f7a8b8"), (640, 660, "#fff6ea"), (660, 812, "#f58ea4")):
            body = np.array([(68, y0), (472, y0), (472, y1), (68, y1)])
            brush.polygon(frame, body, colour(tint))
            brush.ellipse(frame, 270, y1, 202, 26, 0, colour(tint))
        shade = np.array([(340, 470), (472, 470), (472, 812), (340, 812)])
        brush.polygon(frame, shade, (0.5, 0.1, 0.25), 0.10)
        run = drips * (0.72 + 0.28 * math.sin(TURN * phase) + 0.10 * np.sin(TURN * phase * 1 + x * 0.03))
        inside = (x > 66) & (x < 474)
        for px in x[inside]:
            low = 488 + 18 * math.sqrt(max(0.0, 1 - ((px - 270) / 204) ** 2)) + run[px]
            line = np.array([(float(px), 470.0), (float(px), low)])
            brush.stroke(
                frame, line, np.array([0.9, 0.9]), colour("#fffaf2"), mix(colour("#fff1df"), (1, 0.85, 0.8), 0.3)
            )
        brush.ellipse(frame, 270, 470, 205, 34, 0, colour("#fffdf8"))
        for px, py, tilt, pick in settled:
            y = 470 + (py - 0.5) * 50 * math.sqrt(max(0.0, 1 - ((px - 270) / 206) ** 2))
            _rod(frame, px, y, tilt, 0.5, tints[int(pick * 6)])
        for px, py, tilt, pick in falls:
            s = (py + phase * 2) % 1.0
            if s < 0.97:
                _rod(frame, px, -30 + 500 * s + 0 * s, tilt + 9 * s, 0.9, tints[int(pick * 6)])
        _cherry(frame, 270, 424 + 2 * math.sin(TURN * phase * 2))
        return frame

    return paint


def _rod(frame: Frame, x: float, y: float, tilt: float, squash: float, tint: Colour) -> None:
    dx, dy = 8.5 * math.cos(tilt), 8.5 * math.sin(tilt) * squash
    brush.stroke(
        frame,
        np.array([(x - dx, y - dy + 2), (x + dx, y + dy + 2)]),
        np.full(2, 3.3),
        (0.4, 0.2, 0.2),
        (0.4, 0.2, 0.2),
        0.18,
    )
    brush.stroke(
        frame, np.array([(x - dx, y - dy), (x + dx, y + dy)]), np.full(2, 3.3), tint, mix(tint, (1, 1, 1), 0.25)
    )


def _cherry(frame: Frame, x: float, y: float) -> None:
    t = np.linspace(0, 1, 14)
    brush.ellipse(frame, x + 5, y + 42, 44, 11, 0, (0.4, 0.15, 0.2), 0.3, 8)
    brush.stroke(
        frame,
        np.stack([x + 52 * t**1.6, y - 24 - 96 * t], axis=1),
        np.linspace(3.2, 2.2, 14),
        colour("#5b7f3a"),
        colour("#7fa650"),
    )
    brush.ball(frame, x, y, 43, colour("#d7263d"), 0.9, 0.5)


def _rope(
    frame: Frame, path: np.ndarray[tuple[int, int], np.dtype[np.float64]], radius: float, skin: Colour, light: Colour
) -> None:
    """Draws a tube along x, y, depth by shaded balls from back to front."""
    order = np.argsort(path[:, 2])
    for k in order:
        x, y, z = path[k]
        brush.ball(frame, x, y, radius * (1 + 0.12 * z), mix(skin, light, 0.5 + 0.5 * z), 0.16, 0.5)


def pretzel(size: Size) -> Painter:
    """A golden knot of dough turns and untwists itself."""
    base = vertical(size, palette("#2d3a5a #3d4f78 #6d7ba3 #b8a8a8"))
    t = np.linspace(0, TURN, 330, endpoint=False)
    salt = np.random.default_rng(3).integers(0, 330, 40)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        turn, nod = TURN * phase, 0.35 * math.sin(TURN * phase)
        x, y, z = np.sin(t) + 1.9 * np.sin(2 * t), np.cos(t) - 1.9 * np.cos(2 * t), -1.25 * np.sin(3 * t)
        x, z = x * math.cos(turn) + z * math.sin(turn), z * math.cos(turn) - x * math.sin(turn)
        y, z = y * math.cos(nod) - z * math.sin(nod), z * math.cos(nod) + y * math.sin(nod)
        path = np.stack([270 + x * 78, 450 + y * 92, z / 3.2], axis=1)
        brush.ellipse(frame, 270, 850, 170, 20, 0, (0.05, 0.05, 0.12), 0.35, 24)
        _rope(frame, path, 37, colour("#a8642c"), colour("#f0b862"))
        for k in salt:
            px, py, pz = path[k]
            if pz > 0.05:
                brush.disc(frame, px - 9 + k % 11, py - 14 + k % 7, 3.6, (1, 0.99, 0.95), 0.95, 1.4)
        return frame

    return paint


def candle(size: Size) -> Painter:
    """One candle on a small cake while the evening outside turns to night."""

    def paint(phase: float) -> Frame:
        night = 0.5 - 0.5 * math.cos(TURN * phase)
        sky = [
            mix(a, b, night)
            for a, b in zip(palette("#f7b08a #f9cfa3 #fbe3c0"), palette("#191a3a #2b2852 #4a3358"), strict=True)
        ]
        frame = vertical(size, sky)
        flick = 0.9 + 0.06 * math.sin(TURN * phase * 9) + 0.04 * math.sin(TURN * phase * 23)
        for radius, power in ((420, 0.30), (220, 0.30), (100, 0.35)):
            brush.glow(frame, 270, 372, radius * flick, colour("#ffb35c"), power * (0.25 + 0.75 * night))
        brush.hills(
            frame,
            np.full(size.width, 770.0),
            mix(colour("#c97f5b"), colour("#5b2f3f"), night),
            mix(colour("#8f4f42"), colour("#2c1730"), night),
            190,
        )
        dark = 0.34 * night
        brush.ellipse(frame, 270, 800, 238, 34, 0, mix(colour("#fdf6ec"), (0.3, 0.2, 0.35), dark))
        brush.ellipse(frame, 270, 796, 200, 26, 0, mix(colour("#e6dccb"), (0.2, 0.12, 0.25), dark))
        for y0, y1, tint in ((610, 690, "#8a4b2f"), (690, 704, "#fff0dc"), (704, 786, "#7a3f28")):
            brush.polygon(
                frame,
                np.array([(112, y0), (428, y0), (428, y1), (112, y1)]),
                mix(colour(tint), (0.1, 0.05, 0.15), dark),
            )
            brush.ellipse(frame, 270, y1, 158, 20, 0, mix(colour(tint), (0.1, 0.05, 0.15), dark))
        cream = mix(colour("#fff3e2"), (0.55, 0.35, 0.4), dark)
        brush.ellipse(frame, 270, 608, 162, 27, 0, cream)
        for n in range(13):
            a = TURN * n / 13
            y = 608 + 22 * math.sin(a)
            brush.ball(frame, 270 + 150 * math.cos(a), y - 6, 19, cream, 0.2, 0.35)
        for berry in ((200, 598), (338, 600), (232, 616), (306, 618)):
            brush.ball(frame, berry[0], berry[1] - 10, 17, mix(colour("#d62846"), (0.3, 0, 0.1), dark), 0.7, 0.5)
        brush.polygon(
            frame,
            np.array([(259, 440), (281, 440), (281, 612), (259, 612)]),
            mix(colour("#8fd3d1"), (0.3, 0.3, 0.5), dark),
        )
        for n in range(5):
            y = 452 + n * 34
            brush.polygon(frame, np.array([(259, y), (281, y - 16), (281, y - 4), (259, y + 12)]), (1, 1, 1), 0.6)
        _flame(frame, 270, 438, phase, flick)
        return frame

    return paint


def _flame(frame: Frame, x: float, y: float, phase: float, flick: float) -> None:
    brush.stroke(
        frame, np.array([(x, y + 4), (x + 1, y - 14)]), np.array([2.0, 1.4]), colour("#3a2a2a"), colour("#3a2a2a")
    )
    t = np.linspace(0, 1, 20)
    lean = 7 * np.sin(TURN * phase * 3 + t * 2.4) * t
    for girth, tall, tint, tip in (
        (19, 98, "#ff8a2a", "#ff5a1f"),
        (13.5, 76, "#ffc04a", "#ff9a2f"),
        (8, 48, "#fff4c4", "#ffe08a"),
    ):
        widths = girth * np.sqrt(np.clip(t * 3.2, 0, 1)) * (1 - t) ** 0.8 + 0.3
        line = np.stack([x + lean * tall / 98, y - 6 - t * tall * flick], axis=1)
        brush.stroke(frame, line, widths, colour(tint), colour(tip), 0.92, 0.75)


def plate(size: Size) -> Painter:
    """A plate is painted ring by ring as it turns on the wheel, then wiped clean again."""
    base = vertical(size, palette("#c9b49a #b89f83 #a3886c"))
    brush.disc(base, 286, 492, 262, (0.2, 0.12, 0.08), 0.35, 40.0)
    corners = vignette(size, 0.35)
    rings = [
        (0.86, 30, "#1f4e79", 9.0),
        (0.72, 20, "#2e7d8c", 12.0),
        (0.55, 16, "#d9793d", 11.0),
        (0.40, 12, "#1f4e79", 9.0),
        (0.24, 8, "#c8553d", 10.0),
    ]

    def paint(phase: float) -> Frame:
        frame = base.copy()
        cx, cy, radius, turn = 270.0, 470.0, 250.0, TURN * phase * 2
        brush.disc(frame, cx, cy, radius, colour("#f6efe2"), 1.0, 1.5)
        brush.disc(frame, cx, cy, radius * 0.93, colour("#fbf6ec"), 1.0, 8.0)
        brush.disc(frame, cx, cy, radius * 0.63, (0.55, 0.42, 0.3), 0.10, 12.0)
        done = 1.12 * (1 - abs(2 * phase - 1)) * len(rings)
        for n, (share, count, tint, size_of) in enumerate(rings):
            part = smooth(done - n)
            for k in range(int(count * part + 0.001)):
                a = turn + TURN * k / count
                x, y = cx + radius * share * math.cos(a), cy + radius * share * math.sin(a)
                if n % 2 == 0:
                    brush.ellipse(frame, x, y, size_of * 1.9, size_of * 0.8, a, colour(tint), 0.94)
                    brush.ellipse(frame, x, y, size_of * 0.9, size_of * 0.25, a, (1, 1, 1), 0.4)
                else:
                    brush.disc(frame, x, y, size_of * 0.72, colour(tint), 0.94)
                    brush.disc(frame, x, y, size_of * 0.26, (1, 1, 1), 0.7)
            if 0 < part < 1:
                _hand_brush(frame, cx + radius * share, cy)
        return np.asarray(frame * corners)

    return paint


def _hand_brush(frame: Frame, x: float, y: float) -> None:
    line = np.array([(x, y), (x + 46, y + 60), (x + 270, y + 330)])
    brush.stroke(frame, line + 14, np.array([2.0, 7, 8]), (0.2, 0.1, 0.05), (0.2, 0.1, 0.05), 0.22)
    brush.stroke(frame, line[:2], np.array([1.5, 11.0]), colour("#2b2b38"), colour("#5a4634"))
    brush.stroke(
        frame,
        np.array([(x + 42, y + 55), (x + 70, y + 88)]),
        np.array([10.0, 8.5]),
        colour("#c9ccd6"),
        colour("#9aa0ad"),
    )
    brush.stroke(
        frame, np.array([(x + 72, y + 91), line[2]]), np.array([8.0, 10.0]), colour("#c0503a"), colour("#8f3527")
    )


SCENES = [
    Scene(
        "kitchen-donut",
        solid(shapes.DONUT, "#ffd3bd", "#ffe9d6", "#f7b79b", (2.7, 4.1, 0.36, 3.1), (1.2, 1.28, 1.2)),
        4,
        24,
        "",
        33,
        drawn=0.75,
    ),
    Scene(
        "kitchen-macarons",
        solid(shapes.MACARONS, "#cfe8e2", "#eef7f0", "#a9d5cc", (2.6, 5.2, 0.22, 3.5), (1.75, 1.45, 0.86)),
        4,
        24,
        "",
        31,
        drawn=0.75,
    ),
    Scene(
        "kitchen-bundt",
        solid(shapes.BUNDT, "#f2c9a1", "#fbe6cb", "#c58a5c", (3.1, 4.2, 0.58, 3.1), (1.6, 0.4, 1.46)),
        6,
        24,
        "oven",
        32,
        drawn=0.75,
    ),
    Scene("kitchen-coffee", coffee, 6, 24, "oven", 32),
    Scene("kitchen-icing", icing, 6, 24, "oven", 32),
    Scene("kitchen-pretzel", pretzel, 6, 24, "", 32),
    Scene("kitchen-candle", candle, 6, 24, "", 31, begin=0.3),
    Scene(
        "clay-wheel",
        solid(shapes.POT, "#d8c6b2", "#efe4d4", "#8f7460", (2.3, 4.4, 0.30, 3.1), (1.75, 0.85, 1.2)),
        6,
        24,
        "kiln",
        31,
        begin=0.42,
        drawn=0.75,
    ),
    Scene(
        "clay-vases",
        solid(shapes.VASES, "#e3c4b0", "#f4e3d3", "#b98f78", (2.6, 4.6, 0.38, 3.2), (1.75, 0.85, 1.36)),
        6,
        24,
        "kiln",
        32,
        drawn=0.75,
    ),
    Scene(
        "clay-bowl",
        solid(shapes.BOWL, "#b9c7d6", "#dfe6ec", "#8292a6", (3.3, 3.3, 0.68, 3.3), (1.15, 0.5, 1.03)),
        6,
        24,
        "",
        31,
        drawn=0.75,
    ),
    Scene("clay-plate", plate, 6, 24, "kiln", 33, begin=0.45),
]
