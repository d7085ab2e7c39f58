"""When somebody leaves or something goes: what they did is told to nobody any more."""

from sqlalchemy import and_, delete, exists, or_, select

from onstage.accounts.leaving import Subject
from onstage.clips import cases
from onstage.db.engine import Connection
from onstage.notifications.models import tiding_people, tidings


def purge(db: Connection, subject: Subject) -> int:
    """The purger of notifications: what others did too stays without whoever left."""
    others = exists().where(
        tiding_people.c.tiding_id == tidings.c.id, tiding_people.c.account_id.not_in(subject.accounts)
    )
    theirs = select(tiding_people.c.tiding_id).where(tiding_people.c.account_id.in_(subject.accounts))
    ended = and_(tidings.c.id.in_(theirs), ~others)
    about = or_(tidings.c.clip_id.in_(cases.ending(db, subject)), tidings.c.account_id.in_(subject.accounts), ended)
    return db.execute(delete(tidings).where(about)).rowcount
