"""kill -9 of servers at random while 64 people watch: what was acknowledged is counted once, and nothing twice."""

import http.client
import json
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil
import pytest
from sqlalchemy import func, select

from onstage.clock import HOUR, iso, now
from onstage.engagement.models import plays, totals
from onstage.engagement.tokens import Surface, Token, seal
from onstage.engagement.viewers import of_account
from onstage.web.app import App
from tests.cast import Actor, Cast, crowd, make_clip
from tests.serve.running import Running, run, serving, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

KILLS = int(os.environ.get("ONSTAGE_KILLED_SERVERS", "10"))
WRITERS = 64
CLIPS = 12
SETTINGS = {"RATE_LIMIT": "0", "ONSTAGE_SECRET": "only for tests"}


class Servers:
    """One server on SQLite, two on PostgreSQL, killed and started again, each time on another port."""

    def __init__(self, folder: Path, app: App) -> None:
        self.settings = {**SETTINGS, "DATABASE_URL": app.settings.database_url}
        number = 2 if app.settings.database_url else 1
        self.data = [folder / ("data" if place == 0 else f"data{place}") for place in range(number)]
        self._stack = ExitStack()
        self.running: list[Running] = [self._start(data) for data in self.data]

    def _start(self, data: Path) -> Running:
        return self._stack.enter_context(serving(data, **self.settings))

    def kill(self, place: int) -> None:
        """End one as a power cut would, and start it again."""
        family = self.running[place].family()
        for process in family:
            process.kill()
        self.running[place].process.wait()
        wait_for(lambda: not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in family))
        self.running[place] = self._start(self.data[place])

    def close(self) -> None:
        self._stack.close()


class Watcher(threading.Thread):
    """Somebody who watches one clip after the other and sends every event until it is answered, some of them again."""

    def __init__(self, servers: Servers, actor: Actor, tokens: list[str], number: int, enough: threading.Event) -> None:
        super().__init__()
        self.servers, self.actor, self.tokens, self.number, self.enough = servers, actor, tokens, number, enough
        self.chance = random.Random(number)
        self.acknowledged: dict[str, int] = {}  # watched_ms by event
        self.clips: set[str] = set()
        self.begun = 0
        self.twice: list[dict[str, Any]] = []

    def run(self) -> None:
        while not self.enough.is_set():
            token = self.chance.choice(self.tokens)
            about = {"token": token, "play": str(uuid4()), "loops": 0, "happened_at": iso(now())}
            shown = [("start", 0), ("progress", 2000), ("end", self.chance.randrange(2000, 4000))]
            self.send([{**about, "event": str(uuid4()), "kind": kind, "watched_ms": ms} for kind, ms in shown])
            self.clips.add(token)
            self.begun += 1
            time.sleep(self.chance.uniform(0, 0.3))

    def send(self, events: list[dict[str, Any]]) -> None:
        while (answers := self.ask(events + self.twice)) is None:
            time.sleep(0.02)
        assert {each["outcome"] for each in answers} <= {"stored", "duplicate"}, answers
        self.acknowledged |= {each["event"]: each["watched_ms"] if each["kind"] == "end" else 0 for each in events}
        self.twice = events if self.chance.random() < 0.2 else []

    def ask(self, events: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        """The outcomes, or None where a server died on the way."""
        server = self.servers.running[self.number % len(self.servers.running)]
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        cookie = "; ".join(f"{name}={value}" for name, value in self.actor.cookies.items())
        head = {"Content-Type": "application/json", "Cookie": cookie}
        try:
            connection.request("POST", "/api/v1/plays", json.dumps({"events": events}), head)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        assert answer.status == 200, body
        outcomes: list[dict[str, Any]] = json.loads(body)["outcomes"]
        return outcomes


@pytest.fixture
def servers(app: App, cast: Cast, tmp_path: Path) -> Iterator[Servers]:
    assert cast
    made = Servers(tmp_path, app)
    yield made
    made.close()


def test_every_acknowledged_event_is_counted_once(app: App, cast: Cast, servers: Servers) -> None:
    clips = [make_clip(app.database, cast.ada.viewer)[0] for _ in range(CLIPS)]
    enough, issued = threading.Event(), now() - 71 * HOUR
    watchers = []
    for number, actor in enumerate(crowd(app, WRITERS)):
        name = of_account(actor.viewer.account or 0)
        tokens = [seal(app.keys, Token(clip, name, issued, Surface.FOR_YOU)) for clip in clips]
        watchers.append(Watcher(servers, actor, tokens, number, enough))
    for watcher in watchers:
        watcher.start()
    chance = random.Random(11)
    for number in range(KILLS):
        time.sleep(chance.uniform(0.05, 1.0))
        servers.kill(number % len(servers.running))
    live = run(servers.data[0], "doctor", "--counts", **servers.settings)
    enough.set()
    for watcher in watchers:
        watcher.join()
    assert "Every count is what a recount of the events gives." in live.stdout, live.stdout + live.stderr
    _each_once(app, watchers)


def _each_once(app: App, watchers: list[Watcher]) -> None:
    with app.database.read() as db:
        stored = [str(UUID(bytes=event)) for event in db.execute(select(plays.c.event)).scalars()]
        columns = [func.sum(totals.c[name]) for name in ("plays", "views", "viewers", "watched_ms")]
        counted = [int(value) for value in db.execute(select(*columns)).one()]
    acknowledged = {event: ms for watcher in watchers for event, ms in watcher.acknowledged.items()}
    lost = acknowledged.keys() - set(stored)
    double = len(stored) - len(set(stored))
    assert (len(lost), double) == (0, 0)
    views = sum(len(watcher.clips) for watcher in watchers)
    expected = [sum(watcher.begun for watcher in watchers), views, views, sum(acknowledged.values())]
    assert counted == expected, "plays, views, viewers, watch time"
    assert len(stored) == len(acknowledged) > KILLS * WRITERS / 8
