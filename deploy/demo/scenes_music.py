"""The school orchestra's clips, which show exactly the notes that one hears: bars, a harp, keys, a score, pendulums."""

import math

import brush
import numpy as np
from canvas import (
    TURN,
    Colour,
    Frame,
    Painter,
    Scene,
    Size,
    along,
    bloom,
    colour,
    cycle,
    grain,
    mix,
    palette,
    vertical,
    vignette,
)
from music import pitch
from tunes import KEYS_TUNE, MARIMBA_TUNE, STRINGS_TUNE


def _since(phase: float, index: int, count: int) -> float:
    """How much of the loop has passed since note `index` of `count` sounded, 0..1."""
    return (phase - index / count) % 1.0


def marimba(size: Size) -> Painter:
    """A ball hops over wooden bars; each landing is a note of the tune."""
    notes = MARIMBA_TUNE.split()
    names = sorted(set(notes), key=pitch)
    base = vertical(size, palette("#173f4f #1f5a66 #2c7a78"))
    for radius, light in ((430, 0.10), (260, 0.12)):
        brush.glow(base, 270, 300, radius, (0.6, 1, 0.9), light)
    wide = 500 / len(names)
    woods = palette("#c0562f #d9793d #e9a04f #f2c063")
    corners = vignette(size, 0.35)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for row in (0, 1):
            y = 520 + row * 190
            brush.stroke(
                frame,
                np.array([(8.0, y + 14 - 26 * row), (532.0, y + 14 - 60 + 94 * row)]),
                np.full(2, 7.0),
                colour("#0e2a35"),
                colour("#0e2a35"),
                0.8,
            )
        for n, name in enumerate(names):
            last = min(_since(phase, i, len(notes)) for i, played in enumerate(notes) if played == name)
            ring = math.exp(-last * 26)
            x, tall = 20 + (n + 0.5) * wide, 340 - 13 * n
            hit = 620 + 5 * ring * math.cos(last * 300)
            bar = [
                (x - wide * 0.42, hit - tall / 2),
                (x + wide * 0.42, hit - tall / 2),
                (x + wide * 0.42, hit + tall / 2),
                (x - wide * 0.42, hit + tall / 2),
            ]
            brush.polygon(frame, np.array(bar) + np.array([5, 12]), (0, 0.05, 0.08), 0.35)
            tint = mix(along(woods, n / len(names)), (1, 0.95, 0.7), 0.65 * ring)
            brush.polygon(frame, np.array(bar), tint)
            brush.polygon(
                frame,
                np.array([bar[0], (x - wide * 0.22, hit - tall / 2), (x - wide * 0.22, hit + tall / 2), bar[3]]),
                (1, 1, 1),
                0.14,
            )
            for end in (-0.36, 0.36):
                brush.disc(frame, x, hit + tall * end, 3.6, mix(tint, (0, 0, 0), 0.5))
            brush.glow(frame, x, hit, 120, (1, 0.85, 0.5), 0.5 * ring)
        _hopper(frame, phase, notes, names, wide)
        return np.asarray(frame * corners)

    return paint


def _hopper(frame: Frame, phase: float, notes: list[str], names: list[str], wide: float) -> None:
    """The ball between the note just played and the next, and its fading path."""
    for back in range(14, -1, -1):
        place = ((phase - back * 0.0016) % 1.0) * len(notes)
        index, share = int(place) % len(notes), place % 1.0
        here, there = names.index(notes[index]), names.index(notes[(index + 1) % len(notes)])
        x = 20 + (here + (there - here) * share + 0.5) * wide
        y = 560 - (4 * share * (1 - share)) * (150 + 16 * abs(there - here)) - 20
        if back:
            brush.disc(frame, x, y, 15 - back * 0.8, (1, 0.9, 0.7), 0.05)
        else:
            brush.disc(frame, x + 6, 640, 20, (0, 0, 0), 0.25 * (1 - 3 * share * (1 - share)), 14.0)
            brush.ball(frame, x, y, 20, colour("#fff1dc"), 0.6, 0.4)


