"""Statements that run at every request: compiled once for each dialect, run on the raw driver, read into dataclasses."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import ARRAY, ClauseElement, Column, Executable, Insert, Select, Table, bindparam, func, select, tuple_

from onstage.db.engine import Connection

Row = TypeVar("Row")


class Hot(Generic[Row]):
    """A select of fixed shape. `into` is called with the columns of each row, in order."""

    def __init__(self, statement: Executable, into: Callable[..., Row]) -> None:
        self._statement = statement
        self._into = into
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}

    def all(self, db: Connection, **parameters: Any) -> list[Row]:
        """Every row; `parameters` are the statement's bindparams by name, all of them."""
        sql, constants = self._compiled.get(db.dialect.name) or self._compile(db)
        driver: Any = db.connection.driver_connection
        into = self._into
        return [into(*row) for row in driver.execute(sql, {**constants, **parameters})]

    def first(self, db: Connection, **parameters: Any) -> Row | None:
        """The first row, or None."""
        rows = self.all(db, **parameters)
        return rows[0] if rows else None

    def _compile(self, db: Connection) -> tuple[str, dict[str, Any]]:
        compiled = self._statement.compile(dialect=db.dialect)  # type: ignore[attr-defined]
        entry = str(compiled), compiled.construct_params(_check=False)
        self._compiled[db.dialect.name] = entry
        return entry


class HotAmong:
    """A select of fixed shape for many keys at once; what it binds beside them comes first."""

    def __init__(self, statement: Select[Any], keys: Sequence[Column[Any]]) -> None:
        self._statement = statement
        self._keys = keys
        self._compiled: dict[str, str] = {}

    def all(self, db: Connection, among: Collection[tuple[Any, ...]], *first: Any) -> list[tuple[Any, ...]]:
        """Every row with one of these keys, as a plain tuple."""
        if not among:
            return []
        kind = db.dialect.name
        sql = self._compiled.get(kind) or self._compiled.setdefault(kind, _positional(db, self._among(kind)))
        driver: Any = db.connection.driver_connection
        if kind == "postgresql":
            found: list[tuple[Any, ...]] = driver.execute(sql, [*first, *_arrays(among)]).fetchall()
            return found
        return [row for key in among for row in driver.execute(sql, (*first, *key))]

    def _among(self, kind: str) -> Select[Any]:
        """SQLite finds a key in a microsecond, so it is asked for each; PostgreSQL gets them as arrays."""
        if kind == "sqlite":
            return self._statement.where(*(key == bindparam(key.name) for key in self._keys))
        return self._statement.where(tuple_(*self._keys).in_(_rows_of(self._keys)))


class HotMany:
    """An insert of fixed shape into all columns of a table, for many rows of plain values in their order."""

    def __init__(self, statement: Insert, table: Table) -> None:
        self._statement = statement
        self._columns = list(table.columns)
        self._compiled: dict[str, str] = {}

    def run(self, db: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert the rows; none is fine."""
        if not rows:
            return
        kind = db.dialect.name
        sql = self._compiled.get(kind) or self._compiled.setdefault(kind, _positional(db, self._many(kind)))
        db.exec_driver_sql(sql, list(rows) if kind == "sqlite" else _arrays(rows))

    def _many(self, kind: str) -> Insert:
        names = [column.name for column in self._columns]
        if kind == "sqlite":
            return self._statement.values({name: bindparam(name) for name in names})
        return self._statement.from_select(names, _rows_of(self._columns))


def _rows_of(columns: Sequence[Column[Any]]) -> Select[Any]:
    """Rows that come to PostgreSQL as one array for each of these columns."""
    arrays = [bindparam(column.name, type_=ARRAY(column.type)) for column in columns]
    return select(*func.unnest(*arrays).table_valued(*(column.name for column in columns)).render_derived().c)


def _arrays(rows: Collection[tuple[Any, ...]]) -> tuple[str, ...]:
    """The columns of these rows as PostgreSQL writes arrays down: psycopg takes four times as long for the same."""
    return tuple("{" + ",".join(map(_element, column)) + "}" for column in zip(*rows, strict=True))


def _element(value: int | bytes | str | None) -> str:
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    return "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _positional(db: Connection, statement: ClauseElement) -> str:
    dialect: Any = type(db.dialect)
    return str(statement.compile(dialect=dialect(paramstyle="qmark" if db.dialect.name == "sqlite" else "format")))
