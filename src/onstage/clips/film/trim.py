"""Trimming: the author chooses a part of the film, a job cuts it out, and what is cut away goes when the clip goes out."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select, update

from onstage.accounts.viewer import Viewer
from onstage.clips import trimmed
from onstage.clips.agreeing.edit import Own, own
from onstage.clips.agreeing.publish import show_if_asked
from onstage.clips.agreeing.revising import recut, reword
from onstage.clips.film.pipeline import First, stored, telling
from onstage.clips.models import Cutting, Stage, clips, trims
from onstage.clips.renditions import add, largest, still_shows
from onstage.clips.trimmed import Trim
from onstage.clips.workroom import Workroom
from onstage.clock import SECOND
from onstage.db.engine import Connection
from onstage.errors import Conflict, Invalid, NotAllowed, Refused
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue
from onstage.jobs.worker import Job
from onstage.keys import Keys
from onstage.media.probe import Unplayable, probe
from onstage.media.transcode import first_rendition

LEAST = SECOND
_NEAR = SECOND // 50  # apart, instants are the same: pages show hundredths, and players tell lengths of their own
_MADE = frozenset({Stage.DRAFT, Stage.ASKED, Stage.NONE})


def of(db: Connection, viewer: Viewer, slug: str) -> Trim | None:
    """The part that was chosen of one's own clip. Raises NotFound."""
    return trimmed.of(db, own(db, viewer, slug, lock=False).id)


def trim(db: Connection, keys: Keys, viewer: Viewer, slug: str, from_us: int, to_us: int) -> Trim | None:
    """Have a part of one's clip cut out, in microseconds of the whole; None where that is all of it.

    What was asked is a draft again; beside what is published the cut is a draft that is asked about once it is made.
    Raises NotFound, NotAllowed, Invalid, Conflict.
    """
    clip = _own(db, viewer, slug)
    if clip.stage is Stage.FAILED:
        raise Conflict("This clip could not be made playable, so it can't be trimmed.", code="failed")
    before = trimmed.of(db, clip.id)
    length = _whole_us(clip, before)
    end = length if length and to_us > length - _NEAR else to_us
    is_whole = (from_us, end) == (0, length)
    if not 0 <= from_us < to_us or (to_us - from_us < LEAST and not is_whole):
        raise Invalid("What is left must be at least a second long.", field="to_seconds")
    if length and from_us > length - LEAST and not is_whole:
        raise Invalid("The clip is shorter than that.", field="from_seconds")
    if before is not None and before.state is not Cutting.FAILED and _is_near(before.part, (from_us, end)):
        return before
    _untrim(db, keys, viewer, clip, before)
    if not is_whole:
        trimmed.choose(db, clip.id, (from_us, end))
        if clip.stage in _MADE:
            trimmed.begin(db, clip.id)
    return trimmed.of(db, clip.id)


