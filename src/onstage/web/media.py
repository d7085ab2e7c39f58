"""Delivery of stored files: each request is checked against the clip it belongs to, ranges are exact."""

import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from litestar import route
from litestar.enums import HttpMethod
from litestar.params import PathParameter
from litestar.types import ASGIApp

from onstage.accounts.guardians import screen_time
from onstage.accounts.queries import has_avatar
from onstage.accounts.viewer import GUEST, Viewer
from onstage.clips.portraits.reading import sees_picture
from onstage.clips.queries import MediaFile, media_for
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import NotFound
from onstage.web.etag import names
from onstage.web.gone import Receive, watching
from onstage.web.http import AnyRequest, App, anyone, in_thread, note_watching, reads

_CHUNK = 1 << 20
_ADDRESS_SECONDS = 60
_ANY_KEY = "an-object-of-any-name"
INTERNAL = "/onstage-objects/"  # nginx: an internal location over the folder `objects`
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.IGNORECASE)
Key = Annotated[str, PathParameter(max_length=80)]


@route("/media/{key:str}", http_method=[HttpMethod.GET, HttpMethod.HEAD], include_in_schema=False, status_code=200)
@reads(anyone, inline=True)
def deliver(db: Connection, viewer: Viewer, app: App, request: AnyRequest, key: Key) -> ASGIApp:
    """A rendition, a cover or an avatar, if its clip or account is there for the caller at this moment."""
    found = media_for(db, viewer, key) or _avatar(db, viewer, key)
    if found is None:
        raise NotFound("There is no such file, or it is not for you to see.")
    if found.content_type.startswith("video/") and not found.own and screen_time.is_limited(viewer):
        _count(app, db, viewer)
    return Delivery(app, request, found)


def _count(app: App, db: Connection, viewer: Viewer) -> None:
    """Who has limits watches within them; the minute counts, also where no player reports it. Raises TimeIsUp."""
    assert viewer.person is not None
    moment = now()
    screen_time.need_time(db, viewer, moment)
    if not screen_time.is_noted(db, viewer.person, moment):
        app.threads.submit(note_watching, app, viewer.person, moment)


