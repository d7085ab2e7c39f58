"""Waking the workers when there is work: datagrams to local sockets beside SQLite's file, NOTIFY on PostgreSQL."""

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import text

from onstage.db.engine import Connection, Database

_CHANNEL = "onstage_jobs"


def ring(db: Connection) -> None:
    """Wake every worker.

    On SQLite the call may come before the commit: the worker's claim begins with the write lock and so waits for it.
    """
    if db.dialect.name == "postgresql":
        db.execute(text(f"NOTIFY {_CHANNEL}"))
        return
    folder = _folder(db)
    with suppress(FileNotFoundError), os.scandir(folder) as bells:
        for bell in bells:
            _send(folder, bell.name)


def _folder(db: Connection) -> Path:
    return Path(str(db.engine.url.database)).parent / "wake"


def _send(folder: Path, name: str) -> None:
    handle = os.open(folder, os.O_PATH)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(b"", _address(handle, name))
    except ConnectionRefusedError:
        (folder / name).unlink(missing_ok=True)  # its worker was killed
    except (BlockingIOError, FileNotFoundError):
        pass  # rung often enough already, or just gone
    finally:
        os.close(handle)


def _address(folder: int, name: str) -> str:
    return f"/proc/self/fd/{folder}/{name}"  # a socket's path has at most 107 bytes


class Bell(Protocol):
    """What a worker waits on."""

    def wait(self, seconds: float) -> bool:
        """Sleep until somebody rings, at most so long; whether somebody did."""

    def close(self) -> None:
        """Listen no longer."""


def listen(database: Database) -> Bell:
    """A bell that `ring` reaches from now on, from any process that works on the same database."""
    with database.read() as db:
        return _LocalBell(_folder(db)) if database.kind == "sqlite" else _NotifyBell(db)


class _LocalBell:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._path = folder / f"{os.getpid()}-{os.urandom(4).hex()}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        handle = os.open(folder, os.O_PATH)
        try:
            self._socket.bind(_address(handle, self._path.name))
        finally:
            os.close(handle)

    def wait(self, seconds: float) -> bool:
        self._socket.settimeout(seconds)
        try:
            self._socket.recv(1)
            self._socket.setblocking(False)
            while True:
                self._socket.recv(1)
        except TimeoutError:
            return False
        except BlockingIOError:
            return True

    def close(self) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)


class _NotifyBell:
    def __init__(self, db: Connection) -> None:
        raw = db.engine.raw_connection()
        driver: Any = raw.driver_connection
        raw.detach()
        driver.rollback()
        driver.autocommit = True
        driver.execute(f"LISTEN {_CHANNEL}")
        self._driver = driver

    def wait(self, seconds: float) -> bool:
        return any(True for _ in self._driver.notifies(timeout=seconds, stop_after=1))

    def close(self) -> None:
        self._driver.close()
