"""`states_explored`: states and transitions of one clip's life that were walked, machine and naive model side by side."""

import time

from tests.clips.consent.explore import explore
from tests.clips.consent.pair import load

from bench.measure import Measure

MOST = 5_000


def measure() -> Measure:
    """Breadth first: a minor, two guardians, a friend who appears; I1 to I9 hold after each transition, or this fails."""
    started = time.perf_counter()
    found = explore(load(), MOST)
    seconds = time.perf_counter() - started
    more: dict[str, float | str] = {
        "transitions": found.transitions,
        "per_s": round(found.transitions / seconds),
        "whole": str(found.whole),
    }
    note = "one clip, every order of acts, as deep as that many states go; breaches and differences: none"
    return Measure(found.states, "states", None, None, note, more)
