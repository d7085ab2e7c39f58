"""Deletion: withheld at once, gone when its time is up: rows, objects, index, and never restored.

In a personal account it can be taken back for ten seconds; in a joint one another with the same right stops it for 7 days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete as delete_rows
from sqlalchemy import exists, or_, select

from onstage.accounts.acts import Act
from onstage.accounts.leaving import Subject
from onstage.accounts.models import accounts
from onstage.accounts.viewer import Viewer
from onstage.clips import consent, rows
from onstage.clips.deciding import decide
from onstage.clips.edit import own
from onstage.clips.models import HoldKind, clips, holds, renditions, tombstones, uploads
from onstage.clips.reconsidering import leave
from onstage.clips.workroom import Workroom
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.errors import Conflict, Gone, NotAllowed
from onstage.events import ClipErased
from onstage.jobs.queue import cancel, enqueue, record
from onstage.jobs.worker import Job
from onstage.keys import Keys
from onstage.storage import journal

UNDO = consent.UNDO
ERASE = "erase"
DISCARD = "discard"


@dataclass(frozen=True)
class Leftovers:
    """What lies outside the database of rows that are gone: object keys, names of staged uploads."""

    keys: list[str]
    staged: list[str]


def delete(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> int:
    """Withhold a clip at once and have it erased; gives the instant until which `restore` brings it back.

    Raises NotFound.
    """
    by = _person(viewer)
    clip = own(db, viewer, slug)
    decide(db, keys, clip.id, lambda record: consent.delete(record.clip, record.facts, by), Act.DELETION_BEGUN, by=by)
    until = now() + consent.lasts(rows.load(db, clip.id).facts)
    enqueue(db, ERASE, {"giver": by}, subject=clip.id, key=_key(clip.id, by), due_at=until)
    return until


def restore(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> None:
    """Take one's own deletion back. Raises NotFound, NotAllowed for somebody else's, and Gone when erasing has begun."""
    by = _person(viewer)
    clip = own(db, viewer, slug, deleting=True)
    if not _is_deleting(db, clip.id, by):
        raise NotAllowed("Somebody else deleted this clip, and only they can take that back.")
    decide(
        db, keys, clip.id, lambda record: consent.undelete(record.clip, record.facts, by), Act.DELETION_STOPPED, by=by
    )
    if not cancel(db, _key(clip.id, by)):
        raise Gone("The time to take it back is over, and the clip is gone.")


def stop(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> None:
    """Stop every deletion by others in a joint account; it stays withheld by the no of whoever wanted it (R16).

    Raises NotFound, NotAllowed, and Conflict when the seven days are over.
    """
    by = _person(viewer)
    clip = own(db, viewer, slug, deleting=True)
    given = (holds.c.clip_id == clip.id) & (holds.c.kind == HoldKind.DELETING.value) & (holds.c.giver_id != by)
    for giver in db.execute(select(holds.c.giver_id).where(given).order_by(holds.c.giver_id)).scalars().all():
        decide(
            db,
            keys,
            clip.id,
            lambda record, of=giver: consent.stop(record.clip, record.facts, by, of),  # type: ignore[misc]
            Act.DELETION_STOPPED,
            by=by,
        )
        if not cancel(db, _key(clip.id, giver)):
            raise Conflict("The seven days are over.", code="late")


def _key(clip: int, giver: int) -> str:
    return f"{ERASE}:{clip}:{giver}"


def _is_deleting(db: Connection, clip: int, giver: int | None) -> bool:
    found = exists().where(holds.c.clip_id == clip, holds.c.kind == HoldKind.DELETING.value)
    return bool(db.execute(select(found if giver is None else found.where(holds.c.giver_id == giver))).scalar())


def _person(viewer: Viewer) -> int:
    assert viewer.person is not None
    return viewer.person


def erase(room: Workroom, job: Job) -> None:
    """The job that ends a clip once nobody can take it back any more."""
    assert job.subject is not None
    clip = job.subject
    with job.read() as db:
        if not _is_deleting(db, clip, job.payload.get("giver")):
            return
    job.step("journal", type(None), lambda: journal.append(room.journal, [journal.Entry("clip", clip, now())]))
    left = job.change("rows", Leftovers, lambda db: erase_rows(db, [clip]))
    _discard(room, left)


def discard(room: Workroom, job: Job) -> None:
    """The job that follows rows which went in somebody else's transaction: journal, objects, staged files."""
    at = job.payload["at"]
    gone = [journal.Entry(kind, id_, at) for kind, id_ in job.payload["gone"]]
    job.step("journal", type(None), lambda: journal.append(room.journal, gone))
    _discard(room, Leftovers(job.payload["keys"], job.payload["staged"]))


def _discard(room: Workroom, left: Leftovers) -> None:
    room.objects.delete(left.keys)
    for name in left.staged:
        room.staging.remove(name)


def erase_rows(db: Connection, clip_ids: Sequence[int]) -> Leftovers:
    """Erase clips with all that hangs on them, leave tombstones, tell the layers above; the caller removes the rest."""
    left = Leftovers(list(_keys(db, clip_ids)), list(_staged(db, clip_ids)))
    db.execute(delete_rows(clips).where(clips.c.id.in_(clip_ids)))
    for clip in clip_ids:
        insert_missing(db, tombstones, kind="clip", id=clip, at=now())
        record(db, ClipErased(clip))
    return left


def _keys(db: Connection, clip_ids: Sequence[int]) -> Iterable[str]:
    yield from db.execute(select(renditions.c.key).where(renditions.c.clip_id.in_(clip_ids))).scalars()
    own_keys = select(clips.c.cover, clips.c.cover_small, clips.c.original).where(clips.c.id.in_(clip_ids))
    for row in db.execute(own_keys):
        yield from (key for key in row if key is not None)


def _staged(db: Connection, clip_ids: Sequence[int]) -> Iterable[str]:
    return db.execute(select(uploads.c.id).where(uploads.c.clip_id.in_(clip_ids))).scalars()


def purge(db: Connection, subject: Subject) -> int:
    """The purger of clips: what a person made and what their ending accounts show goes with them; gives how many clips."""
    leave(db, subject.person)
    theirs = or_(clips.c.person_id == subject.person, clips.c.account_id.in_(subject.accounts))
    clip_ids = db.execute(select(clips.c.id).where(theirs)).scalars().all()
    left = erase_rows(db, clip_ids)
    avatars = select(accounts.c.avatar).where(accounts.c.id.in_(subject.accounts), accounts.c.avatar.is_not(None))
    gone = [("person", subject.person), *(("account", account) for account in subject.accounts)]
    for kind, id_ in gone:
        insert_missing(db, tombstones, kind=kind, id=id_, at=now())
    gone += [("clip", clip) for clip in clip_ids]
    payload = {
        "gone": gone,
        "at": now(),
        "keys": [*left.keys, *db.execute(avatars).scalars()],
        "staged": left.staged,
    }
    enqueue(db, DISCARD, payload)
    return len(clip_ids)
