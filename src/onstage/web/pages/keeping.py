"""Keeping for the law, from an open report or claim: what it does, a ground in words, and once more before it is done."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromPath, Parameter

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.errors import NotFound, Refused
from onstage.keys import Keys
from onstage.moderation import preserving
from onstage.moderation.preserving import Case, Kept, Kind
from onstage.web.http import App, page, plain, see_other, server_owner
from onstage.web.pages.forms import Fields, words
from onstage.web.words import day
from onstage.web.words import gettext as _

Number = Annotated[int, Parameter(ge=1, le=ids.LARGEST)]
_CASE = "/server/keep/{kind:str}/{number:int}"


@get(_CASE, include_in_schema=False)
@plain(server_owner)
def ask(app: App, viewer: Viewer, kind: FromPath[str], number: Number) -> Response[Any]:
    """What it does, and the field for the ground; what is kept already."""
    return _page(app, viewer, _case(kind, number))


@post(_CASE, include_in_schema=False, status_code=200)
@plain(server_owner)
def keep(app: App, viewer: Viewer, kind: FromPath[str], number: Number, data: Fields) -> Response[Any]:
    """Go on to the question whether it is meant; keep it; or let the clip go again."""
    case, do, ground = _case(kind, number), words(data, "do"), words(data, "ground")
    try:
        if do not in {"keep", "let_go"}:
            return _page(app, viewer, case, ground=preserving.grounds(ground), asks=True)
        with app.database.write() as db:
            if do == "keep":
                preserving.keep(db, app.keys, viewer, case, ground, app.settings.vault_days)
            else:
                preserving.let_go(db, app.keys, viewer, case)
    except Refused as error:
        return _page(app, viewer, case, ground=ground, error=error)
    return see_other(_path(case))


def _case(kind: str, number: int) -> Case:
    if kind not in set(Kind):
        raise NotFound(_("There is no such case."))
    return Case(Kind(kind), number)


def _path(case: Case) -> str:
    return f"/server/keep/{case.kind}/{case.id}"


def _page(
    app: App, viewer: Viewer, case: Case, *, ground: str = "", asks: bool = False, error: Refused | None = None
) -> Response[Any]:
    with app.database.read() as db:
        kept = told(db, app.keys, viewer, case)
        may_let_go = preserving.may_let_go(db, viewer, case)
    shown = page(
        "server_keep.html",
        viewer,
        status=error.status if error else 200,
        path_here=_path(case),
        back="/server/reports" if case.kind is Kind.REPORT else "/server/claims",
        kept=kept,
        may_let_go=may_let_go,
        days=app.settings.vault_days,
        ground=ground,
        asks=asks,
        error=error,
        said="",
    )
    shown.headers["cache-control"] = "no-store"
    return shown


def told(db: Connection, keys: Keys, viewer: Viewer, case: Case) -> list[str]:
    """What was kept of the clip of a case, in a sentence each."""
    return [_sentence(each) for each in preserving.history(db, keys, viewer, case)]


def _sentence(kept: Kept) -> str:
    named = {"on": day(iso(kept.at)[:10]), "until": day(iso(kept.until)[:10]), "ground": kept.ground}
    return _("Kept for the law on %(on)s, until %(until)s: %(ground)s") % named


routes = [ask, keep]
