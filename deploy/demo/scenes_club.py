"""The animation club's own clips: squash and stretch, weight, paper planes, a house that walks."""

import math

import brush
import numpy as np
import paper
from canvas import (
    TURN,
    Colour,
    Frame,
    Painter,
    Points,
    Scene,
    Size,
    colour,
    cycle,
    grain,
    mix,
    palette,
    smooth,
    vertical,
)


def _eyes(frame: Frame, x: float, y: float, apart: float, size: float, look: float, closed: float) -> None:
    for side in (-1, 1):
        px = x + side * apart
        brush.ellipse(frame, px, y, size, max(1.4, size * 1.12 * (1 - closed)), 0, (1, 1, 1))
        if closed < 0.7:
            brush.disc(frame, px + look * size * 0.35, y + size * 0.1, size * 0.52, (0.1, 0.07, 0.16))
            brush.disc(frame, px + look * size * 0.35 - size * 0.18, y - size * 0.14, size * 0.17, (1, 1, 1))


def _blink(phase: float, at: float) -> float:
    return max(0.0, 1 - abs(((phase - at + 0.5) % 1.0) - 0.5) * 50)


def jellies(size: Size) -> Painter:
    """Five soft fellows hop in turn, squashing and stretching."""
    base = vertical(size, palette("#ffe3c9 #ffd1bb #ffc1b3"))
    for x, y, radius, tint in ((80, 170, 150, "#ffd9a8"), (470, 300, 190, "#ffb5a7"), (250, 90, 90, "#fcd5ce")):
        brush.disc(base, x, y, radius, colour(tint), 0.6, 2)
    brush.hills(base, np.full(size.width, 690.0), colour("#f28482"), colour("#d96a73"), 260, 0.12)
    crew = [
        (78, 50, "#84a59d", 0.0),
        (180, 62, "#f6bd60", 0.1),
        (290, 48, "#6d8fd1", 0.2),
        (385, 58, "#b388c9", 0.3),
        (482, 44, "#4fb3a5", 0.4),
    ]
    paper_grain = grain(size, 0.012)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for x, radius, tint, late in crew:
            t = ((phase * 4 - late) % 1.0) / 0.62
            high = 4 * t * (1 - t) if t < 1 else 0.0
            rest = (t - 1) / 0.61 if t >= 1 else 0.0
            wobble = math.exp(-rest * 3.4) * math.cos(rest * 15) if t >= 1 else 0.0
            stretch = 1 + (0.20 * abs(1 - 2 * t) if t < 1 else -0.26 * wobble)
            wide, tall = radius / math.sqrt(stretch), radius * 1.12 * stretch
            y = 742 - tall - 215 * high
            brush.ellipse(
                frame,
                x,
                748,
                radius * (1.05 - 0.5 * high),
                11 * (1 - 0.5 * high),
                0,
                (0.4, 0.08, 0.12),
                0.30 * (1 - 0.6 * high),
                8,
            )
            _gel(frame, x, y, wide, tall, colour(tint))
            _eyes(
                frame,
                x,
                y - tall * 0.15,
                wide * 0.36,
                radius * 0.19,
                0.6 * math.sin(TURN * phase + late * 9),
                _blink(phase, 0.3 + late),
            )
            mouth = np.array(
                [
                    (x + wide * 0.22 * math.cos(a), y + tall * 0.20 + (4 + 10 * high) * math.sin(a))
                    for a in np.linspace(0.1, math.pi - 0.1, 12)
                ]
            )
            brush.polygon(frame, mouth, mix(colour(tint), (0.2, 0, 0.1), 0.7))
        return np.asarray(frame * paper_grain)

    return paint


