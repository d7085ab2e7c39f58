"""The botanist's clips: ferns that unroll, a sunflower's spiral, an endless dahlia, a meadow at dusk, a tree's year."""

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
    along,
    colour,
    cycle,
    grain,
    mix,
    palette,
    radial,
    smooth,
    vertical,
    vignette,
)

GOLDEN = math.pi * (3 - math.sqrt(5))


def _home(births: int) -> float:
    """The small turn that makes a spiral look as before after so many births."""
    return (births * GOLDEN + math.pi) % TURN - math.pi


def _fern(frame: Frame, x: float, y: float, lean: float, tall: float, grown: float, tint: Colour) -> None:
    """A frond whose tip is rolled up as tightly as it is young; `grown` is 0..1."""
    steps = 64
    angle, px, py = -math.pi / 2 + lean * 0.25, x, y
    points, headings = [(px, py)], [angle]
    for k in range(steps):
        s = k / steps
        curl = lean * 0.012 + lean * 0.34 * (1 - grown) ** 1.2 * smooth((s - 0.42 * grown - 0.12) * 2.4) * (1 + 1.6 * s)
        angle += curl
        length = tall / steps * (0.55 + 0.45 * grown) * (1 - 0.45 * s * (1 - grown))
        px, py = px + math.cos(angle) * length, py + math.sin(angle) * length
        points.append((px, py))
        headings.append(angle)
    line = np.array(points)
    for k in range(6, steps, 2):
        s = k / steps
        open_ = smooth((grown * 1.5 - s) * 2.2)
        long = tall * 0.26 * math.sin(math.pi * min(1.0, (1 - s) * 0.92 + 0.05)) * open_ * (0.4 + 0.6 * grown)
        if long < 2:
            continue
        for side in (-1, 1):
            a = headings[k] + side * (0.35 + 0.75 * open_)
            t = np.linspace(0, 1, 7)
            droop = side * 0.22 * t * t * long
            leaf = np.stack(
                [
                    line[k, 0] + np.cos(a) * long * t - np.sin(a) * -droop,
                    line[k, 1] + np.sin(a) * long * t + np.abs(droop) * 0.6,
                ],
                axis=1,
            )
            widths = 0.4 + 0.095 * long * np.sin(np.pi * np.clip(t * 0.9 + 0.08, 0, 1))
            brush.stroke(frame, leaf, widths, mix(tint, (0, 0.1, 0.05), 0.3), mix(tint, (0.9, 1, 0.5), 0.25))
    brush.stroke(
        frame,
        line,
        np.linspace(5.5, 1.6, steps + 1) * tall / 560,
        mix(tint, (0.1, 0.2, 0), 0.45),
        mix(tint, (1, 1, 0.6), 0.25),
    )


def ferns(size: Size) -> Painter:
    """Fronds unroll in the shade of a wood, and roll up again."""
    base = radial(size, (320, 300), 760, palette("#e9f5c9 #a9d3a0 #4f8f6b #1d4a40 #0f2e2e"))
    rng = np.random.default_rng(2)
    for _ in range(22):
        x, y, radius = rng.uniform((0, 40, 14), (540, 700, 60))
        brush.disc(base, x, y, radius, (0.95, 1, 0.75), 0.09, 7.0)
    brush.hills(
        base,
        np.full(size.width, 846.0) + 10 * np.sin(np.arange(size.width) * 0.02),
        colour("#17382f"),
        colour("#0b1f1e"),
        120,
    )
    group = [
        (455, 850, -1.0, 520, 0.10, "#2f6e51"),
        (90, 850, 1.0, 560, 0.06, "#37805a"),
        (330, 862, 1.0, 700, 0.03, "#4fa067"),
        (190, 872, -1.0, 640, 0.0, "#66b86f"),
    ]

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for x, y, lean, tall, late, tint in group:
            grown = 0.10 + 0.90 * (0.5 - 0.5 * math.cos(TURN * (phase - late)))
            sway = 0.04 * math.sin(TURN * (phase * 2 + late * 9))
            _fern(frame, x, y, lean + sway, tall, grown, colour(tint))
        for n in range(30):
            s = (phase + n * 0.618) % 1.0
            drift = (n * 83) % 540 + 16 * math.sin(TURN * (phase + n * 0.3))
            brush.disc(frame, drift, 900 - 800 * s, 1.3 + n % 3 * 0.6, (1, 1, 0.8), 0.5 * math.sin(math.pi * s), 1.6)
        return frame

    return paint