def harp(size: Size) -> Painter:
    """The strings of a harp, each bowed out by its own note and quivering to rest."""
    notes = STRINGS_TUNE.split()
    names = sorted(set(notes), key=pitch)
    base = vertical(size, palette("#1a1033 #35184f #6d2b5e #b5505a #e08f62"))
    gold, shine = colour("#d9a441"), colour("#ffe6a8")
    t = np.linspace(0, 1, 48)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for n, name in enumerate(names):
            last = min(_since(phase, i, len(notes)) for i, played in enumerate(notes) if played == name)
            power = math.exp(-last * 13) * min(1.0, last * 60)
            x = 70 + n * 400 / (len(names) - 1)
            top, low = 170 + 70 * math.sin(n * 0.33 + 0.4), 850 - n * 30.0
            swing = power * 24 * math.cos(last * 330)
            tint = cycle(palette("#ffd166 #ff8fa3 #9be7ff #c8b6ff"), n / len(names))
            for ghost, alpha in ((-1.0, 0.35), (0.3, 0.5), (1.0, 1.0)):
                line = np.stack([x + ghost * swing * np.sin(np.pi * t), top + (low - top) * t], axis=1)
                brush.stroke(
                    frame,
                    line,
                    np.full(48, 1.5),
                    mix(tint, (1, 1, 1), 0.2 + 0.6 * power),
                    tint,
                    alpha * (0.55 + 0.45 * power),
                )
            brush.glow(frame, x, (top + low) / 2, 170, tint, 0.55 * power)
        _harp_wood(frame, gold, shine)
        for n in range(26):
            s = (phase + n * 0.618) % 1.0
            brush.disc(
                frame,
                40 + (n * 89) % 470 + 12 * math.sin(TURN * s + n),
                880 - 820 * s,
                1.6,
                shine,
                0.6 * math.sin(math.pi * s),
                1.6,
            )
        return frame

    return paint


def _harp_wood(frame: Frame, gold: Colour, shine: Colour) -> None:
    """The neck, the column, the sound board and the foot."""
    t = np.linspace(0, 1, 48)
    neck = np.stack([30 + 470 * t, 170 + 70 * np.sin(t * 14 * 0.33 + 0.4) - 22], axis=1)
    brush.stroke(frame, neck, 13 + 9 * t, shine, gold)
    brush.stroke(
        frame,
        np.array([(486.0, 250.0), (500.0, 430.0), (478.0, 840.0)]),
        np.array([19.0, 14, 19]),
        gold,
        mix(gold, (0.3, 0.1, 0), 0.4),
    )
    brush.stroke(
        frame,
        np.array([(44.0, 872.0), (486.0, 466.0)]),
        np.array([26.0, 15.0]),
        mix(gold, (0.3, 0.1, 0), 0.45),
        gold,
    )
    brush.stroke(
        frame,
        np.array([(24.0, 900.0), (500.0, 872.0)]),
        np.array([15.0, 24.0]),
        mix(gold, (0.3, 0.1, 0), 0.55),
        gold,
    )


def keys(size: Size) -> Painter:
    """Lights fall on a keyboard, and where they land a key sounds."""
    notes = KEYS_TUNE.split()
    base = vertical(size, palette("#0b0f26 #141a3f #23265c"))
    whites = [f"{letter}{octave}" for octave in (3, 4, 5) for letter in "cdefgab"][3:17]
    wide = 540 / len(whites)
    tints = palette("#57e0ff #8f7bff #ff6fae #ffb347")

    def paint(phase: float) -> Frame:
        frame = base.copy()
        struck = dict.fromkeys(whites, 0.0)
        for i, name in enumerate(notes):
            x, tint = (whites.index(name) + 0.5) * wide, cycle(tints, whites.index(name) / 14)
            for lap in (0, 1):
                ahead = i / len(notes) + lap - phase
                low, long = 706 - ahead * 1500, 60.0
                if -60 < low < 706 + long:
                    end = min(low, 706.0)
                    if low - long < 706:
                        _light(frame, x, low - long, end, wide * 0.32, tint)
            struck[name] = max(struck[name], math.exp(-_since(phase, i, len(notes)) * 15))
        for n, name in enumerate(whites):
            power, tint = struck[name], cycle(tints, n / 14)
            x = n * wide
            _key(frame, x, wide, power, tint, name[0] in "cdfga" and n < len(whites) - 1)
            brush.glow(frame, x + wide / 2, 706, 130, tint, 0.75 * power)
            for spark in range(6):
                s = 1 - power
                a = -math.pi / 2 + (spark - 2.5) * 0.34
                if power > 0.08:
                    brush.disc(
                        frame,
                        x + wide / 2 + math.cos(a) * 130 * s,
                        706 + math.sin(a) * 150 * s + 90 * s * s,
                        2.4 * power,
                        mix(tint, (1, 1, 1), 0.5),
                        power,
                    )
        bloom(frame, 0.75, 0.6, 18)
        return frame

    return paint


def _key(frame: Frame, x: float, wide: float, power: float, tint: Colour, sharp: bool) -> None:
    """A white key, pressed and lit by `power`, and the black one after it if there is one."""
    key = np.array(
        [(x + 1.5, 706), (x + wide - 1.5, 706), (x + wide - 1.5, 914 + 6 * power), (x + 1.5, 914 + 6 * power)]
    )
    brush.polygon(frame, key, mix(colour("#f3f1ec"), tint, 0.75 * power))
    brush.polygon(
        frame,
        np.array([(x + 1.5, 902 + 6 * power), (x + wide - 1.5, 902 + 6 * power), key[2], key[3]]),
        (0.2, 0.15, 0.3),
        0.18,
    )
    if sharp:
        left = x + wide * 0.72
        brush.polygon(
            frame,
            np.array([(left, 706), (left + wide * 0.56, 706), (left + wide * 0.56, 832), (left, 832)]),
            colour("#15131f"),
        )
        brush.polygon(
            frame,
            np.array([(left + 3, 706), (left + wide * 0.56 - 3, 706), (left + wide * 0.56 - 3, 822), (left + 3, 822)]),
            colour("#2b2738"),
        )


