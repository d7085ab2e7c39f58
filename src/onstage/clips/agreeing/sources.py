"""The clips that a clip contains, to any depth, and who is in them: who is in these is in that one too (consent.md R6, R15)."""

from sqlalchemy import select

from onstage.clips.models import appearances, clips, contained
from onstage.db.engine import Connection


def all_in(db: Connection, clip: int) -> set[int]:
    """Every clip that it contains, and that these contain."""
    found: set[int] = set()
    new = {clip}
    while new:
        sources = select(contained.c.source_id).where(contained.c.clip_id.in_(new))
        new = set(db.execute(sources).scalars()) - found
        found |= new
    return found


def people_within(db: Connection, clip: int) -> set[int]:
    """Who made, or appears in, a clip that this one contains."""
    sources = all_in(db, clip)
    if not sources:
        return set()
    made = select(clips.c.person_id).where(clips.c.id.in_(sources))
    named = select(appearances.c.person_id).where(appearances.c.clip_id.in_(sources))
    return set(db.execute(made.union(named)).scalars())
