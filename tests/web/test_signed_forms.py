"""Signed forms: made, sent as hostile bytes, seen by who checks alone, gone once it is decided."""

import re

import pytest
from sqlalchemy import select, update

from onstage.accounts import upkeep
from onstage.accounts.age import Band
from onstage.accounts.guardians import signed_forms
from onstage.accounts.models import form_scans, guardianships, notices, people, vouchings
from onstage.clock import DAY, now
from onstage.jobs.models import jobs
from tests.cast import Actor, Cast, person, stand_for
from tests.client import Answer, Client
from tests.web.pages.sending import send_parts

API = "/api/v1"
SCAN = b"\xff\xd8\xff a signature <script>alert(1)</script>"
HOSTILE = (b"<html><script>alert(1)</script>", b"GIF89a", b"<svg onload='alert(1)'/>", b"", b"MZ\x90")


@pytest.fixture
def teo(cast: Cast) -> Actor:
    """Somebody of 14 whom Ada looks after as a carer."""
    with cast.app.database.write() as db:
        made = person(db, "teo", band=Band.FROM_13)
        stand_for(db, cast.ada.viewer, made, is_full=0)
    return Actor(made)


def case(cast: Cast) -> int:
    with cast.app.database.read() as db:
        of_ada = guardianships.c.guardian_id == cast.ada.viewer.person
        return int(db.execute(select(guardianships.c.id).where(of_ada)).scalar_one())


def make(client: Client, cast: Cast) -> str:
    return str(client.post(f"{API}/children/teo/form", cast.ada).json["code"])


def send(client: Client, actor: Actor, path: str, scan: bytes = SCAN) -> Answer:
    return client.put(path, actor, body=scan)


def scans(cast: Cast) -> list[bytes]:
    with cast.app.database.read() as db:
        return [bytes(each) for each in db.execute(select(form_scans.c.content)).scalars()]


def test_a_scan_is_kept_until_it_is_decided_and_then_only_the_method_and_the_day(
    cast: Cast, client: Client, teo: Actor
) -> None:
    code, at = make(client, cast), f"{API}/guardian-cases/{case(cast)}"
    assert send(client, cast.ada, f"{API}/children/teo/form").status == 204
    listed = next(each for each in client.get(f"{API}/guardian-cases", cast.ola).json["items"] if each["has_scan"])
    assert (listed["guardian"], listed["has_form"], listed["method"]) == ("ada", True, None)
    assert client.get(f"{at}/form", cast.ola).body == SCAN
    assert client.post(f"{at}/check", cast.ola, json={"method": "form", "code": "00000000"}).status == 422
    assert scans(cast) == [SCAN]
    assert client.post(f"{at}/check", cast.ola, json={"method": "form", "code": code}).status == 200
    assert scans(cast) == []
    assert client.get(f"{at}/form", cast.ola).status == 404
    with cast.app.database.read() as db:
        kept = db.execute(select(vouchings.c.method, vouchings.c.kept, vouchings.c.decision)).all()
        overwritten = db.execute(select(jobs.c.payload).where(jobs.c.payload.contains("ScanErased"))).all()
    assert [tuple(row) for row in kept] == [("form", "{}", "accepted")]
    assert overwritten


def test_a_scan_is_a_file_to_be_saved_whatever_it_says_it_is(cast: Cast, client: Client, teo: Actor) -> None:
    make(client, cast)
    send(client, cast.ada, f"{API}/children/teo/form", b"%PDF-<html><script>alert(1)</script>")
    for path in (f"{API}/guardian-cases/{case(cast)}/form", f"/server/guardians/{case(cast)}/form"):
        got = client.get(path, cast.ola)
        assert got.header("content-type") == "application/octet-stream"
        assert got.header("x-content-type-options") == "nosniff"
        assert got.header("content-disposition") == 'attachment; filename="form.pdf"'
        assert "sandbox" in (got.header("content-security-policy") or "")
        assert got.header("cache-control") == "private, no-store"


def test_only_who_may_decide_sees_it(cast: Cast, client: Client, teo: Actor) -> None:
    make(client, cast)
    send(client, cast.ada, f"{API}/children/teo/form")
    with cast.app.database.write() as db:
        stand_for(db, cast.ben.viewer, teo.viewer)
        db.execute(update(people).where(people.c.id == cast.ben.viewer.person).values(vouches=1))
    for path in (f"{API}/guardian-cases/{case(cast)}/form", f"/server/guardians/{case(cast)}/form"):
        assert [client.get(path, who).status for who in (cast.ada, teo, cast.fay, cast.ben)] == [403] * 4
        assert client.get(path).status in {303, 401}
        assert client.get(path, cast.ola).status == 200


@pytest.mark.parametrize("bytes_", HOSTILE)
def test_what_is_no_picture_and_no_pdf_is_not_taken(cast: Cast, client: Client, teo: Actor, bytes_: bytes) -> None:
    make(client, cast)
    assert send(client, cast.ada, f"{API}/children/teo/form", bytes_).status == 422
    assert scans(cast) == []


def test_a_scan_that_is_too_large_or_comes_without_a_form_is_not_taken(cast: Cast, client: Client, teo: Actor) -> None:
    assert send(client, cast.ada, f"{API}/children/teo/form").status == 409
    make(client, cast)
    assert send(client, cast.ada, f"{API}/children/teo/form", SCAN + bytes(signed_forms.MOST_BYTES)).status == 413
    assert send(client, cast.ada, f"{API}/children/teo/form", SCAN + bytes(signed_forms.MOST_BYTES * 2)).status == 413
    assert send(client, cast.fay, f"{API}/children/teo/form").status == 404
    assert scans(cast) == []


