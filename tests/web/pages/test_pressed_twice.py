"""A button that is pressed twice does its work once, and what the second press shows goes on as the first would have."""

import re

from onstage.clips.models import Audience, Stage
from tests.cast import Cast, make_clip
from tests.client import Client
from tests.web.pages.test_together import seen, sent


def test_an_account_that_was_begun_twice_is_the_same_one(cast: Cast, client: Client) -> None:
    form = {"kind": "group", "handle": "TwoTimes", "name": "Two"}
    assert [sent(client, "/together/new", cast.ada, **form).header("location") for _twice in range(2)] == [
        "/together/twotimes",
        "/together/twotimes",
    ]
    assert sent(client, "/together/new", cast.fay, **form).status == 409


def test_a_child_that_was_added_twice_is_one_child(cast: Cast, client: Client) -> None:
    form = {"do": "add", "handle": "littleone", "name": "Little", "day": "4", "month": "5", "year": "2018"}
    for _twice in range(2):
        assert sent(client, "/children", cast.ada, **form).header("location") == "/children/littleone"
    assert sent(client, "/children", cast.fay, **form).status == 409


def test_a_clip_that_is_deleted_twice_can_still_be_had_back(cast: Cast, client: Client) -> None:
    draft = {"published": False, "stage": Stage.DRAFT}
    for path in ("/make/{}", "/me/clips"):
        _id, slug = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.PRIVATE, **draft)  # type: ignore[arg-type]
        for _twice in range(2):
            parts = {"do": "delete"} if path != "/me/clips" else None
            form = {"do": "delete", "clip": slug} if path == "/me/clips" else None
            answered = client.post(path.format(slug), cast.ada, parts=parts, form=form)
            assert answered.header("location") == f"/me/clips?did=delete&clip={slug}&show=drafts"
        assert sent(client, "/me/clips", cast.fay, do="delete", clip=slug).status == 404
        assert sent(client, "/me/clips", cast.ada, do="restore", clip=slug).status == 303
        assert slug in seen(client, "/me/clips", cast.ada)


def test_a_label_that_is_added_twice_is_one_label(cast: Cast, client: Client) -> None:
    _id, slug = make_clip(cast.app.database, cast.ada.viewer, published=False, stage=Stage.DRAFT)
    for words in ("A man with a hat", "A man with a hat", "A woman with a hat"):
        json = {"words": words, "minor": False}
        assert client.ask("POST", f"/api/v1/clips/{slug}/labels", cast.ada, json=json).status in {200, 201}
    assert len(re.findall("with a hat</span>", seen(client, f"/make/{slug}", cast.ada))) == 2
