"""Bringing a database to this version: alembic's migrations, under a lock, after a backup, foreign keys checked."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from onstage.db import copies
from onstage.db.engine import Database
from onstage.db.revision import current, newest
from onstage.errors import Conflict

HERE = Path(__file__).parent
_LOCK = 0x0A57A6D


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    return config


def upgrade(database: Database, data: Path, to: str | None = None) -> bool:
    """Bring the database to this version, or to the revision `to`; True when there was something to do.

    A filled SQLite file is copied to `before-REVISION.db` first. Raises Conflict for a database that is newer than this
    version, and RuntimeError when rows would point nowhere.
    """
    with _only_one(data):
        before, after = current(database), to or newest()
        if before == after:
            return False
        if before is not None and before > newest():
            raise Conflict("A newer Onstage wrote this database. Start that version, or restore a backup of this one.")
        if database.kind == "sqlite" and before is not None:
            copies.keep(database, data / f"before-{after}.db")
        with database.migrating() as db:
            if database.kind == "postgresql":
                db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            _run(db, after)
    return True


def _run(db: Connection, revision: str) -> None:
    config = configuration()
    config.attributes["connection"] = db
    command.upgrade(config, revision)
    if db.dialect.name == "sqlite" and db.execute(text("PRAGMA foreign_key_check")).first():
        raise RuntimeError(
            "The upgrade would leave rows that point nowhere, so nothing was changed. Please report this."
        )


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True)
    with (data / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
