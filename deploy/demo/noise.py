"""Gradient noise that repeats after a whole number of steps along its third axis, so that what it moves loops."""

import math

from compiled import compiled


@compiled
def _gradient(ix: int, iy: int, iz: int, x: float, y: float, z: float) -> float:
    h = (ix * 374761393 + iy * 668265263 + iz * 2147483647) & 0x7FFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0x7FFFFFFF
    h = (h ^ (h >> 16)) % 12
    u = x if h < 8 else y
    v = y if h < 4 else (x if h == 8 or h == 10 else z)
    return (u if h & 1 == 0 else -u) + (v if h & 2 == 0 else -v)


@compiled
def _ease(t: float) -> float:
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0)


@compiled
def noise(x: float, y: float, z: float, period: int) -> float:
    """About -1..1; equal for z and z + period."""
    fx, fy, fz = math.floor(x), math.floor(y), math.floor(z)
    ix, iy, iz = int(fx), int(fy), int(fz)
    x, y, z = x - fx, y - fy, z - fz
    u, v, w = _ease(x), _ease(y), _ease(z)
    z0, z1 = iz % period, (iz + 1) % period
    a = _gradient(ix, iy, z0, x, y, z)
    b = _gradient(ix + 1, iy, z0, x - 1, y, z)
    c = _gradient(ix, iy + 1, z0, x, y - 1, z)
    d = _gradient(ix + 1, iy + 1, z0, x - 1, y - 1, z)
    near = (a + u * (b - a)) + v * ((c + u * (d - c)) - (a + u * (b - a)))
    a = _gradient(ix, iy, z1, x, y, z - 1)
    b = _gradient(ix + 1, iy, z1, x - 1, y, z - 1)
    c = _gradient(ix, iy + 1, z1, x, y - 1, z - 1)
    d = _gradient(ix + 1, iy + 1, z1, x - 1, y - 1, z - 1)
    far = (a + u * (b - a)) + v * ((c + u * (d - c)) - (a + u * (b - a)))
    return near + w * (far - near)


@compiled
def cloud(x: float, y: float, z: float, period: int, octaves: int) -> float:
    """Noise on several scales, about -1..1, repeating after `period` along z."""
    total, weight = 0.0, 0.5
    for _ in range(octaves):
        total += weight * noise(x, y, z, period)
        x, y = x * 2.03 + 17.1, y * 2.01 - 9.7
        weight *= 0.5
    return total * 1.3
