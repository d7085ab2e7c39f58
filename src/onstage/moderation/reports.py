"""Reports: somebody says that something is wrong; the server's owner reads it, nobody whom it names ever does."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, func, insert, or_, select, update

from onstage import ids
from onstage.accounts.models import Kind, accounts, guardianships, members, people
from onstage.accounts.queries import by_handle
from onstage.accounts.viewer import Viewer
from onstage.clips import cases
from onstage.clips.agreeing import holds
from onstage.clips.models import HoldKind, clips
from onstage.clips.queries import VISIBLE, asked_by, seen
from onstage.db.engine import Connection
from onstage.engagement.models import comments
from onstage.errors import Conflict, Invalid, NotFound
from onstage.keys import Keys
from onstage.moderation import ages
from onstage.moderation.models import reports
from onstage.text import clean

WORDS_LENGTH = 1000


class Reason(StrEnum):
    """What a report is about."""

    INTIMATE = "intimate"
    CHILD_IN_DANGER = "child_in_danger"
    VIOLENCE = "violence"
    HATE = "hate"
    HARASSMENT = "harassment"
    SELF_HARM = "self_harm"
    ILLEGAL = "illegal"
    RIGHTS = "rights"
    SPAM = "spam"
    AGE = "age"
    OTHER = "other"


class Outcome(StrEnum):
    """How a report was settled: the clip is held under `moderation`, somebody's age counts as unknown, or nothing is done."""

    HOLD = "hold"
    DOUBT = "doubt"
    DISMISS = "dismiss"


@dataclass(frozen=True)
class Report:
    """A report as those who settle it see it. `words` are the reporter's, `said` is the comment in question."""

    id: int
    handle: str
    clip: str | None
    comment: int | None
    said: str | None
    reason: Reason
    words: str
    at: int
    is_of_one: bool  # whether it is about what one person did or is


@dataclass(frozen=True)
class _About:
    account: int
    person: int | None = None
    clip: int | None = None
    comment: int | None = None


def report_clip(db: Connection, viewer: Viewer, slug: str, reason: Reason, words: str, now: int) -> int:
    """Report a clip that the viewer can see; returns the report's id. Raises NotFound or Invalid."""
    clip = seen(db, viewer, slug)
    return _keep(db, viewer, _About(clip.account, clip.person, clip.id), reason, words, now)


def report_account(db: Connection, viewer: Viewer, handle: str, reason: Reason, words: str, now: int) -> int:
    """Report an account; returns the report's id. Raises NotFound or Invalid."""
    return _keep(db, viewer, _About(by_handle(db, viewer, handle)["id"]), reason, words, now)


def report_comment(db: Connection, viewer: Viewer, comment: int, reason: Reason, words: str, now: int) -> int:
    """Report a comment on a clip that the viewer can see; returns the report's id. Raises NotFound or Invalid."""
    row = db.execute(
        select(comments.c.account_id, comments.c.person_id, comments.c.clip_id)
        .join_from(comments, clips, clips.c.id == comments.c.clip_id)
        .where(comments.c.id == bindparam("reported"), comments.c.state == "shown", VISIBLE),
        {"reported": comment, **asked_by(viewer)},
    ).first()
    if row is None:
        raise NotFound("This comment is not there any more.")
    return _keep(db, viewer, _About(row.account_id, row.person_id, row.clip_id, comment), reason, words, now)


def _keep(db: Connection, viewer: Viewer, about: _About, reason: Reason, words: str, now: int) -> int:
    """One open report of a person about a thing: saying it again replaces the words."""
    said = clean(words)
    if len(said) > WORDS_LENGTH:
        raise Invalid("A report has at most %(most)s characters.", field="words", most=WORDS_LENGTH)
    same = and_(
        reports.c.reporter_id == viewer.person,
        reports.c.account_id == about.account,
        _is(reports.c.clip_id, about.clip),
        _is(reports.c.comment_id, about.comment),
        reports.c.settled_at.is_(None),
    )
    earlier = db.execute(select(reports.c.id).where(same)).scalar()
    if earlier is not None:
        db.execute(update(reports).where(reports.c.id == earlier).values(reason=reason.value, words=said))
        return int(earlier)
    made = ids.new()
    row = {"account_id": about.account, "person_id": about.person, "clip_id": about.clip, "comment_id": about.comment}
    db.execute(
        insert(reports).values(id=made, **row, reporter_id=viewer.person, reason=reason.value, words=said, at=now)
    )
    return made


def _is(column: ColumnElement[Any], value: int | None) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def readers(db: Connection, viewer: Viewer, account: int, author: int | None = None) -> int:
    """How many people a report of this viewer would reach; none: the page says so and names outside help."""
    of_account = select(members.c.person_id).where(members.c.account_id == account)
    party = or_(people.c.id.in_(of_account), people.c.id == (author or 0))
    theirs = exists().where(
        guardianships.c.guardian_id == people.c.id,
        or_(
            guardianships.c.minor_id == (viewer.person or 0),
            guardianships.c.minor_id == (author or 0),
            guardianships.c.minor_id.in_(of_account),
        ),
    )
    impartial = and_(people.c.is_server_owner == 1, ~party, ~theirs)
    return int(db.execute(select(func.count()).select_from(people).where(impartial)).scalar_one())


