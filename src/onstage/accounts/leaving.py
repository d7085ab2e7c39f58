"""Leaving: a person goes, and everything that is theirs goes with them, in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select

from onstage.accounts.models import Kind, Role, accounts, members, people
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import Conflict


@dataclass(frozen=True)
class Subject:
    """Whose traces go: a person, and the accounts that end with them."""

    person: int
    accounts: tuple[int, ...]


Purger = Callable[[Connection, Subject], int]
"""Removes what a layer keeps about a subject and returns how many rows that were; called from the top layer down."""


def leave(db: Connection, viewer: Viewer, purgers: Sequence[Purger]) -> Subject:
    """Remove the viewer for good. Joint accounts stay with those who run them.

    Raises Conflict while the viewer is the only owner of a joint account that others belong to.
    """
    assert viewer.person is not None
    _hand_over_first(db, viewer.person)
    return erase(db, viewer.person, purgers)


def erase(db: Connection, person: int, purgers: Sequence[Purger]) -> Subject:
    """Remove a person, the accounts that end with them, and what every layer keeps about either."""
    subject = Subject(person, _ending_accounts(db, person))
    for purge in purgers:
        purge(db, subject)
    purge_accounts(db, subject)
    return subject


def purge_accounts(db: Connection, subject: Subject) -> int:
    """The purger of this layer, the last one: rows that hang on the person or the accounts go by cascade."""
    gone = db.execute(delete(accounts).where(accounts.c.id.in_(subject.accounts))).rowcount
    return gone + db.execute(delete(people).where(people.c.id == subject.person)).rowcount


def _ending_accounts(db: Connection, person: int) -> tuple[int, ...]:
    """The accounts with no other member: the personal one, and joint ones where everyone else has left."""
    others = members.alias()
    alone = ~exists().where(others.c.account_id == members.c.account_id, others.c.person_id != person)
    return tuple(db.execute(select(members.c.account_id).where(members.c.person_id == person, alone)).scalars())


def _hand_over_first(db: Connection, person: int) -> None:
    others = members.alias()
    owners = select(func.count()).where(
        others.c.account_id == accounts.c.id, others.c.role == Role.OWNER.value, others.c.person_id != person
    )
    belonging = select(func.count()).where(others.c.account_id == accounts.c.id, others.c.person_id != person)
    handle = db.execute(
        select(accounts.c.handle)
        .join_from(accounts, members, members.c.account_id == accounts.c.id)
        .where(
            members.c.person_id == person,
            members.c.role == Role.OWNER.value,
            accounts.c.kind == Kind.JOINT.value,
            owners.scalar_subquery() == 0,
            belonging.scalar_subquery() > 0,
        )
    ).scalar()
    if handle is not None:
        raise Conflict(
            "You are the only owner of @%(handle)s. Make somebody else an owner first.",
            code="last-owner",
            handle=handle,
        )
