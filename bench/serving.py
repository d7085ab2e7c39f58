"""A real server on a free port, and a client that costs little."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measure import cpu_seconds


@dataclass
class Served:
    """Where the server listens, and its two processes."""

    port: int
    web: int
    data: Path

    @property
    def jobs(self) -> int:
        """The process that does the jobs."""
        children = Path(f"/proc/{self.web}/task/{self.web}/children").read_text().split()
        return int(children[0])


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


def hammer(served: Served, path: str, seconds: float, cookie: str = "") -> Answers:
    """Ask for one path again and again over one connection."""
    client = Client(served.port, cookie)
    for _ in range(20):
        status, body = client.get(path)
        assert status == 200, (path, status, body[:300])
    latencies: list[float] = []
    cpu, started = cpu_seconds(served.web), time.perf_counter()
    while time.perf_counter() - started < seconds:
        before = time.perf_counter()
        _, body = client.get(path)
        latencies.append((time.perf_counter() - before) * 1000)
    took = time.perf_counter() - started
    used = cpu_seconds(served.web) - cpu
    return Answers(len(latencies) / took, used / len(latencies) * 1000, latencies, len(body))
