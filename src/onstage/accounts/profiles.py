"""What others see of an account, and changing it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update

from onstage.accounts import permissions
from onstage.accounts.models import Kind, Role, accounts, follows, members
from onstage.accounts.naming import check_handle, check_name, is_free
from onstage.accounts.queries import by_handle, need, own_account
from onstage.accounts.relations import Relation, relation
from onstage.accounts.roles import Act
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import Conflict, Invalid
from onstage.events import AccountChanged
from onstage.jobs.queue import record
from onstage.text import clean

BIO_LENGTH = 500


@dataclass(frozen=True)
class Profile:
    """An account as this viewer sees it; the counts are None where the account keeps them to itself."""

    id: int
    handle: str
    name: str
    bio: str
    kind: Kind
    avatar: str | None
    followers: int | None
    following: int | None
    hand_accepts: bool
    counts_shown: bool
    mine: bool
    relation: Relation
    created_at: int


@dataclass(frozen=True)
class Own:
    """An account that the viewer may act as."""

    id: int
    handle: str
    name: str
    kind: Kind
    role: Role
    avatar: str | None


@dataclass(frozen=True)
class Changes:
    """What is to be new; None: stays as it is."""

    name: str | None = None
    bio: str | None = None
    handle: str | None = None
    hand_accepts: bool | None = None
    counts_shown: bool | None = None


def profile(db: Connection, viewer: Viewer, handle: str) -> Profile:
    """The profile behind a handle; raises NotFound, also for an account that has blocked this viewer."""
    account = by_handle(db, viewer, handle)
    member = select(members.c.role).where(members.c.account_id == account["id"], members.c.person_id == viewer.person)
    mine = viewer.signed_in and db.execute(member).first() is not None
    counted = mine or bool(account["counts_shown"])
    return Profile(
        id=account["id"],
        handle=account["handle"],
        name=account["name"],
        bio=account["bio"],
        kind=Kind(account["kind"]),
        avatar=account["avatar"],
        followers=_count(db, follows.c.target_id == account["id"]) if counted else None,
        following=_count(db, follows.c.follower_id == account["id"]) if counted else None,
        hand_accepts=bool(account["hand_accepts"]),
        counts_shown=bool(account["counts_shown"]),
        mine=mine,
        relation=relation(db, viewer, account["id"]),
        created_at=account["created_at"],
    )


def _count(db: Connection, whose: ColumnElement[bool]) -> int:
    return int(db.execute(select(func.count()).where(whose, follows.c.accepted == 1)).scalar_one())


def own_accounts(db: Connection, viewer: Viewer) -> list[Own]:
    """The accounts that the viewer is a member of, the personal one first."""
    return accounts_of(db, viewer.person or 0)


def accounts_of(db: Connection, person: int) -> list[Own]:
    """The accounts that a person is a member of, the personal one first."""
    rows = db.execute(
        select(accounts.c.id, accounts.c.handle, accounts.c.name, accounts.c.kind, members.c.role, accounts.c.avatar)
        .join_from(accounts, members, members.c.account_id == accounts.c.id)
        .where(members.c.person_id == person)
        .order_by(accounts.c.kind.desc(), accounts.c.id)
    )
    return [Own(id_, handle, name, Kind(kind), Role(role), avatar) for id_, handle, name, kind, role, avatar in rows]


def checked(db: Connection, viewer: Viewer, changes: Changes) -> dict[str, str]:
    """The name, bio and handle that are to be new, in the form in which they are kept.

    Raises Invalid, Conflict (handle taken) or NotAllowed.
    """
    new: dict[str, str] = {}
    if changes.name is not None or changes.bio is not None:
        need(db, viewer, Act.DESCRIBE)
    if changes.name is not None:
        new["name"] = check_name(changes.name)
    if changes.bio is not None:
        new["bio"] = check_bio(changes.bio)
    if changes.handle is not None:
        new["handle"] = _new_handle(db, viewer, changes.handle)
    return new


def show(db: Connection, account: int, **new: str | None) -> None:
    """Have an account show another name, handle, bio or picture from now on."""
    db.execute(update(accounts).where(accounts.c.id == account).values(new))
    record(db, AccountChanged(account))


def switch(db: Connection, viewer: Viewer, changes: Changes) -> None:
    """Who follows the account that the viewer acts as, and whether its counts are shown. Raises NotAllowed."""
    if changes.hand_accepts is not None:
        permissions.set_hand_accepts(db, viewer, changes.hand_accepts)
    if changes.counts_shown is not None:
        permissions.set_counts_shown(db, viewer, changes.counts_shown)


def check_bio(bio: str) -> str:
    """A bio as it is kept: at most 500 characters; raises Invalid."""
    cleaned = clean(bio)
    if len(cleaned) > BIO_LENGTH:
        raise Invalid("A bio has at most %(most)s characters.", field="bio", most=BIO_LENGTH)
    return cleaned


def _new_handle(db: Connection, viewer: Viewer, handle: str) -> str:
    need(db, viewer, Act.RENAME)
    wanted = check_handle(handle)
    if wanted != own_account(db, viewer)["handle"] and not is_free(db, wanted):
        raise Conflict("This handle is taken. Choose another.", field="handle", code="handle-taken")
    return wanted
