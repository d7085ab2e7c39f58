"""The cyclist's clips: rides past paper hills, a road to the horizon, a city at night, a wheel from close by."""

import math
from dataclasses import dataclass

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
    Start,
    bloom,
    colour,
    cycle,
    grain,
    mix,
    palette,
    vertical,
    vignette,
)
from compiled import compiled


@dataclass(frozen=True)
class Ride:
    """The look of one ride: sky, sun, hills from far to near, road, what grows beside it."""

    sky: str
    sun: str
    sun_at: tuple[float, float, float]
    hills: str
    road: str
    coat: str
    bike: str
    trees: str
    seed: int
    riders: int = 1
    halo: float = 0.3
    rain: bool = False
    stars: bool = False


def _trees(frame: Frame, ride: Ride, layer: int, line: paper.Ridge, shift: float, base: float, tint: Colour) -> None:
    rng = np.random.default_rng(ride.seed * 31 + layer)
    places = rng.uniform(0, len(line), 13 if layer < 3 else 7)
    for place in places:
        x = (place - shift) % len(line) - 80
        tall = float(rng.uniform(36, 66)) * (0.6 + 0.4 * layer)
        if x < frame.shape[1] + 80:
            y = base - line[int(place - 80) % len(line)]
            grow = (
                paper.pine
                if ride.trees == "pine" or (ride.trees == "both" and rng.random() < 0.5)
                else paper.round_tree
            )
            grow(frame, x, y + 6, tall, mix(tint, (0.0, 0.02, 0.06), float(rng.uniform(0.05, 0.28))))


def _rain(frame: Frame, phase: float) -> None:
    rng = np.random.default_rng(3)
    for _ in range(130):
        x, y, length, speed = rng.uniform(-60, 620), rng.random(), rng.uniform(18, 46), rng.integers(5, 9)
        top = ((y + phase * speed) % 1.0) * 1060 - 60
        line = np.array([(x - top * 0.16 + 80, top), (x - top * 0.16 + 80 - length * 0.16, top + length)])
        brush.stroke(frame, line, np.array([0.5, 1.1]), (0.8, 0.9, 1.0), (0.9, 0.95, 1.0), 0.10, 4.5)


def ride(look: Ride) -> Start:
    """Parallax: each layer moves a whole number of its periods in one loop."""

    def start(size: Size) -> Painter:
        base = vertical(size, palette(look.sky))
        x, y, radius = look.sun_at[0], look.sun_at[1] - 80, look.sun_at[2]
        brush.glow(base, x, y, radius * 5, colour(look.sun), look.halo)
        brush.disc(base, x, y, radius, colour(look.sun), 1.0, 2.0)
        if look.stars:
            rng = np.random.default_rng(2)
            for _ in range(150):
                left, high = rng.uniform((0, 0), (540, 520))
                brush.disc(
                    base,
                    float(left),
                    float(high),
                    float(rng.uniform(0.5, 1.5)),
                    (1, 1, 0.95),
                    float(rng.uniform(0.3, 0.9)),
                )
        hills = palette(look.hills)
        lines = [paper.ridge(620 + 90 * n, 150 - 22 * n, 1.1 + 0.18 * n, look.seed + n) for n in range(len(hills))]
        front = paper.ridge(700, 54, 1.0, look.seed + 9)
        paper_grain, corners = grain(size, 0.014), vignette(size, 0.28)
        road = colour(look.road)

        def paint(phase: float) -> Frame:
            frame = base.copy()
            for n, tint in enumerate(hills):
                ground = 440.0 + 84 * n
                shift = phase * len(lines[n]) * (1 if n < 3 else 2)
                top = paper.seen(lines[n], shift, ground, size.width)
                if n:
                    _trees(frame, look, n, lines[n], shift, ground, tint)
                brush.hills(frame, top, mix(tint, (1, 1, 1), 0.10), tint, 160, 0.22)
            flat = np.full(size.width, 694.0)
            brush.hills(frame, flat, mix(road, (1, 1, 1), 0.12), road, 120, 0.25)
            _ride_by(frame, look, phase)
            verge = paper.seen(front, phase * len(front) * 4, 862, size.width)
            brush.hills(frame, verge, mix(hills[-1], road, 0.5), mix(road, (0, 0, 0), 0.35), 130, 0.3)
            if look.rain:
                _rain(frame, phase)
            return np.asarray(frame * paper_grain * corners)

        return paint

    return start


def _ride_by(frame: Frame, look: Ride, phase: float) -> None:
    """The road's dashes and the riders, who sway against its movement."""
    for dash in range(-1, 7):
        x = dash * 120 - (phase * 18 % 1.0) * 120
        line = np.array([(x, 762.0), (x + 54, 762.0)])
        brush.stroke(frame, line, np.array([3.2, 3.2]), (1, 0.97, 0.9), (1, 0.97, 0.9), 0.7)
    for index in range(look.riders):
        x = 190 - index * 150 + (75 if look.riders > 1 else 0) + 12 * math.sin(TURN * (phase + index * 0.3))
        y = 728 + 1.6 * math.sin(TURN * phase * 12 + index)
        brush.ellipse(frame, x + 60, y + 3, 100, 7, 0, (0, 0, 0), 0.28, 8)
        coat = cycle([colour(look.coat), colour("#2a9d8f"), colour("#f4a261")], index / 3)
        paper.cyclist(frame, x, y, 1.08, TURN * (phase * 6 + index * 0.4), coat, colour("#2b2238"), colour(look.bike))


