"""Whom a clip waits for, and how many must still agree: never whose no it was. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from onstage.clips.life import Clip
from onstage.clips.models import HoldKind, Stage, Why
from onstage.clips.need import Facts, Part, Version, Yes, by_link, deleters, is_met, need, objectors, ok, voices


@dataclass(frozen=True)
class Standing:
    """How far the agreeing is: `given` of `needed` yeses; `owners`, `guardians`, `people`: who is still waited for."""

    given: int
    needed: int
    owners: int
    guardians: int
    people: int


def concerned(clip: Clip, facts: Facts) -> dict[int, Why]:
    """Who must act on the clip now, who has said no to it, who may: all but its author, who sees it anyway (I3).

    Who answers by a link sees it by that (`of_link`).
    """
    found = _everybody(clip, facts)
    for apart in (clip.author, *by_link(facts)):
        found.pop(apart, None)
    return found


def of_link(clip: Clip, facts: Facts, label: int) -> Why | None:
    """The same for who answers for a minor who is not here; None: they see nothing of the clip now."""
    return _everybody(clip, facts).get(label)


def _everybody(clip: Clip, facts: Facts) -> dict[int, Why]:
    if clip.is_held(HoldKind.DELETING):
        return dict.fromkeys(deleters(clip.author, facts), Why.STOP) if facts.joint else {}
    found = dict.fromkeys(objectors(clip.people, facts), Why.MAY_OBJECT) if clip.visible else {}
    found |= {hold.giver: Why.NO for hold in clip.holds if hold.kind is HoldKind.NO}
    if clip.stage is Stage.ASKED and clip.working is not None:
        agreed = {yes.person for yes in clip.yeses if yes.version == clip.working.number}
        found |= dict.fromkeys(agreed & objectors(clip.people, facts), Why.MAY_OBJECT)
        found |= dict.fromkeys(_unanswered(clip.working, clip.yeses, facts), Why.ANSWER)
    if clip.shown is not None and clip.is_held(HoldKind.BASIS):
        if ok(clip.shown, clip.yeses, facts):
            found |= dict.fromkeys(voices(clip.shown, facts) & objectors(clip.people, facts), Why.BRING_BACK)
        else:
            found |= dict.fromkeys(_unanswered(clip.shown, clip.yeses, facts), Why.ANSWER)
    return found


def _unanswered(version: Version, yeses: Iterable[Yes], facts: Facts) -> set[int]:
    """Those whose yes is still needed and not given."""
    given = tuple(yeses)
    found: set[int] = set()
    for part in _unmet(version, given, facts):
        found |= {person for person in part.of if not _has(person, part, version, given, facts)}
    return found


def _unmet(version: Version, yeses: tuple[Yes, ...], facts: Facts) -> list[Part]:
    return [part for part in need(version, facts) if not is_met(part, yeses, version.number, facts.at)]


def _has(person: int, part: Part, version: Version, yeses: tuple[Yes, ...], facts: Facts) -> bool:
    return is_met(Part(frozenset({person}), leaves=part.leaves), yeses, version.number, facts.at)


def standing(clip: Clip, version: Version, facts: Facts) -> Standing:
    """How far the agreeing about a version is, in numbers only."""
    yeses = tuple(clip.yeses)
    parts = sorted(need(version, facts), key=lambda part: (part.leaves, sorted(part.of), part.least))
    missing = {"owners": 0, "guardians": 0, "people": 0}
    needed = sum(part.least for part in parts)
    for part in parts:
        have = sum(_has(person, part, version, yeses, facts) for person in part.of)
        missing[_kind(part, version, facts)] += max(0, part.least - have)
    return Standing(needed - sum(missing.values()), needed, **missing)


def _kind(part: Part, version: Version, facts: Facts) -> str:
    sides = {facts.owners, *(side.owners for side in facts.coauthors)}
    if part.of in sides and not part.of <= version.people:
        return "owners"
    return "people" if part.of <= version.people else "guardians"
