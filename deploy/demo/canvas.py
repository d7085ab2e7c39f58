"""A frame of floating-point colour, and the colour arithmetic that all scenes share."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.float32]
Points = NDArray[np.float64]
Colour = tuple[float, float, float]
Painter = Callable[[float], Frame]

WIDTH, HEIGHT = 540, 960
TURN = 2.0 * np.pi


@dataclass(frozen=True)
class Size:
    """Width and height of a clip in pixels."""

    width: int = WIDTH
    height: int = HEIGHT


Start = Callable[[Size], Painter]


@dataclass(frozen=True)
class Scene:
    """One generated clip: `paint` is called once for `size` and returns what draws a phase in [0, 1);
    it draws at `drawn` times the size. `begin` is the phase of the first frame, the one that people see before it plays."""

    name: str
    paint: Start
    seconds: float = 6.0
    fps: int = 30
    tune: str = ""
    crf: int = 25
    size: Size = Size()
    drawn: float = 1.0
    begin: float = 0.0

    def canvas(self) -> Size:
        """The size at which the scene is painted."""
        return Size(round(self.size.width * self.drawn), round(self.size.height * self.drawn))


def colour(code: str) -> Colour:
    """`#rrggbb` as three parts in 0..1."""
    return int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255


def palette(codes: str) -> list[Colour]:
    """Colours from codes with spaces between them."""
    return [colour(code) for code in codes.split()]


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour at `share` of the way from first to second."""
    keep = 1.0 - share
    return (
        first[0] * keep + second[0] * share,
        first[1] * keep + second[1] * share,
        first[2] * keep + second[2] * share,
    )


def along(colours: list[Colour], share: float) -> Colour:
    """The colour at `share` (0..1) of a row of colours."""
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    index = min(int(place), len(colours) - 2)
    return mix(colours[index], colours[index + 1], place - index)


def cycle(colours: list[Colour], share: float) -> Colour:
    """The colour at `share` of a ring of colours; 0 and 1 are the same."""
    return along([*colours, colours[0]], share % 1.0)


def smooth(value: float) -> float:
    """0..1 eased at both ends, clamped."""
    held = min(max(value, 0.0), 1.0)
    return held * held * (3.0 - 2.0 * held)


def swing(phase: float, low: float = 0.0, high: float = 1.0) -> float:
    """low at phase 0, high at 0.5, low again at 1, eased."""
    return low + (high - low) * (0.5 - 0.5 * float(np.cos(TURN * phase)))


def vertical(size: Size, stops: list[Colour]) -> Frame:
    """A frame that runs through the colours from top to bottom."""
    places = np.linspace(0.0, 1.0, len(stops))
    rows = np.linspace(0.0, 1.0, size.height)
    columns = [np.interp(rows, places, [stop[part] for stop in stops]) for part in range(3)]
    line = np.stack(columns, axis=1).astype(np.float32)
    return np.repeat(line[:, None, :], size.width, axis=1)


def radial(size: Size, centre: tuple[float, float], reach: float, stops: list[Colour]) -> Frame:
    """A frame that runs through the colours from `centre` (pixels) outwards to `reach` pixels."""
    y, x = np.mgrid[0 : size.height, 0 : size.width]
    share = np.clip(np.hypot(x - centre[0], y - centre[1]) / reach, 0, 1)
    places = np.linspace(0.0, 1.0, len(stops))
    parts = [np.interp(share, places, [stop[part] for stop in stops]) for part in range(3)]
    return np.stack(parts, axis=2).astype(np.float32)


def grain(size: Size, amount: float, seed: int = 5) -> Frame:
    """Paper: fixed noise around 1 to multiply a frame with, coarse and fine together."""
    rng = np.random.default_rng(seed)
    fine = rng.normal(0, 1, (size.height, size.width))
    coarse = np.kron(rng.normal(0, 1, (size.height // 4 + 1, size.width // 4 + 1)), np.ones((4, 4)))
    both = 0.25 * fine + 0.3 * coarse[: size.height, : size.width]
    return (1.0 + amount * both)[:, :, None].astype(np.float32)


def vignette(size: Size, depth: float) -> Frame:
    """Darkening towards the corners, to multiply a frame with."""
    y, x = np.mgrid[0 : size.height, 0 : size.width]
    distance = np.hypot((x / size.width - 0.5) * 1.3, y / size.height - 0.5)
    light: Frame = (1.0 - depth * np.clip(distance * 1.5, 0, 1) ** 2.4)[:, :, None].astype(np.float32)
    return light


def blurred(mask: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    """A soft copy of a plane of numbers: three box blurs, near enough to a bell curve."""
    result = mask.astype(np.float64)
    for _ in range(3):
        for axis in (0, 1):
            padded = np.pad(result, [(radius + 1, radius) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
            total = np.cumsum(padded, axis=axis)
            width = 2 * radius + 1
            high = np.take(total, range(width, total.shape[axis]), axis=axis)
            low = np.take(total, range(total.shape[axis] - width), axis=axis)
            result = (high - low) / width
    return result.astype(np.float32)


def bloom(frame: Frame, threshold: float, strength: float, radius: int) -> None:
    """Lets the bright parts of a frame shine over their surroundings, in place (worked out at a quarter of the size)."""
    small = frame[::4, ::4]
    light = np.clip(small - threshold, 0, None)
    for part in range(3):
        soft = blurred(light[:, :, part], max(radius // 4, 1))
        wide = np.kron(soft, np.ones((4, 4), np.float32))[: frame.shape[0], : frame.shape[1]]
        frame[:, :, part] += strength * wide
