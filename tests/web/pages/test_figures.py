"""The creator's page says how long people watched in a unit in which it is some."""

import pytest

from onstage.web.pages.figures import watched_words


@pytest.mark.parametrize(
    ("watched_ms", "words"),
    [(0, "0 s"), (1_499, "1 s"), (99_400, "99 s"), (100_000, "2 min"), (5_999_000, "100 min"), (6_000_000, "1.7 h")],
)
def test_watch_time_in_words(watched_ms: int, words: str) -> None:
    assert watched_words(watched_ms) == words
