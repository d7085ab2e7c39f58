"""After a backup is restored: what was erased since then does not rise again (consent.md R17)."""

from collections.abc import Sequence

from sqlalchemy import Column, select

from onstage.accounts.age import Band
from onstage.accounts.leaving import NOBODY, Purger, Subject, erase, purge
from onstage.accounts.models import accounts, people
from onstage.clips import holds
from onstage.clips.models import HoldKind, appearances, clip_labels, clips
from onstage.db.engine import Connection
from onstage.storage.journal import Entry

_BATCH = 500


def erase_again(db: Connection, entries: Sequence[Entry], purgers: Sequence[Purger]) -> int:
    """Erase the clips, people and accounts that the journal knows to be gone; gives how many had risen."""
    risen = _there(db, clips.c.id, "clip", entries)
    purge(db, Subject(NOBODY, clips=tuple(risen)), purgers)
    returned = _there(db, people.c.id, "person", entries)
    for person in returned:
        erase(db, person, purgers)
    ended = Subject(NOBODY, tuple(_there(db, accounts.c.id, "account", entries)))
    purge(db, ended, purgers)
    return len(risen) + len(returned) + len(ended.accounts)


def _there(db: Connection, column: Column[int], kind: str, entries: Sequence[Entry]) -> list[int]:
    named = sorted({entry.id for entry in entries if entry.kind == kind})
    found: list[int] = []
    for start in range(0, len(named), _BATCH):
        some = named[start : start + _BATCH]
        found += db.execute(select(column).where(column.in_(some))).scalars()
    return found


def say_no_again(db: Connection, entries: Sequence[Entry]) -> int:
    """Place the holds of noes that were said after the backup, and end those that were lifted; gives how many changed."""
    last = {(entry.id, entry.by): entry for entry in sorted(entries, key=_moment) if entry.kind in {"no", "lifted"}}
    change = {"no": holds.place, "lifted": holds.lift}
    return sum(change[entry.kind](db, clip, HoldKind.NO, by) for (clip, by), entry in last.items())


def _moment(entry: Entry) -> int:
    return entry.at


def hold_minors(db: Connection) -> int:
    """Withhold every clip that somebody made or is in who is not known to be an adult; gives how many.

    For a restore without its journal: nobody can say any more which of them were to be gone.
    """
    minors = select(people.c.id).where(people.c.band != Band.ADULT.value)
    made = select(clips.c.id).where(clips.c.person_id.in_(minors))
    named = select(appearances.c.clip_id).where(appearances.c.person_id.in_(minors))
    not_here = select(clip_labels.c.clip_id).where(clip_labels.c.minor == 1)
    found = db.execute(made.union(named, not_here)).scalars().all()
    return sum(holds.place(db, clip, HoldKind.MODERATION) for clip in found)
