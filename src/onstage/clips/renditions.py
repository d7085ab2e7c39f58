"""The files of a clip as rows: renditions and covers come in, what they replace is named for removal."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from onstage.clips.models import clips, renditions
from onstage.db.engine import Connection


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
    """A stored cover in two sizes, and the color that stands in for it until it has come."""

    large: str
    small: str
    color: str


def add(db: Connection, clip: int, made: Rendition) -> None:
    """Let players choose this rendition too."""
    db.execute(
        insert(renditions).values(
            key=made.key,
            clip_id=clip,
            width=made.width,
            height=made.height,
            bytes=made.bytes,
            bitrate=made.bitrate,
            codecs=made.codecs,
        )
    )


def remove(db: Connection, key: str) -> None:
    """Let no player choose this rendition any more."""
    db.execute(delete(renditions).where(renditions.c.key == key))


def largest(db: Connection, clip: int) -> str | None:
    """The key of the best rendition; None: there is none."""
    best = select(renditions.c.key).where(renditions.c.clip_id == clip).order_by(renditions.c.height.desc()).limit(1)
    return db.execute(best).scalar()


def set_cover(db: Connection, clip: int, cover: CoverKeys, *, replace: bool) -> list[str]:
    """Give a clip its cover; gives the keys that nothing names any more. Without `replace` an older cover stays."""
    found = db.execute(select(clips.c.cover, clips.c.cover_small).where(clips.c.id == clip).with_for_update()).first()
    if found is None or (found[0] is not None and not replace):
        return [cover.large, cover.small]
    values = {"cover": cover.large, "cover_small": cover.small, "color": cover.color}
    db.execute(update(clips).where(clips.c.id == clip).values(values))
    return [key for key in found if key is not None]
