"""A clip in the page of another site: what may leave the server, and nothing else; and its views count as anywhere."""

from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, update

from onstage.clips.models import Audience, HoldKind, clips
from onstage.clock import iso, now
from onstage.db.engine import Database
from onstage.engagement.models import plays, totals
from tests.cast import Cast, make_clip
from tests.client import Client

OEMBED = "/api/v1/oembed?url="


def described(client: Client, slug: str, more: str = "") -> Any:
    answer = client.get(f"{OEMBED}{quote(f'http://localhost:8000/c/{slug}')}{more}")
    assert answer.status == 200, answer.text
    return answer.json


def test_other_sites_may_show_the_player_and_no_other_page(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer, caption="Over the <wall>\n#jump")
    page = client.get(f"/embed/{slug}")
    assert page.status == 200
    assert page.header("x-frame-options") is None
    assert "frame-ancestors *" in (page.header("content-security-policy") or "")
    assert "Over the &lt;wall&gt;" in page.text
    assert '<base target="_blank">' in page.text, "a link may not try to open inside the frame"
    assert 'data-act="like"' not in page.text, "nothing there acts for who is signed in"
    assert page.cookies == {}
    for path in (f"/c/{slug}", "/", f"/embeds/{slug}"):
        answer = client.get(path)
        assert answer.header("x-frame-options") == "DENY"
        assert "frame-ancestors 'none'" in (answer.header("content-security-policy") or "")


@pytest.mark.parametrize("audience", [Audience.FOLLOWERS, Audience.FRIENDS, Audience.PRIVATE])
def test_what_stays_here_has_no_player_for_others(client: Client, cast: Cast, audience: Audience) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer, audience=audience)
    assert_stays(client, cast, slug)


def test_neither_has_what_is_withheld_or_marked_or_was_not_agreed_to_leave(client: Client, cast: Cast) -> None:
    database = cast.app.database
    _, held = make_clip(database, cast.ada.viewer, hold=HoldKind.NO)
    _, marked = make_clip(database, cast.ada.viewer, marked=True)
    stays, slug = make_clip(database, cast.ada.viewer)
    with database.write() as db:
        db.execute(update(clips).where(clips.c.id == stays).values(leaves_server=0))
    for each in (held, marked, slug):
        assert_stays(client, cast, each)


def assert_stays(client: Client, cast: Cast, slug: str) -> None:
    for who in (cast.ada, cast.guest):
        player = client.get(f"/embed/{slug}", who, headers={"accept": "text/html"})
        assert player.status == 404
        assert player.header("x-frame-options") is None, "the sentence stands in the frame"
        assert "This clip is not shown here" in player.text
        assert slug not in player.text
        assert client.get(f"{OEMBED}/c/{slug}", who).status == 404
        page = client.get(f"/c/{slug}", who).text
        assert "data-may-embed" not in page
        assert "oembed" not in page
    assert client.get(f"/api/v1/clips/{slug}", cast.ada).json["embed_url"] is None


def test_who_has_the_link_may_also_put_it_into_a_page(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.UNLISTED)
    assert client.get(f"/embed/{slug}").status == 200
    assert client.get(f"/api/v1/clips/{slug}").json["embed_url"] == f"/embed/{slug}"
    page = client.get(f"/c/{slug}").text
    assert "application/json+oembed" in page
    assert '<meta name="robots" content="noindex">' in page


def test_a_page_that_asks_is_told_how_to_show_it(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer, caption='A "quoted" jump')
    found = described(client, slug)
    assert (found["type"], found["version"], found["title"]) == ("video", "1.0", 'A "quoted" jump')
    assert (found["width"], found["height"]) == (405, 720), "the clip has 540 times 960"
    assert (
        f'src="http://localhost:8000/embed/{slug}" width="405" height="720" title="A &quot;quoted&quot; jump"'
        in found["html"]
    )
    assert found["thumbnail_url"] == f"http://localhost:8000/media/cover{slug}"
    assert (found["thumbnail_width"], found["thumbnail_height"]) == (540, 960)
    assert found["author_url"] == "http://localhost:8000/@ada"
    small = described(client, slug, "&maxwidth=300&maxheight=160")
    assert (small["width"], small["height"]) == (90, 160)
    assert client.get(f"{OEMBED}/embed/{slug}").json == found


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://elsewhere.example/c/{slug}", 404),
        ("http://localhost:8000/@ada", 404),
        ("http://localhost:8000/c/", 404),
        ("/c/never0was0there0", 404),
        ("http://[::1/c/{slug}", 404),
        ("/c/{slug}&format=xml", 501),
        ("/c/{slug}&maxwidth=0", 422),
    ],
)
def test_what_it_can_not_tell_is_refused_with_a_sentence(client: Client, cast: Cast, url: str, status: int) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    answer = client.get(OEMBED + url.format(slug=slug))
    assert answer.status == status
    assert answer.json["detail"].endswith(".")


def test_a_view_there_is_one_here_and_says_where_it_was(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    token = client.get(f"/embed/{slug}").text.split('data-token="')[1].split('"')[0]
    event = {"token": token, "event": str(uuid4()), "kind": "start", "watched_ms": 0, "loops": 0}
    end = event | {"event": str(uuid4()), "kind": "end", "watched_ms": 0, "happened_at": iso(now())}
    answer = client.post("/api/v1/plays", json={"events": [event | {"happened_at": iso(now())}, end]})
    assert [each["outcome"] for each in answer.json["outcomes"]] == ["stored", "stored"]
    with cast.app.database.read() as db:
        rows = db.execute(select(plays.c.surface, plays.c.place).where(plays.c.clip_id == clip)).all()
    assert set(rows) == {("embed", 0)}


def test_the_same_number_everywhere(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    viewed(cast.app.database, clip, 1234)
    assert 'data-count="1234"' in client.get(f"/embed/{slug}").text
    assert 'data-count="1234"' in client.get(f"/c/{slug}").text
    assert client.get(f"/api/v1/clips/{slug}").json["views"] == 1234
    assert client.get(f"/api/v1/clips/{slug}/figures", cast.ada).json["total"]["views"] == 1234
    csv = client.get(f"/api/v1/clips/{slug}/figures.csv", cast.ada).text
    assert ",1234," in csv
    assert "1,234" in client.get(f"/figures/{slug}", cast.ada).text


def viewed(database: Database, clip: int, views: int) -> None:
    with database.write() as db:
        db.execute(insert(totals).values(clip_id=clip, views=views))


def test_the_cover_may_be_shown_elsewhere_only_where_the_clip_may_leave(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    path = "cover" + slug
    cast.app.storage.put(path, Path(__file__))
    assert client.get(f"/media/{path}").header("cross-origin-resource-policy") == "cross-origin"
    with cast.app.database.write() as db:
        db.execute(update(clips).where(clips.c.id == clip).values(leaves_server=0))
    assert client.get(f"/media/{path}").header("cross-origin-resource-policy") == "same-origin"
