"""Looking again at clips when the world around them has changed: rights won or lost, birthdays, absence, settings, time."""

from collections.abc import Callable, Iterable

from sqlalchemy import Select, delete, select, update

from onstage.accounts import notices
from onstage.accounts.acts import Act
from onstage.accounts.notices import Notice
from onstage.clips.agreeing import narrowing, parts, repeats, rows, touched, withdrawing
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.holds import orphan
from onstage.clips.agreeing.rows import Record
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
    last_yeses,
)
from onstage.clips.rules import consent
from onstage.clips.rules.life import Clip
from onstage.clips.rules.need import YES_LASTS
from onstage.clock import DAY, now
from onstage.db.engine import Connection
from onstage.errors import NotFound, Refused
from onstage.events import (
    BandTurned,
    BoundSet,
    ChoiceMade,
    Fact,
    FollowersChosen,
    GuardianAbsent,
    GuardiansAgreed,
    GuardianshipAnnulled,
    GuardianshipBegan,
    GuardianshipEnded,
    MemberJoined,
    MemberLeft,
    NoSaid,
    ReachChanged,
    RuleChanged,
    SaidBeforehandEnded,
    YesReminded,
)
from onstage.jobs.queue import record as tell
from onstage.keys import Keys

REMINDED_AFTER = (DAY, 7 * DAY, 21 * DAY)


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


def heed(db: Connection, keys: Keys, fact: Fact) -> None:
    """What has become known of people changes what their clips need; it never shows one (R3).

    Whoever decides about a clip meanwhile holds its people and its account, and is waited for; then their clip is here.
    """
    match fact:
        case NoSaid():
            repeats.spread(db, keys, fact.clip, fact.person)
        case ReachChanged():
            parts.follow(db, keys, fact.clip)
        case MemberJoined() | MemberLeft():
            changed(db, keys, touched.by_member(db, fact.account, fact.person))
        case RuleChanged():
            changed(db, keys, touched.of_account(db, fact.account))
        case FollowersChosen():
            changed(db, keys, touched.for_followers_with_minors(db, fact.account))
        case GuardianshipAnnulled():
            corrected(db, keys, touched.of_person(db, fact.minor), frozenset({fact.guardian}))
        case GuardianshipBegan() | GuardianshipEnded() | GuardianAbsent() | GuardiansAgreed() | SaidBeforehandEnded():
            changed(db, keys, touched.of_person(db, fact.minor))
        case BandTurned(corrected=True):
            corrected(db, keys, touched.of_person(db, fact.person))
        case BandTurned():
            changed(db, keys, touched.of_person(db, fact.person))
        case BoundSet():
            changed(db, keys, touched.in_question(db))
            narrowing.narrow_all(db, keys)
        case ChoiceMade():
            changed(db, keys, touched.by_choice(db, fact.person))


def run(db: Connection, keys: Keys) -> None:
    """What time itself does: schedules come due, questions end after thirty days, old marks go."""
    moment = now()
    asked = select(clip_consents.c.clip_id).join_from(clip_consents, clips, clips.c.id == clip_consents.c.clip_id)
    waiting = asked.where(clips.c.stage == Stage.ASKED.value).order_by(clip_consents.c.clip_id)
    due = clip_consents.c.due_at.between(moment - consent.LATE, moment)
    _settle(db, keys, waiting.where(due), Act.SCHEDULED, lambda record: consent.come_due(record.clip, record.facts))
    over = clip_consents.c.asked_at <= moment - YES_LASTS
    ended = _settle(
        db, keys, waiting.where(over), Act.EXPIRED, lambda record: consent.expire(record.clip, record.facts)
    )
    for author in ended:
        notices.tell(db, [author], Notice.QUESTION_ENDED, moment)
    _remind(db, moment)
    withdrawing.forget(db)


def _remind(db: Connection, moment: int) -> None:
    """Three times in the thirty days, those whose answer is missing hear of it again; a pause of ours makes up for none."""
    kept = clip_consents.c
    waiting = select(kept.clip_id, kept.asked_at, kept.reminded_at).join(clips, clips.c.id == kept.clip_id)
    old = waiting.where(clips.c.stage == Stage.ASKED.value, kept.asked_at <= moment - REMINDED_AFTER[0])
    for clip, asked_at, reminded_at in db.execute(old.order_by(kept.clip_id)).all():
        last = max(asked_at + after for after in REMINDED_AFTER if asked_at + after <= moment)
        if reminded_at is None or reminded_at < last:
            db.execute(update(clip_consents).where(kept.clip_id == clip).values(reminded_at=moment))
            tell(db, YesReminded(clip, asked_at))


def _settle(db: Connection, keys: Keys, wanted: Select[int], act: Act, rule: Callable[[Record], Clip]) -> list[int]:
    """Decide about each; gives who made those that were decided about."""
    settled = []
    for clip in db.execute(wanted).scalars().all():
        try:
            settled.append(decide(db, keys, clip, rule, act).author)
        except Refused:
            continue  # answered, recalled or erased a moment ago
    return settled


def leave(db: Connection, person: int) -> list[int]:
    """Somebody goes for good: what others made with them stays as it is, and what they withheld waits under `basis`.

    Gives the clips that they withheld as a moderator: nobody in particular does now.
    """
    given = (holds.c.giver_id == person) & (holds.c.kind == HoldKind.NO.value)
    held = list(db.execute(select(holds.c.clip_id).where(given)).scalars())
    about = set(held)
    for table in (appearances, clip_yeses, concerned):
        about |= set(db.execute(select(table.c.clip_id).where(table.c.person_id == person)).scalars())
    db.execute(delete(holds).where(given))
    orphaned = orphan(db, person)
    db.execute(delete(clip_caps).where(clip_caps.c.giver_id == person))
    db.execute(delete(last_yeses).where(last_yeses.c.giver_id == person))
    for clip in held:
        before = db.execute(
            select(holds.c.clip_id).where(holds.c.clip_id == clip, holds.c.kind == HoldKind.BASIS.value)
        )
        if before.first() is None:
            row = {"clip_id": clip, "kind": HoldKind.BASIS.value, "giver_id": 0, "since": now()}
            db.execute(holds.insert().values(**row))
        else:
            db.execute(update(clips).where(clips.c.id == clip).values(holds=clips.c.holds - 1))
    for clip in about:
        rows.forget_in_basis(db, clip, person)
    return orphaned
