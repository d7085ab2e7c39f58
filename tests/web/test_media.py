"""Delivery: exactly the bytes that were asked for, to exactly those who may have them at that moment."""

import json
import random
import threading
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from obstore.store import S3Store
from sqlalchemy import insert, update

from onstage import ids
from onstage.accounts.models import accounts
from onstage.clips.agreeing import holds
from onstage.clips.models import Audience, HoldKind, clips, renditions
from onstage.jobs.models import Lane
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from onstage.storage.objects import Objects, new_key
from onstage.web.app import App
from onstage.web.media import parse_range
from tests.cast import Actor, Cast, make_clip
from tests.client import Client

SIZE = 3_000_000
CONTENT = random.Random(1).randbytes(SIZE)


@dataclass
class Stored:
    """A clip whose files are really there."""

    clip: int
    rendition: str
    cover: str


@pytest.fixture
def put(app: App, cast: Cast, tmp_path: Path) -> Stored:
    return store(app, cast.ada, tmp_path)


def store(app: App, by: Actor, folder: Path, audience: Audience = Audience.PUBLIC) -> Stored:
    source = folder / "source"
    source.write_bytes(CONTENT)
    clip, _ = make_clip(app.database, by.viewer, audience=audience)
    rendition, cover = new_key(".mp4"), new_key(".webp")
    for key in (rendition, cover):
        app.storage.put(key, source)
    with app.database.write() as db:
        file = {"key": rendition, "clip_id": clip, "width": 540, "height": 960}
        db.execute(insert(renditions).values(**file, bytes=SIZE, bitrate=1, codecs="avc1"))
        db.execute(update(clips).where(clips.c.id == clip).values(cover=cover))
    return Stored(clip, rendition, cover)


def test_without_a_range_the_whole_file_comes(client: Client, put: Stored) -> None:
    answer = client.get(f"/media/{put.rendition}")
    assert (answer.status, answer.header("content-length")) == (200, str(SIZE))
    assert answer.body == CONTENT
    assert answer.header("content-type") == "video/mp4"
    assert answer.header("accept-ranges") == "bytes"
    assert answer.header("content-disposition") == "inline"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("cache-control") == "public, max-age=60, must-revalidate"


def test_a_cover_is_a_picture(client: Client, put: Stored) -> None:
    answer = client.get(f"/media/{put.cover}")
    assert (answer.status, answer.header("content-type")) == (200, "image/webp")


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-1", 0, 2),
        ("bytes=1000-2000999", 1000, 2_001_000),
        ("bytes=1048575-1048577", 1_048_575, 1_048_578),
        ("bytes=2999999-", SIZE - 1, SIZE),
        ("bytes=100-99999999", 100, SIZE),
        ("bytes=-1", SIZE - 1, SIZE),
        ("bytes=-99999999", 0, SIZE),
        ("Bytes=5-9", 5, 10),
    ],
)
def test_a_range_gives_exactly_that_range(client: Client, put: Stored, asked: str, first: int, end: int) -> None:
    answer = client.get(f"/media/{put.rendition}", headers={"range": asked})
    assert answer.status == 206
    assert answer.header("content-range") == f"bytes {first}-{end - 1}/{SIZE}"
    assert answer.header("content-length") == str(end - first)
    assert answer.body == CONTENT[first:end]


@pytest.mark.parametrize("asked", ["bytes=3000000-", "bytes=3000000-3000001", "bytes=-0"])
def test_a_range_outside_can_not_be_satisfied(client: Client, put: Stored, asked: str) -> None:
    answer = client.get(f"/media/{put.rendition}", headers={"range": asked})
    assert (answer.status, answer.body) == (416, b"")
    assert answer.header("content-range") == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked", ["bytes=5-4", "bytes=", "bytes=-", "bytes=a-b", "items=0-4", "bytes=0-1,5-6", "x" * 99]
)
def test_what_is_no_range_is_ignored(client: Client, put: Stored, asked: str) -> None:
    answer = client.get(f"/media/{put.rendition}", headers={"range": asked})
    assert (answer.status, len(answer.body)) == (200, SIZE)


