"""Walk every order of acts, breadth first: `python -m tests.clips.consent.explore 200000` prints what was explored.

One clip, a minor of 13 to 15, two guardians, an adult who appears, an edit, as the rules were checked on paper. Each step is
made in the machine and in the reference, which must agree, and I1 to I9 hold after it.
"""

import sys
from collections import deque
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from onstage.clips.models import HoldKind
from tests.clips.consent.moves import Move, make, move
from tests.clips.consent.pair import (
    CHILD,
    DAD,
    FRIEND,
    MODERATOR,
    MUM,
    OWNER,
    STRANGER,
    Pair,
    Rules,
    family,
    load,
    text,
)
from tests.clips.consent.reference import DAY

PEOPLE = (CHILD, MUM, DAD, FRIEND, STRANGER)
ACTS: list[Move] = [
    *(move(name, by) for name in ("yes", "no", "lift", "confirm") for by in PEOPLE),
    *(move("yes", by, of="shown") for by in (CHILD, MUM, FRIEND)),
    move("ask"), move("recall"), move("go"), move("expire"),
    move("edit", CHILD, text("friends", appears={FRIEND})), move("edit", CHILD, text("public", appears={FRIEND})),
    move("edit", CHILD, text("friends")),
    move("narrow", MUM, ("members", False, False)), move("widen", MUM), move("unname", FRIEND, FRIEND),
    move("end", MUM), move("annul", MUM), move("away", DAD), move("grow"), move("younger"),
    move("place", HoldKind.CLAIM, 7, MODERATOR), move("release", HoldKind.CLAIM, 7, MODERATOR),
    move("preserve", MODERATOR), move("release", HoldKind.PRESERVED, MODERATOR, MODERATOR),
    move("delete", CHILD), move("delete", OWNER), move("undelete", CHILD), move("stop", CHILD, OWNER), move("erase"),
    move("restored"), move("wait", 8 * DAY), move("wait", 30 * DAY),
]  # fmt: skip


@dataclass
class Found:
    """How many states there were and how many accepted acts between them; `whole`: none is left to look at."""

    states: int
    transitions: int
    whole: bool


def _of(pair: Pair) -> Any:
    """What tells states apart: times count from now, and versions from the newest."""
    clip, now = pair.clip, pair.world.clock
    ages = frozenset(
        (yes.person, clip.last - yes.version, yes.leaves, yes.used or (now - yes.at) // (8 * DAY)) for yes in clip.yeses
    )
    held = frozenset((hold.kind, hold.giver, min(8 * DAY, now - hold.since)) for hold in clip.holds)
    versions = [
        each and (each.reach, each.appears, clip.last - each.number if each.number else None)
        for each in (clip.working, clip.shown)
    ]
    caps = frozenset((cap.giver, cap.reach, min(2, clip.last - cap.over)) for cap in clip.caps)
    asked = clip.asked_at and min(4, (now - clip.asked_at) // (8 * DAY))
    ward = pair.world.wards[CHILD]
    world = (ward.band, frozenset(ward.guardians.items()), frozenset(ward.away))
    return (clip.stage, *versions, asked, ages, held, caps, clip.basis, clip.named, clip.gone, world)


def explore(rules: Rules, most: int) -> Found:
    """Breadth first until `most` states are known. Raises AssertionError at the first breach."""
    first = Pair(rules, family(owners={OWNER, CHILD}), text("friends", appears={FRIEND}))
    known, transitions = {_of(first)}, 0
    waiting = deque([first])
    while waiting and len(known) < most:
        here = waiting.popleft()
        for act in ACTS:
            pair = _copy(here)
            if not make(pair, act):
                continue
            transitions += 1
            state = _of(pair)
            if state not in known:
                known.add(state)
                waiting.append(pair)
    return Found(len(known), transitions, whole=not waiting)


def _copy(pair: Pair) -> Pair:
    """Another pair in the same state: what the machine has is never changed, what the reference has is."""
    model = deepcopy(pair.model)
    return _without_diary(replace(pair), pair, model)


def _without_diary(made: Pair, of: Pair, model: Any) -> Pair:
    made.model, made.world, made.noes, made.diary = model, model.world, set(of.noes), []
    made.clip, made.first, made.facts = of.clip, of.clip, of.facts
    return made


if __name__ == "__main__":
    found = explore(load(), int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
    sys.stdout.write(
        f"{found.states} states, {found.transitions} transitions, {'all' if found.whole else 'not all'} of them\n"
    )
