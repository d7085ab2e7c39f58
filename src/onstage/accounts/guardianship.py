"""Guardians: who stands for a minor, what they agreed on among themselves, and whether one of them is absent."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, case, exists, select, update

from onstage.accounts.models import guardianships, people
from onstage.db.engine import Connection
from onstage.events import GuardianAbsent
from onstage.jobs.queue import record


class Agreement(StrEnum):
    """How many guardians must say yes to what can be undone; in both, one no stops it."""

    ANY = "any"
    ALL = "all"


BACK = -1
"""In place of a number of reminders: was absent and has come back."""


@dataclass(frozen=True)
class Guardian:
    """One guardian of one minor, accepted and not ended. Not `full`: a carer, who may see, limit and object."""

    guardian: int
    minor: int
    full: bool
    absent: bool


LIVE: ColumnElement[bool] = guardianships.c.ended_at.is_(None) & guardianships.c.accepted_at.is_not(None)
"""The rows that count now: a claim nobody has accepted does not."""


def wait_for(db: Connection, minor: int) -> None:
    """Once nobody decides about a clip with them, and until this transaction ends nobody does. Before anything else."""
    db.execute(select(people.c.id).where(people.c.id == minor).with_for_update(key_share=True)).all()


def guardians_of(db: Connection, minors: Collection[int]) -> list[Guardian]:
    """The guardians of these people, in the order in which they came."""
    rows = db.execute(
        select(
            guardianships.c.guardian_id,
            guardianships.c.minor_id,
            guardianships.c.is_full,
            guardianships.c.absent_since,
        )
        .where(guardianships.c.minor_id.in_(minors), LIVE)
        .order_by(guardianships.c.id)
    )
    return [Guardian(guardian, minor, bool(full), absent is not None) for guardian, minor, full, absent in rows]


def minors_of(db: Connection, guardian: int) -> list[Guardian]:
    """The people for whom somebody stands."""
    mine = select(guardianships.c.minor_id).where(guardianships.c.guardian_id == guardian, LIVE)
    found = guardians_of(db, db.execute(mine).scalars().all())
    return [each for each in found if each.guardian == guardian]


def agreement(db: Connection, minor: int) -> Agreement:
    """How many guardians it takes: `any` only when every guardian of the minor wants it so."""
    wanted = (
        db.execute(select(guardianships.c.agreement).where(guardianships.c.minor_id == minor, LIVE)).scalars().all()
    )
    return Agreement.ANY if wanted and set(wanted) == {Agreement.ANY.value} else Agreement.ALL


def absence_counts(db: Connection, minor: int) -> bool:
    """Whether an absent guardian is passed over for near clips; any guardian may switch that off (consent.md R4)."""
    off = exists().where(guardianships.c.minor_id == minor, guardianships.c.absence_counts == 0, LIVE)
    return not db.execute(select(off)).scalar()


def here(db: Connection, person: int, now: int) -> None:
    """Somebody is signed in: as a guardian they are absent no longer, which the ledger hears of soon (`absence`)."""
    db.execute(update(people).where(people.c.id == person).values(seen_at=now))
    away = (guardianships.c.guardian_id == person) & guardianships.c.absent_since.is_not(None)
    for minor in db.execute(select(guardianships.c.minor_id).where(away)).scalars().all():
        record(db, GuardianAbsent(person, minor, absent=False))
    reminded = (guardianships.c.guardian_id == person) & (guardianships.c.reminders > 0)
    left = case((guardianships.c.absent_since.is_not(None), BACK), else_=0)
    db.execute(update(guardianships).where(reminded).values(reminders=left, reminded_at=None, absent_since=None))


def has_full_guardian(db: Connection, minor: int) -> bool:
    """Whether somebody who was vouched for may say yes for this person."""
    full = exists().where(guardianships.c.minor_id == minor, guardianships.c.is_full == 1, LIVE)
    return bool(db.execute(select(full)).scalar())
