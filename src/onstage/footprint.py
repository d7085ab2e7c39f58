"""What a process at rest holds of the machine's memory (glibc, mallopt(3) and malloc_trim(3))."""

import ctypes
import gc

_ARENA_MAX = -8
_ARENAS = 2  # threads here wait for Python's lock anyway: a heap for each of them would be mostly holes


def few_heaps() -> None:
    """Have threads share heaps; before the first of them starts."""
    ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)


def settle() -> None:
    """Once everything is there: it stays, so garbage is no more looked for in it, and what only the start needed goes back."""
    gc.collect()
    gc.freeze()
    ctypes.CDLL(None).malloc_trim(0)
