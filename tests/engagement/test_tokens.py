"""Play tokens: what is sealed comes back, nobody else can seal, and time is what the server's clock says."""

import pytest

from onstage.clock import SECOND
from onstage.engagement.tokens import TOKEN_LIFE, Surface, Token, read, seal, untimely
from onstage.keys import Keys

KEYS = Keys(b"a secret")
T = 1_700_000_000 * SECOND
TOKEN = Token(7, b"a viewer", T, Surface.FOLLOWING, place=3, propensity=12_500)


def test_a_token_says_what_was_sealed() -> None:
    sealed = seal(KEYS, TOKEN)
    assert read(KEYS, sealed) == TOKEN


@pytest.mark.parametrize("how", ["other secret", "other purpose", "one letter changed", "cut", "empty", "not base64"])
def test_a_token_not_made_here_says_nothing(how: str) -> None:
    sealed = seal(KEYS, TOKEN)
    forged = {
        "other secret": seal(Keys(b"another"), TOKEN),
        "other purpose": KEYS.seal("upload", b"x" * 40),
        "one letter changed": sealed[:-3] + ("A" if sealed[-3] != "A" else "B") + sealed[-2:],
        "cut": sealed[:30],
        "empty": "",
        "not base64": "…" * 40,
    }[how]
    assert read(KEYS, forged) is None


def test_a_rotated_secret_still_reads_what_it_signed() -> None:
    sealed = seal(KEYS, TOKEN)
    assert read(Keys(b"new", b"a secret"), sealed) == TOKEN
    assert read(Keys(b"newer", b"new"), sealed) is None


@pytest.mark.parametrize(
    ("happened", "received", "expected"),
    [
        (5 * SECOND, 6 * SECOND, None),
        (0, 0, None),
        (-999, 0, None),
        (-1000, 0, "time"),
        (10 * SECOND, 10 * SECOND, None),
        (10 * SECOND + 1, 10 * SECOND, "time"),
        (TOKEN_LIFE, TOKEN_LIFE, None),
        (TOKEN_LIFE, TOKEN_LIFE + 1, "expired"),
    ],
)
def test_an_event_lies_between_issue_and_receipt(happened: int, received: int, expected: str | None) -> None:
    assert untimely(TOKEN, T + happened, T + received) == expected


def test_a_surface_of_a_later_version_is_not_known() -> None:
    message = KEYS.open("play", seal(KEYS, TOKEN))
    assert message is not None
    assert read(KEYS, KEYS.seal("play", message[:16] + bytes([len(Surface)]) + message[17:])) is None
