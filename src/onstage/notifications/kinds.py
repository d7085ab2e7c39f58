"""The kinds of things people are told, and how each is said where no page says it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `sentence`: for a device or a letter."""

    name: str
    sentence: str


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("like", "Somebody likes your clip."),
        Kind("repost", "Somebody reposted your clip."),
        Kind("comment", "Somebody commented on your clip."),
        Kind("reply", "Somebody answered you."),
        Kind("follow", "Somebody follows you now."),
        Kind("ask", "Somebody asks to follow you."),
        Kind("mention", "Somebody mentions you."),
        Kind("question", "Somebody asks for your yes."),
        Kind("portrait", "An account with children wants to show another name, picture or bio."),
        Kind("come_back", "A child here may need you as a guardian."),
        Kind("beforehand", "Your yes beforehand was used."),
        Kind("again", "A film that you said no to is here once more. Your no counts there too."),
        Kind("claim", "Somebody says that they are in a clip of yours. You have three days to answer."),
    )
}
"""By name. Another kind is one line here, and one subscriber that calls `telling.tell` (docs/build/notifications.md)."""
