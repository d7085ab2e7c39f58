"""Making clips without scripts."""

import re

import pytest
from sqlalchemy import select, update

from onstage.clips.agreeing import answers, appearances, holds, publish
from onstage.clips.models import Audience, HoldKind, Stage, clips, uploads
from onstage.jobs.models import jobs
from onstage.web.app import App
from tests.cast import Cast, make_clip
from tests.client import Client
from tests.web.pages.sending import send_parts
from tests.web.pages.test_settings import PNG

FILM = bytes(range(256)) * 40  # nobody looks into it before its turn


def kept(app: App, slug: str) -> tuple[str, ...]:
    """The caption, audience, commenters and stage of a clip."""
    with app.database.read() as db:
        columns = (clips.c.caption, clips.c.audience, clips.c.commenters, clips.c.stage)
        return tuple(db.execute(select(*columns).where(clips.c.slug == slug)).one())


def drafted(app: App, cast: Cast) -> str:
    return make_clip(app.database, cast.ada.viewer, published=False, stage=Stage.DRAFT)[1]


def test_the_first_step_tells_the_limits(client: Client, cast: Cast) -> None:
    page = client.get("/make", cast.ada).text
    assert "Up to 10 minutes and 1 GB" in page
    assert 'enctype="multipart/form-data"' in page
    assert client.get("/make").status == 303


def test_a_file_in_one_request_becomes_a_clip_in_work(client: Client, cast: Cast, app: App) -> None:
    answer = send_parts(client, "/make", cast.ada, {}, {"file": ("rabbit.mp4", FILM)})
    assert answer.status == 303
    slug = (answer.header("location") or "").removeprefix("/make/")
    assert kept(app, slug)[-1] == Stage.PROCESSING.value
    with app.database.read() as db:
        name = db.execute(select(uploads.c.id)).scalar_one()
        assert db.execute(select(jobs.c.kind).where(jobs.c.kind == "publish")).all()
    assert app.staging.path(name).read_bytes() == FILM
    assert client.get(f"/make/{slug}", cast.ada).status == 200


def test_a_name_that_is_nobodys_stays_in_its_field(client: Client, cast: Cast, app: App) -> None:
    slug = drafted(app, cast)
    typed = {"do": "name", "handle": "nobody_here", "from_seconds": "1,5", "to_seconds": "2"}
    refused = send_parts(client, f"/make/{slug}", cast.ada, typed)
    assert refused.status in {404, 422}
    assert all(f'value="{each}"' in refused.text for each in ("nobody_here", "1,5", "2"))
    page = send_parts(client, f"/make/{slug}", cast.ada, typed | {"from_seconds": "soon"}).text
    assert 'href="#from_seconds"' in page
    assert 'value="soon" aria-invalid="true"' in page


def test_words_that_are_not_saved_yet_come_along_with_a_name(client: Client, cast: Cast, app: App) -> None:
    """Without scripts the whole form is sent; nothing of it is kept when the name is refused, all of it stands there."""
    slug = drafted(app, cast)
    typed = {"caption": "On the roof", "audience": "friends", "commenters": "friends", "label": "", "coauthor": ""}
    page = client.get(f"/make/{slug}", cast.ada).text
    for field in ("handle", "from_seconds", "to_seconds", "label", "coauthor"):
        assert re.search(rf'<input[^>]* name="{field}"[^>]* form="clip-words"', page), f"{field} is sent with the words"
    for who in ({"do": "name", "handle": "nobody_here"}, {"do": "coauthor", "coauthor": "nobody_here"}):
        refused = send_parts(client, f"/make/{slug}", cast.ada, typed | who)
        assert refused.status in {404, 422}
        assert all(each in refused.text for each in ("On the roof", 'value="nobody_here"'))
        assert kept(app, slug)[0] != "On the roof"
    named = send_parts(client, f"/make/{slug}", cast.ada, typed | {"do": "name", "handle": "fay"})
    assert named.header("location") == f"/make/{slug}?did=name"
    assert kept(app, slug)[0] == "On the roof"


