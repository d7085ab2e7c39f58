"""`onstage backup`: a snapshot of the database, and the objects that it names, in one file."""

import os
import shutil
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import delete

from onstage import __version__
from onstage.accounts.models import form_scans
from onstage.clips import holdings
from onstage.clock import now, to_datetime
from onstage.db import tables
from onstage.db.engine import Connection, Database
from onstage.db.revision import current, newest
from onstage.errors import Conflict
from onstage.server import open_database
from onstage.settings import Settings
from onstage.storage.objects import Objects, open_objects
from onstage.storage.staging import Staging
from onstage.upkeep.archive import FORMAT, Manifest, Writer, writing

DATABASE = "database"
SNAPSHOTS = 5  # at most, until nothing that the last one names went away meanwhile


def backup(settings: Settings, *, file: str, without_secret: bool) -> None:
    """Write one consistent archive while the server goes on. Raises Conflict where there is nothing to save, or a file."""
    path = _named(Path(file))
    with closing(open_database(settings)) as database:
        _need_this_version(database)
        manifest = Manifest(FORMAT, __version__, database.kind, newest(), now(), secret=False)
        with (
            tempfile.TemporaryDirectory(dir=path.parent, prefix=".onstage-") as work,
            writing(path, manifest) as archive,
        ):
            save(settings, database, archive, Path(work))
            if not (without_secret or settings.secret):
                archive.add_file("secret", settings.data / "secret")
                manifest.secret = True
    print(_told(path, manifest, in_environment=bool(settings.secret)))


def save(settings: Settings, database: Database, archive: Writer, work: Path) -> None:
    """The objects that a snapshot of the database names, then that snapshot.

    An object that is replaced or deleted while others are saved is missing then, and a newer snapshot doesn't name it.
    Whoever gives the folder `work` empties it.
    """
    objects = open_objects(settings.storage_url, settings.data / "objects", settings.storage_endpoint)
    staging = Staging(settings.data / "uploads")
    missed: set[str] = set()
    for _ in range(SNAPSHOTS):
        keys, waiting = _copy_database(settings, database, archive, work)
        lost = _save_objects(objects, archive, sorted(keys), work) + _save_uploads(staging, archive, sorted(waiting))
        if missed.issuperset(lost):
            break
        missed.update(lost)
    archive.manifest.lost = lost
    for copy in sorted((work / DATABASE).iterdir()):
        archive.add_file(f"{DATABASE}/{copy.name}", copy)


def _named(path: Path) -> Path:
    if path.is_dir():
        path /= f"onstage-{to_datetime(now()):%Y-%m-%dT%H%M%SZ}.tar"
    if path.exists():
        raise Conflict(f"{path} is there already, and a backup never replaces a file. Name another one, or a folder.")
    if not path.parent.is_dir():
        raise Conflict(f"There is no folder {path.parent}.")
    return path.resolve()


def _need_this_version(database: Database) -> None:
    revision = current(database)
    if revision is None:
        raise Conflict("There is no server here yet, so there is nothing to save. Is ONSTAGE_DATA right?")
    if revision != newest():
        raise Conflict("The database is of another version. Save it with the Onstage that wrote it, or migrate first.")


def _copy_database(settings: Settings, database: Database, archive: Writer, work: Path) -> tuple[set[str], set[str]]:
    """Copy the database as it is at one moment, and give the objects and staged uploads that it names."""
    copies = work / DATABASE
    shutil.rmtree(copies, ignore_errors=True)
    copies.mkdir()
    if database.kind == "postgresql":
        with database.read() as db:
            for table in tables.names(db):
                archive.manifest.columns[table] = tables.columns(db, table)
                with (copies / table).open("wb") as rows:
                    rows.writelines(tables.copy_out(db, table) if table != form_scans.name else ())
            return _what_it_names(db, archive)
    database.copy_to(copies / "onstage.db")
    with closing(open_database(replace(settings, data=copies))) as snapshot:
        _leave_scans_out(snapshot)
        with snapshot.read() as db:
            return _what_it_names(db, archive)


def _leave_scans_out(snapshot: Database) -> None:
    """A signed form is kept until it is decided; a backup would keep it longer."""
    with snapshot.write() as db:
        dropped = db.execute(delete(form_scans)).rowcount
    if dropped:
        snapshot.scrub()


def _what_it_names(db: Connection, archive: Writer) -> tuple[set[str], set[str]]:
    kept = (table for table in tables.names(db) if table != form_scans.name)
    archive.manifest.rows = {table: tables.count(db, table) for table in kept}
    return holdings.object_keys(db), holdings.staged_uploads(db)


def _save_objects(objects: Objects, archive: Writer, keys: list[str], work: Path) -> list[str]:
    """Save each object that is not saved yet, and give those that are not there."""
    lost, fetched = [], work / "object"
    for key in keys:
        try:
            if f"objects/{key}" not in archive.manifest.members:
                path = objects.path(key)
                if path is None:
                    objects.fetch(key, fetched)
                archive.add_file(f"objects/{key}", path or fetched)
        except FileNotFoundError:
            lost.append(key)
    return lost


def _save_uploads(staging: Staging, archive: Writer, names: list[str]) -> list[str]:
    """Save uploads that wait to be made playable, and give those that are not there."""
    lost = []
    for name in names:
        try:
            if f"uploads/{name}" not in archive.manifest.members:
                archive.add_file(f"uploads/{name}", staging.path(name))
        except FileNotFoundError:
            lost.append(name)
    return lost


def _told(path: Path, manifest: Manifest, *, in_environment: bool) -> str:
    objects = sum(name.startswith("objects/") for name in manifest.members)
    size = os.stat(path).st_size / 1_000_000
    lines = [f"Saved to {path}: {sum(manifest.rows.values()):,} rows and {objects:,} objects, {size:,.1f} MB."]
    if manifest.lost:
        lines.append(f"{len(manifest.lost)} objects were not there: run `onstage doctor --media` to see which.")
    if in_environment:
        lines.append("The secret is not inside: it comes from ONSTAGE_SECRET. Keep that where you keep passwords.")
    elif not manifest.secret:
        lines.append("The secret is not inside: keep the file `secret` of the data folder somewhere else.")
    lines.append("Copy deletions.log of the data folder often, to where the backups are: restore needs it.")
    return "\n".join(lines)
