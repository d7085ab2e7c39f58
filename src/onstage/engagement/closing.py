"""Closing: events that are old enough leave the log, and what they had added stays as a total."""

from sqlalchemy import delete, func, select

from onstage.clips.queries import not_erased
from onstage.clock import DAY
from onstage.db.engine import Connection
from onstage.engagement.log import add, lock
from onstage.engagement.models import closed, guest_views, playing, plays, salts, seen
from onstage.engagement.recount import NAMES, SUMMED
from onstage.engagement.tally import APART
from onstage.engagement.viewers import SALTS_KEPT, day_of

AT_ONCE = 5000
_GUESTS = (b"g", b"h")  # names of the day lie between these


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
    by_clip = {row["clip_id"]: {name: int(row[name]) for name in NAMES} for row in summed}
    add(db, closed, [({"clip_id": clip}, by_clip[clip]) for clip in sorted(not_erased(db, by_clip.keys()))])
    db.execute(delete(plays).where(gone))
    return len(ending)


def forget(db: Connection, now: int) -> None:
    """Drop what is only of use for a while: plays whose token has ended, guests of past days, addresses, salts."""
    db.execute(delete(playing).where(playing.c.until < now))
    db.execute(delete(guest_views).where(guest_views.c.at < now - APART))
    guests = (seen.c.viewer > _GUESTS[0]) & (seen.c.viewer < _GUESTS[1])
    db.execute(delete(seen).where(guests, seen.c.at < now - (SALTS_KEPT + 1) * DAY))
    db.execute(delete(salts).where(salts.c.day <= day_of(now) - SALTS_KEPT))
