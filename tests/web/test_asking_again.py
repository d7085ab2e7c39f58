"""A new cover or new captions of a clip that others agreed to wait for their yes; what they agreed to stays till then."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest
from sqlalchemy import event, select

from onstage.clips import captioned, inbox
from onstage.clips.holdings import object_keys
from onstage.clips.models import Audience, Stage, clips, covers_aside
from onstage.clips.queries import media_for
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from tests.cast import Actor, Cast, make_clip
from tests.client import Answer
from tests.web.family import Family

WORDS = "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"
OTHERS = WORDS.replace("Hello", "Bye")


@pytest.fixture
def picture(tmp_path: Path) -> bytes:
    path = tmp_path / "picture.png"
    made = ["-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", str(path)]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *made], check=True)
    return path.read_bytes()


@pytest.fixture
def out(family: Family, picture: bytes) -> Family:
    """The family's clip, with a cover and captions, published with both parents' yes."""
    put(family, WORDS)
    choose(family, picture)
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        assert family.yes(who, 1) == 204
    return family


def run(family: Family) -> None:
    run_due(family.app.database, job_kinds(family.app))


def put(family: Family, words: str, language: str = "en") -> Answer:
    path, headers = f"/api/v1/clips/{family.slug}/captions/{language}", {"content-type": "text/vtt"}
    return family.client.put(path, family.child, body=words.encode(), headers=headers)


def choose(family: Family, picture: bytes, who: Actor | None = None) -> None:
    answer = family.api(who or family.child, "POST", "/cover", body=picture, headers={"content-type": "image/png"})
    assert answer.status == 202
    run(family)


def cover(family: Family) -> str | None:
    with family.app.database.read() as db:
        return db.execute(select(clips.c.cover).where(clips.c.id == family.clip)).scalar()


def aside(family: Family) -> list[str]:
    """The objects of the cover that waits."""
    with family.app.database.read() as db:
        row = db.execute(select(covers_aside).where(covers_aside.c.clip_id == family.clip)).first()
    return [row.cover, row.cover_small, row.cover_tiny] if row else []


def stored(family: Family) -> set[str]:
    return {each.key for each in family.app.storage.list()} - {f"film{family.slug}"}


def named(family: Family) -> set[str]:
    with family.app.database.read() as db:
        return object_keys(db) - {f"film{family.slug}"}


def fetch(family: Family, who: Actor, key: str) -> int:
    return family.client.ask("GET", f"/media/{key}", who).status


def shown_words(family: Family) -> list[str]:
    with family.app.database.read() as db:
        return [text for _language, _source, text in captioned.words(db, family.clip)]


def test_a_new_cover_waits_and_the_one_agreed_to_stays(out: Family, picture: bytes, cast: Cast) -> None:
    before = cover(out)
    choose(out, picture)
    waits = aside(out)
    assert len(waits) == 3
    assert cover(out) == before
    (asked,) = out.asks(out.mum)
    assert (asked["version"], asked["cover_url"]) == (2, f"/media/{waits[0]}")
    assert [each["what"] for each in asked["changed"]] == ["cover"]
    for key in waits:
        seen_by = [fetch(out, who, key) for who in (out.child, out.mum, out.dad, out.friend, out.other, cast.guest)]
        assert seen_by == [200, 200, 200, 404, 404, 404]
    assert f'poster="/media/{waits[0]}"' in out.client.get("/inbox", out.mum).text
    assert waits[0] not in out.client.get(f"/c/{out.slug}", out.friend).text
    assert out.yes(out.mum, 2) == 204
    assert [fetch(out, who, waits[0]) for who in (out.mum, out.dad)] == [404, 200]
    assert out.yes(out.dad, 2) == 204
    run(out)
    assert (cover(out), aside(out)) == (waits[0], [])
    assert fetch(out, out.friend, waits[0]) == 200
    assert stored(out) == named(out)
    assert before not in stored(out)


def test_new_captions_wait_and_those_agreed_to_stay(out: Family) -> None:
    assert [each["language"] for each in put(out, OTHERS, "de").json] == ["de", "en"]
    assert put(out, OTHERS).status == 200
    (before,) = shown_words(out)
    assert "Hello" in before
    assert "Hello" in out.client.get(f"/api/v1/clips/{out.slug}/captions/en", out.friend).text
    assert out.client.get(f"/api/v1/clips/{out.slug}/captions/de", out.friend).status == 404
    assert "Bye" in out.client.get(f"/make/{out.slug}/captions?language=en", out.child).text
    (asked,) = out.asks(out.mum)
    assert [(each["language"], "Bye" in each["words"]) for each in asked["captions"]] == [("de", True), ("en", True)]
    assert "Bye" in out.client.get("/inbox", out.mum).text
    for who in (out.mum, out.dad):
        assert out.yes(who, 2) == 409
        assert out.yes(who, asked["version"]) == 204
    assert all("Bye" in words for words in shown_words(out))
    assert len(shown_words(out)) == 2
    gone = out.client.ask("DELETE", f"/api/v1/clips/{out.slug}/captions/de", out.child)
    assert gone.status == 204
    assert len(shown_words(out)) == 2
    for who in (out.mum, out.dad):
        assert out.yes(who, out.asks(who)[0]["version"]) == 204
    assert len(shown_words(out)) == 1


@pytest.mark.parametrize("how", ["no", "recall"])
def test_what_is_refused_or_taken_back_is_thrown_away(out: Family, picture: bytes, how: str) -> None:
    before = cover(out)
    put(out, OTHERS)
    choose(out, picture)
    waits = aside(out)
    assert waits
    who = out.mum if how == "no" else out.child
    assert out.api(who, "POST", f"/{how}", json={}).status == 204
    run(out)
    assert (cover(out), aside(out)) == (before, [])
    assert not stored(out) & set(waits)
    assert stored(out) == named(out)
    assert "Hello" in out.client.get(f"/make/{out.slug}/captions?language=en", out.child).text
    out.api(out.mum, "DELETE", "/no")
    assert out.api(out.child, "POST", "/publish").json["stage"] == "asked"
    version = out.asks(out.mum)[0]["version"]
    for each in (out.mum, out.dad):
        assert out.yes(each, version) == 204
    assert cover(out) == before
    assert "Hello" in shown_words(out)[0]


def test_an_edit_on_top_keeps_what_waits_and_drops_what_it_replaces(out: Family, picture: bytes) -> None:
    choose(out, picture)
    first = aside(out)
    assert out.api(out.child, "PATCH", "", json={"caption": "other words"}).status == 200
    assert aside(out) == first
    choose(out, picture)
    second = aside(out)
    assert not stored(out) & set(first)
    for who in (out.mum, out.dad):
        assert out.yes(who, out.asks(who)[0]["version"]) == 204
    assert cover(out) == second[0]
    assert out.api(out.friend, "GET", "").json["caption"] == "other words"


def test_before_anything_is_out_what_was_asked_is_a_draft_again(family: Family, picture: bytes) -> None:
    family.api(family.child, "POST", "/publish")
    assert put(family, WORDS).status == 200
    assert family.api(family.child, "GET", "").json["stage"] == "draft"
    assert family.yes(family.mum, 1) == 404
    family.api(family.child, "POST", "/publish")
    answer = family.api(family.child, "POST", "/cover", body=picture, headers={"content-type": "image/png"})
    assert (answer.status, family.api(family.child, "GET", "").json["stage"]) == (202, "draft")
    assert family.api(family.child, "POST", "/publish").json["stage"] == "asked"
    version = family.asks(family.mum)[0]["version"]
    run(family)
    assert family.yes(family.mum, version) == 409, "the cover came after they looked"
    assert family.yes(family.mum, version + 1) == 204


def test_with_nobody_else_to_ask_it_changes_at_once(cast: Cast, family: Family, picture: bytes) -> None:
    clip, slug = make_clip(family.app.database, cast.ada.viewer)
    headers = {"content-type": "image/png"}
    assert family.client.post(f"/api/v1/clips/{slug}/cover", cast.ada, body=picture, headers=headers).status == 202
    run(family)
    path = f"/api/v1/clips/{slug}/captions/en"
    assert family.client.put(path, cast.ada, body=WORDS.encode(), headers={"content-type": "text/vtt"}).status == 200
    with family.app.database.read() as db:
        key = db.execute(select(clips.c.cover).where(clips.c.id == clip)).scalar()
        assert media_for(db, cast.guest.viewer, str(key)) is not None
        assert len(captioned.words(db, clip)) == 1
        assert db.execute(select(clips.c.stage).where(clips.c.id == clip)).scalar() == "none"


def test_a_clip_that_goes_takes_the_cover_along_that_waits(out: Family, picture: bytes) -> None:
    choose(out, picture)
    waits = aside(out)
    assert set(waits) <= named(out)
    assert out.client.ask("DELETE", f"/api/v1/clips/{out.slug}", out.child).status == 200
    with out.app.database.write() as db:
        db.exec_driver_sql("UPDATE holds SET since = since - 20000000")
        db.exec_driver_sql("UPDATE jobs SET due_at = 0")
    run(out)
    assert not stored(out) & set(waits)


def test_what_changed_is_told_also_where_nothing_was_out_yet(family: Family) -> None:
    """The yes to the question before is void; what it was to is still known."""
    family.api(family.child, "POST", "/publish")
    assert family.yes(family.mum, 1) == 204
    put(family, WORDS)
    assert family.api(family.child, "PATCH", "", json={"caption": "other words", "audience": "followers"}).status == 200
    name = f"/api/v1/clips/{family.slug}/appearances/friend"
    assert family.client.put(name, family.child, json={"from_seconds": 1, "to_seconds": 2}).status == 204
    family.api(family.child, "POST", "/publish")
    (asked,), (first,) = family.asks(family.mum), family.asks(family.dad)
    assert first["changed"] is None
    assert [(each["what"], each["before"], each["after"]) for each in asked["changed"]] == [
        ("caption", "first words", "other words"),
        ("audience", "friends", "followers"),
        ("captions", "", "en Hello"),
        ("appears", "", "Friend 0:01.0–0:02.0"),
    ]
    said = family.client.get("/inbox", family.mum).text
    for line in ("The words were: first words", "New captions: en Hello", "New in it: Friend 0:01.0–0:02.0"):
        assert line in said
    assert family.client.put(name, family.child, json={"from_seconds": 1, "to_seconds": 3}).status == 204
    family.api(family.child, "POST", "/publish")
    (asked,) = family.asks(family.mum)
    assert ("appears", "", "Friend 0:01.0–0:03.0") in [
        (each["what"], each["before"], each["after"]) for each in asked["changed"]
    ]


def test_many_questions_take_as_many_statements_as_one(family: Family) -> None:
    def statements() -> tuple[int, int]:
        seen: list[str] = []
        with family.app.database.read() as db:
            event.listen(db, "before_cursor_execute", lambda _db, _cursor, sql, *_rest: seen.append(sql))
            found = inbox.waiting(db, family.mum.viewer)
        return len(found), len(seen)

    family.api(family.child, "POST", "/publish")
    with_one = statements()
    for _ in range(5):
        child = make_clip(
            family.app.database, family.child.viewer, audience=Audience.FRIENDS, published=False, stage=Stage.DRAFT
        )
        assert family.client.post(f"/api/v1/clips/{child[1]}/publish", family.child).json["stage"] == "asked"
    assert statements() == (6, with_one[1])
    assert with_one[0] == 1
