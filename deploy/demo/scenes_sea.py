"""The shore journal's clips: night waves, rain on a window, a lighthouse, jellyfish, koi, snow, light under water."""

import math

import brush
import numpy as np
import paper
from canvas import (
    TURN,
    Colour,
    Frame,
    Painter,
    Scene,
    Size,
    colour,
    grain,
    mix,
    palette,
    vertical,
    vignette,
)
from compiled import compiled
from noise import noise


def waves(size: Size) -> Painter:
    """Nine rows of cut-paper waves roll under a low moon."""
    base = vertical(size, palette("#12183f #2b2f6e #7a4f8f #f09a8a #ffd6a5"))
    brush.glow(base, 270, 380, 330, colour("#fff0cc"), 0.35)
    brush.disc(base, 270, 370, 84, colour("#fff6de"), 1.0, 2.0)
    tints = palette("#f3b6a0 #c98aa3 #8f6aa0 #5d5596 #3a4587 #2a3a74 #1d2d5f #14214a #0c1636")
    paper_grain = grain(size, 0.012)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        x = np.arange(size.width)
        for n, tint in enumerate(tints):
            high, long = 9.0 + 3.4 * n, 135.0 + 24 * n
            way = 1 if n % 2 else -1
            turn = TURN * (x / long + way * phase * 2) + n * 1.3
            crest = high * (np.sin(turn) + 0.3 * np.sin(2 * turn + 0.7)) + 5 * np.sin(TURN * (phase + n * 0.13))
            brush.hills(frame, 470 + 52 * n - crest, mix(tint, (1, 0.95, 0.9), 0.30), tint, 46 + 6 * n, 0.22)
        bob = 5 * math.sin(TURN * (phase + 0.2))
        _boat(frame, 350, 520 + bob, 0.10 * math.sin(TURN * phase))
        for n in range(2, 9):
            tint, high, long, way = tints[n], 9.0 + 3.4 * n, 135.0 + 24 * n, 1 if n % 2 else -1
            turn = TURN * (x / long + way * phase * 2) + n * 1.3
            crest = high * (np.sin(turn) + 0.3 * np.sin(2 * turn + 0.7)) + 5 * np.sin(TURN * (phase + n * 0.13))
            brush.hills(frame, 470 + 52 * n - crest, mix(tint, (1, 0.95, 0.9), 0.30), tint, 46 + 6 * n, 0.10)
        return np.asarray(frame * paper_grain)

    return paint


def _boat(frame: Frame, x: float, y: float, lean: float) -> None:
    """A paper boat that leans by `lean` radians."""
    c, s = math.cos(lean), math.sin(lean)
    shapes = [
        ([(0, -78), (34, -16), (0, -16)], "#fff7ea"),
        ([(0, -78), (-34, -16), (0, -16)], "#ead9cf"),
        ([(-72, -30), (72, -30), (42, 22), (-42, 22)], "#ff6a55"),
        ([(-72, -30), (0, -16), (-42, 22)], "#e0503f"),
        ([(72, -30), (0, -16), (42, 22)], "#f7796a"),
    ]
    for points, tint in shapes:
        turned = np.array([(x + px * c - py * s, y + px * s + py * c) for px, py in points])
        brush.polygon(frame, turned, colour(tint))


