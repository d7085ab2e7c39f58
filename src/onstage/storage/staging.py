"""Uploads that are still coming: one file each, whose length is the offset that the client is told."""

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from onstage import clock

RESERVE = (
    256 << 20
)  # of a small disk a twentieth: uploads leave it to the database, or nothing could be deleted any more


class Moved(Exception):
    """The file does not end at the offset that the writer expected: another writer was there. Nothing was written."""


class Staging:
    """The folder of partial uploads. Calls block on the disk; names are ids of ours, never a client's words."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def path(self, name: str) -> Path:
        """The file of an upload."""
        return self._folder / name

    def create(self, name: str) -> None:
        """Begin an upload with no bytes; it is still there after a power cut."""
        self._make(name)
        self._sync_folder()

    def room(self) -> int:
        """How many bytes may still come: what the disk has, but for the reserve."""
        disk = os.statvfs(self._folder)
        return disk.f_frsize * disk.f_bavail - min(RESERVE, disk.f_frsize * disk.f_blocks // 20)

    def length(self, name: str) -> int | None:
        """How many bytes have come; None: there is no such upload."""
        try:
            return self.path(name).stat().st_size
        except FileNotFoundError:
            return None

    def append(self, name: str, offset: int, pieces: Iterable[bytes]) -> int:
        """Write `pieces` at the end, which must be `offset`, and give the new length.

        One writer at a time, across processes. The bytes are in the system's hands when this returns, on the disk after
        `sync`. Raises Moved, FileNotFoundError, and OSError when there is no room; what fitted stays.
        """
        handle = os.open(self.path(name), os.O_WRONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_size != offset:
                raise Moved
            for piece in pieces:
                if len(piece) > self.room():
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                view = memoryview(piece)
                while view:
                    written = os.pwrite(handle, view, offset)
                    offset += written
                    view = view[written:]
            return offset
        finally:
            os.close(handle)

    def sync(self, name: str) -> None:
        """Wait until what has come is on the disk."""
        handle = os.open(self.path(name), os.O_RDONLY)
        try:
            os.fdatasync(handle)
        finally:
            os.close(handle)

    @contextmanager
    def aside(self, name: str) -> Iterator[str]:
        """The name of an empty side file for bytes that must be checked before they count; gone when the block ends."""
        side = f"{name}.{os.urandom(6).hex()}"
        self._make(side)
        try:
            yield side
        finally:
            self.remove(side)

    def adopt(self, side: str, name: str, offset: int) -> int:
        """Append a checked side file to its upload and give the new length; raises as `append` does."""
        with self.path(side).open("rb") as file:
            return self.append(name, offset, iter(lambda: file.read(1 << 20), b""))

    def remove(self, name: str) -> None:
        """Throw an upload away, if it is there."""
        with suppress(FileNotFoundError):
            self.path(name).unlink()

    def untouched_since(self, instant: int) -> Iterator[str]:
        """Names of files that nobody has written to since `instant` (microseconds), side files included."""
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    if entry.stat().st_mtime * clock.SECOND < instant:
                        yield entry.name

    def _make(self, name: str) -> None:
        os.close(os.open(self.path(name), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
