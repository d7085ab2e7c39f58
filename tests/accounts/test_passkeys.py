"""Passkeys: each challenge answers once, and only the right key at the right origin signs in."""

import random
from typing import Any

import pytest
from sqlalchemy import func, select

from onstage.accounts.doors import passkeys
from onstage.accounts.doors.passkeys import Ceremony, RelyingParty
from onstage.accounts.models import challenges
from onstage.accounts.upkeep import forget_challenges
from onstage.clock import MINUTE, now
from onstage.db.engine import Database
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.accounts.authenticator import Authenticator, raw, text
from tests.accounts.joining import join, signed_in

ORIGIN = "http://localhost:8000"
PARTY = passkeys.relying_party(ORIGIN, "Onstage")


def add(database: Database, person: int, device: Authenticator, name: str = "Phone") -> passkeys.Passkey:
    with database.write() as db:
        answer = device.create(passkeys.register_options(db, PARTY, "nia", now(), person=person))
        challenge = passkeys.take_back(db, Ceremony.REGISTER, answer, now())
        return passkeys.keep(db, passkeys.verify_new(PARTY, challenge, answer, name), now())


def sign_in(database: Database, answer: dict[str, Any], party: RelyingParty = PARTY, at: int | None = None) -> int:
    """Sign in as the web does; gives the person."""
    with database.write() as db:
        challenge = passkeys.take_back(db, Ceremony.SIGN_IN, answer, at or now())
        known = passkeys.find(db, answer)
    count = passkeys.verify_known(party, challenge, answer, known)
    assert known
    with database.write() as db:
        passkeys.used(db, known, count, now())
    return known.person


def options(database: Database) -> dict[str, Any]:
    with database.write() as db:
        return passkeys.sign_in_options(db, PARTY, now())


def test_a_passkey_finds_its_person_without_a_handle(database: Database) -> None:
    nia, ben, phone, laptop = join(database, "nia"), join(database, "ben"), Authenticator(ORIGIN), Authenticator(ORIGIN)
    add(database, nia.person, phone)
    add(database, ben.person, laptop)
    assert sign_in(database, phone.get(options(database))) == nia.person
    assert sign_in(database, laptop.get(options(database))) == ben.person
    assert sign_in(database, phone.get(options(database))) == nia.person
    hers = signed_in(database, nia)
    with database.read() as db:
        assert passkeys.mine(db, hers)[0].used_at is not None


def test_the_options_ask_for_a_discoverable_key_and_leave_out_what_is_known(database: Database) -> None:
    nia, phone = join(database, "nia"), Authenticator(ORIGIN)
    add(database, nia.person, phone)
    with database.write() as db:
        asked = passkeys.register_options(db, PARTY, "nia", now(), person=nia.person)
    assert asked["rp"] == {"name": "Onstage", "id": "localhost"}
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "preferred"
    assert len(asked["excludeCredentials"]) == 1


def test_an_answer_counts_once(database: Database) -> None:
    nia, phone = join(database, "nia"), Authenticator(ORIGIN)
    add(database, nia.person, phone)
    answer = phone.get(options(database))
    assert sign_in(database, answer) == nia.person
    with pytest.raises(NotAllowed) as refused:
        sign_in(database, answer)
    assert refused.value.code == "challenge-ended"


def test_an_answer_that_is_late_or_to_another_question_is_refused(database: Database) -> None:
    nia, phone = join(database, "nia"), Authenticator(ORIGIN)
    add(database, nia.person, phone)
    with pytest.raises(NotAllowed):
        sign_in(database, phone.get(options(database)), at=now() + 11 * MINUTE)
    with database.write() as db:
        made = passkeys.register_options(db, PARTY, "nia", now())
    with pytest.raises(NotAllowed):
        sign_in(database, phone.get({"rpId": "localhost", "challenge": made["challenge"]}))


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:9000", "http://127.0.0.1:8000"])
def test_another_origin_is_refused(database: Database, origin: str) -> None:
    nia, phone = join(database, "nia"), Authenticator(ORIGIN)
    add(database, nia.person, phone)
    with pytest.raises(NotAllowed):
        sign_in(database, phone.get(options(database), origin=origin))