def _light(frame: Frame, x: float, top: float, low: float, half: float, tint: Colour) -> None:
    line = np.array([(x, top), (x, low)])
    brush.stroke(frame, line, np.array([half * 1.9, half * 1.9]), tint, tint, 0.05, 5.0)
    brush.stroke(
        frame,
        line,
        np.array([half * 0.85, half]),
        mix(tint, (0.1, 0.1, 0.4), 0.3),
        mix(tint, (1, 1, 1), 0.5),
        0.35,
        2.8,
    )


def score(size: Size) -> Painter:
    """Five lines sway like reeds and their notes ride along."""
    base = vertical(size, palette("#fdf3df #f8e6c8 #f2d4ae"))
    paper_grain = grain(size, 0.018)
    ink = colour("#2b2140")
    notes = STRINGS_TUNE.split()
    names = sorted(set(notes), key=pitch)
    x = np.linspace(-20, 560, 80)

    def height(px: float, staff: int, phase: float) -> float:
        return 26 * math.sin(px * 0.011 + TURN * phase + staff * 1.4) + 12 * math.sin(
            px * 0.023 - TURN * phase * 2 + staff
        )

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for staff in range(3):
            top = 190 + staff * 235
            for line in range(5):
                y = np.array([top + line * 22 + height(float(px), staff, phase) for px in x])
                brush.stroke(frame, np.stack([x, y], axis=1), np.full(80, 1.2), ink, ink, 0.75)
            for k in range(-1, 9):
                sweep = (phase * 8) % 1.0
                px = (k + sweep if staff % 2 else k + 1 - sweep) * 68
                index = int(k - math.floor(phase * 8) if staff % 2 else k + math.floor(phase * 8)) % 8 * 4 + staff
                step = names.index(notes[index % len(notes)]) / len(names)
                py = top + 96 - step * 96 + height(px, staff, phase)
                tint = cycle(palette("#e4572e #2a9d8f #3d5a98 #d1495b"), (index % 8) / 8)
                up = -1 if step < 0.55 else 1
                brush.stroke(
                    frame, np.array([(px - 13 * up, py), (px - 13 * up, py + up * 64)]), np.full(2, 1.9), ink, ink
                )
                brush.ellipse(frame, px, py, 15.5, 11, -0.35, tint)
                brush.ellipse(frame, px - 4, py - 4, 5, 2.6, -0.35, (1, 1, 1), 0.45, 2)
        return np.asarray(frame * paper_grain)

    return paint


def pendulums(size: Size) -> Painter:
    """Fifteen pendulums drift apart into waves and come together again."""
    base = vertical(size, palette("#f6e7d8 #efd3c0 #e3b5a6 #c98b8b"))
    brush.polygon(base, np.array([(40, 120), (500, 120), (500, 142), (40, 142)]), colour("#5a3b40"))
    corners = vignette(size, 0.25)
    tints = palette("#264653 #2a9d8f #e9c46a #f4a261 #e76f51")

    def paint(phase: float) -> Frame:
        frame = base.copy()
        brush.hills(frame, np.full(size.width, 812.0), colour("#b97a78"), colour("#8f5560"), 150, 0.2)
        for n in range(15):
            long = 610 - n * 27.0
            angle = 0.40 * math.cos(TURN * phase * (5 + n))
            depth = n / 14
            top = 60 + n * 30.0
            x, y = top + math.sin(angle) * long * 0.42, 142 + long * (0.9 + 0.1 * math.cos(angle))
            brush.ellipse(frame, x, 826, 22, 5, 0, (0.2, 0.05, 0.1), 0.22, 8)
            brush.stroke(
                frame, np.array([(top, 140.0), (x, y)]), np.full(2, 0.9), (0.3, 0.2, 0.22), (0.3, 0.2, 0.22), 0.75
            )
            brush.ball(frame, x, y, 25 - 0.6 * n, along(tints, depth), 0.6, 0.5)
        return np.asarray(frame * corners)

    return paint


SCENES = [
    Scene("music-marimba", marimba, 8, 30, "marimbas", 32),
    Scene("music-harp", harp, 8, 24, "strings", 36),
    Scene("music-keys", keys, 6, 30, "keys", 32),
    Scene("music-score", score, 8, 24, "strings", 36),
    Scene("music-pendulums", pendulums, 8, 24, "", 36),
]
