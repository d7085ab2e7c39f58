"""Looking again at clips when the world around them has changed: rights won or lost, birthdays, absence, settings, time."""

from collections.abc import Callable, Iterable

from sqlalchemy import Select, delete, or_, select, update

from onstage.accounts.acts import Act
from onstage.clips import consent, rows, withdrawing
from onstage.clips.deciding import decide
from onstage.clips.life import Clip
from onstage.clips.models import (
    HoldKind,
    Stage,
    appearances,
    clip_caps,
    clip_consents,
    clip_yeses,
    clips,
    concerned,
    holds,
)
from onstage.clips.need import YES_LASTS
from onstage.clips.rows import Record
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import NotFound, Refused
from onstage.events import (
    BandTurned,
    Event,
    GuardianAbsent,
    GuardianshipAnnulled,
    GuardianshipBegan,
    GuardianshipEnded,
    MemberJoined,
    MemberLeft,
)
from onstage.keys import Keys


def of_person(db: Connection, person: int) -> list[int]:
    """The clips that somebody made or appears in."""
    named = select(appearances.c.clip_id).where(appearances.c.person_id == person)
    theirs = or_(clips.c.person_id == person, clips.c.id.in_(named))
    return list(db.execute(select(clips.c.id).where(theirs).order_by(clips.c.id)).scalars())


def of_account(db: Connection, account: int) -> list[int]:
    """The clips of an account."""
    return list(db.execute(select(clips.c.id).where(clips.c.account_id == account).order_by(clips.c.id)).scalars())


def changed(db: Connection, keys: Keys, clip_ids: Iterable[int]) -> None:
    """Somebody gained or lost a right, was away, grew older, or a setting changed: what follows only narrows (10, 11, 16)."""
    _each(db, keys, clip_ids, lambda record: consent.changed(record.clip, record.facts))


def corrected(db: Connection, keys: Keys, clip_ids: Iterable[int], void: frozenset[int] = frozenset()) -> None:
    """A guardianship never was, or somebody is younger than it seemed: the yeses of `void` fall (12)."""
    _each(db, keys, clip_ids, lambda record: consent.corrected(record.clip, record.facts, void))


def _each(db: Connection, keys: Keys, clip_ids: Iterable[int], rule: Callable[[Record], Clip]) -> None:
    for clip in clip_ids:
        try:
            decide(db, keys, clip, rule)
        except NotFound:
            continue  # erased a moment ago
        see_again(db, clip)


def heed(db: Connection, keys: Keys, event: Event) -> None:
    """What has happened among people changes what their clips need; it never shows one (R3)."""
    match event:
        case MemberJoined() | MemberLeft():
            changed(db, keys, of_account(db, event.account))
        case GuardianshipAnnulled():
            corrected(db, keys, of_person(db, event.minor), frozenset({event.guardian}))
        case GuardianshipBegan() | GuardianshipEnded() | GuardianAbsent():
            changed(db, keys, of_person(db, event.minor))
        case BandTurned(corrected=True):
            corrected(db, keys, of_person(db, event.person))
        case BandTurned():
            changed(db, keys, of_person(db, event.person))


HEEDED: tuple[type[Event], ...] = (
    MemberJoined,
    MemberLeft,
    GuardianshipBegan,
    GuardianshipEnded,
    GuardianshipAnnulled,
    GuardianAbsent,
    BandTurned,
)


def see_again(db: Connection, clip: int) -> None:
    """Whom it waits for, and who may object, by the rights of now."""
    record = rows.load(db, clip)
    rows.save_concerned(db, record)


def run(db: Connection, keys: Keys) -> None:
    """What time itself does: schedules come due, questions end after thirty days, old marks go."""
    moment = now()
    asked = select(clip_consents.c.clip_id).join_from(clip_consents, clips, clips.c.id == clip_consents.c.clip_id)
    waiting = asked.where(clips.c.stage == Stage.ASKED.value).order_by(clip_consents.c.clip_id)
    due = clip_consents.c.due_at.between(moment - consent.LATE, moment)
    _settle(db, keys, waiting.where(due), Act.SCHEDULED, lambda record: consent.come_due(record.clip, record.facts))
    over = clip_consents.c.asked_at <= moment - YES_LASTS
    _settle(db, keys, waiting.where(over), Act.EXPIRED, lambda record: consent.expire(record.clip, record.facts))
    withdrawing.forget(db)


def _settle(db: Connection, keys: Keys, wanted: Select[int], act: Act, rule: Callable[[Record], Clip]) -> None:
    for clip in db.execute(wanted).scalars().all():
        try:
            decide(db, keys, clip, rule, act)
        except Refused:
            continue  # answered, recalled or erased a moment ago


def leave(db: Connection, person: int) -> None:
    """Somebody goes for good: what others made with them stays as it is, and what they withheld waits under `basis`."""
    given = (holds.c.giver_id == person) & (holds.c.kind == HoldKind.NO.value)
    held = list(db.execute(select(holds.c.clip_id).where(given)).scalars())
    touched = set(held)
    for table in (appearances, clip_yeses, concerned):
        touched |= set(db.execute(select(table.c.clip_id).where(table.c.person_id == person)).scalars())
    db.execute(delete(holds).where(given))
    db.execute(delete(clip_caps).where(clip_caps.c.giver_id == person))
    for clip in held:
        before = db.execute(
            select(holds.c.clip_id).where(holds.c.clip_id == clip, holds.c.kind == HoldKind.BASIS.value)
        )
        if before.first() is None:
            row = {"clip_id": clip, "kind": HoldKind.BASIS.value, "giver_id": 0, "since": now()}
            db.execute(holds.insert().values(**row))
        else:
            db.execute(update(clips).where(clips.c.id == clip).values(holds=clips.c.holds - 1))
    for clip in touched:
        rows.forget_in_basis(db, clip, person)
