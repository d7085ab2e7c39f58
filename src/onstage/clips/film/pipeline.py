"""From an upload to a clip that plays: the jobs `publish`, `ladder` and `cover`, step by step, each step once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from onstage.clips import same_film, trimmed
from onstage.clips.agreeing import repeats
from onstage.clips.agreeing.publish import show_if_asked
from onstage.clips.agreeing.revising import recover
from onstage.clips.film import captions
from onstage.clips.models import Stage, clips
from onstage.clips.renditions import (
    CoverKeys,
    Rendition,
    add,
    largest,
    remove,
    set_cover,
    short_sides,
    still_shows,
)
from onstage.clips.trimmed import LADDER
from onstage.clips.workroom import Workroom
from onstage.db.engine import Connection
from onstage.events import ClipReady
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue, record
from onstage.jobs.worker import Job
from onstage.media import likeness
from onstage.media.covers import Cover, cover_from_image, lasting_cover, quick_cover
from onstage.media.probe import Unplayable, probe
from onstage.media.scrub import best_moment
from onstage.media.subtitles import Track, tracks
from onstage.media.transcode import Encoded, Ladder, first_rendition, ladder
from onstage.storage.objects import new_key

FINISH = "finish"
RUNGS = (720, 540, 360)
LOST = "This upload was lost on our side before it could be read. Please upload the video again."
NOT_NOW = "This server could not finish the video after many attempts. Please upload it again later."


@dataclass(frozen=True)
class First:
    """The first rendition; `copied`: it holds the upload's own pictures, so that the upload is not needed any more.

    `mark`: what the upload can be known by again, see media.likeness.
    """

    rendition: Rendition
    duration_us: int
    copied: bool
    mark: bytes = b""


@dataclass(frozen=True)
class Rungs:
    """The smaller renditions; `anew` stands in for a first one that was copied with broken pictures or sound in it.

    `mark` and `moves`: what the largest one can be known by again; see media.likeness.
    """

    renditions: list[Rendition]
    anew: First | None
    mark: bytes = b""
    moves: bytes = b""


@dataclass(frozen=True)
class Outcome:
    """What a commit decided: whether the clip was still there, and which objects nothing names any more."""

    there: bool
    dropped: list[str]


def publish(room: Workroom, job: Job) -> None:
    """Make an upload playable; the smaller renditions follow in `ladder`, when everybody's clips play."""
    upload, original = job.payload["upload"], job.payload["original"]
    try:
        with room.table(job) as table:
            first = job.step("first", First, lambda: _first(room, job, table, _source(room, table, upload, original)))
            cover = job.step("cover", CoverKeys, lambda: _quick_cover(room, job, table, first.rendition.key))
            words = job.step("captions", list[Track], lambda: _embedded(room, table, upload, original))
    except Unplayable as reason:
        fail(room, job, reason.sentence)
        return
    keeps = room.keep_originals and not first.copied
    ready = job.change("ready", Outcome, lambda db: _ready(db, room, job, first, cover, words, keeps=keeps))
    if ready.there and keeps:
        kept = job.step("original", str, lambda: original or _keep_original(room, upload))
        ready = job.change("keep", Outcome, lambda db: _keep(db, job, kept))
    room.objects.delete(ready.dropped)
    if original and not keeps:
        room.objects.delete([original])
    room.staging.remove(upload)


def _embedded(room: Workroom, table: Path, upload: str, original: str | None) -> list[Track]:
    with suppress(Unplayable, FileNotFoundError):
        return tracks(room.ffmpeg, _source(room, table, upload, original))
    return []


def _source(room: Workroom, table: Path, upload: str, original: str | None) -> Path:
    staged = room.staging.path(upload)
    if staged.exists():
        return staged
    if original is None:
        raise Unplayable("lost", LOST)
    return room.local(original, table)


def _first(room: Workroom, job: Job, table: Path, path: Path) -> First:
    job.tell("looking")
    source = probe(room.ffmpeg, path, room.limits)
    job.tell("making")
    made = first_rendition(room.ffmpeg, source, path, table / "first.mp4", telling(job, "making", source.duration_us))
    mark = made.mark or likeness.mark(room.ffmpeg, path, source)
    return First(stored(room, made), made.duration_us, made.copied, mark)


