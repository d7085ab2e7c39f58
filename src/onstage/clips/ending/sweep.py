"""Sweeping: uploads whose time is over, and files that no row names, once they are old enough to be surely nobody's."""

import shutil
from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import select

from onstage.clips.holdings import KEY_COLUMNS
from onstage.clips.models import Stage, clips, uploads
from onstage.clips.upload import expire
from onstage.clips.workroom import Workroom
from onstage.clock import HOUR, now
from onstage.db.engine import Connection
from onstage.jobs.models import jobs
from onstage.jobs.worker import Job

GRACE = 6 * HOUR
_BATCH = 500


def sweep_uploads(room: Workroom, job: Job) -> None:
    """End unfinished uploads in time; remove staged files and unfinished work that belong to nothing."""
    with job.write() as db:
        over = expire(db)
    for name in over:
        room.staging.remove(name)
    old = list(room.staging.untouched_since(now() - HOUR))
    with job.read() as db:
        needed = _needed_uploads(db, old)
        running = {str(row[0]) for row in db.execute(select(jobs.c.id).where(jobs.c.owner.is_not(None)))}
    for name in old:
        if name not in needed:
            room.staging.remove(name)
    for table in room.folder.glob("*-*"):
        if table.name.partition("-")[0] not in running:
            shutil.rmtree(table, ignore_errors=True)


def _needed_uploads(db: Connection, names: list[str]) -> set[str]:
    """Those of the names that are still coming or still to be read; the side files of none are."""
    waited_for = clips.c.stage.in_([Stage.UPLOADING.value, Stage.PROCESSING.value])
    being_made = select(jobs.c.subject_id).where(jobs.c.subject_id == clips.c.id)
    found: set[str] = set()
    for some in _batches(names):
        rows = select(uploads.c.id).join_from(uploads, clips, clips.c.id == uploads.c.clip_id)
        rows = rows.where(uploads.c.id.in_(some), waited_for | being_made.exists())
        found.update(db.execute(rows).scalars())
    return found


def sweep_objects(room: Workroom, job: Job) -> None:
    """Remove objects that no row names and that are older than the time of grace."""
    before = now() - GRACE
    room.objects.drop_leftovers(before)
    old = (stored.key for stored in room.objects.list() if stored.changed_at < before)
    for some in _batches(old):
        with job.read() as db:
            named = _named(db, some)
        job.tell("sweeping")
        room.objects.delete(key for key in some if key not in named)


def _named(db: Connection, keys: list[str]) -> set[str]:
    found: set[str] = set()
    for column in KEY_COLUMNS:
        found.update(key for key in db.execute(select(column).where(column.in_(keys))).scalars() if key)
    return found


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while batch := list(islice(rest, _BATCH)):
        yield batch
