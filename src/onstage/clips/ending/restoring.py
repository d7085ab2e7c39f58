"""After a backup is restored: what was erased since then does not rise again (consent.md R17)."""

from collections.abc import Sequence

from msgspec import Struct, convert, to_builtins
from sqlalchemy import Column, exists, insert, or_, select

from onstage import ids
from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.accounts.age import Band
from onstage.accounts.leaving import NOBODY, Purger, Subject, erase, purge
from onstage.accounts.models import accounts, people
from onstage.clips.agreeing import holds, repeats, rows
from onstage.clips.agreeing.deciding import told_of
from onstage.clips.agreeing.labelling import label_unknown
from onstage.clips.agreeing.outlasting import PART
from onstage.clips.ending import vault
from onstage.clips.labels import clip_labels, label_guardians
from onstage.clips.models import HoldKind, Stage, appearances, clips, contained, tombstones
from onstage.clips.portraits import noes
from onstage.clips.rules import consent
from onstage.clips.rules.changes import Change
from onstage.clips.rules.need import deleters, objectors
from onstage.clips.vaulted import vault_items
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.events import ReachChanged
from onstage.jobs.queue import enqueue, record
from onstage.jobs.worker import Job
from onstage.keys import Keys
from onstage.storage.journal import Entry

_BATCH = 500
RESTORED = "restored"


class Restored(Struct):
    """What a restore changed about a clip, or about what an account shows of itself, for the ledger."""

    clip: int
    changes: list[Change]
    account: int | None = None


def erase_again(db: Connection, entries: Sequence[Entry], purgers: Sequence[Purger]) -> int:
    """Erase what the journal knows to be gone (clips, people, accounts, what the vault kept); gives how many had risen."""
    risen = _there(db, clips.c.id, "clip", entries)
    purge(db, Subject(NOBODY, clips=tuple(risen)), purgers)
    returned = _there(db, people.c.id, "person", entries)
    for person in returned:
        erase(db, person, purgers)
    ended = Subject(NOBODY, tuple(_there(db, accounts.c.id, "account", entries)))
    purge(db, ended, purgers)
    over = vault.end(db, _there(db, vault_items.c.id, "vault", entries))
    return len(risen) + len(returned) + len(ended.accounts) + over


def _there(db: Connection, column: Column[int], kind: str, entries: Sequence[Entry]) -> list[int]:
    named = sorted({entry.id for entry in entries if entry.kind == kind})
    found: list[int] = []
    for start in range(0, len(named), _BATCH):
        some = named[start : start + _BATCH]
        found += db.execute(select(column).where(column.in_(some))).scalars()
    return found


def contain_again(db: Connection, entries: Sequence[Entry]) -> None:
    """What was said since to be in a clip is in it: in all of it, for the journal knows no seconds, until its author says."""
    said = sorted({(entry.id, entry.by) for entry in entries if entry.kind == PART})
    here = set(_there(db, clips.c.id, PART, entries))
    for clip, source in said:
        known = exists().where(contained.c.clip_id == clip, contained.c.source_id == source)
        if clip in here and not db.execute(select(known)).scalar():
            db.execute(insert(contained).values(id=ids.new(), clip_id=clip, source_id=source, at=now()))
            record(db, ReachChanged(source))


def say_no_again(db: Connection, entries: Sequence[Entry]) -> list[Restored]:
    """Place the holds of noes that were said after the backup, and end those that were lifted; gives what changed.

    What was asked is a draft again by a no. That of somebody who has left, or lost their right, is `basis`, as it was, if
    nobody has brought the clip back; that of somebody whom the backup does not know stands.
    """
    said = sorted(entries, key=_moment)
    last = {(entry.id, entry.by): entry for entry in said if entry.kind in {"no", "lifted", "waits"}}
    back = {entry.id: entry.at for entry in said if entry.kind == "brought back"}
    left = _left(db, said)
    found = []
    for (clip, by), entry in last.items():
        if entry.kind == "lifted" and holds.lift(db, clip, HoldKind.NO, by):
            found.append(Restored(clip, [Change(Act.HOLD_ENDED, by, {"kind": HoldKind.NO.value})]))
        waits = entry.at if entry.kind == "waits" else left.get(by) if entry.kind == "no" else None
        if waits is not None and waits >= back.get(clip, 0):
            found.append(Restored(clip, _wait(db, clip, by)))
        if entry.kind == "no" and waits is None:
            found.append(Restored(clip, _refuse(db, clip, by)))
    portraits = [Restored(0, [Change(act, by, {})], account) for account, act, by in noes.say_again(db, entries)]
    return [*(each for each in found if each.changes), *portraits]


def _left(db: Connection, entries: Sequence[Entry]) -> dict[int, int]:
    """Who has gone for good, before the backup or after it, and when, as far as the journal knows."""
    before = db.execute(select(tombstones.c.id, tombstones.c.at).where(tombstones.c.kind == "person"))
    return {row.id: row.at for row in before} | {entry.id: entry.at for entry in entries if entry.kind == "person"}


