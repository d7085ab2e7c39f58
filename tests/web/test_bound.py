"""What the server's owner bounds for everybody narrows what is there at once, in the same transaction, and widens nothing."""

from sqlalchemy import select

from onstage.accounts import permissions
from onstage.accounts.age import Accepting, Choice, Marked, Reach, Row, Who
from onstage.accounts.models import accounts, people
from onstage.clips.models import Audience, Stage
from tests.cast import Actor, Cast, make_clip
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


def test_the_owner_sets_bounds_on_a_page(cast: Cast, client: Client) -> None:
    page = client.get("/server/bounds", cast.ola).text
    assert 'name="audience"' in page
    assert "guardian lets each one in" not in page
    assert client.post("/server/bounds", cast.ola, form={"audience": "friends", "comments": "everyone"}).status == 303
    with cast.app.database.read() as db:
        assert permissions.bound(db, Row.AUDIENCE) is Reach.FRIENDS
        assert permissions.bound(db, Row.COMMENTS) is ..., "what stays as it was is not said anew"
    assert '<option value="friends" selected>' in client.get("/server/bounds", cast.ola).text
    refused = client.post("/server/bounds", cast.ola, form={"audience": "mars", "comments": "friends"})
    assert (refused.status, "Choose one of these." in refused.text) == (422, True)
    with cast.app.database.read() as db:
        assert permissions.bound(db, Row.COMMENTS) is ...
    assert client.get("/server/bounds", cast.ada).status == 403
    assert client.post("/server/bounds", cast.ada, form={"audience": "public"}).status == 403


def sees(cast: Cast, who: Actor) -> bool:
    """Whether they see clips for adults, as every read does."""
    with cast.app.database.read() as db:
        row = db.execute(
            select(people.c.sees_marked, people.c.age_proved).where(people.c.id == who.viewer.person)
        ).one()
        holds = permissions.value_for(db, who.viewer.person or 0, Row.SEES_MARKED)
    assert (holds is Marked.YES) == bool(row.sees_marked)
    return bool(row.sees_marked)


def test_the_owner_asks_for_proof_of_age_before_clips_for_adults(cast: Cast, client: Client) -> None:
    for who in (cast.ada, cast.ben):
        assert client.put("/api/v1/me/choices/sees_marked", who, json={"value": "yes"}).status == 200
    assert client.put("/api/v1/me/choices/sees_marked", cast.fay, json={"value": "proved"}).status == 403
    enter = {"birth_date": "1980-05-05"}
    assert client.put("/api/v1/people/ben/birth-date", cast.ola, json=enter).status == 204
    assert (sees(cast, cast.ada), sees(cast, cast.ben)) == (True, True)
    assert client.post("/server/bounds", cast.ola, form={"sees_marked": "proved"}).status == 303
    assert (sees(cast, cast.ada), sees(cast, cast.ben)) == (False, True)
    assert "looks at a document first" in client.get("/settings/privacy", cast.ada).text
    assert client.put("/api/v1/me/choices/sees_marked", cast.ada, json={"value": "yes"}).status == 200
    assert not sees(cast, cast.ada), "wanting it is not enough"
    assert client.put("/api/v1/people/ada/birth-date", cast.ola, json=enter).status == 204
    assert sees(cast, cast.ada), "she wants it, and her age is proved"
    assert client.put("/api/v1/me/birth-date", cast.ada, json={"birth_date": "1985-05-05"}).status in {200, 204}
    assert not sees(cast, cast.ada), "what she says herself is no proof"


def test_a_proof_of_age_opens_nothing_to_a_minor_or_against_a_choice(cast: Cast, client: Client) -> None:
    client.post("/server/bounds", cast.ola, form={"sees_marked": "proved"})
    client.put("/api/v1/people/max/birth-date", cast.ola, json={"birth_date": "2010-01-01"})
    client.put("/api/v1/people/fay/birth-date", cast.ola, json={"birth_date": "1980-01-01"})
    assert (sees(cast, cast.max), sees(cast, cast.fay)) == (False, False)
    client.post("/server/bounds", cast.ola, form={"sees_marked": "no"})
    assert client.put("/api/v1/me/choices/sees_marked", cast.fay, json={"value": "yes"}).status == 200
    assert not sees(cast, cast.fay)
