"""A client inside the test's process: it speaks ASGI to the whole application, middleware included, and follows nothing.

    answer = client.get("/api/v1/feed", cast.ben)
    answer = client.post("/api/v1/clips/…/comments", cast.ben, json={"words": "…"})

The second argument is one of the cast (none: a guest). Unsafe methods carry what a browser sends from the same site;
`headers` are added, and one with the value None is left out. An answer that never ends (server-sent events) is cut
after `most` seconds, or when `until` has enough of it.
"""

import asyncio
import json as json_
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, TypeVar, cast
from urllib.parse import quote, unquote, urlencode

from litestar import Litestar
from litestar.datastructures import State
from litestar.plugins.jinja import JinjaTemplateEngine

from onstage.web import asgi
from onstage.web.app import App
from onstage.web.metrics import Metrics
from onstage.web.templating import make_engine
from tests.cast import Actor

T = TypeVar("T")
HOST = "localhost:8000"
BOUNDARY = "a-boundary-of-parts"
BROWSER = "Mozilla/5.0 (a test)"


@dataclass
class Answer:
    """What came back; header names in lower case."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The value of a header, several joined by a comma."""
        found = [value for key, value in self.headers if key == name]
        return ", ".join(found) if found else None

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json_.loads(self.body)

    @property
    def everything(self) -> bytes:
        """Headers and body, for whoever looks for something that must not be there."""
        head = "".join(f"{name}: {value}\n" for name, value in self.headers)
        return head.encode("latin-1") + self.body

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that it sets."""
        found: dict[str, str] = {}
        for name, value in self.headers:
            if name == "set-cookie":
                found |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        return found


# Made once for each process: they know no application, and take half a second.
_made: dict[object, Any] = {}


def _routes(app: App, metrics: Metrics) -> Litestar:
    if "routes" not in _made:
        _made["routes"] = asgi.litestar(app, metrics)
    return cast("Litestar", _made["routes"])


def _engine(app: App, routes: Litestar) -> JinjaTemplateEngine:
    site = (app.settings.name, app.settings.origin, app.settings.source_url)
    if site not in _made:
        _made[site] = make_engine(app.settings, routes.state.static)
    return cast("JinjaTemplateEngine", _made[site])


class Client:
    """Asks the application."""

    def __init__(self, app: App) -> None:
        metrics = Metrics()
        self._routes = _routes(app, metrics)
        self._state = State({"app": app, "metrics": metrics, "static": self._routes.state.static})
        self._engine = _engine(app, self._routes)
        self._asgi = asgi.around(self._routes, app, metrics)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="client", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the event loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, asked: Coroutine[Any, Any, T]) -> T:
        """What this gives, on a loop in a thread of its own: in the tests' thread a browser's loop may be running."""
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result()

    def get(self, path: str, actor: Actor | None = None, **more: Any) -> Answer:
        """GET."""
        return self.ask("GET", path, actor, **more)

    def post(self, path: str, actor: Actor | None = None, **more: Any) -> Answer:
        """POST."""
        return self.ask("POST", path, actor, **more)

    def put(self, path: str, actor: Actor | None = None, **more: Any) -> Answer:
        """PUT."""
        return self.ask("PUT", path, actor, **more)

    def delete(self, path: str, actor: Actor | None = None, **more: Any) -> Answer:
        """DELETE."""
        return self.ask("DELETE", path, actor, **more)

    def ask(
        self,
        method: str,
        path: str,
        actor: Actor | None = None,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        parts: Mapping[str, str] | None = None,
        body: bytes = b"",
        headers: Mapping[str, str | None] | None = None,
        cookies: Mapping[str, str] | None = None,
        most: float = 60,
        until: Callable[[bytes], bool] = lambda _body: False,
    ) -> Answer:
        """One request; `path` with its query, percent-encoded where it must be. `until`: this much of the body is enough."""
        given = _headers(method, actor, headers, cookies)
        if json is not None:
            body, given["content-type"] = json_.dumps(json).encode(), given.get("content-type", "application/json")
        if form is not None:
            body, given["content-type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        if parts is not None:
            body, given["content-type"] = _parts(parts), f"multipart/form-data; boundary={BOUNDARY}"
        if body:
            given["content-length"] = str(len(body))
        self._routes.state, self._routes.template_engine = self._state, self._engine
        return self.run(_call(self._asgi, _scope(method, path, given), body, most, until))


def _headers(
    method: str, actor: Actor | None, headers: Mapping[str, str | None] | None, cookies: Mapping[str, str] | None
) -> dict[str, str]:
    given: dict[str, str | None] = {"host": HOST, "user-agent": BROWSER}
    if method not in {"GET", "HEAD", "OPTIONS"}:
        given |= {"sec-fetch-site": "same-origin", "origin": f"http://{HOST}"}
    kept = {**(actor.cookies if actor else {}), **(cookies or {})}
    if kept:
        given["cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())
    given |= headers or {}
    return {name: value for name, value in given.items() if value is not None}


def _parts(fields: Mapping[str, str]) -> bytes:
    each = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items())
    return ("".join(each) + f"--{BOUNDARY}--\r\n").encode()


def _scope(method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    raw, _, query = path.partition("?")
    raw, query = quote(raw, safe="/%@:!$&'()*+,;=~"), quote(query, safe="%=&+/:@,;~!$'()*")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


async def _call(
    application: Callable[..., Awaitable[None]],
    scope: dict[str, Any],
    body: bytes,
    most: float,
    until: Callable[[bytes], bool],
) -> Answer:
    answer = Answer()
    asked, enough = asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        if asked.is_set():
            await enough.wait()
            return {"type": "http.disconnect"}
        asked.set()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            raw: list[tuple[bytes, bytes]] = message["headers"]
            answer.headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw]
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")
            if until(answer.body) or not message.get("more_body", False):
                enough.set()  # as every server says when the answer is over: some answers wait to hear it

    try:
        await asyncio.wait_for(application(scope, receive, send), most)
    except TimeoutError:
        if not answer.status:
            raise
    return answer
