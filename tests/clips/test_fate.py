"""What becomes of a clip when somebody wants to be gone from it, case by case, without a database."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from onstage.accounts.age import Band
from onstage.clips.models import HoldKind
from onstage.clips.rules import consent, invariants, life, need, repeated
from onstage.clips.rules.fate import Fate, departs, fate, meet
from onstage.clips.rules.life import Hold
from onstage.clock import DAY
from onstage.errors import Conflict
from tests.clips.consent.pair import AUNT, CHILD, FRIEND, KID, KIDS_MUM, MUM, STRANGER, Pair, Rules, family, text

RULES = Rules(need, life, consent, repeated, invariants)


def made(band: Band, appears: Collection[int] = ()) -> Pair:
    """A clip by somebody of that age, with these in it."""
    return Pair(RULES, family(band, owners={CHILD}), text("friends", appears=appears))


@pytest.mark.parametrize(
    ("band", "appears", "person", "by", "labels", "expected"),
    [
        (Band.ADULT, (), CHILD, CHILD, 0, Fate.ERASED),
        (Band.ADULT, (), CHILD, CHILD, 1, Fate.DEPARTS),
        (Band.ADULT, (FRIEND,), CHILD, CHILD, 0, Fate.DEPARTS),
        (Band.ADULT, (FRIEND,), FRIEND, FRIEND, 0, Fate.ERASED),
        (Band.ADULT, (FRIEND, KID), FRIEND, FRIEND, 0, Fate.DEPARTS),
        (Band.ADULT, (KID,), KID, KID, 0, Fate.WITHHELD),
        (Band.ADULT, (KID,), KID, KIDS_MUM, 0, Fate.WITHHELD),
        (Band.ADULT, (FRIEND,), FRIEND, KIDS_MUM, 0, Fate.KEPT),
        (Band.FROM_13, (), CHILD, CHILD, 0, Fate.ERASED),
        (Band.FROM_13, (FRIEND,), CHILD, CHILD, 0, Fate.WITHHELD),
        (Band.FROM_13, (), CHILD, MUM, 0, Fate.WITHHELD),
        (Band.FROM_13, (), CHILD, AUNT, 0, Fate.WITHHELD),
        (Band.FROM_13, (), CHILD, STRANGER, 0, Fate.KEPT),
        (Band.FROM_13, (), STRANGER, STRANGER, 0, Fate.KEPT),
        (Band.FROM_16, (), CHILD, MUM, 0, Fate.NEARER),
        (Band.FROM_16, (), CHILD, STRANGER, 0, Fate.KEPT),
        (Band.FROM_16, (FRIEND,), FRIEND, MUM, 0, Fate.KEPT),
        (Band.FROM_16, (), CHILD, CHILD, 0, Fate.ERASED),
        (Band.FROM_16, (FRIEND,), CHILD, CHILD, 0, Fate.WITHHELD),
    ],
)
def test_the_fate_of_a_clip(band: Band, appears: Any, person: int, by: int, labels: int, expected: Fate) -> None:
    pair = made(band, appears)
    assert fate(pair.clip, pair.facts, person, by, labels) is expected
    assert fate(replace(pair.clip, gone=True), pair.facts, person, by, labels) is Fate.KEPT


def test_it_is_withheld_at_once_whatever_follows() -> None:
    pair = made(Band.ADULT, (FRIEND,))
    at = pair.facts.at
    assert meet(pair.clip, pair.facts, FRIEND, Fate.KEPT) == pair.clip
    assert meet(pair.clip, pair.facts, FRIEND, Fate.ERASED).holds == {Hold(HoldKind.DELETING, FRIEND, at)}
    for what in (Fate.DEPARTS, Fate.WITHHELD):
        (hold,) = meet(pair.clip, pair.facts, FRIEND, what).holds
        assert (hold.kind, hold.giver) == (HoldKind.NO, FRIEND)


def test_after_thirty_days_it_is_deleted_unless_their_mind_has_changed() -> None:
    pair = made(Band.ADULT, (FRIEND, KID))
    since = pair.facts.at
    wanted = meet(pair.clip, pair.facts, FRIEND, Fate.DEPARTS)
    others = consent.say_no(wanted, pair.facts, KID)
    then = replace(pair.facts, at=since + 30 * DAY)
    assert Hold(HoldKind.DELETING, FRIEND, then.at) in departs(others, then, FRIEND, since).holds
    refused = [
        (others, replace(then, at=then.at - 1), FRIEND, since),
        (others, then, FRIEND, since - 1),
        (consent.say_no(pair.clip, pair.facts, KID), then, FRIEND, since),
        (pair.clip, then, FRIEND, since),
        (replace(pair.clip, holds=frozenset({Hold(HoldKind.DELETING, FRIEND, since)})), then, FRIEND, since),
        (replace(wanted, holds=wanted.holds | {Hold(HoldKind.NO, STRANGER, since)}), then, STRANGER, since),
    ]
    for clip, facts, person, asked in refused:
        with pytest.raises(Conflict):
            departs(clip, facts, person, asked)
