"""Closing: events that are old enough leave the log, and what they had added stays as a total."""

from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select

from onstage.clips.queries import not_erased
from onstage.clock import DAY
from onstage.db.engine import Connection
from onstage.engagement.log import adding, lock
from onstage.engagement.models import (
    TALLIED,
    audiences,
    closed,
    closed_audience,
    guest_views,
    playing,
    plays,
    salts,
    seen,
)
from onstage.engagement.recount import AUDIENCE, SUMMED
from onstage.engagement.tally import APART
from onstage.engagement.viewers import SALTS_KEPT, day_of

AT_ONCE = 5000
_GUESTS = (b"g", b"h")  # names of the day lie between these
_ADD_CLOSED, _ADD_CLOSED_AUDIENCE = adding(closed), adding(closed_audience)


def close_old(db: Connection, before: int) -> int:
    """Close up to 5,000 of the oldest events that were received before an instant; returns how many.

    The last event always stays: its position is where the log goes on.
    """
    lock(db)
    last = db.execute(select(func.max(plays.c.position))).scalar() or 0
    columns = select(plays.c.position, plays.c.received_at).where(plays.c.position < last)
    oldest = db.execute(columns.order_by(plays.c.position).limit(AT_ONCE)).all()
    ending = [row.position for row in oldest]
    for place, row in enumerate(oldest):
        if row.received_at >= before:
            ending = ending[:place]
            break
    if not ending:
        return 0
    gone = plays.c.position <= ending[-1]
    summed = db.execute(select(plays.c.clip_id, *SUMMED).where(gone).group_by(plays.c.clip_id)).mappings()
    by_clip = {row["clip_id"]: [int(row[name]) for name in TALLIED] for row in summed}
    _ADD_CLOSED.run(db, [(clip, *by_clip[clip]) for clip in sorted(not_erased(db, by_clip.keys()))])
    close_audience(db, gone)
    db.execute(delete(plays).where(gone))
    return len(ending)


def close_audience(db: Connection, gone: ColumnElement[bool]) -> None:
    """Keep what these events added to the audience of accounts: the log will have them, or know their clip, no more."""
    by_account: dict[int, list[int]] = {}
    summed = {clip: numbers for clip, *numbers in db.execute(_audience_of(gone))}
    for clip, account in not_erased(db, summed.keys()).items():
        before = by_account.get(account, [0, 0])
        by_account[account] = [a + int(b) for a, b in zip(before, summed[clip], strict=True)]
    _ADD_CLOSED_AUDIENCE.run(db, [(account, *numbers) for account, numbers in sorted(by_account.items())])


def _audience_of(which: ColumnElement[bool]) -> Select[Any]:
    return select(plays.c.clip_id, *AUDIENCE).where(which, plays.c.clip_id != 0).group_by(plays.c.clip_id)


def forget(db: Connection, now: int) -> None:
    """Drop what is only of use for a while: plays whose token has ended, guests of past days, addresses, salts."""
    db.execute(delete(playing).where(playing.c.until < now))
    db.execute(delete(guest_views).where(guest_views.c.at < now - APART))
    longest = now - (SALTS_KEPT + 1) * DAY
    db.execute(delete(seen).where(seen.c.viewer.between(*_GUESTS), seen.c.at < longest))
    db.execute(delete(audiences).where(audiences.c.viewer.between(*_GUESTS), audiences.c.day < day_of(longest)))
    db.execute(delete(salts).where(salts.c.day <= day_of(now) - SALTS_KEPT))
