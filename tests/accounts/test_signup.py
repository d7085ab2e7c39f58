"""Signing up: who may, what is kept, and what is refused without a trace."""

from collections.abc import Iterator
from datetime import date
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from onstage.accounts import signup
from onstage.accounts.doors import recovery
from onstage.accounts.doors.recovery import Purpose
from onstage.accounts.models import accounts, attempts, links, members, people, recovery_codes
from onstage.accounts.signup import Policy, SignUpPolicy, TooYoung
from onstage.clock import DAY, now
from onstage.db.engine import Database
from onstage.errors import Conflict, Gone, Invalid, NotAllowed, Refused
from tests.accounts.joining import OPEN, PASSWORD, born, form, join
from tests.cast import KEYS

INVITE = Policy(SignUpPolicy.INVITE, 16, "UTC")
CLOSED = Policy(SignUpPolicy.CLOSED, 16, "UTC")


def counted(database: Database) -> Iterator[int]:
    with database.read() as db:
        for table in (people, accounts, members, recovery_codes, attempts):
            yield db.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_person_comes_with_a_personal_account_and_codes(database: Database) -> None:
    who = join(database, "Nia_1", name="  Nia\n van  Loon ")
    with database.read() as db:
        account = db.execute(select(accounts)).one()
        person = db.execute(select(people)).one()
        role = db.execute(select(members.c.role)).scalar_one()
    assert (account.handle, account.name, account.kind, role) == ("nia_1", "Nia van Loon", "personal", "owner")
    assert (account.hand_accepts, account.counts_shown) == (0, 1)
    assert (person.band, person.band_until, person.is_server_owner) == ("adult", None, 0)
    assert PASSWORD not in person.password_hash
    assert len(set(who.recovery_codes)) == 10


def test_a_sixteen_year_old_starts_with_the_values_of_the_age_table(database: Database) -> None:
    join(database, "mia", birth_date=born(16))
    with database.read() as db:
        account = db.execute(select(accounts)).one()
        person = db.execute(select(people)).one()
    assert (account.hand_accepts, account.counts_shown) == (1, 0)
    assert person.band == "16_17"
    assert person.band_until > now()


@pytest.mark.parametrize("years", [0, 8, 12, 13, 15])
def test_the_too_young_are_refused_and_nothing_is_kept(database: Database, years: int) -> None:
    with pytest.raises(TooYoung):
        join(database, "kim", birth_date=born(years))
    assert list(counted(database)) == [0, 0, 0, 0, 0]


def test_the_age_is_a_setting(database: Database) -> None:
    assert join(database, "kim", Policy(SignUpPolicy.OPEN, 13, "UTC"), birth_date=born(13)).handle == "kim"
    with pytest.raises(TooYoung):
        join(database, "lou", Policy(SignUpPolicy.OPEN, 18, "UTC"), birth_date=born(16))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("handle", {"handle": "x"}),
        ("handle", {"handle": "näh"}),
        ("handle", {"handle": "a b"}),
        ("handle", {"handle": "x" * 31}),
        ("handle", {"handle": "Admin"}),
        ("handle", {"handle": "settings"}),
        ("name", {"name": " \u202e "}),
        ("name", {"name": "x" * 51}),
        ("zone", {"zone": "Mars/Olympus"}),
        ("zone", {"zone": "../../etc/passwd"}),
        ("birth_date", {"birth_date": date(1899, 12, 31)}),
        ("birth_date", {"birth_date": date(9999, 1, 1)}),
        ("password", {"password": "short"}),
        ("password", {"password": "Password1234"}),
        ("password", {"password": "aaaaaaaaaaaaaa"}),
        ("password", {"password": "1234567890"}),
        ("password", {"handle": "longhandle_here", "password": "LongHandle_here1"}),
        ("password", {"password": "x" * 201}),
        ("password", {"password": None}),
    ],
)
def test_what_is_wrong_is_named(field: str, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        signup.prepare(form(**({"handle": "nia"} | wrong)), OPEN, now())  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize("words", ["correct horse battery", "пароль для сцены", "aB3$xY9!qL", "password of my aunt"])
def test_there_are_no_rules_of_composition(words: str) -> None:
    assert signup.prepare(form(password=words), OPEN, now()).password_hash


def test_a_handle_belongs_to_one_account_whatever_its_case(database: Database) -> None:
    join(database, "nia")
    with pytest.raises(Conflict) as refused:
        join(database, "NIA")
    assert refused.value.field == "handle"
    assert list(counted(database))[:2] == [1, 1]


def test_of_two_who_take_a_handle_at_the_same_moment_one_gets_it(database: Database) -> None:
    outcomes: list[str] = []
    together = Barrier(4)

    def try_it() -> None:
        ready = signup.prepare(form("nia"), OPEN, now())
        together.wait(20)
        try:
            with database.write() as db:
                signup.sign_up(db, KEYS, OPEN, ready, now())
            outcomes.append("in")
        except Refused as refused:
            outcomes.append(refused.code)

    threads = [Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["handle-taken"] * 3 + ["in"]
    assert list(counted(database))[:2] == [1, 1]


def test_an_invitation_lets_one_person_in_even_where_it_is_closed(database: Database) -> None:
    for policy, code in ((INVITE, "invitation-needed"), (CLOSED, "sign-up-closed")):
        with pytest.raises(NotAllowed) as refused:
            join(database, "nia", policy)
        assert refused.value.code == code
    with database.write() as db:
        link = recovery.make_link(db, Purpose.INVITATION, now())
    join(database, "nia", CLOSED, link=link)
    with pytest.raises(Gone):
        join(database, "ben", CLOSED, link=link)


def test_a_refused_sign_up_does_not_use_the_invitation_up(database: Database) -> None:
    join(database, "nia")
    with database.write() as db:
        link = recovery.make_link(db, Purpose.INVITATION, now())
    with pytest.raises(Conflict):
        join(database, "nia", INVITE, link=link)
    assert join(database, "ben", INVITE, link=link).handle == "ben"


def test_the_owners_link_makes_one_owner(database: Database) -> None:
    with database.write() as db:
        first = recovery.owner_link(db, now())
        second = recovery.owner_link(db, now())
    assert first
    assert second
    with pytest.raises(Gone):
        join(database, "ola", CLOSED, link=first, link_purpose=Purpose.OWNER)
    join(database, "ola", CLOSED, link=second, link_purpose=Purpose.OWNER)
    with database.write() as db:
        assert db.execute(select(people.c.is_server_owner)).scalar_one() == 1
        assert recovery.owner_link(db, now()) is None
        assert db.execute(select(func.count()).select_from(links)).scalar_one() == 0


def test_an_invitation_makes_nobody_an_owner(database: Database) -> None:
    with database.write() as db:
        link = recovery.make_link(db, Purpose.INVITATION, now())
    with pytest.raises(Gone):
        join(database, "eve", link=link, link_purpose=Purpose.OWNER)
    join(database, "eve", link=link)
    with database.read() as db:
        assert not recovery.has_owner(db)


def test_a_link_ends(database: Database) -> None:
    with database.write() as db:
        link = recovery.make_link(db, Purpose.INVITATION, now() - 15 * DAY)
    with pytest.raises(Gone):
        join(database, "nia", INVITE, link=link)
