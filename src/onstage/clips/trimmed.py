"""What of a film is shown: the whole waits aside while its draft is cut, a cut waits aside while the whole is published."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import and_, case, delete, select, update

from onstage.clips import captioned
from onstage.clips.captioned import Words, put
from onstage.clips.labels import clip_labels
from onstage.clips.models import MADE, Cutting, appearances, clip_media, clips, contained, renditions, trims
from onstage.clips.renditions import Rendition, add, largest, note_media
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue
from onstage.media.cues import parse, part, render, whole_again

COVER, LADDER, TRIM, DROP = "cover", "ladder", "trim", "drop objects"
_PLACED = (appearances, clip_labels, contained)  # what stands at a time of the film


@dataclass(frozen=True)
class Trim:
    """The part of the whole that was chosen, in microseconds; `aside` is the key of the film that is not shown."""

    from_us: int
    to_us: int
    state: Cutting
    aside: str | None
    aside_us: int

    @property
    def part(self) -> tuple[int, int]:
        """From where to where."""
        return self.from_us, self.to_us


def of(db: Connection, clip: int) -> Trim | None:
    """The trim of a clip; None: it is shown as it came."""
    beside = and_(renditions.c.clip_id == trims.c.clip_id, renditions.c.aside == 1)
    wanted = select(trims.c.from_us, trims.c.to_us, trims.c.state, renditions.c.key, trims.c.aside_us)
    row = db.execute(wanted.outerjoin_from(trims, renditions, beside).where(trims.c.clip_id == clip)).first()
    return Trim(row[0], row[1], Cutting(row[2]), row[3], row[4]) if row else None


def aside_of(db: Connection, clip_ids: Collection[int]) -> dict[int, str]:
    """The film that waits beside what is shown, of each of these clips that has one."""
    beside = select(renditions.c.clip_id, renditions.c.key).where(renditions.c.aside == 1)
    return {row.clip_id: row.key for row in db.execute(beside.where(renditions.c.clip_id.in_(clip_ids)))}


def waits(db: Connection, clip: int) -> bool:
    """Whether a part was chosen and is not cut yet."""
    found = of(db, clip)
    return found is not None and found.state is Cutting.WAITS


def choose(db: Connection, clip: int, chosen: tuple[int, int]) -> None:
    """Note the part that is to be cut."""
    row = {"from_us": chosen[0], "to_us": chosen[1], "state": Cutting.WAITS.value, "aside_us": 0, "words": "[]"}
    insert_or_set(db, trims, clip_id=clip, **row)


def begin(db: Connection, clip: int) -> None:
    """Have the part that is chosen now cut out."""
    chosen = of(db, clip)
    assert chosen is not None
    person = db.execute(select(clips.c.person_id).where(clips.c.id == clip)).scalar_one()
    payload = {"from_us": chosen.from_us, "to_us": chosen.to_us}
    enqueue(db, TRIM, payload, lane=Lane.PUBLISH, subject=clip, person=person)


def forget(db: Connection, clip: int) -> None:
    """No part is chosen any more."""
    db.execute(delete(trims).where(trims.c.clip_id == clip))


def done(db: Connection, clip: int, aside_us: int) -> None:
    """It is cut; the film that is not shown has that length."""
    cut = {"state": Cutting.DONE.value, "aside_us": aside_us}
    db.execute(update(trims).where(trims.c.clip_id == clip).values(cut))


def cut(db: Connection, clip: int, trim: Trim, made: Rendition, duration_us: int) -> list[str]:
    """Let the cut be what a draft shows, and the whole wait aside; gives the keys that nothing names any more."""
    whole = largest(db, clip)
    whole_us: int = db.execute(select(clips.c.duration_us).where(clips.c.id == clip)).scalar_one()
    dropped = _replace(db, clip, made, duration_us, keep=whole)
    db.execute(update(renditions).where(renditions.c.key == whole).values(aside=1))
    done(db, clip, whole_us)
    words = msgspec.json.encode(captioned.words(db, clip)).decode()
    db.execute(update(trims).where(trims.c.clip_id == clip).values(words=words))
    _follow(db, clip, trim.part, duration_us)
    return dropped


def uncut(db: Connection, clip: int, trim: Trim) -> list[str]:
    """Let the whole be what a draft shows again; gives the keys that nothing names any more."""
    assert trim.aside is not None
    dropped = _unaside(db, clip, trim)
    before = db.execute(select(trims.c.words).where(trims.c.clip_id == clip)).scalar_one()
    start, end = trim.from_us // 1000, trim.to_us // 1000
    now_there = {language: (source, words) for language, source, words in captioned.words(db, clip)}
    for language, source, words in msgspec.json.decode(before, type=Words):
        mine, theirs = now_there.pop(language, (source, ""))
        cues = whole_again(parse(words), parse(theirs) if theirs else [], start, end)
        put(db, clip, language, mine, render(cues))
    for language, (source, words) in now_there.items():
        put(db, clip, language, source, render(whole_again([], parse(words), start, end)))
    for table in _PLACED:
        moved = {"from_us": table.c.from_us + trim.from_us, "to_us": table.c.to_us + trim.from_us}
        db.execute(update(table).where(table.c.clip_id == clip).values(moved))
    forget(db, clip)
    return dropped


def go_out(db: Connection, clip: int, *, again: bool) -> None:
    """The trimmed version is published: its cut is all that is left, and what was cut away is erased.

    `again`: the whole, or an earlier cut, was published before.
    """
    trim = of(db, clip)
    if trim is None or trim.aside is None:
        return
    original = db.execute(select(clips.c.original).where(clips.c.id == clip)).scalar()
    if again:
        dropped = _unaside(db, clip, trim)
        _follow(db, clip, trim.part, trim.aside_us)
    else:
        dropped = [trim.aside]
        db.execute(delete(renditions).where(renditions.c.key == trim.aside))
    forget(db, clip)
    db.execute(update(clips).where(clips.c.id == clip).values(original=None))
    enqueue(db, DROP, {"keys": [*dropped, original] if original else dropped})


def shorten(db: Connection, clip: int, left: tuple[int, int], made: Rendition, duration_us: int) -> list[str]:
    """Show at once what is left of the film, from and to in microseconds of it; the rest is erased.

    Gives the keys that nothing names any more.
    """
    dropped = _replace(db, clip, made, duration_us, keep=None)
    _follow(db, clip, left, duration_us)
    original = db.execute(select(clips.c.original).where(clips.c.id == clip)).scalar()
    db.execute(update(clips).where(clips.c.id == clip).values(original=None))
    return [*dropped, original] if original else dropped


def take_away(db: Connection, clip: int, aside: str) -> list[str]:
    """The cut beside what is published is not wanted any more; gives the keys that nothing names."""
    db.execute(delete(renditions).where(renditions.c.key == aside))
    forget(db, clip)
    return [aside]


def _unaside(db: Connection, clip: int, trim: Trim) -> list[str]:
    """What waited aside is what is shown."""
    found = db.execute(select(renditions).where(renditions.c.key == trim.aside)).one()
    db.execute(delete(renditions).where(renditions.c.key == found.key))
    made = Rendition(found.key, found.width, found.height, found.bytes, found.bitrate, found.codecs)
    return _replace(db, clip, made, trim.aside_us, keep=None)


def _replace(db: Connection, clip: int, made: Rendition, duration_us: int, keep: str | None) -> list[str]:
    """Another film: all that was made of the one before goes but `keep`, and is made anew."""
    old = (renditions.c.clip_id == clip) & (renditions.c.aside == 0)
    shown = db.execute(select(clips.c.cover, clips.c.cover_small).where(clips.c.id == clip)).one()
    beside = select(*MADE)
    pictures = (*shown, *(db.execute(beside.where(clip_media.c.clip_id == clip)).first() or ()))
    keys = [*db.execute(select(renditions.c.key).where(old)).scalars(), *pictures]
    gone = [key for key in keys if key is not None and key != keep]
    db.execute(delete(renditions).where(old, renditions.c.key.in_(gone)))
    add(db, clip, made)
    shape = {"duration_us": duration_us, "width": made.width, "height": made.height}
    db.execute(update(clips).where(clips.c.id == clip).values(cover=None, cover_small=None, **shape))
    note_media(db, clip, **{column.name: None for column in MADE}, placeholder="", scrub_count=0, av1_at=None)
    person = db.execute(select(clips.c.person_id).where(clips.c.id == clip)).scalar_one()
    enqueue(db, COVER, {"at_us": None, "image": None}, lane=Lane.PUBLISH, subject=clip, person=person)
    enqueue(db, LADDER, {"copied": False, "cover": ""}, lane=Lane.LADDER, subject=clip, person=person)
    return gone


def _follow(db: Connection, clip: int, left: tuple[int, int], length_us: int) -> None:
    """Captions, and who and what is in it when, by the time of the cut: what was `left` of the film."""
    for language, source, words in captioned.words(db, clip):
        put(db, clip, language, source, captions_of(words, left))
    for table in _PLACED:
        moved = {name: _moved(table.c[name], left[0], length_us) for name in ("from_us", "to_us")}
        db.execute(update(table).where(table.c.clip_id == clip).values(moved))


def captions_of(words: str, left: tuple[int, int]) -> str:
    """Captions (WebVTT) of what was left of a film, in microseconds; empty: nothing is said there."""
    cues = part(parse(words), left[0] // 1000, left[1] // 1000)
    return render(cues) if cues else ""


def _moved(instant: Any, by: int, most: int) -> Any:
    later = instant - by
    return case((later < 0, 0), (later > most, most), else_=later)
