"""`media_range`: megabytes a second of a film by Range requests, beside reading the file."""

import json
import tempfile
import time
from pathlib import Path

from bench.measure import Measure, cpu_seconds, ratio
from bench.media_inputs import film
from bench.people import Person
from bench.serving import Client, serving
from bench.upload_to_playable import upload

PIECE = 2_000_000
SECONDS = 5.0


def measure() -> Measure:
    """Pieces of 2 MB over one connection."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served:
        person = Person(served)
        slug, *_ = upload(served, person, film("h264", 60))
        clip = json.loads(person.ask("GET", f"/api/v1/clips/{slug}").read())
        best = max(clip["renditions"], key=lambda each: each["bytes"])
        client, sent, start = Client(served.port, person.cookie), 0, 0
        cpu, started = cpu_seconds(served.web), time.perf_counter()
        while time.perf_counter() - started < SECONDS:
            status, body = client.get(best["url"], f"Range: bytes={start}-{start + PIECE - 1}\r\n")
            assert status == 206, status
            sent += len(body)
            start = (start + PIECE) % (best["bytes"] - PIECE)
        rate = sent / 1e6 / (time.perf_counter() - started)
        used = (cpu_seconds(served.web) - cpu) / (sent / 1e8)
    limit, read = _read_rate(film("h264", 60))
    note = "limit: reading the file in pieces of 1 MiB"
    more: dict[str, float | str] = {"cpu_s_per_100mb": round(used, 3), "read_cpu_s_per_100mb": round(read, 3)}
    return Measure(round(rate, 1), "MB/s", round(limit, 1), ratio(limit, rate), note, more)


def _read_rate(path: Path) -> tuple[float, float]:
    """Megabytes a second, and CPU seconds for 100 of them."""
    started, cpu, size = time.perf_counter(), time.process_time(), 0
    with path.open("rb", buffering=0) as file:
        while time.perf_counter() - started < 1:
            file.seek(0)
            while piece := file.read(1 << 20):
                size += len(piece)
    return size / 1e6 / (time.perf_counter() - started), (time.process_time() - cpu) / (size / 1e8)