def sunflower(size: Size) -> Painter:
    """Seeds are born in the middle of a sunflower and drift outwards along its spirals, without an end."""
    base = vertical(size, palette("#7fc8e8 #bfe4ec #f3f1d6"))
    for n in range(5):
        brush.ellipse(base, 80 + n * 110, 180 + (n * 53) % 130, 130, 34, 0, (1, 1, 1), 0.35, 26)
    turns = 5
    stem = np.array([(270.0, 500.0), (286.0, 760.0), (262.0, 1000.0)])

    def paint(phase: float) -> Frame:
        frame = base.copy()
        sway = 7 * math.sin(TURN * phase)
        brush.stroke(
            frame,
            stem + np.array([(sway, 0), (sway * 0.5, 0), (0, 0)]),
            np.full(3, 17.0),
            colour("#5d9440"),
            colour("#3c6b30"),
        )
        for side in (-1, 1):
            t = np.linspace(0, 1, 12)
            leaf = np.stack(
                [278 + side * 190 * t, 830 - 70 * np.sin(t * 2.4) + 5 * math.sin(TURN * phase + side) * t], axis=1
            )
            brush.stroke(frame, leaf, 3 + 32 * np.sin(np.pi * t) ** 0.9, colour("#4c8a3a"), colour("#74b04c"))
        cx, cy, drift = 270.0 + sway, 430.0, phase * turns
        for row, count, reach, code in ((0, 21, 250, "#f59f1b"), (1, 21, 232, "#ffc12e"), (2, 21, 206, "#ffd54f")):
            for n in range(count):
                a = TURN * (n + row * 0.34) / count + 0.05 * math.sin(TURN * phase + row)
                tip = np.array([cx + reach * math.cos(a), cy + reach * math.sin(a)])
                root = np.array([cx + 110 * math.cos(a), cy + 110 * math.sin(a)])
                line = np.array([root, root + (tip - root) * 0.5, root + (tip - root) * 0.82, tip])
                brush.stroke(
                    frame, line, np.array([11.0, 19, 13, 1]), mix(colour(code), (0.75, 0.3, 0), 0.35), colour(code)
                )
        brush.disc(frame, cx, cy, 156, colour("#3a2312"), 1.0, 2.0)
        for k in range(430):
            place = k + drift % 1.0
            radius = 7.35 * math.sqrt(place)
            a = (k - math.floor(drift)) * GOLDEN + phase * _home(turns)
            share = radius / 152
            tint = along(palette("#a9b84a #7b8a35 #6b4a22 #8a5a24 #d99a2b"), share)
            dot = 2.2 + 3.6 * share
            brush.ball(frame, cx + radius * math.cos(a), cy + radius * math.sin(a), dot, tint, 0.25, 0.5)
        return frame

    return paint


def dahlia(size: Size) -> Painter:
    """Petals open without end: each moves out along a golden spiral while new ones are born in the middle."""
    base = radial(size, (270, 440), 640, palette("#3a1035 #260b2c #14081f"))
    turns, count = 8, 210
    tints = palette("#fff1d0 #ffc48c #ff8a6b #f0487a #a52a7d #5b1a63")
    corners = vignette(size, 0.35)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        drift = phase * turns
        for k in range(count - 1, -1, -1):
            place = k + drift % 1.0
            share = place / count
            radius = 400 * share**0.86 + 2
            a = (k - math.floor(drift)) * GOLDEN + phase * _home(turns)
            long = 16 + 150 * share**0.8
            root = np.array([270 + (radius - long * 0.7) * math.cos(a), 440 + (radius - long * 0.7) * math.sin(a)])
            way = np.array([math.cos(a), math.sin(a)])
            line = root + way * (np.array([0.0, 0.35, 0.7, 0.92, 1.0]) * long)[:, None]
            wide = long * 0.27
            tint = along(tints, share * 1.02)
            fade = min(1.0, (1 - share) * 7)
            brush.stroke(
                frame,
                line + np.array([2.0, 4.0]),
                np.array([0.25, 0.75, 1.05, 0.62, 0.12]) * wide,
                (0.1, 0, 0.1),
                (0.1, 0, 0.1),
                0.20 * fade,
            )
            brush.stroke(
                frame,
                line,
                np.array([0.2, 0.7, 1.0, 0.55, 0.1]) * wide,
                mix(tint, (0.25, 0, 0.15), 0.5),
                mix(tint, (1, 1, 1), 0.16),
                fade,
            )
        return np.asarray(frame * corners)

    return paint


