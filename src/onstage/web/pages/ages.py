"""One's own age: to be younger than one said can be said at any time, and is taken back by somebody who checks ages."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery

from onstage import clock
from onstage.accounts import growing
from onstage.accounts.doors import sessions
from onstage.accounts.guardians import vouching
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing.narrowing import narrow
from onstage.errors import Invalid, Refused
from onstage.web.http import App, page, plain, see_other, signed_in
from onstage.web.pages.doors import birth_date, month_names
from onstage.web.pages.forms import Fields, kept, ticked
from onstage.web.pages.settings import CHECK
from onstage.web.words import gettext as _

_HERE = "/settings/age"


@get(_HERE, include_in_schema=False)
@plain(signed_in)
def own_age(app: App, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """What counts, and how to say otherwise."""
    return _page(app, viewer, {}, said=_("Saved. It counts from now on.") if did == "younger" else "")


@post(_HERE, include_in_schema=False, status_code=200)
@plain(signed_in)
def younger(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Younger than they said, after a sign-in check."""
    assert viewer.person is not None
    if not sessions.is_checked(viewer, clock.now()):
        return see_other(f"{CHECK}{_HERE}")
    try:
        born = birth_date(data)
        if not ticked(data, "sure"):
            raise Invalid(_("Say that you know it: only somebody who checks ages can turn it back."), field="sure")
        with app.database.write() as db:
            growing.correct_birth_date(db, app.keys, viewer, viewer.person, born, clock.SERVER_ZONE, clock.now())
            narrow(db, app.keys, viewer.person)
    except Refused as error:
        return _page(app, viewer, data, error)
    return see_other(f"{_HERE}?did=younger")


def _page(
    app: App, viewer: Viewer, data: dict[str, Any], error: Refused | None = None, said: str = ""
) -> Response[Any]:
    with app.database.read() as db:
        vouchers = vouching.vouchers(db)
    shown = page(
        "settings_age.html",
        viewer,
        status=error.status if error else 200,
        is_known=viewer.band.value != "unknown",
        checked=sessions.is_checked(viewer, clock.now()),
        vouchers=vouchers,
        months=month_names(),
        form=kept(data, "day", "month", "year"),
        error=error,
        said=said,
    )
    shown.headers["cache-control"] = "no-store"
    return shown


routes = [own_age, younger]