def _wait(db: Connection, clip: int, by: int) -> list[Change]:
    """Whoever said no has no right any more; where the backup knows them with it still, their no stands there."""
    if holds.is_held_by(db, clip, HoldKind.NO, by) or not holds.place(db, clip, HoldKind.BASIS):
        return []
    repeats.look_again(db, clip)
    return [Change(Act.HOLD_PLACED, None, {"kind": HoldKind.BASIS.value}), *_ask_no_more(db, clip)]


def _refuse(db: Connection, clip: int, by: int) -> list[Change]:
    entered = _enter_unknown(db, clip, by)
    if not holds.place(db, clip, HoldKind.NO, by):
        return []
    repeats.look_again(db, clip)
    placed = Change(Act.HOLD_PLACED, by, {"kind": HoldKind.NO.value})
    again = [] if entered else _appears_again(db, clip, by)
    return [*entered, placed, *again, *_ask_no_more(db, clip)]


def _enter_unknown(db: Connection, clip: int, by: int) -> list[Change]:
    """Whom the backup does not know is a minor who is not here, for whom somebody has answered: so their no stands.

    No link is left by which they could take it back, and whoever made the clip makes none for them.
    """
    person, there = exists().where(people.c.id == by), select(clips.c.id).where(clips.c.id == clip)
    answers = exists().where(label_guardians.c.label_id == by)
    if db.execute(there.where(~person, ~answers)).first() is None:
        return []
    label_unknown(db, by, clip)
    record = rows.load(db, clip)
    after = consent.corrected(record.clip, record.facts)
    rows.save(db, record, after)
    return [Change(Act.APPEARANCE_NAMED, None, {"kind": "link"}), *told_of(record, after)]


def _appears_again(db: Connection, clip: int, by: int) -> list[Change]:
    """Whose no counts by no right that the backup knows was named since: they are in the clip again, so they can lift it."""
    record = rows.load(db, clip)
    if by in objectors(record.clip.people, record.facts) | deleters(record.clip.author, record.facts):
        return []
    insert_missing(db, appearances, clip_id=clip, person_id=by, at=now())
    record = rows.load(db, clip)
    after = consent.appear(record.clip, record.facts, by)
    rows.save(db, record, after)
    return told_of(record, after, Act.APPEARANCE_NAMED)


def _ask_no_more(db: Connection, clip: int) -> list[Change]:
    """No yes from before a no counts for what was asked; gives what changed."""
    record = rows.load(db, clip)
    if record.clip.stage is not Stage.ASKED:
        return []
    after = consent.recall(record.clip, record.clip.author)
    rows.save(db, record, after)
    return told_of(record, after)


def _moment(entry: Entry) -> int:
    return entry.at


def doubt_minors(db: Connection) -> list[Restored]:
    """For a restore without its journal: what minors made or are in waits until all agree anew; gives what changed.

    Nobody can say any more to which of them somebody said no since, so that no yes from before counts (consent.md R17).
    """
    minor = select(people.c.id).where(people.c.band != Band.ADULT.value)
    named = select(appearances.c.clip_id).where(appearances.c.person_id.in_(minor))
    labelled = select(clip_labels.c.clip_id).where(clip_labels.c.minor == 1)
    theirs = or_(clips.c.person_id.in_(minor), clips.c.id.in_(named), clips.c.id.in_(labelled))
    found = db.execute(select(clips.c.id).where(theirs).order_by(clips.c.id)).scalars().all()
    return [changed for changed in (doubt(db, clip) for clip in found) if changed is not None]


def doubt(db: Connection, clip: int) -> Restored | None:
    """Let no yes to a clip count any more; None: there was none, and nothing is shown."""
    record = rows.load(db, clip)
    after = consent.restored(record.clip, record.facts)
    if after == record.clip:
        return None
    rows.save(db, record, after)
    return Restored(clip, told_of(record, after))


def tell(db: Connection, found: Sequence[Restored]) -> None:
    """Have the server enter it in its ledger once it is there: a restore has no key to sign with."""
    for some in [found[start : start + _BATCH] for start in range(0, len(found) or 1, _BATCH)]:
        enqueue(db, RESTORED, {"found": to_builtins(some)})


def job(keys: Keys, done: Job) -> None:
    """The job that enters it."""
    done.change("ledger", type(None), lambda db: enter(db, keys, convert(done.payload["found"], list[Restored])))


def enter(db: Connection, keys: Keys, found: Sequence[Restored]) -> None:
    """Enter in the ledger that a backup was restored, and what was changed then."""
    ledger.append(db, keys, ledger.Entry(Act.RESTORED))
    for restored in found:
        for change in restored.changes if restored.account else ():
            ledger.append(db, keys, ledger.Entry(change.act, change.by, restored.account))
        account = db.execute(select(clips.c.account_id).where(clips.c.id == restored.clip)).scalar()
        about = tuple(sorted(rows.people_in(db, restored.clip)))
        for change in restored.changes if account else ():
            ledger.append(db, keys, ledger.Entry(change.act, change.by, account, about, restored.clip, change.fields))
