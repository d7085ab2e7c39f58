"""The kinds of things people are told, and how each is said where no page says it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `sentence`: for a device or a letter. `pushes`: whether it may wake a device, unless the person says no."""

    name: str
    sentence: str
    pushes: bool = True


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("like", "Somebody likes your clip.", pushes=False),
        Kind("comment", "Somebody commented on your clip."),
        Kind("reply", "Somebody answered you."),
        Kind("follow", "Somebody follows you now.", pushes=False),
        Kind("ask", "Somebody asks to follow you."),
        Kind("mention", "Somebody mentions you."),
        Kind("question", "Somebody asks for your yes."),
        Kind("come_back", "A child here may need you as a guardian."),
        Kind("beforehand", "Your yes beforehand was used.", pushes=False),
    )
}
"""By name. Another kind is one line here, and one subscriber that calls `telling.tell` (docs/build/notifications.md)."""
