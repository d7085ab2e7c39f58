"""Copies of an SQLite database, made before it is upgraded; they are backups, and end as backups do."""

import shutil
from pathlib import Path

from onstage.clock import SECOND
from onstage.db.engine import Database


def keep(database: Database, target: Path) -> None:
    """Write a copy that only its owner may read; it has its name once it is whole."""
    fresh = target.with_suffix(".part")
    fresh.unlink(missing_ok=True)
    database.copy_to(fresh)
    fresh.chmod(0o600)
    shutil.move(fresh, target)


def drop(data: Path, before: int) -> int:
    """Remove the copies that were made before that instant (microseconds), since they hold what was deleted after them.

    Gives how many.
    """
    old = [path for path in data.glob("before-*") if path.stat().st_mtime * SECOND < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
