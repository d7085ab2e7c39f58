"""When a clip ends because an adult in it wants to be gone (consent.md R12)."""

from sqlalchemy import func, select

from onstage.clips.models import HoldKind, departures, holds
from onstage.clips.rules.fate import DEPARTS
from onstage.db.engine import Connection


def erased_at(db: Connection, clip: int) -> int | None:
    """The instant, if those who want to be gone stay with that; None: nobody does."""
    no = (
        (holds.c.clip_id == departures.c.clip_id)
        & (holds.c.kind == HoldKind.NO.value)
        & (holds.c.giver_id == departures.c.person_id)
        & (holds.c.since <= departures.c.since)
    )
    since = select(func.min(departures.c.since)).join_from(departures, holds, no)
    found = db.execute(since.where(departures.c.clip_id == clip)).scalar()
    return None if found is None else found + DEPARTS
