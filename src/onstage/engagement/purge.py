"""When somebody leaves: their likes, saves and comments go, the counts with them, and the log no longer knows them."""

from sqlalchemy import ColumnElement, ScalarSelect, Table, delete, func, or_, select, true, update

from onstage.accounts.leaving import Subject
from onstage.clips import cases
from onstage.db.engine import Connection
from onstage.engagement import counts
from onstage.engagement.closing import close_audience
from onstage.engagement.log import lock
from onstage.engagement.models import (
    audiences,
    comment_likes,
    comments,
    guest_views,
    likes,
    plays,
    reposts,
    saves,
    seen,
    shares,
)
from onstage.engagement.viewers import NOBODY, of_account


def purge(db: Connection, subject: Subject) -> int:
    """The purger of engagement; plays stay counted, under a name that nobody has."""
    gone = 0
    for table, what in ((likes, "likes"), (saves, "saves"), (shares, "shares"), (reposts, "reposts")):
        gone += _take(db, table, _theirs(table, subject), what)
    liked = select(comment_likes.c.comment_id).where(_theirs(comment_likes, subject))
    db.execute(update(comments).where(comments.c.id.in_(liked)).values(likes=comments.c.likes - _likes_of(subject)))
    gone += db.execute(delete(comment_likes).where(_theirs(comment_likes, subject))).rowcount
    written = select(comments.c.id).where(_theirs(comments, subject))
    gone += _take(db, comments, or_(_theirs(comments, subject), comments.c.parent_id.in_(written)), "comments")
    lock(db)  # after what people wait for who then wait for the log, before what the writer of the log waits for
    for account in subject.accounts:
        for table in (seen, audiences):
            gone += db.execute(delete(table).where(table.c.viewer == of_account(account))).rowcount
        db.execute(update(plays).where(plays.c.viewer == of_account(account)).values(viewer=NOBODY))
    return gone + _forget_clips(db, subject)


def _forget_clips(db: Connection, subject: Subject) -> int:
    """The log counts on without gaps, and no longer says of what; everything else hangs on the clip and goes with it."""
    ending = cases.ending(db, subject)
    gone = db.execute(delete(guest_views).where(guest_views.c.clip_id.in_(ending))).rowcount
    close_audience(db, plays.c.clip_id.in_(ending))
    return gone + db.execute(update(plays).where(plays.c.clip_id.in_(ending)).values(clip_id=0)).rowcount


def _likes_of(subject: Subject) -> ScalarSelect[int]:
    """How many likes of theirs a comment has: one for each of their accounts at most."""
    theirs = (comment_likes.c.comment_id == comments.c.id) & _theirs(comment_likes, subject)
    return select(func.count()).where(theirs).correlate(comments).scalar_subquery()


def _theirs(table: Table, subject: Subject) -> ColumnElement[bool]:
    return or_(table.c.person_id == subject.person, table.c.account_id.in_(subject.accounts))


def _take(db: Connection, table: Table, condition: ColumnElement[bool], what: str) -> int:
    is_counted = table.c.state == "shown" if table is comments else true()
    totals = select(table.c.clip_id, func.count()).where(condition, is_counted).group_by(table.c.clip_id)
    by_clip = db.execute(totals).all()
    for clip, number in by_clip:
        counts.add(db, clip, what, -number)
    return db.execute(delete(table).where(condition)).rowcount
