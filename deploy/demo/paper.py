"""Cut-paper landscapes: ridges that repeat, trees, houses, and a cyclist who pedals past them."""

import math

import brush
import numpy as np
from canvas import TURN, Colour, Frame, Points, mix
from numpy.typing import NDArray

Ridge = NDArray[np.float64]


def ridge(period: int, height: float, rough: float, seed: int) -> Ridge:
    """One period of a skyline in pixels above its base line; it joins up with itself."""
    rng = np.random.default_rng(seed)
    x = np.arange(period) / period * TURN
    line = np.zeros(period)
    for n in range(1, 14):
        line += rng.normal(0, 1) * np.cos(n * x + rng.uniform(0, TURN)) / n**rough
    line -= line.min()
    return np.asarray(line / line.max() * height)


def seen(line: Ridge, shift: float, base: float, width: int) -> Ridge:
    """The y of each column for a skyline that has moved `shift` pixels to the left."""
    places = np.arange(width) + shift
    whole = np.floor(places).astype(int)
    part = places - whole
    near, far = line[whole % len(line)], line[(whole + 1) % len(line)]
    return np.asarray(base - (near * (1 - part) + far * part))


def pine(frame: Frame, x: float, y: float, tall: float, tint: Colour) -> None:
    """A fir of three tiers that stands at (x, y)."""
    for tier in range(3):
        top, low = y - tall + tier * tall * 0.2, y - tall * (0.5 - tier * 0.22)
        half = tall * (0.15 + 0.075 * tier)
        brush.polygon(frame, np.array([(x, top), (x + half, low), (x - half, low)]), tint)
    brush.polygon(frame, np.array([(x - 2, y - 8), (x + 2, y - 8), (x + 2, y + 4), (x - 2, y + 4)]), tint)


def round_tree(frame: Frame, x: float, y: float, tall: float, tint: Colour) -> None:
    """A broad-leaved tree that stands at (x, y)."""
    trunk = np.array([(x, y + 3), (x, y - tall * 0.6)])
    brush.stroke(
        frame, trunk, np.array([tall * 0.05, tall * 0.03]), mix(tint, (0.2, 0.1, 0.1), 0.5), mix(tint, (0, 0, 0), 0.2)
    )
    for dx, dy, size in ((0, -0.72, 0.3), (-0.2, -0.55, 0.23), (0.21, -0.56, 0.22), (0.05, -0.9, 0.19)):
        brush.disc(frame, x + dx * tall, y + dy * tall, size * tall, tint, 1.0, 1.3)
    brush.disc(frame, x - 0.07 * tall, y - 0.8 * tall, 0.17 * tall, mix(tint, (1, 1, 0.8), 0.14), 1.0, 1.3)


def house(frame: Frame, x: float, y: float, wide: float, wall: Colour, roof: Colour, window: Colour) -> None:
    """A gabled house whose ground is at y."""
    tall = wide * 0.72
    brush.polygon(frame, np.array([(x, y - tall), (x + wide, y - tall), (x + wide, y + 12), (x, y + 12)]), wall)
    brush.polygon(
        frame, np.array([(x - 7, y - tall), (x + wide + 7, y - tall), (x + wide * 0.5, y - tall - wide * 0.55)]), roof
    )
    for column in (0.2, 0.6):
        left, top, size = x + wide * column, y - tall * 0.72, wide * 0.2
        pane = [(left, top), (left + size, top), (left + size, top + size * 1.2), (left, top + size * 1.2)]
        brush.polygon(frame, np.array(pane), window)


def bend(hip: Points, foot: Points, upper: float, lower: float, side: float) -> Points:
    """Where the joint between two limbs is, for their ends."""
    gap = foot - hip
    far = min(float(np.hypot(*gap)), upper + lower - 0.01)
    along = (upper * upper - lower * lower + far * far) / (2 * far)
    off = math.sqrt(max(0.0, upper * upper - along * along))
    unit = gap / max(float(np.hypot(*gap)), 1e-6)
    return np.asarray(hip + unit * along + np.array([-unit[1], unit[0]]) * off * side)


def wheel(frame: Frame, x: float, y: float, radius: float, turn: float, tint: Colour, rim: float) -> None:
    """A spoked wheel."""
    ring = np.array([(x + radius * math.cos(a), y + radius * math.sin(a)) for a in np.linspace(0, TURN, 49)])
    brush.stroke(frame, ring, np.full(49, rim), tint, tint)
    for spoke in range(8):
        a = turn + spoke * TURN / 8
        line = np.array([(x, y), (x + radius * math.cos(a), y + radius * math.sin(a))])
        brush.stroke(frame, line, np.full(2, rim * 0.28), tint, tint, 0.75)


def _limb(frame: Frame, points: list[Points], girth: list[float], tint: Colour, end: Colour | None = None) -> None:
    brush.stroke(frame, np.array(points), np.array(girth), tint, end or tint)


def cyclist(
    frame: Frame, x: float, y: float, scale: float, pedal: float, coat: Colour, dark: Colour, bike: Colour
) -> None:
    """A rider going right; (x, y) is where the rear wheel touches the ground, `pedal` the crank's angle."""

    def at(px: float, py: float) -> Points:
        return np.array([x + px * scale, y - py * scale])

    rear, front, crank = at(0, 34), at(104, 34), at(44, 34)
    seat, bar = at(30, 84), at(90, 92)
    for hub in (rear, front):
        wheel(frame, hub[0], hub[1], 33 * scale, pedal * 2.2, mix(dark, bike, 0.25), 2.4 * scale)
    skin = mix(coat, (0.98, 0.86, 0.74), 0.85)
    hip, shoulder = at(30, 94), at(66, 142)
    for leg in (math.pi, 0.0):
        foot = crank + np.array([math.cos(pedal + leg), math.sin(pedal + leg)]) * 16 * scale
        knee = bend(hip, foot + np.array([0, -4 * scale]), 38 * scale, 38 * scale, -1)
        shade = mix(dark, (0, 0, 0), 0.25) if leg else dark
        _limb(frame, [hip, knee, foot], [10 * scale, 7.5 * scale, 5 * scale], shade)
        _limb(frame, [foot, foot + np.array([11 * scale, 1])], [4.4 * scale, 3.4 * scale], mix(shade, (1, 1, 1), 0.5))
        if leg:
            for a, b in (
                (rear, seat),
                (seat, crank),
                (crank, rear),
                (crank, bar),
                (at(33, 78), at(86, 80)),
                (bar, front),
            ):
                _limb(frame, [a, b], [2.7 * scale, 2.7 * scale], bike)
            _limb(frame, [at(22, 88), at(40, 87)], [4 * scale, 2.5 * scale], dark)
    _limb(
        frame,
        [hip, (hip + shoulder) / 2 + np.array([-5 * scale, -3 * scale]), shoulder],
        [12 * scale, 13 * scale, 11 * scale],
        coat,
    )
    elbow = bend(shoulder, bar, 28 * scale, 28 * scale, -1)
    _limb(frame, [shoulder, elbow, bar], [7 * scale, 5.5 * scale, 4.4 * scale], mix(coat, (0, 0, 0), 0.12), skin)
    head = at(80, 165)
    _limb(frame, [shoulder, head], [6 * scale, 6 * scale], skin)
    brush.disc(frame, head[0], head[1], 12.5 * scale, skin)
    helmet = [
        head + np.array([math.cos(a), math.sin(a)]) * 15.5 * scale
        for a in np.linspace(math.pi * 0.93, TURN * 0.985, 20)
    ]
    brush.polygon(frame, np.array(helmet), bike)
