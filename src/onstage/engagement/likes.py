"""Likes, saves and shares: each account has one of each for a clip, or none; doing it twice changes nothing."""

from sqlalchemy import Table, delete

from onstage.accounts.viewer import Viewer
from onstage.clips.queries import seen
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.engagement import counts
from onstage.engagement.acts import Act, record
from onstage.engagement.models import likes, saves, shares
from onstage.events import Liked
from onstage.jobs import queue


def like(db: Connection, viewer: Viewer, slug: str) -> None:
    """The acting account likes the clip; raises NotFound when the viewer may not see it."""
    _put(db, viewer, slug, likes, Act.LIKE)


def unlike(db: Connection, viewer: Viewer, slug: str) -> None:
    """The acting account takes its like back."""
    _take(db, viewer, slug, likes, Act.UNLIKE)


def save(db: Connection, viewer: Viewer, slug: str) -> None:
    """The acting account keeps the clip in its own list."""
    _put(db, viewer, slug, saves, Act.SAVE)


def unsave(db: Connection, viewer: Viewer, slug: str) -> None:
    """The acting account takes the clip off its list."""
    _take(db, viewer, slug, saves, Act.UNSAVE)


def share(db: Connection, viewer: Viewer, slug: str) -> None:
    """The acting account passed the link on; the first time counts, and it can't be taken back."""
    _put(db, viewer, slug, shares, Act.SHARE)


def _put(db: Connection, viewer: Viewer, slug: str, table: Table, act: Act) -> None:
    clip = seen(db, viewer, slug)
    if insert_missing(db, table, clip_id=clip.id, account_id=viewer.account, person_id=viewer.person, at=now()):
        counts.add(db, clip.id, table.name, 1)
        if act is Act.LIKE and viewer.account is not None:
            queue.record(db, Liked(clip.id, clip.account, viewer.account))
        record(db, viewer, clip.id, act)


def _take(db: Connection, viewer: Viewer, slug: str, table: Table, act: Act) -> None:
    clip = seen(db, viewer, slug)
    mine = (table.c.clip_id == clip.id) & (table.c.account_id == viewer.account)
    if db.execute(delete(table).where(mine)).rowcount:
        counts.add(db, clip.id, table.name, -1)
        record(db, viewer, clip.id, act)
