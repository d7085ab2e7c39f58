"""What follows the ladder, when nobody waits: sound, pictures for scrubbing, a better cover; and previews on demand."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing.edit import is_decided
from onstage.clips.film import captions
from onstage.clips.film.pipeline import stored_cover
from onstage.clips.models import clip_media, clips
from onstage.clips.queries import seen
from onstage.clips.renditions import CoverKeys, largest, note_media, set_cover, smallest, still_shows
from onstage.clips.workroom import Workroom
from onstage.db.engine import Connection
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue
from onstage.jobs.worker import Job
from onstage.media import preview, scrub, sound, speech
from onstage.media.covers import lasting_cover
from onstage.media.probe import Unplayable
from onstage.media.subtitles import Track
from onstage.storage.objects import new_key

PREVIEW = "preview"


@dataclass(frozen=True)
class _Clip:
    """What there is of a clip to work on; sides in pixels."""

    largest: str
    smallest: str
    duration_us: int
    size: tuple[int, int]


@dataclass(frozen=True)
class _Sheet:
    """A stored sheet of pictures; see media.scrub.Sheet."""

    key: str
    width: int
    height: int
    count: int
    every_us: int


def finish(room: Workroom, job: Job) -> None:
    """Measure the sound, make the sheet for scrubbing, and choose the cover with care, unless its author did."""
    clip = _find(job)
    if clip is None:
        return
    with room.table(job) as table:
        heard = job.step("sound", list[sound.Sound], lambda: _heard(room, table, clip))
        job.change("note", type(None), lambda db: _note_sound(db, job, clip, heard))
        sheet = job.step("sheet", list[_Sheet], lambda: _sheet(room, table, clip))
        dropped = job.change("scrub", list[str], lambda db: _note_sheet(db, job, clip, sheet))
        covers = job.step("cover", list[CoverKeys], lambda: _cover(room, table, clip))
        dropped += job.change("swap", list[str], lambda db: _swap(db, job, clip, covers))
        if room.speech_to_text and not any(each.silent for each in heard):
            spoken = job.step("speech", list[Track], lambda: _spoken(room, table, clip))
            job.change("captions", type(None), lambda db: _caption(db, job, clip, spoken))
    room.objects.delete(dropped)


def _id(job: Job) -> int:
    assert job.subject is not None
    return job.subject


def _find(job: Job) -> _Clip | None:
    with job.read() as db:
        row = db.execute(
            select(clips.c.duration_us, clips.c.width, clips.c.height).where(clips.c.id == _id(job))
        ).first()
        best, least = largest(db, _id(job)), smallest(db, _id(job))
    return _Clip(best, least, row[0], (row[1], row[2])) if row and best and least else None


def _heard(room: Workroom, table: Path, clip: _Clip) -> list[sound.Sound]:
    with suppress(Unplayable):
        return [*filter(None, [sound.measure(room.ffmpeg, room.local(clip.smallest, table))])]
    return []


def _note_sound(db: Connection, job: Job, clip: _Clip, measured: list[sound.Sound]) -> None:
    if not _is_same(db, job, clip):
        return
    values: dict[str, object] = {"sound_note": "none"}
    for heard in measured:
        values = {"loudness": round(heard.loudness * 100), "gain": round(heard.gain * 100)}
        values["sound_note"] = "silent" if heard.silent else "clipped" if heard.clipped else ""
        values["fingerprint"] = heard.fingerprint
    note_media(db, _id(job), **values)


def _is_same(db: Connection, job: Job, clip: _Clip) -> bool:
    return still_shows(db, _id(job), clip.largest)


def _sheet(room: Workroom, table: Path, clip: _Clip) -> list[_Sheet]:
    if clip.duration_us <= scrub.FROM_US:
        return []
    out = table / "scrub.webp"
    with suppress(Unplayable):
        made = scrub.sheet(room.ffmpeg, room.local(clip.smallest, table), out, clip.size, clip.duration_us)
        if made is not None:
            key = new_key(".webp")
            room.objects.put(key, out)
            return [_Sheet(key, made.width, made.height, made.count, made.every_us)]
    return []


def _note_sheet(db: Connection, job: Job, clip: _Clip, made: list[_Sheet]) -> list[str]:
    dropped: list[str | None] = []
    for sheet in made:
        if not _is_same(db, job, clip):
            return [sheet.key]
        dropped.append(db.execute(select(clip_media.c.scrub).where(clip_media.c.clip_id == _id(job))).scalar())
        shape = {"scrub_width": sheet.width, "scrub_height": sheet.height, "scrub_count": sheet.count}
        note_media(db, _id(job), scrub=sheet.key, scrub_us=sheet.every_us, **shape)
    return [key for key in dropped if key]


def _cover(room: Workroom, table: Path, clip: _Clip) -> list[CoverKeys]:
    with suppress(Unplayable):
        at_us = scrub.best_moment(room.ffmpeg, room.local(clip.smallest, table))
        if at_us is not None:
            return [stored_cover(room, lasting_cover(room.ffmpeg, room.local(clip.largest, table), table, at_us))]
    return []


def _spoken(room: Workroom, table: Path, clip: _Clip) -> list[Track]:
    found = speech.heard(room.ffmpeg, room.speech_to_text, room.local(clip.smallest, table), table)
    return [found] if found else []


def _caption(db: Connection, job: Job, clip: _Clip, spoken: list[Track]) -> None:
    for track in spoken if _is_same(db, job, clip) else ():
        captions.keep_spoken(db, _id(job), track.language, track.webvtt)


def _swap(db: Connection, job: Job, clip: _Clip, covers: list[CoverKeys]) -> list[str]:
    quick = [job.payload["cover"]]
    if not _is_same(db, job, clip) or is_decided(db, _id(job)):
        return [key for cover in covers for key in cover.keys]
    return [key for cover in covers for key in set_cover(db, _id(job), cover, instead_of=quick)]


def sound_note(db: Connection, viewer: Viewer, slug: str) -> str:
    """What its makers should know of a clip's sound: `none`, `silent`, `clipped`; empty: nothing. Raises NotFound."""
    clip = seen(db, viewer, slug)
    return db.execute(select(clip_media.c.sound_note).where(clip_media.c.clip_id == clip.id)).scalar() or ""


def ask_preview(db: Connection, viewer: Viewer, slug: str) -> str | None:
    """The object key of the clip's preview; where there is none yet it is made soon, and this is None.

    Raises NotFound.
    """
    clip = seen(db, viewer, slug)
    made = db.execute(select(clip_media.c.preview).where(clip_media.c.clip_id == clip.id)).scalar()
    if made is None:
        enqueue(db, PREVIEW, {}, lane=Lane.LADDER, subject=clip.id, person=viewer.person, key=f"{PREVIEW}:{clip.id}")
    return made


def make_preview(room: Workroom, job: Job) -> None:
    """Make the short silent film that a grid asked for."""
    clip = _find(job)
    if clip is None:
        return
    with room.table(job) as table, suppress(Unplayable):
        key = job.step("preview", str, lambda: _preview(room, table, clip))
        dropped = job.change("note", list[str], lambda db: _note_preview(db, job, clip, key))
        room.objects.delete(dropped)


def _preview(room: Workroom, table: Path, clip: _Clip) -> str:
    out, key = table / "preview.mp4", new_key(".mp4")
    room.objects.put(key, preview.make(room.ffmpeg, room.local(clip.smallest, table), out, clip.duration_us))
    return key


def _note_preview(db: Connection, job: Job, clip: _Clip, key: str) -> list[str]:
    if not _is_same(db, job, clip):
        return [key]
    note_media(db, _id(job), preview=key)
    return []
