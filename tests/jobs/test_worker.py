"""Workers: finished steps are not done again, failures are told, a killed worker's job goes on in another."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from onstage.clock import now
from onstage.db.engine import Connection, Database
from onstage.db.sqlite import open_sqlite
from onstage.events import ClipReady, ClipShown
from onstage.jobs import queue
from onstage.jobs.models import Lane, jobs
from onstage.jobs.queue import LeaseLost
from onstage.jobs.worker import Job, Kind, Worker, deliver, run_due
from onstage.web.http import App
from tests.serve.running import wait_for


def add(database: Database, kind: str = "work", **values: Any) -> None:
    with database.write() as db:
        assert queue.enqueue(db, kind, {}, **values)


def due_at_once(database: Database) -> None:
    with database.write() as db:
        db.execute(update(jobs).values(due_at=now()))


def count(database: Database) -> int:
    with database.read() as db:
        return len(db.execute(select(jobs.c.id)).all())


@dataclass(frozen=True)
class Made:
    key: str
    bytes: int


def test_a_finished_step_is_not_done_again(database: Database) -> None:
    done: list[str] = []

    def make() -> Made:
        done.append("make")
        return Made("k", 5)

    def run(job: Job) -> None:
        assert job.step("make", Made, make) == Made("k", 5)
        done.append("try")
        if done.count("try") < 3:
            raise OSError("the disk is full")

    add(database)
    for _ in range(3):
        assert run_due(database, {"work": Kind(run)}) == 1
        due_at_once(database)
    assert done == ["make", "try", "try", "try"]
    assert count(database) == 0


@pytest.fixture
def on_a_small_disk(tmp_path: Path, sqlite_template: Path) -> Iterator[tuple[Database, Path]]:
    """A database on a disk of its own that has room for little."""
    disk = tmp_path / "disk"
    disk.mkdir()
    size = sqlite_template.stat().st_size + 1_500_000
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nobody but root can make a disk that is small")
    shutil.copy(sqlite_template, disk / "onstage.db")
    database = open_sqlite(disk / "onstage.db")
    yield database, disk
    database.close()
    subprocess.run(["umount", str(disk)], check=True)


def test_the_full_disk_of_the_database_itself_is_waited_for(on_a_small_disk: tuple[Database, Path]) -> None:
    database, disk = on_a_small_disk

    def keep_much(db: Connection) -> None:
        for number in range(200):
            queue.enqueue(db, "other", {"words": "x" * 30_000, "number": number}, due_at=now() * 2)

    kinds = {"work": Kind(lambda job: job.change("much", type(None), keep_much))}
    add(database)
    for _ in range(20):  # more often than a job is tried that fails
        run_due(database, kinds)
        due_at_once(database)
    with database.read() as db:
        assert db.execute(select(jobs.c.attempt, jobs.c.step)).all() == [(0, queue.NO_ROOM)]
    subprocess.run(["mount", "-o", "remount,size=60m", str(disk)], check=True)
    run_due(database, kinds)
    assert count(database) == 200


def test_a_change_and_its_memo_are_one_transaction(database: Database) -> None:
    def change(db: Connection) -> str:
        queue.enqueue(db, "other", {}, due_at=now() * 2)
        raise OSError("in the middle")

    def run(job: Job) -> None:
        job.change("c", str, change)

    add(database)
    run_due(database, {"work": Kind(run)})
    with database.read() as db:
        assert db.execute(select(jobs.c.kind, jobs.c.memo)).all() == [("work", "{}")]


def test_after_the_last_attempt_the_kind_has_the_last_word(database: Database) -> None:
    def fail(_job: Job) -> None:
        raise OSError("always")

    told: list[int | None] = []
    kinds = {"work": Kind(fail, attempts=2, gave_up=lambda job: told.append(job.subject))}
    add(database, subject=5)
    run_due(database, kinds)
    assert told == []
    due_at_once(database)
    run_due(database, kinds)
    assert told == [5]
    assert count(database) == 0


def test_without_a_last_word_the_row_stays_with_its_error(database: Database) -> None:
    def fail(_job: Job) -> None:
        raise OSError("always")

    add(database)
    run_due(database, {"work": Kind(fail, attempts=1)})
    with database.read() as db:
        assert db.execute(select(jobs.c.due_at, jobs.c.error)).one() == (None, "OSError: always")


def test_an_unknown_kind_waits_for_a_version_that_knows_it(database: Database) -> None:
    add(database, "from the future")
    run_due(database, {})
    assert count(database) == 1


def test_a_job_that_was_taken_away_commits_nothing_more(database: Database) -> None:
    def run(job: Job) -> None:
        with database.write() as db:
            db.execute(update(jobs).values(owner="another", attempt=2, lease_until=now() + queue.LEASE))
        with pytest.raises(LeaseLost):
            job.tell("still here")
        with job.write() as db:
            queue.enqueue(db, "never", {})

    add(database)
    assert run_due(database, {"work": Kind(run)}) == 1
    with database.read() as db:
        assert db.execute(select(jobs.c.kind, jobs.c.owner)).all() == [("work", "another")]


def test_progress_is_told_and_forgotten_at_the_end(database: Database) -> None:
    seen: list[Any] = []

    def run(job: Job) -> None:
        for step, percent in (("first", 0), ("second", 0), ("second", 50)):
            job.tell(step, percent)
            with database.read() as db:
                seen.append(tuple(db.execute(select(jobs.c.step, jobs.c.percent)).one()))
        raise OSError

    add(database)
    run_due(database, {"work": Kind(run)})
    assert seen == [("first", 0), ("second", 0), ("second", 0)]
    with database.read() as db:
        assert db.execute(select(jobs.c.step)).scalar() == ""


shown: list[Any] = []


def _first(_db: Connection, event: ClipShown) -> None:
    shown.append(("first", event))


def _second(_db: Connection, event: ClipShown) -> None:
    shown.append(("second", event))
    if len(shown) < 3:
        raise OSError


def test_each_subscriber_gets_an_event_and_a_failure_repeats_only_its_own(database: Database) -> None:
    shown.clear()
    with database.write() as db:
        queue.record(db, ClipShown(clip=3))
        queue.record(db, ClipReady(clip=4))
    kinds = {queue.EVENT: deliver({ClipShown: [_first, _second]})}
    run_due(database, kinds)
    due_at_once(database)
    run_due(database, kinds)
    assert shown == [("first", ClipShown(3)), ("second", ClipShown(3)), ("second", ClipShown(3))]
    assert count(database) == 0


def _in_background(worker: Worker) -> Callable[[], None]:
    thread = threading.Thread(target=worker.run)
    thread.start()

    def end() -> None:
        worker.stop()
        thread.join()

    return end


def test_an_enqueue_wakes_the_worker_and_lanes_do_not_wait_for_each_other(database: Database) -> None:
    ladder_may_end, published = threading.Event(), threading.Event()

    def make_ladder(_job: Job) -> None:
        ladder_may_end.wait(60)

    kinds = {"ladder": Kind(make_ladder), "publish": Kind(lambda _job: published.set())}
    end = _in_background(Worker(database, kinds))
    try:
        add(database, "ladder", lane=Lane.LADDER)
        add(database, "publish", lane=Lane.PUBLISH)
        assert published.wait(60)
        ladder_may_end.set()
        wait_for(lambda: count(database) == 0)
    finally:
        ladder_may_end.set()
        end()


def test_a_job_that_is_due_later_is_found_without_a_ring(database: Database) -> None:
    done = threading.Event()
    end = _in_background(Worker(database, {"work": Kind(lambda _job: done.set())}))
    try:
        add(database, due_at=now() + 300_000)
        assert done.wait(60)
    finally:
        end()


def test_what_runs_at_a_shutdown_is_given_back(database: Database) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def run(_job: Job) -> None:
        begun.set()
        may_end.wait(60)

    end = _in_background(Worker(database, {"work": Kind(run)}))
    add(database)
    assert begun.wait(60)
    end()
    with database.read() as db:
        assert db.execute(select(jobs.c.owner, jobs.c.attempt)).one() == (None, 0)
    may_end.set()
    for thread in threading.enumerate():
        if thread.name == Lane.GENERAL:
            thread.join()
    assert count(database) == 1, "what it did after that counts for nothing"


_KILLED_WORKER = """
import sys, time
from onstage import settings
from onstage.jobs.worker import Job, Kind, Worker
from onstage.server import open_database

def run(job: Job) -> None:
    job.step("first", str, lambda: open(sys.argv[1], "a").write("first ") and "done")
    print("begun", flush=True)
    time.sleep(600)

Worker(open_database(settings.load()), {"work": Kind(run)}).run()
"""


def test_after_kill_9_another_worker_goes_on_after_the_last_finished_step(app: App, tmp_path: Path) -> None:
    database, notes = app.database, tmp_path / "notes"
    where = {"ONSTAGE_DATA": str(app.settings.data), "DATABASE_URL": app.settings.database_url}
    child = subprocess.Popen(
        [sys.executable, "-c", _KILLED_WORKER, str(notes)], stdout=subprocess.PIPE, text=True, env=os.environ | where
    )
    assert child.stdout is not None
    add(database)
    assert child.stdout.readline() == "begun\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    done = threading.Event()

    def run(job: Job) -> None:
        assert job.step("first", str, lambda: "again") == "done"
        done.set()

    end = _in_background(Worker(database, {"work": Kind(run)}))
    assert done.wait(50)
    add(database)
    end()
    assert notes.read_text() == "first "
    bells = app.settings.data / "wake"
    assert not bells.exists() or list(bells.iterdir()) == [], "the next ring clears away a killed worker's bell"
