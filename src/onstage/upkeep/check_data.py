"""The doctor looks at what the server keeps: the folder, the secret, the database, the objects, the jobs that failed."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from onstage.db.engine import Database
from onstage.db.revision import current, newest
from onstage.db.soundness import damage, library, rows_that_point_nowhere
from onstage.engagement.recount import differences
from onstage.errors import Unreachable
from onstage.ids import token
from onstage.jobs.given_up import given_up, try_again
from onstage.server import open_database
from onstage.settings import Settings
from onstage.storage.objects import Objects, new_key
from onstage.upkeep.findings import Finding, note, ok, wrong

_GB = 1_000_000_000
_SHORTEST_SECRET = 32


def folder(settings: Settings) -> Iterator[Finding]:
    """The data folder: whose it is, and how much fits."""
    data = settings.data
    if not data.is_dir():
        yield note(
            f"There is no folder {data} yet.", "`onstage serve` makes it. If there should be one, set ONSTAGE_DATA."
        )
        return
    probe = data / f".doctor-{token()}"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        yield wrong(f"Nothing can be written in {data}: {error.strerror}.", "Give it to the user that runs Onstage.")
        return
    if stat.S_IMODE(data.stat().st_mode) & 0o077:
        yield note(f"Other users of this machine can look into {data}.", f"To end that: chmod 700 {data}")
    else:
        yield ok(f"The data folder {data} is for its owner alone.")
    yield from _space(settings)
    yield from _one_file_system(data)
    yield from _secret(settings)


def _space(settings: Settings) -> Iterator[Finding]:
    free = os.statvfs(settings.data)
    free_bytes = free.f_bavail * free.f_frsize
    largest = settings.max_upload_mb * 1_000_000
    said = f"{free_bytes / _GB:,.1f} GB are free for the data."
    if free_bytes < 3 * largest:
        yield wrong(
            said, "An upload of the largest size would not fit beside its renditions: make room or lower MAX_UPLOAD_MB."
        )
    else:
        yield ok(said)


def _one_file_system(data: Path) -> Iterator[Finding]:
    folders = [data / name for name in ("objects", "uploads", "work") if (data / name).is_dir()]
    if len({path.stat().st_dev for path in folders}) > 1:
        yield note("Uploads and objects are on different disks, so each file is copied once more.")


def _secret(settings: Settings) -> Iterator[Finding]:
    path = settings.data / "secret"
    if settings.secret:
        if len(settings.secret) < _SHORTEST_SECRET:
            mend = "Set a longer one; the old one as ONSTAGE_SECRET_PREVIOUS keeps links working."
            yield wrong(f"ONSTAGE_SECRET has only {len(settings.secret)} characters.", mend)
        else:
            yield ok("The secret comes from ONSTAGE_SECRET.")
    elif not path.exists():
        yield note("There is no secret yet.", "`onstage serve` makes one.")
    elif stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield wrong("Other users of this machine can read the secret.", f"chmod 600 {path}")
    else:
        yield ok("The secret is readable by its owner alone.")


def database(settings: Settings, *, deep: bool) -> Iterator[Finding]:
    """The database: whether it answers, is of this version, and whole."""
    if not settings.database_url and not (settings.data / "onstage.db").exists():
        yield note("There is no database yet.", "`onstage serve` makes it.")
        return
    try:
        opened = open_database(settings)
    except RuntimeError as error:
        yield wrong(str(error), "Make the environment anew: rm -r .venv, then `make serve`.")
        return
    try:
        yield from _opened(opened, deep=deep)
    except (DBAPIError, Unreachable) as error:
        mend = "Check DATABASE_URL and that PostgreSQL runs." if settings.database_url else "Restore the latest backup."
        yield wrong(f"The database can't be used: {_reason(error)}.", mend)
    finally:
        opened.close()


def _reason(error: Exception) -> str:
    return str(error.__cause__ or error).strip().splitlines()[0]


def _opened(database: Database, *, deep: bool) -> Iterator[Finding]:
    with database.read() as db:
        name = library(db)
    revision = current(database)
    if revision != newest():
        yield wrong(
            f"{name} answers; the database is of revision {revision}, not {newest()}.", "Run `onstage migrate`."
        )
        return
    yield ok(f"{name} answers, and the database is of this version.")
    with database.read() as db:
        lost = rows_that_point_nowhere(db)
        broken = damage(db) if deep else []
        failed = given_up(db)
    if lost:
        tables = ", ".join(f"{count} in {table}" for table, count in lost.items())
        yield wrong(
            f"Rows point to rows that are not there: {tables}.", "Restore the latest backup, and please report this."
        )
    if broken:
        yield wrong(
            f"The database file is damaged: {'; '.join(broken[:3])}.", "Restore the latest backup; check the disk."
        )
    if not lost and not broken:
        yield ok(
            "The database is whole." if deep else "Every row points to one that is there (`--deep` reads every page)."
        )
    if failed:
        last = failed[-1]
        said = f"{len(failed)} jobs were given up, the last one {last.kind!r}: {last.error.splitlines()[0] if last.error else ''}"
        yield note(said, "`onstage doctor --mend` has them tried again.")


def counts(database: Database) -> Iterator[Finding]:
    """Every count beside a recount, in one snapshot of a database that may be in use."""
    with database.read() as db:
        found = differences(db)
    if found:
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        yield wrong(f"Counts differ from what was counted: {'; '.join(found[:5])}{more}.", "Please report this.")
    else:
        yield ok("Every count is what a recount of the events gives.")


def mend_jobs(database: Database) -> Iterator[Finding]:
    """Have jobs that were given up tried again."""
    with database.write() as db:
        count = try_again(db)
    if count:
        yield ok(f"{count} jobs are tried again.")


def storage(objects: Objects, settings: Settings) -> Iterator[Finding]:
    """The objects: one goes in, comes out, and is gone."""
    where = settings.storage_url or str(settings.data / "objects")
    key, source = new_key(".doctor"), settings.data / f".doctor-{token()}"
    try:
        source.write_bytes(b"here and back")
        objects.put(key, source)
        back = objects.read(key, 0, 13)
        objects.delete([key])
        gone = objects.size(key) is None
    except Exception as error:  # noqa: BLE001, the edge: whatever a store raises is what the owner must read
        yield wrong(
            f"Nothing can be kept in {where}: {error}.", "Check STORAGE_URL, its credentials, and the folder's owner."
        )
        return
    finally:
        source.unlink(missing_ok=True)
    if back == b"here and back" and gone:
        yield ok(f"Objects are kept in {where}, and go when they are deleted.")
    else:
        yield wrong(f"{where} gives back something else than was put there.", "Use another store.")
