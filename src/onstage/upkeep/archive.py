"""The form of a backup: a plain tar of the database, the objects and the secret, with a manifest of checksums at its end."""

import hashlib
import io
import os
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

import msgspec

from onstage.errors import Refused

FORMAT = 1
MANIFEST = "manifest.json"
_PIECE = 1 << 20


class NotABackup(Refused):
    """The file is no backup, or not a whole one."""


@dataclass(frozen=True)
class Member:
    """One file in the archive."""

    bytes: int
    sha256: str


@dataclass
class Manifest:
    """What an archive holds: `rows` by table, `columns` of each table that was copied out, `lost` keys of objects.

    `made_at` in microseconds; `secret` says whether the secret is inside.
    """

    format: int
    version: str
    database: Literal["sqlite", "postgresql"]
    revision: str
    made_at: int
    secret: bool
    rows: dict[str, int] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


class _Hashing(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.hash.update(piece)
        return piece


class Writer:
    """An archive that is being written."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar = tar
        self.manifest = manifest

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Add `size` bytes of an open file under a name."""
        hashed = _Hashing(source)
        self._tar.addfile(_entry(name, size), hashed)
        self.manifest.members[name] = Member(size, hashed.hash.hexdigest())

    def add_file(self, name: str, path: Path) -> None:
        """Add a file. Raises FileNotFoundError, and then nothing was added."""
        with path.open("rb") as source:
            self.add(name, source, os.fstat(source.fileno()).st_size)

    def close(self) -> None:
        """Write the manifest, without which the archive counts for nothing."""
        written = msgspec.json.format(msgspec.json.encode(self.manifest))
        self._tar.addfile(_entry(MANIFEST, len(written)), io.BytesIO(written))


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
    return entry


@contextmanager
def writing(path: Path, manifest: Manifest) -> Iterator[Writer]:
    """A new archive for its owner alone; it gets its name once it is whole and on the disk."""
    fresh = path.with_name(path.name + ".part")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                writer = Writer(tar, manifest)
                yield writer
                writer.close()
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    finally:
        fresh.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


class Reader:
    """An archive that is read; nothing of it is believed before `verify`."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        try:
            self.manifest = msgspec.json.decode(b"".join(self.pieces(MANIFEST)), type=Manifest)
        except (KeyError, msgspec.DecodeError):
            raise NotABackup("This file is not a backup that Onstage wrote, or its end is missing.") from None
        if self.manifest.format > FORMAT:
            raise NotABackup("This backup was written by a newer Onstage. Restore it with that version.")

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a member. Raises KeyError."""
        source = self._tar.extractfile(name)
        assert source, "only plain files are ever added"
        while piece := source.read(_PIECE):
            yield piece

    def names(self, folder: str) -> list[str]:
        """The members in a folder, without its name."""
        return [name.removeprefix(folder) for name in self.manifest.members if name.startswith(folder)]

    def extract(self, name: str, target: Path) -> None:
        """Write a member into a new file for its owner alone, and on to the disk."""
        with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            for piece in self.pieces(name):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def verify(self) -> None:
        """Read everything and compare it with the manifest. Raises NotABackup, naming what is damaged."""
        for name, member in self.manifest.members.items():
            found = hashlib.sha256()
            try:
                for piece in self.pieces(name):
                    found.update(piece)
            except (KeyError, tarfile.ReadError):
                raise NotABackup(f"The backup is damaged: {name} is missing. Nothing was restored.") from None
            if found.hexdigest() != member.sha256:
                raise NotABackup(f"The backup is damaged: {name} is not what was saved. Nothing was restored.")


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """An archive to read. Raises NotABackup."""
    try:
        with tarfile.open(path, "r:") as tar:
            yield Reader(tar)
    except FileNotFoundError:
        raise NotABackup(f"There is no file {path}.") from None
    except tarfile.ReadError:
        raise NotABackup("This file is not a backup that Onstage wrote.") from None