@compiled
def _paint_horizon(frame: Frame, phase: float) -> None:
    height, width = frame.shape[0], frame.shape[1]
    horizon = 430.0
    for y in range(height):
        depth = 260.0 / max(1.0, y - horizon + 2)
        for x in range(width):
            if y < horizon:
                continue
            curve = 60.0 * math.sin(depth * 0.16 + 0.6) * min(1.0, depth * 0.25)
            side = (x - width / 2 - curve * 0.9) * depth / 110.0
            far = depth * 3.0 + phase * 24.0
            fog = math.exp(-depth * 0.10)
            stripe = math.sin(far * 6.2832 / 3.0) > 0
            field = 0.5 + 0.5 * math.sin(side * 2.2 + 2.0)
            red, green, blue = 0.42 + 0.14 * field, 0.20 + 0.13 * field, 0.30 + 0.02 * field
            light = 0.9 + (0.1 if stripe else 0.0)
            red, green, blue = red * light, green * light, blue * light
            edge = abs(side) / 1.25
            road = min(1.0, max(0.0, (1.0 - edge) / depth * 60))
            if road > 0.0:
                red, green, blue = (
                    red * (1 - road) + 0.23 * road,
                    green * (1 - road) + 0.16 * road,
                    blue * (1 - road) + 0.28 * road,
                )
            line = min(1.0, max(0.0, (0.035 - abs(side)) / depth * 120 + 0.5)) * (1.0 if far % 3.0 < 1.5 else 0.0)
            rim = min(1.0, max(0.0, (0.03 - abs(abs(side) - 1.12)) / depth * 120 + 0.5))
            mark = max(line, rim * 0.8)
            shine = 0.55 * math.exp(-(((x - width / 2) / 120.0) ** 2)) * math.exp(-(y - horizon) / 240.0)
            red, green, blue = red + (1.0 - red) * mark, green + (0.9 - green) * mark, blue + (0.75 - blue) * mark
            frame[y, x, 0] = 0.98 * (1 - fog) + red * fog + 0.7 * shine
            frame[y, x, 1] = 0.60 * (1 - fog) + green * fog + 0.34 * shine
            frame[y, x, 2] = 0.48 * (1 - fog) + blue * fog + 0.15 * shine


def horizon(size: Size) -> Painter:
    """A road that runs into the setting sun."""
    base = vertical(size, palette("#2b2a63 #7b3f86 #e8647c #ffb07a #ffb07a #ffb07a #ffb07a #ffb07a"))
    brush.glow(base, 270, 425, 420, colour("#ffb36b"), 0.5)
    brush.disc(base, 270, 400, 92, colour("#fff0c8"), 1.0, 3.0)
    far, near = paper.ridge(1400, 70, 1.3, 5), paper.ridge(1100, 44, 1.2, 6)
    brush.hills(base, paper.seen(far, 200, 436, size.width), colour("#b0567f"), colour("#e88a86"), 80)
    brush.hills(base, paper.seen(near, 300, 440, size.width), colour("#8a3f74"), colour("#d07880"), 50)
    corners = vignette(size, 0.35)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        _paint_horizon(frame, phase)
        for n in range(9, -1, -1):
            depth = 0.3 + (n + 1 - (phase * 6) % 1.0) * 1.4
            y = 430 + 260 / depth
            bend = 54.0 * math.sin(depth * 0.16 + 0.6) * min(1.0, depth * 0.25)
            for side in (-1, 1):
                tint = mix(colour("#3a1f4d"), colour("#f79a7c"), 1 - math.exp(-depth * 0.10))
                paper.round_tree(frame, 270 + bend + side * 205 / depth, y, 330 / depth, tint)
        return np.asarray(frame * corners)

    return paint


def _tower(
    frame: Frame, x: float, wide: float, top: float, tint: Colour, rng: np.random.Generator, lit: Colour
) -> None:
    brush.polygon(frame, np.array([(x, top), (x + wide, top), (x + wide, 960), (x, 960)]), tint)
    for row in range(int((880 - top) / 22)):
        for column in range(int(wide / 17)):
            if rng.random() < 0.34:
                left, high = x + 6 + column * 17, top + 12 + row * 22
                pane = np.array([(left, high), (left + 7, high), (left + 7, high + 11), (left, high + 11)])
                brush.polygon(frame, pane, mix(lit, (1, 0.6, 0.35), float(rng.random())), float(rng.uniform(0.5, 1)))


