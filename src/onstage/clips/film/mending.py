"""Mending: rows whose objects are lost are made right where something is left to make them from."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, or_, select, update

from onstage.accounts.models import accounts
from onstage.clips.film.pipeline import FINISH
from onstage.clips.models import AVIF, clip_media, clips, renditions
from onstage.clips.portraits.models import portraits, portraits_withheld
from onstage.clips.trimmed import COVER, LADDER
from onstage.db.engine import Connection
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue


@dataclass(frozen=True)
class Mended:
    """How many clips get made anew what they lost, and how many accounts show their letter instead of a picture."""

    clips: int
    accounts: int


def mend(db: Connection, lost: Collection[str]) -> Mended:
    """Take lost objects out of the rows and have them made again, where another rendition of the clip is there."""
    hit = _renditions(db, lost) | _covers(db, lost) | _made(db, lost)
    db.execute(update(clips).where(clips.c.original.in_(lost)).values(original=None))
    pictures = db.execute(update(accounts).where(accounts.c.avatar.in_(lost)).values(avatar=None)).rowcount
    for table in (portraits, portraits_withheld):
        db.execute(update(table).where(table.c.avatar.in_(lost)).values(avatar=None))
    return Mended(len(hit), pictures)


def _renditions(db: Connection, lost: Collection[str]) -> set[int]:
    rows = db.execute(select(renditions.c.clip_id, renditions.c.key).where(renditions.c.key.in_(lost))).all()
    hit = {clip for clip, _key in rows}
    left = select(renditions.c.clip_id).where(renditions.c.clip_id.in_(hit), renditions.c.key.not_in(lost))
    left = left.where(renditions.c.aside == 0)
    alive = set(db.execute(left).scalars())
    for clip in alive:
        gone = [key for of, key in rows if of == clip]
        db.execute(delete(renditions).where(renditions.c.key.in_(gone)))
        _again(db, clip, LADDER, {"copied": False, "cover": ""}, Lane.LADDER)
    return alive


def _covers(db: Connection, lost: Collection[str]) -> set[int]:
    columns = (clips.c.cover, clips.c.cover_small, clip_media.c.cover_tiny, *AVIF)
    beside = select(clips.c.id, clips.c.cover).outerjoin_from(clips, clip_media, clip_media.c.clip_id == clips.c.id)
    hit = db.execute(beside.where(or_(*(column.in_(lost) for column in columns)))).all()
    for clip, cover in hit:
        _again(db, clip, COVER, {"at_us": None, "image": None, "lost": cover}, Lane.PUBLISH)
    return {clip for clip, _cover in hit}


def _made(db: Connection, lost: Collection[str]) -> set[int]:
    db.execute(update(clip_media).where(clip_media.c.preview.in_(lost)).values(preview=None))
    hit = set(db.execute(select(clip_media.c.clip_id).where(clip_media.c.scrub.in_(lost))).scalars())
    db.execute(update(clip_media).where(clip_media.c.scrub.in_(lost)).values(scrub=None, scrub_count=0))
    for clip in hit:
        _again(db, clip, FINISH, {"cover": ""}, Lane.LADDER)
    return hit


def _again(db: Connection, clip: int, kind: str, payload: dict[str, object], lane: Lane) -> None:
    enqueue(db, kind, payload, lane=lane, subject=clip, key=f"mend {kind}:{clip}")
