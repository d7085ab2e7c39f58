"""Taking a part of another clip out of a film: a job cuts it away, and the clip is shown again without it (consent.md R15)."""

from dataclasses import replace
from enum import StrEnum

import msgspec
from sqlalchemy import select, update

from onstage.accounts import ledger
from onstage.accounts.viewer import Viewer
from onstage.clips import trimmed
from onstage.clips.agreeing import parts, rows, versions
from onstage.clips.agreeing.asking import digested
from onstage.clips.agreeing.kept import DRAFT, Content, Place
from onstage.clips.agreeing.rows import Record
from onstage.clips.film.pipeline import First
from onstage.clips.film.trim import LEAST, cut
from onstage.clips.models import Cutting, Stage, clip_versions, contained
from onstage.clips.renditions import still_shows
from onstage.clips.workroom import Workroom
from onstage.db.engine import Connection
from onstage.errors import Conflict, Invalid
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue
from onstage.jobs.worker import Job
from onstage.keys import Keys

TAKE_OUT = "take part out"


class Left(StrEnum):
    """Which side of the part stays: a film is one piece."""

    BEFORE = "before"
    AFTER = "after"


def take_out(db: Connection, viewer: Viewer, slug: str, part: int, left: Left) -> None:
    """Have a part taken out of one's clip; what is left on that side of it is all that stays, for good.

    Nobody is asked anew. Raises NotFound, NotAllowed, Invalid where less than a second would be left, and Conflict while
    the clip is still made or trimmed, or somebody is asked about it.
    """
    clip = parts.made(db, viewer, slug)
    if clip.stage not in {Stage.DRAFT, Stage.NONE} or trimmed.of(db, clip.id) is not None:
        raise Conflict("End what is begun first: wait until it plays, take the question or the trim back.", code="busy")
    row = parts.named(db, clip.id, part)
    start, end = sides(row.from_us, row.to_us, clip.duration_us)[left]
    if end - start < LEAST:
        raise Invalid("What is left must be at least a second long. Delete the clip instead.", field="left")
    db.execute(update(contained).where(contained.c.id == part).values(taking_out=Cutting.WAITS.value))
    payload = {"part": part, "from_us": start, "to_us": end}
    enqueue(db, TAKE_OUT, payload, lane=Lane.PUBLISH, subject=clip.id, person=viewer.person)


def sides(from_us: int, to_us: int | None, duration_us: int) -> dict[Left, tuple[int, int]]:
    """What there is of a film on either side of a part, from and to in microseconds."""
    end = duration_us if to_us is None else to_us
    return {Left.BEFORE: (0, from_us), Left.AFTER: (end, duration_us)}


def run(room: Workroom, job: Job) -> None:
    """The job that cuts the part away."""
    left = (job.payload["from_us"], job.payload["to_us"])
    cut(
        room,
        job,
        left,
        wanted=lambda db: _is_wanted(db, job),
        take=lambda db, source, made: _replace(db, room.keys, job, source, made, left),
        failed=lambda db: _failed(db, job.payload["part"]),
    )


def _is_wanted(db: Connection, job: Job) -> bool:
    waits = (contained.c.id == job.payload["part"]) & (contained.c.taking_out == Cutting.WAITS.value)
    return db.execute(select(contained.c.id).where(waits)).first() is not None


def give_up(_room: Workroom, job: Job) -> None:
    """It could not be done: the clip stays as it was."""
    job.change("failed", type(None), lambda db: _failed(db, job.payload["part"]))


def _failed(db: Connection, part: int) -> None:
    db.execute(update(contained).where(contained.c.id == part).values(taking_out=Cutting.FAILED.value))


def _replace(db: Connection, keys: Keys, job: Job, source: str, made: First, left: tuple[int, int]) -> list[str]:
    clip = job.subject
    assert clip is not None
    if not still_shows(db, clip, source) or not _is_wanted(db, job):
        return [made.rendition.key]
    dropped = trimmed.shorten(db, clip, left, made.rendition, made.duration_us)
    record = rows.load(db, clip)
    if DRAFT in record.contents and record.clip.shown is not None:
        rows.keep_draft(db, clip, _follow(record.draft, left, made.duration_us))
    parts.end(db, keys, clip, job.payload["part"])
    _show_without(db, record, made.rendition.key)
    return dropped


def _follow(draft: Content, left: tuple[int, int], length_us: int) -> Content:
    """What waits beside the film, by the time of what is left of it."""
    said = draft.captions
    if said is not None:
        moved = [(language, source, trimmed.captions_of(words, left)) for language, source, words in said]
        said = tuple(each for each in moved if each[2])
    placed = draft.places and tuple((person, _moved(place, left[0], length_us)) for person, place in draft.places)
    return replace(draft, captions=said, places=placed)


def _moved(place: Place, by: int, most: int) -> Place:
    start, end = place
    return min(max(start - by, 0), most), None if end is None else min(max(end - by, 0), most)


def _show_without(db: Connection, record: Record, film: str) -> None:
    """What is shown is the version that was agreed to, without the part."""
    shown = record.clip.shown
    before = None if shown is None else versions.seen(record, shown.number)
    if shown is None or before is None:
        return
    now_there = msgspec.structs.replace(before, cut=film, contains=versions.contained_in(db, record.id))
    digest = bytes.fromhex(ledger.media_digest(db, record.id, digested(record, now_there)))
    of = (clip_versions.c.clip_id == record.id) & (clip_versions.c.number == shown.number)
    db.execute(update(clip_versions).where(of).values(digest=digest))
    versions.keep(db, record.id, shown.number, now_there)
