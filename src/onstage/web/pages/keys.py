"""Settings of signing in: the sign-in check, password, passkeys, recovery codes, mail, browsers, tokens."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery

from onstage import clock
from onstage.accounts.doors import passkeys, recovery, sessions
from onstage.accounts.doors.sessions import SessionKind
from onstage.accounts.queries import person_mail
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import Invalid, NotAllowed, NotFound, Refused
from onstage.web import entry
from onstage.web.http import AnyRequest, App, page, plain, reads, see_other, signed_in
from onstage.web.pages import who_is_there
from onstage.web.pages.doors import codes_page
from onstage.web.pages.forms import Fields, inside, kept, words
from onstage.web.pages.settings import CHECK
from onstage.web.words import gettext as _

_HERE = "/settings/sign-in"


@get("/settings/check", include_in_schema=False)
@plain(signed_in)
def check_form(app: App, viewer: Viewer, next: FromQuery[str] = "/settings") -> Response[Any]:  # noqa: A002 - the name in the address
    """Show again who one is."""
    return _check_page(app, viewer, next)


@post("/settings/check", include_in_schema=False, status_code=200)
@plain(signed_in)
def check(app: App, request: AnyRequest, viewer: Viewer, data: Fields) -> Response[Any]:
    """By password or passkey; then on to what needed it."""
    proof = words(data, "passkey")
    try:
        entry.confirm(app, request, viewer, passkeys.as_credential(proof) if proof else words(data, "password"))
    except Refused as error:
        return _check_page(app, viewer, words(data, "next"), error)
    return see_other(inside(words(data, "next")))


def _check_page(app: App, viewer: Viewer, next_path: str, error: Refused | None = None) -> Response[Any]:
    with app.database.read() as db:
        ways = who_is_there.ways(db, viewer)
    return page(
        "settings_check.html",
        viewer,
        status=error.status if error else 200,
        next=inside(next_path),
        **ways,
        error=error,
        said="",
    )


@get("/settings/sign-in", include_in_schema=False)
@plain(signed_in)
def ways(app: App, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """Password, passkeys, codes, mail."""
    said = {
        "recovered": _("You are in, and that code is used up. Set a new password or add a passkey now."),
        "password": _("The password is changed. Your other browsers and tokens are signed out."),
        "add-passkey": _("The passkey is added."),
        "remove-passkey": _("The passkey is removed."),
        "mail": _("Saved."),
    }
    return _ways_page(app, viewer, said=said.get(did, ""))


@post("/settings/sign-in", include_in_schema=False, status_code=200)
@plain(signed_in)
def change_ways(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """One change, after a sign-in check."""
    act = words(data, "do")
    if not sessions.is_checked(viewer, clock.now()):
        return see_other(f"{CHECK}{_HERE}")
    try:
        if act == "codes":
            return _new_codes(app, viewer)
        _change_way(app, viewer, act, data)
    except Refused as error:
        return _ways_page(app, viewer, kept(data, "mail" if act == "mail" else "passkey_name"), error=error)
    return see_other(f"{_HERE}?did={act}")


def _change_way(app: App, viewer: Viewer, act: str, data: dict[str, Any]) -> None:
    match act:
        case "password":
            entry.change_password(app, viewer, words(data, "password"))
        case "add-passkey":
            entry.add_passkey(app, viewer, passkeys.as_credential(words(data, "passkey")), words(data, "passkey_name"))
        case "remove-passkey":
            with app.database.write() as db:
                passkeys.remove(db, viewer, _number(words(data, "passkey_id")))
        case "mail":
            with app.database.write() as db:
                recovery.set_mail(db, viewer, _address(words(data, "mail")))
        case _:
            raise Invalid(_("Nothing was chosen."))


def _number(typed: str) -> int:
    if not typed.isdecimal() or len(typed) > 19:
        raise NotFound(_("There is no such thing any more."))
    return int(typed)


def _address(typed: str) -> str:
    address = typed.strip()
    if address and (address.count("@") != 1 or len(address) > 254 or any(letter.isspace() for letter in address)):
        raise Invalid(_("This is not a mail address. It has the form name@example.org."), field="mail")
    return address


def _new_codes(app: App, viewer: Viewer) -> Response[Any]:
    assert viewer.person is not None
    codes = recovery.new_codes()
    with app.database.write() as db:
        recovery.keep_codes(db, viewer.person, codes)
    return codes_page(viewer, viewer.handle, codes, _("Your new codes"), _HERE, _("Back to settings"))


def _ways_page(
    app: App, viewer: Viewer, typed: dict[str, str] | None = None, said: str = "", error: Refused | None = None
) -> Response[Any]:
    assert viewer.person is not None
    with app.database.read() as db:
        mail = person_mail(db, viewer)
        return page(
            "settings_sign_in.html",
            viewer,
            status=error.status if error else 200,
            checked=sessions.is_checked(viewer, clock.now()),
            **who_is_there.ways(db, viewer),
            codes_left=recovery.codes_left(db, viewer.person),
            by_mail=app.settings.mail_url.startswith("smtp"),
            mail=mail,
            form={"mail": mail, "passkey_name": "", **(typed or {})},
            said=said,
            error=error,
        )


@get("/settings/sessions", include_in_schema=False)
@reads(signed_in)
def browsers(db: Connection, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """Where one is signed in."""
    said = {"end": _("That browser is signed out."), "end-others": _("All other browsers and tokens are signed out.")}
    found = sessions.mine(db, viewer, SessionKind.BROWSER)
    return page("settings_sessions.html", viewer, sessions=found, said=said.get(did, ""), error=None)


@post("/settings/sessions", include_in_schema=False, status_code=200)
@plain(signed_in)
def end_browsers(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """End one browser's session, or all others'."""
    assert viewer.person is not None
    with app.database.write() as db:
        if words(data, "do") == "end-others":
            sessions.end_all(db, viewer.person, but=viewer.session)
            return see_other("/settings/sessions?did=end-others")
        ended = _number(words(data, "session"))
        sessions.end(db, viewer, ended, SessionKind.BROWSER)
    if ended != viewer.session:
        return see_other("/settings/sessions?did=end")
    shown = see_other("/")
    entry.end_session(app, shown)
    return shown


@get("/settings/tokens", include_in_schema=False)
@plain(signed_in)
def tokens(app: App, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """Tokens for programs."""
    return _tokens_page(app, viewer, {}, said=_("The token is revoked.") if did else "")


@post("/settings/tokens", include_in_schema=False, status_code=200)
@plain(signed_in)
def change_tokens(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Make a token, shown this once, or revoke one."""
    try:
        with app.database.write() as db:
            if words(data, "do") == "revoke":
                sessions.end(db, viewer, _number(words(data, "token")), SessionKind.TOKEN)
                return see_other("/settings/tokens?did=revoke")
            sessions.need_check(viewer, clock.now())
            if not words(data, "name").strip():
                raise Invalid(_("Say what the token is for."), field="name")
            _made, secret = sessions.make_token(db, viewer, words(data, "name"), clock.now())
    except NotAllowed as error:
        if error.code == "check-needed":
            return see_other(f"{CHECK}/settings/tokens")
        return _tokens_page(app, viewer, data, error=error)
    except Refused as error:
        return _tokens_page(app, viewer, data, error=error)
    return _tokens_page(app, viewer, {}, secret=secret)


def _tokens_page(
    app: App, viewer: Viewer, data: dict[str, Any], *, said: str = "", secret: str = "", error: Refused | None = None
) -> Response[Any]:
    with app.database.read() as db:
        found = sessions.mine(db, viewer, SessionKind.TOKEN)
    shown = page(
        "settings_tokens.html",
        viewer,
        status=error.status if error else 200,
        tokens=found,
        secret=secret,
        form=kept(data, "name"),
        checked=sessions.is_checked(viewer, clock.now()),
        said=said,
        error=error,
    )
    shown.headers["cache-control"] = "no-store"
    return shown


routes = [check_form, check, ways, change_ways, browsers, end_browsers, tokens, change_tokens]
