"""`onstage sweep`: prove that nothing of what was deleted is left, in places that the deletion knows and those it doesn't."""

import mmap
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from sqlalchemy import inspect, select, text

from onstage.clips import holdings
from onstage.clips.models import tombstones, uploads
from onstage.clips.workroom import JOURNAL
from onstage.db.engine import Connection, Database
from onstage.errors import Invalid
from onstage.jobs.models import jobs
from onstage.server import open_database
from onstage.settings import Settings
from onstage.storage.objects import open_objects

_SHORTEST = 6
_KNOWS = {"tombstones"}  # the numbers of what is gone, so that it does not rise again
_KINDS = (b"clip", b"person", b"account")
_DIGITS = re.compile(rb"\d{16,19}")


@dataclass
class Sought:
    """What is looked for: numbers of what is gone, in every form they are written in, and words."""

    ids: set[int]
    words: list[bytes]
    raw: dict[bytes, int] = field(default_factory=dict)
    starts: "re.Pattern[bytes]" = field(default_factory=lambda: re.compile(b"(?!)"))

    def __post_init__(self) -> None:
        self.raw = {form: id_ for id_ in self.ids for form in (id_.to_bytes(8, "big"), varint(id_))}
        if self.raw:
            prefixes = sorted({re.escape(form[:2]) for form in self.raw})
            self.starts = re.compile(b"(?=" + b"|".join(prefixes) + b")", re.DOTALL)

    def in_value(self, value: object) -> str | None:
        """What of it a column holds."""
        if isinstance(value, int):
            return str(value) if value in self.ids else None
        if isinstance(value, str):
            return self.in_bytes(value.encode())
        return self.in_bytes(bytes(value)) if isinstance(value, bytes | memoryview) else None

    def in_bytes(self, data: "bytes | mmap.mmap") -> str | None:
        """What of it these bytes hold: a word, a number in digits, a number as SQLite and our own columns write it."""
        for word in self.words:
            if data.find(word) >= 0:
                return word.decode(errors="replace")
        for match in _DIGITS.finditer(data):
            if int(match[0]) in self.ids:
                return match[0].decode()
        for match in self.starts.finditer(data):
            at = match.start()
            found = self.raw.get(bytes(data[at : at + 8])) or self.raw.get(bytes(data[at : at + 9]))
            if found and not bytes(data[max(0, at - 7) : at]).endswith(_KINDS):  # a tombstone's own record
                return str(found)
        return None


def varint(number: int) -> bytes:
    """A positive number of up to 63 bits as SQLite writes a row's own id (its file format, 1.6)."""
    if number >= 1 << 56:
        high = number >> 8
        return bytes(0x80 | high >> shift & 0x7F for shift in range(49, -7, -7)) + bytes([number & 0xFF])
    size = max(1, -(-number.bit_length() // 7))
    groups = [number >> 7 * place & 0x7F for place in reversed(range(size))]
    return bytes([*(0x80 | each for each in groups[:-1]), groups[-1]])


def sweep(settings: Settings, *, words: list[str]) -> None:
    """Print every place where something is left; exits 1 when there is one. Raises Invalid for a word too short."""
    short = [word for word in words if len(word) < _SHORTEST]
    if short:
        raise Invalid(f"{short[0]!r} is too short: it would be found by chance. Give {_SHORTEST} letters or more.")
    with closing(open_database(settings)) as database:
        sought = _sought(database, words)
        found = 0
        for place in places(settings, database, sought):
            found += 1
            print(place, flush=True)
    print(f"Looked for {len(sought.ids):,} deleted things and {len(words)} words. Places found: {found}.")
    if settings.database_url:
        print("PostgreSQL's own files were not read: it writes over freed space when it needs it.")
    if found:
        raise SystemExit(1)


def _sought(database: Database, words: Iterable[str]) -> Sought:
    with database.read() as db:
        return Sought(set(db.execute(select(tombstones.c.id)).scalars()), [word.encode() for word in words])


def look(settings: Settings, database: Database, words: Iterable[str] = ()) -> list[str]:
    """Every place where something is left of what was deleted, or where these words stand."""
    return list(places(settings, database, _sought(database, words)))


def places(settings: Settings, database: Database, sought: Sought) -> Iterator[str]:
    """Every place, in words: tables, objects, staged files, the data folder, temporary files, the database's own files."""
    with database.read() as db:
        yield from _tables(db, sought)
        named = holdings.object_keys(db)
        under_way = "".join(chain.from_iterable(db.execute(select(jobs.c.payload, jobs.c.memo))))
        staged = set(db.execute(select(uploads.c.id)).scalars())
        running = {str(job) for job in db.execute(select(jobs.c.id)).scalars()}
    yield from _objects(settings, sought, named, under_way)
    yield from _staged(settings.data / "uploads", sought, staged, under_way)
    yield from _work(settings.data / "work", running)
    yield from _files(settings, sought)
    for left in Path(tempfile.gettempdir()).glob("onstage-work-*"):
        yield from (f"temporary file {path}" for path in _under(left) if _in_file(path, sought))


def _tables(db: Connection, sought: Sought) -> Iterator[str]:
    quote = db.dialect.identifier_preparer.quote
    for table in sorted(inspect(db).get_table_names()):
        if table in _KNOWS:
            continue
        rows = db.execute(text(f"SELECT * FROM {quote(table)}").execution_options(yield_per=1000))  # noqa: S608
        columns = list(rows.keys())
        for row in rows:
            for column, value in zip(columns, row, strict=True):
                left = sought.in_value(value)
                if left is not None:
                    yield f"table {table}, column {column}: {left}"


def _objects(settings: Settings, sought: Sought, named: set[str], under_way: str) -> Iterator[str]:
    objects = open_objects(settings.storage_url, settings.data / "objects", settings.storage_endpoint)
    for stored in objects.list():
        path = objects.path(stored.key)
        if stored.key not in named and stored.key not in under_way:
            yield f"object {stored.key}: nothing names it"
        elif path is not None and sought.words and _in_file(path, sought):
            yield f"object {stored.key}: what it holds"
    for left in (settings.data / "objects").glob("*/*#*") if objects.is_local else ():
        yield f"object {left.name}: left by a write that was interrupted"


def _staged(folder: Path, sought: Sought, known: set[str], under_way: str) -> Iterator[str]:
    for path in _under(folder):
        if path.name.partition(".")[0] not in known and path.name not in under_way:
            yield f"staged file {path.name}: nothing names it"
        elif sought.words and _in_file(path, sought):
            yield f"staged file {path.name}: what it holds"


def _work(folder: Path, running: set[str]) -> Iterator[str]:
    for path in folder.glob("*"):
        if path.name.partition("-")[0] not in running:
            yield f"unfinished work {path.name}: nobody is at it"


def _files(settings: Settings, sought: Sought) -> Iterator[str]:
    """The database with its log, backups that lie beside it, logs, whatever else is in the data folder."""
    others = {"objects", "uploads", "work", JOURNAL}
    for top in sorted(settings.data.iterdir()) if settings.data.is_dir() else ():
        if top.name not in others:
            yield from (f"file {path.relative_to(settings.data)}" for path in _under(top) if _in_file(path, sought))


def _under(path: Path) -> Iterator[Path]:
    found = path.rglob("*") if path.is_dir() else [path]
    yield from (each for each in found if each.is_file() and not each.is_symlink())


def _in_file(path: Path, sought: Sought) -> bool:
    try:
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                return False
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return sought.in_bytes(data) is not None
    except FileNotFoundError:
        return False
