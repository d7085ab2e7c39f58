"""When somebody leaves or something goes: reports about it go, and what the leaver wrote in reports does too."""

from sqlalchemy import delete, or_, update

from onstage.accounts.leaving import Subject
from onstage.clips import cases
from onstage.db.engine import Connection
from onstage.moderation.models import claims, reports


def purge(db: Connection, subject: Subject) -> int:
    """The purger of moderation: a report about somebody who stays stays, without the words of its reporter."""
    about = or_(reports.c.clip_id.in_(cases.ending(db, subject)), reports.c.account_id.in_(subject.accounts))
    gone = db.execute(delete(reports).where(about)).rowcount
    theirs = reports.c.reporter_id == subject.person
    gone += db.execute(update(reports).where(theirs).values(words="", reporter_id=None)).rowcount
    made = claims.c.claimant_id == subject.person
    gone += db.execute(
        update(claims).where(made).values(words="", appeal="", claimant_key=b"", claimant_id=None)
    ).rowcount
    settled = reports.c.settled_by == subject.person
    return gone + db.execute(update(reports).where(settled).values(settled_words="", settled_by=None)).rowcount
