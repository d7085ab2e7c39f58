"""Whom a clip waits for, and how many must still agree: never whose no it was. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from onstage.clips.models import HoldKind, Stage, Why
from onstage.clips.rules.life import Clip
from onstage.clips.rules.need import (
    Facts,
    Part,
    Version,
    Yes,
    by_link,
    deleters,
    is_met,
    need,
    objectors,
    ok,
    said_by_asking,
    voices,
)
from onstage.clips.rules.need import standing as counting


@dataclass(frozen=True)
class Standing:
    """How far the agreeing is: `given` of `needed` yeses; `owners`, `guardians`, `people`: who is still waited for."""

    given: int
    needed: int
    owners: int
    guardians: int
    people: int


@dataclass(frozen=True)
class Awaited:
    """Somebody in a clip for whom a yes is missing: their `own`, or those of so many of their guardians."""

    person: int
    own: bool
    guardians: int


def concerned(clip: Clip, facts: Facts) -> dict[int, Why]:
    """Who must act on the clip now, who has said no to it, who may: all but its author, who sees it anyway (I3).

    Who answers by a link sees it by that (`of_link`).
    """
    found = _everybody(clip, facts)
    for apart in (clip.author, *by_link(facts)):
        found.pop(apart, None)
    return found


def asked_about_leaving(clip: Clip, facts: Facts) -> frozenset[int]:
    """Whose yes is needed to its leaving the server as well, of what is asked, or waits until all agree again."""
    asked = clip.working if clip.stage is Stage.ASKED else None
    versions = [version for version in (asked, clip.shown) if version is not None]
    return frozenset[int]().union(*(part.of for each in versions[:1] for part in need(each, facts) if part.leaves))


def of_link(clip: Clip, facts: Facts, label: int) -> Why | None:
    """The same for who answers for a minor who is not here; None: they see nothing of the clip now."""
    return _everybody(clip, facts).get(label)


def _everybody(clip: Clip, facts: Facts) -> dict[int, Why]:
    if clip.is_held(HoldKind.DELETING):
        return dict.fromkeys(deleters(clip.author, facts), Why.STOP) if facts.joint else {}
    found = dict.fromkeys(objectors(clip.people, facts), Why.MAY_OBJECT) if clip.visible else {}
    found |= {hold.giver: Why.NO for hold in clip.holds if hold.kind is HoldKind.NO}
    if clip.stage is Stage.ASKED and clip.working is not None:
        found |= dict.fromkeys(objectors(clip.people, facts) - found.keys(), Why.MAY_OBJECT)
        found |= dict.fromkeys(unanswered(clip.working, clip.yeses, facts), Why.ANSWER)
    if clip.shown is not None and clip.is_held(HoldKind.BASIS):
        if ok(clip.shown, clip.yeses, facts):
            found |= dict.fromkeys(voices(clip.shown, facts) & objectors(clip.people, facts), Why.BRING_BACK)
        else:
            found |= dict.fromkeys(unanswered(clip.shown, clip.yeses, facts), Why.ANSWER)
    return found


def unanswered(version: Version, yeses: Iterable[Yes], facts: Facts) -> set[int]:
    """Those whose yes is still needed and not given."""
    given = counting(version, yeses, facts)
    found: set[int] = set()
    for part in _unmet(version, given, facts):
        found |= {person for person in part.of if not _has(person, part, version, given, facts)}
    return found


def _unmet(version: Version, yeses: tuple[Yes, ...], facts: Facts) -> list[Part]:
    return [part for part in need(version, facts) if not is_met(part, yeses, version.number, facts.at)]


def _has(person: int, part: Part, version: Version, yeses: tuple[Yes, ...], facts: Facts) -> bool:
    return is_met(replace(part, of=frozenset({person}), least=1), yeses, version.number, facts.at)


def standing(given: Iterable[Yes], version: Version, facts: Facts) -> Standing:
    """How far the agreeing about a version is, in numbers only."""
    yeses = counting(version, given, facts)
    missing = {"owners": 0, "guardians": 0, "people": 0}
    needed = 0
    for part, have in _answers(version, yeses, facts).items():
        needed += part.least
        missing[_kind(part, version, facts)] += max(0, part.least - have)
    return Standing(needed - sum(missing.values()), needed, **missing)


def _answers(version: Version, yeses: tuple[Yes, ...], facts: Facts) -> dict[Part, int]:
    """How many have said yes to each part; who is asked for two minors is asked once, and answers once for both."""
    found: dict[Part, int] = {}
    for part in need(version, facts):
        have = sum(_has(person, part, version, yeses, facts) for person in part.of)
        asked = replace(part, ward=None)
        found[asked] = min(have, found.get(asked, have))
    return found


def awaited(clip: Clip, version: Version, facts: Facts) -> list[Awaited]:
    """For whom in this version a yes is missing, or would be if its author asked now."""
    said = said_by_asking(version, facts, clip.author) if version.number == 0 else clip.yeses
    yeses = counting(version, said, facts)
    found: dict[int, Awaited] = {}
    for part in _unmet(version, yeses, facts):
        if part.leaves or (part.ward is None and (len(part.of) != 1 or not part.of <= version.people)):
            continue
        who = next(iter(part.of)) if part.ward is None else part.ward
        before = found.get(who, Awaited(who, own=False, guardians=0))
        if part.ward is None:
            found[who] = replace(before, own=True)
        else:
            found[who] = replace(before, guardians=before.guardians + part.least)
    return sorted(found.values(), key=lambda each: each.person)


def _kind(part: Part, version: Version, facts: Facts) -> str:
    sides = {facts.owners, *(side.owners for side in facts.coauthors)}
    if part.of in sides and not part.of <= version.people:
        return "owners"
    return "people" if part.of <= version.people else "guardians"
