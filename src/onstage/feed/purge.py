"""When clips go: the rankings no longer name them."""

from sqlalchemy import delete

from onstage.accounts.leaving import Subject
from onstage.clips import cases
from onstage.db.engine import Connection
from onstage.feed.models import rankings


def purge(db: Connection, subject: Subject) -> int:
    """The purger of feed."""
    return db.execute(delete(rankings).where(rankings.c.clip_id.in_(cases.ending(db, subject)))).rowcount
