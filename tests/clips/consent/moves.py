"""Everything that anybody might try, as a list of moves, and worlds to try it in."""

import random
from typing import Any

from onstage.accounts.age import Band
from onstage.clips.models import HoldKind
from tests.clips.consent.pair import (
    AUNT,
    CHILD,
    DAD,
    EDITOR,
    EVERYBODY,
    EVERYWHERE,
    FRIEND,
    KID,
    KIDS_MUM,
    LINK,
    MODERATOR,
    MUM,
    NEAR,
    OTHER,
    OWNER,
    SOURCE,
    STRANGER,
    Pair,
    family,
    text,
)
from tests.clips.consent.reference import DAY, Text, World

Move = tuple[str, tuple[Any, ...], dict[str, Any]]
WIDEST = [("private", False, False), NEAR, ("public", False, False), ("public", True, False), EVERYWHERE]
AUDIENCES = ["private", "members", "friends", "followers", "unlisted", "public"]
RULES = ["one", "most", "all"]


def move(name: str, *given: Any, **named: Any) -> Move:
    """One move, by the name of a method of Pair."""
    return name, given, named


def _answers() -> list[Move]:
    found = []
    for by in EVERYBODY:
        found += [move("yes", by), move("yes", by, leaves=True), move("yes", by, of="shown"), move("no", by)]
        found += [move("lift", by), move("confirm", by), move("delete", by), move("undelete", by), move("widen", by)]
        found += [move("narrow", by, reach) for reach in (NEAR, ("friends", False, False), EVERYWHERE)]
    for by in (CHILD, MUM, FRIEND, OWNER):
        found += [move("ask", by), move("recall", by), move("go", by), move("yes", by, checked=False)]
        found += [move("yes", by, of="stale"), move("yes", by, of="shown", leaves=True)]
    return found


def _by_link() -> list[Move]:
    """What whoever stands for a child who is not here can try."""
    found = [move("yes", LINK), move("yes", LINK, of="shown"), move("yes", LINK, of="stale")]
    return [*found, move("no", LINK), move("lift", LINK), move("confirm", LINK), move("narrow", LINK, NEAR)]


def _edits() -> list[Move]:
    found = []
    for audience in AUDIENCES:
        found.append(move("edit", CHILD, text(audience)))
        found.append(move("edit", CHILD, text(audience, recommended=audience == "public", appears={FRIEND})))
    found += [move("edit", by, text()) for by in (MUM, OWNER, EDITOR, FRIEND)]
    found += [move("edit", CHILD, text("public", recommended=True, leaves=True, appears=who)) for who in (set(), {KID})]
    found += [move("edit", CHILD, text("friends", marked=True, appears=who)) for who in (set(), {FRIEND}, {KID})]
    return found


def _films() -> list[Move]:
    """Another clip of the same film, and who says no to it."""
    found = []
    for people, noes in (({FRIEND}, {FRIEND}), ({KID}, {KIDS_MUM}), ({CHILD}, {MUM}), ({CHILD, KID}, {KID, DAD, AUNT})):
        found += [move("same_film", people, noes), move("same_film", people, noes, earlier=True)]
    found += [move("same_film", {FRIEND}, {OWNER, OTHER}, elsewhere=value) for value in (True, False)]
    return [*found, move("film_by_link", LINK), move("film_by_link", LINK, earlier=True)]


def _world() -> list[Move]:
    found = []
    for guardian in (MUM, DAD, AUNT):
        found += [move("end", guardian), move("annul", guardian), move("away", guardian)]
        found += [move("gain", guardian, kind) for kind in ("full", "carer")]
    found += [move("annul", KIDS_MUM, KID), move("gain", KIDS_MUM, "full", KID), move("gain", OWNER, "full")]
    for guardian in (MUM, DAD, AUNT):
        found += [move("ahead", guardian, kind) for kind in ("near", "members", None)]
    found += [move("ahead", by, kind, KID) for by in (MUM, KIDS_MUM) for kind in ("near", None)]
    found += [move("gain", MUM, "full", KID)]
    found += [move("ahead", OWNER, "near")]
    found += [move("grow", who) for who in (CHILD, KID)] + [move("younger", who) for who in (CHILD, KID, FRIEND)]
    found += [move("set", rule=rule) for rule in RULES]
    found += [move("set", owners=owners) for owners in ({OWNER}, {OWNER, OTHER}, {OWNER, OTHER, MUM}, {CHILD}, set())]
    found += [move("set", editors=editors) for editors in (set(), {EDITOR})]
    found += [move("set", frozen=value) for value in (True, False)] + [move("set", by_hand=v) for v in (True, False)]
    for name in ("any_will_do", "absence_rule", "near_without"):
        found += [move("set_ward", CHILD, **{name: value}) for value in (True, False)]
    found += [move("set_ward", who, widest=reach) for who in (CHILD, FRIEND) for reach in WIDEST]
    found += [move("set_ward", CHILD, band=Band.UNKNOWN)]
    return found


