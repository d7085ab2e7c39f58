"""Likes, saves and reposts: once for each account, exact whatever happens at the same moment, none on what is not to be seen."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Table, func, select

from onstage.accounts.viewer import Viewer
from onstage.clips.models import Audience
from onstage.db.engine import Connection
from onstage.engagement.cards import cards
from onstage.engagement.likes import like, repost, save, unlike, unrepost, unsave
from onstage.engagement.models import counts, likes, reposts, saves
from onstage.errors import NotFound
from onstage.web.app import App
from tests.cast import Actor, Cast, crowd, make_clip

Act = Callable[[Connection, Viewer, str], None]
PAIRS = [
    (likes, "likes", like, unlike),
    (saves, "saves", save, unsave),
    (reposts, "reposts", repost, unrepost),
]
pytestmark = pytest.mark.parametrize(("table", "counted", "put", "take"), PAIRS, ids=["likes", "saves", "reposts"])


def _do(app: App, act: Act, actor: Actor, slug: str) -> None:
    with app.database.write() as db:
        act(db, actor.viewer, slug)


def _rows_and_count(app: App, table: Table, counted: str, clip: int) -> tuple[int, int]:
    with app.database.read() as db:
        rows = db.execute(select(func.count()).select_from(table).where(table.c.clip_id == clip)).scalar_one()
        counted_ = db.execute(select(counts.c[counted]).where(counts.c.clip_id == clip)).scalar() or 0
    return rows, counted_


def test_twice_is_once(cast: Cast, table: Table, counted: str, put: Act, take: Act) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    for act, expected in ((put, 1), (put, 1), (take, 0), (take, 0), (put, 1)):
        _do(cast.app, act, cast.ben, slug)
        assert _rows_and_count(cast.app, table, counted, clip) == (expected, expected)


def test_each_account_of_a_person_has_its_own(cast: Cast, table: Table, counted: str, put: Act, take: Act) -> None:
    clip, slug = make_clip(cast.app.database, cast.fay.viewer)
    _do(cast.app, put, cast.ada, slug)
    _do(cast.app, put, cast.duo, slug)
    _do(cast.app, take, cast.ada, slug)
    assert _rows_and_count(cast.app, table, counted, clip) == (1, 1)
    with cast.app.database.read() as db:
        card = cards(db, cast.duo.viewer, [clip])[0]
        assert {"likes": card.liked, "saves": card.saved, "reposts": card.reposted}[counted]


def test_sixteen_at_once_are_counted_exactly(cast: Cast, table: Table, counted: str, put: Act, take: Act) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    people = crowd(cast.app, 16)

    def busy(place: int) -> None:
        for act in (put, take, put, put):
            _do(cast.app, act, people[place], slug)
        if place % 2:
            _do(cast.app, take, people[place], slug)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(busy, range(16)))
    assert _rows_and_count(cast.app, table, counted, clip) == (8, 8)


def test_one_account_in_sixteen_threads_counts_once(
    cast: Cast, table: Table, counted: str, put: Act, take: Act
) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: _do(cast.app, put, cast.ben, slug), range(16)))
    assert _rows_and_count(cast.app, table, counted, clip) == (1, 1)
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: _do(cast.app, take, cast.ben, slug), range(16)))
    assert _rows_and_count(cast.app, table, counted, clip) == (0, 0)


def test_what_one_may_not_see_can_be_neither(cast: Cast, table: Table, counted: str, put: Act, take: Act) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.FRIENDS)
    for actor in (cast.ben, cast.eve, cast.max, cast.ola):
        for act in (put, take):
            with pytest.raises(NotFound):
                _do(cast.app, act, actor, slug)
    assert _rows_and_count(cast.app, table, counted, clip) == (0, 0)
