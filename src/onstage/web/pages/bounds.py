"""How far the server's owner lets everybody here go: a bound for each row of the age table (consent.md R6)."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery

from onstage.accounts import age, permissions
from onstage.accounts.age import Row
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import Invalid, Refused
from onstage.web.http import App, page, plain, reads, see_other, server_owner
from onstage.web.pages.choices import Option
from onstage.web.pages.forms import Fields, words
from onstage.web.pages.table_words import title, value_words
from onstage.web.words import gettext as _


@dataclass(frozen=True)
class Bound:
    """A row, and what it may be at most."""

    row: str
    title: str
    options: list[Option]


@get("/server/bounds", include_in_schema=False)
@reads(server_owner)
def look(db: Connection, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """What holds at most, for everybody here."""
    return _page(db, viewer, said=_("It holds from now on, for all who are here.") if did == "save" else "")


@post("/server/bounds", include_in_schema=False, status_code=200)
@plain(server_owner)
def save(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Set those that are otherwise now."""
    try:
        with app.database.write() as db:
            for row, value in _changed(db, data):
                permissions.choose_for_all(db, row, value)
    except Refused as error:
        with app.database.read() as db:
            return _page(db, viewer, error=error)
    return see_other("/server/bounds?did=save")


def _changed(db: Connection, data: dict[str, Any]) -> list[tuple[Row, age.Scale]]:
    found = []
    for row in Row:
        said, possible = words(data, row.value), age.bounds(row)
        wanted = next((each for each in possible if each.value == said), None)
        if said and wanted is None:
            raise Invalid(_("Choose one of these."), field=row.value)
        if wanted is not None and wanted != _now(db, row):
            found.append((row, wanted))
    return found


def _now(db: Connection, row: Row) -> age.Value:
    said = permissions.bound(db, row)
    return age.bounds(row)[-1] if said is ... else said


def _page(db: Connection, viewer: Viewer, *, said: str = "", error: Refused | None = None) -> Response[Any]:
    rows = [_bound(db, row) for row in Row if age.bounds(row)]
    return page("server_bounds.html", viewer, status=error.status if error else 200, rows=rows, said=said, error=error)


def _bound(db: Connection, row: Row) -> Bound:
    now = _now(db, row)
    possible = age.bounds(row)
    options = [Option(each.value, value_words(each), "", each == now, possible=True) for each in reversed(possible)]
    options[0] = Option(options[0].value, _("as their age says"), "", options[0].chosen, possible=True)
    return Bound(row.value, title(row, own=False), options)


routes = [look, save]
