"""Relations, reports, invitations through the API: who may, and what a stranger learns."""

import pytest

from tests.cast import Cast, make_clip
from tests.client import Client


def test_follow_block_and_mute_answer_with_how_things_stand(client: Client, cast: Cast) -> None:
    assert client.put("/api/v1/accounts/ben/follow", cast.max).json["following"]
    assert client.put("/api/v1/accounts/@ben/mute", cast.max).json["muting"]
    assert client.get("/api/v1/accounts/ben", cast.max).json["relation"]["muting"]
    assert not client.delete("/api/v1/accounts/ben/mute", cast.max).json["muting"]
    assert not client.delete("/api/v1/accounts/ben/follow", cast.max).json["following"]
    blocked = client.put("/api/v1/accounts/ben/block", cast.max)
    assert (blocked.status, blocked.json["blocking"]) == (200, True)
    assert not client.delete("/api/v1/accounts/ben/block", cast.max).json["blocking"]


def test_for_a_blocked_one_the_account_is_as_if_it_never_was(client: Client, cast: Cast) -> None:
    for path in ("", "/followers", "/following", "/clips"):
        hidden = client.get(f"/api/v1/accounts/ada{path}", cast.eve)
        missing = client.get(f"/api/v1/accounts/nobody{path}", cast.eve)
        assert (hidden.status, hidden.json) == (missing.status, missing.json) == (404, missing.json), path
    for act in ("follow", "block", "mute"):
        hidden = client.put(f"/api/v1/accounts/ada/{act}", cast.eve)
        missing = client.put(f"/api/v1/accounts/nobody/{act}", cast.eve)
        assert (hidden.status, hidden.json) == (404, missing.json)


def test_requests_are_accepted_and_declined_by_hand(client: Client, cast: Cast) -> None:
    assert client.ask("PATCH", "/api/v1/me", cast.ben, json={"hand_accepts": True}).status == 200
    assert client.put("/api/v1/accounts/ben/follow", cast.max).json["requested"]
    assert client.put("/api/v1/accounts/ben/follow", cast.eve).json["requested"]
    waiting = client.get("/api/v1/me/follow-requests", cast.ben).json["items"]
    assert [one["account"]["handle"] for one in waiting] == ["eve", "max"]
    assert client.put("/api/v1/me/follow-requests/max", cast.ben).status == 204
    assert client.delete("/api/v1/me/follow-requests/eve", cast.ben).status == 204
    assert client.put("/api/v1/me/follow-requests/eve", cast.ben).status == 404
    assert client.get("/api/v1/accounts/ben", cast.max).json["relation"]["following"]


def test_lists_come_in_pages(client: Client, cast: Cast) -> None:
    first = client.get("/api/v1/accounts/ada/followers?limit=1").json
    second = client.get(f"/api/v1/accounts/ada/followers?limit=1&cursor={first['next']}").json
    assert {first["items"][0]["account"]["handle"], second["items"][0]["account"]["handle"]} == {"ben", "fay"}
    assert second["next"] is None


@pytest.mark.parametrize(
    "cursor", ["x", "1", "1-", "-1", "1-x", "99999999999999999999-1", "9999999999999999999-1", "%00-1"]
)
def test_a_cursor_that_was_not_given_out_is_refused(client: Client, cast: Cast, cursor: str) -> None:
    assert client.get(f"/api/v1/accounts/ada/followers?cursor={cursor}").status == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/v1/accounts/ada/follow"),
        ("DELETE", "/api/v1/accounts/ada/block"),
        ("GET", "/api/v1/me"),
        ("GET", "/api/v1/me/follow-requests"),
        ("GET", "/api/v1/sessions"),
        ("GET", "/api/v1/tokens"),
        ("GET", "/api/v1/passkeys"),
        ("DELETE", "/api/v1/me"),
        ("GET", "/api/v1/reports"),
        ("POST", "/api/v1/invitations"),
    ],
)
def test_a_guest_is_asked_to_sign_in(client: Client, cast: Cast, method: str, path: str) -> None:
    answer = client.ask(method, path)
    assert (answer.status, answer.json["type"]) == (401, "urn:onstage:sign-in-needed")


def test_another_site_can_not_act_for_somebody(client: Client, cast: Cast) -> None:
    headers = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    assert client.put("/api/v1/accounts/ada/follow", cast.max, headers=headers).status == 403
    assert not client.get("/api/v1/accounts/ada", cast.max).json["relation"]["following"]


def test_a_report_is_read_and_settled_by_the_owner_alone(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    made = client.post("/api/v1/reports", cast.fay, json={"reason": "violence", "clip": slug, "words": "See 0:03."})
    assert made.status == 201
    assert client.get("/api/v1/reports", cast.fay).status == 403
    assert client.get("/api/v1/reports", cast.ada).status == 403
    listed = client.get("/api/v1/reports", cast.ola).json["items"]
    assert [(one["clip"], one["account"], one["words"]) for one in listed] == [(slug, "ada", "See 0:03.")]
    body = {"outcome": "hold", "words": "It shows a fight."}
    settle = f"/api/v1/reports/{made.json['id']}/settle"
    assert client.post(settle, cast.fay, json=body).status == 403
    assert client.post(settle, cast.ola, json=body).status == 204
    assert client.post(settle, cast.ola, json=body).status == 409
    assert client.get(f"/api/v1/clips/{slug}", cast.fay).status == 404
    assert client.delete(f"/api/v1/server/withheld/{slug}", cast.ola).status == 204
    assert client.get(f"/api/v1/clips/{slug}", cast.fay).status == 200


def test_a_report_is_about_one_thing_that_one_can_see(client: Client, cast: Cast) -> None:
    two = {"reason": "spam", "account": "ben", "clip": "x"}
    for body, status in (
        ({"reason": "spam"}, 422),
        (two, 422),
        ({"reason": "nonsense", "account": "ben"}, 422),
        ({"reason": "spam", "account": "nobody"}, 404),
        ({"reason": "spam", "clip": "nothing"}, 404),
        ({"reason": "spam", "comment": "9999999999999999999"}, 404),
    ):
        assert client.post("/api/v1/reports", cast.fay, json=body).status == status, body
    assert client.get("/api/v1/reports/readers?account=ola", cast.fay).json == {"readers": 0}
    assert client.get("/api/v1/reports/readers?account=ben", cast.fay).json == {"readers": 1}


def test_only_the_owner_invites_and_resets(client: Client, cast: Cast) -> None:
    for path in ("/api/v1/invitations", "/api/v1/people/ben/reset-link"):
        assert client.post(path, cast.ada).status == 403
        made = client.post(path, cast.ola)
        assert made.status == 201
        assert made.json["url"].startswith("http://localhost:8000/")
    assert client.post("/api/v1/people/nobody/reset-link", cast.ola).status == 404
    token = client.post("/api/v1/people/ben/reset-link", cast.ola).json["url"].rpartition("/")[2]
    answer = client.post("/api/v1/sessions/reset", json={"token": token, "password": "a new evening walk"})
    assert answer.json == {"handle": "ben"}
    assert client.get("/api/v1/me", cast.ben).status == 401, "his other sessions have ended"


def test_an_invitation_is_used_up(client: Client, cast: Cast) -> None:
    token = client.post("/api/v1/invitations", cast.ola).json["url"].rpartition("/")[2]
    body = {"birth_date": "1990-05-04", "zone": "UTC", "password": "a quiet walk at dusk", "invitation": token}
    assert client.post("/api/v1/people", json=body | {"handle": "nia"}).status == 201
    assert client.post("/api/v1/people", json=body | {"handle": "kim"}).status == 410
