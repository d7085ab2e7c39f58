"""Getting in: sign up, the owner's link, invitations, sign in, ways back, sign out."""

from datetime import date
from typing import Annotated, Any

from babel.dates import get_month_names
from litestar import Response, get, post
from litestar.params import FromQuery, Parameter
from litestar.response import Redirect

from onstage import clock
from onstage.accounts.doors import passkeys, recovery, sessions
from onstage.accounts.doors.recovery import Purpose
from onstage.accounts.doors.sessions import SessionKind
from onstage.accounts.naming import check_handle, is_free
from onstage.accounts.signup import Form, TooYoung
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import Gone, Invalid, Refused
from onstage.web import entry
from onstage.web.http import AnyRequest, App, anyone, page, plain, reads, see_other
from onstage.web.pages.forms import Fields, inside, kept, words
from onstage.web.words import gettext as _
from onstage.web.words import language, said

_SIGN_UP_FIELDS = ("handle", "name", "day", "month", "year", "zone", "next")
Token = Annotated[str, Parameter(max_length=100)]


@get("/sign-up", include_in_schema=False)
@plain(anyone)
def sign_up_form(
    app: App,
    request: AnyRequest,
    viewer: Viewer,
    next: FromQuery[str] = "",  # noqa: A002 - the name in the address
) -> Response[Any]:
    """An empty form, or why there is none."""
    if viewer.signed_in:
        return see_other(inside(next or "/"))
    return _sign_up_page(app, request, viewer, "sign_up.html", {"next": next})


@post("/sign-up", include_in_schema=False, status_code=200)
@plain(anyone)
def sign_up(app: App, request: AnyRequest, viewer: Viewer, data: Fields) -> Response[Any]:
    """A new person; their recovery codes, shown this once."""
    return _signed_up(app, request, viewer, data, "sign_up.html")


@get("/sign-up/handle", include_in_schema=False)
@reads(anyone)
def handle_free(db: Connection, handle: Annotated[str, Parameter(max_length=100)]) -> dict[str, Any]:
    """Whether a handle can be had, with a sentence that says so."""
    try:
        wanted = check_handle(handle)
    except Invalid as error:
        return {"free": False, "sentence": said(error)}
    free = is_free(db, wanted)
    sentence = _("@%(handle)s is free.") if free else _("@%(handle)s is taken.")
    return {"free": free, "sentence": sentence % {"handle": wanted}}


@get("/welcome/{token:str}", include_in_schema=False)
@plain(anyone)
def welcome_form(app: App, request: AnyRequest, viewer: Viewer, token: Token) -> Response[Any]:
    """The first person's form, by the owner's link."""
    return _link_form(app, request, viewer, token, Purpose.OWNER)


@post("/welcome/{token:str}", include_in_schema=False, status_code=200)
@plain(anyone)
def welcome(app: App, request: AnyRequest, viewer: Viewer, token: Token, data: Fields) -> Response[Any]:
    """The first person, who owns the server."""
    return _signed_up(app, request, viewer, data, "welcome.html", token, Purpose.OWNER)


@get("/join/guarded/{token:str}", include_in_schema=False)
@plain(anyone)
def ward_form(app: App, request: AnyRequest, viewer: Viewer, token: Token) -> Response[Any]:
    """The form of somebody whose guardian made the link."""
    return _link_form(app, request, viewer, token, Purpose.WARD)


@post("/join/guarded/{token:str}", include_in_schema=False, status_code=200)
@plain(anyone)
def join_as_ward(app: App, request: AnyRequest, viewer: Viewer, token: Token, data: Fields) -> Response[Any]:
    """A new person whom somebody here looks after."""
    return _signed_up(app, request, viewer, data, "join.html", token, Purpose.WARD)


@get("/join/{token:str}", include_in_schema=False)
@plain(anyone)
def join_form(app: App, request: AnyRequest, viewer: Viewer, token: Token) -> Response[Any]:
    """The form of somebody who is invited."""
    return _link_form(app, request, viewer, token, Purpose.INVITATION)


@post("/join/{token:str}", include_in_schema=False, status_code=200)
@plain(anyone)
def join(app: App, request: AnyRequest, viewer: Viewer, token: Token, data: Fields) -> Response[Any]:
    """A new person by an invitation."""
    return _signed_up(app, request, viewer, data, "join.html", token, Purpose.INVITATION)


