"""The inbox: what an account has been told and still stands, grouped."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, func, select, tuple_, update

from onstage.accounts.byline import By
from onstage.accounts.models import accounts
from onstage.accounts.viewer import Viewer
from onstage.clips.queries import asked_by
from onstage.db.engine import Connection
from onstage.db.hot import Hot
from onstage.engagement.cards import Card, cards
from onstage.notifications.models import tiding_people, tidings
from onstage.notifications.standing import DOES, SEES, STANDS, WORDS, notices


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be told: what kind, who did it last, how many do it, about which clip, when; and whether it is new.

    `account` None: nobody is told who. `words`: what that one said last.
    """

    id: int
    kind: str
    account: By | None
    count: int
    clip: Card | None
    words: str
    at: int
    unread: bool


Place = tuple[int, int]


def listed(
    db: Connection, viewer: Viewer, before: Place | None = None, limit: int = 40
) -> tuple[list[Item], Place | None]:
    """What the acting account was told and still stands, latest first, and where it goes on."""
    statement = notices(tidings).where(STANDS).order_by(tidings.c.at.desc(), tidings.c.id.desc())
    if before is not None:
        statement = statement.where(tuple_(tidings.c.at, tidings.c.id) < before)
    rows = db.execute(statement.limit(limit + 1), asked_by(viewer)).all()
    page = rows[:limit]
    who = _people(db, viewer, [row.id for row in page])
    found = {card.id: card for card in cards(db, viewer, list({row.clip_id for row in page if row.clip_id}))}
    items = []
    for row in page:
        account, words, count = who.get(row.id, (None, None, 0))
        clip = found.get(row.clip_id)
        said = words or (clip.caption if clip and row.kind == "mention" else "")
        items.append(Item(row.id, row.kind, account, count, clip, said, row.at, bool(row.unread)))
    return items, (page[-1].at, page[-1].id) if len(rows) > limit else None


def _people(db: Connection, viewer: Viewer, ids: list[int]) -> dict[int, tuple[By, str | None, int]]:
    """By notice: who was the last, what they said, and how many there are."""
    of_notice = tiding_people.c.tiding_id == tidings.c.id
    place = func.row_number().over(
        partition_by=tiding_people.c.tiding_id, order_by=(tiding_people.c.at.desc(), tiding_people.c.account_id)
    )
    number = func.count().over(partition_by=tiding_people.c.tiding_id)
    ranked = (
        notices(tidings.c.id, tiding_people.c.account_id, place.label("place"), number.label("number"))
        .join(tiding_people, of_notice)
        .where(tidings.c.id.in_(ids), SEES, DOES)
        .subquery()
    )
    latest = (
        notices(tidings.c.id, ranked.c.number, WORDS, accounts.c.handle, accounts.c.name, accounts.c.avatar)
        .join(tiding_people, of_notice)
        .join(ranked, (ranked.c.id == tidings.c.id) & (ranked.c.account_id == tiding_people.c.account_id))
        .join(accounts, accounts.c.id == ranked.c.account_id)
        .where(ranked.c.place == 1)
    )
    rows = db.execute(latest, asked_by(viewer))
    return {notice: (By(*rest), words, number) for notice, number, words, *rest in rows}


_UNREAD = Hot(notices(func.count()).where(STANDS, tidings.c.unread == 1), int)


def unread(db: Connection, viewers: Collection[Viewer]) -> dict[Viewer, int]:
    """How many new things the inbox of each of these shows, as the account they act as."""
    among = {viewer.account for viewer in viewers}
    some = select(tidings.c.account_id).where(tidings.c.account_id.in_(among), tidings.c.unread == 1).distinct()
    told = set(db.execute(some).scalars())
    return {viewer: (_UNREAD.first(db, **asked_by(viewer)) or 0) if viewer.account in told else 0 for viewer in viewers}


def read(db: Connection, viewer: Viewer, until: int) -> None:
    """What had come by then (microseconds) is no longer new, for all who run the acting account."""
    seen = and_(tidings.c.account_id == viewer.account, tidings.c.at <= until, tidings.c.unread == 1)
    db.execute(update(tidings).where(seen).values(unread=0))
