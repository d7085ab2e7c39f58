"""The log as a stream: what was done is there in order, replays the same, and knows nobody who does not want to be known."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from onstage.accounts.models import follows
from onstage.clock import MINUTE, now
from onstage.engagement.models import plays, seen, shares, totals
from onstage.engagement.recount import differences
from onstage.engagement.stream import after, beginning, end
from onstage.engagement.tally import PlayKind
from onstage.engagement.tokens import Surface, Token, seal
from onstage.engagement.viewers import NOBODY, of_account
from tests.cast import Cast, make_clip
from tests.client import Client
from tests.engagement.playing import play
from tests.web.test_plays import event, report


def told(cast: Cast) -> list[tuple[tuple[str, ...], int | None]]:
    with cast.app.database.read() as db:
        return [(each.signals, each.account) for each in after(db, 0)]


def test_everything_that_is_done_is_in_the_log_in_order(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    path, ben = f"/api/v1/clips/{slug}", cast.ben
    key = of_account(ben.viewer.account or 0)
    word = seal(cast.app.keys, Token(clip, key, now() - MINUTE, Surface.FOR_YOU, place=3, propensity=250_000))
    shown = [("impression", 0), ("start", 0), ("progress", 2500), ("end", 8000)]
    report(client, ben, *[event(word, kind=kind, watched_ms=ms) for kind, ms in shown])
    for method, what in (
        ("PUT", "like"),
        ("PUT", "like"),
        ("DELETE", "like"),
        ("PUT", "save"),
        ("PUT", "share"),
        ("PUT", "share"),
        ("PUT", "repost"),
        ("PUT", "repost"),
        ("DELETE", "repost"),
    ):
        assert client.ask(method, f"{path}/{what}", ben).status == 200
    client.post(f"{path}/comments", ben, json={"words": "well done"})
    signals = [signals for signals, _ in told(cast)]
    assert signals == [
        ("impression",), ("play",), ("view",), ("finish",), ("like",), ("unlike",), ("save",), ("share",),
        ("repost",), ("unrepost",), ("comment",),
    ]  # fmt: skip
    assert {account for _, account in told(cast)} == {ben.viewer.account}
    with cast.app.database.read() as db:
        found = after(db, 0)
        assert [each.position for each in found] == list(range(1, 12))
        assert (found[1].surface, found[1].place, found[1].propensity) == ("for_you", 3, 0.25)
        assert found[4].propensity is None
        assert sum(each.added_ms for each in found) == 8000
        assert [after(db, place, 1)[0] for place in range(11)] == found, "read again, it is the same"
        assert (beginning(db), end(db), after(db, 11)) == (0, 11, [])
        assert differences(db) == []


def test_a_follow_from_a_clip_counts_once_however_often_it_is_sent(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    with ThreadPoolExecutor(4) as threads:
        clients = [Client(cast.app) for _ in range(4)]
        path = f"/api/v1/accounts/ada/follow?clip={slug}"
        answers = list(threads.map(lambda asking: asking.put(path, cast.ola).status, clients))
    for asking in clients:
        asking.close()
    assert answers == [200] * 4
    assert client.put(f"/api/v1/accounts/fay/follow?clip={slug}", cast.ola).status == 422
    with cast.app.database.read() as db:
        assert db.execute(select(totals.c.followers).where(totals.c.clip_id == clip)).scalar() == 1
        assert db.execute(select(func.count()).where(follows.c.follower_id == cast.ola.viewer.account)).scalar() == 1
        assert differences(db) == []


def test_a_share_counts_once_for_each_account(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    for actor in (cast.ben, cast.ben, cast.fay):
        answer = client.put(f"/api/v1/clips/{slug}/share", actor)
    assert answer.json == {"shares": 2}
    assert client.get(f"/api/v1/clips/{slug}").json["shares"] == 2
    with cast.app.database.read() as db:
        assert len(db.execute(select(shares)).all()) == 2


def test_a_history_is_seen_by_its_own_and_deleted_without_a_view_less(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    name = of_account(cast.ben.viewer.account or 0)
    cast.app.plays.submit([play(clip, name)]).result(20)
    client.put(f"/api/v1/clips/{slug}/like", cast.ben)
    assert [each["clip"]["slug"] for each in client.get("/api/v1/me/history", cast.ben).json["items"]] == [slug]
    assert client.get("/api/v1/me/history", cast.fay).json["items"] == []
    assert slug in client.get("/settings/history", cast.ben).text
    assert client.delete("/api/v1/me/history", cast.ben).status == 204
    assert client.get("/api/v1/me/history", cast.ben).json["items"] == []
    with cast.app.database.read() as db:
        assert set(db.execute(select(plays.c.viewer)).scalars()) == {NOBODY}
        assert db.execute(select(totals.c.views)).scalar() == 1
        assert differences(db) == []
    word = client.get(f"/api/v1/clips/{slug}", cast.ben).json["play_token"]
    report(client, cast.ben, event(word, loops=0, watched_ms=0, kind=PlayKind.START.value))
    sealed = seal(cast.app.keys, Token(clip, name, now() - MINUTE, Surface.CLIP))
    report(client, cast.ben, event(sealed, watched_ms=3000))
    with cast.app.database.read() as db:
        assert db.execute(select(totals.c.views)).scalar() == 1, "deleting a history makes no view count twice"


def test_who_keeps_no_history_is_counted_under_a_name_of_the_day(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    assert client.put("/api/v1/me/history", cast.ben, json={"kept": False}).status == 200
    word = client.get(f"/api/v1/clips/{slug}", cast.ben).json["play_token"]
    assert report(client, cast.ben, event(word, kind="start")) == [("stored", "")]
    client.put(f"/api/v1/clips/{slug}/like", cast.ben)
    assert [account for _, account in told(cast)] == [None, None]
    answer = client.get("/api/v1/me/history", cast.ben).json
    assert (answer["items"], answer["kept"]) == ([], False)
    assert client.post("/settings/history", cast.ben, form={"do": "keep"}).status in {302, 303}
    assert client.get("/api/v1/me/history", cast.ben).json["kept"] is True
    word = client.get(f"/api/v1/clips/{slug}", cast.ben).json["play_token"]
    report(client, cast.ben, event(word, kind="start"))
    assert told(cast)[-1][1] == cast.ben.viewer.account
    with cast.app.database.read() as db:
        assert db.execute(select(func.count()).select_from(seen)).scalar_one() == 2
    assert clip


@pytest.mark.parametrize("cursor", ["x", "1", "-", "1-2-3", "9" * 30 + "-1"])
def test_a_cursor_that_was_not_given_out(client: Client, cast: Cast, cursor: str) -> None:
    assert client.get(f"/api/v1/me/history?cursor={cursor}", cast.ben).status == 404
