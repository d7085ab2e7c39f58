"""Who is here, for whoever runs the machine: the list of people, and whose server it is."""

from dataclasses import dataclass

from sqlalchemy import func, select, update

from onstage.accounts.models import Kind, accounts, members, people, sessions
from onstage.db.engine import Connection


@dataclass(frozen=True)
class Person:
    """One line of the list; instants in UTC microseconds. `seen_at`: None for somebody who is signed in nowhere."""

    handle: str
    name: str
    is_server_owner: bool
    since: int
    seen_at: int | None


def everybody(db: Connection) -> list[Person]:
    """Everyone with an account, in the order in which they came."""
    seen = select(func.max(sessions.c.seen_at)).where(sessions.c.person_id == people.c.id).scalar_subquery()
    rows = db.execute(
        select(accounts.c.handle, accounts.c.name, people.c.is_server_owner, people.c.created_at, seen)
        .join_from(people, members, members.c.person_id == people.c.id)
        .join(accounts, accounts.c.id == members.c.account_id)
        .where(accounts.c.kind == Kind.PERSONAL.value)
        .order_by(people.c.created_at, people.c.id)
    )
    return [Person(handle, name, bool(owner), since, seen_at) for handle, name, owner, since, seen_at in rows]


def is_empty(db: Connection) -> bool:
    """Whether nobody has signed up yet."""
    return db.execute(select(people.c.id).limit(1)).first() is None


def make_owner(db: Connection, person: int) -> None:
    """Give the server to this person; whoever had it has it no longer."""
    db.execute(update(people).where(people.c.is_server_owner == 1).values(is_server_owner=0))
    db.execute(update(people).where(people.c.id == person).values(is_server_owner=1))
