"""What somebody who settles a case must know of a clip: its name, whatever its audience and holds."""

from collections.abc import Iterable

from sqlalchemy import select

from onstage.clips.models import clips
from onstage.db.engine import Connection


def slugs(db: Connection, of: Iterable[int]) -> dict[int, str]:
    """The names of these clips, for the open cases that they are part of and for nothing else."""
    rows = db.execute(select(clips.c.id, clips.c.slug).where(clips.c.id.in_(list(of))))
    return {row.id: row.slug for row in rows}