def test_a_name_that_is_typed_counts_whatever_button_is_pressed(client: Client, cast: Cast, app: App) -> None:
    slug = drafted(app, cast)
    words = {"caption": "With Fay", "audience": "public", "commenters": "everyone", "do": "publish", "handle": "@fay"}
    assert send_parts(client, f"/make/{slug}", cast.ada, words | {"handle": "nobody_here"}).status in {404, 422}
    assert kept(app, slug)[-1] == Stage.DRAFT.value
    assert send_parts(client, f"/make/{slug}", cast.ada, words).status == 303
    assert kept(app, slug)[-1] == Stage.ASKED.value, "Fay is asked first"


def test_publish_now_leaves_the_words_that_everybody_agreed_to(client: Client, cast: Cast, app: App) -> None:
    slug = drafted(app, cast)
    with app.database.write() as db:
        clip = db.execute(
            update(clips).where(clips.c.slug == slug).values(caption="Agreed").returning(clips.c.id)
        ).scalar_one()
        appearances.name(db, app.keys, cast.ada.viewer, slug, "fay", 0, None)
        publish.publish(db, app.keys, cast.ada.viewer, slug)
        holds.place(db, clip, HoldKind.MODERATION)
        answers.say_yes(db, app.keys, cast.fay.viewer, slug, 1)
        holds.lift(db, clip, HoldKind.MODERATION)
    assert "Publish now" in client.get(f"/make/{slug}", cast.ada).text
    assert send_parts(client, f"/make/{slug}", cast.ada, {"do": "publish"}).status == 303
    assert kept(app, slug)[0] == "Agreed"
    assert kept(app, slug)[-1] == Stage.NONE.value


def test_no_file_and_an_empty_one_are_refused_beside_the_field(client: Client, cast: Cast) -> None:
    assert send_parts(client, "/make", cast.ada, {"x": "y"}).status == 422
    assert send_parts(client, "/make", cast.ada, {}, {"file": ("empty.mp4", b"")}).status == 422


def test_a_guest_can_send_no_file(client: Client) -> None:
    assert send_parts(client, "/make", None, {}, {"file": ("rabbit.mp4", FILM)}).status == 401


def test_words_are_saved_and_published(client: Client, cast: Cast, app: App) -> None:
    slug = drafted(app, cast)
    words = {"caption": "On the roof #dusk", "audience": "followers", "commenters": "friends"}
    saved = send_parts(client, f"/make/{slug}", cast.ada, words | {"do": "save"})
    assert saved.header("location") == f"/make/{slug}?did=save"
    assert kept(app, slug) == ("On the roof #dusk", "followers", "friends", Stage.DRAFT.value)
    out = send_parts(client, f"/make/{slug}", cast.ada, words | {"do": "publish"})
    assert out.header("location") == "/me/clips?did=publish&show=published"
    assert kept(app, slug)[-1] == Stage.NONE.value
    assert client.get(f"/c/{slug}", cast.ben).status == 200
    assert client.get(f"/c/{slug}").status == 404


def test_publishing_before_it_can_be_played_waits(client: Client, cast: Cast, app: App) -> None:
    slug = make_clip(app.database, cast.ada.viewer, published=False, stage=Stage.PROCESSING)[1]
    words = {"caption": "", "audience": "public", "commenters": "everyone", "do": "publish"}
    assert send_parts(client, f"/make/{slug}", cast.ada, words).header("location") == "/me/clips?did=publish-later"
    assert "goes out by itself" in client.get(f"/make/{slug}", cast.ada).text
    assert client.get(f"/c/{slug}").status == 404


def test_a_caption_that_is_too_long_is_kept_in_the_form(client: Client, cast: Cast, app: App) -> None:
    slug = drafted(app, cast)
    long = "word " * 500
    words = {"caption": long, "audience": "friends", "commenters": "nobody", "do": "publish"}
    answer = send_parts(client, f"/make/{slug}", cast.ada, words)
    assert answer.status == 422
    assert 'id="caption-error"' in answer.text
    assert "word word word" in answer.text
    assert 'value="friends" checked' in answer.text
    assert kept(app, slug)[-1] == Stage.DRAFT.value


def test_the_cover_by_second_or_own_picture(client: Client, cast: Cast, app: App) -> None:
    slug = drafted(app, cast)
    words = {"caption": "", "audience": "public", "commenters": "everyone", "do": "save"}
    assert send_parts(client, f"/make/{slug}", cast.ada, words | {"at_seconds": "2.5"}).status == 303
    assert send_parts(client, f"/make/{slug}", cast.ada, words, {"cover": ("c.png", PNG)}).status == 303
    with app.database.read() as db:
        asked = db.execute(select(jobs.c.payload).where(jobs.c.kind == "cover").order_by(jobs.c.id)).scalars().all()
    assert "2500000" in str(asked[0])
    assert ".picture" in str(asked[1])
    wrong = send_parts(client, f"/make/{slug}", cast.ada, words | {"at_seconds": "later"})
    assert wrong.status == 422


