"""A no goes with the film: into every later upload of it, whoever's account that is in (consent.md R1). Pure."""

from collections.abc import Mapping

from onstage.clips.models import HoldKind
from onstage.clips.rules import consent
from onstage.clips.rules.life import Clip
from onstage.clips.rules.need import Facts, by_link, objectors, speaks_for
from onstage.errors import Gone

Noes = Mapping[int, frozenset[int]]
"""Who says no, and for whom in the film each of them speaks; for nobody here: an owner, or a label's guardian."""


def carried(clip: Clip, facts: Facts, *, elsewhere: bool) -> Noes:
    """The noes to a clip that go with its film; into another account (`elsewhere`) none that is an owner's alone."""
    given = {hold.giver for hold in clip.holds if hold.kind is HoldKind.NO}
    noes = {giver: speaks_for(giver, clip.people, facts) for giver in sorted(given)}
    return {
        giver: people for giver, people in noes.items() if giver not in by_link(facts) and (people or not elsewhere)
    }


def by_links(clip: Clip, facts: Facts) -> list[int]:
    """Who says no to it by a link, for minors who are not here: into every other clip of the film each goes by a label there."""
    return sorted(hold.giver for hold in clip.holds if hold.kind is HoldKind.NO and hold.giver in by_link(facts))


def covered(clip: Clip, facts: Facts, noes: Noes, *, earlier: bool) -> Clip:
    """[1, 4] Noes to the film of another clip cover this one too, of the same film; the facts know whom they speak for.

    Who is in that film is in this one, and stays named (12); so are minors who are not here. A clip from `earlier` than the
    one that they were said to is covered only by those whose no counts there anyway: who uploads a film once more is not in
    the first one by that.
    """
    if clip.gone:
        raise Gone("This clip is gone.")
    people = frozenset[int]().union(*noes.values()) - clip.named - {clip.author}
    for person in sorted(people) if not earlier else ():
        clip = consent.appear(clip, facts, person)
    if not earlier and noes.keys() & by_link(facts):
        clip = consent.corrected(clip, facts)
    for giver in sorted(noes):
        if giver in objectors(clip.people, facts):
            clip = consent.say_no(clip, facts, giver)
    return clip