def _blade(frame: Frame, x: float, y: float, tall: float, bend: float, girth: float, low: Colour, high: Colour) -> None:
    t = np.linspace(0, 1, 7)
    line = np.stack([x + bend * t**1.8, y - tall * t], axis=1)
    brush.stroke(frame, line, girth * (1 - t) + 0.4, low, high)


def meadow(size: Size) -> Painter:
    """A meadow sways at dusk and fireflies wake."""
    base = vertical(size, palette("#1f2a5c #5a4a86 #c4708c #ffb08a #ffd9a0 #ffe6bd"))
    brush.disc(base, 390, 520, 58, colour("#fff2cf"), 1.0, 2.0)
    brush.glow(base, 390, 520, 300, colour("#ffd9a0"), 0.22)
    line = paper.ridge(900, 70, 1.4, 5)
    brush.hills(base, paper.seen(line, 60, 610, size.width), colour("#9a6a8f"), colour("#6f5683"), 90)
    brush.hills(base, paper.seen(line, 400, 660, size.width), colour("#5a5078"), colour("#3a3f5c"), 120)
    rng = np.random.default_rng(4)
    blades = sorted(
        (tuple(float(v) for v in row) for row in rng.uniform((-20, 690, 90, 0, 0), (560, 985, 250, 1, 1), (330, 5))),
        key=lambda b: b[1],
    )
    flies = rng.uniform((30, 470, 0), (510, 880, 1), (22, 3))

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for x, y, tall, pick, late in blades:
            near = (y - 690) / 295
            wind = math.sin(TURN * (phase * 2 - x / 700 + late * 0.06)) + 0.4 * math.sin(TURN * (phase * 3 + late))
            bend = (10 + 17 * wind) * tall / 160
            low, high = mix(colour("#2b4a4a"), colour("#122a2c"), near), mix(colour("#7f9a62"), colour("#3d6a48"), near)
            _blade(frame, x, y, tall * (0.7 + 0.5 * near), bend, 2.2 + 2.6 * near, low, high)
            if pick > 0.80:
                tx, ty = x + bend, y - tall * (0.7 + 0.5 * near)
                tint = palette("#ff6f61 #ffd166 #f4a6ff #ffffff #8ecbff")[int(late * 5)]
                for n in range(6):
                    a = TURN * n / 6 + late * 6
                    brush.ellipse(
                        frame,
                        tx + 7 * math.cos(a),
                        ty + 6 * math.sin(a),
                        6.6,
                        4.6,
                        a,
                        mix(tint, (0.2, 0.1, 0.3), 0.12 * (1 - near)),
                    )
                brush.disc(frame, tx, ty, 4.2, colour("#ffb020"))
        for x, y, late in flies:
            a = TURN * (phase + late)
            light = max(0.0, math.sin(TURN * (phase * 2 + late * 5))) ** 2
            px, py = x + 34 * math.sin(a) + 10 * math.sin(3 * a), y + 22 * math.cos(a)
            brush.glow(frame, px, py, 30, (1, 0.92, 0.45), 0.75 * light)
            brush.disc(frame, px, py, 2.2, (1, 0.98, 0.75), 0.3 + 0.7 * light)
        return frame

    return paint


Twig = tuple[float, float, float, float, float, int]


