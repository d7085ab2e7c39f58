"""Whole tables of PostgreSQL in and out, as the lines that COPY reads and writes."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import func, inspect, select, text
from sqlalchemy import table as sql_table

from onstage.db.engine import Connection, metadata


def names(db: Connection) -> list[str]:
    """Every table that exists, those first that others point to."""
    there = set(inspect(db).get_table_names())
    known = [table.name for table in metadata.sorted_tables if table.name in there]
    return known + sorted(there - set(known))


def columns(db: Connection, table: str) -> list[str]:
    """The columns that hold what somebody wrote; what the database computes itself is left out."""
    return [column["name"] for column in inspect(db).get_columns(table) if "computed" not in column]


def count(db: Connection, table: str) -> int:
    """How many rows a table has."""
    return db.execute(select(func.count()).select_from(sql_table(table))).scalar_one()


def clear(db: Connection) -> None:
    """Empty every table of PostgreSQL but for the one that says which revision the tables have."""
    listed = ", ".join(_quoted(name) for name in names(db) if name != "alembic_version")
    db.execute(text(f"TRUNCATE {listed}"))


def copy_out(db: Connection, table: str) -> Iterator[bytes]:
    """The rows of a table in COPY's text form, as this transaction sees them."""
    driver: Any = db.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {_shape(table, columns(db, table))} TO STDOUT") as rows:
        for piece in rows:
            yield bytes(piece)


def copy_in(db: Connection, table: str, named: Iterable[str], pieces: Iterable[bytes]) -> None:
    """Put rows in COPY's text form into a table; `named` are their columns, in order."""
    driver: Any = db.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {_shape(table, named)} FROM STDIN") as rows:
        for piece in pieces:
            rows.write(piece)


def _shape(table: str, named: Iterable[str]) -> str:
    return f"{_quoted(table)} ({', '.join(map(_quoted, named))})"


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
