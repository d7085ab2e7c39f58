"""Time of watching: minutes a day for each person over all devices, the daily limit, quiet hours, and asking for more."""

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import case, delete, insert, select, update

from onstage.accounts import age, ledger, notices
from onstage.accounts.age import Band, DailyLimit, QuietHours, Row, Value
from onstage.accounts.guardianship import guardians_of, minors_of
from onstage.accounts.models import more_time, people, watch_days
from onstage.accounts.notices import Notice
from onstage.accounts.permissions import need_guardian, of_guardian, said, value_for
from onstage.accounts.viewer import Viewer
from onstage.clock import DAY, MINUTE, to_datetime
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.errors import Conflict, Invalid, NotAllowed
from onstage.keys import Keys

MOST_MORE = 240
KEPT = 35 * DAY
_LIMITED = frozenset({Band.UNDER_13, Band.FROM_13, Band.FROM_16})


class Ends(StrEnum):
    """Why watching is over for now."""

    LIMIT = "limit"
    QUIET = "quiet"


class TimeIsUp(NotAllowed):
    """Watching is over for now: the day's minutes are used up, or it is a quiet hour. Nothing else is closed."""

    code = "time-up"


@dataclass(frozen=True)
class Time:
    """How a minor's day stands. `left`: minutes until the limit, None without one; `over`: why they can't watch now."""

    minutes: int
    limit: int | None
    left: int | None
    reminded: bool
    quiet: QuietHours | None
    over: Ends | None
    asked: bool


def is_limited(viewer: Viewer) -> bool:
    """Whether there may be limits for this viewer: time needs a birth date, and adults have none."""
    return viewer.signed_in and viewer.band in _LIMITED


def today(db: Connection, person: int, now: int) -> str:
    """The day in the person's zone, as an ISO date."""
    return to_datetime(now).astimezone(_zone(db, person)).date().isoformat()


def zone_name(db: Connection, person: int) -> str:
    """The person's time zone, an IANA name."""
    return str(db.execute(select(people.c.zone).where(people.c.id == person)).scalar_one())


def _zone(db: Connection, person: int) -> ZoneInfo:
    return ZoneInfo(zone_name(db, person))


def note(db: Connection, person: int, now: int, *, watched_us: int = 0) -> None:
    """Count the minutes that the last `watched_us` microseconds touch, each once whatever the number of devices."""
    minute, day = now // MINUTE, today(db, person, now)
    first = (now - min(watched_us, DAY)) // MINUTE
    insert_missing(db, watch_days, person_id=person, day=day, minutes=0, last_minute=first - 1)
    since = case((watch_days.c.last_minute < first, first - 1), else_=watch_days.c.last_minute)
    theirs = (watch_days.c.person_id == person) & (watch_days.c.day == day) & (watch_days.c.last_minute < minute)
    db.execute(
        update(watch_days).where(theirs).values(minutes=watch_days.c.minutes + (minute - since), last_minute=minute)
    )


