"""Deletion: withheld at once, gone when its time is up, from everywhere, told by a signed receipt.

In a personal account it can be taken back for ten seconds; in a joint one another with the same right stops it for 7 days.

However it begins (a clip, a person, an account), the rows go by the purgers in one transaction, and the job `discard` does
the rest: journal, objects (first what the vault waits for), staged files, the ledger's keys; then `scrub` overwrites what
SQLite left in its file, and signs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from msgspec import convert, to_builtins
from sqlalchemy import delete as delete_rows
from sqlalchemy import exists, or_, select

from onstage.accounts import leaving, ledger
from onstage.accounts.acts import Act
from onstage.accounts.leaving import NOBODY, Purger, Subject
from onstage.accounts.models import accounts, people
from onstage.accounts.viewer import Viewer
from onstage.clips import cases, records
from onstage.clips.agreeing import holds, rows, unregistered
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.edit import own
from onstage.clips.agreeing.outlasting import JOURNAL
from onstage.clips.agreeing.reconsidering import leave
from onstage.clips.ending import receipts, vault
from onstage.clips.ending.gone import DISCARD, Discard
from onstage.clips.holdings import PICTURES
from onstage.clips.models import (
    ASIDE,
    MADE,
    HoldKind,
    clip_media,
    clips,
    covers_aside,
    renditions,
    tombstones,
    uploads,
    withdrawn,
)
from onstage.clips.models import holds as holds_table
from onstage.clips.portraits.models import portraits, portraits_withheld
from onstage.clips.rules import consent
from onstage.clips.workroom import Workroom
from onstage.clock import SECOND, now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.errors import Conflict, Gone, NotAllowed
from onstage.events import ClipErased, ReachChanged
from onstage.jobs.models import jobs
from onstage.jobs.queue import cancel, enqueue, record
from onstage.jobs.worker import Job, Kind
from onstage.keys import Keys
from onstage.mail import JOB as MAIL
from onstage.storage import journal

UNDO = consent.UNDO
ERASE = "erase"
SCRUB = "scrub"


@dataclass(frozen=True)
class Ending:
    """What deletions need: the workroom, the purgers of all layers, the keys that sign, how to overwrite, what to tell.

    `rewrite_index` and `scrub` make the index of words and the database's files free of what is deleted; `origin` and
    `backup_days` stand on receipts.
    """

    room: Workroom
    purgers: Sequence[Purger]
    keys: Keys
    rewrite_index: Callable[[Connection], None]
    scrub: Callable[[], None]
    origin: str
    backup_days: int


def delete(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> int:
    """Withhold a clip at once and have it erased; gives the instant until which `restore` brings it back.

    Raises NotFound.
    """
    by = _person(viewer)
    clip = own(db, viewer, slug)
    decide(db, keys, clip.id, lambda record: consent.delete(record.clip, record.facts, by), Act.DELETION_BEGUN, by=by)
    return erase_later(db, clip.id, by)


def erase_later(db: Connection, clip: int, by: int, *, at: int | None = None) -> int:
    """Have a clip erased that is withheld for it (`at`: at that instant); gives when."""
    until = now() + consent.lasts(rows.load(db, clip).facts) if at is None else at
    enqueue(db, ERASE, {"giver": by}, subject=clip, key=_key(clip, by), due_at=until)
    return until


def is_ending(db: Connection, clip: int) -> bool:
    """Whether somebody is deleting it."""
    return _is_deleting(db, clip, None)


def is_own(db: Connection, viewer: Viewer, slug: str) -> bool:
    """Whether the viewer is deleting the clip of that name. Raises NotFound."""
    return _is_deleting(db, own(db, viewer, slug, deleting=True, lock=False).id, _person(viewer))


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
    given = (
        (holds_table.c.clip_id == clip.id)
        & (holds_table.c.kind == HoldKind.DELETING.value)
        & (holds_table.c.giver_id != by)
    )
    for giver in (
        db.execute(select(holds_table.c.giver_id).where(given).order_by(holds_table.c.giver_id)).scalars().all()
    ):
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
    found = exists().where(holds_table.c.clip_id == clip, holds_table.c.kind == HoldKind.DELETING.value)
    return bool(db.execute(select(found if giver is None else found.where(holds_table.c.giver_id == giver))).scalar())


def _person(viewer: Viewer) -> int:
    assert viewer.person is not None
    return viewer.person


def erase(ending: Ending, job: Job) -> None:
    """The job that ends a clip once nobody can take it back any more."""
    assert job.subject is not None
    clip = job.subject
    with job.read() as db:
        if not _is_deleting(db, clip, job.payload.get("giver")):
            return
    job.step("journal", type(None), lambda: _into_journal(ending.room, [("clip", clip)], now()))
    job.change("rows", int, lambda db: _purge_clip(db, ending, clip))


def _purge_clip(db: Connection, ending: Ending, clip: int) -> int:
    held = select(holds_table.c.giver_id, holds_table.c.since).where(
        holds_table.c.clip_id == clip, holds_table.c.kind == HoldKind.DELETING.value
    )
    giver, since = db.execute(held.order_by(holds_table.c.since).limit(1)).one()
    receipt, _secret = receipts.begin(db, "clip", giver or None, since)
    subject = Subject(NOBODY, clips=(clip,), asked_by=giver or None, receipt=receipt, in_journal=True)
    return leaving.purge(db, subject, ending.purgers)


def discard(ending: Ending, job: Job) -> None:
    """The job that follows rows that are gone: everything else of them goes too, each step once."""
    left = convert(job.payload, Discard)
    if not left.in_journal:
        job.step("journal", type(None), lambda: _into_journal(ending.room, left.gone, left.at))
    vault.fill_first(ending.room, job, left.keys)
    job.step("files", type(None), lambda: _remove_files(ending.room, left))
    job.change("ledger", type(None), lambda db: _shred(db, ending.keys, left))
    job.change("erased", type(None), lambda db: _erased(db, left))


def scrub(ending: Ending, job: Job) -> None:
    """The job that overwrites what deleted rows left in the database's files, and signs the receipts that wait for it."""
    job.change("index", type(None), ending.rewrite_index)
    job.step("overwrite", type(None), ending.scrub)
    job.change("sign", int, lambda db: receipts.sign(db, ending.keys, ending.origin, ending.backup_days))


