"""Captions in the page: written as text or brought as a file, without any script."""

from onstage.clips.film import captions
from onstage.web.http import App
from tests.cast import Cast, make_clip
from tests.client import Client

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
