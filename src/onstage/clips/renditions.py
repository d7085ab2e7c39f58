"""The files of a clip as rows: renditions and covers come in, what they replace is named for removal."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from onstage.clips.models import ASIDE, AVIF, clip_media, clips, covers_aside, renditions
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing, insert_or_set


@dataclass(frozen=True)
class Rendition:
    """A stored rendition: `bitrate` in bits a second, `codecs` by RFC 6381."""

    key: str
    width: int
    height: int
    bytes: int
    bitrate: int
    codecs: str


@dataclass(frozen=True)
class CoverKeys:
    """A stored cover in three sizes, and what stands in for it until it has come: see media.covers.Cover."""

    large: str
    small: str
    tiny: str
    placeholder: str
    color: str
    avif: list[str] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """The objects."""
        return [self.large, self.small, self.tiny, *self.avif]


def add(db: Connection, clip: int, made: Rendition, *, aside: bool = False) -> None:
    """Let players choose this rendition too, unless it is another film that waits `aside`."""
    db.execute(
        insert(renditions).values(
            key=made.key,
            clip_id=clip,
            width=made.width,
            height=made.height,
            bytes=made.bytes,
            bitrate=made.bitrate,
            codecs=made.codecs,
            aside=int(aside),
        )
    )


def remove(db: Connection, key: str) -> None:
    """Let no player choose this rendition any more."""
    db.execute(delete(renditions).where(renditions.c.key == key))


IN_AV1: ColumnElement[bool] = renditions.c.codecs.startswith("av01")


def _of(clip: int) -> ColumnElement[bool]:
    """What is made from, and shown everywhere."""
    return and_(renditions.c.clip_id == clip, renditions.c.aside == 0, ~IN_AV1)


def largest(db: Connection, clip: int) -> str | None:
    """The key of the best rendition; None: there is none."""
    best = select(renditions.c.key).where(_of(clip)).order_by(renditions.c.height.desc()).limit(1)
    return db.execute(best).scalar()


def short_sides(db: Connection, clip: int) -> set[int]:
    """The short side of every rendition that there is."""
    rows = db.execute(select(renditions.c.width, renditions.c.height).where(_of(clip)))
    return {min(width, height) for width, height in rows}


def smallest(db: Connection, clip: int) -> str | None:
    """The key of the rendition that is the least work to read; None: there is none."""
    least = select(renditions.c.key).where(_of(clip)).order_by(renditions.c.height).limit(1)
    return db.execute(least).scalar()


def still_shows(db: Connection, clip: int, key: str) -> bool:
    """Whether that rendition is still one of what the clip shows, and stays so until this transaction ends.

    What was made of another film meanwhile, as of one that has been cut, must not come to this one.
    """
    db.execute(select(clips.c.id).where(clips.c.id == clip).with_for_update()).first()
    return db.execute(select(renditions.c.key).where(_of(clip), renditions.c.key == key)).first() is not None


def rival(db: Connection, clip: int, short: int) -> int:
    """The bytes of the smallest rendition with at least that short side, or of the largest there is."""
    rows = db.execute(select(renditions.c.width, renditions.c.height, renditions.c.bytes).where(_of(clip)))
    sizes: list[tuple[int, int]] = sorted((min(width, height), length) for width, height, length in rows)
    enough = [length for side, length in sizes if side >= short]
    return (enough or [length for _side, length in sizes][-1:] or [0])[0]


def note_media(db: Connection, clip: int, **values: object) -> None:
    """Set columns of `clip_media`; the clip is there and locked."""
    insert_missing(db, clip_media, clip_id=clip)
    db.execute(update(clip_media).where(clip_media.c.clip_id == clip).values(values))


def set_cover(db: Connection, clip: int, cover: CoverKeys, *, instead_of: Sequence[str] | None = None) -> list[str]:
    """Give a clip its cover; gives the keys that nothing names any more.

    With `instead_of` only where the cover is one of these keys, or there is none: a choice of its author stays.
    """
    found = db.execute(
        select(clips.c.cover, clips.c.cover_small, clip_media.c.cover_tiny, *AVIF)
        .outerjoin_from(clips, clip_media, clip_media.c.clip_id == clips.c.id)
        .where(clips.c.id == clip)
        .with_for_update(of=clips)
    ).first()
    if found is None or (instead_of is not None and found[0] is not None and found[0] not in instead_of):
        return cover.keys
    values = {"cover": cover.large, "cover_small": cover.small, "color": cover.color}
    db.execute(update(clips).where(clips.c.id == clip).values(values))
    in_avif = {column.name: key for column, key in zip_longest(AVIF, cover.avif)}
    note_media(db, clip, cover_tiny=cover.tiny, placeholder=cover.placeholder, **in_avif)
    return [key for key in found if key is not None]


def set_aside(db: Connection, clip: int, cover: CoverKeys) -> list[str]:
    """Let a cover wait beside what is published; gives the keys of the one that waited before."""
    before = drop_aside(db, clip)
    pictures = {column.name: key for column, key in zip_longest(ASIDE, cover.keys)}
    insert_or_set(db, covers_aside, clip_id=clip, **pictures, placeholder=cover.placeholder, color=cover.color)
    return before


def cover_aside(db: Connection, clip: int) -> CoverKeys | None:
    """The cover that waits beside what is published."""
    seen = (covers_aside.c.placeholder, covers_aside.c.color)
    row = db.execute(select(*ASIDE, *seen).where(covers_aside.c.clip_id == clip)).first()
    if row is None:
        return None
    large, small, tiny, *avif, placeholder, color = row
    return CoverKeys(large, small, tiny, placeholder, color, [key for key in avif if key is not None])


def drop_aside(db: Connection, clip: int) -> list[str]:
    """No cover waits any more; gives the keys that nothing names now."""
    waited = cover_aside(db, clip)
    db.execute(delete(covers_aside).where(covers_aside.c.clip_id == clip))
    return waited.keys if waited else []


def show_aside(db: Connection, clip: int) -> list[str]:
    """The version whose cover waited is published; gives the keys of the cover before."""
    waited = cover_aside(db, clip)
    db.execute(delete(covers_aside).where(covers_aside.c.clip_id == clip))
    return set_cover(db, clip, waited) if waited else []


def covers_aside_of(db: Connection, clip_ids: Collection[int]) -> dict[int, str]:
    """The large picture of the cover that waits, of each of these clips that has one."""
    waiting = select(covers_aside.c.clip_id, covers_aside.c.cover).where(covers_aside.c.clip_id.in_(clip_ids))
    return {row.clip_id: row.cover for row in db.execute(waiting)}