def window(size: Size) -> Painter:
    """Rain runs down a window; behind it the lights of a street are out of focus."""
    base = vertical(size, palette("#0d1526 #1c2740 #2f3350 #3d3348"))
    rng = np.random.default_rng(15)
    lights = palette("#ffb347 #ff6f59 #ffd98a #7fd1ff #ff9e6d #b58cff")
    for _ in range(46):
        x, y, radius = rng.uniform((-20, 220, 22), (560, 860, 62))
        tint = lights[int(rng.integers(6))]
        brush.disc(base, x, y, radius, tint, float(rng.uniform(0.22, 0.62)), 5.0)
        brush.disc(base, x, y, radius * 0.86, tint, 0.10, 4.0)
    beads = [tuple(float(v) for v in row) for row in rng.uniform((0, 0, 1.2), (540, 960, 8.0), (330, 3))]
    runs = [tuple(float(v) for v in row) for row in rng.uniform((20, 0, 6.5, 0), (520, 1, 10.5, TURN), (15, 4))]
    for x, y, radius in beads:
        _bead(base, base, x, y, radius)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for x, begin, radius, wobble in runs:
            share = (phase + begin) % 1.0
            y = -60 + 1120 * (0.15 * math.sin(TURN * share * 2) / 6.2832 * 2 + share)
            ys = np.linspace(max(-60.0, y - 260), y, 14)
            line = np.stack([x + 5 * np.sin(ys * 0.021 + wobble) + 2 * np.sin(ys * 0.06), ys], axis=1)
            brush.stroke(
                frame, line, np.linspace(1.0, radius * 0.72, 14), (0.75, 0.82, 0.95), (0.8, 0.87, 1), 0.015, 9.0
            )
            _bead(frame, base, float(line[-1, 0]), y, radius)
        return frame

    return paint


@compiled
def _bead(frame: Frame, behind: Frame, cx: float, cy: float, radius: float) -> None:
    """A drop that shows what is behind it upside down and smaller."""
    height, width = frame.shape[0], frame.shape[1]
    for y in range(max(0, int(cy - radius * 1.3) - 1), min(height, int(cy + radius) + 2)):
        for x in range(max(0, int(cx - radius) - 1), min(width, int(cx + radius) + 2)):
            u, v = (x - cx) / radius, (y - cy) / radius
            if v < 0:
                v *= 0.8
            r2 = u * u + v * v
            cover = min(1.0, max(0.0, (1 - math.sqrt(r2)) * radius + 0.5))
            if cover <= 0.0:
                continue
            sx = min(width - 1, max(0, int(cx - u * 95)))
            sy = min(height - 1, max(0, int(cy - v * 120)))
            edge = 1.0 - 0.55 * r2 * r2
            spot = 0.75 * math.exp(-((u + 0.35) ** 2 + (v + 0.4) ** 2) * 14)
            for part in range(3):
                tint = behind[sy, sx, part] * 1.25 * edge + spot + 0.06
                frame[y, x, part] = frame[y, x, part] * (1 - cover) + tint * cover


def lighthouse(size: Size) -> Painter:
    """A lighthouse turns its beam over a paper sea."""
    base = vertical(size, palette("#0e1a3d #233a6b #5c6f9c #c09aa8 #e9b9a0"))
    rng = np.random.default_rng(5)
    for _ in range(120):
        x, y = rng.uniform((0, 0), (540, 420))
        brush.disc(base, x, y, float(rng.uniform(0.5, 1.4)), (1, 1, 0.95), float(rng.uniform(0.2, 0.7)))
    cliff = (
        640
        - 60 * np.exp(-(((np.arange(size.width) - 400) / 120.0) ** 2))
        + np.where(np.arange(size.width) < 250, 400, 0)
    )
    paper_grain = grain(size, 0.012)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        x, y, angle = 402.0, 262.0, TURN * phase
        for side in (0.0, math.pi):
            wide, reach = 0.03 + 0.085 * abs(math.sin(angle + side)), 900 * math.cos(angle + side)
            if math.sin(angle + side) > -0.2:
                for spread in (1.0, 0.6, 0.3):
                    w = wide * spread * abs(reach)
                    beam = np.array([(x, y - 4), (x + reach, y - w - 20), (x + reach, y + w + 20), (x, y + 4)])
                    brush.polygon(frame, beam, (1.0, 0.93, 0.70), 0.16)
        for n, tint in enumerate(palette("#4d6a96 #3a5687 #2b4475 #203562 #16284f #0f1d3d")):
            place = TURN * (np.arange(size.width) / (150.0 + 26 * n) + (phase if n % 2 else -phase) * 2) + n
            if n == 2:
                brush.hills(frame, cliff, colour("#5b4a63"), colour("#2f2743"), 150, 0.25)
                _tower(frame, x, y)
            crest = (6 + 2.2 * n) * (np.sin(place) + 0.3 * np.sin(2 * place + 0.5))
            brush.hills(frame, 640 + 50 * n - crest, mix(tint, (1, 1, 1), 0.24), tint, 50, 0.2)
        bright = max(0.0, math.sin(angle)) ** 3 + max(0.0, -math.sin(angle)) ** 3
        brush.glow(frame, x, y, 60 + 80 * bright, (1, 0.93, 0.7), 0.45 + 0.45 * bright)
        return np.asarray(frame * paper_grain)

    return paint


