"""Holds: reasons why a clip is not shown. A clip's own column counts them, in the transaction that changes them."""

from sqlalchemy import delete, exists, select, update

from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.accounts.ledger import Entry
from onstage.clips.agreeing import rows
from onstage.clips.agreeing.outlasting import journal
from onstage.clips.agreeing.withdrawing import withdraw
from onstage.clips.models import HoldKind, Stage, clips, concerned, holds
from onstage.clips.rules.changes import as_told
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.events import ClipShown, ClipWithheld, ReachChanged
from onstage.jobs.queue import record
from onstage.keys import Keys

SERVER = 0
_MODERATORS = [HoldKind.MODERATION.value, HoldKind.PRESERVED.value]
_OF_PEOPLE = {HoldKind.NO, HoldKind.BASIS, HoldKind.DELETING}  # whom these concern is for the rules to say
_TOLD_AS = {told: [kind for kind in HoldKind if as_told(kind) is told] for told in HoldKind}


def place(db: Connection, clip: int, kind: HoldKind, giver: int = SERVER) -> bool:
    """Withhold a clip for this reason from now on; False: the same giver holds it so already, or there is no such clip."""
    before = _lock(db, clip)
    if before is None or not insert_missing(db, holds, clip_id=clip, kind=kind.value, giver_id=giver, since=now()):
        return False
    db.execute(update(clips).where(clips.c.id == clip).values(holds=clips.c.holds + 1))
    journal(db, clip, kind, giver, "no")
    count, published_at, stage = before
    was_shown = count == 0 and published_at is not None
    if was_shown:
        withdraw(db, clip)
        record(db, ClipWithheld(clip))
        record(db, ReachChanged(clip))
    if kind in _OF_PEOPLE:
        rows.save_concerned(db, rows.load(db, clip))
    elif was_shown and stage != Stage.ASKED.value:  # what nobody is asked about nobody may object to any more
        db.execute(delete(concerned).where(concerned.c.clip_id == clip))
    return True


def lift(db: Connection, clip: int, kind: HoldKind, giver: int = SERVER) -> bool:
    """End this giver's hold and no other; False: there is none."""
    before = _lock(db, clip)
    mine = (holds.c.clip_id == clip) & (holds.c.kind == kind.value) & (holds.c.giver_id == giver)
    if before is None or db.execute(delete(holds).where(mine)).rowcount == 0:
        return False
    db.execute(update(clips).where(clips.c.id == clip).values(holds=clips.c.holds - 1))
    journal(db, clip, kind, giver, "lifted")
    count, published_at, _stage = before
    if count == 1 and published_at is not None:
        record(db, ClipShown(clip))
        record(db, ReachChanged(clip))
    rows.save_concerned(db, rows.load(db, clip))
    return True


def orphan(db: Connection, giver: int, clip: int | None = None) -> list[int]:
    """A moderator leaves: what they withheld, or this clip, is withheld by nobody in particular from now on; gives which.

    So is what they had kept for the law: what is in the vault stays there, and somebody has to be able to end the hold.
    """
    given = (holds.c.giver_id == giver) & holds.c.kind.in_(_MODERATORS)
    if clip is not None:
        given &= holds.c.clip_id == clip
    taken = db.execute(delete(holds).where(given).returning(holds.c.clip_id, holds.c.since)).all()
    for held, since in taken:
        row = {"clip_id": held, "kind": HoldKind.MODERATION.value, "giver_id": SERVER, "since": since}
        if not insert_missing(db, holds, **row):
            db.execute(update(clips).where(clips.c.id == held).values(holds=clips.c.holds - 1))
    return sorted({row.clip_id for row in taken})


def enter_orphaned(db: Connection, keys: Keys, clip: int, giver: int) -> None:
    """Enter in the ledger that what a moderator withheld is withheld by nobody: their office has an alias of its own."""
    enter(db, keys, clip, HoldKind.MODERATION, giver, placed=False)
    if is_held_by(db, clip, HoldKind.MODERATION, SERVER):
        enter(db, keys, clip, HoldKind.MODERATION, None, placed=True)


def enter(db: Connection, keys: Keys, clip: int, kind: HoldKind, by: int | None, *, placed: bool) -> None:
    """Enter in the ledger that a hold began or ended; `by`: the person who gave it, None for a case or the server.

    To the ledger what a moderator withholds and what they keep for the law is one hold: it begins with the first of the
    two and ends with the last (consent.md R16).
    """
    told = as_told(kind)
    if by is not None and any(other is not kind and is_held_by(db, clip, other, by) for other in _TOLD_AS[told]):
        return
    row = db.execute(select(clips.c.account_id, clips.c.person_id).where(clips.c.id == clip)).one()
    act = Act.HOLD_PLACED if placed else Act.HOLD_ENDED
    ledger.append(db, keys, Entry(act, by, row.account_id, (row.person_id,), clip, {"kind": told.value}))


def is_held(db: Connection, clip: int, kind: HoldKind) -> bool:
    """Whether anybody holds the clip for this reason."""
    return bool(db.execute(select(exists().where(holds.c.clip_id == clip, holds.c.kind == kind.value))).scalar())


def by_moderator(db: Connection, clip: int) -> bool:
    """Whether a moderator withholds the clip, and no rule."""
    theirs = (holds.c.kind == HoldKind.MODERATION.value) & (holds.c.giver_id != SERVER)
    return bool(db.execute(select(exists().where(holds.c.clip_id == clip, theirs))).scalar())


def is_held_by(db: Connection, clip: int, kind: HoldKind, giver: int) -> bool:
    """Whether this giver holds the clip for this reason."""
    mine = (holds.c.clip_id == clip) & (holds.c.kind == kind.value) & (holds.c.giver_id == giver)
    return bool(db.execute(select(exists().where(mine))).scalar())


def _lock(db: Connection, clip: int) -> tuple[int, int | None, str] | None:
    state = select(clips.c.holds, clips.c.published_at, clips.c.stage)
    row = db.execute(state.where(clips.c.id == clip).with_for_update()).first()
    return None if row is None else (row[0], row[1], row[2])
