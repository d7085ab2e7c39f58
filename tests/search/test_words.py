"""The index of words, on both databases."""

import pytest

from onstage.clips.indexing import index
from onstage.clips.models import Audience
from onstage.feed.explore import search_accounts, search_clips
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from onstage.web.http import App
from tests.accounts.joining import join
from tests.cast import Cast, make_clip


def _found(app: App, query: str, kind: str = "clip") -> list[int]:
    with app.database.read() as db:
        return app.search.find(db, kind, query, 10)


def test_words_and_beginnings_are_found(app: App) -> None:
    with app.database.write() as db:
        app.search.index(db, "clip", 7, "Three sourdough loaves #bread")
        app.search.index(db, "account", 8, "baker Bread Street")
    assert _found(app, "sourd") == [7]
    assert _found(app, "loaves three") == [7]
    assert _found(app, "#bread") == [7]
    assert _found(app, "bread", "account") == [8]
    assert _found(app, "sourdough cake") == []


@pytest.mark.parametrize("query", ['"', "*", "a OR b", "NEAR(", "kind : x", "'; --", "&|!", "\x00", "-"])
def test_no_query_is_an_error(app: App, query: str) -> None:
    assert _found(app, query) == []


def test_words_are_replaced_and_forgotten(app: App) -> None:
    with app.database.write() as db:
        app.search.index(db, "clip", 7, "first words")
        app.search.index(db, "clip", 7, "second words")
    assert _found(app, "first") == []
    with app.database.write() as db:
        app.search.forget(db, "clip", 7)
    assert _found(app, "second") == []


def test_search_gives_only_what_the_viewer_may_meet(cast: Cast) -> None:
    made = {
        audience: make_clip(cast.app.database, cast.ada.viewer, caption="tango night", audience=audience)[0]
        for audience in (Audience.PUBLIC, Audience.FOLLOWERS, Audience.UNLISTED, Audience.PRIVATE)
    }
    with cast.app.database.write() as db:
        for clip in made.values():
            index(db, cast.app.search, clip)
    with cast.app.database.read() as db:
        assert search_clips(db, cast.guest.viewer, cast.app.search, "tango") == [made[Audience.PUBLIC]]
        followers = search_clips(db, cast.ben.viewer, cast.app.search, "tango")
        assert set(followers) == {made[Audience.PUBLIC], made[Audience.FOLLOWERS]}
        assert search_clips(db, cast.eve.viewer, cast.app.search, "tango") == []


def test_an_account_that_blocks_is_not_found(cast: Cast) -> None:
    with cast.app.database.write() as db:
        cast.app.search.index(db, "account", cast.ada.viewer.account or 0, "ada Ada")
    with cast.app.database.read() as db:
        assert [by.handle for by in search_accounts(db, cast.ben.viewer, cast.app.search, "ada")] == ["ada"]
        assert search_accounts(db, cast.eve.viewer, cast.app.search, "ada") == []


def test_who_signs_up_can_be_found(app: App) -> None:
    joined = join(app.database, "nia")
    run_due(app.database, job_kinds(app))
    assert _found(app, "nia", "account") == [joined.account]
