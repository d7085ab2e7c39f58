"""Uploads by tus 1.0, and what the limits leave, told before a byte is sent."""

import functools
from collections.abc import Callable
from typing import Annotated, Any

from litestar import Response, get, post, route
from litestar.enums import HttpMethod
from litestar.params import PathParameter
from litestar.types import ASGIApp
from msgspec import Struct

from onstage.accounts.age import Band
from onstage.accounts.viewer import Viewer
from onstage.clips import upload
from onstage.clips.agreeing import edit
from onstage.clips.models import Audience, Commenters
from onstage.clips.upload import Upload
from onstage.db.engine import Connection
from onstage.errors import Conflict, Gone, NotFound, Refused
from onstage.web import tus
from onstage.web.api.schemas import problems
from onstage.web.http import AnyRequest, App, anyone, plain, reads, signed_in

Id = Annotated[str, PathParameter(max_length=64)]


class LimitsOut(Struct):
    """What you may upload: bytes of one file, seconds of one clip, bytes left of your space (null: no limit).

    `audiences` and `commenters` are what you may choose, your guardians agreeing where they must, narrowest first;
    `may_mark` whether a clip of yours can be marked for adults.
    """

    bytes: int
    seconds: int
    left: int | None
    audiences: list[Audience]
    commenters: list[Commenters]
    may_mark: bool


@get("/api/v1/uploads/limits", tags=["uploads"], responses=problems(401), operation_id="upload_limits")
@reads(signed_in)
def limits(db: Connection, viewer: Viewer, app: App) -> LimitsOut:
    """How much you may upload now. Uploads speak tus 1.0 at /api/v1/uploads."""
    assert viewer.person is not None
    room = upload.room(db, viewer.person, app.settings)
    to, by = edit.open_to(db, viewer.person), edit.commenters_for(db, viewer.person)
    return LimitsOut(room.bytes, room.seconds, room.left, to, by, viewer.band is Band.ADULT)


def _tus(function: Callable[..., ASGIApp]) -> Callable[..., ASGIApp]:
    """The rules of every request of the protocol but OPTIONS: the version is known, refusals carry ours."""

    @functools.wraps(function)
    def speak(request: AnyRequest, **given: Any) -> ASGIApp:
        try:
            tus.check_version(request)
            return function(request=request, **given)
        except Refused as error:
            return tus.refused(request, error).to_asgi_response(app=None, request=request)

    return speak


def _answer(request: AnyRequest, status: int, headers: dict[str, str]) -> ASGIApp:
    return Response(None, status_code=status, headers=headers).to_asgi_response(app=None, request=request)


@route(tus.PATH, http_method=[HttpMethod.OPTIONS], include_in_schema=False, status_code=200)
@plain(anyone)
def abilities(app: App, request: AnyRequest) -> ASGIApp:
    """What this server can do of tus 1.0."""
    told = {
        "tus-resumable": tus.VERSION,
        "tus-version": tus.VERSION,
        "tus-extension": tus.EXTENSIONS,
        "tus-max-size": str(app.settings.max_upload_mb * 1_000_000),
        "tus-checksum-algorithm": ",".join(tus.ALGORITHMS),
    }
    return _answer(request, 204, told)


@post(tus.PATH, include_in_schema=False)
@plain(signed_in)
@_tus
def create(app: App, viewer: Viewer, request: AnyRequest) -> ASGIApp:
    """Announce an upload; its first bytes may come along."""
    begun = tus.announce(
        app, viewer, tus.whole(request, "Upload-Length"), request.headers.get("upload-metadata", "").strip()
    )
    there = {"location": f"{tus.PATH}/{begun.id}"}
    if request.headers.get("content-type") == tus.CONTENT:
        return tus.Taking(app, viewer, request, begun, 0, 201, there)
    return _answer(request, 201, tus.headers_of(begun, 0) | there)


@_tus
def _progress(app: App, viewer: Viewer, request: AnyRequest, name: str) -> ASGIApp:
    found, offset = _found(app, viewer, name)
    tus.keep(app, viewer, found, offset)  # the last byte came, and the server went before it could say so
    told = tus.headers_of(found, offset) | {"upload-length": str(found.length), "cache-control": "no-store"}
    if found.metadata:
        told["upload-metadata"] = found.metadata
    return _answer(request, 200, told)


def _found(app: App, viewer: Viewer, name: str) -> tuple[Upload, int]:
    with app.database.read() as db:
        found = upload.find(db, viewer, name)
    if found.complete:
        return found, found.length
    offset = app.staging.length(name)
    if offset is None:
        raise Gone("The bytes of this upload are gone. Start it again.")
    return found, offset


@_tus
def _append(app: App, viewer: Viewer, request: AnyRequest, name: str) -> ASGIApp:
    if request.headers.get("content-type") != tus.CONTENT:
        raise tus.WrongType(f"Bytes of an upload come as {tus.CONTENT}.")
    at = tus.whole(request, "Upload-Offset")
    found, offset = _found(app, viewer, name)
    if at != offset:
        raise Conflict(f"{offset} bytes have come, so go on there.", code="offset")
    return tus.Taking(app, viewer, request, found, offset, 204)


@_tus
def _terminate(app: App, viewer: Viewer, request: AnyRequest, name: str) -> ASGIApp:
    with app.database.write() as db:
        upload.abandon(db, viewer, name)
    app.staging.remove(name)
    return _answer(request, 204, {"tus-resumable": tus.VERSION})


_ACTS = {"HEAD": _progress, "PATCH": _append, "DELETE": _terminate}


@route(
    tus.PATH + "/{name:str}",
    http_method=[HttpMethod.HEAD, HttpMethod.PATCH, HttpMethod.DELETE, HttpMethod.POST],
    include_in_schema=False,
    status_code=200,
)
@plain(signed_in)
def upload_(app: App, viewer: Viewer, request: AnyRequest, name: Id) -> ASGIApp:
    """How far an upload is, more of its bytes, or its end; a client that can only POST names the method it means."""
    meant = request.headers.get("x-http-method-override", request.method).upper()
    if meant not in _ACTS:
        raise NotFound("POST here needs the header X-HTTP-Method-Override.")
    return _ACTS[meant](app=app, viewer=viewer, request=request, name=name)


routes = [limits, abilities, create, upload_]