def note(ending: Ending, job: Job) -> None:
    """The job that writes a no, or its end, into the journal (`holds`)."""
    job.step("journal", type(None), lambda: journal.append(ending.room.journal, [journal.Entry(**job.payload)]))


def _into_journal(room: Workroom, gone: Sequence[tuple[str, int]], at: int) -> None:
    journal.append(room.journal, [journal.Entry(kind, id_, at) for kind, id_ in gone])


def _remove_files(room: Workroom, left: Discard) -> None:
    room.objects.delete(left.keys)
    for name in left.staged:
        room.staging.remove(name)


def _shred(db: Connection, keys: Keys, left: Discard) -> None:
    """Enter what is gone, as far as the ledger knows it, then destroy the keys of it."""
    gone = {kind: [id_ for each, id_ in left.gone if each == kind] for kind, _ in left.gone}
    for clip in cases.slugs(db, left.orphaned):
        holds.enter_orphaned(db, keys, clip, gone["person"][0])
    by = None if left.asked_by in gone.get(ledger.PERSON, ()) else left.asked_by
    for kind, ids in gone.items():
        for id_ in ledger.known(db, kind, ids):
            entry = ledger.Entry(
                ledger.Act.DELETION_DONE,
                by=by,
                account=id_ if kind == ledger.ACCOUNT else None,
                about=(id_,) if kind == ledger.PERSON else (),
                clip=id_ if kind == ledger.CLIP else None,
            )
            ledger.append(db, keys, entry)
        ledger.shred(db, kind, ids)


def _erased(db: Connection, left: Discard) -> None:
    if left.receipt is not None:
        kinds = [kind for kind, _ in left.gone]
        counts = {"clips": kinds.count("clip"), "accounts": kinds.count("account"), "files": len(left.keys)}
        receipts.erased(db, left.receipt, counts)
    scrub_soon(db)


