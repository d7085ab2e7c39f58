"""The queue: claimed once, in fair order, never finished by whoever lost the lease."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from onstage.clock import HOUR, SECOND, now
from onstage.db.engine import Database
from onstage.jobs import queue
from onstage.jobs.models import Lane, jobs
from onstage.jobs.owner import is_dead, this_process
from onstage.jobs.queue import Claim, LeaseLost


def add(database: Database, kind: str = "work", **values: Any) -> bool:
    with database.write() as db:
        return queue.enqueue(db, kind, {"n": 1}, **values)


def take(database: Database, lane: Lane = Lane.GENERAL, owner: str = "a") -> Claim | None:
    with database.write() as db:
        return queue.claim(db, lane, owner)


def surely_take(database: Database, lane: Lane = Lane.GENERAL, owner: str = "a") -> Claim:
    claim = take(database, lane, owner)
    assert claim is not None
    return claim


def row(database: Database) -> Any:
    with database.read() as db:
        return db.execute(select(jobs)).one()


def expire_leases(database: Database) -> None:
    with database.write() as db:
        db.execute(update(jobs).values(lease_until=now() - 1))


def test_a_job_is_claimed_once_with_all_it_was_given(database: Database) -> None:
    add(database, subject=7, person=8, key="k")
    claim = surely_take(database)
    assert (claim.kind, claim.payload, claim.subject, claim.person, claim.key) == ("work", {"n": 1}, 7, 8, "k")
    assert claim.attempt == 1
    assert take(database, owner="b") is None


def test_a_rolled_back_enqueue_leaves_nothing(database: Database) -> None:
    with suppress(RuntimeError), database.write() as db:
        queue.enqueue(db, "work", {})
        raise RuntimeError
    assert take(database) is None


def test_a_job_waits_until_it_is_due_and_keeps_to_its_lane(database: Database) -> None:
    add(database, due_at=now() + HOUR)
    add(database, lane=Lane.PUBLISH)
    assert take(database) is None
    with database.read() as db:
        assert queue.due_lanes(db) == {Lane.PUBLISH}
    assert take(database, Lane.PUBLISH) is not None


def test_a_key_is_taken_until_its_job_is_done(database: Database) -> None:
    assert add(database, key="sweep")
    assert not add(database, key="sweep")
    claim = surely_take(database)
    assert not add(database, key="sweep")
    with database.write() as db:
        queue.finish(db, claim)
    assert add(database, key="sweep")


def test_somebodys_tenth_job_waits_for_anothers_first(database: Database) -> None:
    for _ in range(10):
        add(database, person=1)
    add(database, person=2)
    add(database, person=3)
    order = []
    while (claim := take(database)) is not None:
        order.append(claim.person)
    assert order[:4] == [1, 2, 3, 1]
    assert len(order) == 12


def test_somebody_new_goes_before_what_a_busy_person_has_left(database: Database) -> None:
    for _ in range(5):
        add(database, person=1)
    for _ in range(3):
        claim = surely_take(database)
        with database.write() as db:
            queue.finish(db, claim)
    add(database, person=2)
    assert [surely_take(database).person for _ in range(3)] == [1, 2, 1]


def test_a_lease_that_ran_out_passes_the_job_on_and_the_first_owner_can_do_no_more(database: Database) -> None:
    add(database)
    zombie = surely_take(database)
    expire_leases(database)
    heir = surely_take(database, owner="b")
    assert heir.attempt == 2
    with pytest.raises(LeaseLost), database.write() as db:
        queue.hold_on(db, zombie)
    with pytest.raises(LeaseLost), database.write() as db:
        queue.finish(db, zombie)
    with pytest.raises(LeaseLost), database.write() as db:
        queue.put_back(db, zombie, "late", give_up=False)
    with database.write() as db:
        queue.hold_on(db, heir)
        queue.finish(db, heir)


def test_the_same_owner_with_an_older_attempt_is_a_zombie_too(database: Database) -> None:
    add(database)
    first = surely_take(database)
    expire_leases(database)
    surely_take(database)
    with pytest.raises(LeaseLost), database.write() as db:
        queue.hold_on(db, first)


def test_a_lost_lease_takes_the_whole_transaction_with_it(database: Database) -> None:
    add(database)
    claim = surely_take(database)
    with suppress(LeaseLost), database.write() as db:
        queue.enqueue(db, "other", {})
        queue.hold_on(db, replace(claim, attempt=9))
    assert row(database).kind == "work"


def test_the_heartbeat_keeps_only_what_runs_here(database: Database) -> None:
    add(database)
    claim = surely_take(database)
    expire_leases(database)
    with database.write() as db:
        queue.extend(db, "b", [claim.id])
        queue.extend(db, "a", [])
    assert row(database).lease_until < now()
    with database.write() as db:
        queue.extend(db, "a", [claim.id])
    assert row(database).lease_until > now() + queue.LEASE - 10 * SECOND


def test_a_failed_job_comes_again_later_and_later(database: Database) -> None:
    add(database)
    pauses = []
    for _ in range(4):
        claim = surely_take(database)
        before = now()
        with database.write() as db:
            queue.put_back(db, claim, "no luck", give_up=False)
        pauses.append((row(database).due_at - before) // SECOND)
        with database.write() as db:
            db.execute(update(jobs).values(due_at=now()))
    assert pauses == [1, 2, 4, 8]
    assert row(database).error == "no luck"


def test_a_job_that_was_given_up_stays_and_is_never_claimed(database: Database) -> None:
    add(database)
    claim = surely_take(database)
    with database.write() as db:
        queue.put_back(db, claim, "no luck", give_up=True)
    assert row(database).due_at is None
    assert take(database) is None


def test_a_periodic_job_comes_back_after_its_period_without_memory(database: Database) -> None:
    add(database, period=HOUR, key="sweep")
    claim = surely_take(database)
    with database.write() as db:
        queue.hold_on(db, claim, memo='{"a": 1}')
        before = now()
        queue.finish(db, claim)
    left = row(database)
    assert (left.attempt, left.memo, left.owner) == (0, "{}", None)
    assert left.due_at >= before + HOUR


def test_only_what_nobody_has_begun_can_be_called_off(database: Database) -> None:
    add(database, key="erase", due_at=now() + HOUR)
    with database.write() as db:
        assert queue.cancel(db, "erase")
        assert not queue.cancel(db, "erase")
    add(database, key="erase")
    claim = surely_take(database)
    with database.write() as db:
        assert not queue.cancel(db, "erase")
        queue.put_back(db, claim, "no luck", give_up=False)
        assert not queue.cancel(db, "erase")


def test_what_was_given_back_half_done_can_not_be_called_off(database: Database) -> None:
    """The journal of deletions has the clip already: it would be gone at the next restore."""
    add(database, key="erase")
    claim = surely_take(database)
    with database.write() as db:
        queue.hold_on(db, claim, memo='{"journal": null}')
        queue.release(db, "a")
        assert not queue.cancel(db, "erase")


def test_a_shutdown_gives_back_without_counting_the_attempt(database: Database) -> None:
    add(database)
    claim = surely_take(database)
    with database.write() as db:
        queue.release(db, "a")
    with pytest.raises(LeaseLost), database.write() as db:
        queue.hold_on(db, claim)
    assert surely_take(database, owner="b").attempt == 1


def test_what_a_dead_process_of_this_host_had_is_free_at_once(database: Database) -> None:
    alive = this_process()
    place = alive.rsplit(":", 2)[0]
    dead, elsewhere = f"{place}:{alive.split(':')[-2]}:1", "otherhost/1/2:3:4"
    for owner in (alive, dead, elsewhere):
        add(database)
        surely_take(database, owner=owner)
    with database.write() as db:
        assert queue.free_dead(db) == 1
    assert surely_take(database).attempt == 2
    assert take(database) is None


def test_only_a_process_that_has_surely_ended_is_dead() -> None:
    me = this_process()
    assert not is_dead(me)
    assert is_dead(me.rsplit(":", 1)[0] + ":1")
    assert not is_dead("otherhost/1/2:3:4")


def test_no_second_rendition_while_a_first_one_waits(database: Database) -> None:
    add(database, "ladder", lane=Lane.LADDER)
    add(database, "publish", lane=Lane.PUBLISH)
    assert take(database, Lane.LADDER) is None
    first = surely_take(database, Lane.PUBLISH)
    assert surely_take(database, Lane.LADDER, "b").kind == "ladder"
    with database.write() as db:
        queue.finish(db, first)