def _tower(frame: Frame, x: float, y: float) -> None:
    for band in range(6):
        top, low = y + 26 + band * 56, y + 26 + (band + 1) * 56
        a, b = 27 + (top - y) * 0.05, 27 + (low - y) * 0.05
        tint = colour("#f3ece2") if band % 2 == 0 else colour("#d6473f")
        brush.polygon(frame, np.array([(x - a, top), (x + a, top), (x + b, low), (x - b, low)]), tint)
        brush.polygon(
            frame,
            np.array([(x + a * 0.35, top), (x + a, top), (x + b, low), (x + b * 0.35, low)]),
            (0.1, 0.05, 0.2),
            0.16,
        )
    brush.polygon(
        frame, np.array([(x - 34, y + 18), (x + 34, y + 18), (x + 30, y + 30), (x - 30, y + 30)]), colour("#2b2440")
    )
    brush.polygon(
        frame, np.array([(x - 17, y - 18), (x + 17, y - 18), (x + 17, y + 18), (x - 17, y + 18)]), colour("#ffe9a8")
    )
    brush.polygon(frame, np.array([(x - 24, y - 16), (x + 24, y - 16), (x, y - 46)]), colour("#d6473f"))


def _jelly(frame: Frame, x: float, y: float, scale: float, beat: float, tint: Colour) -> None:
    squeeze = 0.5 + 0.5 * math.sin(TURN * beat)
    wide, tall = scale * (62 - 13 * squeeze), scale * (50 + 12 * squeeze)
    for n in range(9):
        root = x + (n - 4) / 4.6 * wide
        t = np.linspace(0, 1, 16)
        long = scale * (150 + 50 * math.sin(n * 2.1))
        sway = scale * 15 * np.sin(TURN * (1.1 * t - beat) + n * 0.7) * t
        line = np.stack([root + sway - (n - 4) * t * 4 * scale, y + t * long], axis=1)
        girth = scale * (4.2 if n in (3, 4, 5) else 1.5)
        brush.stroke(frame, line, np.linspace(girth, 0.4, 16), mix(tint, (1, 1, 1), 0.25), tint, 0.62, 0.05)
    arc = np.linspace(math.pi, TURN, 32)
    rim = [(x + wide * math.cos(a), y + tall * math.sin(a) + 6 * scale) for a in arc]
    skirt = [
        (x + wide * (1 - 2 * s), y + (6 + 7 * abs(math.sin(s * 5 * math.pi))) * scale) for s in np.linspace(0, 1, 41)
    ]
    brush.glow(frame, x, y - tall * 0.3, wide * 2.1, tint, 0.30)
    brush.polygon(frame, np.array(rim + skirt), tint, 0.62)
    inner = [(x + wide * 0.7 * math.cos(a), y - 2 + tall * 0.72 * math.sin(a)) for a in arc]
    brush.polygon(frame, np.array(inner), mix(tint, (1, 1, 1), 0.45), 0.34)
    brush.ellipse(frame, x - wide * 0.3, y - tall * 0.58, wide * 0.26, tall * 0.14, -0.5, (1, 1, 1), 0.35, 5)


