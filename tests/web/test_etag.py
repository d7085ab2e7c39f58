"""Entity tags of single things: an answer that the client has is not sent again, and none outlives what it may see."""

import pytest
from sqlalchemy import update

from onstage.clips.models import Audience, clips
from onstage.engagement.likes import like
from tests.cast import Cast, make_clip
from tests.client import Client


@pytest.mark.parametrize("path", ["/api/v1/clips/{slug}", "/api/v1/accounts/ada", "/api/v1/me"])
def test_what_a_client_has_is_not_sent_again(client: Client, cast: Cast, path: str) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    path = path.format(slug=slug)
    first = client.get(path, cast.ben)
    assert first.status == 200
    tag = first.header("etag")
    assert tag
    assert first.header("cache-control") == "private, no-cache"
    for known in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = client.get(path, cast.ben, headers={"if-none-match": known})
        assert (again.status, again.body, again.header("etag")) == (304, b"", tag)
    assert client.get(path, cast.ben, headers={"if-none-match": '"x"'}).body


def test_a_tag_changes_with_the_answer(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    path = f"/api/v1/clips/{slug}"
    tag = client.get(path, cast.ben).header("etag")
    assert client.get(path, cast.ada, headers={"if-none-match": tag}).json["mine"] is True
    with cast.app.database.write() as db:
        like(db, cast.ben.viewer, slug)
    assert client.get(path, cast.ben, headers={"if-none-match": tag}).json["liked"] is True


def test_who_may_no_longer_see_it_gets_no_304(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    tag = client.get(f"/api/v1/clips/{slug}", cast.ben).header("etag")
    _, hidden = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.PRIVATE)
    with cast.app.database.write() as db:
        db.execute(update(clips).where(clips.c.id == clip).values(audience=Audience.PRIVATE.value))
    for known in (tag, "*"):
        assert client.get(f"/api/v1/clips/{slug}", cast.ben, headers={"if-none-match": known}).status == 404
        assert client.get(f"/api/v1/clips/{hidden}", cast.ben, headers={"if-none-match": known}).status == 404
