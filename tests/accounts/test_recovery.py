"""Ways back in: codes, links, and a new password that ends every other session."""

import pytest
from sqlalchemy import func, select

from onstage.accounts.doors import passwords, recovery, sessions
from onstage.accounts.doors.recovery import Purpose
from onstage.accounts.doors.sessions import SessionKind
from onstage.accounts.models import links, recovery_codes
from onstage.accounts.queries import password_hash
from onstage.clock import DAY, HOUR, now
from onstage.db.engine import Database
from onstage.errors import Gone, NotAllowed
from tests.accounts.joining import join, signed_in


def test_each_code_works_once_and_for_its_person_only(database: Database) -> None:
    nia, ben = join(database, "nia"), join(database, "ben")
    code = nia.recovery_codes[3]
    with database.write() as db, pytest.raises(NotAllowed):
        recovery.use_code(db, "ben", code)
    with database.write() as db:
        assert recovery.use_code(db, "@Nia", code).person == nia.person
    with database.write() as db, pytest.raises(NotAllowed):
        recovery.use_code(db, "nia", code)
    with database.read() as db:
        assert recovery.codes_left(db, nia.person) == 9
        assert recovery.codes_left(db, ben.person) == 10


def test_a_code_may_be_typed_as_people_type(database: Database) -> None:
    nia = join(database, "nia")
    code = next(code for code in nia.recovery_codes if set(code) & {"0", "1"})
    typed = f" {code.upper().replace('-', ' ').replace('0', 'O').replace('1', 'l')} "
    with database.write() as db:
        assert recovery.use_code(db, "nia", typed).account == nia.account


def test_wrong_codes_and_unknown_handles_look_alike(database: Database) -> None:
    join(database, "nia")
    said = set()
    for handle, code in (("nia", "0000-0000-0000-0000"), ("nobody", "0000-0000-0000-0000"), ("\0", "\0")):
        with database.write() as db, pytest.raises(NotAllowed) as refused:
            recovery.use_code(db, handle, code)
        said.add(str(refused.value))
    assert len(said) == 1


def test_codes_are_kept_as_hashes_and_new_ones_replace_them(database: Database) -> None:
    nia = join(database, "nia")
    with database.write() as db:
        kept = db.execute(select(recovery_codes.c.code_hash)).scalars().all()
        assert all(len(one) == 32 for one in kept)
        recovery.keep_codes(db, nia.person, recovery.new_codes())
    with database.write() as db, pytest.raises(NotAllowed):
        recovery.use_code(db, "nia", nia.recovery_codes[0])


def test_a_reset_link_gives_a_new_password_and_ends_every_session(database: Database) -> None:
    nia = join(database, "nia")
    this = signed_in(database, nia)
    with database.write() as db:
        secret = recovery.make_link(db, Purpose.RESET, now(), person=nia.person)
        other = recovery.make_link(db, Purpose.RESET, now(), person=nia.person)
    fresh = passwords.hashed("another evening walk")
    with database.write() as db:
        assert recovery.reset(db, secret, fresh, now()).account == nia.account
        assert password_hash(db, nia.person) == fresh
        assert sessions.mine(db, this, SessionKind.BROWSER) == []
    for used in (secret, other):
        with database.write() as db, pytest.raises(Gone):
            recovery.reset(db, used, fresh, now())


def test_a_link_of_one_purpose_is_of_no_use_for_another(database: Database) -> None:
    nia = join(database, "nia")
    with database.write() as db:
        secret = recovery.make_link(db, Purpose.RESET, now(), person=nia.person)
    for purpose in (Purpose.OWNER, Purpose.INVITATION):
        with database.read() as db, pytest.raises(Gone):
            recovery.peek(db, purpose, secret, now())


def test_links_end_and_are_swept(database: Database) -> None:
    with database.write() as db:
        secret = recovery.make_link(db, Purpose.INVITATION, now() - 14 * DAY)
    with database.read() as db, pytest.raises(Gone):
        recovery.peek(db, Purpose.INVITATION, secret, now())
    with database.write() as db:
        assert recovery.forget(db, now()) == 1
        assert db.execute(select(func.count()).select_from(links)).scalar_one() == 0


def test_a_link_goes_by_mail_only_where_there_is_an_address(database: Database) -> None:
    join(database, "nia", mail="nia@example.org")
    join(database, "ben")
    with database.write() as db:
        found = recovery.mail_link(db, "nia", now())
        assert recovery.mail_link(db, "ben", now()) is None
        assert recovery.mail_link(db, "nobody", now()) is None
    assert found
    address, secret = found
    assert address == "nia@example.org"
    with database.read() as db:
        link = recovery.peek(db, Purpose.RESET, secret, now())
        assert link.until <= now() + HOUR
