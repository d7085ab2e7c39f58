"""`clone_to_page`: seconds from a fresh clone to the first page, once everything is downloaded."""

import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.measure import Measure, ratio

BUDGET = 60
ROOT = Path(__file__).parent.parent


def measure() -> Measure:
    """`git clone`, `make serve`, until `/` answers; pip's own cache holds the downloads."""
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
        finally:
            os.killpg(server.pid, 15)
            server.wait(20)
    return Measure(round(took, 1), "s", BUDGET, ratio(took, BUDGET), "limit: the budget")


def _wait(port: int) -> None:
    for _ in range(3000):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/", timeout=5).read()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("no page")
