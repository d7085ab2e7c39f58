"""What is SQLite's alone."""

from collections.abc import Callable
from pathlib import Path

import apsw
from sqlalchemy import bindparam, select, text

from onstage.accounts.models import accounts
from onstage.db import migrate
from onstage.db.hot import Hot
from onstage.db.sqlite import open_sqlite

OF_A_KIND = Hot(select(accounts.c.id).where(accounts.c.kind == bindparam("kind")), int)


def _noting(planned: list[object]) -> Callable[..., int]:
    """SQLite asks it about each table and column that a statement reads, once each time it makes a plan."""

    def note(*asked: object) -> int:
        planned.append(asked)
        return int(apsw.SQLITE_OK)

    return note


def test_other_values_take_the_plan_that_is_there(tmp_path: Path) -> None:
    database = open_sqlite(tmp_path / "onstage.db")
    migrate.upgrade(database, tmp_path)
    rows = [
        {"id": n, "handle": f"h{n}", "name": "N", "kind": "joint" if n % 9 else "personal", "created_at": 5}
        for n in range(1, 200)
    ]
    with database.write() as db:
        db.execute(accounts.insert(), rows)
        db.execute(text("CREATE INDEX of_a_kind ON accounts (kind)"))
        db.execute(text("ANALYZE"))
    planned: list[object] = []
    with database.read() as db:
        raw = db.connection.driver_connection
        assert raw is not None
        raw.apsw.authorizer = _noting(planned)
        assert len(OF_A_KIND.all(db, kind="personal")) == 22
        first = len(planned)
        assert first
        assert len(OF_A_KIND.all(db, kind="joint")) == 177
        assert len(planned) == first
        raw.apsw.authorizer = None
    database.close()
