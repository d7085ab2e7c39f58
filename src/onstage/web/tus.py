"""The protocol of resumable uploads, tus 1.0: its headers, its refusals, and taking bytes in as they come."""

import base64
import binascii
import errno
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from litestar import Response

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clips import upload
from onstage.clips.upload import Upload
from onstage.clock import SECOND
from onstage.errors import Conflict, Gone, Invalid, NoRoom, Refused, TooLarge
from onstage.storage.objects import new_key
from onstage.storage.staging import Moved
from onstage.web import errors
from onstage.web.http import AnyRequest, App, in_thread
from onstage.web.words import said

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
ALGORITHMS = ("sha1", "sha256", "sha512", "md5")
CONTENT = "application/offset+octet-stream"
PATH = "/api/v1/uploads"
_PIECE = 1 << 20


class WrongVersion(Refused):
    """The client speaks another version of tus."""

    status = 412
    code = "tus-version"


class WrongType(Refused):
    """A body that does not say it holds bytes of an upload."""

    status = 415
    code = "tus-type"


class UnknownSum(Refused):
    """A checksum that this server can't check (tus 1.0 asks for 400)."""

    status = 400
    code = "tus-checksum-unknown"


class WrongSum(Refused):
    """The bytes are not those that the client meant; none of them was kept."""

    status = 460
    code = "tus-checksum"


def check_version(request: AnyRequest) -> None:
    """Raise WrongVersion unless the client speaks tus 1.0."""
    if request.headers.get("tus-resumable") != VERSION:
        raise WrongVersion("Uploads here speak tus 1.0.0; the header Tus-Resumable says so.")


def whole(request: AnyRequest, name: str) -> int:
    """The number in a header; raises Invalid when there is none."""
    words = request.headers.get(name, "")
    if not (words.isascii() and words.isdigit() and len(words) < 16):
        raise Invalid(f"The header {name} takes a whole number.", field=name)
    return int(words)


def headers_of(given: Upload, offset: int) -> dict[str, str]:
    """What every answer about an upload tells."""
    found = {"tus-resumable": VERSION, "upload-offset": str(offset), "onstage-clip": given.slug}
    if not given.complete:
        found["upload-expires"] = formatdate(given.until / SECOND, usegmt=True)
    return found


def refused(request: AnyRequest, error: Refused) -> Response[Any]:
    """A refusal as its client reads it; one about the version names ours."""
    more = {"tus-resumable": VERSION, "tus-version": VERSION}
    return errors.answer(request, error.status, error.code, said(error), error.field, more)


@dataclass(frozen=True)
class Checksum:
    """The checksum that a client announced for its bytes."""

    algorithm: str
    digest: bytes

    @classmethod
    def of(cls, request: AnyRequest) -> "Checksum | None":
        """From the header; raises Invalid for one that is not as tus says, UnknownSum for one that is not known here."""
        given = request.headers.get("upload-checksum")
        if given is None:
            return None
        algorithm, _, encoded = given.partition(" ")
        if algorithm not in ALGORITHMS:
            raise UnknownSum(f"Checksums here are {', '.join(ALGORITHMS)}.", field="Upload-Checksum")
        try:
            return cls(algorithm, base64.b64decode(encoded, validate=True))
        except binascii.Error:
            raise Invalid("The checksum is not base64.", field="Upload-Checksum") from None


@dataclass
class Taking:
    """Takes the body of a request into an upload and answers with `status`; an ASGI application of one use.

    What came before a connection broke is kept, unless it was announced with a checksum.
    """

    app: App
    viewer: Viewer
    request: AnyRequest
    upload: Upload
    offset: int
    status: int
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        """Read to the end of the body, write, answer."""
        try:
            came_whole = await self._take(receive)
        except Refused as error:
            answer: Response[Any] = refused(self.request, error)
            if scope["http_version"].startswith("1"):  # bytes that nobody reads may be on their way
                answer.headers["connection"] = "close"
            await answer.to_asgi_response(app=None, request=self.request)(scope, receive, send)
            return
        if not came_whole:
            return
        headers = headers_of(self.upload, self.offset) | self.headers
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": b""})

    async def _take(self, receive: Callable[[], Any]) -> bool:
        checksum = Checksum.of(self.request)
        if checksum is None:
            came_whole = await self._read(receive, self.upload.id)
            await in_thread(self.app, keep, self.app, self.viewer, self.upload, self.offset)
            return came_whole
        with self.app.staging.aside(self.upload.id) as side:
            start, self.offset = self.offset, 0
            came_whole = await self._read(receive, side)
            if came_whole:
                self.offset = await in_thread(self.app, _adopt, self.app, side, self.upload, start, checksum)
                await in_thread(self.app, keep, self.app, self.viewer, self.upload, self.offset)
        return came_whole

    async def _read(self, receive: Callable[[], Any], name: str) -> bool:
        """Write the body to a staged file, a megabyte at a time; whether it came to its end."""
        left = self.upload.length - self.offset
        pieces: list[bytes] = []
        more, came_whole = True, True
        while more:
            message = await receive()
            came_whole = message["type"] == "http.request"
            body = message.get("body", b"")
            more = came_whole and message.get("more_body", False)
            if len(body) > left:
                raise TooLarge("There are more bytes than the upload was announced with. They were not kept.")
            left -= len(body)
            pieces.append(body)
            if any(pieces) and (not more or sum(map(len, pieces)) >= _PIECE):
                self.offset = await in_thread(self.app, _append, self.app, name, self.offset, pieces)
                pieces = []
        return came_whole


@contextmanager
def _in_words(app: App, name: str) -> Iterator[None]:
    try:
        yield
    except Moved:
        raise Conflict("More bytes have come on another way. Ask where to go on.", code="offset") from None
    except FileNotFoundError:
        raise Gone("This upload was thrown away. Start it again.") from None
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        with suppress(OSError):
            app.staging.sync(name)
        raise NoRoom("The server has no room now. What has come is kept; go on later.") from None


def _append(app: App, name: str, offset: int, pieces: list[bytes]) -> int:
    with _in_words(app, name):
        return app.staging.append(name, offset, pieces)


def _adopt(app: App, side: str, given: Upload, offset: int, checksum: Checksum) -> int:
    with app.staging.path(side).open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.new(checksum.algorithm, usedforsecurity=False)).digest()
    if found != checksum.digest:
        raise WrongSum("The bytes changed on their way. Send them again.")
    with _in_words(app, given.id):
        return app.staging.adopt(side, given.id, offset)


def keep(app: App, viewer: Viewer, given: Upload, offset: int) -> None:
    """Have what came on the disk before anybody is told; with the last byte the clip is made in its turn."""
    if given.complete:
        return
    with _in_words(app, given.id):
        app.staging.sync(given.id)
    if offset < given.length:
        return
    original = None
    if not app.storage.is_local:
        original = new_key(".original")
        app.storage.put(original, app.staging.path(given.id))
    with app.database.write() as db:
        upload.complete(db, viewer, given, original)


def announce(app: App, viewer: Viewer, length: int, metadata: str) -> Upload:
    """Begin an upload: its staged file, then its rows.

    Raises as `upload.begin` does and NoRoom for what the disk can't take, and leaves nothing then.
    """
    if length > app.staging.room():
        raise NoRoom("The server has no room for this file now. Nothing was sent; try again later.")
    name = ids.token()
    app.staging.create(name)
    try:
        with app.database.write() as db:
            return upload.begin(db, viewer, app.settings, name, length, metadata)
    except Refused:
        app.staging.remove(name)
        raise
