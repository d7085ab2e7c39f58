"""The copy that is made of an SQLite database before it is upgraded."""

import os
import shutil
from pathlib import Path

import pytest
from alembic.util import CommandError
from sqlalchemy import text

from onstage import settings
from onstage.clock import DAY, SECOND, now
from onstage.db import copies, migrate
from onstage.db.revision import newest
from onstage.server import open_database


def test_a_filled_database_is_copied_before_it_is_upgraded(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "onstage.db")
    database = open_database(settings.load({"ONSTAGE_DATA": str(tmp_path)}))
    with database.write() as db:
        db.execute(text("INSERT INTO tombstones (kind, id, at) VALUES ('clip', 7, 1)"))
        db.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(CommandError):
        migrate.upgrade(database, tmp_path)
    database.close()
    copy = tmp_path / f"before-{newest()}.db"
    assert copy.stat().st_mode & 0o777 == 0o600
    (tmp_path / "copy").mkdir()
    copy.rename(tmp_path / "copy" / "onstage.db")
    kept = open_database(settings.load({"ONSTAGE_DATA": str(tmp_path / "copy")}))
    with kept.read() as db:
        assert db.execute(text("SELECT id FROM tombstones")).scalars().all() == [7]
    kept.close()


def test_a_copy_ends_as_backups_do(tmp_path: Path) -> None:
    """What was deleted since lies in it, and receipts say until when the last backup has it."""
    for name, age in (("before-0001.db", 31), ("before-0002.db", 29), ("before-0003.part", 40), ("onstage.db", 40)):
        (tmp_path / name).touch()
        moment = (now() - age * DAY) // SECOND
        os.utime(tmp_path / name, (moment, moment))
    assert copies.drop(tmp_path, now() - 30 * DAY) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["before-0002.db", "onstage.db"]


def test_a_copy_is_made_while_others_write(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "onstage.db")
    database = open_database(settings.load({"ONSTAGE_DATA": str(tmp_path)}))
    (tmp_path / "copy").mkdir()
    with database.write() as db:
        db.execute(text("INSERT INTO tombstones (kind, id, at) VALUES ('clip', 7, 1)"))
        database.copy_to(tmp_path / "copy" / "onstage.db")
    database.close()
    copied = open_database(settings.load({"ONSTAGE_DATA": str(tmp_path / "copy")}))
    with copied.read() as db:
        assert db.execute(text("SELECT id FROM tombstones")).scalars().all() == []
    copied.close()
