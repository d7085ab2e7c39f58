"""A rendition in AV1 beside the others, for a clip that many people watch: far fewer bits, for much more work."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from onstage.clips.film.pipeline import stored
from onstage.clips.models import clips
from onstage.clips.renditions import Rendition, add, largest, note_media, rival, still_shows
from onstage.clips.workroom import Workroom
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue
from onstage.jobs.worker import Job
from onstage.media.probe import Unplayable, probe
from onstage.media.transcode import in_av1

AV1 = "av1"
_WORTH = 0.8  # of the bytes of the rendition that it stands beside


def ask(db: Connection, clip: int) -> None:
    """Have it made, once for each film."""
    note_media(db, clip, av1_at=now())
    person = db.execute(select(clips.c.person_id).where(clips.c.id == clip)).scalar_one()
    enqueue(db, AV1, {}, lane=Lane.LADDER, subject=clip, person=person)


def make(room: Workroom, job: Job) -> None:
    """Make it, and keep it where it is clearly smaller than what it stands beside."""
    assert job.subject is not None
    clip = job.subject
    with job.read() as db:
        source = largest(db, clip)
    if source is None:
        return
    with room.table(job) as table:
        made = job.step("av1", list[Rendition], lambda: _made(room, table, source))
    dropped = job.change("shelve", list[str], lambda db: _shelve(db, clip, source, made))
    room.objects.delete(dropped)


def _made(room: Workroom, table: Path, source: str) -> list[Rendition]:
    path = room.local(source, table)
    with suppress(Unplayable):
        return [stored(room, in_av1(room.ffmpeg, probe(room.ffmpeg, path, room.limits), path, table / "av1.mp4"))]
    return []


def _shelve(db: Connection, clip: int, source: str, made: list[Rendition]) -> list[str]:
    dropped = []
    for each in made:
        beside = rival(db, clip, min(each.width, each.height))
        if still_shows(db, clip, source) and each.bytes <= _WORTH * beside:
            add(db, clip, each)
        else:
            dropped.append(each.key)
    return dropped