def whole(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> None:
    """Choose the whole film again, as long as nothing is erased of it. Raises NotFound, NotAllowed."""
    clip = _own(db, viewer, slug)
    before = trimmed.of(db, clip.id)
    if before is not None:
        _untrim(db, keys, viewer, clip, before)


def _is_near(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return all(abs(there - here) < _NEAR for there, here in zip(one, other, strict=True))


def _own(db: Connection, viewer: Viewer, slug: str) -> Own:
    clip = own(db, viewer, slug)
    if clip.person != viewer.person:
        raise NotAllowed("Only who made a clip can trim it.", code="not-the-author")
    return clip


def _whole_us(clip: Own, before: Trim | None) -> int:
    """How long the whole is that can be chosen from; 0: nobody knows yet."""
    if clip.stage not in _MADE:
        return 0
    is_cut = clip.published_at is None and before is not None and before.aside is not None
    return before.aside_us if is_cut and before is not None else clip.duration_us


def _untrim(db: Connection, keys: Keys, viewer: Viewer, clip: Own, before: Trim | None) -> None:
    if clip.published_at is None and clip.stage is Stage.ASKED:
        reword(db, keys, viewer, clip.id)
    if before is None or before.aside is None:
        trimmed.forget(db, clip.id)
    elif clip.published_at is None:
        _drop(db, trimmed.uncut(db, clip.id, before))
    else:
        recut(db, keys, clip.person, clip.id, None)
        _drop(db, trimmed.take_away(db, clip.id, before.aside))


def _drop(db: Connection, keys: list[str]) -> None:
    enqueue(db, trimmed.DROP, {"keys": keys})


def run(room: Workroom, job: Job) -> None:
    """The job that cuts; what was chosen otherwise meanwhile has a job of its own."""
    part = (job.payload["from_us"], job.payload["to_us"])
    cut(
        room,
        job,
        part,
        wanted=lambda db: _is_wanted(db, job, part),
        take=lambda db, source, made: _take(db, room, job, source, made, part),
        failed=lambda db: _failed(db, job, part),
    )


def cut(
    room: Workroom,
    job: Job,
    part: tuple[int, int],
    *,
    wanted: Callable[[Connection], bool],
    take: Callable[[Connection, str, First], list[str]],
    failed: Callable[[Connection], None],
) -> None:
    """Make a film of that part of a clip's, if it is wanted still.

    `take` is told of which rendition it is, and gives the keys that nothing names any more.
    """
    with job.read() as db:
        source = largest(db, _clip(job)) if wanted(db) else None
    if source is None:
        return
    try:
        with room.table(job) as table:
            made = job.step("cut", First, lambda: _cut(room, job, table, source, part))
    except Unplayable:
        job.change("failed", type(None), failed)
        return
    dropped = job.change("take", list[str], lambda db: take(db, source, made))
    room.objects.delete(dropped)


def _clip(job: Job) -> int:
    assert job.subject is not None
    return job.subject


def _is_wanted(db: Connection, job: Job, part: tuple[int, int]) -> bool:
    chosen = trimmed.of(db, _clip(job))
    return chosen is not None and chosen.state is Cutting.WAITS and chosen.part == part


def _cut(room: Workroom, job: Job, table: Path, key: str, part: tuple[int, int]) -> First:
    job.tell("cutting")
    path = room.local(key, table)
    source = probe(room.ffmpeg, path, room.limits)
    if min(part[1], source.duration_us) - part[0] < LEAST:
        raise Unplayable("too_short", "The film ends before this part.")
    on_progress = telling(job, "cutting", part[1] - part[0])
    made = first_rendition(room.ffmpeg, source, path, table / "cut.mp4", on_progress, anew=True, part=part)
    return First(stored(room, made), made.duration_us, copied=False)


def _failed(db: Connection, job: Job, part: tuple[int, int]) -> None:
    """It stays as it was, and a draft is not published: its author wanted less of it to be seen."""
    if not _is_wanted(db, job, part):
        return
    clip = _clip(job)
    db.execute(update(trims).where(trims.c.clip_id == clip).values(state=Cutting.FAILED.value))
    db.execute(update(clips).where(clips.c.id == clip).values(publish_asked=0))
    payload = {"copied": False, "cover": ""}
    enqueue(db, trimmed.LADDER, payload, lane=Lane.LADDER, subject=clip, person=job.person)


def _take(db: Connection, room: Workroom, job: Job, source: str, made: First, part: tuple[int, int]) -> list[str]:
    clip = _clip(job)
    if not still_shows(db, clip, source) or not _is_wanted(db, job, part):
        return [made.rendition.key]
    chosen = trimmed.of(db, clip)
    assert chosen is not None
    published, author = db.execute(select(clips.c.published_at, clips.c.person_id).where(clips.c.id == clip)).one()
    if published is None:
        dropped = trimmed.cut(db, clip, chosen, made.rendition, made.duration_us)
        show_if_asked(db, room.keys, clip)
        return dropped
    add(db, clip, made.rendition, aside=True)
    trimmed.done(db, clip, made.duration_us)
    with suppress(Refused):  # what stands against it keeps it a draft
        recut(db, room.keys, author, clip, made.rendition.key)
    return []


def give_up(_room: Workroom, job: Job) -> None:
    """The last word of a job that could not be done."""
    part = (job.payload["from_us"], job.payload["to_us"])
    job.change("failed", type(None), lambda db: _failed(db, job, part))


def drop(room: Workroom, job: Job) -> None:
    """The job that removes objects which nothing names any more."""
    room.objects.delete(job.payload["keys"])
