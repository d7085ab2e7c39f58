"""Tags: which there are for everybody, and how many clips carry them, however many clips there are."""

from onstage.clips.models import Audience
from onstage.clock import DAY, HOUR
from onstage.feed import explore
from tests.cast import Cast, make_clip


def _found(cast: Cast, beginning: str) -> list[tuple[str, int]]:
    with cast.app.database.read() as db:
        return [(each.tag, each.count) for each in explore.tags_like(db, beginning)]


def test_tags_of_most_accounts_come_first_then_the_alphabet(cast: Cast) -> None:
    database = cast.app.database
    for caption in ("#sea #sky", "#sea", "#sea", "#sun"):
        make_clip(database, cast.ada.viewer, caption=caption)
    make_clip(database, cast.ben.viewer, caption="#sky")
    make_clip(database, cast.ben.viewer, caption="#shy #river", audience=Audience.PRIVATE)
    assert _found(cast, "s") == [("sky", 2), ("sea", 3), ("sun", 1)]
    assert _found(cast, "#SE") == [("sea", 3)]
    assert _found(cast, "shy") == _found(cast, "") == []
    with cast.app.database.read() as db:
        assert [each.tag for each in explore.used_tags(db)] == ["sky", "sea", "sun"]


def test_what_nobody_uses_now_is_found_by_the_alphabet(cast: Cast) -> None:
    for caption, ago in (("#sand", 40 * DAY), ("#sea", 50 * DAY), ("#surf", HOUR)):
        make_clip(cast.app.database, cast.ada.viewer, caption=caption, ago=ago)
    assert _found(cast, "s") == [("surf", 1), ("sand", 1), ("sea", 1)]


def test_counting_ends(cast: Cast) -> None:
    for _ in range(3):
        make_clip(cast.app.database, cast.ada.viewer, caption="#sea")
    with cast.app.database.read() as db:
        assert explore.tag_total(db, "sea") == 3
        assert explore.tag_total(db, "sea", most=2) == 2
