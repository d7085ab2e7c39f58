"""The inbox: what an account has been told, grouped, without those who are blocked and clips it may not see."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select, tuple_, update

from onstage.accounts.byline import By
from onstage.accounts.models import accounts
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.engagement.cards import Card, cards
from onstage.engagement.comments import not_blocked
from onstage.notifications.models import tiding_choices, tiding_people, tidings


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be told: what kind, who did it last, how many did it, about which clip, when; and whether it is new."""

    id: int
    kind: str
    account: By
    count: int
    clip: Card | None
    words: str
    at: int
    unread: bool


Place = tuple[int, int]


def _wanted(viewer: Viewer) -> ColumnElement[bool]:
    off = select(tiding_choices.c.kind).where(tiding_choices.c.person_id == viewer.person, tiding_choices.c.inbox == 0)
    return and_(tidings.c.account_id == viewer.account, tidings.c.kind.not_in(off))


def listed(
    db: Connection, viewer: Viewer, before: Place | None = None, limit: int = 40
) -> tuple[list[Item], Place | None]:
    """What the acting account was told, latest first, and where it goes on."""
    statement = select(tidings).where(_wanted(viewer)).order_by(tidings.c.at.desc(), tidings.c.id.desc())
    if before is not None:
        statement = statement.where(tuple_(tidings.c.at, tidings.c.id) < before)
    rows = db.execute(statement.limit(limit + 1)).all()
    page = rows[:limit]
    who, counts = _people(db, viewer, [row.id for row in page])
    found = {card.id: card for card in cards(db, viewer, list({row.clip_id for row in page if row.clip_id}))}
    items = [
        Item(row.id, row.kind, who[row.id], counts[row.id], found.get(row.clip_id), row.words, row.at, bool(row.unread))
        for row in page
        if row.id in who and (row.clip_id is None or row.clip_id in found)
    ]
    return items, (page[-1].at, page[-1].id) if len(rows) > limit else None


def _people(db: Connection, viewer: Viewer, ids: list[int]) -> tuple[dict[int, By], dict[int, int]]:
    """By notice: who was the last, and how many they were, without the blocked."""
    theirs = and_(tiding_people.c.tiding_id.in_(ids), not_blocked(viewer, tiding_people.c.account_id))
    totals = select(tiding_people.c.tiding_id, func.count()).where(theirs).group_by(tiding_people.c.tiding_id)
    counts = {notice: count for notice, count in db.execute(totals)}  # noqa: C416
    place = func.row_number().over(
        partition_by=tiding_people.c.tiding_id, order_by=(tiding_people.c.at.desc(), tiding_people.c.account_id)
    )
    ranked = (
        select(tiding_people.c.tiding_id, tiding_people.c.account_id, place.label("place")).where(theirs).subquery()
    )
    latest = (
        select(ranked.c.tiding_id, accounts.c.handle, accounts.c.name, accounts.c.avatar)
        .join_from(ranked, accounts, accounts.c.id == ranked.c.account_id)
        .where(ranked.c.place == 1)
    )
    return {notice: By(*rest) for notice, *rest in db.execute(latest)}, counts


def unread(db: Connection, viewers: Collection[Viewer]) -> dict[Viewer, int]:
    """How many new things each of these has, as the account they act as."""
    by_account = {viewer.account for viewer in viewers if viewer.account is not None}
    rows = db.execute(
        select(tidings.c.account_id, tidings.c.kind, func.count())
        .where(tidings.c.account_id.in_(by_account), tidings.c.unread == 1)
        .group_by(tidings.c.account_id, tidings.c.kind)
    ).all()
    people = {viewer.person for viewer in viewers}
    off = select(tiding_choices.c.person_id, tiding_choices.c.kind).where(
        tiding_choices.c.person_id.in_(people), tiding_choices.c.inbox == 0
    )
    unwanted = {(person, kind) for person, kind in db.execute(off)}
    counts = dict.fromkeys(viewers, 0)
    for viewer in viewers:
        for account, kind, count in rows:
            if account == viewer.account and (viewer.person, kind) not in unwanted:
                counts[viewer] += count
    return counts


def read(db: Connection, viewer: Viewer, until: int) -> None:
    """What had come by then (microseconds) is no longer new, for all who run the acting account."""
    seen = and_(tidings.c.account_id == viewer.account, tidings.c.at <= until, tidings.c.unread == 1)
    db.execute(update(tidings).where(seen).values(unread=0))