def jellyfish(size: Size) -> Painter:
    """Jellyfish pulse upwards through dark water."""
    base = vertical(size, palette("#0f4c75 #0b3058 #0a1c40 #080f28"))
    rng = np.random.default_rng(3)
    group = [
        (270, 0.1, 1.35, "#ff9ecb"),
        (120, 0.45, 0.8, "#9ad8ff"),
        (430, 0.75, 0.95, "#c6a5ff"),
        (190, 0.85, 0.55, "#ffc9a3"),
        (470, 0.3, 0.5, "#8ff0e0"),
    ]
    motes = rng.uniform((0, 0, 0.6), (540, 1, 2.0), (70, 3))

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for n in range(5):
            x = 80 + n * 120 + 30 * math.sin(TURN * phase + n)
            beam = np.array([(x, -10), (x + 50, -10), (x - 30 - n * 40, 1000), (x - 210 - n * 40, 1000)])
            brush.polygon(frame, beam, (0.6, 0.9, 1.0), 0.03 + 0.015 * math.sin(TURN * phase + n * 2))
        for x, y, radius in motes:
            brush.disc(
                frame, x + 8 * math.sin(TURN * (phase + y)), ((y - phase) % 1.0) * 980 - 10, radius, (0.8, 0.95, 1), 0.4
            )
        for x, begin, scale, tint in sorted(group, key=lambda one: one[2]):
            share = (begin - phase) % 1.0
            y = share * 1500 - 320 + 16 * math.sin(TURN * (phase * 4 + begin))
            _jelly(frame, x + 26 * math.sin(TURN * (phase + begin)), y, scale, phase * 4 + begin, colour(tint))
        return frame

    return paint


