"""The solids of the baker and the ceramicist: distance to each, and colour and gloss at a point of its surface."""

import math

from compiled import compiled
from noise import noise
from numpy import float64
from numpy.typing import NDArray

Numbers = NDArray[float64]
DONUT, MACARONS, BUNDT, POT, VASES, BOWL = range(6)
TURN = 6.283185307179586


@compiled
def _torus(x: float, y: float, z: float, ring: float, tube: float) -> float:
    q = math.sqrt(x * x + z * z) - ring
    return math.sqrt(q * q + y * y) - tube


@compiled
def _slab(radius: float, y: float, wide: float, half: float, soft: float) -> float:
    """A disc with rounded edges, `half` thick each way."""
    dx, dy = radius - wide + soft, abs(y) - half + soft
    return min(max(dx, dy), 0.0) + math.sqrt(max(dx, 0.0) ** 2 + max(dy, 0.0) ** 2) - soft


@compiled
def _donut_edge(angle: float) -> float:
    return 0.05 + 0.07 * math.sin(angle * 5) + 0.05 * math.sin(angle * 9 + 1.0) - 0.02 * math.sin(angle * 14)


@compiled
def _tilted(x: float, y: float, z: float, phase: float) -> tuple[float, float, float]:
    """The point as the donut sees it: it turns and nods."""
    turn, nod = TURN * phase, -0.52 + 0.16 * math.sin(TURN * phase)
    y -= 1.28
    y, z = y * math.cos(nod) - z * math.sin(nod), z * math.cos(nod) + y * math.sin(nod)
    return x * math.cos(turn) - z * math.sin(turn), y, z * math.cos(turn) + x * math.sin(turn)


@compiled
def _donut(x: float, y: float, z: float, phase: float) -> float:
    x, y, z = _tilted(x, y, z, phase)
    dough = _torus(x, y * 1.08, z, 0.68, 0.36)
    edge = y - _donut_edge(math.atan2(z, x))
    icing = max(_torus(x, y * 1.08, z, 0.68, 0.40), (0.04 - edge) * 0.8)
    k = 0.05
    h = max(k - abs(dough - icing), 0.0) / k
    return (min(dough, icing) - h * h * k * 0.25) * 0.85


@compiled
def _macaron(x: float, y: float, z: float) -> float:
    radius = math.sqrt(x * x + z * z)
    dome = _slab(radius, abs(y) - 0.17, 0.60 - 0.02 * abs(y), 0.115, 0.10)
    foot = _slab(radius, abs(y) - 0.075, 0.615 + 0.012 * math.sin(math.atan2(z, x) * 46), 0.03, 0.025)
    cream = _slab(radius, y, 0.55, 0.06, 0.04)
    return min(dome, min(foot, cream))


@compiled
def _macarons(x: float, y: float, z: float, phase: float) -> float:
    best = 9.0
    nearest = int((y - 0.0125) / 0.575)
    for k in range(max(0, min(4, nearest - 1)), max(0, min(4, nearest + 1)) + 1):
        turn = TURN * (phase + k * 0.31)
        cx, cz = 0.10 * math.cos(turn), 0.10 * math.sin(turn)
        lean = 0.05 * math.sin(turn + 1.0)
        best = min(best, _macaron(x - cx, y - 0.30 - k * 0.575 - lean * (x - cx), z - cz))
    return best * 0.9


@compiled
def _bundt(x: float, y: float, z: float, phase: float) -> float:
    angle = math.atan2(z, x) + TURN * phase / 5
    flute = 0.045 * math.cos(10 * angle)
    y -= 0.40
    radius = math.sqrt(x * x + z * z)
    q = radius - 0.66
    body = math.sqrt(q * q + (y * 0.78) ** 2) - 0.47 - flute
    cake = max(body, -y - 0.40)
    drip = 0.10 + 0.10 * math.sin(angle * 5 + 0.6) + 0.07 * math.sin(angle * 15)
    icing = max(body - 0.045, (drip - y - 0.02) * 0.7)
    plate = _slab(radius, y + 0.44, 1.42, 0.04, 0.035)
    return min(min(cake, icing) * 0.72, plate)


