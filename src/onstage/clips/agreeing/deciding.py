"""Deciding about a clip: lock, read the facts, ask the rules, write what follows, enter it in the ledger."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import exists, select

from onstage.accounts import ledger, notices
from onstage.accounts.acts import Act
from onstage.accounts.ledger import Entry
from onstage.accounts.notices import Notice
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import rows
from onstage.clips.agreeing.facts import lock
from onstage.clips.agreeing.rows import Record
from onstage.clips.models import HoldKind, Stage, clip_versions, clips
from onstage.clips.queries import VISIBLE, asked_by
from onstage.clips.rules.changes import Change, Fields, changes
from onstage.clips.rules.life import Clip
from onstage.clips.rules.need import Yes
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotFound
from onstage.events import NoSaid, YesAsked, YesUsed
from onstage.jobs.queue import record as tell
from onstage.keys import Keys

_AGAINST = frozenset({Act.NO, Act.RECALLED, Act.EXPIRED})


def concerning(db: Connection, viewer: Viewer, slug: str) -> int:
    """The clip of that name, if the viewer sees it, be it because it waits for them. Raises NotFound."""
    found = db.execute(select(clips.c.id).where(clips.c.slug == slug, VISIBLE), asked_by(viewer)).scalar()
    if found is None or viewer.person is None:
        raise NotFound("There is no such clip, or it is not for you to see.")
    return int(found)


def was_asked_since(db: Connection, clip: int, at: int) -> bool:
    """Whether a version was asked about at that instant or later."""
    asked = exists().where(clip_versions.c.clip_id == clip, clip_versions.c.number > 0, clip_versions.c.at >= at)
    return bool(db.execute(select(asked)).scalar())


def decide(
    db: Connection,
    keys: Keys,
    clip: int,
    rule: Callable[[Record], Clip],
    act: Act | None = None,
    *,
    by: int | None = None,
    fields: Fields | None = None,
) -> Clip:
    """Have a rule of `consent` decide about a clip under every lock, and write what follows; gives the clip after it.

    `act` enters it in the ledger, unless nothing has changed. Raises what the rule raises, NotFound, and Conflict where
    somebody was named in the clip a moment ago.
    """
    persons = rows.people_in(db, clip) | ({by} if by else set())
    if not lock(db, clip, persons):
        raise NotFound("There is no such clip, or it is not for you to see.")
    record = rows.load(db, clip)
    if not record.clip.people <= persons:
        raise Conflict("This clip has just changed. Look at it again.", code="version")
    after = rule(record)
    if after == record.clip:
        rows.save_concerned(db, record)  # rights may have changed where the clip has not
        return after
    rows.save(db, record, after)
    if by is not None:  # what has come over from another clip of the film goes on from there (`repeats`)
        for giver in sorted(hold.giver for hold in after.holds - record.clip.holds if hold.kind is HoldKind.NO):
            tell(db, NoSaid(clip, giver))
    if act in _AGAINST and record.clip.stage is Stage.ASKED and after.stage is Stage.DRAFT and after.shown is not None:
        rows.throw_away(db, record)
    for yes in _used_beforehand(record, after):
        tell(db, YesUsed(clip, yes.person, yes.at))
    _enter(db, keys, record, after, act, by, fields or {})
    _tell_author(db, record, after, act, by)
    if after.asked_at is not None and after.asked_at != record.clip.asked_at:
        tell(db, YesAsked(clip, after.asked_at))
    return after


def _tell_author(db: Connection, record: Record, after: Clip, act: Act | None, by: int | None) -> None:
    """What others' answers have come to, and never whose they were."""
    if by == after.author:
        return
    before = record.clip
    if after.visible and (not before.visible or before.shown != after.shown):
        notices.tell_once(db, after.author, Notice.CLIP_SHOWN, now())
    elif act is Act.NO and after.is_held(HoldKind.NO):
        notices.tell_once(db, after.author, Notice.CLIP_REFUSED, now(), out=after.shown is not None)


def _used_beforehand(record: Record, after: Clip) -> list[Yes]:
    """The yeses to what was asked just now that guardians had said beforehand."""
    before = {(yes.person, yes.version) for yes in record.clip.yeses}
    new = [yes for yes in after.yeses if yes.wards is not None and (yes.person, yes.version) not in before]
    return sorted(new, key=lambda yes: yes.person)


def told_of(record: Record, after: Clip, act: Act | None = None, by: int | None = None) -> list[Change]:
    """What the ledger is told of an act. Of a clip from before there were versions, first what it was."""
    found = changes(record.clip, after, act, by)
    if not record.is_new or record.clip.shown is None:
        return found
    unknown = replace(record.clip, shown=None, yeses=frozenset(), caps=frozenset())
    return [*changes(unknown, record.clip), *found]


def _enter(
    db: Connection, keys: Keys, record: Record, after: Clip, act: Act | None, by: int | None, fields: Fields
) -> None:
    """The act, and what has come of it."""
    version = after.working or after.shown
    told: Fields = {"version": version.number if version else 0, **fields}
    about = tuple(sorted(after.people))
    for change in told_of(record, after, act, by):
        said = {**told, **change.fields} if (change.act, change.by) == (act, by) else change.fields
        ledger.append(db, keys, Entry(change.act, change.by, record.account, about, record.id, said))
