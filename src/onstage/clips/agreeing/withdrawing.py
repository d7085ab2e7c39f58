"""Telling open players that fewer may see a clip now, so that they look again."""

from sqlalchemy import delete, insert, select

from onstage import ids
from onstage.clips.models import withdrawn
from onstage.clock import HOUR, SECOND, now
from onstage.db.engine import Connection

OVERLAP = 5 * SECOND  # a transaction that began before a look may commit after it


def withdraw(db: Connection, clip: int) -> None:
    """Whoever has it open is to look again."""
    db.execute(insert(withdrawn).values(id=ids.new(), clip_id=clip, at=now()))


def lately(db: Connection) -> set[int]:
    """The clips that were withdrawn within the last seconds."""
    return set(db.execute(select(withdrawn.c.clip_id).where(withdrawn.c.at > now() - OVERLAP)).scalars())


def forget(db: Connection) -> int:
    """Players have long heard of what is an hour old; gives how many rows went."""
    return db.execute(delete(withdrawn).where(withdrawn.c.at < now() - HOUR)).rowcount
