"""Placing clips in the past: for the demo, whose story does not begin today."""

from sqlalchemy import update

from onstage.clips.models import clip_tags, clips
from onstage.clock import MINUTE
from onstage.db.engine import Connection
from onstage.events import ClipShown
from onstage.jobs.queue import record


def shown_since(db: Connection, clip: int, instant: int) -> None:
    """Let a published clip have come out at `instant` (microseconds) and been begun five minutes before."""
    times = {"created_at": instant - 5 * MINUTE, "published_at": instant}
    db.execute(update(clips).where(clips.c.id == clip).values(times))
    db.execute(update(clip_tags).where(clip_tags.c.clip_id == clip).values(published_at=instant))
    record(db, ClipShown(clip))