def _gel(frame: Frame, x: float, y: float, wide: float, tall: float, tint: Colour) -> None:
    angle = np.linspace(0, TURN, 72, endpoint=False)
    body = np.stack(
        [
            x + wide * np.cos(angle),
            y + np.where(np.sin(angle) > 0, tall * np.abs(np.sin(angle)) ** 0.72, -tall * np.abs(np.sin(angle))),
        ],
        axis=1,
    )
    brush.polygon(frame, body, tint)
    brush.ellipse(
        frame, x + wide * 0.2, y + tall * 0.5, wide * 0.66, tall * 0.36, 0, mix(tint, (0.15, 0, 0.2), 0.3), 0.35, 16
    )
    brush.ellipse(frame, x - wide * 0.42, y - tall * 0.56, wide * 0.22, tall * 0.10, -0.5, (1, 1, 1), 0.55, 4)


def stairs(size: Size) -> Painter:
    """A ball with a tail hops down stairs that never end."""
    base = vertical(size, palette("#7b6cf6 #a48bfa #d6a8f0 #ffc6d9"))
    paper_grain = grain(size, 0.01)
    steps_a_loop, wide, tall = 6, 150.0, 96.0

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for n in range(7):
            s = (n * 0.21 + phase * (1 if n % 2 else 2)) % 1.0
            brush.ellipse(frame, 620 - 720 * s, 130 + n * 74 - 60 * s, 74 + 9 * n, 22, 0, (1, 1, 1), 0.22, 18)
        place = phase * steps_a_loop
        share = place % 1.0
        ox, oy = -share * wide, -share * tall
        for k in range(-3, 6):
            x, y = 200 + ox + k * wide, 560 + oy + k * tall
            tint = cycle(palette("#ff6b6b #ffa94d #ffd43b #69db7c #4dabf7 #b197fc"), (k + math.floor(place)) / 6)
            brush.polygon(
                frame,
                np.array([(x, y), (x + wide + 1, y), (x + wide + 1, 1000), (x, 1000)]),
                mix(tint, (0.25, 0.1, 0.4), 0.22),
            )
            brush.polygon(
                frame,
                np.array([(x, y), (x + wide + 1, y), (x + wide + 1, y + 16), (x, y + 16)]),
                mix(tint, (1, 1, 1), 0.4),
            )
            brush.polygon(
                frame, np.array([(x, y + 16), (x + 10, y + 16), (x + 10, 1000), (x, 1000)]), (0.2, 0, 0.3), 0.16
            )
        high = 4 * share * (1 - share)
        ball_x, ball_y = 275.0, 560 + oy + share * tall - 52 - 150 * high
        near = max(0.0, 1 - share * 9) + max(0.0, 1 - (1 - share) * 9)
        stretch = 1 - 0.34 * near + 0.16 * abs(1 - 2 * share) * (1 - near)
        tail = []
        for k in range(18):
            s = share - k * 0.024
            h = 4 * (s % 1.0) * (1 - s % 1.0)
            tail.append((ball_x - k * 5.5, ball_y - 12 + (150 * (high - h)) * 0.8 - k * 3.0))
        brush.stroke(frame, np.array(tail), np.linspace(26, 1, 18), colour("#ffe066"), colour("#ff922b"), 0.95, 0.1)
        _gel(frame, ball_x, ball_y, 46 / math.sqrt(stretch), 46 * stretch, colour("#ff922b"))
        _eyes(frame, ball_x + 8, ball_y - 8, 15, 10, 0.7, _blink(phase, 0.55))
        return np.asarray(frame * paper_grain)

    return paint


def _plane(frame: Frame, at: Points, angle: float, scale: float, tint: Colour) -> None:
    c, s = math.cos(angle), math.sin(angle)
    shapes = [
        ([(60, 0), (-52, -34), (-36, -4)], mix(tint, (1, 1, 1), 0.25)),
        ([(60, 0), (-36, -4), (-44, 22)], mix(tint, (0.2, 0.1, 0.3), 0.25)),
        ([(60, 0), (-36, -4), (-50, 6)], mix(tint, (0.2, 0.1, 0.3), 0.45)),
    ]
    for points, shade in shapes:
        brush.polygon(
            frame, np.array([at + np.array([px * c - py * s, px * s + py * c]) * scale for px, py in points]), shade
        )