@compiled
def _pot_profile(y: float, phase: float) -> float:
    """The wall's radius at a height 0..1 while the potter's form changes through the loop."""
    a, b = 0.5 - 0.5 * math.cos(TURN * phase), 0.5 - 0.5 * math.cos(TURN * 2 * phase)
    belly = 0.40 + 0.42 * math.sin(math.pi * min(1.0, y * 0.92 + 0.06)) * (0.35 + 0.65 * a)
    neck = -0.30 * a * math.exp(-(((y - 0.80) / 0.16) ** 2)) + 0.22 * max(0.0, y - 0.72) * 3.0 * a
    return belly + neck + 0.10 * b * (y - 0.3)


@compiled
def _wall(radius: float, y: float, wide: float, thick: float, low: float, high: float) -> float:
    shell = abs(radius - wide) - thick
    return max(shell * 0.75, max(y - high, low - y))


@compiled
def _pot(x: float, y: float, z: float, phase: float) -> float:
    radius = math.sqrt(x * x + z * z)
    tall = 1.15 + 0.55 * (0.5 - 0.5 * math.cos(TURN * phase))
    h = min(1.0, max(0.0, (y - 0.20) / tall))
    wide = (
        _pot_profile(h, phase)
        + 0.006 * math.sin(h * 60 - TURN * phase * 2)
        + 0.008 * math.sin(math.atan2(z, x) + TURN * phase * 10)
    )
    wheel = _slab(radius, y - 0.10, 1.15, 0.10, 0.03)
    rim = math.sqrt((radius - wide) ** 2 + (y - 0.20 - tall) ** 2) - 0.05
    wall = _wall(radius, y, wide, 0.045, 0.18, 0.20 + tall)
    foot = _slab(radius, y - 0.24, _pot_profile(0.02, phase), 0.05, 0.02)
    return min(wheel, min(min(rim, wall), foot)) * 0.9


@compiled
def _vase_profile(k: int, h: float) -> float:
    if k == 0:
        return 0.15 + 0.24 * math.exp(-(((h - 0.34) / 0.27) ** 2)) + 0.10 * max(0.0, h - 0.8)
    if k == 1:
        return 0.17 + 0.13 * math.sin(math.pi * h) + 0.05 * math.sin(h * 9.0)
    return 0.22 + 0.20 * float(math.sin(math.pi * min(1.0, h * 0.8 + 0.05)) ** 0.8)


@compiled
def _vase(k: int, x: float, y: float, z: float) -> float:
    radius = math.sqrt(x * x + z * z)
    tall = (1.75, 1.30, 0.86)[k]
    h = min(1.0, max(0.0, y / tall))
    wide = _vase_profile(k, h)
    rim = math.sqrt((radius - wide) ** 2 + (y - tall) ** 2) - 0.028
    return min(min(_wall(radius, y, wide, 0.026, 0.0, tall), rim), _slab(radius, y - 0.05, wide, 0.05, 0.02)) * 0.85


@compiled
def _vase_place(k: int, phase: float) -> tuple[float, float]:
    turn = TURN * (phase + k / 3.0)
    return 0.62 * math.cos(turn), 0.62 * math.sin(turn)


@compiled
def _vases(x: float, y: float, z: float, phase: float) -> float:
    best = _slab(math.sqrt(x * x + z * z), y - 0.05, 1.32, 0.05, 0.03)
    for k in range(3):
        cx, cz = _vase_place(k, phase)
        best = min(best, _vase(k, x - cx, y - 0.10, z - cz))
    return best


@compiled
def _bowl(x: float, y: float, z: float) -> float:
    radius = math.sqrt(x * x + z * z)
    ball = math.sqrt(radius * radius + ((y - 0.98) * 1.12) ** 2)
    shell = max(abs(ball - 0.94) - 0.035, y - 0.98)
    rim = math.sqrt((radius - 0.94) ** 2 + (y - 0.98) ** 2) - 0.045
    foot = _slab(radius, y - 0.09, 0.44, 0.09, 0.03)
    return min(min(shell, rim), foot) * 0.85


@compiled
def distance(kind: int, x: float, y: float, z: float, phase: float) -> float:
    """A safe step towards the surface of the solid `kind`; below 0 is inside."""
    if kind == 0:
        return _donut(x, y, z, phase)
    if kind == 1:
        return _macarons(x, y, z, phase)
    if kind == 2:
        return _bundt(x, y, z, phase)
    if kind == 3:
        return _pot(x, y, z, phase)
    if kind == 4:
        return _vases(x, y, z, phase)
    return _bowl(x, y, z)


@compiled
def _set(out: Numbers, red: float, green: float, blue: float) -> None:
    out[0], out[1], out[2] = red, green, blue