def _twigs(rng: np.random.Generator) -> tuple[list[Twig], list[tuple[float, float, float]]]:
    """Branches as x, y, angle, length, girth, depth, and the places of leaves with a number of their own."""
    branches: list[Twig] = []
    leaves: list[tuple[float, float, float]] = []

    def grow(x: float, y: float, angle: float, length: float, girth: float, depth: int) -> None:
        branches.append((x, y, angle, length, girth, depth))
        ex, ey = x + math.cos(angle) * length, y + math.sin(angle) * length
        if depth >= 4:
            leaves.extend(
                (ex + rng.normal(0, 20), ey + rng.normal(0, 17), float(rng.random())) for _ in range(2 + depth % 2)
            )
        if depth < 7:
            for side in (-1, 1):
                grow(
                    ex,
                    ey,
                    angle + side * float(rng.uniform(0.22, 0.55)),
                    length * float(rng.uniform(0.70, 0.82)),
                    girth * 0.66,
                    depth + 1,
                )

    grow(270, 800, -math.pi / 2, 132, 21, 0)
    return branches, leaves


def tree_year(size: Size) -> Painter:
    """A tree through blossom, summer, autumn and snow."""
    branches, leaves = _twigs(np.random.default_rng(24))
    skies = [
        palette("#bfe3f2 #f6e3ea"),
        palette("#7cc4ec #e4f3d9"),
        palette("#e2b48a #f7e2b8"),
        palette("#a9b8cf #e8edf4"),
    ]
    grounds, greens = palette("#a8cf8e #7fb567 #c99a5b #eef3f8"), palette("#f7b6cf #5fa653 #e07b2e #e07b2e")
    paper_grain = grain(size, 0.012)

    def paint(phase: float) -> Frame:
        season, share = int(phase * 4) % 4, smooth((phase * 4) % 1.0 * 1.6 - 0.6)
        after = (season + 1) % 4
        sky = [mix(a, b, share) for a, b in zip(skies[season], skies[after], strict=True)]
        frame = vertical(size, sky)
        land = mix(grounds[season], grounds[after], share)
        x = np.arange(size.width)
        brush.hills(frame, 740 - 40 * np.sin(x * 0.008 + 1), mix(land, sky[1], 0.45), mix(land, sky[1], 0.3), 120)
        brush.hills(
            frame,
            800 + 22 * np.sin(x * 0.006 + 4),
            mix(land, (1, 1, 1), 0.12),
            mix(land, (0, 0.1, 0.1), 0.2),
            180,
            0.14,
        )
        sway = 0.012 * math.sin(TURN * phase * 4)
        for bx, by, angle, length, girth, depth in branches:
            lean = sway * depth * (800 - by) * 0.06
            line = np.array(
                [(bx + lean, by), (bx + lean * 1.15 + math.cos(angle) * length, by + math.sin(angle) * length)]
            )
            brush.stroke(frame, line, np.array([girth, girth * 0.68]), colour("#5a4038"), colour("#6b4c3f"))
        for lx, ly, pick in leaves:
            _leaf(frame, lx, ly, pick, phase, greens)
        for n in range(70):
            winter = max(0.0, math.sin(TURN * (phase - 0.62)))
            fall = ((n * 0.377) % 1.0 + phase * (1 + n % 2)) % 1.0
            brush.disc(
                frame,
                (n * 97) % 540 + 14 * math.sin(TURN * phase * 2 + n),
                fall * 1000 - 20,
                1.8 + n % 3,
                (1, 1, 1),
                0.9 * winter**0.7 if winter > 0.1 else 0.0,
            )
        return np.asarray(frame * paper_grain)

    return paint


def _leaf(frame: Frame, x: float, y: float, pick: float, phase: float, greens: list[Colour]) -> None:
    """One leaf over the year: born in spring, green, coloured, then carried off."""
    own = (phase - 0.05 * pick) % 1.0
    born, gone = smooth((own - 0.0) * 14), 1 - smooth((own - 0.60 - 0.10 * pick) * 9)
    size = 10.5 * born * (1.0 if gone > 0.02 else 0.0)
    if size < 0.5:
        return
    tint = mix(
        mix(greens[0], greens[1], smooth((own - 0.16) * 8)),
        cycle(palette("#e07b2e #d1495b #f2c14e"), pick),
        smooth((own - 0.40) * 8),
    )
    off = 1 - gone
    px, py = x + off * (70 + 90 * pick) + 9 * math.sin(TURN * (phase * 4 + pick)) * off, y + off * off * (800 - y)
    tint = mix(tint, (1, 1, 1), 0.16 * (pick - 0.5))
    brush.ellipse(frame, px, py, size, size * 0.72, pick * 6 + off * 7, tint, 0.95 * (1 - 0.7 * off * off))


