"""The sky watcher's clips: a day in six seconds, star trails, aurora, meteors, the moon, a ringed planet, clouds."""

import math

import brush
import numpy as np
import paper
from canvas import (
    TURN,
    Frame,
    Painter,
    Scene,
    Size,
    Start,
    colour,
    grain,
    mix,
    palette,
    smooth,
    vertical,
    vignette,
)
from compiled import compiled
from noise import cloud, noise
from numpy.typing import NDArray

DAY_SKIES = [
    palette("#0a1030 #16205a #2c3a7a"),
    palette("#3b3a7c #c9678f #ffc48a"),
    palette("#3f8fd6 #8cc8ee #dff1ee"),
    palette("#4a93d0 #a5d3e8 #f6ecd0"),
    palette("#3a2f75 #d9587a #ffb066"),
]


def _stars(frame: Frame, count: int, seed: int, depth: int, light: float, phase: float) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(count):
        x, y, size, beat = rng.uniform(0, 540), rng.uniform(0, depth), rng.uniform(0.5, 1.7), rng.integers(1, 4)
        twinkle = 0.7 + 0.3 * math.sin(TURN * (phase * beat + rng.random()))
        brush.disc(frame, x, y, size, (1, 1, 0.95), light * twinkle * (0.35 + 0.4 * size), 1.0)


def _crescent(frame: Frame, x: float, y: float, radius: float, light: float) -> None:
    outer, inner = np.linspace(0.9, TURN * 0.86 - 0.3, 40), np.linspace(TURN * 0.86 - 0.75, 1.35, 40)
    rim = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in outer]
    bite = [(x + radius * (0.36 + 0.86 * math.cos(a)), y + radius * (-0.1 + 0.86 * math.sin(a))) for a in inner]
    brush.polygon(frame, np.array(rim + bite), colour("#f5f2df"), light)


def _sun_and_moon(frame: Frame, phase: float, night: float) -> None:
    for offset, tint, radius, halo in ((0.0, "#fff6d8", 52, 0.14), (0.5, "#f2f0e2", 40, 0.14)):
        angle = TURN * (phase - 0.5 + offset)
        x, y = 270 - 250 * math.sin(angle), 620 - 420 * math.cos(angle)
        if y < 760:
            brush.glow(frame, x, y, radius * 5, colour(tint), halo * (night if offset else 1.0))
            if offset:
                _crescent(frame, x, y, radius, night)
            else:
                brush.disc(frame, x, y, radius, colour(tint), 1.0, 2.0)


@compiled
def _mirror(frame: Frame, line: int, phase: float, tint: tuple[float, float, float]) -> None:
    """A lake below `line` that shows what is above it, rippled."""
    height, width = frame.shape[0], frame.shape[1]
    for y in range(line, height):
        deep = (y - line) / (height - line)
        for x in range(width):
            wave = math.sin(y * 0.22 * (1.4 - deep) + 6.2832 * phase * 3 + 1.3 * math.sin(x * 0.013 + 6.2832 * phase))
            sx = min(width - 1, max(0, int(x + wave * (1.5 + 7 * deep))))
            sy = max(0, int(line - 1 - (y - line) * 1.15 + wave * 2))
            keep = 0.78 - 0.30 * deep
            for part in range(3):
                frame[y, x, part] = frame[sy, sx, part] * keep + tint[part] * (1 - keep) + max(0.0, wave - 0.86) * 0.25


