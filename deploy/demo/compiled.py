"""Gives numba's compiler a typed name, because numba ships no types."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba  # type: ignore[import-untyped,import-not-found,unused-ignore]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def compiled(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The same function as machine code, compiled on its first call."""
    build: Any = numba.njit(fastmath=True, boundscheck=False)
    return cast(Callable[Arguments, Result], build(function))
