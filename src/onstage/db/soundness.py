"""Whether a database is whole: rows that point nowhere, pages that are damaged."""

from onstage.db.engine import Connection


def library(db: Connection) -> str:
    """What the database calls itself, with its version."""
    if db.dialect.name == "sqlite":
        return f"SQLite {db.exec_driver_sql('SELECT sqlite_version()').scalar_one()}"
    return f"PostgreSQL {db.exec_driver_sql('SHOW server_version').scalar_one()}"


def rows_that_point_nowhere(db: Connection) -> dict[str, int]:
    """How many rows of each table name a row that is not there; PostgreSQL never has any."""
    found: dict[str, int] = {}
    if db.dialect.name == "sqlite":
        for table, *_ in db.exec_driver_sql("PRAGMA foreign_key_check"):
            found[table] = found.get(table, 0) + 1
    return found


def damage(db: Connection) -> list[str]:
    """What SQLite finds wrong when it reads the whole file; PostgreSQL keeps watch over its own (amcheck)."""
    if db.dialect.name != "sqlite":
        return []
    return [line for (line,) in db.exec_driver_sql("PRAGMA integrity_check") if line != "ok"]
