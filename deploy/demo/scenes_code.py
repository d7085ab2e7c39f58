"""The code artist's clips: liquid colour, kaleidoscope, ribbons, life, reaction and diffusion, flow, tiles, waves."""

import math

import brush
import numpy as np
from canvas import (
    TURN,
    Frame,
    Painter,
    Scene,
    Size,
    Start,
    cycle,
    mix,
    palette,
    radial,
    vertical,
    vignette,
)
from compiled import compiled
from noise import noise
from numpy.typing import NDArray


@compiled
def _ramp(ramp: NDArray[np.float64], share: float, part: int) -> float:
    place = min(0.9999, max(0.0, share)) * (ramp.shape[0] - 1)
    i = int(place)
    return float(ramp[i, part] * (1 - place + i) + ramp[i + 1, part] * (place - i))


@compiled
def _paint_silk(frame: Frame, phase: float, ramp: NDArray[np.float64]) -> None:
    height, width = frame.shape[0], frame.shape[1]
    folds = 9
    for x in range(width):
        u = x / width
        for y in range(height):
            v = y / width
            red, green, blue = ramp[0, 0], ramp[0, 1], ramp[0, 2]
            for k in range(folds):
                turn = 6.2832 * (phase if k % 2 else -phase)
                slope = 0.34 * math.sin(2.1 * u + 0.9 * k + turn) + 0.16 * math.sin(5.3 * u - 1.7 * k - turn)
                edge = -0.16 + 0.235 * k + slope * (0.55 + 0.07 * k) - 0.30 * (u - 0.5)
                deep = v - edge
                if deep < 0.0:
                    break
                share = k / (folds - 1)
                fall = math.exp(-deep * 3.2)
                crest = math.exp(-(((deep - 0.020) / 0.016) ** 2))
                under = 0.5 + 0.5 * math.sin(deep * 11 + 3 * u + k)
                cover = min(1.0, deep * width)
                light = 0.58 + 0.46 * fall + 0.07 * under
                red = red * (1 - cover) + cover * (_ramp(ramp, share + 0.10 * u, 0) * light + 0.20 * crest)
                green = green * (1 - cover) + cover * (_ramp(ramp, share + 0.10 * u, 1) * light + 0.15 * crest)
                blue = blue * (1 - cover) + cover * (_ramp(ramp, share + 0.10 * u, 2) * light + 0.15 * crest)
            frame[y, x, 0], frame[y, x, 1], frame[y, x, 2] = red, green, blue


def silk(codes: str) -> Start:
    """Folds of cloth in moving light, in the colours given."""
    ramp = np.array(palette(codes))

    def start(size: Size) -> Painter:
        frame = np.zeros((size.height, size.width, 3), np.float32)

        def paint(phase: float) -> Frame:
            _paint_silk(frame, phase, ramp)
            return frame

        return paint

    return start


@compiled
def _paint_mirrors(frame: Frame, phase: float, ramp: NDArray[np.float64], sides: int) -> None:
    height, width = frame.shape[0], frame.shape[1]
    sector = math.pi / sides
    turn = 6.2832 * phase
    for y in range(height):
        for x in range(width):
            u, v = (x - width / 2) / width, (y - height / 2) / width
            radius = math.sqrt(u * u + v * v)
            angle = math.atan2(v, u) + 0.15 * math.sin(turn)
            angle = abs((angle % (2 * sector)) - sector)
            px, py = radius * math.cos(angle), radius * math.sin(angle)
            qx = px * 3.2 + 0.45 * math.cos(turn)
            qy = py * 3.2 + 0.45 * math.sin(turn)
            a = noise(qx, qy, phase * 3, 3)
            b = noise(qx * 1.7 + 2 * a, qy * 1.7 + 3.1, phase * 3 + 1.5, 3)
            lines = 0.5 + 0.5 * math.cos(30 * a + 10 * b - turn)
            petal = 0.5 + 0.5 * math.cos(26 * px - 2 * turn + 5 * b)
            edge = min(1.0, max(0.0, (abs(a + 0.35 * b) - 0.02) * 22))
            share = 0.5 + 0.85 * b + 0.25 * math.sin(3 * radius * 6.28 - turn)
            light = (0.35 + 0.65 * lines) * (0.55 + 0.45 * petal) * (1.05 - 0.7 * radius * radius)
            for part in range(3):
                tint = _ramp(ramp, share, part) * (0.25 + 1.0 * light)
                frame[y, x, part] = tint * edge + (1 - edge) * (ramp[ramp.shape[0] - 1, part])


