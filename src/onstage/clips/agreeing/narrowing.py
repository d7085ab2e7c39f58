"""When a row of the age table becomes stricter, for a person or by the server's owner for all, wider clips are narrower at once."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, exists, or_, select, true, update

from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.accounts.age import NO_TAKES, Band, Choice, Row, Who
from onstage.accounts.age import Reach as Width
from onstage.accounts.ledger import Entry
from onstage.accounts.permissions import band, bound, value_for
from onstage.clips.agreeing.rows import cap_row
from onstage.clips.models import Audience, Commenters, appearances, clip_caps, clip_consents, clips, contained
from onstage.clips.rules.changes import limit_facts
from onstage.clips.rules.life import SERVER, Cap
from onstage.clips.rules.need import Reach
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.events import ClipShown, ReachChanged
from onstage.jobs.queue import record
from onstage.keys import Keys

_WIDER = {
    Width.PRIVATE: ((Audience.FRIENDS, Audience.FOLLOWERS, Audience.UNLISTED, Audience.PUBLIC), Audience.PRIVATE),
    Width.FRIENDS: ((Audience.FOLLOWERS, Audience.UNLISTED, Audience.PUBLIC), Audience.FRIENDS),
    Width.FOLLOWERS: ((Audience.UNLISTED, Audience.PUBLIC), Audience.FOLLOWERS),
}
_MORE = {
    Who.NOBODY: ((Commenters.FRIENDS, Commenters.FOLLOWERS, Commenters.EVERYONE), Commenters.NOBODY),
    Who.CIRCLE: ((Commenters.FRIENDS, Commenters.FOLLOWERS, Commenters.EVERYONE), Commenters.NOBODY),
    Who.FRIENDS: ((Commenters.FOLLOWERS, Commenters.EVERYONE), Commenters.FRIENDS),
    Who.FOLLOWERS: ((Commenters.EVERYONE,), Commenters.FOLLOWERS),
}


def narrow(db: Connection, keys: Keys, person: int) -> int:
    """Bring a person's clips within what the age table gives them now (consent.md R6); returns how many changed.

    Who may comment follows a minor into clips that others made with them, and into what contains these. It never widens: what
    becomes looser counts for new clips.
    """
    made = clips.c.person_id == person
    is_in = exists().where(appearances.c.clip_id == clips.c.id, appearances.c.person_id == person)
    commented = made if band(db, person) is Band.ADULT else or_(made, is_in)
    within = select(contained.c.source_id).join(clips, clips.c.id == contained.c.source_id).where(commented)
    for source in sorted(set(db.execute(within).scalars())):
        record(db, ReachChanged(source))
    return _narrow(db, keys, made, lambda row: value_for(db, person, row), commented)


def narrow_all(db: Connection, keys: Keys) -> int:
    """Bring everybody's clips within what the server's owner allows; returns how many changed."""
    return _narrow(db, keys, true(), lambda row: bound(db, row), true())


def _narrow(
    db: Connection,
    keys: Keys,
    whose: ColumnElement[bool],
    value: Callable[[Row], object],
    commented: ColumnElement[bool],
) -> int:
    changed: set[int] = set()
    fewer: set[int] = set()
    reach, who = value(Row.AUDIENCE), value(Row.COMMENTS)
    if isinstance(reach, Width) and reach in _WIDER:
        too_wide, audience = _WIDER[reach]
        is_wider = clips.c.audience.in_([each.value for each in too_wide])
        changed |= _set(db, whose, is_wider, audience=audience.value)
    if isinstance(who, Who) and who in _MORE:
        too_many, commenters = _MORE[who]
        are_more = clips.c.commenters.in_([each.value for each in too_many])
        fewer = _set(db, commented, are_more, commenters=commenters.value)
    for row, column in ((Row.RECOMMENDED, clips.c.recommended), (Row.LEAVES_SERVER, clips.c.leaves_server)):
        if value(row) is Choice.NO:
            changed |= _set(db, whose, column == 1, **{column.name: 0})
    if value(Row.TAKES) in NO_TAKES:
        changed |= _set(db, whose, clips.c.takes == 1, takes=0)
    _remember(db, keys, changed)
    shown = select(clips.c.id).where(
        clips.c.id.in_(changed | fewer), clips.c.published_at.is_not(None), clips.c.holds == 0
    )
    for clip in db.execute(shown.order_by(clips.c.id)).scalars().all():
        record(db, ClipShown(clip))
        record(db, ReachChanged(clip))
    return len(changed | fewer)


def _set(db: Connection, whose: ColumnElement[bool], condition: ColumnElement[bool], **values: object) -> set[int]:
    return set(db.execute(update(clips).where(whose, condition).values(**values).returning(clips.c.id)).scalars())


def _remember(db: Connection, keys: Keys, changed: set[int]) -> None:
    """What is narrower now stays so, whatever was agreed to before: a limit by the server (consent.md R6)."""
    published = select(clips, clip_consents.c.last).outerjoin(clip_consents, clip_consents.c.clip_id == clips.c.id)
    these = published.where(clips.c.id.in_(changed), clips.c.published_at.is_not(None)).order_by(clips.c.id)
    for row in db.execute(these).all():
        reach = Reach(Audience(row.audience), bool(row.recommended), bool(row.leaves_server), bool(row.takes))
        cap = Cap(SERVER, reach, row.last or 1)
        insert_or_set(db, clip_caps, clip_id=row.id, **cap_row(cap))
        ledger.append(db, keys, Entry(Act.NARROWED, None, row.account_id, (row.person_id,), row.id, limit_facts(cap)))
