"""After a backup is restored: what was erased since then does not rise again (consent.md R17)."""

from collections.abc import Sequence

from sqlalchemy import Column, select

from onstage.accounts.age import Band
from onstage.accounts.leaving import Purger, Subject, erase, purge_accounts
from onstage.accounts.models import accounts, people
from onstage.clips import holds
from onstage.clips.deletion import erase_rows
from onstage.clips.models import HoldKind, clips
from onstage.db.engine import Connection
from onstage.storage.journal import Entry

_NOBODY = -1
_BATCH = 500


def erase_again(db: Connection, entries: Sequence[Entry], purgers: Sequence[Purger]) -> int:
    """Erase the clips, people and accounts that the journal knows to be gone; gives how many had risen."""
    risen = _there(db, clips.c.id, "clip", entries)
    erase_rows(db, risen)
    returned = _there(db, people.c.id, "person", entries)
    for person in returned:
        erase(db, person, purgers)
    ended = Subject(_NOBODY, tuple(_there(db, accounts.c.id, "account", entries)))
    if ended.accounts:
        for purge in purgers:
            purge(db, ended)
        purge_accounts(db, ended)
    return len(risen) + len(returned) + len(ended.accounts)


def _there(db: Connection, column: Column[int], kind: str, entries: Sequence[Entry]) -> list[int]:
    named = sorted({entry.id for entry in entries if entry.kind == kind})
    found: list[int] = []
    for start in range(0, len(named), _BATCH):
        some = named[start : start + _BATCH]
        found += db.execute(select(column).where(column.in_(some))).scalars()
    return found


def hold_minors(db: Connection) -> int:
    """Withhold every clip that somebody made who is not known to be an adult; gives how many.

    For a restore without its journal: nobody can say any more which of them were to be gone.
    """
    theirs = select(clips.c.id).join_from(clips, people, people.c.id == clips.c.person_id)
    found = db.execute(theirs.where(people.c.band != Band.ADULT.value)).scalars().all()
    return sum(holds.place(db, clip, HoldKind.MODERATION) for clip in found)
