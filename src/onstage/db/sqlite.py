"""SQLite through apsw, which carries its own current library: a small DB-API face and dialect for SQLAlchemy.

Python's own sqlite3 module would bring a second SQLite library into the process, and two of them on one file lose
committed rows (POSIX locks belong to the process). See docs/decisions/0003-one-sqlite-library.md.
"""

import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import apsw
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.pool import Pool, QueuePool

from onstage.db.engine import COMPILED, Alike, Database

LEAST_VERSION = (3, 51, 3)
PATIENCE_MS = 20_000


class Error(Exception):
    """Root of DB-API errors."""


class DatabaseError(Error):
    """Any error of the library."""


class IntegrityError(DatabaseError):
    """A constraint said no."""


class OperationalError(DatabaseError):
    """Busy, full, corrupt, or not SQL."""


def _translate(error: apsw.Error) -> DatabaseError:
    kind = IntegrityError if isinstance(error, apsw.ConstraintError) else OperationalError
    return kind(str(error))


class Cursor:
    """A DB-API cursor over apsw's; the description is taken before the first step because an empty result has none."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._inner = apsw.Cursor(connection)
        self._inner.exec_trace = self._describe
        self.description: list[tuple[Any, ...]] | None = None
        self.rowcount = -1
        self.lastrowid = 0

    def _describe(self, cursor: apsw.Cursor, _sql: str, _bindings: object) -> bool:
        columns = cursor.get_description()
        self.description = [(name, None, None, None, None, None, None) for name, _ in columns] or None
        return True

    def execute(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> "Cursor":
        """Run one statement; `rowcount` counts the rows it changed."""
        self.description = None
        try:
            self._inner.execute(sql, parameters or None)
        except apsw.Error as error:
            raise _translate(error) from error
        self.rowcount = self._connection.changes()
        self.lastrowid = self._connection.last_insert_rowid()
        return self

    def executemany(self, sql: str, many: Iterable[Mapping[str, Any] | Sequence[Any]]) -> "Cursor":
        """Run one statement for each set of parameters; `rowcount` counts the rows all of them changed."""
        before = self._connection.total_changes()
        try:
            self._inner.executemany(sql, many)
        except apsw.Error as error:
            raise _translate(error) from error
        self.rowcount = self._connection.total_changes() - before
        return self

    def fetchone(self) -> Any:
        """The next row or None."""
        try:
            return self._inner.fetchone()
        except apsw.Error as error:
            raise _translate(error) from error

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """At most `size` rows."""
        rows = []
        for _ in range(size or self.arraysize):
            row = self.fetchone()
            if row is None:
                break
            rows.append(row)
        return rows

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        try:
            return list(self._inner.fetchall())
        except apsw.Error as error:
            raise _translate(error) from error

    def close(self) -> None:
        """Forget what is left."""
        self._inner.close(True)


class DriverConnection:
    """An apsw connection with the words DB-API adds; nothing begins a transaction on its own.

    `execute` is apsw's own and gives tuples: the short way that `hot` takes.
    """

    def __init__(self, path: str) -> None:
        self.apsw = apsw.Connection(path)
        self.execute = self.apsw.execute

    def cursor(self) -> Cursor:
        """A DB-API cursor."""
        return Cursor(self.apsw)

    def commit(self) -> None:
        """End the transaction, if there is one, and keep it."""
        self._end("COMMIT")

    def rollback(self) -> None:
        """End the transaction, if there is one, and forget it."""
        self._end("ROLLBACK")

    def _end(self, word: str) -> None:
        if self.apsw.in_transaction:
            try:
                self.execute(word)
            except apsw.Error as error:
                raise _translate(error) from error

    def close(self) -> None:
        """Give the file back."""
        self.apsw.close(True)


class Dialect(Alike, SQLiteDialect):
    """SQLAlchemy's SQLite dialect on this driver."""

    driver = "apsw"
    default_paramstyle = "named"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        """The DB-API module, as a namespace."""
        return SimpleNamespace(
            paramstyle="named",
            Binary=bytes,
            Error=Error,
            DatabaseError=DatabaseError,
            IntegrityError=IntegrityError,
            OperationalError=OperationalError,
            sqlite_version_info=version(),
            connect=DriverConnection,
        )

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:  # noqa: ARG003
        """Connections are kept: opening one costs more than a query."""
        return QueuePool

    def create_connect_args(self, url: URL) -> Any:
        """The path is all there is to say."""
        return [url.database], {}

    def _get_server_version_info(self, connection: Connection) -> tuple[int, ...]:  # noqa: ARG002
        return version()

    def is_disconnect(self, e: Exception, connection: Any, cursor: Any) -> bool:  # noqa: ARG002
        """A file does not hang up."""
        return False


def version() -> tuple[int, ...]:
    """The version of the SQLite library in this process."""
    return tuple(int(part) for part in apsw.sqlite_lib_version().split("."))


def check_library() -> None:
    """Raise RuntimeError unless this process has exactly one SQLite library and it is new enough."""
    if version() < LEAST_VERSION:
        raise RuntimeError(f"SQLite {apsw.sqlite_lib_version()} is too old; 3.51.3 or later is needed.")
    if "_sqlite3" in sys.modules:
        raise RuntimeError("Python's sqlite3 module is loaded too: two SQLite libraries on one file lose data.")


def open_sqlite(path: Path) -> Database:
    """The database in one file, made when it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return Database("sqlite", reading=_engine(path, "BEGIN", query_only=True), writing=_engine(path, "BEGIN IMMEDIATE"))


def _wait(asked_before: int) -> bool:
    """Ask again in a millisecond: SQLite's own timeout soon asks ten times a second only, and misses the gaps."""
    time.sleep(0.001)
    return asked_before < PATIENCE_MS


def _matches(*pattern_and_words: Any) -> bool:
    """What `words REGEXP pattern` asks, which SQLite leaves to its host."""
    return re.search(*pattern_and_words) is not None


def _engine(path: Path, begin_with: str, *, query_only: bool = False) -> Engine:
    url = URL.create("sqlite+apsw", database=str(path))
    engine = create_engine(
        url,
        pool_size=16,
        max_overflow=64,
        pool_timeout=30,
        pool_use_lifo=True,
        hide_parameters=True,
        execution_options={"compiled_cache": COMPILED},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DriverConnection, _record: object) -> None:
        # A plan holds for every value: else SQLite plans a statement anew whenever it is given others, ten times its cost.
        connection.apsw.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        connection.apsw.set_busy_handler(_wait)
        connection.apsw.create_scalar_function("regexp", _matches, 2, deterministic=True)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            "foreign_keys=ON",
            "cache_size=-8000",
        ):
            connection.cursor().execute(f"PRAGMA {pragma}").fetchall()
        connection.cursor().execute(f"PRAGMA query_only={'ON' if query_only else 'OFF'}").fetchall()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.connection.driver_connection.execute(begin_with)  # type: ignore[union-attr]

    return engine


registry.register("sqlite.apsw", __name__, "Dialect")
