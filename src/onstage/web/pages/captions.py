"""The captions of a clip in the hands of its makers: written along its time, or brought as a file."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import edit
from onstage.clips.film import captions
from onstage.clips.film.captions import MOST_BYTES
from onstage.clips.models import Stage
from onstage.engagement.cards import cards
from onstage.errors import Invalid, NotFound, Refused
from onstage.web.http import App, page, plain, see_other, signed_in
from onstage.web.pages.forms import Parts, bytes_of, words
from onstage.web.words import gettext as _
from onstage.web.words import language as spoken


@get("/make/{slug:str}/captions", include_in_schema=False)
@plain(signed_in)
def show(
    app: App, viewer: Viewer, slug: FromPath[str], language: FromQuery[str] = "", did: FromQuery[str] = ""
) -> Response[Any]:
    """The captions in one language, beside the clip."""
    said = {"save": _("Saved."), "remove": _("They are taken out.")}
    return _page(app, viewer, slug, language, said=said.get(did, ""))


def _page(
    app: App,
    viewer: Viewer,
    slug: str,
    language: str,
    *,
    said: str = "",
    typed: str | None = None,
    error: Refused | None = None,
) -> Response[Any]:
    with app.database.read() as db:
        clip = edit.own(db, viewer, slug, lock=False)
        shown = cards(db, viewer, [clip.id])[0]
        waits = captions.waits(db, viewer, slug)
        found = {each.language: each for each in captions.in_work(db, viewer, slug)}
    chosen = language or next(iter(found), spoken.get())
    text = typed if typed is not None else found[chosen].words if chosen in found else ""
    return page(
        "captions.html",
        viewer,
        status=error.status if error else 200,
        clip=shown,
        languages=list(found),
        language=chosen,
        source=found[chosen].source.value if chosen in found else "",
        text=text,
        waits=_waits_words(waits),
        said=said,
        error=error,
    )


def _waits_words(stage: Stage | None) -> str:
    """What viewers have meanwhile; empty where they have these captions."""
    match stage:
        case None:
            return ""
        case Stage.ASKED:
            return _("Viewers have the captions from before, until everybody who must agree has said yes.")
        case _any:
            return _("These are a draft. Viewers have the captions from before, until you ask and everybody agrees.")


@post("/make/{slug:str}/captions", include_in_schema=False, status_code=200, request_max_body_size=3 * MOST_BYTES)
@plain(signed_in)
def change(app: App, viewer: Viewer, slug: FromPath[str], data: Parts) -> Response[Any]:
    """Save what was written or brought, or remove it, by the button that was pressed."""
    language, text, act = words(data, "language").strip(), words(data, "captions"), words(data, "do")
    try:
        brought = bytes_of(data, "file")
        if brought:
            text = _decoded(brought)
        with app.database.write() as db:
            if act == "remove":
                captions.remove(db, app.keys, viewer, slug, language)
            else:
                captions.write(db, app.keys, viewer, slug, language, text)
    except Refused as error:
        if error.status == NotFound.status and act != "remove":
            raise
        return _page(app, viewer, slug, language, typed=text, error=error)
    return see_other(f"/make/{slug}/captions?did={'remove' if act == 'remove' else f'save&language={language}'}")


def _decoded(brought: bytes) -> str:
    if len(brought) > MOST_BYTES:
        raise Invalid(_("This file is too large for captions."), field="file")
    try:
        return brought.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(_("This file is not UTF-8. Save it as UTF-8 and try again."), field="file") from None


routes = [show, change]
