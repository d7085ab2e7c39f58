"""kill -9 of server, worker and ffmpeg while people upload: each upload ends, and nothing is left over."""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import select

from onstage import settings
from onstage.clips.holdings import object_keys
from onstage.clips.kinds import SWEEP_OBJECTS, SWEEP_UPLOADS
from onstage.clips.models import renditions, uploads
from onstage.db.sqlite import open_sqlite
from onstage.jobs.models import Lane, jobs
from onstage.jobs.queue import enqueue
from onstage.jobs.worker import run_due
from onstage.server import compose, job_kinds
from onstage.web.app import App
from tests.clips.conftest import make_film
from tests.interop.conftest import Somebody, sign_up
from tests.serve.running import Running, serving, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

UPLOADS = int(os.environ.get("ONSTAGE_KILLED_UPLOADS", "20"))
KILLS = UPLOADS // 2
TUS = {"Tus-Resumable": "1.0.0"}


class Server:
    """A server that is killed and started again on the same data, each time on another port."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.up = threading.Event()
        self._stack = ExitStack()
        self.start()
        self.somebody = sign_up(self.running)

    def start(self) -> None:
        self.running: Running = self._stack.enter_context(serving(self.data, RATE_LIMIT="0"))
        self.up.set()

    def kill(self, which: str) -> None:
        """End some of it as a power cut would, and bring back what does not come back by itself."""
        family = self.running.family()
        chosen = {
            "ffmpeg": lambda: [each for each in family[1:] if "ffmpeg" in _name(each)],
            "jobs": lambda: [each for each in family[1:] if _parent(each) == family[0].pid],
            "all": lambda: family,
        }[which]()
        if which == "all":
            self.up.clear()
        for process in chosen:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if which == "all":
            self.running.process.wait()
            wait_for(lambda: not any(each.is_running() and each.status() != "zombie" for each in family))
            self.start()

    def close(self) -> None:
        self._stack.close()


def _name(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return " ".join(process.cmdline()[:1])
    return ""


def _parent(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.ppid())
    return 0


@contextmanager
def patiently(server: Server) -> Iterator[Somebody]:
    """Somebody who waits for a server that is away."""
    server.up.wait(60)
    yield Somebody(server.running, server.somebody.token)


def upload(server: Server, content: bytes, cut: int) -> str:
    """Upload in two pieces, as often as it takes; gives the clip once the whole was acknowledged."""
    path, slug, offset = "", "", 0
    while offset < len(content):
        try:
            with patiently(server) as ada:
                if not path:
                    made = ada.ask("POST", "/api/v1/uploads", headers=TUS | {"Upload-Length": str(len(content))})
                    path, slug = made.headers["Location"], made.headers["Onstage-Clip"]
                offset = int(ada.ask("HEAD", path, headers=TUS).headers["Upload-Offset"])
                piece = content[offset:cut] if offset < cut else content[offset:]
                more = TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
                if piece:
                    offset = int(ada.ask("PATCH", path, headers=more, content=piece).headers["Upload-Offset"])
        except (httpx.TransportError, KeyError):
            time.sleep(0.05)
    return slug


def test_every_acknowledged_upload_ends_and_nothing_is_left_over(tmp_path: Path) -> None:
    chance = random.Random(7)
    films = {
        "copied": make_film(tmp_path / "copied.mp4", seconds=0.6, size="360x640", codec="libx264").read_bytes(),
        "made": make_film(tmp_path / "made.mp4", seconds=1, size="400x712", codec="mpeg4").read_bytes(),
        "broken": b"\x00\x00\x00\x18ftypmp42" + chance.randbytes(20_000),
    }
    kinds = [chance.choice(["copied", "copied", "made", "broken"]) for _ in range(UPLOADS)]
    server = Server(tmp_path / "data")
    slugs: dict[str, str] = {}

    def send_all() -> None:
        for kind in kinds:
            content = films[kind]
            slugs[upload(server, content, chance.randrange(1, len(content)))] = kind

    sending = threading.Thread(target=send_all)
    sending.start()
    for number in range(KILLS):
        time.sleep(chance.uniform(0.2, 2.5))
        server.kill(chance.choice(["ffmpeg", "jobs", "jobs", "all"]) if number else "all")
    sending.join()
    assert len(slugs) == UPLOADS
    ada = Somebody(server.running, server.somebody.token)
    for slug, kind in slugs.items():
        far = ada.settled(slug, seconds=240)
        assert far["stage"] == ("failed" if kind == "broken" else "draft"), (kind, far)
        assert bool(far["failure"]) == (kind == "broken")
    wait_for(lambda: not _busy(server.data), 12 * UPLOADS)
    server.close()
    _nothing_is_left_over(server.data)


def _busy(data: Path) -> int:
    database = open_sqlite(data / "onstage.db")
    with database.read() as db:
        found = len(db.execute(select(jobs.c.id).where(jobs.c.lane != Lane.GENERAL.value)).all())
    database.close()
    return found


def _nothing_is_left_over(data: Path) -> None:
    """Neither a file nor a process, once the sweep has come round that comes for what killed steps dropped."""
    assert not [process for process in psutil.process_iter() if str(data) in " ".join(_command(process))]
    app = compose(settings.load({"ONSTAGE_DATA": str(data)}))
    with app.database.read() as db:
        left = {each.key for each in app.storage.list()} - object_keys(db)
    assert len(left) <= KILLS * 4, "more orphans than the killed steps can have left for the sweep"
    assert [path for path in (data / "work").iterdir() if any(path.iterdir())] == []
    _sweep(app, data)
    with app.database.read() as db:
        named = object_keys(db)
        doubled = db.execute(select(renditions.c.clip_id, renditions.c.height)).all()
        unfinished = set(db.execute(select(uploads.c.id).where(uploads.c.complete == 0)).scalars())
    stored = {each.key for each in app.storage.list()}
    app.close()
    assert len(doubled) == len(set(doubled)), "a rendition was made twice in a way that shows"
    assert stored == named
    assert {path.name for path in (data / "uploads").iterdir()} <= unfinished
    assert list((data / "work").iterdir()) == []


def _sweep(app: App, data: Path) -> None:
    """As if what lies there had lain for a day."""
    for path in (data / folder for folder in ("objects", "uploads", "work")):
        for each in (path, *path.rglob("*")):
            os.utime(each, (time.time() - 86_400,) * 2)
    with app.database.write() as db:
        for kind in (SWEEP_UPLOADS, SWEEP_OBJECTS):
            enqueue(db, kind, {}, lane=Lane.GENERAL)
    run_due(app.database, job_kinds(app), [Lane.GENERAL])


def _command(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return list(process.cmdline())
    return []
