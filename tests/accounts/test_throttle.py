"""Wrong passwords cost more and more waiting, by handle and by address, and a thousand at once are a thousand."""

from threading import Barrier, Thread

from sqlalchemy import func, select

from onstage.accounts.doors import throttle
from onstage.accounts.models import attempts
from onstage.clock import DAY, SECOND, now
from onstage.db.engine import Database
from onstage.errors import TooMany
from onstage.keys import Keys

KEYS = Keys(b"only for tests")


def wrong(database: Database, handle: str, address: str, at: int) -> int:
    """Try once; gives the seconds to wait, 0 when the try was let through."""
    try:
        with database.write() as db:
            throttle.enter(db, KEYS, handle, address, at)
    except TooMany as refused:
        return refused.retry_after
    return 0


def test_five_are_free_then_the_delay_doubles_up_to_a_minute(database: Database) -> None:
    at = now()
    assert [wrong(database, "ada", "192.0.2.1", at) for _ in range(5)] == [0] * 5
    delays = []
    for _ in range(9):
        delay = wrong(database, "ada", "192.0.2.1", at)
        delays.append(delay)
        assert wrong(database, "ada", "192.0.2.1", at + delay * SECOND - 1) == 1
        at += delay * SECOND
        assert wrong(database, "ada", "192.0.2.1", at) == 0
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_handle_is_guarded_from_all_addresses_and_others_are_not_touched(database: Database) -> None:
    at = now()
    for number in range(5):
        assert wrong(database, "ada", f"192.0.2.{number}", at) == 0
    assert wrong(database, " @ADA", "198.51.100.7", at) > 0
    assert wrong(database, "ben", "198.51.100.7", at) == 0


def test_an_address_that_tries_many_handles_waits_too(database: Database) -> None:
    at = now()
    assert [wrong(database, f"name{number}", "2001:db8::1", at) for number in range(30)] == [0] * 30
    assert wrong(database, "another", "2001:db8::ffff", at) > 0, "a household has one /64"
    assert wrong(database, "another", "2001:db8:0:1::1", at) == 0


def test_success_forgets_the_handle_but_not_the_address_history(database: Database) -> None:
    at = now()
    for _ in range(4):
        wrong(database, "ada", "192.0.2.1", at)
    with database.write() as db:
        attempt = throttle.enter(db, KEYS, "ada", "192.0.2.1", at)
        throttle.passed(db, attempt)
        left = db.execute(select(func.count()).select_from(attempts)).scalar_one()
    assert left == 4
    assert [wrong(database, "ada", "192.0.2.1", at) for _ in range(5)] == [0] * 5


def test_a_day_later_all_is_forgotten(database: Database) -> None:
    at = now()
    for _ in range(5):
        wrong(database, "ada", "192.0.2.1", at - DAY)
    assert wrong(database, "ada", "192.0.2.1", at) == 0
    with database.write() as db:
        assert throttle.forget(db, at) == 10


def test_many_at_the_same_moment_are_counted_one_by_one(database: Database) -> None:
    together, let_through = Barrier(12), []
    at = now()

    def try_it() -> None:
        together.wait(20)
        if wrong(database, "ada", "192.0.2.1", at) == 0:
            let_through.append(1)

    threads = [Thread(target=try_it) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_through) == 5


def test_neither_handle_nor_address_is_kept_in_clear(database: Database) -> None:
    wrong(database, "ada", "192.0.2.1", now())
    with database.read() as db:
        keys = db.execute(select(attempts.c.key)).scalars().all()
    assert all(len(key) == 32 and b"ada" not in key and b"192" not in key for key in keys)
