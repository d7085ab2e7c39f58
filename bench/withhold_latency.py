"""`withhold_latency`: seconds from somebody's no until the last surface of a running server refuses the clip."""

import http.client
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.family import BEN, MUM, WORD, cookie_of, everywhere, opened, taken
from bench.measure import Measure, ratio
from bench.serving import Served, serving
from onstage.web.http import SESSION_COOKIE

LIMIT = 1.0
PATIENCE = 20.0
TAKES = 20  # clips that contain a part of it


@dataclass(frozen=True)
class Surface:
    """A place where the clip can be met: before the no its answer has `mark` in it (none: it is there), after it not."""

    path: str
    mark: bytes = b""
    person: int | None = None
    extra: tuple[str, str] | None = None
    method: str = "GET"


def measure() -> Measure:
    """A guest, and a follower who is signed in: both ask again and again, on every surface."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = opened(folder)
        slug, keys = everywhere(app, folder)
        takes = taken(app, folder, slug, TAKES)
        app.close()
        with serving(folder) as served:
            surfaces = _surfaces(slug, keys) + _of_takes(takes)
            unseen = [each.path for each in surfaces if not _shows(served, each)]
            assert not unseen, f"the clip is not to be met on {unseen}"
            player = _player(served, slug)
            started = time.perf_counter()
            _say_no(served, slug)
            took = _until_all_refuse(served, surfaces, started)
            opened_for = _until_told(player, started)
    last = max(took, key=lambda path: took[path])
    note = f"{len(surfaces)} surfaces, with {TAKES} takes, until each refuses, the no's own request included; limit: a second"
    more: dict[str, float | str] = {"last": last, "open_player_s": round(opened_for, 3), "open_player_limit_s": 5.0}
    return Measure(round(took[last], 4), "s", LIMIT, ratio(took[last], LIMIT), note, more)


def _surfaces(slug: str, keys: dict[str, str]) -> list[Surface]:
    name, clip, found = slug.encode(), f"/api/v1/clips/{slug}", []
    for person in (None, MUM):
        pages = [
            "/",
            "/explore",
            f"/search?q={WORD}",
            f"/tag/{WORD}",
            f"/tag/{WORD}/watch",
            "/@person3",
            "/@person3/watch",
        ]
        pages += [
            f"/c/{slug}",
            "/fragments/feed?kind=for_you",
            f"/fragments/feed?kind=tag&of={WORD}",
            "/fragments/feed?kind=account&of=person3",
        ]
        lists = ["/api/v1/feed", f"/api/v1/tags/{WORD}/clips", "/api/v1/accounts/person3/clips", clip]
        found += [Surface(path, name, person) for path in (*pages, *lists)]
        found += [Surface(f"/fragments/comments/{slug}", b"What a bird", person)]
        found += [Surface(f"{clip}/{what}", person=person) for what in ("comments", "captions", "captions/en")]
        for key in keys.values():
            address = f"/media/{key}"
            found += [Surface(address, person=person), Surface(address, person=person, method="HEAD")]
            found += [Surface(address, person=person, extra=("Range", "bytes=100-199"))]
            found += [Surface(address, person=person, extra=("If-None-Match", f'"{key.partition(".")[0]}"'))]
    followed = ("/following", "/fragments/feed?kind=following", "/api/v1/feed?kind=following")
    return found + [Surface(path, name, MUM) for path in followed]


def _of_takes(takes: list[tuple[str, str]]) -> list[Surface]:
    """The page of each take, its entry in the API and its film: they are withheld with what they contain."""
    found: list[Surface] = []
    for slug, key in takes:
        name = slug.encode()
        found += [Surface(f"/c/{slug}", name), Surface(f"/api/v1/clips/{slug}", name), Surface(f"/media/{key}")]
    return found


def _ask(served: Served, surface: Surface) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("localhost", served.port, timeout=20)
    headers = dict([surface.extra] if surface.extra else [])
    if surface.person is not None:
        headers["Cookie"] = f"{SESSION_COOKIE}={cookie_of(surface.person)}"
    connection.request(surface.method, surface.path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def _shows(served: Served, surface: Surface) -> bool:
    status, body = _ask(served, surface)
    return status < 400 and surface.mark in body


def _say_no(served: Served, slug: str) -> None:
    connection = http.client.HTTPConnection("localhost", served.port, timeout=20)
    headers = {"Cookie": f"{SESSION_COOKIE}={cookie_of(BEN)}", "Content-Type": "application/json"}
    connection.request("POST", f"/api/v1/clips/{slug}/no", body=b"{}", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 204, (answer.status, answer.read())


def _until_all_refuse(served: Served, surfaces: list[Surface], started: float) -> dict[str, float]:
    """When each surface first refused, in seconds; then all are asked once more, as none may show it again."""
    took: dict[str, float] = {}
    waiting = list(surfaces)
    while waiting and time.perf_counter() - started < PATIENCE:
        for surface in list(waiting):
            if not _shows(served, surface):
                took[f"{surface.method} {surface.path}"] = time.perf_counter() - started
                waiting.remove(surface)
    took |= {f"{each.method} {each.path}": PATIENCE for each in surfaces if _shows(served, each)}
    return took


def _player(served: Served, slug: str) -> socket.socket:
    """A guest's open player: its stream of events."""
    stream = socket.create_connection(("localhost", served.port), timeout=PATIENCE)
    stream.sendall(f"GET /api/v1/events?clip={slug} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert b"200" in stream.recv(100)
    return stream


def _until_told(stream: socket.socket, started: float) -> float:
    heard = b""
    with stream:
        while b"event: withheld" not in heard and time.perf_counter() - started < PATIENCE:
            heard += stream.recv(10_000)
    return time.perf_counter() - started
