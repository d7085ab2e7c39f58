"""Minutes over all devices, limits, quiet hours, and more time: counted and decided by the server."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from onstage.accounts import permissions
from onstage.accounts.age import DailyLimit, QuietHours, Row
from onstage.accounts.guardians import screen_time
from onstage.accounts.guardians.screen_time import Ends, TimeIsUp
from onstage.accounts.models import watch_days
from onstage.clock import DAY, HOUR, MINUTE, SECOND
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.cast import Actor, Cast, stand_for

NOON = int(datetime(2026, 6, 10, 10, 0, tzinfo=UTC).timestamp()) * SECOND  # noon in Berlin


def person(actor: Actor) -> int:
    assert actor.viewer.person is not None
    return actor.viewer.person


def how(cast: Cast, instant: int = NOON) -> screen_time.Time:
    with cast.app.database.read() as db:
        return screen_time.how(db, person(cast.mia), instant)


def watch(cast: Cast, until: int, minutes: int) -> None:
    with cast.app.database.write() as db:
        screen_time.note(db, person(cast.mia), until, watched_us=minutes * MINUTE)


def limit(cast: Cast, guardian: Actor, value: DailyLimit | QuietHours | None, row: Row = Row.DAILY_LIMIT) -> None:
    with cast.app.database.write() as db:
        permissions.choose_for(db, cast.app.keys, guardian.viewer, person(cast.mia), row, value, NOON)


def test_a_minute_counts_once_however_many_devices_and_reports(cast: Cast) -> None:
    for moment in (NOON, NOON + SECOND, NOON + 59 * SECOND, NOON):
        watch(cast, moment, 0)
    assert how(cast).minutes == 1
    watch(cast, NOON + 5 * MINUTE, 0)
    assert how(cast).minutes == 2, "what lay between was not watched"
    watch(cast, NOON + 7 * MINUTE, 2)
    assert how(cast).minutes == 4
    watch(cast, NOON + 7 * MINUTE, 600)
    assert how(cast).minutes == 4, "a minute that lies behind is not counted again"


def test_devices_at_the_same_moment_lose_and_double_nothing(cast: Cast) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: watch(cast, NOON + at // 4 * MINUTE, 0), range(40)))
    assert 1 <= how(cast).minutes <= 10
    watch(cast, NOON + 20 * MINUTE, 0)
    with cast.app.database.read() as db:
        assert db.execute(select(watch_days.c.last_minute)).scalar_one() == (NOON + 20 * MINUTE) // MINUTE


def test_a_new_day_begins_at_midnight_of_the_persons_zone(cast: Cast) -> None:
    watch(cast, NOON, 60)
    assert how(cast).over is Ends.LIMIT
    assert how(cast, NOON + 12 * HOUR - MINUTE).over is Ends.LIMIT
    assert how(cast, NOON + 12 * HOUR).over is None, "22:00 UTC is midnight in Berlin"
    assert how(cast, NOON + 12 * HOUR).minutes == 0


def test_the_strictest_guardians_limit_holds_and_ends_watching(cast: Cast) -> None:
    watch(cast, NOON, 29)
    assert (how(cast).limit, how(cast).left, how(cast).over) == (60, 30, None)
    limit(cast, cast.gus, DailyLimit(90, ends=True))
    assert how(cast).limit == 60, "gil said nothing, so the table's hour is hers"
    limit(cast, cast.gil, DailyLimit(120, ends=True))
    assert how(cast).limit == 90
    limit(cast, cast.gil, DailyLimit(30, ends=True))
    assert (how(cast).limit, how(cast).over) == (30, Ends.LIMIT)
    with cast.app.database.read() as db, pytest.raises(TimeIsUp):
        screen_time.need_time(db, cast.mia.viewer, NOON)
    limit(cast, cast.gil, None)
    assert how(cast).limit == 90


def test_quiet_hours_are_the_shortest_stretch_with_all_guardians_hours(cast: Cast) -> None:
    limit(cast, cast.gus, QuietHours(21, 7, silent=False), Row.QUIET_HOURS)
    limit(cast, cast.gil, QuietHours(20, 6, silent=False), Row.QUIET_HOURS)
    assert how(cast).quiet == QuietHours(20, 7, silent=False)
    assert how(cast, NOON + 8 * HOUR).over is Ends.QUIET, "20:00 in Berlin"
    assert how(cast, NOON + 8 * HOUR - 1).over is None
    assert how(cast, NOON + 18 * HOUR + 59 * MINUTE).over is Ends.QUIET
    assert how(cast, NOON + 19 * HOUR).over is None, "7:00"


def test_each_guardian_gives_more_for_their_own_limit_today_only(cast: Cast) -> None:
    watch(cast, NOON, 60)
    with cast.app.database.write() as db:
        screen_time.ask(db, cast.mia.viewer, NOON)
        with pytest.raises(Conflict):
            screen_time.ask(db, cast.mia.viewer, NOON)
        stand_for(db, cast.ada.viewer, cast.mia.viewer)
        waits = {
            each.viewer.handle: screen_time.asking(db, each.viewer, NOON) for each in (cast.gus, cast.gil, cast.ada)
        }
        assert waits == {"gus": [person(cast.mia)], "gil": [person(cast.mia)], "ada": []}, "a carer can't give"
        screen_time.give(db, cast.app.keys, cast.gus.viewer, person(cast.mia), 30, NOON)
        assert screen_time.asking(db, cast.gus.viewer, NOON) == [], "answered"
        assert screen_time.asking(db, cast.gil.viewer, NOON + DAY) == [], "a new day"
    assert (how(cast).limit, how(cast).asked) == (60, True), "gil has given nothing"
    with cast.app.database.write() as db:
        screen_time.give(db, cast.app.keys, cast.gil.viewer, person(cast.mia), 15, NOON)
    assert (how(cast).limit, how(cast).over) == (75, None)
    assert how(cast, NOON + DAY).limit == 60


def test_only_full_guardians_give_and_only_who_is_guarded_asks(cast: Cast) -> None:
    with cast.app.database.write() as db:
        stand_for(db, cast.ada.viewer, cast.mia.viewer)
        with pytest.raises(NotAllowed):
            screen_time.give(db, cast.app.keys, cast.ada.viewer, person(cast.mia), 30, NOON)
        with pytest.raises(NotFound):
            screen_time.give(db, cast.app.keys, cast.ben.viewer, person(cast.mia), 30, NOON)
        with pytest.raises(Invalid):
            screen_time.give(db, cast.app.keys, cast.gus.viewer, person(cast.mia), 1000, NOON)
        with pytest.raises(NotAllowed):
            screen_time.ask(db, cast.max.viewer, NOON)


def test_at_sixteen_it_is_a_reminder_and_adults_have_none(cast: Cast) -> None:
    with cast.app.database.write() as db:
        screen_time.note(db, person(cast.max), NOON, watched_us=70 * MINUTE)
        time = screen_time.how(db, person(cast.max), NOON)
        assert (time.over, time.reminded) == (None, True)
        assert screen_time.how(db, person(cast.max), NOON + 11 * HOUR).over is None, "its quiet hours are silent"
        screen_time.need_time(db, cast.ada.viewer, NOON + 11 * HOUR)
        screen_time.need_time(db, cast.guest.viewer, NOON)


def test_a_minor_may_be_stricter_with_themselves(cast: Cast) -> None:
    with cast.app.database.write() as db:
        permissions.choose(db, cast.mia.viewer, Row.DAILY_LIMIT, DailyLimit(20, ends=True))
        with pytest.raises(NotAllowed):
            permissions.choose(db, cast.ada.viewer, Row.DAILY_LIMIT, DailyLimit(20, ends=True))
    assert how(cast).limit == 20


def test_old_days_are_forgotten(cast: Cast) -> None:
    watch(cast, NOON, 5)
    with cast.app.database.write() as db:
        assert screen_time.forget(db, NOON + 30 * DAY) == 0
        assert screen_time.forget(db, NOON + 40 * DAY) == 1