def planes(size: Size) -> Painter:
    """Paper planes loop the loop between paper clouds."""
    base = vertical(size, palette("#4aa8d8 #7cc6e6 #b5e0ee #e5f3ea"))
    brush.disc(base, 430, 170, 66, colour("#fff3c4"), 1.0, 2.0)
    paper_grain = grain(size, 0.014)

    def path(s: float, n: int) -> Points:
        loop = smooth((s - 0.36) * 3.6)
        a = TURN * loop
        x = -110 + 760 * s - 118 * math.sin(a)
        y = 720 - n * 175 - 230 * s + 60 * math.sin(TURN * s) - 118 * (1 - math.cos(a))
        return np.array([x, y])

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for n in range(8):
            depth = 0.5 + 0.5 * (n % 4) / 3
            x = 700 - ((n * 0.37 + phase * (1 if n % 2 else 2)) % 1.0) * 900
            y = 120 + (n * 127) % 760
            for dx, dy, radius in ((0, 0, 44), (48, 10, 34), (-46, 12, 30), (16, -20, 36)):
                brush.disc(
                    frame,
                    x + dx * depth * 1.6 + 5,
                    y + dy * depth + 8,
                    radius * depth * 1.4,
                    (0.15, 0.35, 0.5),
                    0.10,
                    4.0,
                )
            for dx, dy, radius in ((0, 0, 44), (48, 10, 34), (-46, 12, 30), (16, -20, 36)):
                brush.disc(
                    frame,
                    x + dx * depth * 1.6,
                    y + dy * depth,
                    radius * depth * 1.4,
                    mix((1, 1, 1), (0.8, 0.93, 0.97), 1 - depth),
                    1.0,
                    1.5,
                )
        for n, tint in enumerate(("#ff6b5e", "#fff7ea", "#ffc145")):
            s = (phase + n * 0.27) % 1.0
            trail = np.array([path(max(0.0, s - k * 0.008), n) for k in range(40)])
            for k in range(2, 39, 3):
                brush.disc(frame, trail[k, 0], trail[k, 1], 2.3, (1, 1, 1), 0.75 * (1 - k / 40))
            here, ahead = path(s, n), path(min(1.0, s + 0.004), n)
            back = path(max(0.0, s - 0.004), n)
            _plane(frame, here, math.atan2(ahead[1] - back[1], ahead[0] - back[0]), 1.15, colour(tint))
        return np.asarray(frame * paper_grain)

    return paint


def walking_house(size: Size) -> Painter:
    """A house on two long legs strolls through the hills, its chimney smoking."""
    base = vertical(size, palette("#f8c9a0 #fbe0bb #fdf0d5"))
    brush.disc(base, 130, 190, 74, colour("#fff8e7"), 1.0, 2.0)
    lines = [paper.ridge(640 + 120 * n, 130 - 26 * n, 1.3, 70 + n) for n in range(3)]
    tints = palette("#e5a88a #b98a80 #7f7a7a")
    paper_grain = grain(size, 0.014)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for n, tint in enumerate(tints):
            brush.hills(
                frame,
                paper.seen(lines[n], phase * len(lines[n]), 560 + 80 * n, size.width),
                mix(tint, (1, 1, 1), 0.12),
                tint,
                150,
                0.16,
            )
        brush.hills(frame, np.full(size.width, 770.0), colour("#6d9775"), colour("#3f6b58"), 170, 0.2)
        for n in range(16):
            x = ((n * 71 - phase * 1136) % 1136) - 40
            _grass(frame, x, 790 + (n * 37) % 130)
        stride = phase * 4
        bob = 10 * math.cos(TURN * stride * 2)
        hip = np.array([270.0, 560 + bob])
        for leg, shade in ((0.5, 0.35), (0.0, 0.0)):
            _leg(frame, hip + np.array([16 if leg else -16, 0]), (stride + leg) % 1.0, shade)
            if leg:
                _cottage(frame, hip, 0.035 * math.sin(TURN * stride * 2 + 0.6))
        for k in range(9):
            s = (phase * 3 + k / 9) % 1.0
            brush.disc(
                frame,
                316 - 150 * s + 10 * math.sin(s * 9),
                268 + bob - 190 * s,
                9 + 30 * s,
                (1, 1, 1),
                0.55 * (1 - s),
                6,
            )
        return np.asarray(frame * paper_grain)

    return paint


