"""Events of plays as the API makes them, for tests that begin behind it."""

import secrets
from typing import Any

from onstage.clock import HOUR, now
from onstage.engagement.tally import Play, PlayKind

DURATION_MS = 8000


def play(clip: int, viewer: bytes = b"a viewer", kind: PlayKind = PlayKind.END, **other: Any) -> Play:
    """An event of a play of its own, under a token of its own that is an hour old."""
    moment = now()
    given: dict[str, Any] = {
        "event": secrets.token_bytes(16), "token": secrets.token_bytes(16), "play": secrets.token_bytes(16),
        "clip": clip, "viewer": viewer, "same": (viewer,), "addresses": (), "kind": kind, "surface": "for_you",
        "place": 1, "propensity": 0, "watched_ms": 2000, "loops": 0, "duration_ms": DURATION_MS,
        "issued_at": moment - HOUR, "happened_at": moment, "received_at": moment, **other,
    }  # fmt: skip
    return Play(**{"reached_ms": min(given["watched_ms"], given["duration_ms"]), **given})
