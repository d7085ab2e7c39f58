"""Captions in the page: written as text or brought as a file, without any script."""

from onstage.clips.agreeing import holds
from onstage.clips.film import captions
from onstage.clips.models import HoldKind
from onstage.web.http import App
from tests.cast import Cast, make_clip
from tests.client import Client
from tests.web.family import Family

SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"


def test_captions_are_saved_shown_and_removed(client: Client, app: App, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer)
    path = f"/make/{slug}/captions"
    saved = client.post(path, cast.ada, parts={"language": "de", "captions": SRT, "do": "save"})
    assert (saved.status, saved.header("location")) == (303, f"{path}?did=save&language=de")
    shown = client.get(f"{path}?did=save&language=de", cast.ada)
    assert "00:00:01.000 --&gt; 00:00:02.000\nHello" in shown.text
    assert 'aria-current="page">de<' in shown.text
    assert client.post(path, cast.ada, parts={"language": "de", "do": "remove"}).status == 303
    with app.database.read() as db:
        assert captions.of(db, cast.ada.viewer, slug) == []


def test_what_is_wrong_is_said_and_what_was_typed_stays(client: Client, app: App, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer)
    answer = client.post(f"/make/{slug}/captions", cast.ada, parts={"language": "de", "captions": "no <times>"})
    assert answer.status == 422
    assert "No captions were found" in answer.text
    assert "no &lt;times&gt;" in answer.text


def test_others_do_not_find_the_page(client: Client, app: App, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer)
    assert client.get(f"/make/{slug}/captions", cast.ben).status == 404
    assert client.post(f"/make/{slug}/captions", cast.ben, parts={"language": "de", "captions": SRT}).status == 404


def test_the_page_says_that_new_captions_wait_where_they_do(family: Family) -> None:
    """While a moderator looks it is a draft, then asked about; once both parents have agreed it is what viewers have."""
    path, child = f"/make/{family.slug}/captions", family.child
    agree(family, 1)
    with family.app.database.write() as db:
        holds.place(db, family.clip, HoldKind.MODERATION)
    assert family.client.post(path, child, parts={"language": "de", "captions": SRT, "do": "save"}).status == 303
    saved = family.client.get(f"{path}?did=save&language=de", child).text
    assert "Saved." in saved
    assert "These are a draft. Viewers have the captions from before, until you ask" in saved
    with family.app.database.write() as db:
        holds.lift(db, family.clip, HoldKind.MODERATION)
    family.api(child, "POST", "/publish")
    assert "Viewers have the captions from before, until everybody" in family.client.get(path, child).text
    for who in (family.mum, family.dad):
        assert family.yes(who, family.asks(who)[0]["version"]) == 204
    assert "captions from before" not in family.client.get(path, child).text


def agree(family: Family, version: int) -> None:
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        assert family.yes(who, version) == 204
