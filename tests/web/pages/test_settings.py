"""Settings without scripts."""

import json
import re

from sqlalchemy import select, update

from onstage.accounts.models import accounts, blocks, choices, people, sessions
from onstage.clips.models import clips
from onstage.web.app import App
from onstage.web.http import SESSION_COOKIE
from tests.accounts.authenticator import Authenticator
from tests.accounts.joining import PASSWORD, join, signed_in
from tests.cast import Actor, Cast, make_clip
from tests.client import Client
from tests.web.pages.sending import send_parts
from tests.web.pages.test_doors import ORIGIN, codes_in, let_in

HERE = (
    "profile",
    "privacy",
    "sign-in",
    "sessions",
    "tokens",
    "leaving",
    "age",
    "check",
    "record",
    "deleted",
    "claims",
    "records",
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


def age_check(app: App) -> None:
    """Let every sign-in check be ten minutes old."""
    with app.database.write() as db:
        db.execute(update(sessions).values(checked_at=sessions.c.checked_at - 600_000_000))


def test_every_room_opens_for_those_who_are_signed_in(client: Client, cast: Cast) -> None:
    assert client.get("/settings", cast.max).status == 200
    for room in HERE:
        assert client.get(f"/settings/{room}", cast.max).status == 200, room
        assert client.get(f"/settings/{room}").status == 303, room


def test_the_profile(client: Client, cast: Cast, app: App) -> None:
    new = {"do": "save", "name": "Benno <b>", "handle": "Benno", "bio": "Dances.\nSometimes."}
    answer = send_parts(client, "/settings/profile", cast.ben, new)
    assert (answer.status, answer.header("location")) == (303, "/settings/profile?did=save")
    page = client.get("/settings/profile?did=save", cast.ben).text
    assert 'value="Benno &lt;b&gt;"' in page
    assert 'value="benno"' in page
    taken = send_parts(client, "/settings/profile", cast.ben, new | {"handle": "ada"})
    assert taken.status == 409
    assert 'id="handle-error"' in taken.text
    assert 'value="ada"' in taken.text
    assert "Dances." in taken.text


def test_a_picture(client: Client, cast: Cast) -> None:
    answer = send_parts(client, "/settings/profile", cast.ben, {"do": "picture"}, {"avatar": ("me.png", PNG)})
    assert answer.header("location") == "/settings/profile?did=picture"
    refused = send_parts(client, "/settings/profile", cast.ben, {"do": "picture"}, {"avatar": ("me.exe", b"MZ" * 40)})
    assert refused.status == 422
    assert 'id="avatar-error"' in refused.text


def test_privacy_is_saved_and_narrows_what_is_out(client: Client, cast: Cast, app: App) -> None:
    clip, _slug = make_clip(app.database, cast.ada.viewer)
    answer = client.post(
        "/settings/privacy", cast.ada, form={"audience": "friends", "comments": "nobody", "hand_accepts": "yes"}
    )
    assert answer.status == 303
    with app.database.read() as db:
        kept = db.execute(
            select(clips.c.audience, clips.c.commenters, clips.c.recommended).where(clips.c.id == clip)
        ).one()
        account = db.execute(
            select(accounts.c.hand_accepts, accounts.c.counts_shown).where(accounts.c.handle == "ada")
        ).one()
    assert tuple(kept) == ("friends", "nobody", 0)
    assert tuple(account) == (1, 0)


def test_saving_privacy_unchanged_chooses_nothing(client: Client, cast: Cast, app: App) -> None:
    page = client.get("/settings/privacy", cast.ben).text
    on = dict.fromkeys(re.findall(r'name="(\w+)" value="yes" checked', page), "yes")
    client.post("/settings/privacy", cast.ben, form={**on, "audience": "public", "comments": "everyone"})
    with app.database.read() as db:
        mine = select(choices).where(choices.c.setter_id == cast.ben.viewer.person)
        assert db.execute(mine).all() == []


def test_age_closes_what_it_closes(client: Client, cast: Cast, app: App) -> None:
    page = client.get("/settings/privacy", cast.max).text
    assert "Because you are 16 or 17" in page
    assert re.search(r'name="sees_marked" value="yes" disabled', page)
    client.post(
        "/settings/privacy", cast.max, form={"sees_marked": "yes", "audience": "followers", "comments": "friends"}
    )
    with app.database.read() as db:
        marked = db.execute(select(people.c.sees_marked).where(people.c.id == cast.max.viewer.person)).scalar()
    assert marked == 0


def test_unblocking(client: Client, cast: Cast, app: App) -> None:
    assert "@eve" in client.get("/settings/privacy", cast.ada).text
    client.post("/settings/privacy", cast.ada, form={"do": "unblock", "handle": "eve"})
    with app.database.read() as db:
        assert db.execute(select(blocks)).all() == []


def test_what_changes_signing_in_needs_a_fresh_check(client: Client, app: App) -> None:
    who = join(app.database)
    nia = let_in(client.post("/sign-in", form={"handle": "nia", "password": PASSWORD}))
    age_check(app)
    assert 'type="password"' not in client.get("/settings/sign-in", nia).text
    blocked = client.post("/settings/sign-in", nia, form={"do": "password", "password": "another long evening"})
    assert blocked.header("location") == "/settings/check?next=/settings/sign-in"
    wrong = client.post("/settings/check", nia, form={"password": "not mine at all", "next": "/settings/sign-in"})
    assert wrong.status == 403
    assert 'id="password-error"' in wrong.text
    right = client.post("/settings/check", nia, form={"password": PASSWORD, "next": "/settings/sign-in"})
    assert right.header("location") == "/settings/sign-in"
    client.post("/settings/sign-in", nia, form={"do": "password", "password": "another long evening"})
    assert client.post("/sign-in", form={"handle": "nia", "password": "another long evening"}).status == 303
    assert who.person


def test_new_codes_take_the_place_of_the_old(client: Client, app: App) -> None:
    old = join(app.database).recovery_codes[0]
    nia = let_in(client.post("/sign-in", form={"handle": "nia", "password": PASSWORD}))
    new = codes_in(client.post("/settings/sign-in", nia, form={"do": "codes"}).text)
    assert len(new) == 10
    assert client.post("/sign-in/recover", form={"by": "code", "handle": "nia", "code": old}).status == 403
    assert client.post("/sign-in/recover", form={"by": "code", "handle": "nia", "code": new[0]}).status == 303


def test_a_passkey_is_added_and_removed(client: Client, app: App) -> None:
    join(app.database)
    nia = let_in(client.post("/sign-in", form={"handle": "nia", "password": PASSWORD}))
    device = Authenticator(ORIGIN)
    made = device.create(client.post("/api/v1/passkeys/options", nia, json={}).json)
    form = {"do": "add-passkey", "passkey": json.dumps(made), "passkey_name": "My <phone>"}
    assert client.post("/settings/sign-in", nia, form=form).header("location") == "/settings/sign-in?did=add-passkey"
    page = client.get("/settings/sign-in", nia).text
    assert "My &lt;phone&gt;" in page
    refused = client.post("/settings/sign-in", nia, form=form | {"passkey_name": "My camera"})
    assert refused.status >= 400
    assert 'value="My camera"' in refused.text, "nobody types it twice"
    number = re.findall(r'name="passkey_id" value="(\d+)"', page)[0]
    client.post("/settings/sign-in", nia, form={"do": "remove-passkey", "passkey_id": number})
    assert "passkey_id" not in client.get("/settings/sign-in", nia).text


def test_browsers_are_ended_one_by_one_or_all(client: Client, app: App) -> None:
    who = join(app.database)
    nia = let_in(client.post("/sign-in", form={"handle": "nia", "password": PASSWORD}))
    for _ in range(2):
        signed_in(app.database, who)
    page = client.get("/settings/sessions", nia).text
    numbers = re.findall(r'name="session" value="(\d+)"', page)
    assert len(numbers) == 3
    client.post("/settings/sessions", nia, form={"do": "end", "session": numbers[0]})
    assert client.get("/settings/sessions", nia).text.count('name="session"') in {2, 0}
    client.post("/settings/sessions", nia, form={"do": "end-others"})
    assert client.get("/settings/sessions", nia).text.count('name="session"') == 1


def test_somebody_elses_session_stays(client: Client, cast: Cast) -> None:
    answer = client.post("/settings/sessions", cast.eve, form={"do": "end", "session": str(cast.ada.viewer.session)})
    assert answer.status == 404
    assert client.get("/settings", cast.ada).status == 200


def test_a_token_is_shown_once_and_works_until_revoked(client: Client, cast: Cast) -> None:
    page = client.post("/settings/tokens", cast.ben, form={"do": "make", "name": "Camera"})
    secret = re.findall(r'<code dir="ltr">([\w-]{43})</code>', page.text)[0]
    bearer = {"authorization": f"Bearer {secret}"}
    assert page.header("cache-control") == "no-store"
    assert client.get("/api/v1/me", headers=bearer).json["profile"]["handle"] == "ben"
    listed = client.get("/settings/tokens", cast.ben).text
    assert secret not in listed
    number = re.findall(r'name="token" value="(\d+)"', listed)[0]
    client.post("/settings/tokens", cast.ben, form={"do": "revoke", "token": number})
    assert client.get("/api/v1/me", headers=bearer).status == 401


def test_a_token_without_a_name(client: Client, cast: Cast) -> None:
    answer = client.post("/settings/tokens", cast.ben, form={"do": "make", "name": "  "})
    assert answer.status == 422
    assert 'id="name-error"' in answer.text


def test_leaving_needs_the_handle(client: Client, app: App) -> None:
    join(app.database)
    nia = let_in(client.post("/sign-in", form={"handle": "nia", "password": PASSWORD}))
    assert client.post("/settings/leaving", nia, form={"handle": "somebody"}).status == 422
    gone = client.post("/settings/leaving", nia, form={"handle": "@Nia"})
    assert gone.status == 303
    assert (gone.header("location") or "").startswith("/receipts/")
    assert gone.cookies[SESSION_COOKIE] == ""
    assert client.post("/sign-in", form={"handle": "nia", "password": PASSWORD}).status == 403


def test_leaving_needs_a_fresh_check(client: Client, cast: Cast, app: App) -> None:
    age_check(app)
    blocked = client.post("/settings/leaving", Actor(cast.eve.viewer), form={"handle": "eve"})
    assert blocked.header("location") == "/settings/check?next=/settings/leaving"
    assert client.get("/settings", cast.eve).status == 200