def _link_form(app: App, request: AnyRequest, viewer: Viewer, token: str, purpose: Purpose) -> Response[Any]:
    try:
        with app.database.read() as db:
            recovery.peek(db, purpose, token, clock.now())
    except Gone as error:
        return page("link_ended.html", viewer, status=error.status, sentence=said(error))
    template = "welcome.html" if purpose is Purpose.OWNER else "join.html"
    return _sign_up_page(app, request, viewer, template)


def _sign_up_page(
    app: App,
    request: AnyRequest,
    viewer: Viewer,
    template: str,
    data: dict[str, Any] | None = None,
    error: Refused | None = None,
) -> Response[Any]:
    if entry.must_wait(app, request):
        return page("too_young.html", viewer, status=403)
    form = kept(data or {}, *_SIGN_UP_FIELDS)
    closed = "" if template != "sign_up.html" or app.settings.sign_up == "open" else app.settings.sign_up
    return page(
        template,
        viewer,
        status=error.status if error else 200,
        form=form,
        error=error,
        closed=closed,
        months=month_names(),
    )


def month_names() -> list[str]:
    """January to December in the reader's language."""
    locale = "en" if language.get() == "qps" else language.get()
    return [str(name) for _number, name in sorted(get_month_names("wide", "stand-alone", locale).items())]


def _signed_up(
    app: App,
    request: AnyRequest,
    viewer: Viewer,
    data: dict[str, Any],
    template: str,
    token: str | None = None,
    purpose: Purpose = Purpose.INVITATION,
) -> Response[Any]:
    try:
        proof = words(data, "passkey")
        credential = passkeys.as_credential(proof) if proof else None
        who, begun = entry.sign_up(app, request, _form(data, token, purpose), credential)
    except TooYoung:
        shown: Response[Any] = page("too_young.html", viewer, status=403)
        entry.remember_too_young(app, shown)
        return shown
    except Refused as error:
        return _sign_up_page(app, request, viewer, template, data, error)
    heading = _("Welcome, %(name)s") % {"name": words(data, "name").strip() or who.handle}
    wanted = inside(words(data, "next") or "/")
    go_on = _("Go to the stage") if wanted == "/" else _("Go on")
    shown = codes_page(viewer, who.handle, who.recovery_codes, heading, wanted, go_on)
    entry.set_session(app, shown, begun)
    return shown


def _form(data: dict[str, Any], token: str | None, purpose: Purpose) -> Form:
    return Form(
        handle=words(data, "handle"),
        name=words(data, "name"),
        birth_date=birth_date(data),
        zone=words(data, "zone") or clock.SERVER_ZONE,
        password=words(data, "password") or None,
        link=token,
        link_purpose=purpose,
    )


def birth_date(data: dict[str, Any]) -> date:
    """The day that was typed; raises Invalid."""
    parts = [words(data, name) for name in ("year", "month", "day")]
    try:
        return date(*map(int, parts))
    except ValueError:
        known = all(part.isdecimal() for part in parts)
        sentence = (
            _("There is no such day. Look at the day, the month and the year again.")
            if known
            else _("Give the day, the month and the year, such as 7, March and 1990.")
        )
        raise Invalid(sentence, field="birth_date") from None


def codes_page(
    viewer: Viewer, handle: str, codes: list[str], heading: str, next_path: str, go_on: str
) -> Response[Any]:
    """The recovery codes, this once; no cache keeps them."""
    shown = page("codes.html", viewer, handle=handle, codes=codes, heading=heading, next=next_path, go_on=go_on)
    shown.headers["cache-control"] = "no-store"
    return shown


@get("/sign-in", include_in_schema=False)
@plain(anyone)
def sign_in_form(app: App, viewer: Viewer, next: FromQuery[str] = "/") -> Response[Any]:  # noqa: A002 - the name in the address
    """Password or passkey."""
    if viewer.signed_in:
        return see_other(inside(next))
    return _sign_in_page(app, viewer, {"next": next})