def _koi(
    frame: Frame,
    line: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    scale: float,
    coat: Colour,
    patch: Colour,
    beat: float,
) -> None:
    """A fish seen from above along a line from nose to tail."""
    girth = np.interp(np.linspace(0, 1, len(line)), [0, 0.1, 0.28, 0.6, 0.85, 1], [5, 14, 19, 13, 6, 3]) * scale
    ahead = line[0] - line[4]
    angle = math.atan2(ahead[1], ahead[0])
    for side in (1, -1):
        fin = angle + side * (1.9 + 0.25 * math.sin(TURN * beat))
        root = line[len(line) // 4]
        tip = root + np.array([math.cos(fin), math.sin(fin)]) * 40 * scale
        brush.stroke(
            frame, np.array([root, tip]), np.array([5 * scale, 11 * scale]), coat, mix(coat, (1, 1, 1), 0.5), 0.75, 0.55
        )
    back = line[-1] - line[-4]
    tail = math.atan2(back[1], back[0])
    for spread in (0.35, -0.35, 0.0):
        tip = line[-1] + np.array([math.cos(tail + spread), math.sin(tail + spread)]) * 46 * scale
        brush.stroke(
            frame,
            np.array([line[-1], tip]),
            np.array([3.5 * scale, 8 * scale]),
            coat,
            mix(coat, (1, 1, 1), 0.6),
            0.7,
            0.35,
        )
    brush.stroke(frame, line, girth, coat, coat)
    for place, size_of in ((0.12, 0.62), (0.42, 0.78), (0.68, 0.6)):
        spot = line[int(place * (len(line) - 1))]
        brush.ellipse(frame, spot[0], spot[1], 19 * scale * size_of, 13 * scale * size_of, angle, patch, 0.95, 3)
    brush.stroke(frame, line[3:-3], np.full(len(line) - 6, 2.0 * scale), (1, 1, 1), (1, 1, 1), 0.16)
    for side in (1, -1):
        eye = line[2] + np.array([-math.sin(angle), math.cos(angle)]) * side * 8.5 * scale
        brush.disc(frame, eye[0], eye[1], 2.4 * scale, (0.08, 0.06, 0.1))


def koi(size: Size) -> Painter:
    """Five koi circle beneath lily pads."""
    base = vertical(size, palette("#1d6a6a #17575f #124752 #0f3844"))
    corners = vignette(size, 0.4)
    fish = [
        (0.0, 170, 250, 1.35, "#fff4e6", "#ff5a36", 1),
        (0.36, 130, 300, 1.1, "#ffb347", "#ff7b24", -1),
        (0.62, 205, 210, 1.2, "#fdf6ec", "#2b2b33", 1),
        (0.8, 95, 150, 0.95, "#ffe0b0", "#e8452c", -1),
        (0.2, 215, 345, 0.9, "#f7f2ea", "#f29c38", 1),
    ]
    pads = [(86, 180, 78, 0.4), (470, 250, 64, 2.2), (455, 760, 92, 3.6), (70, 720, 58, 5.1), (190, 900, 74, 1.0)]

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for shadow in (True, False):
            for begin, rx, ry, scale, coat, patch, way in fish:
                t = begin + way * phase - way * np.linspace(0, 0.105 * scale * 250 / (rx + ry), 22)
                swim = 7 * scale * np.sin(TURN * (phase * 5 + np.linspace(0, 1, 22)) * 1) * np.linspace(0.2, 1, 22)
                x, y = rx * np.cos(TURN * t), ry * np.sin(TURN * t)
                line = np.stack([270 + x * (1 + swim / 260), 470 + y * (1 + swim / 260)], axis=1)
                if shadow:
                    brush.stroke(
                        frame,
                        line + np.array([24.0, 34.0]),
                        np.full(22, 15 * scale),
                        (0.02, 0.12, 0.16),
                        (0.02, 0.12, 0.16),
                        0.30,
                    )
                else:
                    _koi(frame, line, scale, colour(coat), colour(patch), phase * 5 + begin)
        for n in range(4):
            share = (phase + n * 0.25) % 1.0
            place = [(150, 330), (380, 560), (300, 180), (200, 650)][n]
            ring = np.array(
                [
                    (place[0] + 150 * share * math.cos(a), place[1] + 150 * share * math.sin(a))
                    for a in np.linspace(0, TURN, 50)
                ]
            )
            brush.stroke(frame, ring, np.full(50, 1.4), (0.85, 1, 0.98), (0.85, 1, 0.98), 0.30 * (1 - share))
        for px, py, radius, turn in pads:
            _pad(
                frame,
                px + 4 * math.sin(TURN * phase + turn),
                py + 4 * math.cos(TURN * phase + turn),
                radius,
                turn + 0.06 * math.sin(TURN * phase),
            )
        return np.asarray(frame * corners)

    return paint


def _pad(frame: Frame, x: float, y: float, radius: float, turn: float) -> None:
    for dx, tint, alpha in ((14, (0.02, 0.13, 0.14), 0.35), (0, colour("#5fae57"), 1.0)):
        rim = [
            (x + dx + radius * math.cos(a), y + dx + radius * math.sin(a))
            for a in np.linspace(turn + 0.22, turn + TURN - 0.22, 48)
        ]
        brush.polygon(frame, np.array([*rim, (x + dx, y + dx)]), tint, alpha)
    for n in range(9):
        a = turn + 0.5 + n * (TURN - 1.0) / 8
        vein = np.array([(x, y), (x + radius * 0.86 * math.cos(a), y + radius * 0.86 * math.sin(a))])
        brush.stroke(frame, vein, np.array([1.8, 0.6]), colour("#8ccf7a"), colour("#8ccf7a"), 0.7)


def snow(size: Size) -> Painter:
    """Snow falls on a village with lit windows."""
    base = vertical(size, palette("#182447 #2e3f70 #5d6a9c #a79bb8 #d9b8b8"))
    rng = np.random.default_rng(9)
    rows = [(560, "#8f9ac2", 0.9), (650, "#b9c3de", 1.15), (750, "#e6ecf7", 1.5)]
    for n, (ground, tint, scale) in enumerate(rows):
        line = paper.ridge(900, 60, 1.5, 50 + n)
        brush.hills(
            base,
            paper.seen(line, 90.0 * n, ground, size.width),
            mix(colour(tint), (1, 1, 1), 0.3),
            mix(colour(tint), (0.35, 0.4, 0.62), 0.4),
            230,
            0.2,
        )
        for x in sorted(rng.uniform(0, 90, 5) + np.arange(5) * 105):
            y = ground - line[int(x + 30 * scale + 90 * n) % 900] + 10
            if rng.random() < 0.66:
                paper.house(
                    base,
                    float(x),
                    float(y),
                    56 * scale,
                    mix(colour("#7a4a5a"), colour("#3d3f6b"), float(rng.random())),
                    (0.95, 0.97, 1),
                    colour("#ffd27a"),
                )
                brush.glow(base, float(x) + 28 * scale, float(y) - 22 * scale, 74 * scale, (1, 0.72, 0.35), 0.42)
            else:
                paper.pine(base, float(x) + 20, float(y), 92 * scale, mix(colour("#2f4a66"), (1, 1, 1), 0.12))
    flakes = rng.uniform((0, 0, 1.0, 0), (540, 1, 4.2, TURN), (230, 4))

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for x, y, radius, turn in flakes:
            fall = ((y + phase * (1 + int(radius))) % 1.0) * 990 - 15
            brush.disc(
                frame,
                x + 16 * math.sin(TURN * phase + turn + fall * 0.006),
                fall,
                radius,
                (1, 1, 1),
                0.35 + 0.13 * radius,
                1.5,
            )
        return frame

    return paint


@compiled
def _paint_caustics(frame: Frame, phase: float) -> None:
    height, width = frame.shape[0], frame.shape[1]
    for y in range(height):
        deep = y / height
        for x in range(width):
            u, v = x / width * 4.2, deep * 7.0
            a = noise(u, v, phase * 3, 3)
            b = noise(u * 1.1 + 1.4 * a + 7.0, v * 1.1 + 1.4 * a, phase * 3 + 1.5, 3)
            line = 1 - min(1.0, abs(b) * 3.4)
            c = noise(u * 1.9 + 13.0 + a, v * 1.9 - b, phase * 3 + 0.7, 3)
            fine = 1 - min(1.0, abs(c) * 3.4)
            light = line**4 * 0.75 + fine**5 * 0.35
            sand = 0.5 + 0.5 * math.sin(y * 0.16 + 5 * noise(x * 0.006, y * 0.004, 0.0, 2))
            for part in range(3):
                low = (0.05, 0.45, 0.55)[part] * (1 - deep) + (0.36, 0.66, 0.62)[part] * deep
                frame[y, x, part] = low + sand * 0.05 * deep + (0.75, 0.9, 0.78)[part] * light * (0.45 + 0.45 * deep)


def shallows(size: Size) -> Painter:
    """Sunlight draws nets on the sand under clear water; three fish and their shadows cross."""
    net = np.zeros((size.height // 2, size.width // 2, 3), np.float32)

    def paint(phase: float) -> Frame:
        _paint_caustics(net, phase)
        frame = np.repeat(np.repeat(net, 2, axis=0), 2, axis=1)
        for n, tint in enumerate(palette("#ffb703 #ff6b6b #ffd6a5")):
            s = (phase + n * 0.09) % 1.0
            t = s * 900 - 180 - np.linspace(0, 62, 22)
            y = 330 + n * 74 + 40 * np.sin(t * 0.009 + n) + 4 * np.sin(TURN * (phase * 8 + np.linspace(0, 1, 22)))
            line = np.stack([t, y], axis=1)
            brush.stroke(
                frame, line + np.array([-26.0, 90.0]), np.full(22, 9.0), (0.0, 0.2, 0.26), (0.0, 0.2, 0.26), 0.22
            )
            _koi(frame, line, 0.72, colour("#fff1dc"), tint, phase * 8)
        return frame

    return paint


SCENES = [
    Scene("sea-waves", waves, 8, 24, "tide", 33),
    Scene("sea-window", window, 6, 24, "rain", 33),
    Scene("sea-lighthouse", lighthouse, 8, 24, "tide", 31),
    Scene("sea-jellyfish", jellyfish, 8, 24, "porch", 35, begin=0.4),
    Scene("sea-koi", koi, 8, 24, "tide", 35),
    Scene("sea-snow", snow, 6, 24, "", 36),
    Scene("sea-shallows", shallows, 6, 24, "", 36, begin=0.3),
]
