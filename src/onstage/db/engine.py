"""The database as the rest sees it: tables on one MetaData, units of work that are declared read or write."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import BigInteger, Connection, Engine, Integer, MetaData
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.util import LRUCache

from onstage.errors import Contended, NoRoom, Refused, Unreachable
from onstage.events import Fact

__all__ = ["COMPACT", "COMPILED", "Alike", "Connection", "Database", "Id", "answers", "known", "metadata"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


Id = BigInteger().with_variant(Integer(), "sqlite")
"""Type of a row's own id: 64 bits everywhere; on SQLite the name that makes it the row's place in the table."""

_KEPT = 16  # SQLite connections that stay open for the next reader: to take one from the pool costs five times as much

COMPILED: LRUCache[Any, Any] = LRUCache(1000)
"""Statements as they were compiled, for every engine of the process: reading and writing need not do it twice."""

COMPACT: dict[str, Any] = {"sqlite_with_rowid": False}
"""For tables whose primary key is a pair: SQLite then keeps the rows in its order and needs no second look-up."""


class Alike(DefaultDialect):
    """A dialect that finds in COMPILED what another of its kind put there."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.server_version_info == other.server_version_info

    def __hash__(self) -> int:
        return hash(type(self))


class Database:
    """One engine and its units of work. Only edges (a request, a job step, a command) open one; nobody else commits.

    `heed` is what each fact that a unit of work made known leads to, done in the same transaction before it commits.
    """

    def __init__(self, kind: Literal["sqlite", "postgresql"], *, reading: Engine, writing: Engine) -> None:
        self.kind = kind
        self.heed: Callable[[Connection, Fact], None] = _nobody
        self._reading = reading
        self._writing = writing
        self._idle: list[Connection] = []
        self._turn = threading.Lock() if kind == "sqlite" else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent snapshot; writing in it fails. Raises Unreachable when the database is away."""
        with _in_words():
            connection = self._reader()
            try:
                with connection.begin():
                    yield connection
            finally:
                self._put_back(connection)

    def _reader(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._reading.connect()

    def _put_back(self, connection: Connection) -> None:
        """PostgreSQL's go to their pool, which asks whether one is still alive before it gives it out again."""
        if self.kind == "sqlite" and len(self._idle) < _KEPT and not connection.in_transaction():
            self._idle.append(connection)
        else:
            connection.close()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends, facts heeded, and rolls back when it raises.

        Raises NoRoom when the disk is full, Unreachable when the database is away, and Contended when another one and
        this one waited for each other.
        """
        with _in_words(), self._turn, self._writing.connect() as connection, connection.begin():
            facts: list[Fact] = []
            yield connection.execution_options(facts=facts)
            while facts:
                self.heed(connection, facts.pop(0))

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A writing transaction in which SQLite does not follow foreign keys: a table is rebuilt by dropping it."""
        with self._turn, self._writing.connect() as connection:
            raw: Any = connection.connection.driver_connection
            if self.kind == "sqlite":
                raw.execute("PRAGMA foreign_keys=OFF").fetchall()
            try:
                with connection.begin():
                    yield connection
            finally:
                if self.kind == "sqlite":
                    raw.execute("PRAGMA foreign_keys=ON").fetchall()

    def copy_to(self, target: Path) -> None:
        """Write a consistent copy of an SQLite database into a new file while others go on writing."""
        with self._writing.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute("VACUUM INTO ?", (str(target),)).fetchall()

    def scrub(self) -> None:
        """Leave no byte of deleted rows in the database's files; writers wait meanwhile, the longer the larger the file.

        SQLite's secure_delete alone is not enough: what moved between pages before it was deleted stays in their gaps.
        PostgreSQL frees the space of deleted rows; when it is written over is up to PostgreSQL. Raises TimeoutError
        while somebody reads an old snapshot.
        """
        if self.kind == "postgresql":
            with self._writing.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.exec_driver_sql("VACUUM")
            return
        with self._turn, self._writing.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute("VACUUM").fetchall()
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise TimeoutError("somebody reads an old snapshot of the database")

    def close(self) -> None:
        """Give all connections back to the operating system."""
        while self._idle:
            self._idle.pop().close()
        self._reading.dispose()
        self._writing.dispose()


def _nobody(_db: Connection, _fact: Fact) -> None:
    """Facts that nobody subscribes to, as in a test of what makes them."""


def known(db: Connection, fact: Fact) -> None:
    """Make a fact known in this unit of work; once is enough for the same one."""
    facts: list[Fact] = db.get_execution_options()["facts"]
    if fact not in facts:
        facts.append(fact)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        refused = _refusal(error)
        if refused is None:
            raise
        raise refused from error


def _refusal(error: DBAPIError) -> Refused | None:
    state = getattr(error.orig, "sqlstate", "")  # PostgreSQL's; none where there was nobody who could have given one
    if "disk is full" in str(error.orig) or state == "53100":
        return NoRoom()
    if state in {"40P01", "40001"}:
        return Contended()
    if error.connection_invalidated or (isinstance(error, OperationalError) and state is None):
        return Unreachable()
    return None


def answers(db: Connection) -> None:
    """Ask the database for nothing in particular; raises when it can't answer."""
    db.exec_driver_sql("SELECT 1").all()
