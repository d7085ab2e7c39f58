"""The same stories and the same random people against the real application, on both databases, one by one and at once."""

import random

import pytest

from onstage.accounts.age import Band
from onstage.clips.models import HoldKind
from onstage.db.engine import Database
from tests.clips.consent.application import Application
from tests.clips.consent.moves import MOVES, Move, move
from tests.clips.consent.pair import CHILD, DAD, FRIEND, KIDS_MUM, MUM, OTHER, OWNER, family, text
from tests.clips.consent.reference import DAY, Text, World

# What has no verb in the application yet, or is set another way there.
_ELSEWHERE = {"appear", "story_end", "stop", "mark", "erase", "due", "expire", "wait"}
_UNSET = {"frozen", "near_without", "widest"}
WAITS = [move("wait", time) for time in (DAY * 3 // 2, 8 * DAY, 31 * DAY)]
LIKELY = [move("ask", CHILD)] + [move("yes", by) for by in (CHILD, MUM, DAD, FRIEND, OWNER, OTHER, KIDS_MUM)]


def _is_possible(chosen: Move) -> bool:
    name, given, named = chosen
    if name in _ELSEWHERE or _UNSET & named.keys() or (name == "ask" and len(given) > 1):
        return False
    if name == "set" and named.get("owners") == set():
        return False
    return not any(isinstance(each, Text) and (each.marked or each.leaves) for each in given)


POSSIBLE = [each for each in MOVES if _is_possible(each)] + WAITS


def make(app: Application, chosen: Move) -> bool:
    name, given, named = chosen
    return bool(getattr(app, name)(*given, **named))


ANSWERS = [move(name, by) for name in ("no", "lift", "confirm") for by in (CHILD, MUM, DAD, FRIEND, OWNER)]
ANSWERS += [move("yes", by, of="shown") for by in (CHILD, MUM, DAD, FRIEND, OWNER)] + [move("go", CHILD)]


def a_family(pick: random.Random) -> tuple[World, Text]:
    """Mostly one in which something can be agreed to."""
    band = pick.choice([Band.UNDER_13, Band.FROM_13, Band.FROM_13, Band.FROM_16, Band.ADULT])
    owners = pick.choice([{OWNER}, {OWNER, OTHER}, {CHILD, MUM}, {OWNER, OTHER, MUM}])
    world = family(band, owners=owners, rule=pick.choice(["one", "one", "most", "all"]), by_hand=pick.random() < 0.7)
    world.wards[CHILD].any_will_do = pick.random() < 0.3
    if band is Band.ADULT:
        world.wards[CHILD].guardians.clear()
    start = text(pick.choice(["members", "friends", "followers", "public"]), appears=pick.choice([set(), {FRIEND}]))
    return world, start


def drawn(pick: random.Random, app: Application) -> Move:
    """What somebody does next: mostly what leads somewhere."""
    if any(kind is HoldKind.DELETING for kind, _ in app.model.reasons) and pick.random() < 0.6:
        return move("undelete", pick.choice([giver for kind, giver in app.model.reasons if kind is HoldKind.DELETING]))
    return pick.choice(pick.choices([LIKELY, ANSWERS, POSSIBLE], [5, 3, 5])[0])


@pytest.mark.parametrize("seed", range(12))
def test_walks_at_random(database: Database, seed: int) -> None:
    pick = random.Random(seed)
    app = Application(database, *a_family(pick))
    accepted = sum(make(app, drawn(pick, app)) for _ in range(40))
    assert accepted > 0
