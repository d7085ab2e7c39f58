"""What somebody has watched: theirs to see, to delete, and not to have kept at all."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, tuple_, update

from onstage.accounts.viewer import Viewer
from onstage.clips.models import clips
from onstage.clips.queries import VISIBLE, asked_by
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing, insert_or_set
from onstage.engagement.models import audiences, plays, seen, untold
from onstage.engagement.tally import APART
from onstage.engagement.viewers import NOBODY, day_of, of_account
from onstage.events import HistoryForgotten
from onstage.jobs import queue


def watched(
    db: Connection, viewer: Viewer, before: tuple[int, int] | None = None, limit: int = 30
) -> tuple[list[tuple[int, int]], tuple[int, int] | None]:
    """Clips the acting account had on screen that it may still see, latest first, each with when; then the next place."""
    assert viewer.account is not None
    statement = (
        select(seen.c.clip_id, seen.c.at)
        .join_from(seen, clips, clips.c.id == seen.c.clip_id)
        .where(seen.c.viewer == of_account(viewer.account), VISIBLE)
        .order_by(seen.c.at.desc(), seen.c.clip_id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        statement = statement.where(tuple_(seen.c.at, seen.c.clip_id) < before)
    rows = db.execute(statement, asked_by(viewer)).all()
    shown = [(row.clip_id, row.at) for row in rows[:limit]]
    return shown, (shown[-1][1], shown[-1][0]) if len(rows) > limit else None


def forget(db: Connection, viewer: Viewer, private: bytes) -> int:
    """Delete the acting account's history: its events stay counted under no name. Returns how many clips it had.

    What was counted within the last half hour is remembered until then under `private`, the person's name of the day, so
    that deleting makes no view count twice.
    """
    assert viewer.account is not None
    name = of_account(viewer.account)
    mine = seen.c.viewer == name
    lately: Sequence[Any] = db.execute(select(seen).where(mine, seen.c.counted_at > now() - APART)).all()
    for row in lately:
        insert_or_set(db, seen, **{**row._mapping, "viewer": private})
    gone = db.execute(delete(seen).where(mine)).rowcount
    today = (audiences.c.viewer == name) & (audiences.c.day == day_of(now()))
    for account in db.execute(select(audiences.c.account_id).where(today)).scalars().all():
        insert_or_set(db, audiences, viewer=private, account_id=account, day=day_of(now()))
    db.execute(delete(audiences).where(audiences.c.viewer == name))
    db.execute(update(plays).where(plays.c.viewer == name).values(viewer=NOBODY))
    queue.record(db, HistoryForgotten(viewer.account))
    return gone


def keep_none(db: Connection, viewer: Viewer, private: bytes) -> None:
    """From now on the log knows this person by a name of the day only; what it had is forgotten."""
    insert_missing(db, untold, person_id=viewer.person, since=now())
    forget(db, viewer, private)


def keep(db: Connection, viewer: Viewer) -> None:
    """Keep a history again, from now on."""
    db.execute(delete(untold).where(untold.c.person_id == viewer.person))