def _impartial(viewer: Viewer) -> ColumnElement[bool]:
    """The viewer neither made what is reported nor belongs to its account (consent.md R10, R11).

    Nor are, or were, they a guardian of who reports, who made it, or a member of its account.
    """
    of_account = select(members.c.person_id).where(members.c.account_id == reports.c.account_id).correlate(reports)
    member = exists().where(members.c.account_id == reports.c.account_id, members.c.person_id == viewer.person)
    guardian = exists().where(
        guardianships.c.guardian_id == viewer.person,
        or_(
            guardianships.c.minor_id == reports.c.reporter_id,
            guardianships.c.minor_id == reports.c.person_id,
            guardianships.c.minor_id.in_(of_account),
        ),
    )
    return and_(~member, ~guardian, or_(reports.c.person_id.is_(None), reports.c.person_id != viewer.person))


def open_reports(
    db: Connection, viewer: Viewer, *, before: int | None = None, limit: int = 50
) -> tuple[list[Report], int | None]:
    """The open reports that the viewer, a server's owner, may settle, newest first, and where the next page begins."""
    query = (
        select(reports, accounts.c.handle, accounts.c.kind, comments.c.words.label("said"))
        .join_from(reports, accounts, accounts.c.id == reports.c.account_id)
        .outerjoin(comments, comments.c.id == reports.c.comment_id)
        .where(reports.c.settled_at.is_(None), _impartial(viewer))
        .order_by(reports.c.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(reports.c.id < before)
    rows = db.execute(query).all()
    return _read(db, rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


def _read(db: Connection, rows: Sequence[Row[Any]]) -> list[Report]:
    names = cases.slugs(db, {row.clip_id for row in rows if row.clip_id is not None})
    return [
        Report(
            id=row.id,
            handle=row.handle,
            clip=names.get(row.clip_id),
            comment=row.comment_id,
            said=row.said,
            reason=Reason(row.reason),
            words=row.words,
            at=row.at,
            is_of_one=row.person_id is not None or row.kind == Kind.PERSONAL.value,
        )
        for row in rows
    ]


def clip_of(db: Connection, viewer: Viewer, report: int, *, lock: bool = False) -> int:
    """The clip of an open report that the viewer may settle. Raises NotFound."""
    about = (reports.c.id == report) & reports.c.settled_at.is_(None) & reports.c.comment_id.is_(None)
    query = select(reports.c.clip_id).where(about, _impartial(viewer))
    clip = db.execute(query.with_for_update() if lock else query).scalar()
    if clip is None:
        raise NotFound("There is no such report.")
    return int(clip)


def settle(db: Connection, keys: Keys, viewer: Viewer, report: int, outcome: Outcome, words: str, now: int) -> None:
    """Settle a report with a reason. Raises NotFound, also for one that names the viewer, or Conflict."""
    row = db.execute(select(reports).where(reports.c.id == report, _impartial(viewer)).with_for_update()).first()
    if row is None:
        raise NotFound("There is no such report.")
    if row.settled_at is not None:
        raise Conflict("This report has been settled already.")
    reason = clean(words)
    if not 1 <= len(reason) <= WORDS_LENGTH:
        raise Invalid("Give a reason, in at most %(most)s characters.", field="words", most=WORDS_LENGTH)
    match outcome:
        case Outcome.HOLD:
            _hold(db, keys, viewer, row)
        case Outcome.DOUBT:
            _doubt(db, keys, viewer, row, now)
        case Outcome.DISMISS:
            pass
    settled = {"settled_at": now, "settled_by": viewer.person, "outcome": outcome.value, "settled_words": reason}
    db.execute(update(reports).where(reports.c.id == report).values(settled))


def _hold(db: Connection, keys: Keys, viewer: Viewer, row: Row[Any]) -> None:
    if row.clip_id is None or row.comment_id is not None:
        raise Invalid("Only a clip can be held.", field="outcome")
    assert viewer.person is not None
    if holds.place(db, row.clip_id, HoldKind.MODERATION, viewer.person):
        holds.enter(db, keys, row.clip_id, HoldKind.MODERATION, viewer.person, placed=True)


def _doubt(db: Connection, keys: Keys, viewer: Viewer, row: Row[Any], now: int) -> None:
    """The reported age counts as unknown, which withholds what now lacks a yes (consent.md R13)."""
    person = row.person_id or _alone_behind(db, row.account_id)
    if row.reason != Reason.AGE.value or person is None:
        raise Invalid("Only the age of one person can be doubted, where a report says so.", field="outcome")
    ages.doubt(db, keys, viewer, person, now)


def _alone_behind(db: Connection, account: int) -> int | None:
    """The person of a personal account."""
    of = members.c.account_id == accounts.c.id
    personal = and_(accounts.c.id == account, accounts.c.kind == Kind.PERSONAL.value)
    return db.execute(select(members.c.person_id).join_from(accounts, members, of).where(personal)).scalar()
