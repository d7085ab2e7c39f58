"""A clip in its makers' hands over HTTP, and events as they happen."""

import json
from typing import Any

import pytest
from sqlalchemy import update

from onstage.clips.models import Stage, clips
from onstage.jobs.models import jobs
from onstage.web.app import App
from tests.cast import Actor, Cast, make_clip
from tests.client import Client
from tests.clips.conftest import send


@pytest.fixture
def draft(app: App, cast: Cast) -> str:
    return make_clip(app.database, cast.ada.viewer, published=False, stage=Stage.DRAFT)[1]


def api(client: Client, method: str, path: str, actor: Actor, **more: Any) -> Any:
    return client.ask(method, f"/api/v1{path}", actor, **more)


def test_words_are_changed_and_told_back(client: Client, cast: Cast, draft: str) -> None:
    words = {"caption": " hello #stage ", "audience": "friends", "commenters": "nobody", "marked": True}
    answer = api(client, "PATCH", f"/clips/{draft}", cast.ada, json=words)
    assert answer.status == 200
    told = answer.json
    assert (told["caption"], told["audience"], told["commenters"], told["marked"]) == (
        "hello #stage",
        "friends",
        "nobody",
        True,
    )
    assert (told["stage"], told["published_at"]) == ("draft", None)


@pytest.mark.parametrize("words", [{"audience": "everyone"}, {"caption": 5}, {"title": "x"}, {"caption": "x" * 2201}])
def test_words_of_a_wrong_form_are_refused(client: Client, cast: Cast, draft: str, words: dict[str, Any]) -> None:
    assert api(client, "PATCH", f"/clips/{draft}", cast.ada, json=words).status == 422


def test_publish_delete_and_restore(client: Client, cast: Cast, draft: str) -> None:
    published = api(client, "POST", f"/clips/{draft}/publish", cast.ada).json
    assert (published["stage"], published["published_at"] is None) == ("none", False)
    assert client.get(f"/api/v1/clips/{draft}").status == 200
    deleted = api(client, "DELETE", f"/clips/{draft}", cast.ada)
    assert (deleted.status, deleted.json["slug"]) == (200, draft)
    assert client.get(f"/api/v1/clips/{draft}").status == 404
    assert client.get(f"/api/v1/clips/{draft}", cast.ada).status == 404
    assert api(client, "POST", f"/clips/{draft}/restore", cast.ada).status == 200
    assert client.get(f"/api/v1/clips/{draft}").status == 200


def test_a_clip_that_waits_is_published_later(app: App, client: Client, cast: Cast) -> None:
    upload = send(app, cast.ada.viewer, b"some bytes")
    told = api(client, "POST", f"/clips/{upload.slug}/publish", cast.ada).json
    assert (told["stage"], told["publish_asked"], told["published_at"]) == ("processing", True, None)


def test_progress_is_told_in_words(app: App, client: Client, cast: Cast) -> None:
    upload = send(app, cast.ada.viewer, b"some bytes")
    path = f"/clips/{upload.slug}/progress"
    assert api(client, "GET", path, cast.ada).json["words"] == "Waiting for its turn"
    with app.database.write() as db:
        db.execute(update(jobs).values(step="making", percent=40))
    told = api(client, "GET", path, cast.ada).json
    assert (told["words"], told["percent"]) == ("Making it playable", 40)
    with app.database.write() as db:
        db.execute(update(clips).values(stage=Stage.FAILED.value, failure="This is no video."))
    told = api(client, "GET", path, cast.ada).json
    assert (told["words"], told["failure"], told["percent"]) == ("This is no video.", "This is no video.", 100)
    assert api(client, "GET", path, cast.ben).status == 404


