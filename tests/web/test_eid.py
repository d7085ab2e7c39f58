"""An eID by OpenID Connect, against a provider that nobody here wrote; whatever is wrong on the way changes nothing."""

import html
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, text, update

from onstage import oidc
from onstage.accounts import upkeep
from onstage.accounts.age import Band
from onstage.accounts.models import guardianships, people, server_choices, vouchings
from onstage.clock import MINUTE, now
from onstage.db import tables
from onstage.settings import Settings
from onstage.upkeep import check_reach
from onstage.upkeep.findings import Verdict
from tests.cast import Actor, Cast, person, stand_for
from tests.client import Answer, Client
from tests.web import issuer as issuers
from tests.web.issuer import USER, Issuer

pytestmark = pytest.mark.interop
API = "/api/v1"


@pytest.fixture(scope="module")
def _issuer() -> Iterator[Issuer]:
    with issuers.running() as running:
        yield running


@pytest.fixture
def issuer(_issuer: Issuer) -> Issuer:
    """The provider, and nobody lies yet."""
    _issuer.alter = lambda word: word
    _issuer.asked.clear()
    return _issuer


@pytest.fixture
def chosen_settings(chosen_settings: Settings, issuer: Issuer) -> Settings:
    """A server that the provider knows."""
    name, secret = issuer.register(chosen_settings.origin + oidc.BACK)
    return replace(chosen_settings, oidc_issuer=issuer.origin, oidc_client=name, oidc_secret=secret)


@pytest.fixture
def teo(cast: Cast) -> Actor:
    """Somebody of 14 who has accepted Ada as a carer, where the owner lets an eID count."""
    with cast.app.database.write() as db:
        made = person(db, "teo", band=Band.FROM_13)
        stand_for(db, cast.ada.viewer, made, is_full=0, accepted_by=made.person)
        db.execute(server_choices.insert().values(row="eid_is_full", value="yes", at=now()))
    return Actor(made)


def begin(client: Client, actor: Actor) -> tuple[str, str]:
    """The address at the issuer, and the secret that the browser keeps."""
    shown = client.post("/children/teo/eid", actor)
    assert shown.status == 200, shown.text
    found = re.search(r'<a class="button primary" href="([^"]+)"', shown.text)
    assert found
    return html.unescape(found[1]), shown.cookies["onstage_eid"]


def come_back(client: Client, actor: Actor, path: str, secret: str) -> Answer:
    return client.get(path, actor, cookies={"onstage_eid": secret})


def kept(cast: Cast) -> list[Any]:
    with cast.app.database.read() as db:
        rows = db.execute(select(vouchings.c.kept).where(vouchings.c.method == "eid").order_by(vouchings.c.id))
        return [json.loads(each) for each in rows.scalars()]


def check(client: Client, cast: Cast) -> int:
    with cast.app.database.read() as db:
        of_ada = guardianships.c.guardian_id == cast.ada.viewer.person
        one = db.execute(select(guardianships.c.id).where(of_ada)).scalar_one()
    return client.post(f"{API}/guardian-cases/{one}/check", cast.ola, json={"method": "eid"}).status


def test_who_showed_it_becomes_full_and_only_the_issuer_and_the_day_are_kept(
    cast: Cast, client: Client, teo: Actor, issuer: Issuer
) -> None:
    assert check(client, cast) == 422
    address, secret = begin(client, cast.ada)
    assert check(client, cast) == 422, "going there is not enough"
    back = come_back(client, cast.ada, issuer.sign_in(address), secret)
    assert (back.status, back.header("location")) == (303, "/children/teo")
    assert back.cookies["onstage_eid"] == ""
    assert kept(cast) == [{"issuer": issuer.origin, "on": kept(cast)[0]["on"]}]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", kept(cast)[0]["on"])
    assert "You have shown your eID" in client.get("/children/teo", cast.ada).text
    assert issuer.origin in client.get("/server/guardians", cast.ola).text
    assert check(client, cast) == 200
    assert [each["issuer"] for each in kept(cast)] == [issuer.origin]
    with cast.app.database.read() as db:
        everything = [str(db.execute(text(f'SELECT * FROM "{name}"')).all()) for name in tables.names(db)]
    assert USER not in "".join(everything)


