"""Inserts that another transaction may be making at the same moment."""

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert

from onstage.db.engine import Connection


def insert_missing(db: Connection, table: Table, **values: object) -> bool:
    """Insert a row unless one with its key (or another unique value of it) is there; returns whether it is new."""
    # PostgreSQL's construct; ON CONFLICT reads the same on SQLite. An insert's rowcount is -1 on psycopg.
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return db.execute(statement).first() is not None


def insert_or_set(db: Connection, table: Table, **values: object) -> None:
    """Insert a row, or give the one with its primary key these values."""
    keys = [column.name for column in table.primary_key]
    changed = {name: value for name, value in values.items() if name not in keys}
    db.execute(insert(table).values(**values).on_conflict_do_update(index_elements=keys, set_=changed))