def test_another_key_and_an_unknown_passkey_are_refused(database: Database) -> None:
    nia, phone, thief = join(database, "nia"), Authenticator(ORIGIN), Authenticator(ORIGIN)
    add(database, nia.person, phone)
    with pytest.raises(NotAllowed):
        sign_in(database, thief.get(options(database)))
    thief.credential = phone.credential
    with pytest.raises(NotAllowed):
        sign_in(database, thief.get(options(database)))


def test_a_copied_passkey_is_noticed_by_its_count(database: Database) -> None:
    nia, phone = join(database, "nia"), Authenticator(ORIGIN)
    add(database, nia.person, phone)
    sign_in(database, phone.get(options(database)))
    sign_in(database, phone.get(options(database)))
    phone.count = 0
    with pytest.raises(NotAllowed):
        sign_in(database, phone.get(options(database)))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"response": None},
        {"response": {"clientDataJSON": "!"}},
        {"response": {"clientDataJSON": "e30"}},
        {"response": 3},
    ],
)
def test_what_is_no_answer_is_refused(database: Database, answer: dict[str, Any]) -> None:
    with database.write() as db, pytest.raises(Invalid):
        passkeys.take_back(db, Ceremony.SIGN_IN, answer, now())


def test_a_passkey_belongs_to_one_person(database: Database) -> None:
    nia, ben, phone = join(database, "nia"), join(database, "ben"), Authenticator(ORIGIN)
    add(database, nia.person, phone)
    with pytest.raises(Conflict):
        add(database, ben.person, phone)


def test_the_last_way_in_stays(database: Database) -> None:
    phone, laptop = Authenticator(ORIGIN), Authenticator(ORIGIN)
    with database.write() as db:
        answer = phone.create(passkeys.register_options(db, PARTY, "nia", now()))
        challenge = passkeys.take_back(db, Ceremony.REGISTER, answer, now())
    new = passkeys.verify_new(PARTY, challenge, answer, "Phone")
    nia = join(database, "nia", password=None, passkey=new)
    assert nia.person == new.person, "the passkey's user handle is the person's id"
    assert sign_in(database, phone.get(options(database))) == nia.person
    this = signed_in(database, nia)
    with database.write() as db:
        only = passkeys.mine(db, this)[0].id
        with pytest.raises(Conflict):
            passkeys.remove(db, this, only)
    add(database, nia.person, laptop)
    with database.write() as db:
        passkeys.remove(db, this, only)
        assert len(passkeys.mine(db, this)) == 1
        with pytest.raises(NotFound):
            passkeys.remove(db, this, only)
    with pytest.raises(NotAllowed):
        sign_in(database, phone.get(options(database)))


def test_nobody_removes_anothers_passkey(database: Database) -> None:
    nia, ben, phone = join(database, "nia"), join(database, "ben"), Authenticator(ORIGIN)
    kept = add(database, nia.person, phone)
    his = signed_in(database, ben)
    with database.write() as db, pytest.raises(NotFound):
        passkeys.remove(db, his, kept.id)


def test_unanswered_challenges_are_swept(database: Database) -> None:
    options(database)
    with database.write() as db:
        assert forget_challenges(db, now()) == 0
        assert forget_challenges(db, now() + 11 * MINUTE) == 1
        assert db.execute(select(func.count()).select_from(challenges)).scalar_one() == 0


def test_a_broken_answer_is_refused_and_nothing_else(database: Database) -> None:
    phone, rolls = Authenticator(ORIGIN), random.Random(7)
    with database.write() as db:
        asked = passkeys.register_options(db, PARTY, "nia", now())
    challenge = passkeys.Challenge(raw(asked["challenge"]), 1)
    refused = 0
    for _ in range(400):
        answer = phone.create(asked)
        name = rolls.choice(list(answer["response"]))
        broken = bytearray(raw(answer["response"][name]))
        broken[rolls.randrange(len(broken))] = rolls.randrange(256)
        answer["response"][name] = text(bytes(broken[: rolls.randrange(1, len(broken) + 200)]))
        try:
            passkeys.verify_new(PARTY, challenge, answer, "Phone")
        except NotAllowed:
            refused += 1
    assert refused > 100
