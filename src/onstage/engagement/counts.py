"""Counts that are changed in the transaction that changes what is counted."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from onstage.clips.models import clips
from onstage.clips.queries import OPEN_TO_GUESTS
from onstage.db.engine import Connection
from onstage.engagement.models import counts


def add(db: Connection, clip: int, what: str, by: int) -> None:
    """Add `by` (may be negative) to the clip's number of `likes`, `comments` or `saves`; its row comes with the first."""
    first = insert(counts).values({"clip_id": clip, what: by})
    db.execute(first.on_conflict_do_update(index_elements=["clip_id"], set_={what: counts.c[what] + by}))


def likes_of(db: Connection, account: int) -> int:
    """How many likes the clips of an account that every guest may see have together: the same for all who ask."""
    statement = (
        select(func.coalesce(func.sum(counts.c.likes), 0))
        .join_from(clips, counts, counts.c.clip_id == clips.c.id)
        .where(clips.c.account_id == account, OPEN_TO_GUESTS)
    )
    return int(db.execute(statement).scalar_one())
