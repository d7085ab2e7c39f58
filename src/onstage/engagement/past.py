"""Placing comments, likes and saves in the past: for the demo, whose story does not begin today."""

from sqlalchemy import update

from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.engagement.models import comments, likes, saves


def said_at(db: Connection, comment: int, instant: int) -> None:
    """Let a comment have been written at `instant` (microseconds)."""
    db.execute(update(comments).where(comments.c.id == comment).values(at=instant))


def picked_at(db: Connection, viewer: Viewer, clip: int, instant: int) -> None:
    """Let the viewer's account have liked and saved a clip, where it has, at `instant` (microseconds)."""
    for table in (likes, saves):
        mine = (table.c.clip_id == clip) & (table.c.account_id == viewer.account)
        db.execute(update(table).where(mine).values(at=instant))
