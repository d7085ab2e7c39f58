"""`upload_to_playable`: from the last byte of an upload to a clip that plays in the feed, beside a remux and one key frame."""

import json
import resource
import tempfile
import time
from base64 import b64encode
from pathlib import Path

from bench.measure import Measure, cpu_seconds, ratio
from bench.media_inputs import film, run
from bench.people import Person
from bench.serving import Served, serving

ROUNDS = 5


def measure(codec: str = "h264", seconds: int = 15) -> Measure:
    """The median of several uploads over HTTP, and of the same work by bare ffmpeg."""
    source = film(codec, seconds)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served:
        person = Person(served)
        times, cpu = [], []
        for _ in range(ROUNDS):
            _rest(person)
            _, took, used = upload(served, person, source)
            times.append(took)
            cpu.append(used)
    wall, (limit_wall, limit_cpu) = sorted(times)[ROUNDS // 2], _limit(source)
    return Measure(
        value=round(wall, 3),
        unit="s",
        limit=round(limit_wall, 3),
        ratio=ratio(wall, limit_wall),
        note=f"{source.name}; limit: remux and one key frame by bare ffmpeg",
        more={
            "cpu_s": round(sorted(cpu)[ROUNDS // 2], 3),
            "limit_cpu_s": round(limit_cpu, 3),
            "cpu_ratio": ratio(sorted(cpu)[ROUNDS // 2], limit_cpu),
            "worst_s": round(max(times), 3),
        },
    )


def _rest(person: Person) -> None:
    """Until the smaller renditions of the clip before are made: their work is not that of the next one."""
    while b'lane="ladder"} 0.0' not in person.ask("GET", "/metrics").read():
        time.sleep(0.2)


def upload(served: Served, person: Person, source: Path) -> tuple[str, float, float]:
    """Upload and publish a film; gives its slug, and from its last byte to playable the seconds and the server's CPU seconds."""
    body = source.read_bytes()
    name = b64encode(source.name.encode()).decode()
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(body)), "Upload-Metadata": f"filename {name}"}
    created = person.ask("POST", "/api/v1/uploads", headers=headers)
    slug = created.headers["Onstage-Clip"]
    location = created.headers["Location"].removeprefix(f"http://localhost:{served.port}")
    person.ask("POST", f"/api/v1/clips/{slug}/publish", headers={})
    _send(person, location, 0, body[:-1])
    started, before = time.perf_counter(), _cpu(served)
    _send(person, location, len(body) - 1, body[-1:])
    while time.perf_counter() - started < 120:
        clip = json.loads(person.ask("GET", f"/api/v1/clips/{slug}").read())
        if clip["renditions"] and clip["published_at"]:
            return slug, time.perf_counter() - started, _cpu(served) - before
        time.sleep(0.01)  # each look costs the server half a millisecond, which is none of the upload's
    raise TimeoutError(slug)


def _send(person: Person, location: str, offset: int, part: bytes) -> None:
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
    }
    person.ask("PATCH", location, headers=headers, body=part)


def _cpu(served: Served) -> float:
    return cpu_seconds(served.jobs) + cpu_seconds(served.web)


def _limit(source: Path) -> tuple[float, float]:
    """Wall and CPU seconds, each the median."""
    times, cpu = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            started, before = time.perf_counter(), _children_cpu()
            run(
                ["-i", str(source), "-c", "copy", "-map_metadata", "-1", "-movflags", "+faststart", f"{folder}/out.mp4"]
            )
            run(["-skip_frame", "nokey", "-i", str(source), "-frames:v", "1", f"{folder}/cover.webp"])
            times.append(time.perf_counter() - started)
            cpu.append(_children_cpu() - before)
    return sorted(times)[ROUNDS // 2], sorted(cpu)[ROUNDS // 2]


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
