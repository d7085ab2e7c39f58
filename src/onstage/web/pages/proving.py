"""How a guardian shows that they are one, apart from meeting somebody: a signed form."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from onstage import clock
from onstage.accounts import household, signed_forms
from onstage.accounts.queries import name_of
from onstage.accounts.signed_forms import MOST_BYTES
from onstage.accounts.viewer import Viewer
from onstage.errors import Conflict, Refused
from onstage.web.api.guardians import Number
from onstage.web.api.signed_forms import as_file
from onstage.web.http import App, page, plain, see_other, signed_in
from onstage.web.pages import telling
from onstage.web.pages.checking import index_page
from onstage.web.pages.forms import Parts, bytes_of, only_signed_in, words
from onstage.web.words import gettext as _

_BODY = MOST_BYTES + 20_000


@get("/children/{handle:str}/form", include_in_schema=False)
@plain(signed_in)
def form(app: App, viewer: Viewer, handle: FromPath[str]) -> Response[Any]:
    """The form: print it, sign it, hand it in."""
    return _form_page(app, viewer, handle)


def _form_page(
    app: App, viewer: Viewer, handle: str, error: Refused | None = None, *, code: str = "", said: str = ""
) -> Response[Any]:
    with app.database.read() as db:
        child = household.child(db, viewer, household.minor_named(db, viewer, handle), clock.now())
        made = signed_forms.waiting(db, viewer, child.person)
        own_name = name_of(db, viewer.person or 0)
    shown = page(
        "guardian_form.html",
        viewer,
        status=error.status if error else 200,
        child=child,
        own_name=own_name,
        code=code,
        made=made is not None,
        sent_on=telling.day(made.scan_at) if made and made.scan_at else "",
        most=MOST_BYTES // 1_000_000,
        error=error,
        said=said,
    )
    shown.headers["cache-control"] = "no-store"
    return shown


@post(
    "/children/{handle:str}/form",
    include_in_schema=False,
    status_code=200,
    request_max_body_size=_BODY,
    guards=[only_signed_in],
)
@plain(signed_in)
def act_on_form(app: App, viewer: Viewer, handle: FromPath[str], data: Parts) -> Response[Any]:
    """Make a form, send it back signed, or take it back."""
    code = said = ""
    try:
        with app.database.write() as db:
            minor = household.minor_named(db, viewer, handle)
            match words(data, "do"):
                case "print":
                    code = signed_forms.make(db, viewer, minor, clock.now())
                case "take-back":
                    signed_forms.take_back(db, viewer, minor)
                    said = _("The form is gone, and its picture too.")
                case _:
                    signed_forms.hand_in(db, viewer, minor, bytes_of(data, "scan"), clock.now())
                    said = _("It was sent. You are told when somebody has looked at it.")
    except Conflict as error:
        if error.code == "checked-already":
            return see_other(f"/children/{handle}")
        return _form_page(app, viewer, handle, error)
    except Refused as error:
        return _form_page(app, viewer, handle, error)
    return _form_page(app, viewer, handle, code=code, said=said)


@get("/server/guardians/{guardianship:int}/form", include_in_schema=False)
@plain(signed_in)
def scan(app: App, viewer: Viewer, guardianship: Number) -> Response[bytes]:
    """The scan of a form, to be saved, for who may decide about it."""
    with app.database.read() as db:
        return as_file(signed_forms.look(db, viewer, guardianship, clock.now()))


@post(
    "/server/guardians/{guardianship:int}/form",
    include_in_schema=False,
    status_code=200,
    request_max_body_size=_BODY,
    guards=[only_signed_in],
)
@plain(signed_in)
def keep_scan(app: App, viewer: Viewer, guardianship: Number, data: Parts) -> Response[Any]:
    """Keep a scan of the paper that somebody handed over."""
    try:
        with app.database.write() as db:
            signed_forms.take_in(db, viewer, guardianship, bytes_of(data, "scan"), clock.now())
    except Refused as error:
        return index_page(app, viewer, error, str(guardianship))
    return see_other(f"/server/guardians#case-{guardianship}")


routes = [form, act_on_form, scan, keep_scan]
