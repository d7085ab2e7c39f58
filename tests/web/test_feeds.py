"""Feeds over HTTP: cursors that go on, repeat nothing and can't be made up; pages and API give the same."""

import msgspec
import pytest
from sqlalchemy import Engine, event

from onstage.clips.models import Audience
from onstage.clock import HOUR
from onstage.engagement.likes import like, save
from onstage.feed.recommend import Cursor, encode
from tests.cast import Cast, make_clip
from tests.client import Client


def _slugs(client: Client, path: str, cast: Cast) -> list[str]:
    found: list[str] = []
    cursor = ""
    for _ in range(20):
        page = client.get(f"{path}&cursor={cursor}" if cursor else path, cast.ben).json
        found += [clip["slug"] for clip in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return found
    raise AssertionError("it never ends")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/feed?kind=for_you",
        "/api/v1/feed?kind=following",
        "/api/v1/tags/tanz/clips?",
        "/api/v1/accounts/ada/clips?",
    ],
)
@pytest.mark.parametrize("limit", [1, 3, 50])
def test_page_by_page_every_clip_once(client: Client, cast: Cast, path: str, limit: int) -> None:
    made = [make_clip(cast.app.database, cast.ada.viewer, caption="#Tanz", ago=n * HOUR)[1] for n in range(1, 8)]
    make_clip(cast.app.database, cast.ada.viewer, caption="#tanz", audience=Audience.PRIVATE)
    make_clip(cast.app.database, cast.ada.viewer, caption="#tanz", audience=Audience.FRIENDS)
    found = _slugs(client, f"{path}&limit={limit}", cast)
    assert sorted(found) == sorted(made)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    "word",
    [
        "zz", "00", "é", "[" * 40,
        encode(Cursor(before=-1)),
        msgspec.json.encode([2**63] * 6).hex(),
        msgspec.json.encode([1.5] * 6).hex(),
        msgspec.json.encode([10**400] * 6).hex()[:390],
        msgspec.json.encode("x").hex(),
    ],
)  # fmt: skip
def test_a_cursor_made_up_is_refused_with_a_sentence(client: Client, cast: Cast, word: str) -> None:
    answer = client.get(f"/api/v1/feed?cursor={word}")
    assert answer.status in {404, 422}
    assert answer.json["detail"].endswith(".")


def test_a_cursor_of_another_list_leads_nowhere_new(client: Client, cast: Cast) -> None:
    """A cursor says where to go on, never what may be seen."""
    for n in range(1, 8):
        make_clip(cast.app.database, cast.ada.viewer, ago=n * HOUR, audience=Audience.FOLLOWERS)
    word = client.get("/api/v1/feed?kind=following&limit=2", cast.ben).json["next"]
    assert word
    for path in ("/api/v1/feed?kind=for_you", "/api/v1/accounts/ada/clips?limit=5", "/api/v1/feed?limit=3"):
        assert client.get(f"{path}&cursor={word}", cast.guest).json["items"] == []


def test_a_guest_follows_nobody(client: Client, cast: Cast) -> None:
    make_clip(cast.app.database, cast.ada.viewer)
    assert client.get("/api/v1/feed?kind=following").status == 401
    assert client.get("/following").status == 200
    assert client.get("/fragments/feed?kind=following").status == 200


def test_a_member_sees_the_likes_of_the_account_whose_page_it_is(client: Client, cast: Cast) -> None:
    _, by_ada = make_clip(cast.app.database, cast.ola.viewer)
    _, by_duo = make_clip(cast.app.database, cast.ola.viewer)
    with cast.app.database.write() as db:
        for act in (like, save):
            act(db, cast.ada.viewer, by_ada)
            act(db, cast.duo.viewer, by_duo)
    for tab in ("liked", "saved"):
        for actor in (cast.ada, cast.duo):
            joint, own = client.get(f"/@duo?tab={tab}", actor).text, client.get(f"/@ada?tab={tab}", actor).text
            assert by_duo in joint
            assert by_ada not in joint
            assert by_ada in own
            assert by_duo not in own
        assert by_ada not in client.get(f"/@ada?tab={tab}", cast.fay).text


def test_many_kept_at_one_instant_are_all_listed(client: Client, cast: Cast) -> None:
    made = [make_clip(cast.app.database, cast.ola.viewer) for _ in range(35)]
    with cast.app.database.write() as db:
        for _, slug in made:
            like(db, cast.ada.viewer, slug)
        db.exec_driver_sql("UPDATE likes SET at = 7")
    first = client.get("/@ada?tab=liked", cast.ada).text
    word = first.partition("cursor=")[2].partition('"')[0]
    assert word
    second = client.get(f"/@ada?tab=liked&cursor={word}", cast.ada).text
    assert {slug for _, slug in made if slug in first} | {slug for _, slug in made if slug in second} == {
        slug for _, slug in made
    }


@pytest.mark.parametrize("word", ["²", "9" * 40, "-1", "x", "1,5", "1.99999999999999999999"])
def test_an_odd_place_in_ones_own_list(client: Client, cast: Cast, word: str) -> None:
    assert client.get(f"/@ada?tab=liked&cursor={word}", cast.ada).status in {404, 422}


@pytest.mark.parametrize(
    ("kind", "who"), [("for_you", "guest"), ("for_you", "ben"), ("following", "ben"), ("friends", "ben")]
)
def test_no_statement_is_put_together_for_a_page_of_a_feed(client: Client, cast: Cast, kind: str, who: str) -> None:
    """Putting one together costs as much as a third of the page; db/hot.py has them ready (docs/decisions/0022)."""
    for _ in range(3):
        make_clip(cast.app.database, cast.ada.viewer)
    asked = (f"/api/v1/feed?kind={kind}", cast.ben if who == "ben" else None)
    client.get(*asked)
    built: list[str] = []

    def note(_connection: object, statement: object, *_rest: object) -> None:
        built.append(str(statement))

    event.listen(Engine, "before_execute", note)
    client.get(*asked)
    event.remove(Engine, "before_execute", note)
    assert not built
