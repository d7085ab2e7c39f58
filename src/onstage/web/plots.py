"""Plots as SVG paths, drawn here: a curve and bars, in a field of 100 by 40 that a page stretches."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 100.0, 40.0
FEW = 14  # bars: a fortnight


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: int


def line(values: Sequence[float], most: float = 1.0) -> str:
    """The path of a curve through values between 0 and `most`, in steps of equal width."""
    step = WIDTH / max(1, len(values) - 1)
    points = [f"{place * step:.2f} {HEIGHT * (1 - min(1.0, value / most)):.2f}" for place, value in enumerate(values)]
    if len(points) == 1:
        points.append(f"{WIDTH:.2f} {points[0].split()[1]}")
    return "M" + "L".join(points)


def area(values: Sequence[float], most: float = 1.0) -> str:
    """The same with all below it."""
    return f"{line(values, most)}L{WIDTH:.2f} {HEIGHT:.2f}L0 {HEIGHT:.2f}Z"


def bars(values: Sequence[tuple[str, int]]) -> list[Bar]:
    """A bar for each labelled value, the largest as high as the field; few of them stand at its end and don't grow fat."""
    most = max((value for _, value in values), default=0) or 1
    step = WIDTH / max(FEW, len(values))
    found = []
    for place, (label, value) in enumerate(values, max(0, FEW - len(values))):
        height = HEIGHT * value / most
        found.append(Bar(place * step + step * 0.1, HEIGHT - height, step * 0.8, height, label, value))
    return found
