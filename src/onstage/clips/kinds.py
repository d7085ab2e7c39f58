"""What workers can do for clips: every kind of job of this domain by name, and those that come round by themselves."""

from collections.abc import Mapping
from functools import partial

from onstage.clips import same_film, trimmed, upload
from onstage.clips.agreeing import reconsidering, repeats
from onstage.clips.ending import sweep, vault
from onstage.clips.film import comparing, dense, finish, part_out, pipeline, trim
from onstage.clips.portraits import reconsidering as portraits
from onstage.clips.workroom import Workroom
from onstage.clock import DAY, HOUR, MINUTE
from onstage.db.engine import Connection
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue
from onstage.jobs.worker import Job, Kind

SWEEP_UPLOADS = "sweep uploads"
SWEEP_OBJECTS = "sweep objects"
AGREEING = "agreeing"


def kinds(room: Workroom) -> Mapping[str, Kind]:
    """Each kind, with all it needs."""
    return {
        upload.PUBLISH: Kind(partial(pipeline.publish, room), gave_up=partial(pipeline.give_up, room)),
        trimmed.LADDER: Kind(partial(pipeline.make_ladder, room)),
        pipeline.FINISH: Kind(partial(finish.finish, room)),
        finish.PREVIEW: Kind(partial(finish.make_preview, room), attempts=5),
        trimmed.COVER: Kind(partial(pipeline.make_cover, room), attempts=5),
        trimmed.TRIM: Kind(partial(trim.run, room), attempts=5, gave_up=partial(trim.give_up, room)),
        part_out.TAKE_OUT: Kind(partial(part_out.run, room), attempts=5, gave_up=partial(part_out.give_up, room)),
        dense.AV1: Kind(partial(dense.make, room), attempts=3, gave_up=_leave_it),
        repeats.COMPARE: Kind(partial(comparing.compare, room), attempts=5),
        trimmed.DROP: Kind(partial(trim.drop, room)),
        AGREEING: Kind(partial(_agree, room)),
        vault.FILL: Kind(partial(vault.fill, room), attempts=1000),
        SWEEP_UPLOADS: Kind(partial(sweep.sweep_uploads, room)),
        SWEEP_OBJECTS: Kind(partial(sweep.sweep_objects, room)),
    }


def _leave_it(_job: Job) -> None:
    """What is a comfort only is not tried for ever."""


def _agree(room: Workroom, job: Job) -> None:
    job.change("run", type(None), lambda db: reconsidering.run(db, room.keys))
    job.change("portraits", type(None), lambda db: portraits.run(db, room.keys))


def schedule(db: Connection) -> None:
    """Have come round what does so by itself; calling it at every start changes nothing."""
    for clip in same_film.unseen(db):
        enqueue(db, repeats.COMPARE, {}, lane=Lane.LADDER, subject=clip, key=f"{repeats.COMPARE}:{clip}")
    enqueue(db, AGREEING, {}, key=AGREEING, period=MINUTE)
    enqueue(db, SWEEP_UPLOADS, {}, key=SWEEP_UPLOADS, period=HOUR)
    enqueue(db, SWEEP_OBJECTS, {}, key=SWEEP_OBJECTS, period=DAY)
