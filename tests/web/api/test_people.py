"""People through the API: sign up, sign in, change, recover and leave, as a browser would."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from onstage.accounts.doors import throttle
from onstage.accounts.models import accounts, attempts, people, sessions
from onstage.clock import MINUTE, now
from onstage.jobs.models import jobs
from onstage.web.app import App
from onstage.web.entry import TOO_YOUNG_COOKIE
from onstage.web.http import SESSION_COOKIE
from tests.accounts.authenticator import Authenticator
from tests.accounts.joining import PASSWORD, born
from tests.cast import Cast
from tests.client import Answer, Client

ORIGIN = "http://localhost:8000"
GOOD = {"handle": "nia", "name": "Nia", "birth_date": "1990-05-04", "zone": "Europe/Berlin", "password": PASSWORD}


def sign_up(client: Client, **other: Any) -> Answer:
    return client.post("/api/v1/people", json=GOOD | other)


def cookie(answer: Answer) -> dict[str, str]:
    return {SESSION_COOKIE: answer.cookies[SESSION_COOKIE]}


def in_again(client: Client, handle: str = "nia", password: str = PASSWORD) -> Answer:
    return client.post("/api/v1/sessions", json={"handle": handle, "password": password})


def age_check(app: App) -> None:
    """Let every sign-in check be ten minutes old."""
    with app.database.write() as db:
        db.execute(sessions.update().values(checked_at=sessions.c.checked_at - 600_000_000))


def test_sign_up_signs_in_and_shows_the_codes_once(client: Client) -> None:
    answer = sign_up(client)
    assert answer.status == 201
    assert answer.json["handle"] == "nia"
    assert len(answer.json["recovery_codes"]) == 10
    me = client.get("/api/v1/me", cookies=cookie(answer))
    assert me.status == 200
    assert (me.json["profile"]["handle"], me.json["recovery_codes"], me.json["checked"]) == ("nia", 10, True)
    assert answer.json["recovery_codes"][0] not in me.text
    assert "1990" not in me.text, "a birth date is never shown"


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: Client) -> None:
    header = sign_up(client).header("set-cookie") or ""
    assert "HttpOnly" in header
    assert "SameSite=lax" in header
    assert "Path=/" in header


def test_too_young_is_refused_and_waits_a_day_in_this_browser(client: Client, app: App) -> None:
    young = born(12).isoformat()
    answer = sign_up(client, birth_date=young)
    assert (answer.status, answer.json["type"]) == (403, "urn:onstage:too-young")
    waiting = {TOO_YOUNG_COOKIE: answer.cookies[TOO_YOUNG_COOKIE]}
    assert young not in answer.text + str(answer.headers)
    again = client.post("/api/v1/people", json=GOOD, cookies=waiting)
    assert (again.status, again.json["type"]) == (403, "urn:onstage:too-young")
    with app.database.read() as db:
        for table in (people, accounts, attempts, jobs):
            assert db.execute(select(func.count()).select_from(table)).scalar_one() == 0
    assert sign_up(client).status == 201, "another browser knows nothing of it"
    assert (
        client.post("/api/v1/people", json=GOOD | {"handle": "ben"}, cookies={TOO_YOUNG_COOKIE: "forged"}).status == 201
    )


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("handle", {"handle": "Näh"}),
        ("password", {"password": "short"}),
        ("birth_date", {"birth_date": "1800-01-01"}),
        ("zone", {"zone": "Mars/Olympus"}),
        ("name", {"name": "x" * 60}),
    ],
)
def test_what_is_wrong_is_named(client: Client, field: str, wrong: dict[str, Any]) -> None:
    answer = sign_up(client, **wrong)
    assert (answer.status, answer.json["field"]) == (422, field)
    assert answer.header("content-type") == "application/problem+json"


def test_sign_in_and_out(client: Client) -> None:
    sign_up(client)
    answer = in_again(client, "@NIA")
    assert (answer.status, answer.json) == (201, {"handle": "nia"})
    listed = client.get("/api/v1/sessions", cookies=cookie(answer)).json["items"]
    assert [one["is_this"] for one in listed] == [True, False]
    assert client.delete(f"/api/v1/sessions/{listed[0]['id']}", cookies=cookie(answer)).status == 204
    assert client.get("/api/v1/sessions", cookies=cookie(answer)).status == 401


def many_tries(app: App, handle: str) -> None:
    """Let somebody have tried this handle in vain all morning: after one more they wait a minute."""
    with app.database.write() as db:
        for number in range(12):
            throttle.enter(db, app.keys, handle, "192.0.2.9", now() - (24 - 2 * number) * MINUTE)


def test_an_unknown_handle_looks_like_a_wrong_password(client: Client) -> None:
    sign_up(client)
    wrong, unknown = in_again(client, password="not that one"), in_again(client, handle="nobody")
    assert wrong.status == unknown.status == 403
    assert wrong.json == unknown.json


@pytest.mark.parametrize("handle", ["nia", "nobody"])
def test_guessing_passwords_is_slowed_down_for_known_and_unknown_handles(client: Client, app: App, handle: str) -> None:
    sign_up(client)
    many_tries(app, handle)
    assert in_again(client, handle=handle, password="not that one").status == 403
    slowed = in_again(client, handle=handle)
    assert (slowed.status, slowed.json["type"]) == (429, "urn:onstage:too-many"), "the right password waits too"
    assert 1 <= int(slowed.header("retry-after") or 0) <= 60


def test_a_session_of_somebody_else_can_not_be_ended(client: Client) -> None:
    nia, ben = sign_up(client), sign_up(client, handle="ben")
    hers = client.get("/api/v1/sessions", cookies=cookie(nia)).json["items"][0]["id"]
    assert client.delete(f"/api/v1/sessions/{hers}", cookies=cookie(ben)).status == 404
    assert client.get("/api/v1/me", cookies=cookie(nia)).status == 200


def test_deeds_that_matter_need_a_fresh_check(client: Client, app: App) -> None:
    mine = cookie(sign_up(client))
    deeds: tuple[tuple[str, str, dict[str, str] | None], ...] = (
        ("POST", "/api/v1/me/recovery-codes", None),
        ("POST", "/api/v1/tokens", {"name": "mine"}),
        ("POST", "/api/v1/passkeys/options", {}),
        ("POST", "/api/v1/me/password", {"password": "a new evening walk"}),
        ("PATCH", "/api/v1/me", {"mail": "nia@example.org"}),
        ("DELETE", "/api/v1/me", None),
    )
    age_check(app)
    for method, path, body in deeds:
        answer = client.ask(method, path, json=body, cookies=mine)
        assert (answer.status, answer.json["type"]) == (403, "urn:onstage:check-needed"), path
    assert client.post("/api/v1/sessions/check", json={"password": "not that one"}, cookies=mine).status == 403
    assert client.post("/api/v1/sessions/check", json={}, cookies=mine).status == 422
    assert client.post("/api/v1/sessions/check", json={"password": PASSWORD}, cookies=mine).status == 204
    for method, path, body in deeds:
        assert client.ask(method, path, json=body, cookies=mine).status < 300, path


def test_a_new_password_ends_the_other_sessions(client: Client, app: App) -> None:
    first = cookie(sign_up(client))
    second = cookie(in_again(client))
    age_check(app)
    new = "a new evening walk"
    wrong = client.post("/api/v1/me/password", json={"password": new, "current": "not that one"}, cookies=second)
    assert (wrong.status, wrong.json["field"]) == (403, "password")
    right = client.post("/api/v1/me/password", json={"password": new, "current": PASSWORD}, cookies=second)
    assert right.status == 204
    assert client.get("/api/v1/me", cookies=first).status == 401
    assert client.get("/api/v1/me", cookies=second).status == 200
    assert in_again(client, password=new).status == 201
    assert in_again(client).status == 403


def test_a_passkey_is_added_and_signs_in(client: Client) -> None:
    mine, device = cookie(sign_up(client)), Authenticator(ORIGIN)
    options = client.post("/api/v1/passkeys/options", json={}, cookies=mine).json
    made = client.post("/api/v1/passkeys", json={"credential": device.create(options), "name": "Phone"}, cookies=mine)
    assert (made.status, made.json["name"]) == (201, "Phone")
    asked = client.post("/api/v1/sessions/passkey/options").json
    credential = device.get(asked)
    answer = client.post("/api/v1/sessions/passkey", json={"credential": credential})
    assert (answer.status, answer.json) == (201, {"handle": "nia"})
    assert client.post("/api/v1/sessions/passkey", json={"credential": credential}).status == 403
    listed = client.get("/api/v1/passkeys", cookies=mine).json["items"]
    assert listed[0]["used_at"]
    assert client.delete(f"/api/v1/passkeys/{listed[0]['id']}", cookies=mine).status == 204


def test_sign_up_with_a_passkey_only(client: Client, app: App) -> None:
    device = Authenticator(ORIGIN)
    options = client.post("/api/v1/passkeys/options", json={"handle": "nia"}).json
    answer = sign_up(client, password=None, passkey=device.create(options))
    assert answer.status == 201
    me = client.get("/api/v1/me", cookies=cookie(answer)).json
    assert (me["has_password"], me["passkeys"]) == (False, 1)
    kept = client.get("/api/v1/passkeys", cookies=cookie(answer)).json["items"][0]["id"]
    assert client.delete(f"/api/v1/passkeys/{kept}", cookies=cookie(answer)).status == 409
    age_check(app)
    proof = {"credential": device.get(client.post("/api/v1/sessions/passkey/options").json)}
    assert client.post("/api/v1/sessions/check", json=proof, cookies=cookie(answer)).status == 204
    assert client.post("/api/v1/me/password", json={"password": PASSWORD}, cookies=cookie(answer)).status == 204
    assert in_again(client).status == 201


def test_a_passkey_made_for_another_person_is_not_taken(client: Client) -> None:
    nia, ben, device = cookie(sign_up(client)), cookie(sign_up(client, handle="ben")), Authenticator(ORIGIN)
    options = client.post("/api/v1/passkeys/options", json={}, cookies=nia).json
    body = {"credential": device.create(options)}
    assert client.post("/api/v1/passkeys", json=body, cookies=ben).status == 403
    theirs = {"credential": device.get(client.post("/api/v1/sessions/passkey/options").json)}
    assert client.post("/api/v1/sessions/check", json=theirs, cookies=ben).status == 403


def test_a_recovery_code_signs_in_once(client: Client) -> None:
    code = sign_up(client).json["recovery_codes"][0]
    answer = client.post("/api/v1/sessions/recovery", json={"handle": "nia", "code": code})
    assert answer.status == 201
    assert (
        client.post("/api/v1/me/password", json={"password": "a new evening walk"}, cookies=cookie(answer)).status
        == 204
    )
    assert client.post("/api/v1/sessions/recovery", json={"handle": "nia", "code": code}).status == 403


def test_guessing_codes_is_slowed_down(client: Client, app: App) -> None:
    code = sign_up(client).json["recovery_codes"][0]
    many_tries(app, "nia")
    body = {"handle": "nia", "code": "0000-0000-0000-0000"}
    assert client.post("/api/v1/sessions/recovery", json=body).status == 403
    assert client.post("/api/v1/sessions/recovery", json=body | {"code": code}).status == 429


def test_a_reset_by_mail_tells_nobody_who_has_an_address(client: Client, app: App) -> None:
    sign_up(client, mail="nia@example.org")
    sign_up(client, handle="ben")
    answers = [client.post("/api/v1/sessions/reset-mail", json={"handle": who}) for who in ("nia", "ben", "nobody")]
    assert [one.status for one in answers] == [202, 202, 202]
    with app.database.read() as db:
        letters = db.execute(select(jobs.c.payload).where(jobs.c.kind == "mail")).scalars().all()
    (letter,) = [json.loads(one) for one in letters]
    assert letter["to"] == "nia@example.org"
    token = letter["words"].partition("/reset/")[2].split()[0]
    body = {"token": token, "password": "a new evening walk"}
    answer = client.post("/api/v1/sessions/reset", json=body)
    assert answer.status == 201
    assert client.get("/api/v1/me", cookies=cookie(answer)).status == 200
    assert client.post("/api/v1/sessions/reset", json=body).status == 410
    assert in_again(client, password="a new evening walk").status == 201


def test_a_token_does_what_its_person_may_and_stops_at_once(client: Client) -> None:
    mine = cookie(sign_up(client))
    made = client.post("/api/v1/tokens", json={"name": "script"}, cookies=mine).json
    bearer = {"authorization": f"Bearer {made['secret']}", "sec-fetch-site": None, "origin": None}
    assert client.get("/api/v1/me", headers=bearer).json["profile"]["handle"] == "nia"
    assert client.ask("PATCH", "/api/v1/me", json={"bio": "By a script."}, headers=bearer).status == 200
    listed = client.get("/api/v1/tokens", cookies=mine)
    assert made["secret"] not in listed.text
    assert client.delete(f"/api/v1/tokens/{made['token']['id']}", cookies=mine).status == 204
    assert client.get("/api/v1/me", headers=bearer).status == 401


def test_editing_oneself(client: Client) -> None:
    mine = cookie(sign_up(client))
    body = {"name": "Nia L.", "bio": "Hello", "handle": "nia_l", "hand_accepts": True, "counts_shown": False}
    answer = client.ask("PATCH", "/api/v1/me", json=body, cookies=mine)
    assert answer.status == 200
    profile = answer.json["profile"]
    assert (profile["name"], profile["bio"], profile["handle"], profile["hand_accepts"]) == (
        "Nia L.",
        "Hello",
        "nia_l",
        True,
    )
    assert not answer.json["counts_shown"]
    assert client.get("/api/v1/accounts/nia_l").json["followers"] is None
    assert client.ask("PATCH", "/api/v1/me", json={"nonsense": 1}, cookies=mine).status == 422


def test_a_minor_is_offered_only_what_the_table_gives_them(client: Client) -> None:
    mine = cookie(sign_up(client, birth_date=born(16).isoformat()))
    rows = {one["row"]: one for one in client.get("/api/v1/me", cookies=mine).json["choices"]}
    assert (rows["audience"]["value"], rows["audience"]["options"][-1]) == ("followers", "public")
    assert rows["sees_marked"]["options"] == ["no"]
    widened = client.put("/api/v1/me/choices/audience", json={"value": "public"}, cookies=mine)
    assert (widened.status, widened.json["value"]) == (200, "public")
    assert client.put("/api/v1/me/choices/sees_marked", json={"value": "yes"}, cookies=mine).status == 403
    for path, value in (("nonsense", "yes"), ("audience", "nonsense"), ("daily_limit", "sixty")):
        assert client.put(f"/api/v1/me/choices/{path}", json={"value": value}, cookies=mine).status == 422


def test_acting_as_a_joint_account(client: Client, cast: Cast) -> None:
    answer = client.post("/api/v1/me/acting", cast.ben, json={"handle": "duo"})
    assert (answer.status, answer.json["account"]["handle"]) == (200, "duo")
    assert client.get("/api/v1/me", cast.ben).json["profile"]["handle"] == "duo"
    assert client.post("/api/v1/me/acting", cast.fay, json={"handle": "duo"}).status == 404


def test_a_picture_becomes_a_job_and_what_is_none_is_refused(client: Client, app: App) -> None:
    mine = cookie(sign_up(client))

    def send(picture: bytes) -> Answer:
        return client.put("/api/v1/me/avatar", cookies=mine, body=picture, headers={"content-type": "image/png"})

    assert send(b"\x89PNG\r\n\x1a\n" + bytes(200)).status == 202
    refused = send(b"<svg onload=alert(1)>")
    assert (refused.status, refused.json["field"]) == (422, "avatar")
    with app.database.read() as db:
        (payload,) = db.execute(select(jobs.c.payload).where(jobs.c.kind == "avatar")).scalars()
    assert app.storage.size(json.loads(payload)["picture"]) == 208
    assert list(Path(app.settings.data).glob("tmp*")) == []


def test_leaving_takes_everything_and_the_cookie(client: Client, app: App) -> None:
    mine = cookie(sign_up(client))
    answer = client.delete("/api/v1/me", cookies=mine)
    assert answer.status == 204
    assert answer.cookies[SESSION_COOKIE] == ""
    assert client.get("/api/v1/me", cookies=mine).status == 401
    assert client.get("/api/v1/accounts/nia").status == 404
    assert in_again(client).status == 403
    with app.database.read() as db:
        assert db.execute(select(func.count()).select_from(people)).scalar_one() == 0


def test_a_session_in_use_is_noted_as_seen(client: Client, app: App) -> None:
    mine = cookie(sign_up(client))
    with app.database.write() as db:
        db.execute(sessions.update().values(seen_at=1))
    assert client.get("/api/v1/me", cookies=mine).status == 200
    app.threads.shutdown()
    with app.database.read() as db:
        assert db.execute(select(sessions.c.seen_at)).scalar_one() > 1
