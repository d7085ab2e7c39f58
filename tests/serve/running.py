"""Real servers for the time of a test: `python -m onstage serve` on a free port with a data folder of its own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
import psutil

PATIENCE = 120.0  # a machine that is busy with other things is not broken


@dataclass
class Running:
    """A started server, what it printed so far, and its processes."""

    process: "subprocess.Popen[str]"
    port: int
    data: Path
    printed: IO[str]
    logged: IO[str]

    @property
    def said(self) -> list[str]:
        """The lines on its standard output."""
        return _lines(self.printed)

    @property
    def link(self) -> str:
        """The address it printed."""
        return self.said[0].split()[-1]

    def get(self, path: str, host: str = "127.0.0.1", **headers: str) -> httpx.Response:
        """Ask it for something."""
        return httpx.get(f"http://{host}:{self.port}{path}", headers=headers, timeout=PATIENCE)

    def jobs(self) -> psutil.Process | None:
        """The process that does the jobs."""
        children = psutil.Process(self.process.pid).children()
        return next((child for child in children if "worker" in _command(child)), None)

    def listeners(self) -> set[int]:
        """The processes of it that answer on its port."""
        return {process.pid for process in self.family() if self.port in _ports(process)}

    def family(self) -> list[psutil.Process]:
        """Every process of it."""
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]


def _command(process: psutil.Process) -> list[str]:
    with suppress(psutil.NoSuchProcess):  # a zombie is one too
        return list(map(str, process.cmdline()))
    return []


def _ports(process: psutil.Process) -> set[int]:
    with suppress(psutil.NoSuchProcess):  # it was on its way out
        found = process.net_connections(kind="tcp")
        return {connection.laddr.port for connection in found if connection.status == psutil.CONN_LISTEN}
    return set()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _lines(file: IO[str]) -> list[str]:
    return os.pread(file.fileno(), 1 << 20, 0).decode().splitlines()


def launch(data: Path, port: int, printed: IO[str], logged: IO[str], **settings: str) -> "subprocess.Popen[str]":
    """Start a server without waiting for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "onstage", "serve"],
        env=_environment(data, {"PORT": str(port), **settings}),
        stdout=printed,
        stderr=logged,
        text=True,
        cwd=data.parent,
    )


def run(data: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "onstage", *arguments],
        env=_environment(data, settings),
        capture_output=True,
        text=True,
        cwd=data.parent,
        timeout=120,
        check=False,
    )


def _environment(data: Path, settings: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "ONSTAGE_DATA": str(data), "LOG_LEVEL": "warning", **settings}


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[Running]:
    """A server that has said where it is; gone afterwards, whatever the test did to it."""
    port = free_port()
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as logged:
        process = launch(data, port, printed, logged, **settings)
        server = Running(process, port, data, printed, logged)
        try:
            wait_for(lambda: server.said or process.poll() is not None)
            assert server.said, _lines(logged)
            yield server
        finally:
            _end(server)


def _end(server: Running) -> None:
    family = server.family() if server.process.poll() is None else []
    server.process.terminate()
    try:
        server.process.wait(PATIENCE)
    finally:
        for left in family:
            if left.is_running():
                left.kill()
        server.process.wait()


def wait_for(happened: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something is true; fails when it does not become true."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def gone(process: psutil.Process) -> bool:
    """Whether a process has ended."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        return probe.connect_ex((host, port)) == 0
