"""What becomes of a clip when somebody wants to be gone from it (consent.md R12, R16). Pure."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from onstage.accounts.age import Band
from onstage.clips.models import HoldKind
from onstage.clips.rules import consent
from onstage.clips.rules.life import Clip, Hold
from onstage.clips.rules.need import Facts, draws_back, objectors
from onstage.clock import DAY
from onstage.errors import Conflict

DEPARTS = 30 * DAY
"""So long an author has for a version without an adult who wants to be gone; then the clip is erased."""


class Fate(StrEnum):
    """What becomes of one clip."""

    ERASED = "erased"  # only they are in it
    DEPARTS = "departs"  # withheld by their no, and erased after thirty days
    WITHHELD = "withheld"  # by their no
    NEARER = "nearer"  # back to those near, and no further: what a guardian can of somebody of 16 or 17
    KEPT = "kept"  # nothing that this person may do


def fate(clip: Clip, facts: Facts, person: int, by: int, labels: int) -> Fate:
    """What becomes of it once `by`, themselves or a guardian, wants `person` gone from it; `labels`: others in it by words."""
    if clip.gone or person not in clip.people:
        return Fate.KEPT
    if by != person:
        if by in objectors(clip.people, facts):
            return Fate.WITHHELD
        return Fate.NEARER if by in draws_back(clip.author, facts) and person == clip.author else Fate.KEPT
    adult = facts.people[person].band is Band.ADULT
    alone = not labels and not clip.people - {person, clip.author}
    if alone and (person == clip.author or adult):
        return Fate.ERASED
    return Fate.DEPARTS if adult else Fate.WITHHELD


def meet(clip: Clip, facts: Facts, by: int, what: Fate) -> Clip:
    """The clip after that: it is withheld at once, whatever follows."""
    match what:
        case Fate.ERASED:
            return replace(clip, holds=clip.holds | {Hold(HoldKind.DELETING, by, facts.at)})
        case Fate.KEPT:
            return clip
        case _:
            return consent.say_no(clip, facts, by)


def departs(clip: Clip, facts: Facts, person: int, since: int) -> Clip:
    """The thirty days are over, and they are in it still: it is deleted. Raises Conflict where they have changed their mind."""
    stands = any(hold.kind is HoldKind.NO and hold.giver == person and hold.since <= since for hold in clip.holds)
    if person not in clip.people or not stands or facts.at < since + DEPARTS:
        raise Conflict("They no longer want to be gone from it, or there is still time.", code="time")
    return replace(clip, holds=clip.holds | {Hold(HoldKind.DELETING, person, facts.at)})


def count(fates: Iterable[Fate]) -> dict[Fate, int]:
    """How many clips there are of each."""
    given = list(fates)
    return {each: given.count(each) for each in Fate}
