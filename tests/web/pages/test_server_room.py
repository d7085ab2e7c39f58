"""The server's room: for its owner alone."""

import re

import pytest

from onstage.clock import now
from onstage.moderation import reports
from onstage.moderation.reports import Reason
from onstage.web.app import App
from tests.accounts.joining import PASSWORD, join
from tests.cast import Cast, make_clip
from tests.client import Client
from tests.web.pages.test_doors import TYPED

ROOMS = ("", "/reports", "/invitations", "/people", "/bounds", "/set-up")


@pytest.mark.parametrize("room", ROOMS)
def test_only_the_owner_comes_in(client: Client, cast: Cast, room: str) -> None:
    assert client.get(f"/server{room}", cast.ola).status == 200
    assert client.get(f"/server{room}", cast.ada).status == 403
    assert client.get(f"/server{room}").status == 303


@pytest.mark.parametrize("room", ["/reports", "/invitations", "/people"])
def test_only_the_owner_acts(client: Client, cast: Cast, room: str) -> None:
    assert client.post(f"/server{room}", cast.ada, form={"handle": "ada"}).status == 403


def test_an_invitation_can_be_used(client: Client, cast: Cast) -> None:
    page = client.post("/server/invitations", cast.ola, form={"do": "make"})
    path = re.findall(r'<code dir="ltr">http://localhost:8000(/join/[\w-]{43})</code>', page.text)[0]
    assert page.header("cache-control") == "no-store"
    assert path not in client.get("/server/invitations", cast.ola).text
    assert client.post(path, form=TYPED).status == 200


def test_a_way_back_in(client: Client, cast: Cast, app: App) -> None:
    join(app.database)
    nobody = client.post("/server/people", cast.ola, form={"handle": "nobody_here"})
    assert nobody.status == 404
    assert 'id="handle-error"' in nobody.text
    page = client.post("/server/people", cast.ola, form={"handle": "@nia"}).text
    path = re.findall(r'<code dir="ltr">http://localhost:8000(/reset/[\w-]{43})</code>', page)[0]
    assert client.post(path, form={"password": "another long evening"}).status == 303
    assert client.post("/sign-in", form={"handle": "nia", "password": PASSWORD}).status == 403


def _reported(app: App, cast: Cast, slug: str) -> str:
    with app.database.write() as db:
        return str(reports.report_clip(db, cast.ben.viewer, slug, Reason.HARASSMENT, "It mocks <somebody>.", now()))


def test_a_report_is_read_and_the_clip_withheld(client: Client, cast: Cast, app: App) -> None:
    _clip, slug = make_clip(app.database, cast.ada.viewer)
    number = _reported(app, cast, slug)
    page = client.get("/server/reports", cast.ola).text
    assert "It mocks &lt;somebody&gt;." in page
    assert f"/c/{slug}" in page
    silent = client.post("/server/reports", cast.ola, form={"report": number, "do": "hold", f"words-{number}": ""})
    assert silent.status == 422
    assert f'id="words-{number}-error"' in silent.text
    assert client.get(f"/c/{slug}", cast.ben).status == 200
    settled = client.post(
        "/server/reports", cast.ola, form={"report": number, "do": "hold", f"words-{number}": "It does."}
    )
    assert settled.header("location") == "/server/reports?did=hold"
    assert client.get(f"/c/{slug}", cast.ben).status == 404
    page = client.get("/server/reports", cast.ola).text
    assert "Nothing to look at" in page
    assert "It does." in page
    gone = client.post("/server/reports", cast.ola, form={"do": "let-go", "clip": slug})
    assert gone.header("location") == "/server/reports?did=let-go"
    assert client.get(f"/c/{slug}", cast.ben).status == 200
    assert client.post("/server/reports", cast.ola, form={"do": "let-go", "clip": slug}).status == 404


def test_a_report_is_left_as_it_is(client: Client, cast: Cast, app: App) -> None:
    _clip, slug = make_clip(app.database, cast.ada.viewer)
    number = _reported(app, cast, slug)
    client.post("/server/reports", cast.ola, form={"report": number, "do": "dismiss", f"words-{number}": "A joke."})
    assert client.get(f"/c/{slug}", cast.ben).status == 200


def test_the_set_up_shows_no_secret(client: Client, cast: Cast) -> None:
    page = client.get("/server/set-up", cast.ola).text
    assert "ONSTAGE_SECRET" in page
    assert "only for tests" not in page