def _grass(frame: Frame, x: float, y: float) -> None:
    for k in (-1, 0, 1):
        line = np.array([(x + k * 5, y), (x + k * 12, y - 22 + 5 * abs(k))])
        brush.stroke(frame, line, np.array([2.6, 0.5]), colour("#2f5a48"), colour("#86b87f"))


def _leg(frame: Frame, hip: Points, step: float, shade: float) -> None:
    if step < 0.55:
        s = step / 0.55
        foot = np.array([hip[0] + 92 - 184 * s, 832.0])
    else:
        s = (step - 0.55) / 0.45
        foot = np.array([hip[0] - 92 + 184 * smooth(s), 832 - 78 * math.sin(math.pi * s)])
    tint = mix(colour("#e76f51"), (0.15, 0.05, 0.15), shade)
    knee = paper.bend(hip, foot, 150, 150, 1)
    brush.stroke(frame, np.array([hip, knee, foot]), np.array([13.0, 10.0, 8.0]), tint, tint)
    brush.disc(frame, knee[0], knee[1], 13, mix(tint, (1, 1, 1), 0.15))
    for toe in (-0.25, 0.15, 0.5):
        brush.stroke(
            frame,
            np.array([foot, foot + np.array([40 * math.cos(toe), 34 * math.sin(toe) * 0.4 + 4])]),
            np.array([7.0, 3.0]),
            tint,
            tint,
        )


def _cottage(frame: Frame, hip: Points, lean: float) -> None:
    c, s = math.cos(lean), math.sin(lean)

    def put(points: list[tuple[float, float]], tint: Colour, alpha: float = 1.0) -> None:
        brush.polygon(
            frame, np.array([(hip[0] + px * c - py * s, hip[1] + px * s + py * c) for px, py in points]), tint, alpha
        )

    put([(30, -300), (62, -300), (62, -200), (30, -200)], colour("#8d5b4c"))
    put([(-105, 18), (105, 18), (112, -150), (-112, -150)], colour("#fdf3e1"))
    put([(20, 18), (105, 18), (112, -150), (20, -150)], (0.5, 0.3, 0.25), 0.10)
    put([(-140, -142), (140, -142), (60, -262), (-60, -262)], colour("#c1443c"))
    for row in range(4):
        y = -160 - row * 27
        put(
            [(-132 + row * 18, y), (132 - row * 18, y), (130 - row * 18, y + 5), (-130 + row * 18, y + 5)],
            (0.3, 0.05, 0.1),
            0.22,
        )
    for x in (-72, 22):
        put([(x - 4, -118), (x + 54, -118), (x + 54, -58), (x - 4, -58)], colour("#8d5b4c"))
        put([(x, -114), (x + 50, -114), (x + 50, -62), (x, -62)], colour("#ffd978"))
        put([(x + 23, -114), (x + 27, -114), (x + 27, -62), (x + 23, -62)], colour("#8d5b4c"))
    put([(-22, 18), (22, 18), (22, -44), (-22, -44)], colour("#3d7a78"))
    put([(-112, 12), (112, 12), (112, 26), (-112, 26)], colour("#8d5b4c"))


SCENES = [
    Scene("club-jellies", jellies, 6, 30, "oven", 31, begin=0.09),
    Scene("club-stairs", stairs, 6, 30, "gears", 31),
    Scene("club-planes", planes, 6, 30, "", 32, begin=0.3),
    Scene("club-house", walking_house, 6, 30, "oven", 33),
]
