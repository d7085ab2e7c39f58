"""Settings of the history: what you watched, deleting it, keeping none."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromQuery, Parameter

from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.engagement import history, viewers
from onstage.engagement.cards import cards
from onstage.web.api.history import place
from onstage.web.http import App, page, plain, reads, see_other, signed_in
from onstage.web.pages.forms import Fields, words
from onstage.web.viewers import private_name
from onstage.web.words import gettext as _


@get("/settings/history", include_in_schema=False)
@reads(signed_in)
def show(
    db: Connection,
    viewer: Viewer,
    did: FromQuery[str] = "",
    cursor: Annotated[str | None, Parameter(max_length=60)] = None,
) -> Response[Any]:
    """What was watched, latest first."""
    said = {
        "forget": _("Your history is deleted."),
        "none": _("No history is kept from now on, and the old one is deleted."),
        "keep": _("A history is kept from now on."),
    }
    found, following = history.watched(db, viewer, place(cursor))
    return page(
        "settings_history.html",
        viewer,
        clips=cards(db, viewer, [clip for clip, _at in found]),
        next=following and f"{following[0]}-{following[1]}",
        kept=viewers.tells(db, viewer),
        said=said.get(did, ""),
        error=None,
    )


@post("/settings/history", include_in_schema=False)
@plain(signed_in)
def change(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Delete the history, keep none, or keep one again."""
    act, private = words(data, "do"), private_name(app, viewer)
    with app.database.write() as db:
        match act:
            case "forget":
                history.forget(db, viewer, private)
            case "none":
                history.keep_none(db, viewer, private)
            case "keep":
                history.keep(db, viewer)
    return see_other(f"/settings/history?did={act}" if act in {"forget", "none", "keep"} else "/settings/history")


routes = [show, change]
