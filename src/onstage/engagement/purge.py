"""When somebody leaves: their likes, saves and comments go, the counts with them, and the log no longer knows them."""

from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update

from onstage.accounts.leaving import Subject
from onstage.db.engine import Connection
from onstage.engagement import counts
from onstage.engagement.models import comments, likes, plays, saves, seen, shares
from onstage.engagement.viewers import NOBODY, of_account


def purge(db: Connection, subject: Subject) -> int:
    """The purger of engagement; plays stay counted, under a name that nobody has."""
    gone = 0
    for table, what in ((likes, "likes"), (saves, "saves"), (shares, "shares")):
        gone += _take(db, table, _theirs(table, subject), what)
    written = select(comments.c.id).where(_theirs(comments, subject))
    gone += _take(db, comments, or_(_theirs(comments, subject), comments.c.parent_id.in_(written)), "comments")
    for account in subject.accounts:
        gone += db.execute(delete(seen).where(seen.c.viewer == of_account(account))).rowcount
        db.execute(update(plays).where(plays.c.viewer == of_account(account)).values(viewer=NOBODY))
    return gone


def _theirs(table: Table, subject: Subject) -> ColumnElement[bool]:
    return or_(table.c.person_id == subject.person, table.c.account_id.in_(subject.accounts))


def _take(db: Connection, table: Table, condition: ColumnElement[bool], what: str) -> int:
    by_clip = db.execute(select(table.c.clip_id, func.count()).where(condition).group_by(table.c.clip_id)).all()
    for clip, number in by_clip:
        counts.add(db, clip, what, -number)
    db.execute(delete(table).where(condition))
    return sum(number for _, number in by_clip)