def test_another_form_makes_the_one_before_void(cast: Cast, client: Client, teo: Actor) -> None:
    first = make(client, cast)
    send(client, cast.ada, f"{API}/children/teo/form")
    second = make(client, cast)
    assert scans(cast) == []
    at = f"{API}/guardian-cases/{case(cast)}/check"
    assert client.post(at, cast.ola, json={"method": "form", "code": first}).status == 422
    assert client.post(at, cast.ola, json={"method": "form", "code": second}).status == 200
    assert client.post(f"{API}/children/teo/form", cast.ada).status == 409


def test_a_voucher_keeps_a_scan_of_paper_and_says_why_not(cast: Cast, client: Client, teo: Actor) -> None:
    at = f"{API}/guardian-cases/{case(cast)}/form"
    assert send(client, cast.ola, at).status == 409, "no form was made"
    assert client.post(f"{at}/refusal", cast.ola, json={"words": "Nothing is here."}).status == 404
    code = make(client, cast)
    assert send(client, cast.fay, at).status == 403
    assert send(client, cast.ola, at).status == 204
    assert client.post(f"{at}/refusal", cast.ola, json={"words": ""}).status == 422
    assert scans(cast) == [SCAN]
    assert client.post(f"{at}/refusal", cast.ola, json={"words": "It is not signed."}).status == 204
    assert scans(cast) == []
    check = {"method": "form", "code": code}
    assert client.post(f"{API}/guardian-cases/{case(cast)}/check", cast.ola, json=check).status == 422
    with cast.app.database.read() as db:
        mine = select(notices.c.kind).where(notices.c.person_id == cast.ada.viewer.person)
        assert "form_refused" in db.execute(mine).scalars()
    assert "It is not signed." in client.get("/together", cast.ada).text


@pytest.mark.parametrize("how", ["ended", "annulled", "met", "lapsed", "gone"])
def test_it_goes_however_it_ends(cast: Cast, client: Client, teo: Actor, how: str) -> None:
    make(client, cast)
    send(client, cast.ada, f"{API}/children/teo/form")
    at = f"{API}/guardian-cases/{case(cast)}"
    match how:
        case "ended":
            client.delete(f"{API}/children/teo", cast.ada)
        case "annulled":
            client.post(f"{at}/end", cast.ola, json={"annul": True, "reason": "Never."})
        case "met":
            client.post(f"{at}/check", cast.ola, json={"method": "met", "document": "a passport"})
        case "lapsed":
            with cast.app.database.write() as db:
                upkeep.run(db, cast.app.keys, "UTC", "http://localhost", now() + 59 * DAY)
            assert scans(cast) == [SCAN]
            with cast.app.database.write() as db:
                upkeep.run(db, cast.app.keys, "UTC", "http://localhost", now() + 61 * DAY)
        case "gone":
            with cast.app.database.write() as db:
                db.execute(update(people).values(is_server_owner=0))
                db.execute(people.delete().where(people.c.id == cast.ada.viewer.person))
    assert scans(cast) == []


def test_the_pages_lead_from_the_child_to_the_check(cast: Cast, client: Client, teo: Actor) -> None:
    assert "/children/teo/form" in client.get("/children/teo", cast.ada).text
    assert "Make the form first" in client.get("/children/teo/form", cast.ada).text
    printed = send_parts(client, "/children/teo/form", cast.ada, {"do": "print"})
    found = re.search(r'<strong class="code" dir="ltr">(\w{8})</strong>', printed.text)
    assert found
    assert "no-store" in (printed.header("cache-control") or "")
    assert found[1] not in client.get("/children/teo/form", cast.ada).text
    sent = send_parts(client, "/children/teo/form", cast.ada, {"do": "send"}, {"scan": ("f.svg", b"<svg/>")})
    assert sent.status == 422
    assert "Choose a picture" in sent.text
    sent = send_parts(client, "/children/teo/form", cast.ada, {"do": "send"}, {"scan": ("form.jpg", SCAN)})
    assert "It was sent." in sent.text
    assert "sent a signed form" in client.get("/together", cast.ola).text
    assert f"/server/guardians/{case(cast)}/form" in client.get("/server/guardians", cast.ola).text
    fields = {"case": str(case(cast)), "do": "refuse-form", "reason": "It is too dark."}
    assert client.post("/server/guardians", cast.ola, form=fields).status == 303
    assert "Make the form first" in client.get("/children/teo/form", cast.ada).text
    paper = send_parts(client, f"/server/guardians/{case(cast)}/form", cast.ola, {}, {"scan": ("f.png", SCAN)})
    assert paper.status == 409
    assert client.get("/children/teo/form", cast.fay).status == 404
    assert client.get("/children/mia/form", cast.gus).status == 409, "a full guardian needs none"


def test_a_guardian_throws_the_form_away(cast: Cast, client: Client, teo: Actor) -> None:
    make(client, cast)
    send(client, cast.ada, f"{API}/children/teo/form")
    assert send_parts(client, "/children/teo/form", cast.ada, {"do": "take-back"}).status == 200
    assert scans(cast) == []
