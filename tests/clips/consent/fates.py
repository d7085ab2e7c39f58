"""What becomes of a clip when somebody wants to be gone from it, as stories that take the rules as an argument (traces.py)."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from onstage.accounts.age import Band
from onstage.clips.models import HoldKind
from onstage.clock import DAY
from onstage.errors import Conflict
from tests.clips.consent.pair import AUNT, CHILD, FRIEND, KID, KIDS_MUM, MUM, STRANGER, Pair, Rules, family, text
from tests.clips.consent.traces import Trace

_CASES: tuple[tuple[Band, Collection[int], int, int, int, str], ...] = (
    # of what age its author is, who else is in it, who wants to be gone, who asks for it, labels in it
    (Band.ADULT, (), CHILD, CHILD, 0, "erased"),
    (Band.ADULT, (), CHILD, CHILD, 1, "departs"),
    (Band.ADULT, (FRIEND,), CHILD, CHILD, 0, "departs"),
    (Band.ADULT, (FRIEND,), FRIEND, FRIEND, 0, "erased"),
    (Band.ADULT, (FRIEND, KID), FRIEND, FRIEND, 0, "departs"),
    (Band.ADULT, (KID,), KID, KID, 0, "withheld"),
    (Band.ADULT, (KID,), KID, KIDS_MUM, 0, "withheld"),
    (Band.ADULT, (FRIEND,), FRIEND, KIDS_MUM, 0, "kept"),
    (Band.FROM_13, (), CHILD, CHILD, 0, "erased"),
    (Band.FROM_13, (FRIEND,), CHILD, CHILD, 0, "withheld"),
    (Band.FROM_13, (), CHILD, MUM, 0, "withheld"),
    (Band.FROM_13, (), CHILD, AUNT, 0, "withheld"),
    (Band.FROM_13, (), CHILD, STRANGER, 0, "kept"),
    (Band.FROM_13, (), STRANGER, STRANGER, 0, "kept"),
    (Band.FROM_16, (), CHILD, MUM, 0, "nearer"),
    (Band.FROM_16, (), CHILD, STRANGER, 0, "kept"),
    (Band.FROM_16, (FRIEND,), FRIEND, MUM, 0, "kept"),
    (Band.FROM_16, (), CHILD, CHILD, 0, "erased"),
    (Band.FROM_16, (FRIEND,), CHILD, CHILD, 0, "withheld"),
)


def _made(rules: Rules, band: Band, appears: Collection[int] = ()) -> Pair:
    return Pair(rules, family(band, owners={CHILD}), text("friends", appears=appears))


def each_case(rules: Rules) -> None:
    """Who is gone for good, who is withheld, and who has no say."""
    for band, appears, person, by, labels, expected in _CASES:
        pair = _made(rules, band, appears)
        assert rules.fate.fate(pair.clip, pair.facts, person, by, labels) == expected
        assert rules.fate.fate(replace(pair.clip, gone=True), pair.facts, person, by, labels) == "kept"


def withheld_at_once_whatever_follows(rules: Rules) -> None:
    """Also where it is erased only later."""
    pair, what = _made(rules, Band.ADULT, (FRIEND,)), rules.fate.Fate
    at = pair.facts.at
    assert rules.fate.meet(pair.clip, pair.facts, FRIEND, what.KEPT) == pair.clip
    erased = rules.fate.meet(pair.clip, pair.facts, FRIEND, what.ERASED)
    assert erased.holds == {rules.life.Hold(HoldKind.DELETING, FRIEND, at)}
    for each in (what.DEPARTS, what.WITHHELD):
        (hold,) = rules.fate.meet(pair.clip, pair.facts, FRIEND, each).holds
        assert (hold.kind, hold.giver) == (HoldKind.NO, FRIEND)


def deleted_after_thirty_days_unless_their_mind_has_changed(rules: Rules) -> None:
    """Their own no must have stood all the while; another's counts for nothing."""
    pair, hold = _made(rules, Band.ADULT, (FRIEND, KID)), rules.life.Hold
    since = pair.facts.at
    wanted = rules.fate.meet(pair.clip, pair.facts, FRIEND, rules.fate.Fate.DEPARTS)
    others = rules.consent.say_no(wanted, pair.facts, KID)
    then = replace(pair.facts, at=since + 30 * DAY)
    assert hold(HoldKind.DELETING, FRIEND, then.at) in rules.fate.departs(others, then, FRIEND, since).holds
    refused: list[tuple[Any, Any, int, int]] = [
        (others, replace(then, at=then.at - 1), FRIEND, since),
        (others, then, FRIEND, since - 1),
        (rules.consent.say_no(pair.clip, pair.facts, KID), then, FRIEND, since),
        (pair.clip, then, FRIEND, since),
        (replace(pair.clip, holds=frozenset({hold(HoldKind.DELETING, FRIEND, since)})), then, FRIEND, since),
        (replace(wanted, holds=wanted.holds | {hold(HoldKind.NO, STRANGER, since)}), then, STRANGER, since),
    ]
    for clip, facts, person, asked in refused:
        with pytest.raises(Conflict):
            rules.fate.departs(clip, facts, person, asked)


FATES: tuple[Trace, ...] = (
    each_case,
    withheld_at_once_whatever_follows,
    deleted_after_thirty_days_unless_their_mind_has_changed,
)
