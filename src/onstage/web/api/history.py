"""Your history: what you watched, deleting it, keeping none."""

from litestar import delete, get, put
from litestar.params import JSONBody
from msgspec import Struct

from onstage.accounts.viewer import Viewer
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.engagement import history, viewers
from onstage.engagement.tokens import Surface
from onstage.errors import NotFound
from onstage.web.api.schemas import ClipOut, Cursor, Limit, problems
from onstage.web.cards import with_tokens
from onstage.web.http import AnyRequest, App, plain, reads, signed_in
from onstage.web.viewers import names_of, private_name


class WatchedOut(Struct):
    """A clip and when you last had it on screen."""

    clip: ClipOut
    at: str


class HistoryOut(Struct):
    """What you watched, latest first. `kept`: whether a history is kept at all."""

    items: list[WatchedOut]
    next: str | None
    kept: bool


class KeptIn(Struct, forbid_unknown_fields=True):
    """Whether to keep a history. Keeping none also deletes the one there is."""

    kept: bool


def place(cursor: str | None) -> tuple[int, int] | None:
    """Where a list of the history goes on; raises NotFound."""
    if cursor is None:
        return None
    at, _, clip = cursor.partition("-")
    if not (at.isdecimal() and clip.isdecimal()) or max(len(at), len(clip)) > 18:
        raise NotFound("This list cannot be continued from here. Open it again.", field="cursor")
    return int(at), int(clip)


@get("/api/v1/me/history", tags=["me"], responses=problems(401, 404), operation_id="history")
@reads(signed_in)
def show(
    db: Connection, viewer: Viewer, app: App, request: AnyRequest, cursor: Cursor = None, limit: Limit = 30
) -> HistoryOut:
    """What the account you act as has watched."""
    found, following = history.watched(db, viewer, place(cursor), limit)
    at = dict(found)
    key = names_of(app, request, viewer, db).key
    shown = with_tokens(app, db, viewer, key, list(at), Surface.ACCOUNT)
    items = [WatchedOut(ClipOut.of(card), iso(at[card.id])) for card in shown]
    return HistoryOut(items, following and f"{following[0]}-{following[1]}", viewers.tells(db, viewer))


@delete("/api/v1/me/history", tags=["me"], responses=problems(401), operation_id="forget_history")
@plain(signed_in)
def forget(app: App, viewer: Viewer) -> None:
    """Delete it. What you watched stays counted, under no name."""
    private = private_name(app, viewer)
    with app.database.write() as db:
        history.forget(db, viewer, private)


@put("/api/v1/me/history", tags=["me"], responses=problems(401), operation_id="keep_history")
@plain(signed_in)
def choose(app: App, viewer: Viewer, data: JSONBody[KeptIn]) -> KeptIn:
    """Keep a history from now on, or none."""
    private = private_name(app, viewer)
    with app.database.write() as db:
        if data.kept:
            history.keep(db, viewer)
        else:
            history.keep_none(db, viewer, private)
    return data


routes = [show, forget, choose]
