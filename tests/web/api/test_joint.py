"""Joint accounts by the API: who comes in by whose yes, who may leave, what only all owners decide."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from onstage.accounts import invitations, membership
from onstage.accounts.models import accounts, ledger, members, notices, people
from onstage.accounts.models import invitations as asked
from onstage.clock import HOUR, now
from tests.cast import Actor, Cast
from tests.client import Answer, Client

API = "/api/v1"


def begin(client: Client, actor: Actor, handle: str = "hollow", kind: str = "family") -> Answer:
    return client.post(f"{API}/accounts", actor, json={"kind": kind, "handle": handle, "name": "Hollow Brook"})


def ask(client: Client, actor: Actor, role: str, guest: str | None = None, handle: str = "hollow") -> Answer:
    return client.post(f"{API}/accounts/{handle}/invitations", actor, json={"role": role, "handle": guest})


def bring(client: Client, actor: Actor, guest: Actor, role: str, handle: str = "hollow") -> str:
    """Ask somebody in by handle and let them say yes; gives what it waits for then."""
    made = ask(client, actor, role, guest.viewer.handle, handle)
    assert made.status == 201, made.text
    settled = client.post(f"{API}/me/invitations/{made.json['id']}", guest, json={"yes": True})
    assert settled.status == 200, settled.text
    waits: str = settled.json["waits"]
    return waits


def answer(client: Client, actor: Actor, *, yes: bool) -> Answer:
    waiting = client.get(f"{API}/me/invitations", actor).json["to_answer"]
    assert len(waiting) == 1
    return client.post(f"{API}/invitations/{waiting[0]['id']}/answer", actor, json={"yes": yes})


def roles(client: Client, actor: Actor, handle: str = "hollow") -> dict[str, str]:
    found = client.get(f"{API}/accounts/{handle}/members", actor)
    assert found.status == 200, found.text
    return {each["account"]["handle"]: each["role"] for each in found.json["members"]}


def pass_time(cast: Cast, instant: int) -> None:
    with cast.app.database.write() as db:
        invitations.settle_due(db, cast.app.keys, instant)


def told(cast: Cast, actor: Actor) -> set[str]:
    with cast.app.database.read() as db:
        return set(db.execute(select(notices.c.kind).where(notices.c.person_id == actor.viewer.person)).scalars())


def test_an_adult_begins_an_account_and_owns_it(cast: Cast, client: Client) -> None:
    begun = begin(client, cast.ada)
    assert begun.status == 201
    assert begun.json["kind"] == "family"
    assert begun.json["publishing_rule"] == "one"
    assert roles(client, cast.ada) == {"ada": "owner"}
    assert begin(client, cast.ben).status == 409, "the handle is taken"
    assert begin(client, cast.max, "teens").status == 403
    assert client.post(f"{API}/accounts", cast.ada, json={"kind": "gang", "handle": "x1"}).status in {400, 422}
    assert client.post(f"{API}/me/acting", cast.ada, json={"handle": "hollow"}).status == 200


def test_a_link_lets_one_person_in(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    secret = ask(client, cast.ada, "editor").json["url"].rpartition("/")[2]
    assert client.post(f"{API}/me/invitations/links/{secret}", cast.ada).status == 409
    taken = client.post(f"{API}/me/invitations/links/{secret}", cast.ben)
    assert taken.json == {"waits": "nothing"}
    assert roles(client, cast.ben) == {"ada": "owner", "ben": "editor"}
    assert client.post(f"{API}/me/invitations/links/{secret}", cast.fay).status == 410
    assert client.get(f"{API}/accounts/hollow/members", cast.fay).status == 404


def test_who_is_asked_by_handle_may_decline_and_who_asks_may_take_it_back(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    made = ask(client, cast.ada, "creator", "ben").json["id"]
    assert client.get(f"{API}/me/invitations", cast.ben).json["mine"][0]["account"] == "hollow"
    assert client.post(f"{API}/me/invitations/{made}", cast.fay, json={"yes": True}).status == 404
    assert client.post(f"{API}/me/invitations/{made}", cast.ben, json={"yes": False}).json == {"waits": "ended"}
    again = ask(client, cast.ada, "creator", "ben").json["id"]
    assert client.delete(f"{API}/accounts/hollow/invitations/{again}", cast.ben).status == 404
    assert client.delete(f"{API}/accounts/hollow/invitations/{again}", cast.ada).status == 204
    assert client.post(f"{API}/me/invitations/{again}", cast.ben, json={"yes": True}).status == 404
    assert roles(client, cast.ada) == {"ada": "owner"}


def test_an_invitation_ends_after_fourteen_days(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    secret = ask(client, cast.ada, "editor").json["url"].rpartition("/")[2]
    with cast.app.database.write() as db:
        db.execute(update(asked).values(until=now()))
    assert client.post(f"{API}/me/invitations/links/{secret}", cast.ben).status == 410


def test_a_new_owner_needs_all_owners(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    assert bring(client, cast.ada, cast.ben, "owner") == "nothing", "the only owner asked"
    assert bring(client, cast.ada, cast.fay, "owner") == "owners"
    assert roles(client, cast.ada) == {"ada": "owner", "ben": "owner"}
    assert answer(client, cast.ben, yes=False).json == {"waits": "ended"}
    assert bring(client, cast.ben, cast.fay, "owner") == "owners"
    assert answer(client, cast.ada, yes=True).json == {"waits": "nothing"}
    assert roles(client, cast.fay) == {"ada": "owner", "ben": "owner", "fay": "owner"}


def test_owners_cannot_remove_one_another_but_let_others_go(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    bring(client, cast.ada, cast.ben, "owner")
    bring(client, cast.ada, cast.fay, "editor")
    at = f"{API}/accounts/hollow/members"
    assert client.delete(f"{at}/ben", cast.ada).status == 403
    assert client.ask("PATCH", f"{at}/ben", cast.ada, json={"role": "editor"}).status == 403
    assert client.delete(f"{at}/ada", cast.fay).status == 403
    assert client.ask("PATCH", f"{at}/fay", cast.ada, json={"role": "owner"}).status == 403
    assert client.ask("PATCH", f"{at}/fay", cast.ada, json={"role": "creator"}).status == 204
    assert roles(client, cast.ada)["fay"] == "creator"
    assert client.post(f"{API}/me/acting", cast.fay, json={"handle": "hollow"}).status == 200
    assert client.delete(f"{at}/fay", cast.ben).status == 204
    assert roles(client, cast.ada) == {"ada": "owner", "ben": "owner"}
    assert client.get(f"{API}/me", cast.fay).json["profile"]["handle"] == "fay", "she acts as herself again"
    assert "removed" in told(cast, cast.fay)


def test_the_last_adult_owner_hands_over_before_they_leave(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    bring(client, cast.ada, cast.ben, "editor")
    at = f"{API}/accounts/hollow/members"
    assert client.delete(f"{at}/me", cast.ada).status == 409
    assert client.ask("PATCH", f"{at}/ada", cast.ada, json={"role": "editor"}).status == 409
    assert bring(client, cast.ada, cast.ben, "owner") == "nothing"
    assert client.ask("PATCH", f"{at}/ada", cast.ada, json={"role": "editor"}).status == 204
    assert client.delete(f"{at}/me", cast.ada).status == 204
    assert roles(client, cast.ben) == {"ben": "owner"}
    assert client.delete(f"{at}/me", cast.ben).status == 409, "the account is closed instead"
    assert client.delete(f"{API}/accounts/hollow", cast.ben).json["ends_at"] is None, "nobody is there to stop it"
    assert client.get(f"{API}/accounts/hollow", cast.ben).status == 404
    assert client.get(f"{API}/me", cast.ben).json["profile"]["handle"] == "ben"


def test_an_account_to_which_others_belong_ends_later(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    bring(client, cast.ada, cast.ben, "owner")
    assert client.delete(f"{API}/accounts/hollow", cast.ada).json["ends_at"]
    assert client.get(f"{API}/accounts/hollow/members", cast.ben).json["frozen"]
    assert client.delete(f"{API}/accounts/hollow", cast.eve).status == 404


def test_the_publishing_rule_is_changed_by_all_owners_only(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    bring(client, cast.ada, cast.ben, "owner")
    bring(client, cast.ada, cast.fay, "editor")
    at = f"{API}/accounts/hollow/publishing-rule"
    assert client.put(at, cast.ada, json={"rule": "all"}).json == {"publishing_rule": "one"}
    assert client.put(at, cast.fay, json={"rule": "all"}).status == 403
    assert client.put(at, cast.ben, json={"rule": "most"}).json == {"publishing_rule": "one"}
    assert client.put(at, cast.ben, json={"rule": "all"}).json == {"publishing_rule": "all"}
    assert client.put(at, cast.ada, json={"rule": "one"}).json == {"publishing_rule": "all"}
    with cast.app.database.read() as db:
        of = db.execute(select(accounts.c.id).where(accounts.c.handle == "hollow")).scalar_one()
        assert membership.publishing_rule(db, of) == "all"


def test_a_child_joins_once_all_full_guardians_say_yes(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    assert bring(client, cast.ada, cast.mia, "creator") == "guardians"
    assert answer(client, cast.gus, yes=True).json == {"waits": "guardians"}
    assert answer(client, cast.gil, yes=True).json == {"waits": "nothing"}
    assert roles(client, cast.mia)["mia"] == "creator"
    assert {"agree_to_member", "joined"} <= told(cast, cast.gus)


def test_one_guardians_no_keeps_a_child_out_and_a_guardian_takes_them_out(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    bring(client, cast.ada, cast.mia, "creator")
    assert answer(client, cast.gil, yes=False).json == {"waits": "ended"}
    assert client.get(f"{API}/me/invitations", cast.gus).json["to_answer"] == []
    bring(client, cast.ada, cast.mia, "creator")
    answer(client, cast.gus, yes=True)
    answer(client, cast.gil, yes=True)
    assert client.delete(f"{API}/children/mia/accounts/hollow", cast.ada).status == 404
    assert client.delete(f"{API}/children/mia/accounts/hollow", cast.gil).status == 204
    assert roles(client, cast.ada) == {"ada": "owner"}
    assert "taken_out" in told(cast, cast.mia)


def test_an_adult_who_joins_an_account_with_a_child_is_announced_72_hours_before(cast: Cast, client: Client) -> None:
    begin(client, cast.gus)
    bring(client, cast.gus, cast.mia, "creator")
    answer(client, cast.gus, yes=True)
    answer(client, cast.gil, yes=True)
    assert bring(client, cast.gus, cast.ben, "editor") == "time"
    assert "adult_joins" in told(cast, cast.gil)
    pass_time(cast, now() + 71 * HOUR)
    assert "ben" not in roles(client, cast.gus)
    pass_time(cast, now() + 73 * HOUR)
    assert roles(client, cast.gus)["ben"] == "editor"


def test_a_guardian_of_the_only_child_need_not_be_announced_to_themselves(cast: Cast, client: Client) -> None:
    begin(client, cast.gus)
    bring(client, cast.gus, cast.mia, "creator")
    answer(client, cast.gus, yes=True)
    answer(client, cast.gil, yes=True)
    assert bring(client, cast.gus, cast.gil, "editor") == "nothing"


def test_without_an_adult_owner_nothing_new_is_uploaded(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    assert client.post(f"{API}/me/acting", cast.ada, json={"handle": "hollow"}).status == 200
    sent: dict[str, Any] = {"headers": {"tus-resumable": "1.0.0", "upload-length": "1000"}}
    assert client.post(f"{API}/uploads", cast.ada, **sent).status == 201
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.ada.viewer.person).values(band="16_17"))
    assert client.get(f"{API}/accounts/hollow/members", cast.ada).json["frozen"] is True
    refused = client.post(f"{API}/uploads", cast.ada, **sent)
    assert refused.status == 403
    assert refused.json["title"] == "frozen"


def test_a_minor_in_the_account_narrows_what_it_shows(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    assert client.post(f"{API}/me/acting", cast.ada, json={"handle": "hollow"}).status == 200
    assert client.get(f"{API}/me", cast.ada).json["counts_shown"] is True
    bring(client, cast.ada, cast.max, "editor")
    mine = client.get(f"{API}/me", cast.ada).json
    assert mine["counts_shown"] is False
    assert mine["profile"]["hand_accepts"] is True
    assert client.ask("PATCH", f"{API}/me", cast.ada, json={"counts_shown": True}).status == 403


def test_every_owner_has_a_value_of_their_own_and_the_strictest_holds(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    bring(client, cast.ada, cast.ben, "owner")
    for owner in (cast.ada, cast.ben):
        assert client.post(f"{API}/me/acting", owner, json={"handle": "hollow"}).status == 200
    assert client.ask("PATCH", f"{API}/me", cast.ada, json={"counts_shown": False}).json["counts_shown"] is False
    assert client.ask("PATCH", f"{API}/me", cast.ben, json={"counts_shown": True}).json["counts_shown"] is False
    assert client.ask("PATCH", f"{API}/me", cast.ada, json={"counts_shown": True}).json["counts_shown"] is True


def test_what_happened_stands_in_the_ledger(cast: Cast, client: Client) -> None:
    begin(client, cast.ada)
    bring(client, cast.ada, cast.ben, "owner")
    client.put(f"{API}/accounts/hollow/publishing-rule", cast.ada, json={"rule": "all"})
    client.put(f"{API}/accounts/hollow/publishing-rule", cast.ben, json={"rule": "all"})
    client.delete(f"{API}/accounts/hollow/members/me", cast.ada)
    with cast.app.database.read() as db:
        acts = " ".join(db.execute(select(ledger.c.act).order_by(ledger.c.position)).scalars())
    order = [
        acts.index(f'"{act}"')
        for act in ("account made", "member invited", "member joined", "rule changed", "member left")
    ]
    assert order == sorted(order)


@pytest.mark.parametrize("role", ["editor", "creator"])
def test_others_than_owners_invite_nobody(cast: Cast, client: Client, role: str) -> None:
    row = {"account_id": cast.duo.viewer.account, "person_id": cast.fay.viewer.person, "role": role, "since": now()}
    with cast.app.database.write() as db:
        db.execute(insert(members).values(row))
    assert ask(client, cast.fay, "creator", "max", "duo").status == 403
    assert ask(client, cast.fay, "owner", "max", "duo").status == 403
    assert ask(client, cast.eve, "creator", "max", "duo").status == 404
