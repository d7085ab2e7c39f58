"""A no outlasts a restore: it goes into the journal beside the backups, in the order in which it was said.

So does that it waits as `basis` now, since its giver has no right any more, and that such a clip was brought back.
"""

from onstage.clips.models import HoldKind
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.jobs.queue import enqueue

JOURNAL = "journal"
PART = "part"


def journal_part(db: Connection, clip: int, source: int) -> None:
    """Have it written there that a clip contains another: a no to that one counts for it after a restore too."""
    enqueue(db, JOURNAL, {"kind": PART, "id": clip, "at": now(), "by": source})


def journal(db: Connection, clip: int, kind: HoldKind, giver: int, said: str) -> None:
    """Have a hold that begins (`said`: "no") or ends ("lifted", "waits") written there if it is a no; so "brought back"."""
    if kind is HoldKind.NO or said == "brought back":
        enqueue(db, JOURNAL, {"kind": said, "id": clip, "at": now(), "by": giver})