def _causes() -> list[Move]:
    found = []
    for kind in (HoldKind.CLAIM, HoldKind.MODERATION, HoldKind.CONTAINS):
        for by in (None, MODERATOR, MUM, OWNER, CHILD, EDITOR):
            found += [move("place", kind, 5, by), move("release", kind, 5, by)]
    for by in (MODERATOR, MUM, OWNER, CHILD, EDITOR):
        found += [move("preserve", by), move("release", HoldKind.PRESERVED, MODERATOR, by)]
    for clip in (SOURCE, SOURCE + 1):
        found += [move("source", clip, reach) for reach in (None, ("public", False, False), EVERYWHERE)]
        found += [move("source", clip, None, taken_out=True), move("source", clip, ("public", True, False))]
    found += [move("preserve", MODERATOR, ""), move("release", HoldKind.PRESERVED, MODERATOR)]
    found += [move("appear", who) for who in (FRIEND, KID)]
    found += [move("unname", by, who) for by, who in ((FRIEND, FRIEND), (KID, KID), (MODERATOR, KID), (CHILD, FRIEND))]
    found += [move("unname", by, FRIEND) for by in (MUM, OWNER, MODERATOR)]
    found += [move("stop", by, of) for by in (CHILD, OWNER, OTHER, EDITOR, MUM) for of in (CHILD, OWNER, EDITOR)]
    found += [move("mark", by) for by in (CHILD, EDITOR, STRANGER)]
    found += [move("story_end", keep) for keep in (True, False)]
    found += [
        move("restored"),
        move("erase"),
        move("expire"),
        move("due"),
        move("ask", CHILD, 3 * DAY),
        move("ask", CHILD, 40 * DAY),
    ]
    return found


WAITS = [move("wait", time) for time in (1, 5_000_000, 10_000_000, DAY, 3 * DAY, 7 * DAY, 30 * DAY)]
LIKELY = [move("ask", CHILD)] + [move("yes", by) for by in (CHILD, MUM, DAD, FRIEND, OWNER, OTHER, KIDS_MUM)]
MOVES: list[Move] = [*_answers(), *_by_link(), *_edits(), *_films(), *_world(), *_causes(), *WAITS]


def make(pair: Pair, chosen: Move) -> bool:
    """Make it; whether it was accepted."""
    name, given, named = chosen
    fresh = tuple(each.copy() if isinstance(each, Text | set) else each for each in given)
    return bool(getattr(pair, name)(*fresh, **named))


def a_world(pick: random.Random) -> tuple[World, Text]:
    """Some family, account and draft."""
    world = family(
        pick.choice([*Band, Band.FROM_13, Band.UNDER_13]),
        rule=pick.choice([*RULES, "one", "one"]),
        owners=pick.choice([{OWNER}, {OWNER, OTHER}, {OWNER, OTHER, MUM}, {CHILD}, {CHILD, MUM}]),
        joint=pick.random() < 0.8,
        by_hand=pick.random() < 0.7,
    )
    if pick.random() < 0.2:
        world.children = {LINK: pick.random() < 0.8}
    if pick.random() < 0.2:
        world.sides = [(pick.choice([{OTHER}, {DAD, FRIEND}, {STRANGER, OTHER}]), pick.choice(RULES))]
    child = world.wards[CHILD]
    child.any_will_do, child.absence_rule = pick.random() < 0.3, pick.random() < 0.8
    child.near_without = pick.random() < 0.2
    for guardian in (MUM, DAD):
        if pick.random() < 0.3:
            child.ahead[guardian] = pick.choice(["near", "near", "members"])
    for guardian in pick.sample([MUM, DAD, AUNT], pick.choice([0, 0, 1, 2])):
        del child.guardians[guardian]
    audience = pick.choice(AUDIENCES)
    wide = audience == "public" and pick.random() < 0.5
    start = text(audience, recommended=wide, leaves=wide and pick.random() < 0.7)
    start.appears = set(pick.sample([FRIEND, KID], pick.choice([0, 0, 1, 1, 2])))
    return world, start


def walk(pair: Pair, pick: random.Random, steps: int) -> int:
    """So many moves at random, those that lead somewhere more often; gives how many were accepted."""
    accepted = 0
    for _ in range(steps):
        accepted += make(pair, pick.choice(LIKELY if pick.random() < 0.4 else MOVES))
    pair.replay()
    return accepted
