"""The journal of deletions and noes: a file beside the backups, so that a restore brings back nothing that was ended."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec


@dataclass(frozen=True)
class Entry:
    """Something that was erased for good: `kind` is `clip`, `person`, `account` or `vault`, `at` in microseconds.

    Or what somebody said of a clip (`id`): `no`, and `lifted` when they take it back; `by` is the person. `waits`: they have no
    right any more, and it waits for the others; `brought back`: until those have agreed. Of what an account
    (`id`) shows of itself: `portrait no`, `portrait lifted`. Or that a clip contains another: `part`, `by` that one.
    """

    kind: str
    id: int
    at: int
    by: int = 0


def append(path: Path, entries: Sequence[Entry]) -> None:
    """Write entries at the end; they are on the disk when this returns. The same entry twice does no harm."""
    lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
    is_new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        length = os.fstat(handle).st_size
        cut_short = length and os.pread(handle, 1, length - 1) != b"\n"
        os.write(handle, b"\n" + lines if cut_short else lines)
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def read(path: Path) -> Iterator[Entry]:
    """Every entry, oldest first; a line that a power cut left unfinished is passed over."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                yield msgspec.json.decode(line, type=Entry)
            except msgspec.DecodeError:
                continue