def test_ones_own_clips_come_page_by_page(app: App, client: Client, cast: Cast) -> None:
    made = [make_clip(app.database, cast.ada.viewer)[1] for _ in range(5)]
    draft = make_clip(app.database, cast.ada.viewer, published=False, stage=Stage.DRAFT)[1]
    make_clip(app.database, cast.ben.viewer)
    first = api(client, "GET", "/me/clips?limit=4", cast.ada).json
    second = api(client, "GET", f"/me/clips?limit=4&cursor={first['next']}", cast.ada).json
    assert [item["slug"] for item in first["items"] + second["items"]] == [draft, *reversed(made)]
    assert second["next"] is None
    drafts = api(client, "GET", "/me/clips?stage=draft&stage=failed", cast.ada).json["items"]
    assert [item["slug"] for item in drafts] == [draft]
    assert api(client, "GET", "/me/clips?cursor=x", cast.ada).status == 422
    assert api(client, "GET", "/me/clips?stage=sideways", cast.ada).status == 422
    assert client.get("/api/v1/me/clips").status == 401


def test_a_cover_is_a_moment_or_a_picture(app: App, client: Client, cast: Cast, draft: str) -> None:
    path = f"/clips/{draft}/cover"
    assert api(client, "POST", path, cast.ada, json={"at_seconds": 1.5}).status == 202
    late = api(client, "POST", path, cast.ada, json={"at_seconds": 99})
    assert (late.status, late.json["field"]) == (422, "at_seconds")
    assert api(client, "POST", path, cast.ada, json={"at": 1}).status == 422
    picture = b"\x89PNG\r\n\x1a\n" + b"x" * 100
    sent = api(client, "POST", path, cast.ada, body=picture, headers={"content-type": "image/png"})
    assert sent.status == 202
    assert [stored.bytes for stored in app.storage.list()] == [len(picture)]
    fake = api(client, "POST", path, cast.ada, body=b"<svg/>", headers={"content-type": "image/svg+xml"})
    assert fake.status == 422
    assert api(client, "POST", path, cast.ben, json={"at_seconds": 1}).status == 404


def events(body: bytes) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in body.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_events_tell_ones_own_progress_and_nobody_elses(app: App, client: Client, cast: Cast) -> None:
    mine = send(app, cast.ada.viewer, b"some bytes")
    send(app, cast.ben.viewer, b"other bytes")
    answer = api(client, "GET", "/events", cast.ada, until=lambda body: mine.slug.encode() in body)
    assert answer.header("content-type") == "text/event-stream"
    told = [data for name, data in events(answer.body) if name == "progress"]
    assert [(data["slug"], data["stage"]) for data in told] == [(mine.slug, "processing")]
    assert client.get("/api/v1/events").status == 401


def test_an_unknown_clip_is_not_found_by_any_act(client: Client, cast: Cast) -> None:
    for method, path in (
        ("PATCH", "/clips/nothing"),
        ("POST", "/clips/nothing/publish"),
        ("POST", "/clips/nothing/restore"),
        ("DELETE", "/clips/nothing"),
        ("GET", "/clips/nothing/progress"),
    ):
        more: dict[str, Any] = {"json": {}} if method == "PATCH" else {}
        assert api(client, method, path, cast.ada, **more).status == 404, (method, path)


def test_a_part_is_chosen_and_the_whole_again(client: Client, cast: Cast, app: App) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer, published=False, stage=Stage.DRAFT)
    path = f"/clips/{slug}/trim"
    assert api(client, "GET", path, cast.ada).json is None
    chosen = {"from_seconds": 1, "to_seconds": 2.5}
    assert api(client, "POST", path, cast.ada, json=chosen).json == chosen | {"state": "waits"}
    assert api(client, "GET", path, cast.ada).json == chosen | {"state": "waits"}
    short = api(client, "POST", path, cast.ada, json={"from_seconds": 1, "to_seconds": 1.5})
    assert (short.status, short.json["field"]) == (422, "to_seconds")
    assert api(client, "DELETE", path, cast.ada).status == 200
    assert api(client, "GET", path, cast.ada).json is None
    assert {api(client, method, path, cast.ben).status for method in ("GET", "DELETE")} == {404}