def telling(job: Job, step: str, duration_us: int) -> Callable[[int], None]:
    """What tells those who wait how far a step is."""
    return lambda done_us: job.tell(step, min(99, done_us * 100 // max(1, duration_us)))


def stored(room: Workroom, made: Encoded) -> Rendition:
    """Put a rendition where objects are kept."""
    key = new_key(".mp4")
    room.objects.put(key, made.path)
    return Rendition(key, made.width, made.height, made.bytes, made.video_bitrate, made.codecs)


def _quick_cover(room: Workroom, job: Job, table: Path, rendition: str) -> CoverKeys:
    job.tell("cover")
    made_just_now = table / "first.mp4"
    path = made_just_now if made_just_now.exists() else room.local(rendition, table)
    return stored_cover(room, quick_cover(room.ffmpeg, path, table))


def stored_cover(room: Workroom, made: Cover) -> CoverKeys:
    """Put a cover where objects are kept."""
    in_avif = [new_key(".avif") for _ in made.avif]
    keys = CoverKeys(new_key(".webp"), new_key(".webp"), new_key(".webp"), made.placeholder, made.color, in_avif)
    for key, path in zip(keys.keys, (made.webp, made.small, made.tiny, *made.avif), strict=True):
        room.objects.put(key, path)
    return keys


def _ready(
    db: Connection, room: Workroom, job: Job, first: First, cover: CoverKeys, words: list[Track], *, keeps: bool
) -> Outcome:
    made = first.rendition
    clip = _clip(job)
    playable = {"stage": Stage.DRAFT.value, **_shape(first)}
    waiting = (clips.c.id == clip) & (clips.c.stage == Stage.PROCESSING.value)
    if not keeps:
        playable["original"] = None
    if db.execute(update(clips).where(waiting).values(playable)).rowcount != 1:
        return Outcome(there=False, dropped=[made.key, *cover.keys])
    add(db, clip, made)
    dropped = set_cover(db, clip, cover, instead_of=())
    captions.keep_embedded(db, clip, words)
    repeats.recognise(db, room.keys, clip, first.mark)
    record(db, ClipReady(clip))
    if trimmed.waits(db, clip):
        trimmed.begin(db, clip)
    else:
        show_if_asked(db, room.keys, clip)
    enqueue(
        db,
        LADDER,
        {"copied": first.copied, "cover": cover.large},
        lane=Lane.LADDER,
        subject=job.subject,
        person=job.person,
    )
    return Outcome(there=True, dropped=dropped)


def _keep_original(room: Workroom, upload: str) -> str:
    key = new_key(".original")
    room.objects.put(key, room.staging.path(upload))
    return key


def _shape(first: First) -> dict[str, object]:
    return {"duration_us": first.duration_us, "width": first.rendition.width, "height": first.rendition.height}


def _keep(db: Connection, job: Job, original: str) -> Outcome:
    kept = update(clips).where(clips.c.id == _clip(job)).values(original=original)
    there = db.execute(kept).rowcount == 1
    return Outcome(there=there, dropped=[] if there else [original])


def _clip(job: Job) -> int:
    assert job.subject is not None
    return job.subject


def fail(room: Workroom, job: Job, sentence: str) -> None:
    """The clip can't be made: its author reads why, and the upload goes."""

    def change(db: Connection) -> None:
        failed = {"stage": Stage.FAILED.value, "failure": sentence, "publish_asked": 0, "original": None}
        waiting = (clips.c.id == _clip(job)) & (clips.c.stage == Stage.PROCESSING.value)
        db.execute(update(clips).where(waiting).values(failed))

    job.change("failed", type(None), change)
    if job.payload["original"]:
        room.objects.delete([job.payload["original"]])
    room.staging.remove(job.payload["upload"])


def give_up(room: Workroom, job: Job) -> None:
    """The last word of a `publish` job that could not be done: the author hears of it."""
    fail(room, job, NOT_NOW)


def make_ladder(room: Workroom, job: Job) -> None:
    """Make the smaller renditions in one decode of the first one, which is quicker to read than what was uploaded."""
    with job.read() as db:
        source, there = largest(db, _clip(job)), short_sides(db, _clip(job))
        is_cut_first = trimmed.waits(db, _clip(job))
    if source is None or is_cut_first:
        return
    wanted = [rung for rung in RUNGS if rung not in there]
    with room.table(job) as table:
        made = job.step("rungs", Rungs, lambda: _rungs(room, job, table, room.local(source, table), wanted))
    shelved = job.change("shelve", Outcome, lambda db: _shelve(db, room, job, made, source))
    room.objects.delete(shelved.dropped)


def _rungs(room: Workroom, job: Job, table: Path, path: Path, wanted: Sequence[int]) -> Rungs:
    anew = None
    try:
        made = _ladder(room, job, table, path, wanted)
        if made.complaints and job.payload["copied"]:
            anew = first_rendition(room.ffmpeg, probe(room.ffmpeg, path, room.limits), path, table / "anew", anew=True)
            made = _ladder(room, job, table, anew.path, wanted)
    except Unplayable:
        return Rungs([], None)  # it plays as it is; smaller ones are a comfort
    largest_one = anew.path if anew else path
    mark = likeness.mark(room.ffmpeg, largest_one, probe(room.ffmpeg, largest_one, room.limits))
    first = First(stored(room, anew), anew.duration_us, copied=False) if anew else None
    return Rungs([stored(room, each) for each in made.rungs], first, mark, made.moves)


def _ladder(room: Workroom, job: Job, table: Path, path: Path, wanted: Sequence[int]) -> Ladder:
    source = probe(room.ffmpeg, path, room.limits)
    return ladder(room.ffmpeg, source, path, table, wanted, telling(job, "ladder", source.duration_us))


def _shelve(db: Connection, room: Workroom, job: Job, made: Rungs, copied: str) -> Outcome:
    clip, anew = _clip(job), made.anew
    new = [*made.renditions, anew.rendition] if anew else made.renditions
    if not still_shows(db, clip, copied):
        return Outcome(there=False, dropped=[each.key for each in new])
    for each in new:
        add(db, clip, each)
    repeats.recognise(db, room.keys, clip, made.mark)
    same_film.note_moves(db, clip, made.moves)
    repeats.compare_soon(db, clip)
    payload = {"cover": job.payload["cover"]}
    enqueue(db, FINISH, payload, lane=Lane.LADDER, subject=job.subject, person=job.person)
    if anew is None:
        return Outcome(there=True, dropped=[])
    db.execute(update(clips).where(clips.c.id == clip).values(_shape(anew)))
    remove(db, copied)
    return Outcome(there=True, dropped=[copied])


def make_cover(room: Workroom, job: Job) -> None:
    """Make the cover that the author chose; where it can't be made the old one stays."""
    at_us, image = job.payload["at_us"], job.payload["image"]
    with job.read() as db:
        rendition = largest(db, _clip(job))
    dropped = [image] if image else []
    with room.table(job) as table, suppress(Unplayable):
        chosen = job.step("cover", CoverKeys, lambda: _chosen_cover(room, table, rendition, at_us, image))
        dropped += job.change("swap", list[str], lambda db: _show_cover(db, room, job, chosen, rendition))
    room.objects.delete(dropped)


def _show_cover(db: Connection, room: Workroom, job: Job, chosen: CoverKeys, rendition: str | None) -> list[str]:
    """What its author chose waits where others must agree; what the machine chose fills the place of one that is gone."""
    clip, is_own = _clip(job), job.payload["image"] is not None
    if not is_own and not (rendition and still_shows(db, clip, rendition)):
        return chosen.keys
    if not is_own and job.payload["at_us"] is None:
        return set_cover(db, clip, chosen, instead_of=[job.payload.get("lost", "")])
    assert job.person is not None
    return recover(db, room.keys, job.person, clip, chosen)


def _chosen_cover(
    room: Workroom, table: Path, rendition: str | None, at_us: int | None, image: str | None
) -> CoverKeys:
    if image is not None:
        return stored_cover(room, cover_from_image(room.ffmpeg, room.local(image, table), table))
    if rendition is None:
        raise Unplayable("no_pictures", LOST)
    path = room.local(rendition, table)
    at_us = best_moment(room.ffmpeg, path) if at_us is None else at_us
    return stored_cover(room, lasting_cover(room.ffmpeg, path, table, at_us))