def whole_day(size: Size) -> Painter:
    """From midnight over noon back to midnight above a lake."""
    far, near = paper.ridge(900, 150, 1.2, 17), paper.ridge(760, 90, 1.0, 23)
    corners = vignette(size, 0.25)

    def paint(phase: float) -> Frame:
        place = phase * len(DAY_SKIES)
        index, share = int(place), smooth((place - int(place)) * 1.1 - 0.05)
        pair = zip(DAY_SKIES[index], DAY_SKIES[(index + 1) % len(DAY_SKIES)], strict=True)
        sky = [mix(a, b, share) for a, b in pair]
        night = smooth(abs(phase - 0.5) * 7 - 2.3)
        frame = vertical(size, [sky[0], sky[1], sky[2], sky[2]])
        _stars(frame, 140, 3, 560, night, phase)
        _sun_and_moon(frame, phase, night)
        for line, base, deep in ((far, 690, 0.45), (near, 690, 0.72)):
            tint = mix(mix(sky[2], (0.10, 0.22, 0.24), deep), (0.02, 0.03, 0.1), 0.55 * night)
            brush.hills(frame, paper.seen(line, 200, base, size.width), mix(tint, sky[2], 0.25), tint, 130)
        _mirror(frame, 690, phase, mix(sky[1], (0.05, 0.12, 0.2), 0.5))
        return np.asarray(frame * corners)

    return paint


def trails(size: Size) -> Painter:
    """Stars drawing circles around the pole above a row of firs; the trails grow and fade."""
    base = vertical(size, palette("#060a1f #0d1638 #1f2a5c #45406f"))
    rng = np.random.default_rng(7)
    stars = [(float(r), float(a), float(w)) for r, a, w in rng.uniform((14, 0, 0.4), (860, TURN, 1.5), (300, 3))]
    tints = palette("#ffffff #cfe0ff #ffe6c4 #ffd0c0")
    front = np.zeros((size.height, size.width, 3), np.float32) - 1
    line = paper.ridge(1000, 60, 1.2, 31)
    brush.hills(front, paper.seen(line, 100, 830, size.width), colour("#0b1026"), colour("#070a18"), 140)
    for x in rng.uniform(-10, 550, 26):
        paper.pine(front, float(x), 850 - line[int(x + 100)], float(rng.uniform(50, 150)), colour("#080c1e"))

    def paint(phase: float) -> Frame:
        frame = base.copy()
        length = 0.10 + 0.75 * (0.5 - 0.5 * math.cos(TURN * phase))
        for index, (radius, angle, width) in enumerate(stars):
            turn = np.linspace(angle, angle + length, 4 + int(length * 34)) - length * 0.5
            line = np.stack([270 + radius * np.cos(turn), 380 + radius * np.sin(turn)], axis=1)
            widths = np.linspace(width * 0.5, width * 0.75, len(line))
            brush.stroke(frame, line, widths, tints[index % 4], tints[index % 4], 0.25, 3.4)
        solid = front[:, :, 0:1] > 0
        return np.where(solid, front, frame)

    return paint


