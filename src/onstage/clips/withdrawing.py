"""Telling open players that fewer may see a clip now: they hear a hash of its name, which says nothing to anybody else."""

import hashlib

from sqlalchemy import delete, insert, select

from onstage import ids
from onstage.clips.models import withdrawn
from onstage.clock import HOUR, SECOND, now
from onstage.db.engine import Connection

OVERLAP = 5 * SECOND  # a transaction that began before a look may commit after it


def mark_of(slug: str) -> str:
    """What a clip is called among listeners: the first half of the SHA-256 of its name, in hex."""
    return hashlib.sha256(slug.encode()).hexdigest()[:32]


def withdraw(db: Connection, slug: str) -> None:
    """Whoever has it open is to look again."""
    db.execute(insert(withdrawn).values(id=ids.new(), mark=mark_of(slug), at=now()))


def since(db: Connection, after: int) -> dict[int, str]:
    """The marks of what was withdrawn after that instant (UTC microseconds), by an id that tells repetitions."""
    rows = db.execute(select(withdrawn.c.id, withdrawn.c.mark).where(withdrawn.c.at > after).order_by(withdrawn.c.id))
    return {row.id: row.mark for row in rows}


def forget(db: Connection) -> int:
    """Players have long heard of what is an hour old; gives how many rows went."""
    return db.execute(delete(withdrawn).where(withdrawn.c.at < now() - HOUR)).rowcount
