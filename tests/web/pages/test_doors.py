"""The doors without scripts: every form posts to its own page, keeps what was typed, and says what is wrong beside it."""

import json
import re
from datetime import date
from urllib.parse import unquote

import pytest
from sqlalchemy import func, select

from onstage.accounts.doors import recovery
from onstage.accounts.doors.recovery import Purpose
from onstage.accounts.models import accounts, people
from onstage.accounts.viewer import GUEST
from onstage.clock import now
from onstage.web.app import App
from onstage.web.entry import TOO_YOUNG_COOKIE
from onstage.web.http import SESSION_COOKIE
from tests.accounts.authenticator import Authenticator
from tests.accounts.joining import PASSWORD, born, join
from tests.cast import Actor, Cast
from tests.client import Answer, Client

ORIGIN = "http://localhost:8000"
TYPED = {
    "handle": "nia",
    "name": "Nia Brandt",
    "day": "4",
    "month": "5",
    "year": "1990",
    "zone": "Europe/Berlin",
    "password": PASSWORD,
}


class In(Actor):
    """Somebody by the cookie of an answer."""

    def __init__(self, secret: str) -> None:
        super().__init__(GUEST)
        self._secret = secret

    @property
    def cookies(self) -> dict[str, str]:
        """What the browser sends."""
        return {SESSION_COOKIE: self._secret}


def let_in(answer: Answer) -> In:
    """Whoever the answer has signed in."""
    return In(answer.cookies[SESSION_COOKIE])


def codes_in(page: str) -> list[str]:
    return re.findall(r'<li><code dir="ltr">([0-9a-z-]{19})</code>', page)


def how_many_people(app: App) -> int:
    with app.database.read() as db:
        return int(db.execute(select(func.count()).select_from(people)).scalar_one())


def test_signing_up_shows_ten_codes_and_signs_in(client: Client) -> None:
    answer = client.post("/sign-up", form=TYPED)
    assert answer.status == 200
    assert len(set(codes_in(answer.text))) == 10
    assert answer.header("cache-control") == "no-store"
    assert 'value="nia"' in client.get("/settings/profile", let_in(answer)).text


def test_what_was_typed_is_kept_but_never_the_password(client: Client, app: App) -> None:
    answer = client.post("/sign-up", form=TYPED | {"password": "too short"})
    assert answer.status == 422
    assert 'value="Nia Brandt"' in answer.text
    assert '<option value="5" selected>' in answer.text
    assert 'id="password-error"' in answer.text
    assert "too short" not in answer.text
    assert how_many_people(app) == 0


@pytest.mark.parametrize(
    ("field", "wrong"), [("handle", "a b"), ("handle", "settings"), ("year", "later"), ("day", "31")]
)
def test_the_sentence_stands_beside_its_field(client: Client, field: str, wrong: str) -> None:
    answer = client.post("/sign-up", form=TYPED | {"month": "4"} | {field: wrong})
    beside = "birth_date" if field in {"year", "day"} else field
    assert answer.status == 422
    assert f'id="{beside}-error"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_taken_handle(client: Client, app: App) -> None:
    join(app.database)
    answer = client.post("/sign-up", form=TYPED)
    assert answer.status == 409
    assert 'id="handle-error"' in answer.text
    assert client.get("/sign-up/handle?handle=Nia").json == {"free": False, "sentence": "@nia is taken."}
    assert client.get("/sign-up/handle?handle=noa").json["free"] is True
    assert client.get("/sign-up/handle?handle=api").json["free"] is False


def test_too_young_is_told_kindly_and_asked_no_other_date(client: Client, app: App) -> None:
    young = born(12)
    typed = TYPED | {"day": str(young.day), "month": str(young.month), "year": str(young.year)}
    answer = client.post("/sign-up", form=typed)
    assert answer.status == 403
    assert "Not yet on your own" in answer.text
    waits = {TOO_YOUNG_COOKIE: answer.cookies[TOO_YOUNG_COOKIE]}
    assert client.post("/sign-up", form=TYPED, cookies=waits).status == 403
    assert "<form" not in client.get("/sign-up", cookies=waits).text
    assert how_many_people(app) == 0


def test_the_owners_link_makes_the_owner_once(client: Client, app: App) -> None:
    with app.database.write() as db:
        secret = recovery.owner_link(db, now())
    assert client.get(f"/welcome/{secret}").status == 200
    owner = let_in(client.post(f"/welcome/{secret}", form=TYPED))
    assert client.get("/server", owner).status == 200
    assert client.get(f"/welcome/{secret}").status == 410
    assert client.post(f"/welcome/{secret}", form=TYPED | {"handle": "other"}).status == 410


def test_an_invitation_lets_one_person_in(client: Client, app: App) -> None:
    with app.database.write() as db:
        secret = recovery.make_link(db, Purpose.INVITATION, now())
    assert client.post(f"/join/{secret}", form=TYPED).status == 200
    assert client.get(f"/join/{secret}").status == 410


