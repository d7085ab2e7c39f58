"""Ways back in, and the one-time links: the owner's, invitations, and the link that resets how somebody signs in."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, exists, func, insert, select, update

from onstage import ids
from onstage.accounts.doors.sessions import end_all
from onstage.accounts.models import links, people, recovery_codes
from onstage.accounts.queries import Who, person_named, personal_account
from onstage.accounts.viewer import Viewer, secret_hash
from onstage.clock import DAY, HOUR
from onstage.db.engine import Connection
from onstage.errors import Gone, NotAllowed

CODES = 10
_READ_ALIKE = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None, "u": "v"})


class Purpose(StrEnum):
    """What a one-time link is for."""

    OWNER = "owner"
    INVITATION = "invitation"
    RESET = "reset"
    GUARDIAN = "guardian"  # become a guardian of `person`
    WARD = "ward"  # sign up as somebody whose guardian `made_by` is


LASTS = {
    Purpose.OWNER: 7 * DAY,
    Purpose.INVITATION: 14 * DAY,
    Purpose.RESET: 24 * HOUR,
    Purpose.GUARDIAN: 7 * DAY,
    Purpose.WARD: 7 * DAY,
}
BY_MAIL_LASTS = HOUR


@dataclass(frozen=True)
class Link:
    """A one-time link that is still good. `person`: whose sign-in it resets; `until` in UTC microseconds."""

    purpose: Purpose
    person: int | None
    made_by: int | None
    until: int


def new_codes() -> list[str]:
    """Ten recovery codes of 80 random bits each, in groups of four."""
    words = [ids.slug() for _ in range(CODES)]
    return ["-".join(word[at : at + 4] for at in range(0, 16, 4)) for word in words]


def keep_codes(db: Connection, person: int, codes: list[str]) -> None:
    """Make these a person's codes in place of any before; only hashes are kept."""
    db.execute(delete(recovery_codes).where(recovery_codes.c.person_id == person))
    db.execute(insert(recovery_codes), [{"code_hash": _code_hash(code), "person_id": person} for code in codes])


def codes_left(db: Connection, person: int) -> int:
    """How many codes a person has not used yet."""
    counted = select(func.count()).where(recovery_codes.c.person_id == person)
    return int(db.execute(counted).scalar_one())


def use_code(db: Connection, handle: str, code: str) -> Who:
    """Come back by a code, which is used up; raises NotAllowed alike for a wrong code and an unknown handle."""
    found = person_named(db, handle)
    used = found is not None and db.execute(
        delete(recovery_codes).where(
            recovery_codes.c.code_hash == _code_hash(code), recovery_codes.c.person_id == found.person
        )
    )
    if found is None or not used or not used.rowcount:
        raise NotAllowed("This handle and this code do not belong together. Each code works once.", field="code")
    return found


def _code_hash(code: str) -> bytes:
    return hashlib.sha256(code.casefold().translate(_READ_ALIKE).encode()).digest()


def make_link(
    db: Connection,
    purpose: Purpose,
    now: int,
    *,
    person: int | None = None,
    made_by: int | None = None,
    lasts: int | None = None,
) -> str:
    """The secret of a new one-time link, good for `lasts` microseconds or what is usual for its purpose."""
    secret = ids.token()
    db.execute(
        insert(links).values(
            secret_hash=secret_hash(secret),
            purpose=purpose.value,
            person_id=person,
            made_by=made_by,
            created_at=now,
            until=now + (lasts or LASTS[purpose]),
        )
    )
    return secret


def peek(db: Connection, purpose: Purpose, secret: str, now: int) -> Link:
    """What a link is for, without using it; raises Gone when it is used, too old, or never was."""
    row = db.execute(
        select(links).where(links.c.secret_hash == secret_hash(secret), links.c.purpose == purpose.value)
    ).first()
    if row is None or row.until <= now:
        raise Gone("This link has been used or has ended. Ask for a new one.", code="link-ended")
    return Link(Purpose(row.purpose), row.person_id, row.made_by, row.until)


def take(db: Connection, purpose: Purpose, secret: str, now: int) -> Link:
    """Use a link up; of two who try at the same time one gets it. Raises Gone."""
    link = peek(db, purpose, secret, now)
    if not db.execute(delete(links).where(links.c.secret_hash == secret_hash(secret))).rowcount:
        raise Gone("This link has been used or has ended. Ask for a new one.", code="link-ended")
    return link


def has_owner(db: Connection) -> bool:
    """Whether the server has an owner."""
    return bool(db.execute(select(exists().where(people.c.is_server_owner == 1))).scalar())


def owner_link(db: Connection, now: int) -> str | None:
    """The secret of the one link with which somebody becomes the server's owner; None when there is one already."""
    if has_owner(db):
        return None
    db.execute(delete(links).where(links.c.purpose == Purpose.OWNER.value))
    return make_link(db, Purpose.OWNER, now)


def reset(db: Connection, secret: str, password_hash: str, now: int) -> Who:
    """Give the person of a reset link a new password; every session of theirs ends. Raises Gone."""
    link = take(db, Purpose.RESET, secret, now)
    assert link.person is not None
    set_password(db, link.person, password_hash)
    end_all(db, link.person)
    db.execute(delete(links).where(links.c.person_id == link.person, links.c.purpose == Purpose.RESET.value))
    return Who(link.person, personal_account(db, link.person))


def set_password(db: Connection, person: int, password_hash: str) -> None:
    """Put a new password in place of the old one."""
    db.execute(update(people).where(people.c.id == person).values(password_hash=password_hash))


def set_mail(db: Connection, viewer: Viewer, mail: str) -> None:
    """Where reset links of the viewer go; empty: nowhere."""
    db.execute(update(people).where(people.c.id == viewer.person).values(mail=mail or None))


def mail_link(db: Connection, handle: str, now: int) -> tuple[str, str] | None:
    """The address and the secret of a reset link to send there; None without an address, which nobody is told."""
    found = person_named(db, handle)
    address = found and db.execute(select(people.c.mail).where(people.c.id == found.person)).scalar()
    if found is None or not address:
        return None
    return address, make_link(db, Purpose.RESET, now, person=found.person, lasts=BY_MAIL_LASTS)


def forget(db: Connection, now: int) -> int:
    """Remove links that have ended; returns how many. The owner's link is renewed at each start."""
    return db.execute(delete(links).where(links.c.until <= now)).rowcount