@pytest.mark.parametrize("act", ["save", "publish", "delete"])
def test_a_stranger_finds_nothing_to_change(client: Client, cast: Cast, app: App, act: str) -> None:
    _clip, slug = make_clip(app.database, cast.ada.viewer, caption="kept")
    assert client.get(f"/make/{slug}", cast.ben).status == 404
    assert send_parts(client, f"/make/{slug}", cast.ben, {"caption": "mine now", "do": act}).status == 404
    assert client.post("/me/clips", cast.ben, form={"clip": slug, "do": "delete"}).status == 404
    assert kept(app, slug)[0] == "kept"


def test_what_age_closes_is_closed_here_too(client: Client, cast: Cast, app: App) -> None:
    _clip, slug = make_clip(
        app.database, cast.max.viewer, published=False, stage=Stage.DRAFT, audience=Audience.FOLLOWERS
    )
    page = client.get(f"/make/{slug}", cast.max).text
    assert "Because you are 16 or 17" in page
    assert 'name="marked"' not in page
    words = {"caption": "", "audience": "followers", "commenters": "friends", "marked": "yes", "do": "save"}
    assert send_parts(client, f"/make/{slug}", cast.max, words).status == 403


def test_deleting_can_be_undone(client: Client, cast: Cast, app: App) -> None:
    _clip, slug = make_clip(app.database, cast.ada.viewer)
    assert 'name="show" value="published"' in client.get(f"/make/{slug}", cast.ada).text
    answer = send_parts(client, f"/make/{slug}", cast.ada, {"do": "delete", "show": "published"})
    assert answer.header("location") == f"/me/clips?did=delete&clip={slug}&show=published"
    assert client.get(f"/c/{slug}", cast.ben).status == 404
    page = client.get(f"/me/clips?did=delete&clip={slug}", cast.ada).text
    assert 'value="restore"' in page
    client.post("/me/clips", cast.ada, form={"clip": slug, "do": "restore", "show": "published"})
    assert client.get(f"/c/{slug}", cast.ben).status == 200


def test_the_list_shows_every_state(client: Client, cast: Cast, app: App) -> None:
    for stage in (Stage.UPLOADING, Stage.PROCESSING, Stage.FAILED, Stage.DRAFT):
        make_clip(app.database, cast.ada.viewer, caption=f"in {stage}", published=False, stage=stage)
    make_clip(app.database, cast.ada.viewer, caption="out there")
    make_clip(app.database, cast.ada.viewer, caption="held back", hold=HoldKind.MODERATION)
    page = client.get("/me/clips", cast.ada).text
    for words in ("in uploading", "in processing", "in failed", "in draft", "Making it playable", "It did not work"):
        assert words in page
    assert "out there" not in page
    published = client.get("/me/clips?show=published", cast.ada).text
    assert "out there" in published
    assert "Withheld" in published
    assert "in draft" not in client.get("/me/clips", cast.ben).text


def test_a_part_is_chosen_in_two_fields(client: Client, cast: Cast, app: App) -> None:
    slug = drafted(app, cast)
    words = {"caption": "short", "audience": "public", "commenters": "everyone", "do": "save"}
    part = {"part_from": "1", "part_to": "2,5"}
    assert send_parts(client, f"/make/{slug}", cast.ada, words | part).status == 303
    page = client.get(f"/make/{slug}", cast.ada).text
    assert 'name="part_from" type="number" min="0" step="0.01" inputmode="decimal" value="1.0"' in page
    assert "It is being cut." in page
    wrong = send_parts(client, f"/make/{slug}", cast.ada, words | {"part_from": "2", "part_to": "2.1"})
    assert (wrong.status, "at least a second" in wrong.text) == (422, True)
    assert send_parts(client, f"/make/{slug}", cast.ada, {"do": "whole"}).status == 303
    assert "It is being cut." not in client.get(f"/make/{slug}", cast.ada).text
