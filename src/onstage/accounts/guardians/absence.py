"""Absence: a guardian who does not sign in is reminded three times, and then counts as absent (consent.md R4)."""

from sqlalchemy import RowMapping, func, select, update

from onstage import mail
from onstage.accounts import ledger, notices
from onstage.accounts.guardianship import BACK, LIVE
from onstage.accounts.ledger import Entry
from onstage.accounts.models import guardianships, people
from onstage.accounts.notices import Notice
from onstage.clock import DAY
from onstage.db.engine import Connection
from onstage.events import GuardianAbsent, GuardianReminded
from onstage.jobs.queue import enqueue, record
from onstage.keys import Keys

ABSENT_AFTER = 30 * DAY
REMINDED_AFTER = (9 * DAY, 16 * DAY, 23 * DAY)


def run(db: Connection, keys: Keys, origin: str, now: int) -> None:
    """Remind those who have not signed in for a while, and let those be absent whom three reminders did not bring."""
    seen = func.coalesce(people.c.seen_at, people.c.created_at)
    quiet = (
        select(guardianships, people.c.mail, seen.label("seen"))
        .join_from(guardianships, people, people.c.id == guardianships.c.guardian_id)
        .where(LIVE, guardianships.c.absent_since.is_(None), seen <= now - REMINDED_AFTER[0])
        .order_by(guardianships.c.id)
    )
    reminded = {row.mail for row in db.execute(quiet).all() if _remind_or_pass(db, keys, row._mapping, now)}
    for address in sorted(reminded - {None}):
        _write_to(db, address, origin)


def _remind_or_pass(db: Connection, keys: Keys, row: RowMapping, now: int) -> bool:
    """Whether they were reminded: who looks after several children gets one mail for all of them."""
    guardian, minor, reminders = row["guardian_id"], row["minor_id"], row["reminders"]
    one = guardianships.c.id == row["id"]
    if reminders < len(REMINDED_AFTER):
        rested = row["reminded_at"] is None or row["reminded_at"] <= now - (REMINDED_AFTER[1] - REMINDED_AFTER[0])
        if row["seen"] <= now - REMINDED_AFTER[reminders] and rested:
            db.execute(update(guardianships).where(one).values(reminders=reminders + 1, reminded_at=now))
            notices.tell(db, [guardian], Notice.COME_BACK, now, about=minor)
            record(db, GuardianReminded(guardian, minor, now))
            return True
    elif row["seen"] <= now - ABSENT_AFTER and row["reminded_at"] <= now - (ABSENT_AFTER - REMINDED_AFTER[2]):
        db.execute(update(guardianships).where(one).values(absent_since=now))
        record(db, GuardianAbsent(guardian, minor, absent=True))
        notices.tell(db, [guardian], Notice.ABSENT, now, about=minor)
        ledger.append(db, keys, Entry(ledger.Act.GUARDIAN_ABSENT, None, about=(guardian, minor)))
    return False


def _write_to(db: Connection, address: str, origin: str) -> None:
    words = f"Somebody here needs you as a guardian now and then. Look in, so that nothing has to wait:\n\n{origin}\n"
    enqueue(db, mail.JOB, {"to": address, "subject": "A child here may need your yes", "words": words})


def enter_returns(db: Connection, keys: Keys) -> int:
    """Enter in the ledger who came back: their sign-in has ended the absence already. Returns how many."""
    here = select(guardianships).where(guardianships.c.reminders == BACK).order_by(guardianships.c.id)
    rows = db.execute(here).all()
    for row in rows:
        db.execute(update(guardianships).where(guardianships.c.id == row.id).values(reminders=0, reminded_at=None))
        ledger.append(db, keys, Entry(ledger.Act.GUARDIAN_BACK, row.guardian_id, about=(row.minor_id,)))
    return len(rows)
