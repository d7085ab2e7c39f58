"""`onstage restore`: a backup into an empty place, without anything that was deleted since."""

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from onstage import datafolder
from onstage.clips import holdings
from onstage.clips.ending.restoring import contain_again, doubt_minors, erase_again, say_no_again, tell
from onstage.clips.workroom import JOURNAL
from onstage.db import tables
from onstage.db.engine import Database
from onstage.db.migrate import upgrade
from onstage.db.revision import newest
from onstage.errors import Conflict
from onstage.server import open_database, open_search, purgers
from onstage.settings import Settings
from onstage.storage import journal as deletions
from onstage.storage.objects import Objects, open_objects
from onstage.upkeep.archive import NotABackup, Reader, reading

_MAY_BE_THERE = {
    "serve.lock",
    "migrate.lock",
    JOURNAL,
    "onstage.toml",
    "secret",
    "objects",
    "uploads",
    "work",
    "wake",
}


def restore(settings: Settings, *, file: str, journal: str | None, nothing_was_deleted: bool) -> None:
    """Bring a backup back. Raises Conflict where something is there already, NotABackup when it is not whole."""
    with datafolder.hold(settings.data), reading(Path(file)) as archive:
        entries = _journal(settings, journal)
        _need_the_same_kind(settings, archive)
        _need_an_empty_place(settings, archive)
        if entries or (entries is None and not nothing_was_deleted):
            _need_the_secret(settings, archive)
        print("Reading the backup, to see that it is whole.", flush=True)
        archive.verify()
        work = settings.data / "restoring"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        at_work = settings if settings.database_url else replace(settings, data=work)
        with closing(open_database(at_work)) as database:
            _restore_database(database, archive, work)
            _restore_secret(settings, archive, at_work.data)
            _replay(database, entries, nothing_was_deleted=nothing_was_deleted)
            _restore_files(settings, archive, database, work)
        if journal and entries:
            deletions.append(settings.data / JOURNAL, entries)  # the next restore must know of them too
        if not settings.database_url:
            for name in ("onstage.db", "secret"):
                if (work / name).exists():
                    (work / name).rename(settings.data / name)
        shutil.rmtree(work)
        print(f"Restored {sum(archive.manifest.rows.values()):,} rows. Start the server with `onstage serve`.")


def _journal(settings: Settings, named: str | None) -> list[deletions.Entry] | None:
    """What was deleted; None: there is no journal that could say."""
    path = Path(named) if named else settings.data / JOURNAL
    if named and not path.exists():
        raise Conflict(f"There is no journal {path}.")
    return list(deletions.read(path)) if path.exists() else None


def _need_the_same_kind(settings: Settings, archive: Reader) -> None:
    wanted = "postgresql" if settings.database_url else "sqlite"
    if archive.manifest.database != wanted:
        words = {"sqlite": "SQLite: leave DATABASE_URL empty", "postgresql": "PostgreSQL: set DATABASE_URL"}
        raise Conflict(f"This backup is of a server on {words[archive.manifest.database]}, and try again.")
    if archive.manifest.revision > newest():
        raise NotABackup(
            f"This backup was written by Onstage {archive.manifest.version}. Restore it with that version."
        )


def _need_an_empty_place(settings: Settings, archive: Reader) -> None:
    data = settings.data
    others = {path.name for path in data.iterdir()} - _MAY_BE_THERE - {"restoring"}
    filled = [name for name in ("objects", "uploads") if (data / name).is_dir() and any((data / name).iterdir())]
    if others or filled:
        named = ", ".join(sorted([*others, *filled]))
        raise Conflict(f"The data folder {data} is not empty: it has {named}. Restore into an empty one.")
    if archive.manifest.secret and (data / "secret").exists():
        given = b"".join(archive.pieces("secret"))
        if given != (data / "secret").read_bytes():
            raise Conflict(f"{data / 'secret'} is another secret than the backup's. Move it away, then try again.")
    if settings.database_url:
        with closing(open_database(settings)) as database, database.read() as db:
            there = tables.names(db)
        if there:
            raise Conflict("The database has tables already. Restore into an empty database.")


def _restore_database(database: Database, archive: Reader, work: Path) -> None:
    """The database as it was, brought to this version; SQLite still under `work`, where no server looks."""
    print("Restoring the database.", flush=True)
    if database.kind == "sqlite":
        archive.extract("database/onstage.db", work / "onstage.db")
    else:
        upgrade(database, work, to=archive.manifest.revision)
        with database.write() as db:
            tables.clear(db)
            for table in tables.names(db):
                if table != "alembic_version":
                    tables.copy_in(db, table, archive.manifest.columns[table], archive.pieces(f"database/{table}"))
    upgrade(database, work)


def _restore_secret(settings: Settings, archive: Reader, data: Path) -> None:
    """Have the server's secret under `data`: what follows from what was said since is entered in the ledger, and signed."""
    kept = settings.data / "secret"
    if kept.exists() and data != settings.data:
        shutil.copy2(kept, data / "secret")
    elif archive.manifest.secret and not kept.exists():
        archive.extract("secret", data / "secret")


def _need_the_secret(settings: Settings, archive: Reader) -> None:
    if not _has_secret(settings, archive):
        raise Conflict(
            "This backup came without the server's secret, by which what was deleted and said since is signed. "
            f"Put the file `secret` into {settings.data}, then restore again."
        )


def _has_secret(settings: Settings, archive: Reader) -> bool:
    return bool(settings.secret or archive.manifest.secret or (settings.data / "secret").exists())


def _replay(database: Database, entries: list[deletions.Entry] | None, *, nothing_was_deleted: bool) -> None:
    with database.write() as db:
        gone = erase_again(db, entries or [], purgers(open_search(database)))
        contain_again(db, entries or [])
        said = say_no_again(db, entries or [])
        doubted = [] if entries is not None or nothing_was_deleted else doubt_minors(db)
        tell(db, [*said, *doubted])
    if gone:
        print(f"{gone:,} of what was deleted after the backup had risen with it, and is gone again.")
    if entries is None and not nothing_was_deleted:
        print("There was no journal of deletions: what was deleted after the backup is here again. Where you have")
        print("deletions.log, empty the data folder and restore with --journal FILE.")
    if doubted:
        print(f"Until all agree anew, {len(doubted):,} clips with minors wait.")


def _restore_files(settings: Settings, archive: Reader, database: Database, work: Path) -> None:
    """The objects and uploads that rows still name, and the secret."""
    with database.read() as db:
        keys, waiting = holdings.object_keys(db), holdings.staged_uploads(db)
    print(f"Restoring {len(keys):,} objects.", flush=True)
    objects = open_objects(settings.storage_url, settings.data / "objects", settings.storage_endpoint)
    missing = sum(not _restore_object(objects, archive, key, work) for key in sorted(keys))
    if missing:
        print(f"{missing:,} objects are not in the backup: `onstage doctor --media` names them.")
    folder = settings.data / "uploads"
    folder.mkdir(exist_ok=True)
    for name in sorted(waiting & set(archive.names("uploads/"))):
        archive.extract(f"uploads/{name}", folder / name)
    if not _has_secret(settings, archive):
        print("The backup came without the secret: put its file `secret` into the data folder before you serve.")


def _restore_object(objects: Objects, archive: Reader, key: str, work: Path) -> bool:
    member = archive.manifest.members.get(f"objects/{key}")
    if member is None:
        return objects.size(key) is not None
    if objects.size(key) != member.bytes:
        objects.delete([key])
        extracted = work / "object"
        archive.extract(f"objects/{key}", extracted)
        objects.put(key, extracted)
        extracted.unlink()
    return True
