"""The queue: enqueue, claim under a lease, keep or lose it, finish. A commit of whoever lost the lease fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update

from onstage import ids
from onstage.clock import SECOND, now
from onstage.db.engine import Connection, known
from onstage.db.inserts import insert_missing
from onstage.events import Event, Fact
from onstage.jobs.models import Lane, jobs
from onstage.jobs.owner import is_dead
from onstage.jobs.wake import ring

LEASE = 60 * SECOND
EVENT = "event"
NO_ROOM = "no room"
_LONGEST_PAUSE = 600 * SECOND
_ROOM_PAUSE = 20 * SECOND


class LeaseLost(Exception):
    """Another worker has this job now, or it was called off; nothing of this transaction counts."""


@dataclass(frozen=True)
class Claim:
    """A job in somebody's hands: owner and attempt are the fence that each of its commits passes."""

    id: int
    lane: Lane
    kind: str
    key: str | None
    subject: int | None
    person: int | None
    payload: dict[str, Any]
    period: int | None
    attempt: int
    owner: str
    memo: dict[str, Any]


def enqueue(
    db: Connection,
    kind: str,
    payload: Mapping[str, object],
    *,
    lane: Lane = Lane.GENERAL,
    subject: int | None = None,
    person: int | None = None,
    key: str | None = None,
    due_at: int | None = None,
    period: int | None = None,
) -> bool:
    """Have something done once this transaction commits, at `due_at` or at once; False: another job has this `key`.

    `payload` is JSON. People take turns in a lane: somebody's second job waits for others' first.
    """
    moment = now()
    is_new = insert_missing(
        db,
        jobs,
        id=ids.new(),
        lane=lane.value,
        kind=kind,
        key=key,
        subject_id=subject,
        person_id=person,
        payload=msgspec.json.encode(payload).decode(),
        turn=_turn(db, lane, person, moment),
        due_at=moment if due_at is None else due_at,
        period=period,
        created_at=moment,
    )
    if not is_new:
        return False
    if due_at is None or due_at <= moment:
        ring(db)
    return True


def _turn(db: Connection, lane: Lane, person: int | None, moment: int) -> int:
    """Start-time fair queueing: the turn that is on now, or the one after this person's last."""
    waiting = select(jobs.c.turn).where(jobs.c.lane == lane, jobs.c.due_at <= moment)
    on_now: int = db.execute(waiting.order_by(jobs.c.turn).limit(1)).scalar() or 0
    if person is None:
        return on_now
    last = db.execute(select(func.max(jobs.c.turn)).where(jobs.c.lane == lane, jobs.c.person_id == person)).scalar()
    return on_now if last is None else max(on_now, last + 1)


def record(db: Connection, event: Event) -> None:
    """Tell the subscribers: of a fact in this transaction, before it commits; of all else each at least once, after it.

    The job table is the outbox.
    """
    if isinstance(event, Fact):
        known(db, event)
        return
    enqueue(db, EVENT, {"name": type(event).__name__, "fields": msgspec.to_builtins(event)})


def cancel(db: Connection, key: str) -> bool:
    """Call off a job that nobody has begun; False: it has begun or there is none.

    One that was given back at a shutdown counts as begun once a step of it is done.
    """
    untouched = jobs.c.owner.is_(None) & (jobs.c.attempt == 0) & (jobs.c.memo == "{}")
    return db.execute(delete(jobs).where(jobs.c.key == key, untouched)).rowcount == 1


def due_lanes(db: Connection) -> set[Lane]:
    """The lanes in which something can be claimed now."""
    return {Lane(lane) for (lane,) in db.execute(select(jobs.c.lane).where(_claimable(now())).distinct())}


def _claimable(moment: int) -> ColumnElement[bool]:
    return (jobs.c.due_at <= moment) & or_(jobs.c.owner.is_(None), jobs.c.lease_until < moment)


