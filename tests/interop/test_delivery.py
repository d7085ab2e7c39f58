"""Delivery over a real connection: what nobody reads any more is not read from the disk either."""

import os
import socket
from pathlib import Path

import pytest

from tests.interop.conftest import Somebody
from tests.serve.running import wait_for

pytestmark = pytest.mark.interop
GIGABYTES = 4_000_000_000


def test_a_film_is_put_down_when_its_viewer_hangs_up(somebody: Somebody, short_film: Path) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(short_film.stat().st_size)}
    more = {"Content-Type": "application/offset+octet-stream"}
    made = somebody.ask("POST", "/api/v1/uploads", headers=headers | more, content=short_film.read_bytes())
    url = somebody.ready(made.headers["onstage-clip"])["renditions"][0]["url"]
    key = url.rpartition("/")[2]
    os.truncate(somebody.server.data / "objects" / key[:2] / key, GIGABYTES)
    with socket.create_connection(("127.0.0.1", somebody.server.port)) as viewer:
        asked = f"GET {url} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {somebody.token}\r\n\r\n"
        viewer.sendall(asked.encode())
        assert viewer.recv(12) == b"HTTP/1.1 200"
        wait_for(lambda: _is_open(somebody, key))
    wait_for(lambda: not _is_open(somebody, key))
    assert _read(somebody) < GIGABYTES // 2


def _is_open(somebody: Somebody, key: str) -> bool:
    folder = Path(f"/proc/{somebody.server.process.pid}/fd")
    return any(key in os.path.realpath(each) for each in folder.iterdir())


def _read(somebody: Somebody) -> int:
    """Bytes that the server has read from anywhere (proc_pid_io(5))."""
    lines = Path(f"/proc/{somebody.server.process.pid}/io").read_text().splitlines()
    return int(lines[0].split()[1])
