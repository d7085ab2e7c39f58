"""Likes, saves, shares and reposts: each account has one of each for a clip, or none; doing it twice changes nothing."""

from sqlalchemy import Table, delete

from onstage.accounts.viewer import Viewer
from onstage.clips.queries import Seen, seen
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.engagement import counts
from onstage.engagement.acts import Act, record
from onstage.engagement.models import likes, reposts, saves, shares
from onstage.errors import Conflict
from onstage.events import Liked, Reposted
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


def repost(db: Connection, viewer: Viewer, slug: str) -> None:
    """The acting account's followers meet the clip too, where they may see it; raises NotFound, Conflict.

    Only what may be shown to strangers is passed on, and nobody's own.
    """
    clip = seen(db, viewer, slug)
    if clip.is_member:
        raise Conflict("This clip is on your own page already.")
    if not clip.is_for_strangers:
        raise Conflict("This clip stays with those it was made for, so it can't be reposted.")
    _put(db, viewer, slug, reposts, Act.REPOST)


def unrepost(db: Connection, viewer: Viewer, slug: str) -> None:
    """The acting account takes its repost back."""
    _take(db, viewer, slug, reposts, Act.UNREPOST)


def _put(db: Connection, viewer: Viewer, slug: str, table: Table, act: Act) -> None:
    clip = seen(db, viewer, slug)
    if insert_missing(db, table, clip_id=clip.id, account_id=viewer.account, person_id=viewer.person, at=now()):
        counts.add(db, clip.id, table.name, 1)
        _tell(db, viewer, clip, act)
        record(db, viewer, clip.id, act)


def _tell(db: Connection, viewer: Viewer, clip: Seen, act: Act) -> None:
    assert viewer.account is not None
    if act is Act.LIKE:
        queue.record(db, Liked(clip.id, clip.account, viewer.account))
    elif act is Act.REPOST:
        queue.record(db, Reposted(clip.id, clip.account, viewer.account))


def _take(db: Connection, viewer: Viewer, slug: str, table: Table, act: Act) -> None:
    clip = seen(db, viewer, slug)
    mine = (table.c.clip_id == clip.id) & (table.c.account_id == viewer.account)
    if db.execute(delete(table).where(mine)).rowcount:
        counts.add(db, clip.id, table.name, -1)
        record(db, viewer, clip.id, act)