def claim(db: Connection, lane: Lane, owner: str) -> Claim | None:
    """Take the next due job of a lane for LEASE microseconds."""
    moment = now()
    wanted = (jobs.c.lane == lane) & _claimable(moment)
    if lane is Lane.LADDER:  # nobody's clip gets its second rendition while another waits for its first
        urgent = jobs.alias()
        waits = (urgent.c.lane == Lane.PUBLISH) & urgent.c.owner.is_(None) & (urgent.c.due_at <= moment)
        wanted &= ~exists().where(waits)
    following = (
        select(jobs.c.id).where(wanted).order_by(jobs.c.turn, jobs.c.id).limit(1).with_for_update(skip_locked=True)
    )
    taken = db.execute(
        update(jobs)
        .where(jobs.c.id == following.scalar_subquery())
        .values(owner=owner, lease_until=moment + LEASE, attempt=jobs.c.attempt + 1)
        .returning(
            jobs.c.id,
            jobs.c.lane,
            jobs.c.kind,
            jobs.c.key,
            jobs.c.subject_id,
            jobs.c.person_id,
            jobs.c.payload,
            jobs.c.period,
            jobs.c.attempt,
            jobs.c.owner,
            jobs.c.memo,
        )
    ).first()
    if taken is None:
        return None
    job, lane_name, kind, key, subject, person, payload, period, attempt, _, memo = taken
    read = msgspec.json.decode
    return Claim(job, Lane(lane_name), kind, key, subject, person, read(payload), period, attempt, owner, read(memo))


def _mine(job: Claim) -> ColumnElement[bool]:
    return (jobs.c.id == job.id) & (jobs.c.owner == job.owner) & (jobs.c.attempt == job.attempt)


def hold_on(db: Connection, job: Claim, **values: object) -> None:
    """Keep the lease for another LEASE and set columns of the job; first in each of its transactions.

    Raises LeaseLost, upon which the transaction must not commit.
    """
    if db.execute(update(jobs).where(_mine(job)).values(lease_until=now() + LEASE, **values)).rowcount != 1:
        raise LeaseLost


def extend(db: Connection, owner: str, running: Sequence[int]) -> None:
    """The heartbeat: keep the leases of the jobs that run in this process."""
    db.execute(update(jobs).where(jobs.c.owner == owner, jobs.c.id.in_(running)).values(lease_until=now() + LEASE))


def finish(db: Connection, job: Claim) -> None:
    """The job is done: forget it, or have it done again after its period. Raises LeaseLost."""
    if job.period is not None:
        _return(db, job, due_at=now() + job.period, attempt=0, memo="{}", error=None)
    elif db.execute(delete(jobs).where(_mine(job))).rowcount != 1:
        raise LeaseLost


def put_back(db: Connection, job: Claim, error: str, *, give_up: bool) -> None:
    """The job failed: try again after 1, 2, 4 … at most 600 seconds, or never. What was memoised stays."""
    pause = min(SECOND << min(job.attempt - 1, 20), _LONGEST_PAUSE)
    _return(db, job, due_at=None if give_up else now() + pause, error=error[:2000])


def wait_for_room(db: Connection, job: Claim) -> None:
    """The disk was full: try again soon, as often as it takes; that was no attempt."""
    _return(db, job, due_at=now() + _ROOM_PAUSE, attempt=jobs.c.attempt - 1, error="The disk is full.", step=NO_ROOM)


def _return(db: Connection, job: Claim, **values: object) -> None:
    values = {"owner": None, "lease_until": None, "step": "", "percent": 0} | values
    if db.execute(update(jobs).where(_mine(job)).values(**values)).rowcount != 1:
        raise LeaseLost


def release(db: Connection, owner: str) -> None:
    """Give back what this process has, as if it had never been begun; for a shutdown."""
    values = {"owner": None, "lease_until": None, "attempt": jobs.c.attempt - 1}
    db.execute(update(jobs).where(jobs.c.owner == owner).values(values))


def free_dead(db: Connection) -> int:
    """Free at once what processes of this host had when they were killed; gives how many jobs."""
    owners = db.execute(select(jobs.c.owner).where(jobs.c.owner.is_not(None)).distinct()).scalars()
    dead = [owner for owner in owners if is_dead(owner)]
    if not dead:
        return 0
    return db.execute(update(jobs).where(jobs.c.owner.in_(dead)).values(owner=None, lease_until=None)).rowcount


def waiting(db: Connection) -> dict[Lane, int]:
    """How many jobs wait or run, by lane."""
    counts = {row[0]: row[1] for row in db.execute(select(jobs.c.lane, func.count()).group_by(jobs.c.lane))}
    return {lane: counts.get(lane, 0) for lane in Lane}