def dandelions(size: Size) -> Painter:
    """Dandelion seeds take to the air in morning light."""
    base = vertical(size, palette("#3f6f8f #5f95a3 #94bfa8 #7fae86 #3f7560"))
    brush.glow(base, 120, 240, 460, (1, 0.9, 0.65), 0.34)
    seeds = np.random.default_rng(12).uniform((0, 0, 0.55, 0), (1, 1, 1.15, TURN), (34, 4))

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for n, (x, tall, head) in enumerate([(150, 470, 74), (395, 400, 60), (300, 250, 44), (60, 230, 36)]):
            bend = 14 * math.sin(TURN * (phase + n * 0.2))
            t = np.linspace(0, 1, 16)
            stem = np.stack([x + bend * t**2, 985 - tall * t], axis=1)
            brush.stroke(frame, stem, np.linspace(4.6, 3, 16), colour("#5f8a58"), colour("#8fae6b"))
            _clock(frame, x + bend, 985.0 - tall, head, phase + n * 0.3)
        for begin, high, scale, turn in seeds:
            s = (phase + begin) % 1.0
            x = 130 + 560 * s + 26 * math.sin(TURN * s * 2 + turn)
            y = 560 - 420 * high * s - 60 * math.sin(math.pi * s) + 130 * (0.5 - high)
            fade = min(1.0, s * 8, (1 - s) * 8)
            _seed(frame, x, y, 26 * scale, 0.35 * math.sin(TURN * s * 3 + turn), fade)
        return frame

    return paint


def _seed(frame: Frame, x: float, y: float, long: float, lean: float, fade: float) -> None:
    down = np.array([math.sin(lean), math.cos(lean)])
    foot = np.array([x, y]) + down * long
    brush.stroke(
        frame, np.array([(x, y), foot]), np.array([0.6, 0.7]), (0.35, 0.3, 0.25), (0.35, 0.3, 0.25), 0.7 * fade
    )
    brush.stroke(
        frame, np.array([foot, foot + down * 7]), np.array([1.9, 0.8]), colour("#6b4a2f"), colour("#6b4a2f"), fade
    )
    for n in range(11):
        a = -math.pi / 2 - lean + (n - 5) * 0.27
        tip = np.array([x + long * 0.72 * math.cos(a), y + long * 0.5 * math.sin(a)])
        brush.stroke(frame, np.array([(x, y), tip]), np.array([0.7, 0.45]), (1, 1, 1), (1, 1, 1), 0.8 * fade)


def _clock(frame: Frame, x: float, y: float, radius: float, turn: float) -> None:
    brush.disc(frame, x, y, radius * 1.02, (1, 1, 1), 0.20, radius * 0.35)
    for k in range(90):
        z = 1 - 2 * (k + 0.5) / 90
        a = k * GOLDEN + 0.35 * math.sin(TURN * turn)
        flat = math.sqrt(1 - z * z)
        px, py = x + radius * flat * math.cos(a), y + radius * z
        brush.stroke(frame, np.array([(x, y), (px, py)]), np.array([0.5, 0.5]), (1, 1, 1), (1, 1, 1), 0.30)
        for n in range(5):
            b = a + (n - 2) * 0.5
            brush.stroke(
                frame,
                np.array([(px, py), (px + radius * 0.17 * math.cos(b), py + radius * 0.17 * math.sin(b + z))]),
                np.array([0.5, 0.5]),
                (1, 1, 1),
                (1, 1, 1),
                0.5,
            )
    brush.ball(frame, x, y, radius * 0.13, colour("#a98a5c"), 0.1, 0.4)


SCENES = [
    Scene("garden-ferns", ferns, 8, 24, "", 32, begin=0.5),
    Scene("garden-sunflower", sunflower, 6, 24, "", 32),
    Scene("garden-dahlia", dahlia, 6, 24, "loops", 33),
    Scene("garden-meadow", meadow, 6, 24, "keys", 36),
    Scene("garden-year", tree_year, 8, 24, "porch", 36, begin=0.22),
    Scene("garden-dandelions", dandelions, 6, 24, "oven", 35),
]
