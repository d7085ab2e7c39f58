"""Films that others send: an S3 whose addresses run out under a player, and a cache that is told what to forget."""

import calendar
import http.client
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from moto.server import ThreadedMotoServer
from playwright.sync_api import Browser, Page, expect

from tests.interop.conftest import Somebody, sign_up
from tests.interop.test_s3 import CREDENTIALS, bucket
from tests.media.files import make
from tests.serve.running import free_port, serving, wait_for

pytestmark = [
    *(pytest.mark.slow, pytest.mark.interop, pytest.mark.browser),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

PLAYS = "() => { const v = document.querySelector('clip-feed')?.player?.video; return !!v && !v.paused && v.currentTime > %s }"


class Between(ThreadingHTTPServer):
    """A server between browsers and another one; what it was asked is in `asked`."""

    daemon_threads = True

    def __init__(self, behind: str, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.behind = urlsplit(behind).netloc
        self.asked: list[tuple[str, int]] = []
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    def close(self) -> None:
        """Stop."""
        self.shutdown()
        self.thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Browsers hang up as they like."""


class Handler(BaseHTTPRequestHandler):
    """Passes everything on, and back."""

    protocol_version = "HTTP/1.1"
    server: Between

    def pass_on(self) -> tuple[int, list[tuple[str, str]], bytes]:
        """The answer of the server behind, whole."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        behind = http.client.HTTPConnection(self.server.behind, timeout=60)
        behind.request(self.command, self.path, body, dict(self.headers.items()))
        found = behind.getresponse()
        answer = found.status, found.getheaders(), found.read()
        behind.close()
        return answer

    def say(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer with these."""
        self.send_response(status)
        length = next((value for name, value in headers if name.lower() == "content-length"), str(len(body)))
        for name, value in headers:
            if name.lower() not in {"content-length", "connection", "transfer-encoding", "date", "server"}:
                self.send_header(name, value)
        self.send_header("content-length", length)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


class Signed(Between):
    """An S3 that keeps to the times in its addresses (which moto does not), by a clock that the test sets on."""

    later = 0.0
    held = True

    def is_over(self, path: str) -> bool:
        """Whether an address has run out; what is not signed never does."""
        query = parse_qs(urlsplit(path).query)
        if "X-Amz-Date" not in query:
            return False
        signed = time.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ")
        return calendar.timegm(signed) + int(query["X-Amz-Expires"][0]) <= self.later


class SignedHandler(Handler):
    """Refuses what has run out; of a film it sends the first half and then waits until the test goes on."""

    server: Signed

    def _answer(self) -> None:
        if self.server.is_over(self.path):
            self.server.asked.append((self.path, 403))
            self.say(403, [], b"Request has expired")
            return
        status, headers, body = self.pass_on()
        self.server.asked.append((self.path, status))
        if "X-Amz-Date" in self.path and len(body) > 1_000_000 and self.server.held:
            self.server.held = False
            self.say(status, headers, body[: len(body) // 2])
            wait_for(lambda: self.server.later)
            self.close_connection = True
            return
        self.say(status, headers, body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815


@pytest.fixture
def s3() -> Iterator[Signed]:
    """An S3 with one bucket."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port())
    moto.start()
    host, port = moto.get_host_and_port()
    bucket(f"http://{host}:{port}").create()
    between = Signed(f"http://{host}:{port}", SignedHandler)
    yield between
    between.close()
    moto.stop()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds that are too much for a browser to fetch at once."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    noise = "testsrc2=size=360x640:rate=24:duration=20,noise=alls=20:allf=t"
    rate = ("-b:v", "3M", "-maxrate", "3M", "-bufsize", "3M", "-movflags", "+faststart")
    make.run(path, "-f", "lavfi", "-i", noise, *make.H264, *rate)
    return path


def published(by: Somebody, film: Path) -> str:
    """The name of a clip that every guest may see."""
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(film.stat().st_size)}
    more = {"Content-Type": "application/offset+octet-stream"}
    made = by.ask("POST", "/api/v1/uploads", headers=headers | more, content=film.read_bytes()).raise_for_status()
    slug = made.headers["onstage-clip"]
    by.ready(slug)
    by.ask("PATCH", f"/api/v1/clips/{slug}", json={"audience": "public"}).raise_for_status()
    by.ask("POST", f"/api/v1/clips/{slug}/publish").raise_for_status()
    return str(slug)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    context.set_default_timeout(90_000)
    yield context.new_page()
    context.close()


def test_a_player_goes_on_when_its_address_at_s3_runs_out(page: Page, s3: Signed, film: Path, tmp_path: Path) -> None:
    told = {"STORAGE_URL": "s3://stage/signed", "STORAGE_ENDPOINT": s3.url, "MEDIA_DELIVERY": "s3", "RATE_LIMIT": "0"}
    with serving(tmp_path / "data", **CREDENTIALS, **told) as server:
        slug = published(sign_up(server), film)
        page.goto(f"http://localhost:{server.port}/c/{slug}")
        page.wait_for_function(PLAYS % 3)
        given = {path for path, _status in s3.asked}
        time.sleep(1.1)  # an address that is signed in the same second is the same
        s3.later = time.time() + 59  # what was signed until a second ago is over, what is signed from now on is not
        page.wait_for_function(PLAYS % 13)
        expect(page.locator(".stage-failed")).to_have_count(0)
        refused = [path for path, status in s3.asked if status == 403]
        assert refused
        assert set(refused) <= given
        assert [path for path, status in s3.asked if status == 206 and path not in given]
        page.close()


class Cache(Between):
    """A cache that keeps what it may, forgets what it is told, and counts what it had to ask for."""

    kept: dict[str, tuple[int, list[tuple[str, str]], bytes]]


class CacheHandler(Handler):
    server: Cache

    def do_GET(self) -> None:
        """From memory, or from behind; for everybody the same, so nobody's cookies go on."""
        kept = self.server.kept.get(self.path)
        if kept is None:
            wanted = self.headers.get("range")
            for name in ("range", "cookie", "authorization", "if-range", "if-none-match"):
                del self.headers[name]
            kept = self.pass_on()
            self.server.asked.append((self.path, kept[0]))
            if wanted:
                self.headers["range"] = wanted
            if kept[0] == 200 and "public" in dict(kept[1]).get("cache-control", ""):
                self.server.kept[self.path] = kept
        self._part(*kept)

    def _part(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        asked = self.headers.get("range", "")
        if status != 200 or not asked.startswith("bytes="):
            self.say(status, headers, body)
            return
        first, _, last = asked.removeprefix("bytes=").partition("-")
        end = min(int(last) + 1 if last else len(body), len(body))
        about = [pair for pair in headers if pair[0] != "content-length"]
        span = ("content-range", f"bytes {first}-{end - 1}/{len(body)}")
        self.say(206, [*about, span], body[int(first) : end])

    def do_POST(self) -> None:
        """Forget."""
        for url in msgspec.json.decode(self.rfile.read(int(self.headers["content-length"])))["urls"]:
            self.server.kept.pop(urlsplit(url).path, None)
            self.server.asked.append((urlsplit(url).path, 0))
        self.say(204, [], b"")


def test_a_no_reaches_the_cache_and_the_open_player(page: Page, film: Path, tmp_path: Path) -> None:
    cache = Cache("http://127.0.0.1:1", CacheHandler)
    cache.kept = {}
    told = {"CDN_URL": cache.url, "CDN_PURGE_URL": f"{cache.url}/purge", "RATE_LIMIT": "0"}
    try:
        with serving(tmp_path / "data", **told) as server:
            cache.behind = f"127.0.0.1:{server.port}"
            uma = sign_up(server)
            slug = published(uma, film)
            page.goto(f"http://localhost:{server.port}/c/{slug}")
            page.wait_for_function(PLAYS % 1)
            url = str(page.evaluate("document.querySelector('clip-feed').player.video.currentSrc"))
            assert url.startswith(f"{cache.url}/media/")
            fetched = len(cache.asked)
            assert httpx.get(url, timeout=60).status_code == 200
            assert len(cache.asked) == fetched
            uma.ask("POST", f"/api/v1/clips/{slug}/no", json={}).raise_for_status()
            wait_for(lambda: (urlsplit(url).path, 0) in cache.asked)
            assert httpx.get(url, timeout=60).status_code == 404
            wait_for(lambda: not cache.kept)  # its covers go after its films
            expect(page.locator(".stage-withheld")).to_be_visible()
            page.close()
    finally:
        cache.close()