@compiled
def _hash(a: int, b: int) -> float:
    h = (a * 73856093) ^ (b * 19349663)
    h = ((h ^ (h >> 11)) * 1103515245 + 12345) & 0x7FFFFFFF
    return (h % 10007) / 10007.0


@compiled
def _sprinkles(a: float, b: float, across: int, period: int, out: Numbers) -> bool:
    """Little rods in cells of a grid over two angles, repeating after `period` cells; true where one lies."""
    cell_a, cell_b = a / TURN * across, b / TURN * 15
    ia, ib = math.floor(cell_a), math.floor(cell_b)
    pick = _hash(ia % period, ib % 15)
    if pick < 0.30:
        return False
    tilt = pick * 19.0
    u, v = cell_a - ia - 0.5, (cell_b - ib - 0.5) * 0.8
    p, q = u * math.cos(tilt) + v * math.sin(tilt), v * math.cos(tilt) - u * math.sin(tilt)
    if max(abs(p) - 0.24, 0.0) ** 2 + q * q > 0.0085:
        return False
    c = int(pick * 997) % 5
    if c == 0:
        _set(out, 1.0, 0.97, 0.90)
    elif c == 1:
        _set(out, 0.30, 0.78, 0.93)
    elif c == 2:
        _set(out, 1.0, 0.80, 0.25)
    elif c == 3:
        _set(out, 0.48, 0.84, 0.48)
    else:
        _set(out, 0.62, 0.40, 0.92)
    return True


@compiled
def _donut_look(x: float, y: float, z: float, phase: float, out: Numbers) -> float:
    x, y, z = _tilted(x, y, z, phase)
    angle = math.atan2(z, x)
    if y - _donut_edge(angle) > 0.02:
        _set(out, 0.98, 0.42, 0.62)
        _sprinkles(angle + 7.0, math.atan2(y, math.sqrt(x * x + z * z) - 0.68) + 7.0, 34, 34, out)
        return 0.55
    crumb = noise(x * 9, y * 9, z * 9 + 40, 512)
    pale = math.exp(-((y / 0.10) ** 2)) * 0.22
    _set(out, 0.83 + 0.06 * crumb + pale * 0.5, 0.54 + 0.06 * crumb + pale, 0.28 + 0.04 * crumb + pale)
    return 0.08


@compiled
def _macaron_look(x: float, y: float, z: float, out: Numbers) -> float:
    k = min(4, max(0, int((y - 0.30 + 0.2875) / 0.575)))
    red, green, blue = (
        (0.96, 0.71, 0.98, 0.66, 0.80)[k],
        (0.62, 0.87, 0.82, 0.80, 0.66)[k],
        (0.66, 0.68, 0.52, 0.93, 0.90)[k],
    )
    local = abs(y - 0.30 - k * 0.575)
    crumb = noise(x * 24, y * 24, z * 24 + 90, 4096)
    if local < 0.045:
        _set(out, 0.6 + 0.4 * red, 0.55 + 0.35 * green, 0.5 + 0.35 * blue)
    elif local < 0.11:
        _set(out, red * (0.92 + 0.12 * crumb), green * (0.88 + 0.14 * crumb), blue * (0.86 + 0.14 * crumb))
    else:
        _set(out, red + 0.015 * crumb, green + 0.015 * crumb, blue + 0.015 * crumb)
    return 0.16


@compiled
def _bundt_look(x: float, y: float, z: float, phase: float, out: Numbers) -> float:
    y -= 0.40
    if y < -0.395:
        _set(out, 0.93, 0.95, 0.97)
        return 0.5
    angle = math.atan2(z, x) + TURN * phase / 5
    drip = 0.10 + 0.10 * math.sin(angle * 5 + 0.6) + 0.07 * math.sin(angle * 15)
    if y > drip - 0.02:
        _set(out, 0.99, 0.95, 0.88)
        _sprinkles(angle + 7.0, math.atan2(y, math.sqrt(x * x + z * z) - 0.66) + 7.0, 40, 8, out)
        return 0.5
    crumb = noise(math.cos(angle) * 8 + x, y * 12, math.sin(angle) * 8 + 60, 512)
    _set(out, 0.50 + 0.06 * crumb, 0.27 + 0.05 * crumb, 0.14 + 0.03 * crumb)
    return 0.14


