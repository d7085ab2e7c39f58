"""Keeping the index of words in step with clips: what is shown can be found, all else is forgotten."""

from sqlalchemy import select

from onstage.accounts.models import accounts
from onstage.clips.models import clips
from onstage.clips.queries import SHOWN
from onstage.db.engine import Connection
from onstage.search import Search


def index(db: Connection, search: Search, clip: int) -> None:
    """Index the words of a clip that is shown (caption and whose it is); forget those of one that is not."""
    statement = (
        select(clips.c.caption, accounts.c.handle, accounts.c.name)
        .join_from(clips, accounts, accounts.c.id == clips.c.account_id)
        .where(clips.c.id == clip, SHOWN)
    )
    row = db.execute(statement).one_or_none()
    if row is None:
        search.forget(db, "clip", clip)
    else:
        search.index(db, "clip", clip, f"{row.caption} {row.handle} {row.name}")
