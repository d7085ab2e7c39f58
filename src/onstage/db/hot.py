"""Statements that run at every request: compiled once for each dialect, run on the raw driver, read into dataclasses."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sqlalchemy import Executable

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
