"""Server-sent events: one stream for each browser, fed by one look a second on behalf of everybody who listens."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from litestar import get
from litestar.datastructures import State
from litestar.types import ASGIApp

from onstage.accounts.viewer import Viewer
from onstage.clips import progress
from onstage.clips.models import Stage
from onstage.web.api.clips_edit import ProgressOut
from onstage.web.gone import Receive, watching
from onstage.web.http import AnyRequest, App, in_thread, plain, signed_in

_LOOK_EVERY = 1.0
_LEAST_MOVE = 5  # per cent
_BEAT = 20.0
_LONGEST = 900.0  # then the browser comes back by itself, and whoever signed out does not
_UNDER_WAY = {Stage.UPLOADING, Stage.PROCESSING}
_HEAD = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]

_END = b""
_MOST_UNHEARD = 1000

Ears = asyncio.Queue[bytes]


@dataclass
class Hub:
    """What this process knows of clips under way, and who wants to hear of them; used on the event loop alone."""

    app: App
    listeners: dict[int, set[Ears]] = field(default_factory=lambda: defaultdict(set))
    known: dict[int, dict[str, ProgressOut]] = field(default_factory=lambda: defaultdict(dict))
    paces: dict[str, "Pace"] = field(default_factory=dict)
    looking: "asyncio.Task[None] | None" = None

    def listen(self, person: int) -> Ears:
        """A queue of events for that person from now on, begun with where everything stands."""
        ears: Ears = asyncio.Queue()
        for far in self.known[person].values():
            ears.put_nowait(_event("progress", far))
        self.listeners[person].add(ears)
        self.keep_looking()
        return ears

    def keep_looking(self) -> None:
        """Look on, also after the database was away."""
        if self.looking is None or self.looking.done():
            self.looking = asyncio.create_task(self._look())

    async def leave(self, person: int, ears: Ears) -> None:
        """No more events for that queue; with the last one the looking ends."""
        self.listeners[person].discard(ears)
        if not self.listeners[person]:
            del self.listeners[person]
            self.known.pop(person, None)
        if not self.listeners and self.looking is not None:
            self.looking.cancel()
            await asyncio.wait([self.looking])

    async def _look(self) -> None:
        while self.listeners:
            slugs = [slug for known in self.known.values() for slug in known]
            found = await in_thread(self.app, _far, self.app, list(self.listeners), slugs)
            self._tell(found)
            if self.app.stopping.is_set():
                self._end()
                return
            await asyncio.sleep(_LOOK_EVERY)

    def _end(self) -> None:
        for queues in self.listeners.values():
            for queue in queues:
                queue.put_nowait(_END)

    def _tell(self, found: dict[int, dict[str, ProgressOut]]) -> None:
        for person, queues in self.listeners.items():
            now, before = self._estimated(found.get(person, {})), self.known[person]
            news = [_event("progress", far) for slug, far in now.items() if before.get(slug) != far]
            news += [_event("gone", {"slug": slug}) for slug in before.keys() - now.keys()]
            self.known[person] = {slug: far for slug, far in now.items() if far.stage in _UNDER_WAY}
            for queue in queues:
                for event in news:
                    if queue.qsize() < _MOST_UNHEARD:
                        queue.put_nowait(event)

    def _estimated(self, found: dict[str, ProgressOut]) -> dict[str, ProgressOut]:
        clock = time.monotonic()
        for slug, far in found.items():
            pace = self.paces.get(slug)
            if far.stage not in _UNDER_WAY:
                self.paces.pop(slug, None)
                continue
            if pace is None or pace.words != far.words or far.percent < pace.percent:
                pace = self.paces[slug] = Pace(far.words, far.percent, clock)
            far.seconds_left = pace.left(far.percent, clock)
        return found


@dataclass
class Pace:
    """Where a step was when it was first seen; instants in seconds."""

    words: str
    percent: int
    since: float

    def left(self, percent: int, moment: float) -> int | None:
        """Seconds to the end of the step at this pace, rounded to what is honest; None before it has moved."""
        if percent - self.percent < _LEAST_MOVE:
            return None
        left = (100 - percent) * (moment - self.since) / (percent - self.percent)
        return round(left) if left < 10 else round(left / 5) * 5


def _far(app: App, persons: list[int], slugs: list[str]) -> dict[int, dict[str, ProgressOut]]:
    """How far everything is, by person and clip; runs in a thread."""
    with app.database.read() as db:
        watched = progress.watch(db, persons, slugs)
    found: dict[int, dict[str, ProgressOut]] = defaultdict(dict)
    for person, far in watched:
        came = app.staging.length(far.upload) if far.upload and far.stage is Stage.UPLOADING else 0
        found[person][far.slug] = ProgressOut.of(far, came or 0)
    return found


def _event(name: str, data: object) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"


@get("/api/v1/events", include_in_schema=False)
@plain(signed_in)
def events(app: App, viewer: Viewer, request: AnyRequest) -> ASGIApp:
    """What changes for you, as it does: `progress` of your clips, and `gone` for one that is there no more."""
    assert viewer.person is not None
    return Stream(app, request.app.state, viewer.person)


@dataclass(frozen=True)
class Stream:
    """The stream of one browser; an ASGI application of one use."""

    app: App
    state: State
    person: int

    async def __call__(self, _scope: Any, receive: Receive, send: Callable[[Any], Any]) -> None:
        """Send events until the browser leaves, or a quarter of an hour has passed."""
        if "hub" not in self.state:
            self.state.hub = Hub(self.app)
        hub: Hub = self.state.hub
        ears = hub.listen(self.person)
        try:
            with watching(receive) as left:
                left.add_done_callback(lambda _left: ears.put_nowait(_END))
                await send({"type": "http.response.start", "status": 200, "headers": _HEAD})
                await send({"type": "http.response.body", "body": b"retry: 3000\n\n", "more_body": True})
                await self._pass_on(hub, ears, send)
                await send({"type": "http.response.body", "body": b""})
        finally:
            await hub.leave(self.person, ears)

    async def _pass_on(self, hub: Hub, ears: Ears, send: Callable[[Any], Any]) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + _LONGEST
        while loop.time() < end:
            hub.keep_looking()
            try:
                event = await asyncio.wait_for(ears.get(), _BEAT)
            except TimeoutError:
                event = b": \n\n"
            if event is _END:
                return
            await send({"type": "http.response.body", "body": event, "more_body": True})


routes = [events]