def mirrors(codes: str, sides: int) -> Start:
    """A kaleidoscope of `sides` mirrors."""
    ramp = np.array(palette(codes))

    def start(size: Size) -> Painter:
        frame = np.zeros((size.height, size.width, 3), np.float32)

        def paint(phase: float) -> Frame:
            _paint_mirrors(frame, phase, ramp, sides)
            return frame

        return paint

    return start


def pen(size: Size) -> Painter:
    """A pen in a wheel that rolls inside a ring draws its rosette, line by line, while the beginning fades away."""
    base = radial(size, (270, 450), 700, palette("#20184a #140f33 #0a081c"))
    ink = palette("#ff5a8a #ffb020 #5fe0ff #8a6bff")
    t = np.linspace(0, 17 * TURN, 3600, endpoint=False)
    inner, arm = 17 / 48, 0.42
    x = 270 + 238 * ((1 - inner) * np.cos(t) + arm * np.cos(t * (1 - inner) / inner))
    y = 430 + 238 * ((1 - inner) * np.sin(t) - arm * np.sin(t * (1 - inner) / inner))
    line = np.stack([x, y], axis=1)

    def paint(phase: float) -> Frame:
        frame = base.copy()
        head = int(phase * 3600)
        for piece in range(66):
            begin = head - (piece + 1) * 50
            places = np.arange(begin, begin + 51) % 3600
            tint = cycle(ink, begin % 3600 / 3600 * 2)
            fade = min(1.0, (66 - piece) / 14)
            brush.stroke(frame, line[places], np.full(51, 1.35), tint, tint, 0.92 * fade)
        tip = line[head % 3600]
        brush.glow(frame, tip[0], tip[1], 60, (1, 0.95, 0.85), 0.8)
        brush.disc(frame, tip[0], tip[1], 5, (1, 1, 1))
        return frame

    return paint