@compiled
def _paint_aurora(frame: Frame, phase: float, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
    height, width = frame.shape[0], frame.shape[1]
    for x in range(width):
        for curtain in range(3):
            u = x / width * (1.5 + 0.35 * curtain) + curtain * 3.7
            bend = noise(u, 0.3 + curtain, phase * 3 + curtain, 3)
            fold = noise(u * 3.1 + 2 * bend, 4.7 + curtain, phase * 3, 3)
            foot = 560 - 100 * curtain + 150 * bend + 34 * fold
            rays = 0.55 + 0.45 * noise(u * 15 + 3.0 * bend, 2.2, phase * 6 + curtain, 6)
            power = (0.34 + 0.42 * noise(u * 1.7, 8.8, phase * 3 + 1, 3)) * rays * (1.0 - 0.22 * curtain)
            tall = 300.0 + 90 * bend
            for y in range(max(0, int(foot - 2.4 * tall)), min(height, int(foot) + 44)):
                up = (foot - y) / tall
                light = (
                    math.exp(-up * 1.7) * min(1.0, max(0.0, up * 3.2 + 0.05)) if up > 0 else 0.05 * math.exp(up * 60)
                )
                light = max(0.0, light * power) * 1.9
                share = min(1.0, max(0.0, up * 0.8))
                for part in range(3):
                    frame[y, x, part] += light * (low[part] * (1 - share) + high[part] * share)


def aurora(low: str, high: str, seed: int) -> Start:
    """Curtains of light over firs and a lake."""

    def start(size: Size) -> Painter:
        base = vertical(size, palette("#050818 #0a1430 #12284a #1d3d57 #1d3d57"))
        _stars(base, 190, seed, 660, 0.7, 0.3)
        colours = np.array(palette(low))[0], np.array(palette(high))[0]
        far, near = paper.ridge(900, 90, 1.2, seed), paper.ridge(800, 46, 1.0, seed + 1)
        rng = np.random.default_rng(seed)
        trees = [(float(x), float(t)) for x, t in rng.uniform((-10, 34), (550, 96), (24, 2))]

        def paint(phase: float) -> Frame:
            frame = base.copy()
            _paint_aurora(frame, phase, *colours)
            brush.hills(frame, paper.seen(far, 100, 720, size.width), colour("#0e2238"), colour("#0a182c"), 90)
            brush.hills(frame, paper.seen(near, 60, 724, size.width), colour("#081322"), colour("#060d1a"), 60)
            for x, tall in trees:
                paper.pine(frame, x, 728 - near[int(x + 60) % 800], tall, colour("#060d1a"))
            _mirror(frame, 724, phase, colour("#0a1a30"))
            return frame

        return paint

    return start


def meteors(size: Size) -> Painter:
    """A shower of shooting stars over dunes."""
    base = vertical(size, palette("#0a0d2b #1b1a4b #43306f #8a4f83 #d98880"))
    _stars(base, 260, 5, 720, 0.8, 0.2)
    rng = np.random.default_rng(19)
    falls = [tuple(float(v) for v in row) for row in rng.uniform((60, -40, 0, 0.6), (680, 420, 1, 1.4), (13, 4))]
    lines = [paper.ridge(1200, 80 + 40 * n, 1.9, 40 + n) for n in range(3)]
    tints = palette("#7a4478 #502c62 #2a1842")

    def paint(phase: float) -> Frame:
        frame = base.copy()
        for x, y, begin, strength in falls:
            share = ((phase + begin) % 1.0) * 4.2
            if share < 1.0:
                head = share * 330 * strength
                tail = max(0.0, head - 190 * strength)
                bright = math.sin(math.pi * share) * strength
                line = np.array([(x - tail * 0.86, y + tail * 0.5), (x - head * 0.86, y + head * 0.5)])
                brush.stroke(
                    frame,
                    line,
                    np.array([0.3, 2.0 * strength]),
                    (0.8, 0.85, 1),
                    (1, 1, 0.95),
                    0.03,
                    min(30.0, 30.0 * bright),
                )
                brush.glow(frame, float(line[1, 0]), float(line[1, 1]), 26 * strength, (0.9, 0.92, 1), 0.7 * bright)
        for n, line in enumerate(lines):
            brush.hills(
                frame,
                paper.seen(line, 130.0 * n, 800 + 70 * n, size.width),
                mix(tints[n], (1, 0.7, 0.6), 0.16),
                tints[n],
                150,
                0.12,
            )
        return frame

    return paint


@compiled
def _paint_moon(frame: Frame, phase: float, cx: float, cy: float, radius: float) -> None:
    light_x, light_z = math.sin(6.2832 * phase), -math.cos(6.2832 * phase)
    for y in range(int(cy - radius - 2), int(cy + radius + 3)):
        for x in range(int(cx - radius - 2), int(cx + radius + 3)):
            u, v = (x - cx) / radius, (y - cy) / radius
            r2 = u * u + v * v
            cover = min(1.0, max(0.0, (1 - math.sqrt(r2)) * radius + 0.5))
            if cover <= 0:
                continue
            z = math.sqrt(max(0.0, 1 - r2))
            seas = cloud(u * 1.5 + 4.0, v * 1.5 + 2.0, z * 1.2, 8, 4)
            rough = cloud(u * 6 + 1.0, v * 6, z * 4, 8, 4)
            pits = 0.0
            for k in range(3):
                s = 5.0 + 5 * k
                pits += max(0.0, noise(u * s + 20 * k, v * s, z * s * 0.7, 16) - 0.32) * (0.9 - 0.2 * k)
            albedo = 0.80 - 0.34 * min(1.0, max(0.0, seas * 2.2 + 0.25)) + 0.10 * rough + 0.35 * pits
            facing = u * light_x + z * light_z + 0.05 * rough + 0.12 * pits
            lit = min(1.0, max(0.0, facing * 2.6 + 0.04)) * albedo
            for part in range(3):
                tint = (1.0, 0.965, 0.90)[part] * lit + frame[y, x, part] * 0.72 + (0.025, 0.03, 0.05)[part] * albedo
                frame[y, x, part] = frame[y, x, part] * (1 - cover) + tint * cover


def moon(size: Size) -> Painter:
    """One month of the moon in eight seconds."""
    base = vertical(size, palette("#070a1c #0c1230 #1a1f4a #2c2a5a"))
    _stars(base, 240, 14, 960, 0.6, 0.1)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        full = 0.5 - 0.5 * math.cos(TURN * phase)
        brush.glow(frame, 270, 430, 430, (0.75, 0.8, 1.0), 0.02 + 0.20 * full)
        _paint_moon(frame, phase, 270, 430, 190)
        return frame

    return paint


@compiled
def _paint_planet(frame: Frame, phase: float, ramp: NDArray[np.float64]) -> None:
    cx, cy, radius, tilt, squash = 270.0, 450.0, 150.0, -0.38, 0.30
    c, s = math.cos(tilt), math.sin(tilt)
    for y in range(frame.shape[0]):
        for x in range(frame.shape[1]):
            u, v = ((x - cx) * c + (y - cy) * s) / radius, ((y - cy) * c - (x - cx) * s) / radius
            r2 = u * u + v * v
            cover = min(1.0, max(0.0, (1 - math.sqrt(r2)) * radius + 0.5))
            if cover > 0:
                z = math.sqrt(max(0.0, 1 - r2))
                latitude = v * math.cos(0.3) + z * 0.28
                longitude = math.atan2(u, z) + 6.2832 * phase
                wide = math.sqrt(u * u + z * z)
                swirl = noise(3 * wide * math.cos(longitude) + 40, latitude * 5, 3 * wide * math.sin(longitude) + 8, 64)
                band = 0.5 + 0.30 * math.sin(latitude * 15 + 0.9 * swirl) + 0.2 * math.sin(latitude * 37 + 1.4 * swirl)
                place = min(0.999, max(0.0, band)) * (ramp.shape[0] - 1)
                i = int(place)
                facing = max(0.0, -0.55 * u - 0.45 * v + 0.7 * z)
                light = 0.05 + 1.05 * facing
                shadow = 1.0 - 0.55 * math.exp(-(((v + 0.10 - 0.12 * z) / 0.055) ** 2))
                for part in range(3):
                    tint = (ramp[i, part] * (1 - place + i) + ramp[i + 1, part] * (place - i)) * light * shadow
                    frame[y, x, part] = frame[y, x, part] * (1 - cover) + tint * cover
            ring = math.sqrt(u * u + (v / squash) ** 2)
            if 1.28 < ring < 2.2 and (v > 0 or r2 > 1.0):
                grooves = 0.55 + 0.25 * math.sin(ring * 46) + 0.2 * math.sin(ring * 113 + 1)
                gap = 1.0 if ring < 1.80 or ring > 1.88 else 0.12
                edge = min(1.0, (ring - 1.28) * 14) * min(1.0, (2.2 - ring) * 10)
                share = max(0.0, grooves * gap * edge * 0.85)
                dark = 0.25 if (u > 0.2 and v < 0 and abs(v / squash) < ring and u * u < 1.6 and r2 < 1.75) else 1.0
                sparkle = 0.9 + 0.15 * noise(ring * 30, math.atan2(v / squash, u) * 3 + 9, phase * 6, 6)
                for part in range(3):
                    tint = (0.98, 0.86, 0.70)[part] * dark * sparkle
                    frame[y, x, part] = frame[y, x, part] * (1 - share) + tint * share


def planet(size: Size) -> Painter:
    """A banded planet with rings turns once, a small moon goes around it."""
    base = vertical(size, palette("#08071a #130f33 #2a1847 #43205a"))
    _stars(base, 260, 33, 960, 0.75, 0.6)
    ramp = np.array(palette("#8a4a3c #d98e5f #f4cf9a #fff0d0 #d9a27a #a8604a"))

    def paint(phase: float) -> Frame:
        frame = base.copy()
        angle = TURN * phase
        x, y = 270 + 235 * math.cos(angle), 420 + 90 * math.sin(angle) - 80 * math.cos(angle)
        if math.sin(angle) < 0:
            brush.ball(frame, x, y, 15, colour("#b9c4d6"), 0.1, 0.8)
        _paint_planet(frame, phase, ramp)
        if math.sin(angle) >= 0:
            brush.ball(frame, x, y, 17, colour("#c9d3e2"), 0.1, 0.8)
        return frame

    return paint


@compiled
def _paint_clouds(frame: Frame, phase: float) -> None:
    height, width = frame.shape[0], frame.shape[1]
    for y in range(height):
        v = y / height
        far = 1.6 - 1.1 * v
        for x in range(width):
            u = (x / width - 0.5) * far * 1.5
            w = v * 3.4
            a = cloud(u * 1.5 + 3.0, w * 1.3, phase * 2, 2, 5)
            b = cloud(u * 1.5 + 3.0 + 0.06, w * 1.3 - 0.16, phase * 2, 2, 4)
            cover = min(1.0, max(0.0, (a + 0.16) * 3.2))
            cover = cover * cover * (3 - 2 * cover)
            lit = min(1.0, max(0.0, 0.5 + (a - b) * 2.3))
            warm = min(1.0, max(0.0, v * 1.25))
            for part in range(3):
                shade = (0.40, 0.30, 0.50)[part] * (1 - warm) + (0.72, 0.36, 0.46)[part] * warm
                bright = (1.0, 0.80, 0.74)[part] * (1 - warm) + (1.0, 0.78, 0.52)[part] * warm
                tint = shade * (1 - lit) + bright * lit
                frame[y, x, part] = frame[y, x, part] * (1 - cover) + tint * cover


def evening_clouds(size: Size) -> Painter:
    """Clouds that form and dissolve in evening light, geese beneath them."""
    base = vertical(size, palette("#4d6fb3 #8f8fc7 #e3a3a8 #ffc58f #ffdca6"))
    brush.glow(base, 300, 800, 420, colour("#ffe0a0"), 0.35)
    paper_grain = grain(size, 0.006)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        _paint_clouds(frame, phase)
        for n in range(-4, 5):
            x = 640 - ((phase + 0.5) % 1.0) * 760 + abs(n) * 26 + 5 * math.sin(TURN * phase * 2 + n)
            y = 560 - 130 * ((phase + 0.5) % 1.0) + n * 17
            lift = 7.5 * math.sin(TURN * (phase * 12 + n * 0.17))
            wings = np.array([(x - 15, y - lift), (x - 5, y - 2), (x, y), (x + 5, y - 2), (x + 15, y - lift)])
            brush.stroke(frame, wings, np.array([0.7, 1.7, 2.4, 1.7, 0.7]), colour("#3b2647"), colour("#3b2647"), 0.9)
        return np.asarray(frame * paper_grain)

    return paint


SCENES = [
    Scene("sky-day", whole_day, 8, 30, "porch", 33, begin=0.17),
    Scene("sky-trails", trails, 6, 24, "", 33, begin=0.5),
    Scene("sky-aurora", aurora("#3dffa2", "#8a5bff", 9), 8, 24, "porch", 33),
    Scene("sky-meteors", meteors, 6, 30, "", 30, begin=0.55),
    Scene("sky-moon", moon, 8, 24, "porch", 31, begin=0.42),
    Scene("sky-planet", planet, 6, 30, "loops", 31),
    Scene("sky-clouds", evening_clouds, 6, 24, "", 32),
]
