"""Stopping a clip from going further than where it is, and letting it go on as before."""

from sqlalchemy import select, update

from onstage.clips.models import clips
from onstage.db.engine import Connection
from onstage.events import ReachChanged
from onstage.jobs.queue import record as tell

RECOMMENDED, LEAVES = 1, 2


def stop(db: Connection, clip: int) -> int:
    """Show it to no strangers and let it leave the server no more; gives what it did before, for `go_on`."""
    row = db.execute(
        select(clips.c.recommended, clips.c.leaves_server).where(clips.c.id == clip).with_for_update()
    ).one()
    db.execute(update(clips).where(clips.c.id == clip).values(recommended=0, leaves_server=0))
    tell(db, ReachChanged(clip))
    return RECOMMENDED * int(row.recommended) | LEAVES * int(row.leaves_server)


def go_on(db: Connection, clip: int, before: int) -> None:
    """Let it spread as it did before it was stopped."""
    values = {}
    if before & RECOMMENDED:
        values["recommended"] = 1
    if before & LEAVES:
        values["leaves_server"] = 1
    if values:
        db.execute(update(clips).where(clips.c.id == clip).values(values))
        tell(db, ReachChanged(clip))
