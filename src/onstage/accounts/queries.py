"""Reads of accounts; whoever is blocked by an account finds nothing there."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, exists, select

from onstage.accounts.age import Band
from onstage.accounts.models import Kind, Role, accounts, blocks, members, passkeys, people, sessions
from onstage.accounts.roles import Act, may
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import NotAllowed, NotFound
from onstage.text import HANDLE


@dataclass(frozen=True)
class Who:
    """A person, and their personal account to act as."""

    person: int
    account: int


def known_to(viewer: Viewer, account: ColumnElement[Any] = accounts.c.id) -> ColumnElement[bool]:
    """The condition under which an account exists for this viewer: it has blocked none of the person's accounts."""
    if not viewer.signed_in:
        return account.is_not(None)
    return ~exists(
        select(1)
        .select_from(blocks.join(members, members.c.account_id == blocks.c.blocked_id))
        .where(blocks.c.blocker_id == account, members.c.person_id == viewer.person)
    )


def kept_form(handle: str) -> str:
    """A handle as it is kept; what can't be one becomes the empty word, which nobody has."""
    folded = handle.strip().removeprefix("@").lower()
    return folded if HANDLE.fullmatch(folded) else ""


def by_handle(db: Connection, viewer: Viewer, handle: str) -> RowMapping:
    """The account of that handle; raises NotFound alike for "there is none" and "it has blocked you"."""
    named = accounts.c.handle == kept_form(handle)
    row = db.execute(select(accounts).where(named, known_to(viewer))).first()
    if row is None:
        raise NotFound("There is nobody of that name here.")
    return row._mapping


def own_account(db: Connection, viewer: Viewer) -> RowMapping:
    """The account that the viewer acts as."""
    return db.execute(select(accounts).where(accounts.c.id == viewer.account)).one()._mapping


def role_in(db: Connection, account: int | None, person: int | None) -> Role | None:
    """A person's role in an account; None: they are no member."""
    theirs = select(members.c.role).where(members.c.account_id == account, members.c.person_id == person)
    role = db.execute(theirs).scalar()
    return None if role is None else Role(role)


def need(db: Connection, viewer: Viewer, act: Act, account: int | None = None) -> None:
    """Raise NotAllowed unless the viewer may do this in the account, by default the one they act as."""
    role = role_in(db, viewer.account if account is None else account, viewer.person)
    if may(role, act, viewer.band):
        return
    if may(role, act, Band.ADULT):
        raise NotAllowed("At your age this is for an adult of this account to do.", code="age")
    raise NotAllowed("Only those who run this account can do this.")


def person_named(db: Connection, handle: str) -> Who | None:
    """The person behind the personal account of that handle, for signing in; blocks don't count here."""
    row = db.execute(
        select(members.c.person_id, accounts.c.id)
        .join_from(accounts, members, members.c.account_id == accounts.c.id)
        .where(accounts.c.handle == kept_form(handle), accounts.c.kind == Kind.PERSONAL.value)
    ).first()
    return Who(*row) if row else None


def personal_account(db: Connection, person: int) -> int:
    """The account that came with the person."""
    found = db.execute(
        select(accounts.c.id)
        .join_from(accounts, members, members.c.account_id == accounts.c.id)
        .where(members.c.person_id == person, accounts.c.kind == Kind.PERSONAL.value)
    ).scalar_one()
    return int(found)


def name_of(db: Connection, person: int) -> str:
    """The name that a person goes by."""
    found = select(accounts.c.name).where(accounts.c.id == personal_account(db, person))
    return str(db.execute(found).scalar_one())


def password_hash(db: Connection, person: int) -> str | None:
    """What is kept of a person's password; None for those who sign in with passkeys only."""
    return db.execute(select(people.c.password_hash).where(people.c.id == person)).scalar()


def has_sign_in(db: Connection, person: int) -> bool:
    """Whether somebody is signed in somewhere, or can sign in by a password or a passkey."""
    keyed, here = exists().where(passkeys.c.person_id == person), exists().where(sessions.c.person_id == person)
    return password_hash(db, person) is not None or bool(db.execute(select(keyed | here)).scalar())


def has_avatar(db: Connection, viewer: Viewer, key: str) -> bool:
    """Whether an object is the avatar of an account that exists for this viewer."""
    return db.execute(select(accounts.c.id).where(accounts.c.avatar == key, known_to(viewer))).first() is not None


def person_mail(db: Connection, viewer: Viewer) -> str:
    """The viewer's mail address; empty: none."""
    return db.execute(select(people.c.mail).where(people.c.id == viewer.person)).scalar() or ""
