"""Clips from before somebody came of age: whose accounts become theirs, and keep, hide or delete for each (R12)."""

from sqlalchemy import select

from onstage.accounts import growing
from onstage.accounts.acts import Act
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import holds
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.edit import own as own_clip
from onstage.clips.ending import removing
from onstage.clips.models import HoldKind, clips
from onstage.clips.queries import own
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


def undecided(db: Connection, viewer: Viewer, limit: int = 200) -> list[int]:
    """The viewer's clips from before they came of age that nothing of theirs holds, newest first."""
    since = growing.came_of_age_at(db, viewer.person or 0)
    if since is None:
        return []
    mine = select(clips.c.id).where(own(viewer), clips.c.created_at < since).order_by(clips.c.id.desc()).limit(limit)
    return [
        clip for clip in db.execute(mine).scalars() if not holds.is_held_by(db, clip, HoldKind.NO, viewer.person or 0)
    ]


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
    clip = own_clip(db, viewer, slug)
    if clip.person != viewer.person or growing.came_of_age_at(db, clip.person) is None:
        raise NotFound("There is no such clip from before you came of age.")
    return clip.id
