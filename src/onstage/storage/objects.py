"""Finished media under unguessable keys, over obstore: a local folder, S3 by URL, or memory."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.store import LocalStore, MemoryStore, S3Store

from onstage import clock, ids

_CHUNK = 8 << 20


@dataclass(frozen=True)
class Stored:
    """An object as a listing gives it: `changed_at` in microseconds."""

    key: str
    bytes: int
    changed_at: int


VAULT = "vault-"
"""How keys begin of what lies apart from all that is ever served, in a folder of that name."""


def new_key(suffix: str) -> str:
    """A fresh unguessable key that ends in `suffix`, such as `.mp4`; it is also the last part of the media URL."""
    return ids.token() + suffix


def open_objects(url: str, folder: Path, endpoint: str = "") -> "Objects":
    """The store that `s3://bucket/prefix` or `memory:` names; an empty URL is `folder`, made when it is missing.

    S3 takes its credentials and region from the usual AWS_* variables; `endpoint` is another server that speaks S3.
    """
    if not url:
        folder.mkdir(parents=True, exist_ok=True)
        return Objects(LocalStore(folder), folder)
    if url == "memory:":
        return Objects(MemoryStore(), None)
    if not endpoint:
        return Objects(S3Store.from_url(url), None)
    plain = endpoint.startswith("http://")
    return Objects(S3Store.from_url(url, endpoint=endpoint, client_options={"allow_http": plain}), None)


class Objects:
    """Objects by key. Every call may block on the disk or the network: never make one inside a unit of work."""

    def __init__(self, store: LocalStore | MemoryStore | S3Store, folder: Path | None) -> None:
        self._store = store
        self._folder = folder.resolve() if folder else None

    @property
    def is_local(self) -> bool:
        """Whether objects are files of this machine, which `path` names."""
        return self._folder is not None

    def path(self, key: str) -> Path | None:
        """The file of a key, whether it exists or not; None where objects are not files."""
        return self._folder / _place(key) if self._folder else None

    def place(self, key: str) -> str:
        """Where an object lies below the store's root, for whoever else may read there."""
        return _place(key)

    def address(self, key: str, seconds: int) -> str:
        """Where anybody can GET the object for so long. Raises TypeError where objects are not on S3."""
        if not isinstance(self._store, S3Store):
            raise TypeError("only S3 gives out addresses")
        return obstore.sign(self._store, "GET", _place(key), timedelta(seconds=seconds))

    def put(self, key: str, source: Path) -> None:
        """Store a finished file under a fresh key; when this returns it survives a power cut. `source` stays.

        A local object shares its bytes with `source`: don't change that file afterwards.
        """
        target = self.path(key)
        if target is None:
            obstore.put(self._store, _place(key), source)
            return
        os.utime(source)  # the age of an object counts from here, and they share it
        _sync(source)
        if not target.parent.exists():
            target.parent.mkdir(exist_ok=True)
            _sync(target.parent.parent)
        try:
            os.link(source, target)
        except OSError as error:
            if isinstance(error, FileExistsError | FileNotFoundError):
                raise
            obstore.put(self._store, _place(key), source)  # another file system, or one without hard links
            _sync(target)
        _sync(target.parent)

    def read(self, key: str, start: int, end: int) -> bytes:
        """The bytes from `start` up to but without `end`. Raises FileNotFoundError."""
        return obstore.get_range(self._store, _place(key), start=start, end=end).to_bytes()

    def fetch(self, key: str, target: Path) -> None:
        """Copy an object into a local file. Raises FileNotFoundError."""
        with target.open("wb") as file:
            for chunk in obstore.get(self._store, _place(key)).stream(min_chunk_size=_CHUNK):
                file.write(chunk)

    def size(self, key: str) -> int | None:
        """How many bytes an object has; None: there is none."""
        try:
            return obstore.head(self._store, _place(key))["size"]
        except FileNotFoundError:
            return None

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects for good; keys that are not there are passed over."""
        for key in keys:
            try:
                obstore.delete(self._store, _place(key))
            except FileNotFoundError:
                continue

    def list(self) -> Iterator[Stored]:
        """Every whole object, in no order."""
        for batch in obstore.list(self._store):
            for entry in batch:
                changed_at = int(entry["last_modified"].timestamp() * clock.SECOND)
                yield Stored(entry["path"].rpartition("/")[2], entry["size"], changed_at)

    def drop_leftovers(self, before: int) -> None:
        """Remove what interrupted puts left (`name#1`) and nobody has written to since `before` (microseconds)."""
        for path in self._folder.glob("*/*#*") if self._folder else ():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime * clock.SECOND < before:
                    path.unlink()


def _place(key: str) -> str:
    if "/" in key or len(key) < 8:
        raise FileNotFoundError(key)
    return f"vault/{key}" if key.startswith(VAULT) else f"{key[:2]}/{key}"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