def city(size: Size) -> Painter:
    """A night ride through lit windows; three rows of houses pass at three speeds."""
    base = vertical(size, palette("#0b1030 #1d1f56 #4a2f7a #8a4a8c #c56b86"))
    brush.glow(base, 400, 190, 260, colour("#fff2d0"), 0.4)
    brush.disc(base, 400, 190, 46, colour("#fff4da"), 1.0, 2.0)
    strips = []
    for layer, tint in enumerate(palette("#3b2b68 #281f52 #181538")):
        strip = np.zeros((960, 1080, 3), np.float32)
        strip[:, :, 0] = -1
        rng, x = np.random.default_rng(layer + 4), 0.0
        while x < 1070:
            wide = min(float(rng.integers(3, 7)) * 17 + 12, 1080 - x)
            _tower(strip, x, wide, float(rng.uniform(230, 450)) + layer * 92, tint, rng, colour("#ffd98a"))
            x += wide + (0 if layer else 8)
        strips.append(strip)
    look = Ride("", "", (0, 0, 0), "", "#14122e", "#ff5a4f", "#ffb020", "", 0)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for layer, strip in enumerate(strips):
            shift = int(phase * 1080 * (1, 1, 2)[layer])
            view = np.roll(strip, -shift, axis=1)[:, : size.width]
            solid = view[:, :, 0:1] >= 0
            frame = np.where(solid, view, frame + 0.02)
        brush.hills(frame, np.full(size.width, 694.0), colour("#241f47"), colour("#14122e"), 120, 0.3)
        _ride_by(frame, look, phase)
        brush.glow(frame, 190 + 120, 668, 90, (1, 0.85, 0.5), 0.5)
        bloom(frame, 0.6, 0.7, 22)
        return frame

    return paint


def spokes(size: Size) -> Painter:
    """A wheel from close by, its spokes drawing moiré in the evening sun."""
    base = vertical(size, palette("#ffd9a0 #ff9f80 #d9627e #6b3f7d"))
    rng = np.random.default_rng(12)
    for _ in range(26):
        x, y, radius = rng.uniform((0, 0, 24), (540, 900, 74))
        brush.disc(base, x, y, radius, cycle(palette("#fff0c8 #ffb36b #ff8fa0"), rng.random()), 0.16, 6.0)
    dark, rim = colour("#2b1d3f"), np.linspace(0, TURN, 181)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        cx, cy, radius, turn = 270.0, 500.0, 372.0, TURN * phase * 3 / 16
        for side in (1, -1):
            for n in range(16):
                a = turn + n * TURN / 16
                b = a + side * 0.62
                line = np.array(
                    [
                        (cx + 34 * math.cos(b), cy + 34 * math.sin(b)),
                        (cx + radius * math.cos(a), cy + radius * math.sin(a)),
                    ]
                )
                brush.stroke(
                    frame,
                    line,
                    np.array([2.2, 1.7]),
                    mix(dark, (1, 0.9, 0.8), 0.25),
                    mix(dark, (1, 0.9, 0.8), 0.5),
                    0.9,
                )
        for out, girth, tint in ((0, 15.0, dark), (26, 12.0, mix(dark, (0, 0, 0), 0.4)), (-11, 3.0, colour("#ffd9b0"))):
            ring = np.stack([cx + (radius + out) * np.cos(rim), cy + (radius + out) * np.sin(rim)], axis=1)
            brush.stroke(frame, ring, np.full(181, girth), tint, tint)
        brush.ball(frame, cx, cy, 40, colour("#59406b"), 0.6, 0.5)
        brush.ball(frame, cx, cy, 15, colour("#ffb020"), 0.5, 0.4)
        return frame

    return paint


DUSK = Ride(
    "#2d2a5e #7a3f7d #e8697a #ffb27d #ffd9a3",
    "#fff0cf",
    (380, 400, 64),
    "#c4647f #944c7c #653a70 #40285c",
    "#2c1d45",
    "#ffb020",
    "#ff5a4f",
    "pine",
    3,
)
MORNING = Ride(
    "#8fd3e8 #bfe6e4 #eaf5dc #fdf3d2",
    "#fffbe6",
    (150, 330, 58),
    "#a9d3b0 #7fbd8e #559a6e #35774f",
    "#4a5a63",
    "#e4572e",
    "#1d4e89",
    "both",
    8,
    2,
    0.1,
)
WET = Ride(
    "#3b4a63 #5d7288 #8ea3ad #b5c2c0",
    "#dfe8e6",
    (250, 340, 40),
    "#7f98a3 #5d7a86 #43606d #2d4753",
    "#27353f",
    "#ffd23f",
    "#e63946",
    "pine",
    22,
    1,
    0.3,
    True,
)

SCENES = [
    Scene("road-dusk", ride(DUSK), 6, 30, "gears", 33),
    Scene("road-morning", ride(MORNING), 6, 30, "gears", 35),
    Scene("road-rain", ride(WET), 6, 30, "rain", 36),
    Scene("road-horizon", horizon, 6, 30, "loops", 34),
    Scene("road-city", city, 6, 30, "keys", 35),
    Scene("road-wheel", spokes, 4, 30, "", 33),
]