def _avatar(db: Connection, viewer: Viewer, key: str) -> MediaFile | None:
    if not has_avatar(db, viewer, key):
        return MediaFile(key, "image/webp", public=False) if sees_picture(db, viewer, key) else None
    return MediaFile(key, "image/webp", public=has_avatar(db, GUEST, key))


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last of a Range header (RFC 9110, 14.2); None: it is to be ignored.

    A range that lies outside gives an empty one, which is not satisfiable.
    """
    match = _RANGE.fullmatch(header.strip().replace(" ", ""))
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size
    first, last = int(match[1]), int(match[2]) if match[2] else size - 1
    if match[2] and last < first:
        return None
    return first, min(last + 1, size)


@dataclass(frozen=True)
class Delivery:
    """Answers a GET or HEAD for one stored file; an ASGI application of one use."""

    app: App
    request: AnyRequest
    file: MediaFile

    async def __call__(self, _scope: Any, receive: Receive, send: Callable[[Any], Any]) -> None:
        """Send exactly what was asked for, until the client hangs up; or say who does."""
        delivery = self.app.settings.media_delivery
        if delivery == "nginx":
            await self._leave_to_nginx(send)
            return
        if delivery == "s3" and self.request.method == "GET":
            address = await in_thread(self.app, self.app.storage.address, self.file.key, _ADDRESS_SECONDS)
            await _start(send, 307, {"location": address, "cache-control": "private, no-store", "content-length": "0"})
            await send({"type": "http.response.body", "body": b""})
            return
        opened = await in_thread(self.app, _open, self.app, self.file.key)
        try:
            await self._answer(receive, send, opened)
        finally:
            if opened.handle is not None:
                os.close(opened.handle)

    async def _leave_to_nginx(self, send: Callable[[Any], Any]) -> None:
        """An answer that nginx fills, ranges and conditions included; it keeps our headers."""
        place = f"{INTERNAL}{self.app.storage.place(self.file.key)}"
        headers = {"x-accel-redirect": place, "content-disposition": "inline"} | self._shared()
        await _start(send, 200, headers | {"content-type": self.file.content_type})
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, receive: Receive, send: Callable[[Any], Any], opened: "_Opened") -> None:
        tag = f'"{self.file.key.partition(".")[0]}"'
        headers = {"etag": tag, "accept-ranges": "bytes"} | self._shared()
        if names(self.request.headers.get("if-none-match", ""), tag):
            await _start(send, 304, headers)
            await send({"type": "http.response.body", "body": b""})
            return
        status, first, end = self._asked_for(tag, opened.size)
        if status == 416:
            headers |= {"content-range": f"bytes */{opened.size}", "content-length": "0"}
            await _start(send, status, headers)
            await send({"type": "http.response.body", "body": b""})
            return
        if status == 206:
            headers["content-range"] = f"bytes {first}-{end - 1}/{opened.size}"
        about = {"content-type": self.file.content_type, "content-disposition": "inline"}
        await _start(send, status, headers | about | {"content-length": str(end - first)})
        if self.request.method == "HEAD":
            end = first
        with watching(receive) if end - first > _CHUNK else nullcontext() as left:
            async for chunk, more in self._chunks(opened, first, end):
                await send({"type": "http.response.body", "body": chunk, "more_body": more})
                if left is not None and left.done():
                    return

    def _shared(self) -> dict[str, str]:
        """Who may keep it, and show it: to browsers, what comes to our pages from a cache comes from another site too."""
        if not self.file.public:
            return {"cache-control": "private, no-store"}
        shared = {"cache-control": "public, max-age=60, must-revalidate"}
        elsewhere = self.file.leaves or self.app.settings.cdn_url
        return shared | ({"cross-origin-resource-policy": "cross-origin"} if elsewhere else {})

    def _asked_for(self, tag: str, size: int) -> tuple[int, int, int]:
        wanted = self.request.headers.get("range")
        whole = (200, 0, size)
        if wanted is None or self.request.method == "HEAD" or self.request.headers.get("if-range", tag) != tag:
            return whole
        asked = parse_range(wanted, size)
        if asked is None:
            return whole
        return (206, *asked) if asked[0] < asked[1] else (416, 0, 0)

    async def _chunks(self, opened: "_Opened", at: int, end: int) -> AsyncIterator[tuple[bytes, bool]]:
        while True:
            count = min(_CHUNK, end - at)
            chunk = await in_thread(self.app, _read, self.app, self.file.key, opened, at, count) if count else b""
            if len(chunk) < count:
                raise OSError(f"{self.file.key} ends before byte {at + count}")
            at += count
            yield chunk, at < end
            if at >= end:
                return


@dataclass(frozen=True)
class _Opened:
    handle: int | None
    size: int


def _open(app: App, key: str) -> _Opened:
    path = app.storage.path(key)
    if path is None:
        size = app.storage.size(key)
        if size is None:
            raise NotFound("This file is gone.")
        return _Opened(None, size)
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        raise NotFound("This file is gone.") from None
    return _Opened(handle, os.fstat(handle).st_size)


def _read(app: App, key: str, opened: _Opened, at: int, count: int) -> bytes:
    if opened.handle is None:
        return app.storage.read(key, at, at + count)
    return os.pread(opened.handle, count, at)


async def _start(send: Callable[[Any], Any], status: int, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


def elsewhere(app: App) -> list[str]:
    """Origins beside our own that media come from, for the pages' content security policy."""
    found = [app.settings.cdn_url] if app.settings.cdn_url else []
    if app.settings.media_delivery == "s3":
        found.append(app.storage.address(_ANY_KEY, _ADDRESS_SECONDS))
    return ["{0.scheme}://{0.netloc}".format(urlsplit(address)) for address in found]


routes = [deliver]