def scrub_soon(db: Connection) -> None:
    """Overwrite what is gone and sign what waits for it; one for all that end within a second."""
    enqueue(db, SCRUB, {}, key=SCRUB, due_at=now() + SECOND)


def purge(db: Connection, subject: Subject) -> int:
    """The purger of clips: what a person made, what their ending accounts show, and single ones; gives how many clips.

    Tombstones stay, the layers above are told, and the job for everything outside the database is there.
    """
    clip_ids = cases.ending(db, subject)
    orphaned = leave(db, subject.person) if subject.person != NOBODY else []
    keys, staged = list(_keys(db, clip_ids)), list(_staged(db, clip_ids))
    pictures = select(*PICTURES).outerjoin_from(accounts, portraits).outerjoin(portraits_withheld)
    rows_of = db.execute(pictures.where(accounts.c.id.in_(subject.accounts)))
    keys += {key for named in rows_of for key in named if key is not None}
    records.keep_time(db, clip_ids)
    links = unregistered.known(db, clip_ids)  # the ledger knows who answered by a link as somebody
    db.execute(delete_rows(clips).where(clips.c.id.in_(clip_ids)))
    db.execute(delete_rows(withdrawn).where(withdrawn.c.clip_id.in_(clip_ids)))
    gone = [("person", subject.person)] if subject.person != NOBODY else []
    gone += [("account", account) for account in subject.accounts] + [("clip", clip) for clip in clip_ids]
    gone += [("person", label) for label in links]
    for kind, id_ in gone:
        insert_missing(db, tombstones, kind=kind, id=id_, at=now())
    for clip in clip_ids:
        record(db, ClipErased(clip))
        record(db, ReachChanged(clip))
    if gone:
        left = Discard(gone, now(), keys, staged, subject.asked_by, subject.receipt, subject.in_journal, orphaned)
        enqueue(db, DISCARD, to_builtins(left))
    return len(clip_ids)


def purge_jobs(db: Connection, subject: Subject) -> int:
    """The purger of jobs: nothing that waits is done any more for whom or what is gone, and no letter is sent."""
    about = or_(jobs.c.subject_id.in_(cases.ending(db, subject)), jobs.c.person_id == subject.person)
    gone = db.execute(delete_rows(jobs).where(about, jobs.c.owner.is_(None), jobs.c.kind != ERASE)).rowcount
    mail = db.execute(select(people.c.mail).where(people.c.id == subject.person, people.c.mail != "")).scalar()
    if mail is None:
        return gone
    letters = (jobs.c.kind == MAIL) & jobs.c.owner.is_(None) & jobs.c.payload.contains(mail, autoescape=True)
    return gone + db.execute(delete_rows(jobs).where(letters)).rowcount


def _keys(db: Connection, clip_ids: Sequence[int]) -> Iterable[str]:
    yield from db.execute(select(renditions.c.key).where(renditions.c.clip_id.in_(clip_ids))).scalars()
    own_keys = select(clips.c.cover, clips.c.cover_small, clips.c.original).where(clips.c.id.in_(clip_ids))
    made = select(*MADE).where(clip_media.c.clip_id.in_(clip_ids))
    aside = select(*ASIDE).where(covers_aside.c.clip_id.in_(clip_ids))
    for row in (*db.execute(own_keys), *db.execute(made), *db.execute(aside)):
        yield from (key for key in row if key is not None)


def _staged(db: Connection, clip_ids: Sequence[int]) -> Iterable[str]:
    return db.execute(select(uploads.c.id).where(uploads.c.clip_id.in_(clip_ids))).scalars()


def kinds(ending: Ending) -> Mapping[str, Kind]:
    """What workers do for deletions, tried until it is done."""
    return {name: Kind(partial(run, ending), attempts=1000) for name, run in _JOBS.items()}


_JOBS = {ERASE: erase, DISCARD: discard, SCRUB: scrub, JOURNAL: note}
