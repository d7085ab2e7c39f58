"""Zones, birth dates, the server's bounds and a child's followers by the API."""

from urllib.parse import quote

from sqlalchemy import insert, select, update

from onstage.accounts.models import accounts, follows, people
from onstage.clock import now
from tests.cast import Actor, Cast, make_clip, stand_for
from tests.client import Client

API = "/api/v1"


def test_a_zone_is_known_and_a_minors_waits(cast: Cast, client: Client) -> None:
    assert client.put(f"{API}/me/zone", cast.ada, json={"zone": "Atlantis/Deep"}).status == 422
    assert client.put(f"{API}/me/zone", cast.ada, json={"zone": "Asia/Tokyo"}).status == 200
    assert client.put(f"{API}/me/zone", cast.mia, json={"zone": "Asia/Tokyo"}).status == 200
    with cast.app.database.read() as db:
        zone = select(people.c.zone).where(people.c.id == cast.mia.viewer.person)
        assert db.execute(zone).scalar_one() == "Europe/Berlin"


def test_a_birth_date_is_settled_by_a_voucher_who_is_no_party(cast: Cast, client: Client) -> None:
    at, older = f"{API}/people/max/birth-date", {"birth_date": "1995-01-01"}
    assert client.put(f"{API}/me/birth-date", cast.max, json=older).status == 204, "younger than 1990, where max is"
    assert client.put(f"{API}/me/birth-date", cast.max, json={"birth_date": "1990-01-01"}).status == 403
    assert client.put(at, cast.ada, json=older).status == 403
    with cast.app.database.write() as db:
        stand_for(db, cast.ola.viewer, cast.mia.viewer)
    assert client.put(f"{API}/people/mia/birth-date", cast.ola, json=older).status == 403
    assert client.put(f"{API}/people/ola/birth-date", cast.ola, json=older).status == 403
    assert client.put(f"{API}/people/nobody/birth-date", cast.ola, json=older).status == 404
    assert client.put(at, cast.ola, json={"birth_date": "1980-01-01"}).status == 204


def test_the_servers_owner_bounds_a_row_for_everybody(cast: Cast, client: Client) -> None:
    at = f"{API}/server/choices/leaves_server"
    assert client.put(at, cast.ada, json={"value": "no"}).status == 403
    assert client.put(at, cast.ola, json={"value": "perhaps"}).status == 422
    assert client.put(f"{API}/server/choices/daily_limit", cast.ola, json={"value": "30"}).status == 422

    def leaves() -> str:
        rows = client.get(f"{API}/me", cast.ada).json["choices"]
        return str(next(row["value"] for row in rows if row["row"] == "leaves_server"))

    assert leaves() == "yes"
    assert client.put(at, cast.ola, json={"value": "no"}).status == 204
    assert leaves() == "no"
    assert client.put(at, cast.ola, json={"value": "yes"}).status == 204
    assert leaves() == "yes"


def test_a_guardian_lets_followers_of_a_child_in(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        db.execute(update(accounts).where(accounts.c.id == cast.mia.viewer.account).values(hand_accepts=1))
        for who in (cast.ada, cast.ben):
            edge = {"follower_id": who.viewer.account, "target_id": cast.mia.viewer.account}
            db.execute(insert(follows).values(**edge, accepted=0, at=now()))
    assert client.put(f"{API}/me/follow-requests/ada", cast.mia).status == 403, "not by the child"
    at = f"{API}/children/mia/follow-requests"
    assert {each["account"]["handle"] for each in client.get(at, cast.gus).json["items"]} == {"ada", "ben"}
    assert client.get(at, cast.ada).status == 404
    assert client.put(f"{at}/ada", cast.gus, json={"yes": True}).status == 204
    assert client.put(f"{at}/ben", cast.gil, json={"yes": False}).status == 204
    assert client.get(at, cast.gus).json["items"] == []
    assert client.put(f"{at}/ben", cast.gil, json={"yes": True}).status == 404
    with cast.app.database.read() as db:
        rows = db.execute(select(follows.c.follower_id, follows.c.accepted, follows.c.person_id)).all()
    assert (cast.ada.viewer.account, 1, cast.gus.viewer.person) in [tuple(row) for row in rows]


def test_members_read_who_made_a_clip_and_others_the_account(cast: Cast, client: Client) -> None:
    _, slug = make_clip(cast.app.database, cast.duo.viewer)

    def posted_by(path: str, actor: Actor) -> str:
        return str(client.get(path, actor).json["posted_by"])

    assert posted_by(f"{API}/clips/{slug}", cast.ben) == "Ada"
    assert posted_by(f"{API}/clips/{slug}", cast.fay) == ""
    assert "posted by Ada" in client.get(f"/c/{slug}", cast.ben).text
    assert "posted by" not in client.get(f"/c/{slug}", cast.fay).text
    _, own = make_clip(cast.app.database, cast.ada.viewer)
    assert posted_by(f"{API}/clips/{own}", cast.ada) == ""


def test_what_one_was_told_of_the_family_is_listed(cast: Cast, client: Client) -> None:
    for year in (2011, 2012):
        born = {"birth_date": f"{year}-01-01"}
        assert client.put(f"{API}/people/max/birth-date", cast.ola, json=born).status == 204
    found = client.get(f"{API}/me/notices?limit=9", cast.max).json
    assert [(each["kind"], each["about"], each["by"]) for each in found[:1]] == [("birth_date", "max", "ola")]
    kinds = [each["kind"] for each in found]
    assert kinds.count("birth_date") == 2
    assert all(each["unread"] for each in found)
    earlier = client.get(f"{API}/me/notices?until={quote(found[0]['at'])}", cast.max).json
    assert found[0] not in earlier
    assert client.get(f"{API}/me/notices?until=yesterday", cast.max).status == 422
    assert client.put(f"{API}/me/inbox/read", cast.max).status == 204
    assert not any(each["unread"] for each in client.get(f"{API}/me/notices", cast.max).json)
    assert client.get(f"{API}/me/notices", cast.eve).json == []
    assert client.get(f"{API}/me/notices").status == 401
