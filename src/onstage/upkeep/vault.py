"""`onstage vault`: what the law obliged this server to keep, for whoever runs the machine and nobody else."""

import os
import zipfile
from contextlib import closing
from pathlib import Path

from onstage import keys
from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.accounts.ledger import Entry
from onstage.clips.ending import vault as kept
from onstage.clips.ending.vault import Done, File
from onstage.clock import iso
from onstage.db.engine import Connection, Database
from onstage.errors import Conflict, Invalid, NotFound
from onstage.server import open_database
from onstage.settings import Settings
from onstage.storage.objects import Objects, open_objects

_DID = {Done.KEPT: "kept", Done.OPENED: "opened", Done.ERASED: "erased"}


def vault(settings: Settings, *, act: str, item: int | None, file: str | None) -> None:
    """Do one of `list`, `export` and `erase`. Raises Invalid without what is needed, NotFound, Conflict."""
    with closing(open_database(settings)) as database:
        if act == "list":
            _list(database)
        elif item is None or (act == "export" and file is None):
            raise Invalid(f"Say which: onstage vault {act} NUMBER{' FILE' if act == 'export' else ''}")
        elif act == "erase":
            _erase(settings, database, item)
        else:
            _export(settings, database, item, Path(file or ""))


def _list(database: Database) -> None:
    with database.read() as db:
        items, done = kept.items(db), kept.log(db)
    for item in items:
        files = f"{item.files} files" + (f", {item.waiting} on their way" if item.waiting else "")
        print(f"{item.id}  until {iso(item.until)[:10]}, {files}, {item.bytes / 1_000_000:,.1f} MB")
    for number, at, act in done:
        print(f"{iso(at)}  {number} {_DID[act]}")
    if not done:
        print("Nothing was ever kept here.")


def _erase(settings: Settings, database: Database, item: int) -> None:
    with database.write() as db:
        if not kept.end(db, [item]):
            raise NotFound(f"There is no number {item} in the vault. `onstage vault list` shows what there is.")
        _enter(settings, db, "erased")
    print("Nobody can open it any more. The running server removes its files within a minute.")


def _export(settings: Settings, database: Database, item: int, path: Path) -> None:
    """The log has it before the first byte is written; the file has its name once it is whole."""
    if path.exists():
        raise Conflict(f"{path} is there already. Name another file.")
    if not path.resolve().parent.is_dir():
        raise Conflict(f"There is no folder {path.resolve().parent}.")
    opened = keys.load(settings.data, settings.secret, settings.secret_previous)
    with database.write() as db:
        files = kept.files(db, item)
        own = kept.open_item(db, opened, item)
        words = kept.record(db, opened, item)
        _enter(settings, db, "opened")
    objects = open_objects(settings.storage_url, settings.data / "objects", settings.storage_endpoint)
    fresh = path.with_name(path.name + ".part")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
            with zipfile.ZipFile(out, "w") as made:
                made.writestr("record.json", words or b"")
                missing = [each.name for each in files if not _add(made, objects, own, each)]
            out.flush()
            os.fsync(out.fileno())
        fresh.rename(path)
    finally:
        fresh.unlink(missing_ok=True)
    print(f"Written to {path}, for you alone to read. That it was opened stands in the vault's log and in the ledger.")
    if missing:
        print(f"Not there any more: {', '.join(missing)}.")


def _add(made: zipfile.ZipFile, objects: Objects, own: bytes, file: File) -> bool:
    """Raises Conflict where a file was changed: then nothing of it can be trusted."""
    if file.key is None or objects.size(file.key) is None:
        return False
    try:
        with made.open(f"{file.name}{Path(file.key).suffix}", "w", force_zip64=True) as member:
            member.writelines(kept.opened(objects, own, file.key))
    except ValueError:
        raise Conflict(f"The {file.name} was changed since it was sealed, so nothing was written.") from None
    return True


def _enter(settings: Settings, db: Connection, what: str) -> None:
    """An entry that names nobody, so that it stands in nobody's copy and tips nobody off."""
    opened = keys.load(settings.data, settings.secret, settings.secret_previous)
    ledger.append(db, opened, Entry(Act.VAULT, fields={"kind": what}))
