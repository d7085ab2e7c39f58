"""Children who come with a guardian: under 13 a full guardian makes their sign-in, from 13 they sign up by its link."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, update

from onstage import ids
from onstage.accounts import ledger, notices
from onstage.accounts.age import Band, band_of
from onstage.accounts.doors import recovery
from onstage.accounts.doors.recovery import Purpose
from onstage.accounts.doors.sessions import end_all
from onstage.accounts.growing import enter_age
from onstage.accounts.guardians import guarding
from onstage.accounts.ledger import Entry
from onstage.accounts.models import people
from onstage.accounts.naming import check_birth_date, check_handle, check_name, check_zone
from onstage.accounts.notices import Notice
from onstage.accounts.permissions import band, need_guardian
from onstage.accounts.queries import has_sign_in
from onstage.accounts.signup import Policy, open_account
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import Conflict, Invalid, NotAllowed
from onstage.keys import Keys

_OF_GUARDIANS = frozenset({Band.UNDER_13, Band.FROM_13})


@dataclass(frozen=True)
class ChildForm:
    """What a guardian fills in for a child under 13."""

    handle: str
    name: str
    birth_date: date
    zone: str


def add(db: Connection, keys: Keys, viewer: Viewer, form: ChildForm, policy: Policy, now: int) -> int:
    """A child under 13, with an account and without a way to sign in yet; the viewer is their carer. Gives the person.

    Raises Invalid, Conflict (handle taken), and NotAllowed where this server has no sign-ins for children.
    """
    if not policy.child_sign_in:
        raise NotAllowed("This server has no accounts for children under 13.", code="no-children")
    if viewer.band is not Band.ADULT or viewer.person is None:
        raise NotAllowed("A guardian is an adult.", code="age")
    handle, name = check_handle(form.handle), check_name(form.name or form.handle)
    check_zone(form.zone)
    check_birth_date(form.birth_date, now)
    theirs, until = band_of(form.birth_date, form.zone, policy.server_zone, now)
    if theirs is not Band.UNDER_13:
        raise Invalid("From 13 on they sign up themselves, by a link that you make for them.", field="birth_date")
    child = ids.new()
    db.execute(
        insert(people).values(
            id=child,
            birth_date=form.birth_date.isoformat(),
            zone=form.zone,
            band=theirs.value,
            band_until=until,
            created_at=now,
        )
    )
    open_account(db, child, handle, name, theirs, now)
    enter_age(db, keys, child, theirs, viewer.person, "joined")
    guarding.begin_for(db, keys, viewer.person, child, viewer.person, now)
    return child


def open_sign_in(db: Connection, keys: Keys, viewer: Viewer, child: int, password_hash: str, now: int) -> list[str]:
    """Let a child sign in for the first time, by a password; gives their recovery codes, shown this once.

    Takes a full guardian. Raises NotFound, NotAllowed, and Conflict when they sign in already.
    """
    need_guardian(db, viewer, child, full=True)
    if has_sign_in(db, child):
        raise Conflict("They can sign in already. You can give them a new password.", code="signs-in-already")
    recovery.set_password(db, child, password_hash)
    codes = recovery.new_codes()
    recovery.keep_codes(db, child, codes)
    notices.tell(db, [child], Notice.SIGN_IN_MADE, now, about=child, by=viewer.person)
    ledger.append(db, keys, Entry(ledger.Act.SIGN_IN_MADE, viewer.person, about=(child,)))
    return codes


def reset_sign_in(db: Connection, keys: Keys, viewer: Viewer, child: int, password_hash: str, now: int) -> None:
    """A new password for a child under 16 who has lost theirs: they are told, and are signed out everywhere.

    For seven days no no of theirs can be lifted (consent.md R10). Takes a full guardian. Raises NotFound or NotAllowed.
    """
    need_guardian(db, viewer, child, full=True)
    if band(db, child) not in _OF_GUARDIANS:
        raise NotAllowed("From 16 on they have their own ways back in.", code="age")
    if not has_sign_in(db, child):
        raise Conflict("They have no way to sign in yet.", code="no-sign-in")
    recovery.set_password(db, child, password_hash)
    end_all(db, child)
    db.execute(update(people).where(people.c.id == child).values(reset_at=now))
    notices.tell(db, [child], Notice.SIGN_IN_RESET, now, about=child, by=viewer.person)
    ledger.append(db, keys, Entry(ledger.Act.SIGN_IN_RESET, viewer.person, about=(child,)))


def ward_link(db: Connection, viewer: Viewer, now: int) -> str:
    """The secret of a one-time link with which somebody from 13 signs up, whose carer the viewer then is."""
    if viewer.band is not Band.ADULT:
        raise NotAllowed("A guardian is an adult.", code="age")
    return recovery.make_link(db, Purpose.WARD, now, made_by=viewer.person)