@compiled
def _pot_look(x: float, y: float, z: float, phase: float, out: Numbers) -> float:
    radius = math.sqrt(x * x + z * z)
    angle = math.atan2(z, x) + TURN * phase * 10
    if y < 0.205 and radius > 0.62 - 0.1:
        ring = 0.5 + 0.5 * math.sin(radius * 44)
        streak = 0.05 * math.sin(angle)
        _set(out, 0.32 + 0.05 * ring + streak, 0.30 + 0.045 * ring + streak, 0.31 + 0.04 * ring + streak)
        return 0.35
    streak = noise(math.cos(angle) * 1.2, y * 14, math.sin(angle) * 1.2 + 8, 64)
    _set(out, 0.74 + 0.07 * streak, 0.49 + 0.06 * streak, 0.36 + 0.05 * streak)
    return 0.30


@compiled
def _vase_look(x: float, y: float, z: float, phase: float, out: Numbers) -> float:
    if y < 0.105:
        grainy = noise(x * 3, z * 16, 3.0, 64)
        _set(out, 0.58 + 0.07 * grainy, 0.40 + 0.05 * grainy, 0.26 + 0.04 * grainy)
        return 0.12
    best, pick, px, pz = 9.0, 0, 0.0, 0.0
    for k in range(3):
        cx, cz = _vase_place(k, phase)
        d = (x - cx) ** 2 + (z - cz) ** 2
        if d < best:
            best, pick, px, pz = d, k, x - cx, z - cz
    angle = math.atan2(pz, px) - TURN * phase
    h = (y - 0.10) / (1.75, 1.30, 0.86)[pick]
    edge = 0.42 + 0.08 * math.sin(angle * 3 + pick) + 0.05 * math.sin(angle * 7 + 2 * pick)
    flow = noise(math.cos(angle) * 2.2 + pick * 5, h * 5, math.sin(angle) * 2.2 + 9, 64)
    if h > edge:
        red, green, blue = (0.10, 0.93, 0.88)[pick], (0.42, 0.66, 0.36)[pick], (0.52, 0.28, 0.30)[pick]
        tone = 1.0 + 0.28 * flow + 0.35 * math.exp(-(h - edge) * 22)
        _set(out, red * tone, green * tone, blue * tone)
        return 0.8
    speck = 1.0 if _hash(int(angle * 40 + 400), int(h * 130)) > 0.06 else 0.72
    _set(out, (0.90 + 0.03 * flow) * speck, (0.83 + 0.03 * flow) * speck, (0.72 + 0.03 * flow) * speck)
    return 0.15


@compiled
def _bowl_look(x: float, y: float, z: float, phase: float, out: Numbers) -> float:
    radius = math.sqrt(x * x + z * z)
    angle = math.atan2(z, x) + TURN * phase / 8
    inside = radius * radius + ((y - 0.98) * 1.12) ** 2 < 0.94 * 0.94
    if radius > 0.89 and y > 0.94:
        _set(out, 0.86, 0.66, 0.30)
        return 0.9
    if inside:
        petal = math.cos(angle * 8) * 0.10 + 0.52
        wave = 0.5 + 0.5 * math.cos(angle * 16 + radius * 20)
        ring = 0.5 + 0.5 * math.cos(radius * 34)
        if radius < petal:
            share = 0.35 + 0.65 * ring
            _set(out, 0.95 - 0.85 * share * 0.8, 0.93 - 0.62 * share * 0.8, 0.88 - 0.30 * share * 0.8)
        else:
            _set(
                out,
                0.95 - 0.5 * (1.0 if wave > 0.62 else 0.0),
                0.92 - 0.36 * (1.0 if wave > 0.62 else 0.0),
                0.86 - 0.16 * (1.0 if wave > 0.62 else 0.0),
            )
        return 0.6
    band = 1.0 if math.sin(y * 30 + 1.4 * math.sin(angle * 8)) > 0.25 else 0.0
    _set(out, 0.13 + 0.80 * (1 - band), 0.34 + 0.57 * (1 - band), 0.62 + 0.24 * (1 - band))
    return 0.6


@compiled
def material(kind: int, x: float, y: float, z: float, phase: float, out: Numbers) -> float:
    """Writes the surface's colour to `out` and returns its gloss, 0 to 1."""
    if kind == 0:
        return _donut_look(x, y, z, phase, out)
    if kind == 1:
        return _macaron_look(x, y, z, out)
    if kind == 2:
        return _bundt_look(x, y, z, phase, out)
    if kind == 3:
        return _pot_look(x, y, z, phase, out)
    if kind == 4:
        return _vase_look(x, y, z, phase, out)
    return _bowl_look(x, y, z, phase, out)
