"""A new cover or new captions of a clip that others agreed to wait for their yes; what they agreed to stays till then."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest
from sqlalchemy import event, insert, select

from onstage.accounts.viewer import secret_hash
from onstage.clips import captioned
from onstage.clips.agreeing import inbox
from onstage.clips.agreeing.deciding import decide
from onstage.clips.holdings import object_keys
from onstage.clips.labels import label_guardians, label_links
from onstage.clips.models import Audience, Stage, appearances, clips, covers_aside
from onstage.clips.queries import media_for
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from tests.cast import KEYS, Actor, Cast, make_clip
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


def held(family: Family) -> set[str]:
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
    assert stored(out) == held(out)
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
    assert stored(out) == held(out)
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
    assert set(waits) <= held(out)
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


def named(family: Family, who: Actor) -> dict[str, float]:
    """Who is said to be in it, and from when."""
    found = family.api(who, "GET", "/appearances").json
    return {each["account"]["handle"]: each["from_seconds"] for each in found["named"]}


def test_who_is_named_later_and_when_waits_for_every_yes(out: Family) -> None:
    path = f"/api/v1/clips/{out.slug}/appearances/friend"
    assert out.client.put(path, out.child, json={"from_seconds": 1}).status == 204
    assert out.api(out.child, "GET", "").json["stage"] == "asked"
    (asked,) = out.asks(out.friend)
    assert [each["what"] for each in out.asks(out.mum)[0]["changed"]] == ["appears"]
    for who in (out.mum, out.dad, out.friend):
        assert out.yes(who, asked["version"]) == 204
    assert named(out, out.friend) == {"friend": 1}
    assert out.client.put(path, out.child, json={"from_seconds": 2, "to_seconds": 3}).status == 204
    assert [named(out, who) for who in (out.child, out.friend)] == [{"friend": 2}, {"friend": 2}]
    with out.app.database.read() as db:
        kept = select(appearances.c.from_us).where(appearances.c.clip_id == out.clip)
        assert db.execute(kept).scalar() == 1_000_000, "what is shown says what was agreed to"
    (asked,) = out.asks(out.mum)
    told = [(each["what"], each["before"], each["after"]) for each in asked["changed"]]
    assert told == [("appears", "Friend 0:01.0–", "Friend 0:02.0–0:03.0")]
    for who in (out.mum, out.dad, out.friend):
        assert out.yes(who, asked["version"]) == 204
    with out.app.database.read() as db:
        assert db.execute(kept).scalar() == 2_000_000


def label(family: Family, words: str, *, minor: bool) -> str:
    made = family.api(family.child, "POST", "/labels", json={"words": words, "minor": minor})
    assert made.status == 201
    return str(made.json["id"])


def labels(family: Family, who: Actor) -> list[str]:
    return [each["words"] for each in family.api(who, "GET", "/appearances").json["labels"]]


def test_a_label_can_be_added_to_what_is_out(out: Family) -> None:
    label(out, "a man", minor=False)
    assert out.sees(out.friend), "what was agreed to stays"
    assert [labels(out, who) for who in (out.child, out.mum, out.friend)] == [["a man"], ["a man"], []]
    (asked,) = out.asks(out.mum)
    assert [(each["what"], each["after"]) for each in asked["changed"]] == [("labels", "a man 0:00.0–")]
    page = out.client.get(f"/make/{out.slug}", out.child).text
    assert "It waits for 2 more guardians. What is out stays as it was until then." in page
    assert "New in it, without an account: a man<" in out.client.get("/inbox", out.mum).text
    for who in (out.mum, out.dad):
        assert out.yes(who, asked["version"]) == 204
    assert labels(out, out.friend) == ["a man"]


def test_a_child_who_is_not_here_withholds_what_is_out_until_somebody_answers_for_them(out: Family) -> None:
    one = label(out, "a girl", minor=True)
    assert [out.sees(who) for who in (out.child, out.friend)] == [True, False]
    assert "nobody can say yes for the child yet" in out.client.get(f"/make/{out.slug}", out.child).text
    made = out.client.post(f"/api/v1/clips/{out.slug}/labels/{one}/guardian", out.child, json={})
    assert made.status == 403, "an adult says who answers"
    with out.app.database.write() as db:
        row = {"label_id": int(one), "mail": "", "at": 1}
        db.execute(insert(label_guardians).values(row))
        db.execute(insert(label_links).values(label_id=int(one), secret_hash=secret_hash("secret"), at=1))
        decide(db, KEYS, out.clip, lambda record: record.clip)
    own = out.client.get(f"/make/{out.slug}", out.child).text
    assert "What you changed is a draft. Others see the clip again" in own
    assert ">Withheld<" in own
    assert out.api(out.child, "POST", "/publish").json["stage"] == "asked"
    (asked,) = out.asks(out.mum)
    for who in (out.mum, out.dad):
        assert out.yes(who, asked["version"]) == 204
    assert not out.sees(out.friend)
    assert out.client.post("/api/v1/answers/secret/yes", None, json={"version": asked["version"]}).status == 204
    assert out.sees(out.friend)
    assert out.client.post("/api/v1/answers/secret/no", None).status == 204
    assert not out.sees(out.friend)


def test_a_child_labelled_by_mistake_can_be_taken_out_before_anybody_was_asked(cast: Cast, family: Family) -> None:
    _clip, slug = make_clip(family.app.database, cast.ada.viewer)
    path = f"/api/v1/clips/{slug}"
    made = family.client.post(f"{path}/labels", cast.ada, json={"words": "a boy", "minor": True})
    assert made.status == 201
    assert family.client.get(path, cast.guest).status == 404
    gone = family.client.ask("DELETE", f"{path}/labels/{made.json['id']}", cast.ada)
    assert gone.status == 204
    assert family.client.get(path, cast.guest).status == 404, "nothing is shown by itself again"
    assert family.client.post(f"{path}/bring-back", cast.ada).status == 204
    assert family.client.get(path, cast.ada).json["audience"] == "friends", "what was narrowed stays so"


def test_the_form_has_the_words_that_wait(out: Family) -> None:
    out.api(out.child, "PATCH", "", json={"caption": "words that wait"})
    page = out.client.get(f"/make/{out.slug}", out.child).text
    assert ">words that wait</textarea>" in page
    parts = {"do": "save", "caption": "words that wait", "audience": "friends", "commenters": "friends"}
    assert out.client.post(f"/make/{out.slug}", out.child, parts=parts).status == 303
    assert out.asks(out.mum)[0]["version"] == 2, "to save what waits already asks nobody anew"


def test_who_said_no_reads_nothing_of_the_draft_that_follows(family: Family) -> None:
    """Their no stays theirs to take back; what a child writes then is a draft, which no guardian sees (consent.md R10)."""
    child, mum = family.child, family.mum
    assert family.api(child, "POST", "/publish").status == 200
    assert "first words" in family.api(mum, "GET", "/question").text
    assert family.api(mum, "POST", "/no").status == 204
    assert family.api(child, "PATCH", "", json={"caption": "unsaid words"}).status == 200
    assert family.api(child, "PUT", "/appearances/friend", json={}).status == 204
    assert family.api(child, "POST", "/labels", json={"words": "unsaid label", "minor": False}).status == 201
    cue = b"WEBVTT\n\n00:00.000 --> 00:01.000\nunsaid cue\n"
    assert family.api(child, "PUT", "/captions/en", body=cue, headers={"content-type": "text/vtt"}).status == 200
    paths = ("", "/question", "/appearances", "/captions", "/captions/en")
    asked = [f"/api/v1/clips/{family.slug}{path}" for path in paths]
    for path in (*asked, f"/c/{family.slug}", "/me/with-me", "/children/child", "/inbox"):
        read = family.client.get(path, mum)
        assert "unsaid" not in read.text, path
        assert "@friend" not in read.text, path
        assert '"friend"' not in read.text, path
    assert "unsaid words" in family.api(child, "GET", "").text
    assert family.api(child, "POST", "/publish").status == 200
    assert "unsaid words" in family.api(mum, "GET", "/question").text, "asked again, they read it"
    assert family.api(mum, "DELETE", "/no").status == 204
