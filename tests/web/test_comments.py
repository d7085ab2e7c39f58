"""Comments over HTTP: said, listed, answered, deleted; who may not is told so."""

from sqlalchemy import func, select

from onstage.clips.models import Audience
from onstage.engagement.models import comments
from tests.cast import Cast, make_clip
from tests.client import Client


def _path(slug: str) -> str:
    return f"/api/v1/clips/{slug}/comments"


def test_said_and_listed(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    said = client.post(_path(slug), cast.ben, json={"words": "  well done  "})
    assert said.status == 201
    assert (said.json["words"], said.json["account"]["handle"], said.json["mine"]) == ("well done", "ben", True)
    answered = client.post(_path(slug), cast.fay, json={"words": "yes", "parent": said.json["id"]})
    assert answered.json["parent"] == said.json["id"]
    found = client.get(_path(slug)).json
    assert [each["words"] for each in found["items"]] == ["well done"]
    assert [each["words"] for each in found["items"][0]["replies"]] == ["yes"]
    assert found["items"][0]["mine"] is False
    assert found["next"] is None
    assert client.get(f"/api/v1/clips/{slug}").json["comments"] == 2
    page = client.get(f"/c/{slug}").text
    assert "well done" in page
    assert "yes" in page


def test_pages(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    for number in range(7):
        client.post(_path(slug), cast.ben, json={"words": f"{number}"})
    found, before = [], ""
    while True:
        page = client.get(f"{_path(slug)}?limit=3{before}").json
        found += [each["words"] for each in page["items"]]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert found == ["6", "5", "4", "3", "2", "1", "0"]


def test_who_may_not(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    _, closed = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.FRIENDS)
    words = {"words": "hello"}
    assert client.post(_path(slug), json=words).status == 401
    assert client.post(_path(closed), cast.ben, json=words).status == 404
    assert client.post(_path(slug), cast.eve, json=words).status == 404
    for wrong in ({"words": ""}, {"words": " \n "}, {"words": "x" * 1001}, {}, {"words": "x", "parent": "one"}):
        assert client.post(_path(slug), cast.ben, json=wrong).status == 422
    assert client.post(_path(slug), cast.ben, json={"words": "x", "parent": "1"}).status == 404
    with cast.app.database.read() as db:
        assert db.execute(select(func.count()).select_from(comments)).scalar_one() == 0


def test_deleted(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    said = client.post(_path(slug), cast.ben, json={"words": "hello"}).json["id"]
    assert client.delete(f"/api/v1/comments/{said}").status == 401
    assert client.delete(f"/api/v1/comments/{said}", cast.fay).status == 403
    assert client.delete(f"/api/v1/comments/{said}", cast.ada).status == 204
    assert client.delete(f"/api/v1/comments/{said}", cast.ben).status == 404
    assert client.get(f"/api/v1/clips/{slug}").json["comments"] == 0


def test_a_comment_that_is_hidden_from_one_can_not_be_found_by_its_number(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.FRIENDS)
    said = client.post(_path(slug), cast.fay, json={"words": "hello"}).json["id"]
    for actor in (cast.ben, cast.eve, cast.max):
        assert client.delete(f"/api/v1/comments/{said}", actor).status == 404
        report = {"reason": "other", "comment": said}
        assert client.post("/api/v1/reports", actor, json=report).status == 404
