"""Numbers as they change: pushed to whoever looks at a clip, the same as everywhere else, and to nobody who may not see it."""

import json
import threading
from typing import Any

import pytest
from sqlalchemy import update

from onstage.accounts.models import accounts
from onstage.accounts.viewer import GUEST, Viewer
from onstage.clips.models import Audience, clips
from onstage.engagement.likes import like
from onstage.web.api.live import MOST_COUNTED, Listener, in_turn
from tests.cast import Actor, Cast, make_clip
from tests.client import Client
from tests.engagement.playing import play


def counts(body: bytes) -> list[dict[str, Any]]:
    """The `counts` events in what was sent."""
    pieces = [piece.split("\n") for piece in body.decode().split("\n\n")]
    return [json.loads(piece[1].removeprefix("data: ")) for piece in pieces if piece[0] == "event: counts"]


def listen(client: Client, slug: str, actor: Actor | None, until: int, most: float = 20) -> list[dict[str, Any]]:
    path = f"/api/v1/events?clip={slug}"
    return counts(client.get(path, actor, most=most, until=lambda body: len(counts(body)) >= until).body)


def test_a_view_is_pushed_as_it_happens(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)

    def watch() -> None:
        cast.app.plays.submit([play(clip, b"a%d" % n) for n in range(3)]).result(20)
        with cast.app.database.write() as db:
            like(db, cast.ben.viewer, slug)

    later = threading.Timer(1.5, watch)
    later.start()
    told = listen(client, slug, None, until=2)
    later.join()
    assert told[0] == {"slug": slug, "views": 0, "likes": 0, "comments": 0}
    assert (told[-1]["views"], told[-1]["likes"]) in {(3, 0), (3, 1)}


def test_the_same_number_everywhere(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    cast.app.plays.submit([play(clip, b"a%d" % n) for n in range(1234)]).result(60)
    assert client.get(f"/api/v1/clips/{slug}").json["views"] == 1234
    assert [each["views"] for each in client.get("/api/v1/feed").json["items"]] == [1234]
    assert [each["views"] for each in client.get("/api/v1/accounts/ada/clips").json["items"]] == [1234]
    assert 'data-count="1234" title="1,234"' in client.get(f"/c/{slug}").text
    assert '"WatchAction"},"userInteractionCount":1234' in client.get(f"/c/{slug}").text
    assert listen(client, slug, None, until=1)[0]["views"] == 1234


def test_an_account_that_hides_its_counts_hides_them_here_too(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    cast.app.plays.submit([play(clip)]).result(20)
    with cast.app.database.write() as db:
        db.execute(update(accounts).where(accounts.c.id == cast.ada.viewer.account).values(counts_shown=0))
    for actor, expected in ((cast.ben, None), (None, None), (cast.ada, 1)):
        assert client.get(f"/api/v1/clips/{slug}", actor).json["views"] == expected
        assert listen(client, slug, actor, until=1)[0]["views"] == expected


@pytest.mark.parametrize("name", ["eve", "guest", "max"])
def test_nobody_listens_to_what_they_may_not_see(client: Client, cast: Cast, name: str) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.FRIENDS)
    assert client.get(f"/api/v1/events?clip={slug}", cast.everybody[name], most=2).status == 404


def test_what_is_taken_from_view_is_told_no_more(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)

    def hide_and_watch() -> None:
        with cast.app.database.write() as db:
            db.execute(update(clips).where(clips.c.id == clip).values(audience=Audience.PRIVATE.value))
        cast.app.plays.submit([play(clip)]).result(20)

    later = threading.Timer(1.0, hide_and_watch)
    later.start()
    told = listen(client, slug, cast.ben, until=2, most=4)
    later.join()
    assert [each["views"] for each in told] == [0]


def test_a_stream_takes_eight_clips(client: Client, cast: Cast) -> None:
    slugs = [make_clip(cast.app.database, cast.ada.viewer)[1] for _ in range(9)]
    path = "/api/v1/events?" + "&".join(f"clip={slug}" for slug in slugs)
    assert client.get(path).status in {400, 422}
    told = counts(client.get(path.rpartition("&")[0], most=20, until=lambda body: len(counts(body)) == 8).body)
    assert {each["slug"] for each in told} == set(slugs[:8])


def test_inboxes_are_counted_in_turn() -> None:
    waiting = [Listener(Viewer(person=number, account=number), {}) for number in range(MOST_COUNTED * 2 + 1)]
    guest = Listener(GUEST, {})
    rounds = [in_turn([guest, *waiting]) for _ in range(3)]
    assert [len(each) for each in rounds] == [MOST_COUNTED] * 3
    assert set.union(*rounds) == {each.viewer for each in waiting}