def test_signing_in_goes_on_to_where_one_wanted_to_be(client: Client, app: App) -> None:
    join(app.database)
    assert unquote(client.get("/make").header("location") or "") == "/sign-in?next=/make"
    answer = client.post("/sign-in", form={"handle": "@Nia", "password": PASSWORD, "next": "/make"})
    assert (answer.status, answer.header("location")) == (303, "/make")
    assert client.get("/make", let_in(answer)).status == 200


def test_who_was_asked_in_and_has_no_account_yet_makes_one_and_goes_on(client: Client) -> None:
    """By a link or its picture: the door to signing in leads to the other one, and on from there."""
    wanted = "/together/join/a-secret"
    door = client.get(f"/sign-in?next={wanted}").text
    assert "Then you go on to what you opened." in door
    assert f'href="/sign-up?next={wanted}"' in door
    form = client.get(f"/sign-up?next={wanted}").text
    assert f'name="next" value="{wanted}"' in form
    assert f'href="/sign-in?next={wanted}"' in form
    refused = client.post("/sign-up", form=TYPED | {"next": wanted, "day": "41"})
    assert f'name="next" value="{wanted}"' in refused.text
    assert f'action="{wanted}"' in client.post("/sign-up", form=TYPED | {"next": wanted}).text
    away = client.post("/sign-up", form=TYPED | {"handle": "nia2", "next": "https://elsewhere.example"})
    assert 'action="/"' in away.text


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1"])
def test_signing_in_never_goes_to_another_server(client: Client, app: App, elsewhere: str) -> None:
    join(app.database)
    answer = client.post("/sign-in", form={"handle": "nia", "password": PASSWORD, "next": elsewhere})
    assert answer.header("location") == "/"


def test_a_wrong_password_keeps_the_handle(client: Client, app: App) -> None:
    join(app.database)
    answer = client.post("/sign-in", form={"handle": "nia", "password": "something else", "next": "/make"})
    assert answer.status == 403
    assert 'value="nia"' in answer.text
    assert 'value="/make"' in answer.text
    assert "something else" not in answer.text
    assert SESSION_COOKIE not in answer.cookies


def test_a_passkey_signs_up_and_in(client: Client) -> None:
    device = Authenticator(ORIGIN)
    options = client.post("/api/v1/passkeys/options", json={"handle": "nia"}).json
    typed = TYPED | {"password": "", "passkey": json.dumps(device.create(options))}
    assert client.post("/sign-up", form=typed).status == 200
    options = client.post("/api/v1/sessions/passkey/options").json
    answer = client.post("/sign-in", form={"passkey": json.dumps(device.get(options)), "next": "/settings"})
    assert (answer.status, answer.header("location")) == (303, "/settings")
    assert client.get("/settings", let_in(answer)).status == 200


def test_a_code_lets_back_in_once(client: Client, app: App) -> None:
    code = join(app.database).recovery_codes[3]
    answer = client.post("/sign-in/recover", form={"by": "code", "handle": "nia", "code": code.upper()})
    assert answer.status == 303
    assert "Set a new password" in client.get(answer.header("location") or "", let_in(answer)).text
    again = client.post("/sign-in/recover", form={"by": "code", "handle": "nia", "code": code})
    assert again.status == 403
    assert 'id="code-error"' in again.text


def test_a_reset_link_takes_a_new_password(client: Client, app: App) -> None:
    who = join(app.database)
    with app.database.write() as db:
        secret = recovery.make_link(db, Purpose.RESET, now(), person=who.person)
    assert client.get(f"/reset/{secret}").status == 200
    refused = client.post(f"/reset/{secret}", form={"password": "short"})
    assert refused.status == 422
    assert 'id="password-error"' in refused.text
    answer = client.post(f"/reset/{secret}", form={"password": "another long evening"})
    assert answer.status == 303
    assert client.get("/settings", let_in(answer)).status == 200
    assert client.get(f"/reset/{secret}").status == 410
    assert client.post("/sign-in", form={"handle": "nia", "password": PASSWORD}).status == 403


def test_signing_out(client: Client, cast: Cast) -> None:
    answer = client.post("/sign-out", cast.ben)
    assert (answer.status, answer.header("location")) == (303, "/")
    assert client.get("/settings", cast.ben).status == 303


def test_a_guest_and_somebody_inside_see_the_right_door(client: Client, cast: Cast) -> None:
    assert client.get("/sign-in", cast.ben).header("location") == "/"
    assert client.get("/sign-up", cast.ben).header("location") == "/"
    assert client.get("/sign-in").status == 200


def test_another_site_can_post_no_form(client: Client) -> None:
    cross = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    assert client.post("/sign-in", form=TYPED, headers=cross).status == 403


def test_the_day_is_the_day_that_was_typed(client: Client, app: App) -> None:
    client.post("/sign-up", form=TYPED | {"day": "29", "month": "2", "year": "1992"})
    with app.database.read() as db:
        kept = db.execute(select(people.c.birth_date)).scalar_one()
        handle = db.execute(select(accounts.c.handle)).scalar_one()
    assert (date.fromisoformat(kept), handle) == (date(1992, 2, 29), "nia")
