"""Clips by number for those who settle cases or end things, whatever their audience and holds."""

from collections.abc import Iterable

from sqlalchemy import or_, select

from onstage.accounts.leaving import Subject
from onstage.clips.models import HoldKind, clips, holds, renditions
from onstage.clips.renditions import IN_AV1
from onstage.db.engine import Connection


def slugs(db: Connection, of: Iterable[int]) -> dict[int, str]:
    """The names of these clips, for the open cases that they are part of and for nothing else."""
    rows = db.execute(select(clips.c.id, clips.c.slug).where(clips.c.id.in_(list(of))))
    return {row.id: row.slug for row in rows}


def ending(db: Connection, subject: Subject) -> list[int]:
    """The clips that go with a subject: what the person made, what the accounts show, and those named one by one."""
    theirs = or_(
        clips.c.person_id == subject.person, clips.c.account_id.in_(subject.accounts), clips.c.id.in_(subject.clips)
    )
    return list(db.execute(select(clips.c.id).where(theirs)).scalars())


def made_by(db: Connection, person: int) -> list[int]:
    """Every clip that this person made."""
    return list(db.execute(select(clips.c.id).where(clips.c.person_id == person).order_by(clips.c.id)).scalars())


def held_for(db: Connection, kind: HoldKind, cause: int) -> list[int]:
    """The clips that are withheld for this cause."""
    those = (holds.c.kind == kind.value) & (holds.c.giver_id == cause)
    return list(db.execute(select(holds.c.clip_id).where(those).order_by(holds.c.clip_id)).scalars())


def film(db: Connection, clip: int) -> str | None:
    """The key of the largest film of a clip, for whoever settles an open case about it and for nothing else."""
    of_clip = (
        select(renditions.c.key)
        .where(renditions.c.clip_id == clip, renditions.c.aside == 0, ~IN_AV1)
        .order_by(renditions.c.height.desc())
        .limit(1)
    )
    return db.execute(of_clip).scalar()