def is_noted(db: Connection, person: int, now: int) -> bool:
    """Whether this minute counts already, so that nothing has to be written."""
    counted = select(watch_days.c.last_minute).where(
        watch_days.c.person_id == person, watch_days.c.day == today(db, person, now)
    )
    return bool((db.execute(counted).scalar() or 0) >= now // MINUTE)


def minutes_today(db: Connection, person: int, now: int) -> int:
    """How many minutes a person has watched today."""
    of_day = (watch_days.c.person_id == person) & (watch_days.c.day == today(db, person, now))
    return db.execute(select(watch_days.c.minutes).where(of_day)).scalar() or 0


def minutes(db: Connection, person: int, limit: int = 14) -> list[tuple[str, int]]:
    """Minutes a day of the last days on which something was watched, newest first."""
    rows = db.execute(
        select(watch_days.c.day, watch_days.c.minutes)
        .where(watch_days.c.person_id == person)
        .order_by(watch_days.c.day.desc())
        .limit(limit)
    )
    return [(day, count) for day, count in rows]


def how(db: Connection, person: int, now: int) -> Time:
    """How a minor's day stands now."""
    spent = minutes_today(db, person, now)
    limit, quiet = _limit(db, person, now), value_for(db, person, Row.QUIET_HOURS)
    hours = quiet if isinstance(quiet, QuietHours) else None
    hour = to_datetime(now).astimezone(_zone(db, person)).hour
    over = None
    if hours is not None and not hours.silent and hour in age.quiet(hours):
        over = Ends.QUIET
    elif limit is not None and limit.ends and spent >= limit.minutes:
        over = Ends.LIMIT
    return Time(
        minutes=spent,
        limit=None if limit is None else limit.minutes,
        left=None if limit is None else max(0, limit.minutes - spent),
        reminded=limit is not None and not limit.ends and spent >= limit.minutes,
        quiet=hours,
        over=over,
        asked=_asked(db, person, now),
    )


def need_time(db: Connection, viewer: Viewer, now: int) -> None:
    """Raise TimeIsUp where this viewer can't watch now; most viewers have no limits, and cost nothing."""
    if not is_limited(viewer) or viewer.person is None:
        return
    over = how(db, viewer.person, now).over
    if over is not None:
        raise TimeIsUp("That was today’s time." if over is Ends.LIMIT else "It is quiet time now.")


def _limit(db: Connection, person: int, now: int) -> DailyLimit | None:
    """The limit of today: what each guardian gave on top counts for their own limit, and the strictest holds."""
    usual = value_for(db, person, Row.DAILY_LIMIT)
    rows = db.execute(
        select(more_time.c.guardian_id, more_time.c.minutes).where(
            more_time.c.person_id == person, more_time.c.day == today(db, person, now), more_time.c.minutes > 0
        )
    )
    given: dict[int, int] = {guardian: extra for guardian, extra in rows}  # noqa: C416 - a row is no pair to mypy
    if not isinstance(usual, DailyLimit) or not given:
        return usual if isinstance(usual, DailyLimit) else None
    theirs: list[Value] = [
        DailyLimit(limit.minutes + given.get(guardian, 0), limit.ends)
        for guardian, limit in of_guardian(db, person, Row.DAILY_LIMIT)
        if isinstance(limit, DailyLimit)
    ]
    own = said(db, person, Row.DAILY_LIMIT).own
    strictest = age.tightest([*theirs, None if own is ... else own])
    return strictest if isinstance(strictest, DailyLimit) else usual


def forget(db: Connection, now: int) -> int:
    """Remove the minutes of days long past; returns how many rows."""
    until = to_datetime(now - KEPT).date().isoformat()
    gone = db.execute(delete(watch_days).where(watch_days.c.day < until)).rowcount
    return gone + db.execute(delete(more_time).where(more_time.c.day < until)).rowcount


def ask(db: Connection, viewer: Viewer, now: int) -> None:
    """Ask one's guardians for more time today; once a day. Raises NotAllowed for who has none, Conflict when asked."""
    assert viewer.person is not None
    guardians = [each for each in guardians_of(db, [viewer.person]) if each.full]
    if not guardians:
        raise NotAllowed("There is nobody here who could give you more time.", code="no-guardian")
    if _asked(db, viewer.person, now):
        raise Conflict("You have asked today. They see it.", code="asked-already")
    row = {"person_id": viewer.person, "day": today(db, viewer.person, now), "asked_at": now}
    db.execute(insert(more_time), [{**row, "guardian_id": each.guardian} for each in guardians])
    to = [each.guardian for each in guardians]
    notices.tell(db, to, Notice.MORE_TIME_ASKED, now, about=viewer.person, by=viewer.person)


def _asked(db: Connection, person: int, now: int) -> bool:
    mine = (more_time.c.person_id == person) & (more_time.c.day == today(db, person, now))
    return db.execute(select(more_time.c.day).where(mine, more_time.c.asked_at > 0).limit(1)).first() is not None


def answers(db: Connection, person: int, now: int) -> list[int]:
    """The minutes that each guardian who has answered gives a minor on top today; 0: no more today."""
    mine = (more_time.c.person_id == person) & (more_time.c.day == today(db, person, now))
    return list(db.execute(select(more_time.c.minutes).where(mine, more_time.c.answered_at.is_not(None))).scalars())


def asking(db: Connection, viewer: Viewer, now: int) -> list[int]:
    """Who has asked the viewer for more time today and waits for an answer: those whom they are a full guardian of."""
    if viewer.person is None:
        return []
    open_ = select(more_time.c.person_id, more_time.c.day).where(
        more_time.c.guardian_id == viewer.person, more_time.c.asked_at > 0, more_time.c.answered_at.is_(None)
    )
    asked = {(person, day) for person, day in db.execute(open_)}
    theirs = [each.minor for each in minors_of(db, viewer.person) if each.full] if asked else []
    return [minor for minor in theirs if (minor, today(db, minor, now)) in asked]


def given(db: Connection, viewer: Viewer, minor: int, now: int) -> int:
    """How many minutes the viewer has given a child on top of their own limit today."""
    mine = (more_time.c.person_id == minor) & (more_time.c.guardian_id == viewer.person)
    return db.execute(select(more_time.c.minutes).where(mine, more_time.c.day == today(db, minor, now))).scalar() or 0


def give(db: Connection, keys: Keys, viewer: Viewer, minor: int, extra: int, now: int) -> None:
    """Give a child minutes on top of one's own limit, for today; 0: not today. Takes a full guardian.

    Raises NotFound, NotAllowed or Invalid.
    """
    assert viewer.person is not None
    need_guardian(db, viewer, minor, full=True)
    if not 0 <= extra <= MOST_MORE:
        raise Invalid("Give 0 to %(most)s minutes.", field="minutes", most=MOST_MORE)
    row = {"person_id": minor, "day": today(db, minor, now), "guardian_id": viewer.person}
    insert_missing(db, more_time, **row, asked_at=0)
    mine = (more_time.c.person_id == minor) & (more_time.c.day == row["day"])
    mine &= more_time.c.guardian_id == viewer.person
    db.execute(update(more_time).where(mine).values(minutes=extra, answered_at=now))
    notices.tell(db, [minor], Notice.MORE_TIME, now, about=minor, by=viewer.person, minutes=extra)
    fields = {"row": Row.DAILY_LIMIT.value, "value": f"today {extra} more"}
    ledger.append(db, keys, ledger.Entry(ledger.Act.SETTING_CHANGED, viewer.person, about=(minor,), fields=fields))