def test_it_asks_for_as_little_as_there_is_and_proves_that_it_asked(
    client: Client, cast: Cast, teo: Actor, issuer: Issuer
) -> None:
    address, secret = begin(client, cast.ada)
    asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
    assert (asked["scope"], asked["response_type"], asked["code_challenge_method"]) == ("openid", "code", "S256")
    assert asked["prompt"] == "login"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"], secret}) == 4
    come_back(client, cast.ada, issuer.sign_in(address), secret)
    headers, body = issuer.asked[-1]
    sent = {name: value[0] for name, value in parse_qs(body).items()}
    challenge = urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
    assert challenge == asked["code_challenge"]
    assert headers["Authorization"].startswith("Basic ")
    assert "client_secret" not in sent


def claims_of(word: str) -> dict[str, Any]:
    part = word.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def rewritten(word: str, **changed: object) -> str:
    """Other claims under the same signature."""
    head, _, signature = word.split(".")
    body = urlsafe_b64encode(json.dumps({**claims_of(word), **changed}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


def unsigned(word: str) -> str:
    head = urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{head}.{word.split('.')[1]}."


@pytest.mark.parametrize(
    "lie",
    [
        lambda word: rewritten(word, sub="somebody else"),
        lambda word: rewritten(word, exp=now() // 1_000_000 + 9999),
        unsigned,
        lambda word: word[:-8] + "AAAAAAAA",
        lambda _word: "no token at all",
        lambda _word: "",
    ],
    ids=["another name", "a longer life", "no signature", "a broken signature", "nonsense", "nothing"],
)
def test_a_forged_word_changes_nothing(client: Client, cast: Cast, teo: Actor, issuer: Issuer, lie: Any) -> None:
    address, secret = begin(client, cast.ada)
    issuer.alter = lie
    back = come_back(client, cast.ada, issuer.sign_in(address), secret)
    assert back.status == 403
    assert "could not be believed" in back.text
    assert kept(cast) == [{}]
    assert check(client, cast) == 422


def test_an_answer_counts_once(client: Client, cast: Cast, teo: Actor, issuer: Issuer) -> None:
    address, secret = begin(client, cast.ada)
    path = issuer.sign_in(address)
    assert come_back(client, cast.ada, path, secret).status == 303
    assert come_back(client, cast.ada, path, secret).status == 410
    before = kept(cast)
    second_address, second_secret = begin(client, cast.ada)
    assert kept(cast) == [{}]
    assert before != [{}]
    assert come_back(client, cast.ada, path, second_secret).status == 403, "the first one's state"
    assert come_back(client, cast.ada, issuer.sign_in(second_address), second_secret).status == 410, "used up by that"


def test_a_word_from_another_turn_is_refused(client: Client, cast: Cast, teo: Actor, issuer: Issuer) -> None:
    words: list[str] = []
    address, secret = begin(client, cast.ada)
    issuer.alter = lambda word: words.append(word) or word  # type: ignore[func-returns-value]
    assert come_back(client, cast.ada, issuer.sign_in(address), secret).status == 303
    address, secret = begin(client, cast.ada)
    issuer.alter = lambda _word: words[0]
    assert come_back(client, cast.ada, issuer.sign_in(address), secret).status == 403
    assert kept(cast) == [{}]


def test_a_code_from_another_turn_is_refused(client: Client, cast: Cast, teo: Actor, issuer: Issuer) -> None:
    first, _ = begin(client, cast.ada)
    code = parse_qs(urlsplit(issuer.sign_in(first)).query)["code"][0]
    second, secret = begin(client, cast.ada)
    state = parse_qs(urlsplit(second).query)["state"][0]
    assert come_back(client, cast.ada, f"{oidc.BACK}?code={code}&state={state}", secret).status == 403
    assert kept(cast) == [{}]


def test_another_person_or_browser_can_not_end_it(client: Client, cast: Cast, teo: Actor, issuer: Issuer) -> None:
    address, secret = begin(client, cast.ada)
    path = issuer.sign_in(address)
    assert come_back(client, cast.ben, path, secret).status == 410
    assert come_back(client, cast.ada, path, "").status == 410
    assert come_back(client, cast.ada, path, "made up").status == 410
    assert client.get(path).status in {303, 401}
    assert kept(cast) == [{}]
    assert come_back(client, cast.ada, path, secret).status == 303


def test_who_says_no_there_or_comes_late_has_changed_nothing(
    client: Client, cast: Cast, teo: Actor, issuer: Issuer
) -> None:
    address, secret = begin(client, cast.ada)
    denied = come_back(client, cast.ada, issuer.sign_in(address, action="deny"), secret)
    assert denied.status == 403
    assert "/children" in denied.text
    address, secret = begin(client, cast.ada)
    path = issuer.sign_in(address)
    with cast.app.database.write() as db:
        db.execute(update(vouchings).values(begun_at=now() - 16 * MINUTE))
    assert come_back(client, cast.ada, path, secret).status == 410
    with cast.app.database.write() as db:
        upkeep.run(db, cast.app.keys, "UTC", "http://localhost", now())
    assert kept(cast) == []


def test_only_a_carer_begins_and_only_where_the_owner_allows_it(
    client: Client, cast: Cast, teo: Actor, issuer: Issuer
) -> None:
    assert client.post("/children/teo/eid", cast.ben).status == 404
    assert client.post("/children/mia/eid", cast.gus).status == 409, "a full guardian needs none"
    assert client.post("/server/guardians", cast.ola, form={"do": "eid"}).status == 303
    assert client.post("/children/teo/eid", cast.ada).status == 403
    assert "with an eID" not in client.get("/children/teo", cast.ada).text
    assert client.post("/server/guardians", cast.ola, form={"do": "eid", "eid": "yes"}).status == 303
    assert "with an eID" in client.get("/children/teo", cast.ada).text
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.ben.viewer.person).values(vouches=1))
    assert client.post("/server/guardians", cast.ben, form={"do": "eid"}).status == 403


def test_an_issuer_that_is_away_or_another_changes_nothing(
    client: Client, cast: Cast, teo: Actor, issuer: Issuer
) -> None:
    address, secret = begin(client, cast.ada)
    path = issuer.sign_in(address)
    for other in (f"{issuer.origin}/", "http://127.0.0.1:9"):
        elsewhere = Client(replace(cast.app, settings=replace(cast.app.settings, oidc_issuer=other)))
        assert elsewhere.post("/children/teo/eid", cast.ada).status == 502
        elsewhere.close()
    elsewhere = Client(replace(cast.app, settings=replace(cast.app.settings, oidc_issuer="http://127.0.0.1:9")))
    assert come_back(elsewhere, cast.ada, path, secret).status == 502
    elsewhere.close()
    assert kept(cast) == [{}]
    assert come_back(client, cast.ada, path, secret).status == 410, "a way is used up by whatever comes of it"


def test_a_word_that_has_expired_is_refused(cast: Cast, teo: Actor) -> None:
    with issuers.running("--token-max-age", "-120") as stale:
        name, secret = stale.register(cast.app.settings.origin + oidc.BACK)
        changed = replace(cast.app.settings, oidc_issuer=stale.origin, oidc_client=name, oidc_secret=secret)
        client = Client(replace(cast.app, settings=changed))
        address, kept_secret = begin(client, cast.ada)
        assert come_back(client, cast.ada, stale.sign_in(address), kept_secret).status == 403
        client.close()
    assert kept(cast) == [{}]


def test_the_doctor_says_whether_the_issuer_answers(chosen_settings: Settings) -> None:
    findings = {each.verdict: str(each) for each in check_reach.check(chosen_settings) if "issuer" in str(each).lower()}
    assert oidc.BACK in findings[Verdict.OK]
    away = replace(chosen_settings, oidc_issuer="http://127.0.0.1:9")
    found = [each for each in check_reach.check(away) if "OIDC_ISSUER" in str(each)]
    assert [each.verdict for each in found] == [Verdict.WRONG]