def test_random_ranges_join_to_the_file(client: Client, put: Stored) -> None:
    cuts = sorted({0, SIZE, *random.Random(2).sample(range(SIZE), 20)})
    joined = b"".join(
        client.get(f"/media/{put.rendition}", headers={"range": f"bytes={first}-{end - 1}"}).body
        for first, end in pairwise(cuts)
    )
    assert joined == CONTENT


def test_if_range_holds_only_for_the_same_file(client: Client, put: Stored) -> None:
    path = f"/media/{put.rendition}"
    tag = client.get(path, headers={"range": "bytes=0-0"}).header("etag") or ""
    for given, status in ((tag, 206), ('"another"', 200), ("W/" + tag, 200), ("Sun, 22 Nov 2026 10:00:00 GMT", 200)):
        assert client.get(path, headers={"range": "bytes=0-9", "if-range": given}).status == status


def test_what_has_not_changed_is_not_sent_again(client: Client, put: Stored) -> None:
    path = f"/media/{put.rendition}"
    tag = client.get(path, headers={"range": "bytes=0-0"}).header("etag") or ""
    for given in (tag, f'"x", W/{tag}', "*"):
        answer = client.get(path, headers={"if-none-match": given})
        assert (answer.status, answer.body) == (304, b"")
    assert client.get(path, headers={"if-none-match": '"x"'}).status == 200


def test_head_tells_and_sends_nothing(client: Client, put: Stored) -> None:
    answer = client.ask("HEAD", f"/media/{put.rendition}", headers={"range": "bytes=0-9"})
    assert (answer.status, answer.body, answer.header("content-length")) == (200, b"", str(SIZE))


def test_what_not_everybody_may_see_stays_out_of_caches(app: App, client: Client, cast: Cast, tmp_path: Path) -> None:
    put = store(app, cast.ada, tmp_path, Audience.FOLLOWERS)
    path = f"/media/{put.rendition}"
    for actor, status in ((cast.ada, 200), (cast.ben, 200), (cast.eve, 404), (cast.guest, 404), (cast.ola, 404)):
        answer = client.get(path, actor)
        assert answer.status == status
        assert answer.header("cache-control") == "private, no-store"
        assert (CONTENT[:100] in answer.body) == (status == 200)


def test_a_url_stops_working_the_moment_its_clip_is_withheld(app: App, client: Client, cast: Cast, put: Stored) -> None:
    for path in (f"/media/{put.rendition}", f"/media/{put.cover}"):
        tag = client.get(path, cast.ben, headers={"range": "bytes=0-0"}).header("etag") or ""
        with app.database.write() as db:
            holds.place(db, put.clip, HoldKind.MODERATION)
        for headers in ({}, {"range": "bytes=0-0"}, {"if-none-match": tag}):
            assert client.get(path, cast.ben, headers=headers).status == 404
            assert client.get(path, headers=headers).status == 404
        with app.database.write() as db:
            holds.lift(db, put.clip, HoldKind.MODERATION)
        assert client.get(path, cast.ben, headers={"range": "bytes=0-0"}).status == 206


def test_an_object_that_is_lost_is_not_found(app: App, client: Client, put: Stored) -> None:
    app.storage.delete([put.rendition])
    assert client.get(f"/media/{put.rendition}").status == 404


@pytest.mark.parametrize("key", ["nothing-of-that-name.mp4", "..", "%2e%2e%2fonstage.db", "short", "a" * 200])
def test_no_other_file_is_ever_sent(client: Client, cast: Cast, key: str) -> None:
    assert client.get(f"/media/{key}", cast.ada).status in {404, 422}


def test_an_avatar_is_hidden_from_whom_its_account_has_blocked(
    app: App, client: Client, cast: Cast, tmp_path: Path
) -> None:
    source = tmp_path / "avatar"
    source.write_bytes(b"a face")
    key = f"{ids.token()}.webp"
    app.storage.put(key, source)
    with app.database.write() as db:
        db.execute(update(accounts).where(accounts.c.id == cast.ada.viewer.account).values(avatar=key))
    assert client.get(f"/media/{key}").body == b"a face"
    assert client.get(f"/media/{key}", cast.eve).status == 404


