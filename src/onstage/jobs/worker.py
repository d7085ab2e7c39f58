"""Workers: a thread for each lane takes jobs and runs them step by step; finished steps are never done twice."""

import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from onstage import events
from onstage.clock import SECOND, now
from onstage.db.engine import Connection, Database
from onstage.errors import NoRoom
from onstage.jobs import queue
from onstage.jobs.models import Lane
from onstage.jobs.owner import this_process
from onstage.jobs.wake import Bell, listen

_log = logging.getLogger("onstage.jobs")
_HEARTBEAT = 15.0
_LAST_WORDS = 2.0

Result = TypeVar("Result")


class Job:
    """A job that runs now, as its kind's function sees it."""

    def __init__(self, database: Database, claim: queue.Claim) -> None:
        self._database = database
        self._claim = claim
        self._memo = dict(claim.memo)
        self._told_at = 0
        self.id = claim.id
        self.attempt = claim.attempt
        self.payload: Mapping[str, Any] = claim.payload
        self.subject = claim.subject
        self.person = claim.person

    def read(self) -> AbstractContextManager[Connection]:
        """A reading unit of work, for a step that has to look something up."""
        return self._database.read()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A unit of work that commits only while the lease is held; raises LeaseLost otherwise."""
        with self._database.write() as db:
            queue.hold_on(db, self._claim)
            yield db

    def step(self, name: str, kind: type[Result], act: Callable[[], Result]) -> Result:
        """Do something outside any unit of work, once: a later attempt gets the result that was kept (as JSON)."""
        if name in self._memo:
            return msgspec.convert(self._memo[name], kind)
        result = act()
        with self._database.write() as db:
            self._keep(db, name, result)
        return result

    def change(self, name: str, kind: type[Result], act: Callable[[Connection], Result]) -> Result:
        """Do something in a unit of work, exactly once: the result is kept in the same transaction."""
        if name in self._memo:
            return msgspec.convert(self._memo[name], kind)
        with self.write() as db:
            result = act(db)
            self._keep(db, name, result)
        return result

    def _keep(self, db: Connection, name: str, result: object) -> None:
        memo = {**self._memo, name: msgspec.to_builtins(result)}
        queue.hold_on(db, self._claim, memo=msgspec.json.encode(memo).decode())
        self._memo = memo

    def tell(self, step: str, percent: int = 0) -> None:
        """Say how far it is, for whoever waits; within a step at most once a second. Raises LeaseLost."""
        if percent and now() - self._told_at < SECOND:
            return
        self._told_at = now()
        with self._database.write() as db:
            queue.hold_on(db, self._claim, step=step, percent=percent)


@dataclass(frozen=True)
class Kind:
    """What a job of this kind does, and how often it is tried.

    Then `gave_up` has the last word; without one the row stays for the server's owner to see.
    """

    run: Callable[[Job], None]
    attempts: int = 15
    gave_up: Callable[[Job], None] | None = None


Subscriber = Callable[[Connection, Any], None]


def deliver(subscribers: Mapping[type[events.Event], Sequence[Subscriber]]) -> Kind:
    """The kind that brings recorded events to their subscribers, to each in a unit of work of its own, exactly once."""
    by_name = {event.__name__: (event, called) for event, called in subscribers.items()}

    def run(job: Job) -> None:
        event, called = by_name.get(job.payload["name"], (events.Event, ()))
        for subscriber in called:
            happened = msgspec.convert(job.payload["fields"], event)
            job.change(f"{subscriber.__module__}.{subscriber.__qualname__}", type(None), _bind(subscriber, happened))

    return Kind(run)


def _bind(subscriber: Subscriber, event: events.Event) -> Callable[[Connection], None]:
    return lambda db: subscriber(db, event)


def _not_known(_job: Job) -> None:
    raise LookupError("this version has no such kind of job")


_UNKNOWN = Kind(_not_known)


def run_one(database: Database, kinds: Mapping[str, Kind], claim: queue.Claim) -> None:
    """Run a claimed job to its end, or put it back; never raises but for what ends the process."""
    kind = kinds.get(claim.kind, _UNKNOWN)
    job = Job(database, claim)
    is_last = claim.attempt >= kind.attempts and claim.period is None
    try:
        if is_last and claim.attempt > kind.attempts:
            raise RuntimeError("its worker died each time")
        kind.run(job)
        with database.write() as db:
            queue.finish(db, claim)
    except queue.LeaseLost:
        _log.info("job %d (%s) is no longer ours", claim.id, claim.kind)
    except Exception as error:  # noqa: BLE001, the edge: whatever a job raises is kept with it
        _log.warning("job %d (%s) failed, attempt %d", claim.id, claim.kind, claim.attempt, exc_info=error)
        _fail(database, kind, job, claim, error, is_last=is_last)


def _fail(database: Database, kind: Kind, job: Job, claim: queue.Claim, error: Exception, *, is_last: bool) -> None:
    try:
        if _is_full_disk(error):
            with database.write() as db:
                queue.wait_for_room(db, claim)
            return
        if is_last and kind.gave_up:
            kind.gave_up(job)
            with database.write() as db:
                queue.finish(db, claim)
            return
        with database.write() as db:
            queue.put_back(db, claim, f"{type(error).__name__}: {error}", give_up=is_last)
    except Exception as again:  # noqa: BLE001, the lease runs out and another attempt follows
        _log.warning("job %d (%s) could not be put back", claim.id, claim.kind, exc_info=again)


def _is_full_disk(error: Exception) -> bool:
    if isinstance(error, NoRoom) or (isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}):
        return True
    return os.strerror(errno.ENOSPC) in str(error)  # stores have errors of their own


def run_due(database: Database, kinds: Mapping[str, Kind], lanes: Sequence[Lane] = tuple(Lane)) -> int:
    """Run, in this thread, whatever is due, and what that leads to, until nothing is; gives how many jobs ran."""
    owner, count = this_process(), 0
    while True:
        for lane in lanes:
            with database.write() as db:
                claim = queue.claim(db, lane, owner)
            if claim is not None:
                break
        else:
            return count
        run_one(database, kinds, claim)
        count += 1


class Worker:
    """The worker of this process: one thread a lane, a heartbeat, and a bell."""

    def __init__(self, database: Database, kinds: Mapping[str, Kind], lanes: Sequence[Lane] = tuple(Lane)) -> None:
        self._database = database
        self._kinds = kinds
        self._owner = this_process()
        self._stop = threading.Event()
        self._bells = {lane: threading.Event() for lane in lanes}
        self._running: dict[Lane, int] = {}

    def run(self) -> None:
        """Work until `stop` is called; then what still runs is given back."""
        threads = [threading.Thread(target=self._work, args=(lane,), name=lane, daemon=True) for lane in self._bells]
        threads.append(threading.Thread(target=self._keep_leases, name="heartbeat", daemon=True))
        with self._database.write() as db:
            queue.free_dead(db)
        for thread in threads:
            thread.start()
        self._watch()
        for bell in self._bells.values():
            bell.set()
        end = time.monotonic() + _LAST_WORDS
        for thread in threads:
            thread.join(max(0, end - time.monotonic()))
        with self._database.write() as db:
            queue.release(db, self._owner)

    def stop(self) -> None:
        """Take nothing new; safe to call from a signal handler and from any thread."""
        self._stop.set()

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                with closing(listen(self._database)) as bell:
                    self._hear(bell)
            except Exception as error:  # noqa: BLE001, the edge: a database that is away comes back
                _log.warning("the queue can't be read", exc_info=error)
                self._stop.wait(1.0)

    def _hear(self, bell: Bell) -> None:
        while not self._stop.is_set():
            rung = bell.wait(1.0)
            with self._database.read() as db:
                lanes = set(self._bells) if rung else queue.due_lanes(db)
            for lane in lanes & self._bells.keys():
                self._bells[lane].set()

    def _work(self, lane: Lane) -> None:
        bell = self._bells[lane]
        bell.set()
        while not self._stop.is_set():
            bell.wait()
            bell.clear()
            while not self._stop.is_set() and self._take(lane):
                pass

    def _take(self, lane: Lane) -> bool:
        try:
            with self._database.write() as db:
                claim = queue.claim(db, lane, self._owner)
        except Exception as error:  # noqa: BLE001, the edge: busy or away; the next round tries again
            _log.warning("nothing could be claimed", exc_info=error)
            return False
        if claim is None:
            return False
        self._running[lane] = claim.id
        try:
            run_one(self._database, self._kinds, claim)
        finally:
            del self._running[lane]
        return True

    def _keep_leases(self) -> None:
        while not self._stop.wait(_HEARTBEAT):
            running = list(self._running.values())
            try:
                with self._database.write() as db:
                    queue.extend(db, self._owner, running)
                    queue.free_dead(db)
            except Exception as error:  # noqa: BLE001, the edge: a lease outlasts three missed beats
                _log.warning("the leases could not be kept", exc_info=error)
