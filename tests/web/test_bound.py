"""What the server's owner bounds for everybody narrows what is there at once, in the same transaction, and widens nothing."""

from sqlalchemy import select

from onstage.accounts import permissions
from onstage.accounts.age import Accepting, Choice, Reach, Row, Who
from onstage.accounts.models import accounts
from onstage.clips.models import Audience, Stage
from tests.cast import Cast, make_clip
from tests.client import Client
from tests.clips.test_narrowing import state
from tests.web.family import Family


def test_the_servers_bound_narrows_all_that_is_there_at_once_and_for_ever(cast: Cast, family: Family) -> None:
    clips_of = [make_clip(cast.app.database, who)[0] for who in (cast.ada.viewer, cast.ben.viewer, cast.duo.viewer)]
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        assert family.yes(who, 1) == 204
    family.api(family.child, "PATCH", "", json={"audience": "followers"})
    assert [family.yes(who, 2) for who in (family.mum,)] == [204]
    with cast.app.database.write() as db:
        permissions.choose_for_all(db, Row.AUDIENCE, Reach.FRIENDS)
        permissions.choose_for_all(db, Row.RECOMMENDED, Choice.NO)
        permissions.choose_for_all(db, Row.COMMENTS, Who.FOLLOWERS)
    with cast.app.database.read() as db:
        assert [state(db, clip) for clip in clips_of] == [("friends", "followers", 0, 1)] * 3
    assert family.yes(family.dad, 2) == 204, "a yes is taken"
    assert family.api(family.child, "GET", "").json["stage"] == "asked", "and publishes nothing that is wider"
    with cast.app.database.write() as db:
        permissions.choose_for_all(db, Row.AUDIENCE, Reach.PUBLIC)
    with cast.app.database.read() as db:
        assert [state(db, clip)[0] for clip in clips_of] == ["friends"] * 3
    slug = family.client.get("/api/v1/me/clips", cast.ada).json["items"][0]["slug"]
    wider = family.client.ask("PATCH", f"/api/v1/clips/{slug}", cast.ada, json={"audience": "public"})
    assert wider.json["audience"] == "public", "its author may widen what is theirs again"


def test_the_servers_bound_is_for_new_clips_and_accounts_too(cast: Cast, client: Client) -> None:
    draft = make_clip(cast.app.database, cast.ada.viewer, published=False, audience=Audience.FRIENDS, stage=Stage.DRAFT)
    with cast.app.database.write() as db:
        permissions.choose_for_all(db, Row.AUDIENCE, Reach.FOLLOWERS)
        permissions.choose_for_all(db, Row.HAND_ACCEPTS, Accepting.BY_HAND)
        permissions.choose_for_all(db, Row.COUNTS_SHOWN, Choice.NO)
    refused = client.ask("PATCH", f"/api/v1/clips/{draft[1]}", cast.ada, json={"audience": "public"})
    assert (refused.status, refused.json["type"]) == (403, "urn:onstage:age")
    with cast.app.database.read() as db:
        kept = db.execute(select(accounts.c.hand_accepts, accounts.c.counts_shown)).all()
    assert {tuple(row) for row in kept} == {(1, 0)}
