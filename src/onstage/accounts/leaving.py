"""Leaving: a person goes, and everything that is theirs goes with them, in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select

from onstage.accounts.age import Band
from onstage.accounts.models import Kind, Role, accounts, challenges, members, people
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import Conflict

NOBODY = 0


@dataclass(frozen=True)
class Subject:
    """What goes: a person (or NOBODY), the accounts that end, single clips; and with them all that hangs on them.

    `asked_by` had it deleted, where that is not the person; `receipt` is the one that is signed in the end; `in_journal`:
    the journal of deletions has it already.
    """

    person: int
    accounts: tuple[int, ...] = ()
    clips: tuple[int, ...] = ()
    asked_by: int | None = None
    receipt: int | None = None
    in_journal: bool = False


@dataclass(frozen=True)
class Purger:
    """What a layer keeps about a subject goes by it; `remove` gives how many rows that were. Called top layer first."""

    layer: str
    remove: Callable[[Connection, Subject], int]

    def __call__(self, db: Connection, subject: Subject) -> int:
        """Remove."""
        return self.remove(db, subject)


def leave(db: Connection, viewer: Viewer, purgers: Sequence[Purger], receipt: int | None = None) -> Subject:
    """Remove the viewer for good, to be told by `receipt`. Joint accounts stay with those who run them.

    Raises Conflict while the viewer is the only owner of a joint account that others belong to.
    """
    assert viewer.person is not None
    _hand_over_first(db, viewer.person)
    return erase(db, viewer.person, purgers, receipt)


def erase(db: Connection, person: int, purgers: Sequence[Purger], receipt: int | None = None) -> Subject:
    """Remove a person, the accounts that end with them, and what every layer keeps about either."""
    subject = Subject(person, _ending_accounts(db, person), receipt=receipt)
    purge(db, subject, purgers)
    return subject


def purge(db: Connection, subject: Subject, purgers: Sequence[Purger]) -> int:
    """Remove what every layer keeps about a subject; gives how many rows. What lies outside the database follows."""
    return sum(purger(db, subject) for purger in purgers)


def purge_accounts(db: Connection, subject: Subject) -> int:
    """The purger of this layer: rows that hang on the person or the accounts go by cascade."""
    db.execute(delete(challenges).where(challenges.c.person_id == subject.person))
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
        others.c.account_id == accounts.c.id,
        others.c.role == Role.OWNER.value,
        others.c.person_id != person,
        exists().where(people.c.id == others.c.person_id, people.c.band == Band.ADULT.value),
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
