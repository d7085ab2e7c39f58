"""Server-sent events: one stream for each browser."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import get
from litestar.datastructures import State
from litestar.params import QueryParameter
from litestar.types import ASGIApp

from onstage.accounts.viewer import Viewer
from onstage.clips.queries import seen
from onstage.web.api.live import END, Hub, Listener
from onstage.web.gone import Receive, watching
from onstage.web.http import AnyRequest, App, anyone, plain, signed_in

_BEAT = 20.0
_LONGEST = 900.0  # then the browser comes back by itself, and whoever signed out does not
_MOST_CLIPS = 8
_HEAD = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]

Clips = Annotated[list[str] | None, QueryParameter(name="clip", max_items=_MOST_CLIPS)]


@get("/api/v1/events", include_in_schema=False)
@plain(anyone)
def events(app: App, viewer: Viewer, request: AnyRequest, clip: Clips = None) -> ASGIApp:
    """What changes, as it does: `counts` of the clips named, and for a person `progress` and `gone` of their own
    clips, and `unread`, how much is new in the inbox.
    """
    if not clip:
        signed_in(viewer)
    with app.database.read() as db:
        clips = frozenset(seen(db, viewer, slug).id for slug in clip or [])
    return Stream(app, request.app.state, viewer, clips)


@dataclass(frozen=True)
class Stream:
    """The stream of one browser; an ASGI application of one use."""

    app: App
    state: State
    viewer: Viewer
    clips: frozenset[int]

    async def __call__(self, _scope: Any, receive: Receive, send: Callable[[Any], Any]) -> None:
        """Send events until the browser leaves, or a quarter of an hour has passed."""
        if "hub" not in self.state:
            self.state.hub = Hub(self.app)
        hub: Hub = self.state.hub
        listener = hub.listen(self.viewer, self.clips)
        try:
            with watching(receive) as left:
                left.add_done_callback(lambda _left: listener.waiting.put_nowait(END))
                await send({"type": "http.response.start", "status": 200, "headers": _HEAD})
                await send({"type": "http.response.body", "body": b"retry: 3000\n\n", "more_body": True})
                await self._pass_on(hub, listener, send)
                await send({"type": "http.response.body", "body": b""})
        finally:
            await hub.leave(listener)

    async def _pass_on(self, hub: Hub, listener: Listener, send: Callable[[Any], Any]) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + _LONGEST
        while loop.time() < end:
            hub.keep_looking()
            try:
                event = await asyncio.wait_for(listener.waiting.get(), _BEAT)
            except TimeoutError:
                event = b": \n\n"
            if event is END:
                return
            await send({"type": "http.response.body", "body": event, "more_body": True})


routes = [events]
