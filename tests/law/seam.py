"""Watches every statement of the process that names the clips table, on both databases.

Law 5: such a statement comes from `onstage/clips/`, or it contains, word for word, one of the seam's own conditions. The
condition itself is the marker: nothing has to be written beside a query, and no comment can say what the query does not do.
Statements that the tests send themselves are theirs.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

import apsw
import psycopg
from sqlalchemy import URL, Dialect, event, select
from sqlalchemy.pool import Pool

import onstage
from onstage.clips import queries
from onstage.clips.models import clips
from onstage.db import sqlite

HERE = Path(onstage.__file__).parent
TESTS = Path(__file__).parent.parent
OF_TESTS = "tests"
SAVES_WHOLE_TABLES = {
    "upkeep/backup.py",
    "upkeep/restore.py",
    "upkeep/sweep.py",
}  # for the owner of the machine, who asks for no clip
NAMES_CLIPS = re.compile(r"\bclips\b")
DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.Dialect(),
    "postgresql": URL.create("postgresql+psycopg").get_dialect()(),
}
CONDITIONS = (queries.VISIBLE, queries.LISTED, queries.FOUND, queries.SUGGESTED, queries.OPEN_TO_GUESTS)


class Watch:
    """Collects the statements that break the law; `broken` is empty as long as all is well."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self.seen = 0

    def saw(self, sql: str, kind: str) -> None:
        """A statement is about to run."""
        if not NAMES_CLIPS.search(sql):
            return
        issuer = _issuer(sys._getframe(1))
        if issuer is None or issuer.startswith("clips/") or issuer in SAVES_WHOLE_TABLES:
            return
        self.seen += 1
        if not is_marked(sql, kind):
            self.broken.append(f"{issuer} asks about clips past the visibility rule:\n  {' '.join(sql.split())}")

    def check(self) -> None:
        """Raise AssertionError with everything that broke the law so far."""
        broken, self.broken = self.broken, []
        assert not broken, "\n".join(dict.fromkeys(broken))


def _issuer(frame: FrameType | None) -> str | None:
    """The innermost of our files outside `db/` and `search/` that is on the stack; None for the tests themselves."""
    while frame is not None:
        place = _place(frame.f_code.co_filename)
        if place == OF_TESTS:
            return None
        if place:
            return place
        frame = frame.f_back
    return "nobody's file"


@cache
def _place(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(HERE):
        name = str(path.relative_to(HERE))
        return "" if name.startswith(("db/", "search/")) else name
    return OF_TESTS if path.is_relative_to(TESTS) and path != Path(__file__) else ""


@lru_cache(10_000)
def is_marked(sql: str, kind: str) -> bool:
    """Whether the whole text of one of the seam's conditions stands in the statement."""
    words = _plain(sql)
    return any(condition in words for condition in _conditions(kind))


@cache
def _conditions(kind: str) -> tuple[str, ...]:
    """What the conditions look like in a select that has no other tables which theirs could be mistaken for."""
    selects = (str(select(clips.c.id).where(condition).compile(dialect=DIALECTS[kind])) for condition in CONDITIONS)
    return tuple(_plain(sql).partition(" WHERE ")[2] for sql in selects)


def _plain(sql: str) -> str:
    """Without line ends, and without the numbers that tell equal names apart."""
    return re.sub(r"(?<=[a-z])(_\d+)+\b", "", " ".join(sql.split()))


def watching(watch: Watch) -> Iterator[Watch]:
    """Watch every connection that is opened from now on, of any engine; a generator for a fixture."""

    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, *arguments: Any, **more: Any) -> "Cursor":
            watch.saw(str(query), "postgresql")
            super().execute(query, *arguments, **more)
            return self

        def executemany(self, query: Any, *arguments: Any, **more: Any) -> None:
            watch.saw(str(query), "postgresql")
            super().executemany(query, *arguments, **more)

    def opened(connection: Any, _record: object) -> None:
        if isinstance(connection, psycopg.Connection):
            connection.cursor_factory = Cursor
        else:
            connection.apsw.trace_v2(apsw.SQLITE_TRACE_STMT, lambda said: watch.saw(said["sql"], "sqlite"))

    event.listen(Pool, "connect", opened)
    yield watch
    event.remove(Pool, "connect", opened)
