"""Clips by number for those who settle cases or end things, whatever their audience and holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select

from onstage.accounts.leaving import Subject
from onstage.accounts.models import accounts, people
from onstage.clips.models import HoldKind, appearances, clips, holds, renditions
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


@dataclass(frozen=True)
class Case:
    """A clip that is withheld: its name and account, since when, and whom it concerns. Nothing of what it shows."""

    slug: str
    account: int
    handle: str
    since: int
    people: frozenset[int]


def withheld(db: Connection, kind: HoldKind, cause: int) -> list[Case]:
    """The clips that are withheld for this cause, latest first."""
    return _cases(db, (holds.c.kind == kind.value) & (holds.c.giver_id == cause))


_MODERATORS = holds.c.kind.in_([HoldKind.MODERATION.value, HoldKind.PRESERVED.value])


def withheld_by_nobody(db: Connection) -> list[Case]:
    """The clips that no moderator who is one now withholds: by a rule, or by one who has left or is none any more."""
    return _cases(db, _MODERATORS & ~exists().where(people.c.id == holds.c.giver_id, people.c.is_server_owner == 1))


def former_moderators(db: Connection, clip: int) -> list[int]:
    """Who withholds a clip and is no moderator any more."""
    former = exists().where(people.c.id == holds.c.giver_id, people.c.is_server_owner == 0)
    those = select(holds.c.giver_id).distinct().where(holds.c.clip_id == clip, _MODERATORS, former)
    return list(db.execute(those.order_by(holds.c.giver_id)).scalars())


def _cases(db: Connection, those: ColumnElement[bool]) -> list[Case]:
    rows = db.execute(
        select(clips.c.id, clips.c.slug, clips.c.person_id, clips.c.account_id, accounts.c.handle, holds.c.since)
        .join_from(holds, clips, clips.c.id == holds.c.clip_id)
        .join(accounts, accounts.c.id == clips.c.account_id)
        .where(those)
        .order_by(holds.c.since.desc())
    ).all()
    return [
        Case(row.slug, row.account_id, row.handle, row.since, frozenset({row.person_id, *_named_in(db, row.id)}))
        for row in rows
    ]


def _named_in(db: Connection, clip: int) -> list[int]:
    return list(db.execute(select(appearances.c.person_id).where(appearances.c.clip_id == clip)).scalars())


def named(db: Connection, slug: str) -> int | None:
    """The clip of that name, for who may end a hold on it and for nothing else."""
    return db.execute(select(clips.c.id).where(clips.c.slug == slug)).scalar()


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
