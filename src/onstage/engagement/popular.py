"""What many people watch gets a rendition in AV1: found by its views, once for each film."""

from sqlalchemy import select

from onstage.clips.film import dense
from onstage.clips.models import clip_media, clips
from onstage.clips.queries import OPEN_TO_GUESTS
from onstage.db.engine import Connection
from onstage.engagement.models import totals

_AT_ONCE = 5


def ask_for_av1(db: Connection, least: int) -> None:
    """Have it made for the most watched of those clips that every guest may see and that have `least` views."""
    wanted = (
        select(clips.c.id)
        .join_from(clips, totals, totals.c.clip_id == clips.c.id)
        .outerjoin(clip_media, clip_media.c.clip_id == clips.c.id)
        .where(OPEN_TO_GUESTS, totals.c.views >= least, clip_media.c.av1_at.is_(None))
        .order_by(totals.c.views.desc(), clips.c.id)
        .limit(_AT_ONCE)
    )
    for clip in db.execute(wanted).scalars().all():
        dense.ask(db, clip)
