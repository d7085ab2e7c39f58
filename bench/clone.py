"""`clone_to_page`: seconds from a fresh clone to the first page, once everything is downloaded; and `idle_memory` of what
then runs, which has nothing in it of what tests and benches bring."""

import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.measure import Measure, children, pss_mb, ratio

NAMES = ("clone_to_page", "idle_memory")
SECONDS, MEGABYTES = 60, 150
ROOT = Path(__file__).parent.parent


def measure() -> dict[str, Measure]:
    """`git clone`, `make serve`, until `/` answers; then ten seconds of rest. pip's own cache holds the downloads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "onstage"
        started = time.perf_counter()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        environment = {**os.environ, "PORT": str(port), "ONSTAGE_DATA": f"{folder}/data"}
        server = subprocess.Popen(
            ["make", "-s", "serve"], cwd=clone, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            _wait(port)
            took = time.perf_counter() - started
            time.sleep(10)
            memory = _memory(server.pid)
        finally:
            os.killpg(server.pid, 15)
            server.wait(20)
    return {
        "clone_to_page": Measure(round(took, 1), "s", SECONDS, ratio(took, SECONDS), "limit: the budget"),
        "idle_memory": memory,
    }


def _memory(make: int) -> Measure:
    (web,) = children(make)
    parts = [pss_mb(process) for process in (web, *children(web))]
    note = "PSS of all processes after one page, in the environment that serves; limit: the budget"
    more: dict[str, float | str] = {"web_mb": round(parts[0], 1), "jobs_mb": round(parts[1], 1)}
    more["processes"] = float(len(parts))
    return Measure(round(sum(parts), 1), "MB", MEGABYTES, ratio(sum(parts), MEGABYTES), note, more)


def _wait(port: int) -> None:
    for _ in range(3000):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/", timeout=5).read()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("no page")
