"""How a guardian shows that they are one, apart from meeting somebody: a signed form, an eID."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, Parameter, QueryParameter

from onstage import clock, oidc
from onstage.accounts.guardians import eid, household, signed_forms
from onstage.accounts.guardians.signed_forms import MOST_BYTES
from onstage.accounts.queries import name_of
from onstage.accounts.viewer import Viewer
from onstage.errors import Conflict, NotAllowed, NotFound, Refused
from onstage.web.api.guardians import Number
from onstage.web.api.signed_forms import as_file
from onstage.web.http import AnyRequest, App, page, plain, see_other, signed_in
from onstage.web.pages import telling
from onstage.web.pages.checking import index_page
from onstage.web.pages.forms import Parts, bytes_of, only_signed_in, words
from onstage.web.words import gettext as _

_EID_COOKIE = "onstage_eid"
Given = Annotated[str, Parameter(max_length=4000)]
State = Annotated[str, QueryParameter(name="state", max_length=100)]
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


@post("/children/{handle:str}/eid", include_in_schema=False, status_code=200)
@plain(signed_in)
def begin_eid(app: App, viewer: Viewer, handle: FromPath[str]) -> Response[Any]:
    """Before one goes to the issuer: what will happen, what is kept, and the way there."""
    try:
        if not app.settings.oidc_issuer:
            raise NotFound(_("Nobody checks an eID for this server."))
        us = oidc.client(app.settings)
        found = oidc.discover(us.issuer)
        with app.database.write() as db:
            minor = household.minor_named(db, viewer, handle)
            secret = eid.begin(db, viewer, minor, clock.now())
    except Refused as error:
        return _eid_page(viewer, handle, error)
    to = oidc.address(us, found, oidc.turn(app.keys, secret))
    shown = _eid_page(viewer, handle, to=to, host=urlsplit(us.issuer).hostname or "")
    shown.set_cookie(_eid_cookie(app, secret, eid.GOOD_FOR // clock.SECOND))
    return shown


def _eid_page(
    viewer: Viewer, handle: str, error: Refused | None = None, *, to: str = "", host: str = ""
) -> Response[Any]:
    status = error.status if error else 200
    shown = page("eid.html", viewer, status=status, handle=handle, to=to, host=host, error=error, said="")
    shown.headers["cache-control"] = "no-store"
    return shown


@get(oidc.BACK, include_in_schema=False)
@plain(signed_in)
def eid_back(
    app: App, request: AnyRequest, viewer: Viewer, code: Given = "", iss: Given = "", of_turn: State = ""
) -> Response[Any]:
    """Back from the issuer: its word is fetched and checked, and its name and the day wait for who checks guardians."""
    try:
        handle = _heard(app, viewer, request.cookies.get(_EID_COOKIE, ""), code, of_turn, iss)
    except Refused as error:
        shown: Response[Any] = _eid_page(viewer, "", error)
    else:
        shown = see_other(f"/children/{handle}")
    shown.set_cookie(_eid_cookie(app, "", 0))
    return shown


def _heard(app: App, viewer: Viewer, secret: str, code: str, state: str, iss: str) -> str:
    """The handle of whom they showed it for. The way is used up before anybody is asked anything."""
    with app.database.write() as db:
        check = eid.take(db, viewer, secret, clock.now())
    if not code:
        raise NotAllowed(_("You did not say there who you are. Nothing was changed."), code="eid-refused")
    us, on = oidc.client(app.settings), oidc.turn(app.keys, secret)
    found = oidc.discover(us.issuer)
    oidc.came_back(us, found, on, state, iss)
    oidc.redeem(us, found, on, code, clock.now() // clock.SECOND)
    with app.database.write() as db:
        minor = eid.shown(db, check, us.issuer, clock.now())
        return household.child(db, viewer, minor, clock.now()).handle


def _eid_cookie(app: App, secret: str, seconds: int) -> Cookie:
    safe = app.settings.secure
    return Cookie(
        key=_EID_COOKIE, value=secret, path=oidc.BACK, max_age=seconds, httponly=True, samesite="lax", secure=safe
    )


routes = [begin_eid, eid_back, form, act_on_form, scan, keep_scan]