@post("/sign-in", include_in_schema=False, status_code=200)
@plain(anyone)
def sign_in(app: App, request: AnyRequest, viewer: Viewer, data: Fields) -> Response[Any]:
    """A session for whoever shows who they are, and on to where they wanted to go."""
    try:
        proof = words(data, "passkey")
        if proof:
            begun = entry.sign_in_by_passkey(app, request, passkeys.as_credential(proof))
        else:
            begun = entry.sign_in(app, request, words(data, "handle"), words(data, "password"))
    except Refused as error:
        return _sign_in_page(app, viewer, data, error)
    return _let_in(app, begun, inside(words(data, "next") or "/"))


def _sign_in_page(app: App, viewer: Viewer, data: dict[str, Any], error: Refused | None = None) -> Response[Any]:
    return page(
        "sign_in.html",
        viewer,
        status=error.status if error else 200,
        form=kept(data, "handle"),
        next=inside(words(data, "next") or "/"),
        error=error,
        sign_up_open=app.settings.sign_up == "open",
    )


def _let_in(app: App, begun: sessions.Begun, path: str) -> Response[Any]:
    shown: Response[Any] = see_other(path)
    entry.set_session(app, shown, begun)
    return shown


@get("/sign-in/recover", include_in_schema=False)
@plain(anyone)
def recover_form(app: App, viewer: Viewer) -> Response[Any]:
    """By a code, or by mail where the server can send it."""
    return _recover_page(app, viewer, {})


@post("/sign-in/recover", include_in_schema=False, status_code=200)
@plain(anyone)
def recover(app: App, request: AnyRequest, viewer: Viewer, data: Fields) -> Response[Any]:
    """In by a code, with a new password to choose; or a link on its way, whether or not there is an address."""
    try:
        if words(data, "by") == "mail":
            entry.mail_reset(app, request, words(data, "mail_handle"))
            said = _("If this handle has a mail address, a link is on its way to it.")
            return _recover_page(app, viewer, {"handle": words(data, "mail_handle")}, said=said)
        begun = entry.recover(app, request, words(data, "handle"), words(data, "code"))
    except Refused as error:
        return _recover_page(app, viewer, data, error)
    return _let_in(app, begun, "/settings/sign-in?did=recovered")


def _recover_page(
    app: App, viewer: Viewer, data: dict[str, Any], error: Refused | None = None, said: str = ""
) -> Response[Any]:
    return page(
        "recover.html",
        viewer,
        status=error.status if error else 200,
        form=kept(data, "handle"),
        error=error,
        said=said,
        by_mail=app.settings.mail_url.startswith("smtp"),
    )


@get("/reset/{token:str}", include_in_schema=False)
@plain(anyone)
def reset_form(app: App, viewer: Viewer, token: Token) -> Response[Any]:
    """A new password, by a link from the server's owner or from mail."""
    try:
        with app.database.read() as db:
            recovery.peek(db, Purpose.RESET, token, clock.now())
    except Gone as error:
        return page("link_ended.html", viewer, status=error.status, sentence=said(error))
    return page("reset.html", viewer, error=None)


@post("/reset/{token:str}", include_in_schema=False, status_code=200)
@plain(anyone)
def reset(app: App, request: AnyRequest, viewer: Viewer, token: Token, data: Fields) -> Response[Any]:
    """The new password takes the place of the old one, and its person is in."""
    try:
        begun = entry.reset(app, request, token, words(data, "password"))
    except Gone as error:
        return page("link_ended.html", viewer, status=error.status, sentence=said(error))
    except Refused as error:
        return page("reset.html", viewer, status=error.status, error=error)
    return _let_in(app, begun, "/")


@post("/sign-out", include_in_schema=False, status_code=303)
@plain(anyone)
def sign_out(app: App, viewer: Viewer) -> Redirect:
    """End this browser's session."""
    if viewer.session is not None:
        with app.database.write() as db:
            sessions.end(db, viewer, viewer.session, SessionKind.BROWSER)
    shown = see_other("/")
    entry.end_session(app, shown)
    return shown


routes = [
    sign_up_form,
    sign_up,
    handle_free,
    welcome_form,
    welcome,
    join_form,
    join,
    ward_form,
    join_as_ward,
    sign_in_form,
    sign_in,
    recover_form,
    recover,
    reset_form,
    reset,
    sign_out,
]
