"""Signing up: a person and their personal account in one act."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import insert

from onstage import ids
from onstage.accounts.age import Accepting, Band, Choice, Row, band_of, birthday, value
from onstage.accounts.doors import passkeys, passwords, recovery
from onstage.accounts.growing import enter_age
from onstage.accounts.models import Kind, Role, accounts, members, people
from onstage.accounts.naming import check_birth_date, check_handle, check_name, check_zone
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.errors import Conflict, Gone, Invalid, NotAllowed
from onstage.events import AccountChanged
from onstage.jobs.queue import record
from onstage.keys import Keys


class SignUpPolicy(StrEnum):
    """Who may sign up."""

    OPEN = "open"
    INVITE = "invite"
    CLOSED = "closed"


@dataclass(frozen=True)
class Policy:
    """What this server asks of whoever signs up. Ages in years; `server_zone` an IANA name."""

    sign_up: SignUpPolicy
    alone_from: int
    server_zone: str
    own_account_from: int = 13
    child_sign_in: bool = True


@dataclass(frozen=True)
class Form:
    """What somebody fills in, with a password, a passkey or both. `link`: the secret of a one-time link."""

    handle: str
    name: str
    birth_date: date
    zone: str
    password: str | None = None
    passkey: "passkeys.NewPasskey | None" = None
    link: str | None = None
    link_purpose: recovery.Purpose = recovery.Purpose.INVITATION
    mail: str | None = None
    locale: str = ""


@dataclass(frozen=True)
class Ready:
    """A form that has been checked, its password hashed: what is left needs the database only."""

    form: Form
    handle: str
    name: str
    band: Band
    band_until: int | None
    is_alone: bool
    password_hash: str | None
    codes: list[str]


@dataclass(frozen=True)
class SignedUp:
    """A new person and their account, and the recovery codes, which are shown this once.

    `guardian`: by whose link a minor came; they become their carer.
    """

    person: int
    account: int
    handle: str
    recovery_codes: list[str]
    guardian: int | None = None


class TooYoung(NotAllowed):
    """Below the age from which one may have an account alone; nothing of the form is kept."""

    code = "too-young"


def prepare(form: Form, policy: Policy, now: int) -> Ready:
    """Check a form and hash its password: slow, so outside any unit of work. Raises Invalid or TooYoung."""
    handle, name = check_handle(form.handle), check_name(form.name or form.handle)
    check_zone(form.zone)
    check_birth_date(form.birth_date, now)
    zones = (form.zone, policy.server_zone)
    is_alone = now >= birthday(form.birth_date, policy.alone_from, zones, loosening=True)
    with_guardian = form.link is not None and form.link_purpose is recovery.Purpose.WARD
    least = min(policy.own_account_from, policy.alone_from) if with_guardian else policy.alone_from
    if now < birthday(form.birth_date, least, zones, loosening=True):
        raise TooYoung("You can't have an account of your own here yet. Nothing that you filled in was kept.")
    band, until = band_of(form.birth_date, *zones, now)
    if form.password is None and form.passkey is None:
        raise Invalid("Choose a password or a passkey to sign in with.", field="password")
    if form.password is not None:
        passwords.check(form.password, handle)
    password_hash = None if form.password is None else passwords.hashed(form.password)
    return Ready(form, handle, name, band, until, is_alone, password_hash, recovery.new_codes())


def sign_up(db: Connection, keys: Keys, policy: Policy, ready: Ready, now: int) -> SignedUp:
    """Make the person and their account. Raises Conflict (handle taken), NotAllowed (policy) or Gone (link)."""
    link = _may_sign_up(db, policy, ready.form, now)
    person = ready.form.passkey.person if ready.form.passkey else ids.new()
    form = ready.form
    db.execute(
        insert(people).values(
            id=person,
            birth_date=form.birth_date.isoformat(),
            zone=form.zone,
            band=ready.band.value,
            band_until=ready.band_until,
            alone=int(ready.is_alone),
            password_hash=ready.password_hash,
            mail=form.mail or None,
            locale=form.locale,
            is_server_owner=int(link is not None and link.purpose is recovery.Purpose.OWNER),
            created_at=now,
        )
    )
    account = open_account(db, person, ready.handle, ready.name, ready.band, now)
    if form.passkey:
        passkeys.keep(db, form.passkey, now)
    recovery.keep_codes(db, person, ready.codes)
    record(db, AccountChanged(account))
    if ready.band is not Band.ADULT:
        enter_age(db, keys, person, ready.band, None, "joined")
    by_guardian = link is not None and link.purpose is recovery.Purpose.WARD and ready.band is not Band.ADULT
    return SignedUp(person, account, ready.handle, ready.codes, link.made_by if link and by_guardian else None)


def _may_sign_up(db: Connection, policy: Policy, form: Form, now: int) -> recovery.Link | None:
    """Use up the link where there is one; gives it."""
    if form.link is not None:
        link = recovery.take(db, form.link_purpose, form.link, now)
        if link.purpose is recovery.Purpose.OWNER and recovery.has_owner(db):
            raise Gone("This server has an owner already.", code="link-ended")
        return link
    if policy.sign_up is SignUpPolicy.INVITE:
        raise NotAllowed("This server is by invitation. Ask somebody here for a link.", code="invitation-needed")
    if policy.sign_up is SignUpPolicy.CLOSED:
        raise NotAllowed("This server takes no new people at the moment.", code="sign-up-closed")
    return None


def open_account(db: Connection, person: int, handle: str, name: str, band: Band, now: int) -> int:
    """The personal account of somebody new, as careful as their age asks for; raises Conflict (handle taken)."""
    account = ids.new()
    new = insert_missing(
        db,
        accounts,
        id=account,
        handle=handle,
        name=name,
        kind=Kind.PERSONAL.value,
        hand_accepts=int(value(Row.HAND_ACCEPTS, band) is not Accepting.AT_ONCE),
        counts_shown=int(value(Row.COUNTS_SHOWN, band) is Choice.YES),
        created_at=now,
    )
    if not new:
        raise Conflict("This handle is taken. Choose another.", field="handle", code="handle-taken")
    db.execute(insert(members).values(account_id=account, person_id=person, role=Role.OWNER.value, since=now))
    return account
