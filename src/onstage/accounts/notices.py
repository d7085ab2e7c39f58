"""Notices: what somebody must be told of what others did, or of what time will do. Words are put to them by the pages."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import func, insert, select, update

from onstage import ids
from onstage.accounts.models import Kind, accounts, members, notices
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection


class Notice(StrEnum):
    """What a notice is about."""

    INVITED = "invited"
    AGREE_TO_MEMBER = "agree_to_member"  # an owner or a guardian is asked
    ADULT_JOINS = "adult_joins"  # an account in which a minor of theirs is, in 72 hours
    JOINED = "joined"
    LEFT = "left"
    REMOVED = "removed"
    TAKEN_OUT = "taken_out"  # by a guardian
    RULE_CHANGED = "rule_changed"
    GUARDIAN_CLAIMED = "guardian_claimed"
    GUARDIAN_ACCEPTED = "guardian_accepted"
    GUARDIAN_REFUSED = "guardian_refused"
    FORM_CAME = "form_came"  # to who checks guardians
    FORM_REFUSED = "form_refused"
    FULL_SOON = "full_soon"
    FULL_NOW = "full_now"
    CONTESTED = "contested"
    CONTEST_DECIDED = "contest_decided"
    GUARDIAN_ENDED = "guardian_ended"
    GUARDIAN_ANNULLED = "guardian_annulled"
    COME_BACK = "come_back"  # a reminder before somebody counts as absent
    ABSENT = "absent"
    SIGN_IN_MADE = "sign_in_made"
    SIGN_IN_RESET = "sign_in_reset"
    SETTING = "setting"
    AGREEMENT = "agreement"
    SAID_BEFOREHAND = "said_beforehand"
    BEFOREHAND_ENDED = "beforehand_ended"
    MORE_TIME_ASKED = "more_time_asked"
    MORE_TIME = "more_time"
    BAND_SOON = "band_soon"
    BAND_NOW = "band_now"
    ZONE = "zone"
    BIRTH_DATE = "birth_date"
    AGE_DOUBTED = "age_doubted"
    OWNER_ALONE = "owner_alone"
    QUESTION_ENDED = "question_ended"  # thirty days without every answer
    CLIP_SHOWN = "clip_shown"  # to its author, by what others said
    CLIP_REFUSED = "clip_refused"  # to its author, who is not told by whom
    CLIP_CONTAINS = "clip_contains"  # to its author: a clip that theirs contains is withheld, or gone
    NOT_JOINED = "not_joined"  # to who was asked in and who asked, by the no of somebody who must agree
    FOLLOWER_ACCEPTED = "follower_accepted"
    CLOSING = "closing"  # an account, in seven days
    CLOSING_STOPPED = "closing_stopped"
    PORTRAIT_SHOWN = "portrait_shown"  # an account shows another name, picture or bio
    PORTRAIT_REFUSED = "portrait_refused"  # nobody is told whose no it was
    PORTRAIT_ENDED = "portrait_ended"  # thirty days without every answer, or nobody asks any more
    PORTRAIT_WITHHELD = "portrait_withheld"  # likewise
    WANTS_OUT = "wants_out"  # somebody who appears in a clip; nobody is told who


@dataclass(frozen=True)
class Told:
    """A notice as its reader gets it; names are those of personal accounts, empty for somebody who has left."""

    id: int
    kind: Notice
    about: int | None
    about_handle: str
    about_name: str
    by: int | None
    by_handle: str
    by_name: str
    guardian: int | None
    guardian_name: str
    account: str
    fields: dict[str, Any]
    at: int
    is_new: bool


def tell(
    db: Connection,
    to: Iterable[int],
    kind: Notice,
    now: int,
    *,
    about: int | None = None,
    by: int | None = None,
    guardian: int | None = None,
    account: int | None = None,
    **fields: object,
) -> None:
    """Tell each of these people once, whoever did it excepted. `fields` hold no names: who leaves is named no more."""
    row = {"kind": kind.value, "about_id": about, "by_id": by, "guardian_id": guardian, "account_id": account}
    row |= {"fields": msgspec.json.encode(fields).decode(), "at": now}
    rows = [{"id": ids.new(), "person_id": person, **row} for person in sorted(set(to)) if person != by]
    if rows:
        db.execute(insert(notices), rows)


def tell_once(db: Connection, to: int, kind: Notice, now: int, *, out: bool = False) -> None:
    """Tell somebody, unless the same is still new to them."""
    same = (notices.c.person_id == to) & (notices.c.kind == kind.value) & notices.c.seen_at.is_(None)
    if db.execute(select(notices.c.id).where(same).limit(1)).first() is None:
        tell(db, [to], kind, now, out=out)


def told(
    db: Connection,
    person: int,
    *,
    limit: int = 50,
    by: Iterable[int] | None = None,
    since: int = 0,
    before: int | None = None,
) -> list[Told]:
    """What a person was told, newest first, from `since` on until `before`; `by`: only of what these people did."""
    about, doer, standing = accounts.alias(), accounts.alias(), accounts.alias()
    whose, whose_doing, whose_standing = members.alias(), members.alias(), members.alias()
    query = (
        select(
            notices,
            about.c.handle.label("about_handle"),
            about.c.name.label("about_name"),
            doer.c.handle.label("by_handle"),
            doer.c.name.label("by_name"),
            standing.c.name.label("guardian_name"),
            accounts.c.handle.label("account_handle"),
        )
        .select_from(notices)
        .outerjoin(
            whose.join(about, (about.c.id == whose.c.account_id) & (about.c.kind == Kind.PERSONAL.value)),
            whose.c.person_id == notices.c.about_id,
        )
        .outerjoin(
            whose_doing.join(doer, (doer.c.id == whose_doing.c.account_id) & (doer.c.kind == Kind.PERSONAL.value)),
            whose_doing.c.person_id == notices.c.by_id,
        )
        .outerjoin(
            whose_standing.join(
                standing, (standing.c.id == whose_standing.c.account_id) & (standing.c.kind == Kind.PERSONAL.value)
            ),
            whose_standing.c.person_id == notices.c.guardian_id,
        )
        .outerjoin(accounts, accounts.c.id == notices.c.account_id)
        .where(notices.c.person_id == person, notices.c.at >= since)
        .order_by(notices.c.at.desc(), notices.c.id.desc())
        .limit(limit)
    )
    if by is not None:
        query = query.where(notices.c.by_id.in_(list(by)))
    if before is not None:
        query = query.where(notices.c.at < before)
    return [_told(row) for row in db.execute(query)]


def _told(row: Any) -> Told:
    return Told(
        id=row.id,
        kind=Notice(row.kind),
        about=row.about_id,
        about_handle=row.about_handle or "",
        about_name=row.about_name or "",
        by=row.by_id,
        by_handle=row.by_handle or "",
        by_name=row.by_name or "",
        guardian=row.guardian_id,
        guardian_name=row.guardian_name or "",
        account=row.account_handle or "",
        fields=msgspec.json.decode(row.fields),
        at=row.at,
        is_new=row.seen_at is None,
    )


def unseen(db: Connection, people: Collection[int]) -> dict[int, int]:
    """How much is new to each of these people; who is not in it has read all."""
    theirs = notices.c.person_id.in_(people) & notices.c.seen_at.is_(None)
    rows = db.execute(select(notices.c.person_id, func.count()).where(theirs).group_by(notices.c.person_id))
    return {person: count for person, count in rows}  # noqa: C416 - a row is no pair to mypy


def seen(db: Connection, viewer: Viewer, until: int) -> None:
    """The viewer has read what had come by then."""
    new = (notices.c.person_id == viewer.person) & notices.c.seen_at.is_(None) & (notices.c.at <= until)
    db.execute(update(notices).where(new).values(seen_at=until))
