"""A clip that contains another goes no further than it, and is withheld with it, to any depth (consent.md R15). Pure."""

from onstage.clips.models import HoldKind
from onstage.clips.rules import consent
from onstage.clips.rules.life import Clip, Hold
from onstage.clips.rules.need import Facts


def follow(clip: Clip, facts: Facts, source: int) -> Clip:
    """[15] A source is held, erased or free again, goes less far, or its part was taken out: what that does to the clip.

    The facts know of the source what it is now, and nothing where the clip does not contain it any more.
    """
    is_free = all(each.reach is not None for each in facts.sources if each.clip == source)
    if not is_free:
        clip = consent.place(clip, facts, HoldKind.CONTAINS, source)
    elif Hold(HoldKind.CONTAINS, source) in clip.holds:
        clip = consent.release(clip, facts, HoldKind.CONTAINS, source)
    return consent.changed(clip, facts)
