"""Captions of a clip as WebVTT, one set a language; and the short film of a clip that grids show."""

from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import Parameter, RawBody
from litestar.response import Response
from msgspec import Struct

from onstage.accounts.viewer import Viewer
from onstage.clips.film import captions, finish
from onstage.clips.film.captions import MOST_BYTES, Captions
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.errors import Invalid, TooLarge
from onstage.web.api.schemas import captions_ref, problems
from onstage.web.http import App, anyone, reads, signed_in, writes

Slug = Annotated[str, Parameter(max_length=32, description="A clip's public name.")]
Language = Annotated[str, Parameter(max_length=35, description="BCP 47: `en`, `pt-BR`; `und` where nobody said.")]


class CaptionsOut(Struct):
    """Captions in one language; `source`: `person`, `file` (they came inside the upload) or `machine`."""

    language: str
    url: str
    source: str
    changed_at: str


class PreviewOut(Struct):
    """Where the short, silent film of a clip is; null while it is being made: ask again in some seconds."""

    url: str | None


def _out(slug: str, each: Captions) -> CaptionsOut:
    return CaptionsOut(each.language, captions_ref(slug, each.language).url, each.source.value, iso(each.changed_at))


@get("/api/v1/clips/{slug:str}/captions", tags=["clips"], responses=problems(404), operation_id="captions_of_clip")
@reads(anyone)
def all_of(db: Connection, viewer: Viewer, slug: Slug) -> list[CaptionsOut]:
    """The captions that the clip has, by language."""
    return [_out(slug, each) for each in captions.of(db, viewer, slug)]


@get(
    "/api/v1/clips/{slug:str}/captions/{language:str}",
    tags=["clips"],
    responses=problems(404),
    operation_id="captions",
    media_type="text/vtt",
)
@reads(anyone)
def one(db: Connection, viewer: Viewer, slug: Slug, language: Language) -> Response[str]:
    """The captions in that language, as WebVTT."""
    found = captions.in_language(db, viewer, slug, language)
    return Response(found.words, media_type="text/vtt", headers={"cache-control": "private, no-store"})


@put(
    "/api/v1/clips/{slug:str}/captions/{language:str}",
    tags=["clips"],
    responses=problems(401, 404, 409, 413),
    operation_id="write_captions",
    request_max_body_size=MOST_BYTES + 10_000,
)
@writes(signed_in)
def write(app: App, db: Connection, viewer: Viewer, slug: Slug, language: Language, body: RawBody) -> list[CaptionsOut]:
    """Give captions as WebVTT or SubRip, in place of those in that language; gives all that there are now."""
    if len(body) > MOST_BYTES:
        raise TooLarge(f"Captions have at most {MOST_BYTES // 1000} kB.", field="captions")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("These captions are not UTF-8. Save them as UTF-8 and try again.", field="captions") from None
    captions.write(db, app.keys, viewer, slug, language, text)
    return [_out(slug, each) for each in captions.in_work(db, viewer, slug)]


@delete(
    "/api/v1/clips/{slug:str}/captions/{language:str}",
    status_code=204,
    tags=["clips"],
    responses=problems(401, 404, 409),
    operation_id="remove_captions",
)
@writes(signed_in)
def remove(app: App, db: Connection, viewer: Viewer, slug: Slug, language: Language) -> None:
    """Take the captions in that language away."""
    captions.remove(db, app.keys, viewer, slug, language)


@post(
    "/api/v1/clips/{slug:str}/preview",
    status_code=200,
    tags=["clips"],
    responses=problems(404),
    operation_id="clip_preview",
)
@writes(anyone)
def preview(db: Connection, viewer: Viewer, slug: Slug) -> PreviewOut:
    """A short, silent film of the clip, made when it is first asked for."""
    key = finish.ask_preview(db, viewer, slug)
    return PreviewOut(f"/media/{key}" if key else None)


routes = [all_of, one, write, remove, preview]
