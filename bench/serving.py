"""A real server on a free port, and a client that costs little."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.measure import children, cpu_clock, percentile

TURNS = 30


@dataclass
class Served:
    """Where the server listens, and its two processes."""

    port: int
    web: int
    data: Path

    @property
    def jobs(self) -> int:
        """The process that does the jobs."""
        return children(self.web)[0]


@contextmanager
def serving(data: Path, **environment: str) -> Iterator[Served]:
    """`onstage serve` on this data folder until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chosen = {**os.environ, "ONSTAGE_DATA": str(data), "PORT": str(port), "RATE_LIMIT": "0", "LOG_LEVEL": "error"}
    process = subprocess.Popen(
        [sys.executable, "-m", "onstage", "serve"], env={**chosen, **environment}, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        process.stdout.readline()
        yield Served(port, process.pid, data)
    finally:
        process.terminate()
        process.wait(20)


@dataclass
class Answers:
    """What a run of requests gave: a second's worth, server CPU a request in ms, latencies in ms, bytes of the last."""

    per_second: float
    cpu_ms: float
    latencies: list[float]
    size: int


class Client:
    """One keep-alive connection that reads answers with a length or in chunks."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")
        self._head = "Host: localhost\r\n" + (f"Cookie: {cookie}\r\n" if cookie else "")

    def get(self, path: str, extra: str = "") -> tuple[int, bytes]:
        """Status and body of one GET."""
        self._socket.sendall(f"GET {path} HTTP/1.1\r\n{self._head}{extra}\r\n".encode())
        status = int(self._file.readline().split()[1])
        length, chunked = 0, False
        while (line := self._file.readline().lower()) not in {b"\r\n", b""}:
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            chunked |= line.startswith(b"transfer-encoding:") and b"chunked" in line
        return status, self._chunks() if chunked else self._file.read(length)

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._file.readline(), 16):
            body += self._file.read(size)
            self._file.read(2)
        self._file.read(2)
        return body


def hammer(served: Served, asked: Mapping[str, tuple[str, str]], seconds: float) -> dict[str, Answers]:
    """Ask for each (path, cookie) again and again over a connection of its own, each for so many seconds.

    They take turns, so that what else the machine does falls on all alike. It only ever adds CPU, by caches that are lost:
    of CPU the calmest tenth of the turns counts, of the rate the middle.
    """
    clients = {name: Client(served.port, cookie) for name, (_, cookie) in asked.items()}
    sizes = {name: _warmed(clients[name], path) for name, (path, _) in asked.items()}
    turns: dict[str, list[_Turn]] = {name: [] for name in asked}
    for _ in range(TURNS):
        for name, (path, _) in asked.items():
            turns[name].append(_turn(served, clients[name], path, seconds / TURNS))
    return {
        name: Answers(
            per_second=median(turn.per_second for turn in taken),
            cpu_ms=percentile([turn.cpu_ms for turn in taken], 0.1),
            latencies=[latency for turn in taken for latency in turn.latencies],
            size=sizes[name],
        )
        for name, taken in turns.items()
    }


def _warmed(client: Client, path: str) -> int:
    for _ in range(20):
        status, body = client.get(path)
        assert status == 200, (path, status, body[:300])
    return len(body)


@dataclass
class _Turn:
    per_second: float
    cpu_ms: float
    latencies: list[float]


def _turn(served: Served, client: Client, path: str, seconds: float) -> _Turn:
    latencies: list[float] = []
    cpu, started = cpu_clock(served.web), time.perf_counter()
    while time.perf_counter() - started < seconds:
        before = time.perf_counter()
        client.get(path)
        latencies.append((time.perf_counter() - before) * 1000)
    took, used = time.perf_counter() - started, cpu_clock(served.web) - cpu
    return _Turn(len(latencies) / took, used / len(latencies) * 1000, latencies)
