"""What never happens to a clip, whoever does what in whatever order: I1 to I9 of the consent rules as functions. Pure."""

from collections.abc import Collection, Iterable

from onstage.clips.models import HoldKind
from onstage.clips.rules import consent
from onstage.clips.rules.life import SERVER, Clip, shown_reach
from onstage.clips.rules.need import Facts, is_met, today
from onstage.errors import Refused

WIDENS = frozenset({"ask", "say_yes", "go", "come_due", "lift", "widen", "undelete", "confirm", "release", "follow"})
"""The only acts that may make a clip visible or wider (I4)."""


def agreed(clip: Clip, facts: Facts) -> bool:
    """I1: what is visible has, for each part of its basis, enough yeses to exactly that version."""
    if clip.shown is None or not clip.visible:
        return True
    return all(is_met(part, clip.yeses, clip.shown.number, facts.at) for part in clip.basis)


def within_limits(clip: Clip, facts: Facts) -> bool:
    """I2: nothing holds what is visible, and it goes no further than approved, limited and allowed today."""
    reach = shown_reach(clip, facts)
    if reach is None or clip.shown is None:
        return True
    limits = [clip.shown.reach, today(clip.shown.people, facts), *(cap.reach for cap in clip.caps)]
    return not clip.holds and all(reach.within(limit) for limit in limits)


def heeds(clip: Clip, noes: Iterable[int]) -> bool:
    """I3: while somebody's no stands, nothing of the clip is shown, in no version."""
    return not clip.visible or not set(noes)


def widened_by_a_person(before: Clip, then: Facts, after: Clip, now: Facts, act: str) -> bool:
    """I4: only a person's act makes something visible or wider."""
    was, is_ = shown_reach(before, then), shown_reach(after, now)
    return is_ is None or (was is not None and is_.within(was)) or act in WIDENS


def can_end(clip: Clip, facts: Facts, at: int) -> bool:
    """I5: whoever made it can have it erased from every state; `at` is an instant after every wait."""
    if clip.gone:
        return True
    try:
        deleting = consent.delete(clip, facts, clip.author)
        return consent.erase(deleting, Facts(**{**vars(facts), "at": at})).gone
    except Refused:
        return False


def stays_gone(before: Clip, after: Clip) -> bool:
    """I6: what is gone never returns."""
    return after.gone or not before.gone


def none_for_others(before: Clip, after: Clip, by: int | None, carried: Collection[int] = ()) -> bool:
    """I9: nobody's yes, no or limit is given by anybody but its person (or the server: a hold's cause, a stricter age).

    `carried`: who has said no to another clip of the film.
    """
    yeses = {yes.person for yes in after.yeses - before.yeses if not yes.used and yes.wards is None}
    noes = {hold.giver for hold in after.holds - before.holds if hold.kind is HoldKind.NO}
    stopped = {hold.giver for hold in before.holds - after.holds if hold.kind is HoldKind.DELETING}
    limits = {cap.giver for cap in after.caps - before.caps} - {SERVER}
    return yeses | (noes - stopped - set(carried)) | limits <= ({by} if by is not None else set())
