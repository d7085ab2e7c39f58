"""The data folder: made for its owner alone, and held by one server at a time."""

import fcntl
import os
from pathlib import Path
from typing import IO

from onstage.errors import InUse


def make(data: Path) -> None:
    """Make the folder, for its owner alone, where there is none. Raises InUse where there can't be one."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InUse(f"The data folder {data} can't be made: {error.strerror}. Set ONSTAGE_DATA to another.") from None


def hold(data: Path) -> IO[str]:
    """Hold the data folder for this process until the returned file is closed. Raises InUse."""
    make(data)
    try:
        lock = (data / "serve.lock").open("a+")
    except OSError as error:
        raise InUse(f"The data folder {data} can't be used: {error.strerror}. Set ONSTAGE_DATA to another.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        owner = lock.read().strip() or "unknown"
        lock.close()
        raise InUse(
            f"The data folder {data} is in use by another onstage (process {owner}). "
            "Stop it, or set ONSTAGE_DATA to another folder."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def is_held(data: Path) -> bool:
    """Whether another process holds the data folder; changes nothing."""
    try:
        with (data / "serve.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
