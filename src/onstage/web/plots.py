"""Plots as SVG paths, drawn here: a curve and bars with their scales, in a field of 100 by 40 that a page stretches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 100.0, 40.0
FEW = 14  # bars: a fortnight
STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 86_400)


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


def bars(values: Sequence[tuple[int, int]], label: Callable[[int], str]) -> list[Bar]:
    """A bar for each day (counted from any first one) and its value, the largest as high as the field.

    Days stand where they are in time, with room for those between that have no value; few of them stand at its end and don't
    grow fat.
    """
    most = max((value for _, value in values), default=0) or 1
    first = first_day(values)
    step = WIDTH / (values[-1][0] - first + 1) if values else WIDTH
    found = []
    for day, value in values:
        height = HEIGHT * value / most
        x = (day - first) * step
        found.append(Bar(x + step * 0.1, HEIGHT - height, step * 0.8, height, label(day), value))
    return found


def first_day(values: Sequence[tuple[int, int]]) -> int:
    """Where the field of these bars begins: with their first day, or a fortnight before the end of the last."""
    return min(values[0][0], values[-1][0] - FEW + 1) if values else 0


def ticks(last: int) -> list[tuple[int, float]]:
    """Up to six places from 0 to `last` at which a scale says where it is, each with its part of the way in per cent."""
    step = next(step for step in STEPS if last <= step * 5)
    return [(place, 100 * place / max(1, last)) for place in range(0, last + 1, step)]
