""" "Remove everything in which I appear": what would become of each clip, and that it does, told by a signed receipt.

Where only they are in it, it is erased; where others are too, it is their no, and an adult's no lets the clip end after thirty
days (consent.md R12). A guardian does for a minor what a guardian may: no more than a no.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, or_, select

from onstage.accounts import notices
from onstage.accounts.acts import Act
from onstage.accounts.membership import owners
from onstage.accounts.notices import Notice
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import rows
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.rows import Record
from onstage.clips.ending import deletion, receipts
from onstage.clips.labels import clip_labels
from onstage.clips.models import HoldKind, appearances, clips, departures
from onstage.clips.models import holds as holds_table
from onstage.clips.rules import fate as rules
from onstage.clips.rules.fate import DEPARTS, Fate
from onstage.clips.rules.life import Hold
from onstage.clock import HOUR, MINUTE, SECOND, now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import Conflict, NotFound
from onstage.jobs.queue import enqueue
from onstage.jobs.worker import Job, Kind
from onstage.keys import Keys

DEPART = "depart"
REMOVAL = "removal"


@dataclass(frozen=True)
class Part:
    """One clip, and what would become of it."""

    clip: int
    fate: Fate


def preview(db: Connection, person: int, by: int) -> list[Part]:
    """What would become of every clip that somebody made or was named in, if `by` wanted them gone; newest first."""
    return [Part(clip, _fate(db, rows.load(db, clip), person, by)) for clip in reversed(_with(db, person, by))]


def _with(db: Connection, person: int, by: int) -> list[int]:
    """The clips with somebody, oldest first; of others' drafts those that somebody was asked about, and none that is ending."""
    named = select(appearances.c.clip_id).where(appearances.c.person_id == person, appearances.c.sticks == 1)
    ending = exists().where(holds_table.c.clip_id == clips.c.id, holds_table.c.kind == HoldKind.DELETING.value)
    theirs = or_(clips.c.id.in_(named), clips.c.person_id == person)
    drafts = clips.c.published_at.is_(None) & (clips.c.person_id == person)
    wanted = select(clips.c.id).where(theirs, ~ending).order_by(clips.c.id)
    return list(db.execute(wanted if person == by else wanted.where(~drafts)).scalars())


def _fate(db: Connection, record: Record, person: int, by: int) -> Fate:
    labels = db.execute(select(func.count()).where(clip_labels.c.clip_id == record.id)).scalar_one()
    return rules.fate(record.clip, record.facts, person, by, labels)


def remove(db: Connection, keys: Keys, viewer: Viewer, person: int) -> tuple[dict[Fate, int], str]:
    """Have somebody gone from every clip, by themselves or by a guardian whom the caller knows to be one.

    All of it is withheld at once. Gives how many clips there were of each fate, and the secret of the receipt's link; it is
    signed when the last of them is erased. Raises Conflict where there is nothing to do.
    """
    assert viewer.person is not None
    by, met = viewer.person, list[Part]()
    for clip in _with(db, person, by):
        part = _remove_one(db, keys, clip, person, by)
        if part.fate is not Fate.KEPT:
            met.append(part)
    if not met:
        raise Conflict("There is no clip with you to remove.", code="nothing")
    receipt, secret = receipts.begin(db, "appearances", by, now())
    ended = [part.clip for part in met if part.fate is Fate.ERASED]
    payload = {"receipt": receipt, "clips": ended, "withheld": len(met) - len(ended), "since": now()}
    enqueue(db, REMOVAL, payload, person=by)
    return rules.count(part.fate for part in met), secret


def remove_from(db: Connection, keys: Keys, viewer: Viewer, clip: int) -> Fate:
    """Have the viewer gone from one clip."""
    assert viewer.person is not None
    return _remove_one(db, keys, clip, viewer.person, viewer.person).fate


def _remove_one(db: Connection, keys: Keys, clip: int, person: int, by: int) -> Part:
    found = Part(clip, _fate(db, rows.load(db, clip), person, by))
    act = Act.DELETION_BEGUN if found.fate is Fate.ERASED else Act.NO
    decide(db, keys, clip, lambda record: rules.meet(record.clip, record.facts, by, found.fate), act, by=by)
    if found.fate is Fate.ERASED:
        deletion.erase_later(db, clip, by)
    elif found.fate is Fate.DEPARTS:
        _depart_later(db, clip, by)
    return found


def _depart_later(db: Connection, clip: int, person: int) -> None:
    """Its author has thirty days for a version without them, and is told so without a name."""
    there = (departures.c.clip_id == clip) & (departures.c.person_id == person)
    record, before = rows.load(db, clip), db.execute(select(departures.c.since).where(there)).scalar()
    stands = next(hold for hold in record.clip.holds if hold == Hold(HoldKind.NO, person))
    if before is not None and stands.since <= before:
        return
    moment = now()
    insert_or_set(db, departures, clip_id=clip, person_id=person, since=moment)
    payload = {"person": person, "since": moment}
    enqueue(db, DEPART, payload, subject=clip, key=f"{DEPART}:{clip}:{person}:{moment}", due_at=moment + DEPARTS)
    to = {record.clip.author, *owners(db, record.account)} - {person}
    notices.tell(db, to, Notice.WANTS_OUT, moment, account=record.account, on=moment + DEPARTS)


def _depart(keys: Keys, job: Job) -> None:
    job.change("depart", bool, lambda db: _end(db, keys, job))


def _end(db: Connection, keys: Keys, job: Job) -> bool:
    """The thirty days are over: erase it, unless they have changed their mind or are not in it any more."""
    clip, person, since = job.subject, int(job.payload["person"]), int(job.payload["since"])
    assert clip is not None
    db.execute(delete(departures).where(departures.c.clip_id == clip, departures.c.person_id == person))
    try:
        decide(
            db,
            keys,
            clip,
            lambda record: rules.departs(record.clip, record.facts, person, since),
            Act.DELETION_BEGUN,
            by=person,
        )
    except (Conflict, NotFound):
        return False
    deletion.erase_later(db, clip, person, at=now())
    return True


def _follow(job: Job) -> None:
    """Wait until the last of the clips is erased, or was kept by somebody with the same right; then the receipt is due."""
    job.change("look", bool, lambda db: _look(db, job))


def _look(db: Connection, job: Job) -> bool:
    payload, moment = dict(job.payload), now()
    left = _still_there(db, payload["clips"])
    ending = [clip for clip in left if deletion.is_ending(db, clip)]
    if ending:
        young = moment < payload["since"] + MINUTE
        enqueue(db, REMOVAL, payload, person=job.person, due_at=moment + (SECOND if young else HOUR))
        return False
    counts = {"clips": len(payload["clips"]) - len(left), "withheld": payload["withheld"] + len(left)}
    receipts.erased(db, payload["receipt"], counts)
    deletion.scrub_soon(db)
    return True


def _still_there(db: Connection, of: Sequence[int]) -> list[int]:
    return list(db.execute(select(clips.c.id).where(clips.c.id.in_(of))).scalars())


def kinds(keys: Keys) -> Mapping[str, Kind]:
    """What workers do for this, tried until it is done."""
    return {
        DEPART: Kind(lambda job: _depart(keys, job), attempts=1000),
        REMOVAL: Kind(_follow, attempts=1000),
    }
