"""An account's lists: what it liked and what it saved, for itself; what it reposted, for those who may meet it."""

import re
from typing import Literal

from sqlalchemy import ColumnElement, Table, select, tuple_

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clips.models import clips
from onstage.clips.queries import FOUND, VISIBLE, asked_by
from onstage.db.engine import Connection
from onstage.engagement.models import likes, reposts, saves
from onstage.errors import NotFound

_CURSOR = re.compile(r"([0-9]{1,19})\.([0-9]{1,19})")


def kept(
    db: Connection, viewer: Viewer, account: int, which: Literal["liked", "saved"], cursor: str | None, limit: int
) -> tuple[list[int], str | None]:
    """Clip ids that an account liked or saved and the viewer may still see, latest first, and the next cursor."""
    return _listed(db, viewer, account, likes if which == "liked" else saves, VISIBLE, cursor, limit)


def reposted(
    db: Connection, viewer: Viewer, account: int, cursor: str | None, limit: int
) -> tuple[list[int], str | None]:
    """Clip ids that an account reposted and the viewer may meet, latest first, and the next cursor."""
    return _listed(db, viewer, account, reposts, FOUND, cursor, limit)


def _listed(
    db: Connection,
    viewer: Viewer,
    account: int,
    table: Table,
    rule: ColumnElement[bool],
    cursor: str | None,
    limit: int,
) -> tuple[list[int], str | None]:
    statement = (
        select(table.c.clip_id, table.c.at)
        .join_from(table, clips, clips.c.id == table.c.clip_id)
        .where(table.c.account_id == account, rule)
        .order_by(table.c.at.desc(), table.c.clip_id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        statement = statement.where(tuple_(table.c.at, table.c.clip_id) < _place(cursor))
    rows = db.execute(statement, asked_by(viewer)).all()
    shown = rows[:limit]
    return [row.clip_id for row in shown], f"{shown[-1].at}.{shown[-1].clip_id}" if len(rows) > limit else None


def _place(cursor: str) -> tuple[int, int]:
    match = _CURSOR.fullmatch(cursor)
    if match is None or max(int(match[1]), int(match[2])) > ids.LARGEST:
        raise NotFound("This list cannot be continued from here. Open it again.", field="cursor")
    return int(match[1]), int(match[2])