def _generations(count: int, rows: int, columns: int) -> list[NDArray[np.float64]]:
    """Ages of cells in Conway's game, mirrored four ways; an age decays after death."""
    rng = np.random.default_rng(11)
    quarter = rng.random((rows // 2, columns // 2)) < 0.34
    alive = np.block([[quarter, quarter[:, ::-1]], [quarter[::-1], quarter[::-1, ::-1]]])
    age = alive.astype(float)
    result = []
    for step in range(count + 3):
        if step >= 3:
            result.append(age.copy())
        near = sum(np.roll(alive, (i, j), (0, 1)).astype(int) for i in (-1, 0, 1) for j in (-1, 0, 1)) - alive
        alive = (near == 3) | (alive & (near == 2))
        age = np.where(alive, np.minimum(age * 0.5 + 0.5, 1) * 0.5 + 0.5, age * 0.62)
    return result


def tapestry(size: Size) -> Painter:
    """Conway's game of life as a woven cloth, there and back again."""
    rows, columns, cell = 54, 30, 18
    ages = _generations(27, rows, columns)
    base = vertical(size, palette("#221a3d #2b1d45"))
    ramp = palette("#2b2050 #5b2a6e #b43a6a #f2704e #ffc766 #fff0c2")

    def paint(phase: float) -> Frame:
        frame = base.copy()
        place = (1 - abs(2 * phase - 1)) * 17.999
        index = int(place)
        share = min(1.0, (place - index) * 1.6)
        now = ages[index] * (1 - share) + ages[index + 1] * share
        for r in range(rows):
            for c in range(columns):
                age = float(now[r, c])
                radius = 2.2 + 6.4 * min(1.0, age * 1.3)
                tint = mix(ramp[0], ramp[min(5, 1 + int(age * 3.99))], min(1.0, age * 2.5)) if age > 0.03 else ramp[0]
                brush.disc(frame, c * cell + 8.5, r * cell + 2, radius, tint, 1.0, 1.2)
        return frame

    return paint


@compiled
def _react(a: NDArray[np.float64], b: NDArray[np.float64], steps: int, feed: float, kill: float) -> None:
    """Gray-Scott on a torus, in place."""
    height, width = a.shape
    for _ in range(steps):
        olda, oldb = a.copy(), b.copy()
        for y in range(height):
            up, down = (y - 1) % height, (y + 1) % height
            for x in range(width):
                left, right = (x - 1) % width, (x + 1) % width
                la = olda[up, x] + olda[down, x] + olda[y, left] + olda[y, right] - 4 * olda[y, x]
                lb = oldb[up, x] + oldb[down, x] + oldb[y, left] + oldb[y, right] - 4 * oldb[y, x]
                rate = olda[y, x] * oldb[y, x] * oldb[y, x]
                a[y, x] += 0.2 * la - rate + feed * (1 - olda[y, x])
                b[y, x] += 0.1 * lb + rate - (feed + kill) * oldb[y, x]


@compiled
def _paint_relief(frame: Frame, b: NDArray[np.float64], ramp: NDArray[np.float64], scale: float) -> None:
    """Shows a field as a lit relief, enlarged `scale` times."""
    rows, columns = b.shape
    for y in range(frame.shape[0]):
        for x in range(frame.shape[1]):
            fx, fy = x / scale, y / scale
            ix, iy = int(fx), int(fy)
            u, v = fx - ix, fy - iy
            jx, jy = (ix + 1) % columns, (iy + 1) % rows
            p, q, r, s = b[iy % rows, ix % columns], b[iy % rows, jx], b[jy, ix % columns], b[jy, jx]
            here = (p * (1 - u) + q * u) * (1 - v) + (r * (1 - u) + s * u) * v
            dx, dy = (q - p) * (1 - v) + (s - r) * v, (r - p) * (1 - u) + (s - q) * u
            slope = 1.0 / math.sqrt(1 + 160 * (dx * dx + dy * dy))
            light = (1 - 8.0 * (dx + 1.2 * dy)) * slope
            shine = max(0.0, (-dx - 1.3 * dy) * 9 * slope) ** 3
            for part in range(3):
                tint = _ramp(ramp, here * 2.7, part)
                frame[y, x, part] = tint * (0.45 + 0.55 * light) + 0.25 * min(1.0, shine)


def coral(codes: str, feed: float, kill: float, seeds: int) -> Start:
    """Reaction and diffusion growing into a coral relief, then shrinking back."""
    ramp = np.array(palette(codes))

    def start(size: Size) -> Painter:
        scale = 3.0
        rows, columns = round(size.height / scale), round(size.width / scale)
        a, b = np.ones((rows, columns)), np.zeros((rows, columns))
        rng = np.random.default_rng(seeds)
        for _ in range(seeds):
            y, x = rng.integers(8, rows - 8), rng.integers(8, columns - 8)
            b[y - 3 : y + 3, x - 3 : x + 3] = 0.5
            a[y - 3 : y + 3, x - 3 : x + 3] = 0.4
        _react(a, b, 900, feed, kill)
        states = []
        for _ in range(91):
            states.append(b.copy())
            _react(a, b, 42, feed, kill)
        frame = np.zeros((size.height, size.width, 3), np.float32)

        def paint(phase: float) -> Frame:
            place = (0.5 - 0.5 * math.cos(TURN * phase)) * 89.99
            index = int(place)
            field = states[index] * (1 - place + index) + states[index + 1] * (place - index)
            _paint_relief(frame, field, ramp, scale)
            return frame

        return paint

    return start


@compiled
def _paint_tiles(frame: Frame, phase: float, flips: NDArray[np.int64], ramp: NDArray[np.float64], tile: float) -> None:
    for y in range(frame.shape[0]):
        for x in range(frame.shape[1]):
            column, row = int(x / tile), int(y / tile)
            wave = (phase * 2 + 0.045 * column - 0.03 * row + 4) % 1.0
            turn = min(1.0, max(0.0, wave * 2.6))
            turn = turn * turn * (3 - 2 * turn) + math.floor(phase * 2 + 0.045 * column - 0.03 * row + 4)
            angle = (turn + flips[row, column]) * math.pi / 2
            u, v = x / tile - column - 0.5, y / tile - row - 0.5
            p, q = u * math.cos(angle) + v * math.sin(angle), v * math.cos(angle) - u * math.sin(angle)
            d1 = math.sqrt((p + 0.5) ** 2 + (q + 0.5) ** 2)
            d2 = math.sqrt((p - 0.5) ** 2 + (q - 0.5) ** 2)
            d = min(abs(d1 - 0.5), abs(d2 - 0.5))
            inside = min(1.0, max(0.0, (0.17 - d) * tile * 0.8 + 0.5))
            core = min(1.0, max(0.0, (0.055 - d) * tile * 0.8 + 0.5))
            away = max(abs(u), abs(v))
            paper = 1.0 - 0.10 * min(1.0, max(0.0, (away - 0.47) * 40))
            share = (x + y * 0.6) / (frame.shape[1] * 1.7)
            for part in range(3):
                band = _ramp(ramp, share, part)
                value = 0.965 - 0.05 * part * 0.7
                value = value * paper * (1 - inside) + band * inside
                frame[y, x, part] = value * (1 - core) + core * (0.35 + 0.65 * band + 0.2)


def tiles(codes: str, tile: float) -> Start:
    """Truchet tiles that turn a quarter in a wave and always join up again."""
    ramp = np.array(palette(codes))
    flips = np.random.default_rng(21).integers(0, 2, (40, 40))

    def start(size: Size) -> Painter:
        frame = np.zeros((size.height, size.width, 3), np.float32)

        def paint(phase: float) -> Frame:
            _paint_tiles(frame, phase, flips, ramp, tile)
            return frame

        return paint

    return start


def _cube(frame: Frame, x: float, y: float, edge: float, lift: float, tint: tuple[float, float, float]) -> None:
    half = edge * 0.5
    top = np.array(
        [(x, y - lift - half), (x + edge * 0.866, y - lift), (x, y - lift + half), (x - edge * 0.866, y - lift)]
    )
    fall = np.array([0.0, lift + 190.0])
    left = np.array([top[3], top[2], top[2] + fall, top[3] + fall])
    right = np.array([top[2], top[1], top[1] + fall, top[2] + fall])
    brush.polygon(frame, left, mix(tint, (0.16, 0.07, 0.28), 0.42))
    brush.polygon(frame, right, mix(tint, (0.12, 0.05, 0.22), 0.68))
    brush.polygon(frame, top, mix(tint, (1.0, 1.0, 1.0), 0.14))


def steps(size: Size) -> Painter:
    """Columns in isometric view that rise and sink as a wave runs through them."""
    base = vertical(size, palette("#2b1d45 #54306b"))
    colours = palette("#ff8f6b #ffd166 #7bdff2 #b2a4ff")

    def paint(phase: float) -> Frame:
        frame = base.copy()
        middle = size.height * 0.5
        for r in range(-9, 12):
            for c in range(-12, 13):
                if (r + c) % 2 == 0:
                    x, y = size.width / 2 + c * 32, middle + r * 19.5 + 55
                    wave = math.sin(TURN * phase - math.hypot(c * 0.9, r) * 0.62)
                    _cube(frame, x, y, 36, 40 + 34 * wave, cycle(colours, 0.5 + 0.22 * wave + c * 0.012))
        frame *= shade
        return frame

    shade = vignette(size, 0.5)
    return paint


@compiled
def _paint_lava(frame: Frame, balls: NDArray[np.float64], ramp: NDArray[np.float64]) -> None:
    height, width = frame.shape[0], frame.shape[1]
    for y in range(height):
        for x in range(width):
            total, dx, dy = 0.0, 0.0, 0.0
            for i in range(balls.shape[0]):
                u, v = (x - balls[i, 0]) / balls[i, 2], (y - balls[i, 1]) / balls[i, 2]
                pull = 1.0 / (u * u + v * v + 0.06)
                total += pull
                dx -= 2 * u * pull * pull / balls[i, 2] * 60
                dy -= 2 * v * pull * pull / balls[i, 2] * 60
            inside = min(1.0, max(0.0, (total - 1.5) * 6))
            body = 0.62 * (1 - math.exp(-(total - 1.5) * 0.35))
            slope = math.sqrt(dx * dx + dy * dy) + 1e-6
            rim = math.exp(-max(0.0, total - 1.5) * 0.9)
            light = 0.5 + 0.5 * (-0.5 * dx - 0.8 * dy) / slope * -1.0
            for part in range(3):
                back = _ramp(ramp, 0.02 + 0.25 * y / height, part) + 0.10 * min(1.5, total) * ramp[3, part]
                blob = (
                    _ramp(ramp, 0.55 + 0.42 * body + 0.1 * (1 - y / height), part) * (0.82 + 0.22 * light)
                    + 0.22 * rim * light
                )
                frame[y, x, part] = back * (1 - inside) + blob * inside


def lava(codes: str) -> Start:
    """Warm drops that rise, meet and part."""
    ramp = np.array(palette(codes))

    def start(size: Size) -> Painter:
        frame = np.zeros((size.height, size.width, 3), np.float32)
        rng = np.random.default_rng(8)
        across, offsets, reach = rng.uniform(90, 450, 11), rng.random(11), rng.uniform(62, 120, 11)
        sway = rng.uniform(18, 70, 11)

        def paint(phase: float) -> Frame:
            place = TURN * (phase + offsets)
            x = across + sway * np.sin(place)
            y = 480 + 440 * np.cos(TURN * (phase + offsets)) * np.linspace(0.35, 1.0, 11)
            _paint_lava(frame, np.stack([x, y, reach], axis=1), ramp)
            return frame

        return paint

    return start


SCENES = [
    Scene("code-silk", silk("#2b1055 #7f2aa5 #f2557f #ffb36b #ffe9c9"), 6, 24, "loops", 31),
    Scene("code-kaleidoscope", mirrors("#0d2a3f #14746f #e0a458 #f6e7c1 #b23a48 #10182b", 6), 6, 24, "loops", 38),
    Scene("code-pen", pen, 6, 24, "kiln", 34, begin=0.4),
    Scene("code-tapestry", tapestry, 6, 24, "", 37),
    Scene("code-coral", coral("#0b2545 #13505b #2a9d8f #e9c46a #fff3d6", 0.0545, 0.0620, 40), 6, 24, "", 36, begin=0.5),
    Scene("code-tiles", tiles("#ff5a4f #ffb020 #1fa79a #3b5bdb", 90), 4, 30, "", 36),
    Scene("code-steps", steps, 6, 30, "gears", 35, Size(540, 540)),
    Scene("code-lava", lava("#1c0b2e #3a1247 #64184f #d7263d #ff7b4a #ffd98a"), 8, 24, "", 33),
]
