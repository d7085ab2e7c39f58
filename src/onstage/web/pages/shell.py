"""What stands around the pages: about, offline, the app's manifest and worker, static files, health, figures, source."""

import io
import json
import tarfile
from functools import cache
from importlib.resources import files
from pathlib import Path

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Template

import onstage
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection, answers
from onstage.errors import NotFound
from onstage.jobs.queue import waiting
from onstage.web.http import AnyRequest, anyone, page, plain, reads
from onstage.web.templating import StaticFiles

FOR_EVER = "public, max-age=31536000, immutable"


@get("/about", include_in_schema=False)
@plain(anyone)
def about(viewer: Viewer) -> Template:
    """What this is, its source, and whose work it shows."""
    return page("about.html", viewer, credits=_credits())


def _credits() -> list[dict[str, str]]:
    material = files("onstage").joinpath("demo_material/demo.json")
    if not material.is_file():
        return []
    found: list[dict[str, str]] = json.loads(material.read_text())["credits"]
    return found


@get("/offline", include_in_schema=False)
@plain(anyone)
def offline(viewer: Viewer) -> Template:
    """Shown by the app when there is no connection."""
    return page("offline.html", viewer)


@get("/unsent", include_in_schema=False)
@plain(anyone)
def unsent(viewer: Viewer) -> Template:
    """Shown by the app when something was pressed and there is no connection."""
    return page("unsent.html", viewer)


@get("/manifest.webmanifest", include_in_schema=False, media_type="application/manifest+json")
@plain(anyone)
def manifest(viewer: Viewer) -> Template:
    """What makes the site an app on a phone."""
    shown = page("manifest.webmanifest", viewer)
    shown.media_type = "application/manifest+json"
    return shown


@get("/sw.js", include_in_schema=False)
@plain(anyone)
def worker(request: AnyRequest) -> Response[bytes]:
    """The service worker, with the list of files it keeps."""
    static: StaticFiles = request.app.state.static
    kept = [
        static.url(name) for name in static.files if name.endswith((".css", ".js", ".svg")) and "vendor" not in name
    ]
    head = f"const VERSION = {json.dumps(static.hash)};\nconst SHELL = {json.dumps(['/offline', '/unsent', *kept])};\n"
    body = head.encode() + static.files["js/sw.js"].body
    return Response(body, media_type="text/javascript", headers={"cache-control": "no-cache"})


@get("/static/{version:str}/{name:path}", include_in_schema=False)
@plain(anyone)
def static_file(request: AnyRequest, version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A file of the interface; its address changes with its content, so it may be kept for ever."""
    static: StaticFiles = request.app.state.static
    file = static.files.get(str(name).lstrip("/"))
    if file is None:
        raise NotFound("There is no such file.")
    headers = {"cache-control": FOR_EVER if version == static.hash else "no-cache", "vary": "Accept-Encoding"}
    body = file.body
    if file.packed and "gzip" in request.headers.get("accept-encoding", ""):
        body = file.packed
        headers["content-encoding"] = "gzip"
    return Response(body, media_type=file.content_type, headers=headers)


@get("/favicon.ico", include_in_schema=False)
@plain(anyone)
def favicon(request: AnyRequest) -> Response[bytes]:
    """The mark, for browsers that ask here."""
    file = request.app.state.static.files["icons/icon-192.png"]
    return Response(file.body, media_type=file.content_type, headers={"cache-control": "public, max-age=86400"})


@get("/robots.txt", include_in_schema=False)
@plain(anyone)
def robots() -> Response[str]:
    """What search engines may read; pages of clips that must not leave say so themselves."""
    closed = "".join(
        f"Disallow: {path}\n" for path in ("/api/", "/search", "/settings", "/inbox", "/make", "/fragments/")
    )
    return Response(f"User-agent: *\n{closed}", media_type="text/plain")


@get("/healthz", include_in_schema=False)
@reads(anyone)
def health(db: Connection) -> dict[str, str]:
    """Whether the server can answer from its database."""
    answers(db)
    return {"status": "ok", "version": onstage.__version__}


@get("/metrics", include_in_schema=False)
@reads(anyone)
def figures(db: Connection, request: AnyRequest) -> Response[bytes]:
    """Figures for Prometheus."""
    metrics = request.app.state.metrics
    for lane, count in waiting(db).items():
        metrics.waiting(lane, count)
    return Response(metrics.text(), media_type="text/plain; version=0.0.4")


@get("/source", include_in_schema=False)
@plain(anyone)
def source() -> Response[bytes]:
    """The source code of this server as it runs (AGPL-3.0, section 13)."""
    name = f"onstage-{onstage.__version__}.tar.gz"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(_packed_source(), media_type="application/gzip", headers=headers)


@cache
def _packed_source() -> bytes:
    packed = io.BytesIO()
    folder = Path(onstage.__file__).parent
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder, "onstage", filter=_is_source)
    return packed.getvalue()


def _is_source(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if "__pycache__" in entry.name or "demo_material/" in entry.name else entry


routes = [about, offline, unsent, manifest, worker, static_file, favicon, robots, health, figures, source]