@pytest.mark.parametrize("size", [1, 10])
def test_a_parsed_range_lies_inside(size: int) -> None:
    for first in ("", "0", "3", "9", "10"):
        for last in ("", "0", "3", "9", "10"):
            parsed = parse_range(f"bytes={first}-{last}", size)
            if parsed is not None and parsed[0] < parsed[1]:
                assert 0 <= parsed[0] < parsed[1] <= size


def changed(app: App, **values: Any) -> App:
    return replace(app, settings=replace(app.settings, **values))


def test_nginx_sends_what_we_allow(app: App, cast: Cast, put: Stored) -> None:
    asking = Client(changed(app, media_delivery="nginx"))
    answer = asking.get(f"/media/{put.rendition}", headers={"range": "bytes=0-9"})
    assert answer.status == 200
    place = answer.header("x-accel-redirect")
    assert place == f"/onstage-objects/{put.rendition[:2]}/{put.rendition}"
    assert (app.settings.data / "objects" / place.removeprefix("/onstage-objects/")).read_bytes() == CONTENT
    assert (answer.body, answer.header("content-type")) == (b"", "video/mp4")
    assert answer.header("cache-control") == "public, max-age=60, must-revalidate"
    with app.database.write() as db:
        holds.place(db, put.clip, HoldKind.MODERATION)
    refused = asking.get(f"/media/{put.rendition}")
    assert (refused.status, refused.header("x-accel-redirect")) == (404, None)
    asking.close()


def test_s3_sends_what_we_allow_for_a_minute(app: App, put: Stored) -> None:
    store_ = S3Store("clips", endpoint="https://s3.example", region="x", access_key_id="a", secret_access_key="b")
    elsewhere = replace(changed(app, media_delivery="s3"), storage=Objects(store_, None))
    asking = Client(elsewhere)
    answer = asking.get(f"/media/{put.rendition}")
    assert (answer.status, answer.body, answer.header("cache-control")) == (307, b"", "private, no-store")
    address = urlsplit(answer.header("location") or "")
    assert (address.netloc, parse_qs(address.query)["X-Amz-Expires"]) == ("s3.example", ["60"])
    assert address.path.endswith(f"/{put.rendition[:2]}/{put.rendition}")
    policy = asking.get("/about").header("content-security-policy") or ""
    assert "media-src 'self' blob: https://s3.example;" in policy
    with app.database.write() as db:
        holds.place(db, put.clip, HoldKind.MODERATION)
    assert asking.get(f"/media/{put.rendition}").status == 404
    asking.close()


def test_a_cache_has_what_guests_see_and_forgets_what_is_withheld(
    app: App, cast: Cast, put: Stored, tmp_path: Path
) -> None:
    with Hook() as hook:
        cached = changed(app, cdn_url="https://cdn.example", cdn_purge_url=hook.address)
        private = store(app, cast.ada, tmp_path, Audience.FOLLOWERS)
        asking = Client(cached)
        shown = {each["slug"]: each for each in asking.get("/api/v1/accounts/ada/clips", cast.ben).json["items"]}
        keys = {
            each["renditions"][0]["url"].split("/media/")[0] for each in shown.values() if each["audience"] == "public"
        }
        assert keys == {"https://cdn.example"}
        assert not any("cdn.example" in str(each) for each in shown.values() if each["audience"] != "public")
        with app.database.write() as db:
            holds.place(db, put.clip, HoldKind.MODERATION)
            holds.place(db, private.clip, HoldKind.MODERATION)
        run_due(app.database, job_kinds(cached), [Lane.GENERAL])
        assert f"https://cdn.example/media/{put.rendition}" in hook.told
        assert f"https://cdn.example/media/{put.cover}" in hook.told
        asking.close()


class Hook:
    """A server that listens to what a cache is told."""

    def __init__(self) -> None:
        told: list[str] = []

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told.extend(json.loads(self.rfile.read(int(self.headers["content-length"])))["urls"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                pass

        self.told = told
        self.server = HTTPServer(("127.0.0.1", 0), Answering)
        self.address = f"http://127.0.0.1:{self.server.server_port}/purge"
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self) -> "Hook":
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
