"""The ranking of the most liked public clips, made anew by a job every few minutes."""

from sqlalchemy import Subquery, delete, func, insert, select

from onstage.clips.models import clips
from onstage.clips.queries import FOR_ALL
from onstage.clock import DAY, now
from onstage.db.engine import Connection
from onstage.engagement.models import counts, likes
from onstage.feed.models import rankings

LENGTH = 1000
WINDOW = 30 * DAY
KEPT = 3


def refresh(db: Connection) -> int:
    """Write a new generation of the ranking, keep the last three, and return its number."""
    generation = now()
    score = _lately()
    best = (
        select(clips.c.id)
        .join_from(clips, counts, counts.c.clip_id == clips.c.id)
        .outerjoin(score, score.c.clip_id == clips.c.id)
        .where(FOR_ALL, counts.c.likes > 0)
        .order_by(func.coalesce(score.c.lately, 0).desc(), counts.c.likes.desc(), clips.c.id.desc())
        .limit(LENGTH)
    )
    ranked = [
        {"generation": generation, "rank": rank, "clip_id": clip}
        for rank, clip in enumerate(db.execute(best).scalars(), 1)
    ]
    if ranked:
        db.execute(insert(rankings), ranked)
    kept = select(rankings.c.generation).distinct().order_by(rankings.c.generation.desc()).limit(KEPT)
    db.execute(delete(rankings).where(rankings.c.generation.not_in(kept)))
    return generation


def _lately() -> Subquery:
    recent = likes.c.at > now() - WINDOW
    return select(likes.c.clip_id, func.count().label("lately")).where(recent).group_by(likes.c.clip_id).subquery()
