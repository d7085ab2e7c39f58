"""Jobs that were tried often enough: they wait for the server's owner to see them."""

from dataclasses import dataclass

from sqlalchemy import select, update

from onstage.clock import now
from onstage.db.engine import Connection
from onstage.jobs.models import jobs
from onstage.jobs.wake import ring

_GIVEN_UP = jobs.c.due_at.is_(None)


@dataclass(frozen=True)
class GivenUp:
    """A job nobody tries any more: what it was, how often it was tried, what it ran into the last time."""

    id: int
    kind: str
    attempts: int
    error: str


def given_up(db: Connection) -> list[GivenUp]:
    """All of them, oldest first."""
    columns = (jobs.c.id, jobs.c.kind, jobs.c.attempt, jobs.c.error)
    rows = db.execute(select(*columns).where(_GIVEN_UP).order_by(jobs.c.id))
    return [GivenUp(job, kind, attempts, error or "") for job, kind, attempts, error in rows]


def try_again(db: Connection) -> int:
    """Have all of them done after all, from the step that failed; gives how many."""
    count = db.execute(update(jobs).where(_GIVEN_UP).values(due_at=now(), attempt=0)).rowcount
    if count:
        ring(db)
    return count
