"""The proof of the counts: what is shown is what was closed and what the log still has, and the log keeps its own rules."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Table, cast, func, select, true

from onstage.clips.queries import accounts_of
from onstage.db.engine import Connection
from onstage.engagement.models import (
    TALLIED,
    audience_days,
    closed,
    closed_audience,
    comments,
    counts,
    days,
    likes,
    plays,
    reached,
    reposts,
    saves,
    shares,
    totals,
)
from onstage.engagement.tally import APART, COUNTS, Fact
from onstage.engagement.tokens import TOKEN_LIFE
from onstage.engagement.viewers import NOBODY


def _has(fact: Fact) -> ColumnElement[int]:
    return cast(plays.c.facts.op("/")(int(fact)) % 2, Integer)


SUMMED = (
    *(func.sum(_has(fact)).label(name) for name, fact in COUNTS.items()),
    func.sum(plays.c.added_ms).label("watched_ms"),
    func.sum(plays.c.added_loops).label("loops"),
)
"""What the events of a clip in the log have added, by the names of the totals' columns."""
AUDIENCE = (func.sum(_has(Fact.AUDIENCE)), func.sum(_has(Fact.DAILY_AUDIENCE)))
"""How many viewers, and of a day, events have added to the audience of an account."""
_LIKE_OF = {"likes": likes, "comments": comments, "saves": saves, "shares": shares, "reposts": reposts}


def differences(db: Connection) -> list[str]:
    """Every way in which the numbers do not agree, in words; empty when all is exact. One consistent snapshot."""
    return [*_totals(db), *_parts(db), *_audiences(db), *_log(db), *_reactions(db)]


def _totals(db: Connection) -> Iterator[str]:
    shown = _rows(db, totals)
    recounted: Counter[tuple[int, str]] = Counter()
    for table in (_rows(db, closed), _numbers(db, select(plays.c.clip_id, *SUMMED).group_by(plays.c.clip_id))):
        recounted.update(table)
    for clip, name in sorted({*shown, *recounted}):
        if _is_erased(shown, clip):
            continue
        if shown[clip, name] != recounted[clip, name]:
            yield f"clip {clip}: {name} is {shown[clip, name]}, recounted {recounted[clip, name]}"


def _parts(db: Connection) -> Iterator[str]:
    shown = _rows(db, totals)
    columns = [func.sum(days.c[name]).label(name) for name in TALLIED]
    by_day = _numbers(db, select(days.c.clip_id, *columns).group_by(days.c.clip_id))
    curve = select(reached.c.clip_id, func.sum(reached.c.plays).label("plays")).group_by(reached.c.clip_id)
    by_second = _numbers(db, curve)
    for clip, name in sorted({*shown, *by_day}):
        if shown[clip, name] != by_day[clip, name]:
            yield f"clip {clip}: {name} is {shown[clip, name]}, by day {by_day[clip, name]}"
        if name == "plays" and shown[clip, name] != by_second[clip, name]:
            yield f"clip {clip}: {name} is {shown[clip, name]}, by second {by_second[clip, name]}"


def _audiences(db: Connection) -> Iterator[str]:
    summed = (func.sum(audience_days.c.viewers), func.sum(audience_days.c.daily_viewers))
    shown = _pairs(db.execute(select(audience_days.c.account_id, *summed).group_by(audience_days.c.account_id)))
    there = _pairs(db.execute(select(closed_audience)))
    of_clips = _pairs(db.execute(select(plays.c.clip_id, *AUDIENCE).group_by(plays.c.clip_id)))
    for clip, account in accounts_of(db, {clip for clip, _ in of_clips}).items():
        for place in range(2):
            there[account, place] += of_clips[clip, place]
    for account, place in sorted({*shown, *there}):
        if shown[account, place] != there[account, place]:
            what = ("viewers", "daily viewers")[place]
            yield f"account {account}: {what} are {shown[account, place]}, recounted {there[account, place]}"


def _pairs(rows: Iterable[Any]) -> Counter[tuple[int, int]]:
    return Counter({(key, place): int(numbers[place]) for key, *numbers in rows for place in range(2)})


def _log(db: Connection) -> Iterator[str]:
    first, last, stored, oldest = db.execute(
        select(
            func.min(plays.c.position), func.max(plays.c.position), func.count(), func.min(plays.c.received_at)
        ).select_from(plays)
    ).one()
    if not stored:
        return
    if last - first + 1 != stored:
        yield f"the log has {stored} events between positions {first} and {last}"
    of_play = (
        select(plays.c.play)
        .where(plays.c.play != b"")
        .group_by(plays.c.play)
        .having(func.sum(plays.c.added_ms) != func.max(plays.c.watched_ms))
    )
    if first > 1:  # plays that may have begun before the log does are not whole
        of_play = of_play.having(func.min(plays.c.received_at) > oldest + TOKEN_LIFE)
    wrong = len(db.execute(of_play).all())
    if wrong:
        yield f"{wrong} plays have another watch time than their events reported"
    before = func.lag(plays.c.happened_at).over(
        partition_by=(plays.c.viewer, plays.c.clip_id), order_by=plays.c.happened_at
    )
    is_counted = _has(Fact.COUNTED) == 1
    counted = (
        select((plays.c.happened_at - before).label("apart")).where(is_counted, plays.c.viewer != NOBODY).subquery()
    )
    close = db.execute(select(func.count()).where(counted.c.apart < APART)).scalar_one()
    if close:
        yield f"{close} views were counted within 30 minutes of another by the same viewer"


def _reactions(db: Connection) -> Iterator[str]:
    for name, table in _LIKE_OF.items():
        shown = _numbers(db, select(counts.c.clip_id, counts.c[name].label(name)))
        is_counted = table.c.state == "shown" if table is comments else true()
        each = select(table.c.clip_id, func.count().label(name)).where(is_counted).group_by(table.c.clip_id)
        there = _numbers(db, each)
        for clip, _ in sorted({*shown, *there}):
            if shown[clip, name] != there[clip, name]:
                yield f"clip {clip}: {name} is {shown[clip, name]}, recounted {there[clip, name]}"


def _is_erased(shown: Mapping[tuple[int, str], int], clip: int) -> bool:
    """The log may outlive a clip; its totals do not."""
    return (clip, "plays") not in shown


def _rows(db: Connection, table: Table) -> Counter[tuple[int, str]]:
    return _numbers(db, select(table.c.clip_id, *(table.c[name] for name in TALLIED)))


def _numbers(db: Connection, statement: Select[tuple[int, ...]]) -> Counter[tuple[int, str]]:
    rows = db.execute(statement).mappings()
    return Counter({(row["clip_id"], name): int(row[name]) for row in rows for name in row if name != "clip_id"})
