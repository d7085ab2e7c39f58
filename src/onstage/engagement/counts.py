"""Counts that are changed in the transaction that changes what is counted."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert

from onstage.clips.models import clip_coauthors, clips
from onstage.clips.queries import OPEN_TO_GUESTS
from onstage.db.engine import Connection
from onstage.engagement.models import counts, totals


def add(db: Connection, clip: int, what: str, by: int) -> None:
    """Add `by` (may be negative) to the clip's number of one of its columns; its row comes with the first."""
    first = insert(counts).values({"clip_id": clip, what: by})
    db.execute(first.on_conflict_do_update(index_elements=["clip_id"], set_={what: counts.c[what] + by}))


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is counted of a clip, whoever may see it."""

    views: int
    likes: int
    comments: int


def numbers(db: Connection, clip_ids: Collection[int]) -> dict[int, Numbers]:
    """The numbers of these clips; only for comparing with what they were: who may see them is another question."""
    found = {clip: [0, 0, 0] for clip in clip_ids}
    for clip, likes, comments in db.execute(
        select(counts.c.clip_id, counts.c.likes, counts.c.comments).where(counts.c.clip_id.in_(clip_ids))
    ):
        found[clip][1:] = likes, comments
    for clip, views in db.execute(select(totals.c.clip_id, totals.c.views).where(totals.c.clip_id.in_(clip_ids))):
        found[clip][0] = views
    return {clip: Numbers(*each) for clip, each in found.items()}


def likes_of(db: Connection, account: int) -> int:
    """How many likes an account's clips, those made with others too, have together: of what every guest may see, for all alike."""
    shared = select(clip_coauthors.c.clip_id).where(clip_coauthors.c.account_id == account, clip_coauthors.c.waits == 0)
    statement = (
        select(func.coalesce(func.sum(counts.c.likes), 0))
        .join_from(clips, counts, counts.c.clip_id == clips.c.id)
        .where(or_(clips.c.account_id == account, clips.c.id.in_(shared)), OPEN_TO_GUESTS)
    )
    return int(db.execute(statement).scalar_one())
