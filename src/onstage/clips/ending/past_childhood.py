"""Clips from before somebody came of age: whose accounts become theirs, and keep, hide or delete for each (R12)."""

from sqlalchemy import ColumnElement, and_, exists, or_, select

from onstage.accounts import growing
from onstage.accounts.acts import Act
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing.deciding import decide
from onstage.clips.ending import removing
from onstage.clips.models import HoldKind, appearances, clips, holds
from onstage.clips.rules import consent
from onstage.clips.rules.fate import Fate
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import NotFound
from onstage.events import CameOfAge
from onstage.keys import Keys


def hand_over(db: Connection, keys: Keys, event: CameOfAge) -> None:
    """Make somebody who came of age an owner of the family accounts that they made clips for."""
    made_for = set(db.execute(select(clips.c.account_id).where(clips.c.person_id == event.person).distinct()).scalars())
    growing.own_family_accounts(db, keys, event.person, made_for, now())


def creators(db: Connection, account: int) -> set[int]:
    """Everybody who made a clip that is in an account."""
    return set(db.execute(select(clips.c.person_id).where(clips.c.account_id == account).distinct()).scalars())


def undecided(db: Connection, viewer: Viewer, limit: int = 200, before: int | None = None) -> list[int]:
    """The clips from before the viewer came of age that nothing of theirs holds, newest first; `before`: older than this one."""
    since = growing.came_of_age_at(db, viewer.person or 0)
    if since is None:
        return []
    mine = select(clips.c.id).where(_with(viewer), clips.c.created_at < since, ~_held(HoldKind.NO, viewer.person))
    older = mine if before is None else mine.where(clips.c.id < before)
    return list(db.execute(older.order_by(clips.c.id.desc()).limit(limit)).scalars())


def _with(viewer: Viewer) -> ColumnElement[bool]:
    """Clips that the viewer made or is named in, but for those that are ending."""
    named = (appearances.c.person_id == viewer.person) & (appearances.c.sticks == 1)
    theirs = or_(clips.c.person_id == viewer.person, clips.c.id.in_(select(appearances.c.clip_id).where(named)))
    return and_(theirs, ~_held(HoldKind.DELETING))


def _held(kind: HoldKind, giver: int | None = None) -> ColumnElement[bool]:
    held = exists().where(holds.c.clip_id == clips.c.id, holds.c.kind == kind.value)
    return held if giver is None else held.where(holds.c.giver_id == giver)


def hide(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> None:
    """Hide a clip of one's childhood: it is a no, which holds until one lifts it oneself. Raises NotFound."""
    assert viewer.person is not None
    by, clip = viewer.person, _mine(db, viewer, slug)
    decide(db, keys, clip, lambda record: consent.say_no(record.clip, record.facts, by), Act.NO, by=by)


def delete(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> Fate:
    """Delete a clip of one's childhood: erased where one is in it alone, else withheld and erased after thirty days (R12).

    Raises NotFound.
    """
    return removing.remove_from(db, keys, viewer, _mine(db, viewer, slug))


def _mine(db: Connection, viewer: Viewer, slug: str) -> int:
    since = growing.came_of_age_at(db, viewer.person or 0)
    wanted = select(clips.c.id).where(clips.c.slug == slug, _with(viewer), clips.c.created_at < (since or 0))
    found = db.execute(wanted).scalar()
    if found is None:
        raise NotFound("There is no such clip from before you came of age.")
    return int(found)
