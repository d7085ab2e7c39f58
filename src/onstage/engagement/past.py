"""Placing plays, comments, likes and saves in the past: for the demo, whose story does not begin today."""

from uuid import uuid4

from sqlalchemy import update

from onstage.accounts.viewer import Viewer
from onstage.clock import SECOND
from onstage.db.engine import Connection
from onstage.engagement.models import comments, likes, saves
from onstage.engagement.tally import Play, PlayKind
from onstage.engagement.tokens import Surface
from onstage.engagement.viewers import of_account


def said_at(db: Connection, comment: int, instant: int) -> None:
    """Let a comment have been written at `instant` (microseconds)."""
    db.execute(update(comments).where(comments.c.id == comment).values(at=instant))


def picked_at(db: Connection, viewer: Viewer, clip: int, instant: int) -> None:
    """Let the viewer's account have liked and saved a clip, where it has, at `instant` (microseconds)."""
    for table in (likes, saves):
        mine = (table.c.clip_id == clip) & (table.c.account_id == viewer.account)
        db.execute(update(table).where(mine).values(at=instant))


def watched(viewer: Viewer, clip: int, duration_ms: int, watched_ms: int, instant: int) -> list[Play]:
    """What a player reports when the viewer's account watches a clip in For You for so long, until `instant`."""
    assert viewer.account is not None
    name, token, play = of_account(viewer.account), uuid4().bytes, uuid4().bytes
    began = instant - watched_ms * 1000
    loops = max(0, watched_ms - 1) // duration_ms

    def event(kind: PlayKind, watched_ms: int, loops: int, at: int) -> Play:
        return Play(
            event=uuid4().bytes, token=token, play=play, clip=clip, viewer=name, same=(name,), addresses=(), kind=kind,
            surface=Surface.FOR_YOU.value, place=0, propensity=0, watched_ms=watched_ms,
            reached_ms=min(watched_ms, duration_ms), loops=loops, duration_ms=duration_ms,
            issued_at=began - SECOND, happened_at=at, received_at=at,
        )  # fmt: skip

    return [event(PlayKind.IMPRESSION, 0, 0, began), event(PlayKind.END, watched_ms, loops, instant)]
