"""Settings: profile, privacy, leaving. What has to do with signing in is in `keys`."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery

from onstage import clock
from onstage.accounts import avatars, permissions, relations
from onstage.accounts.age import Row, read
from onstage.accounts.doors import sessions
from onstage.accounts.profiles import BIO_LENGTH, Changes
from onstage.accounts.queries import own_account
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing.narrowing import narrow
from onstage.clips.portraits import asking
from onstage.clips.portraits.reading import own
from onstage.db.engine import Connection
from onstage.errors import Invalid, NotAllowed, Refused
from onstage.web import entry
from onstage.web.http import App, page, plain, reads, see_other, signed_in
from onstage.web.pages import choices
from onstage.web.pages.forms import Fields, Parts, bytes_of, kept, ticked, words
from onstage.web.pages.portraits import state
from onstage.web.words import gettext as _

CHECK = "/settings/check?next="


@get("/settings", include_in_schema=False)
@reads(signed_in)
def index(viewer: Viewer) -> Response[Any]:
    """Where everything is."""
    return page("settings.html", viewer, said="", error=None)


@get("/settings/profile", include_in_schema=False)
@reads(signed_in)
def profile(db: Connection, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """Picture, name, handle, bio."""
    said = {
        "save": _("Saved."),
        "asked": _("It waits until everybody who must agree has said yes. Until then all stays as it is."),
        "picture": _("Your picture is being prepared. It is there in a moment."),
        "picture-asked": _("The picture is being prepared. Then everybody who must agree is asked."),
        "no-picture": _("Your picture is gone."),
    }
    return _profile_page(db, viewer, said=said.get(did, ""))


def _profile_page(
    db: Connection, viewer: Viewer, form: dict[str, str] | None = None, said: str = "", error: Refused | None = None
) -> Response[Any]:
    """`form`: what was typed; else what waits for yeses, or is shown."""
    far, account = own(db, viewer), own_account(db, viewer)
    meant = (far.waiting and far.waiting.asked) or far.withheld if far else None
    kept_ = {name: getattr(meant, name) if meant else account[name] for name in ("name", "handle", "bio")}
    return page(
        "settings_profile.html",
        viewer,
        status=error.status if error else 200,
        form=form or kept_,
        far=far,
        state=state(far.waiting, refused=far.withheld is not None) if far and far.waiting else "",
        error=error,
        said=said,
    )


@post("/settings/profile", include_in_schema=False, status_code=200, request_max_body_size=avatars.MOST_BYTES + 20_000)
@plain(signed_in)
def change_profile(app: App, viewer: Viewer, data: Parts) -> Response[Any]:
    """Change what was sent with the button that was pressed."""
    act = words(data, "do") or "save"
    try:
        match act:
            case "picture":
                act = "picture-asked" if entry.keep_avatar(app, viewer, bytes_of(data, "avatar")) else act
            case "no-picture":
                with app.database.write() as db:
                    avatars.remove(db, viewer)
            case _:
                with app.database.write() as db:
                    changes = Changes(words(data, "name"), words(data, "bio")[: 4 * BIO_LENGTH], words(data, "handle"))
                    act = "asked" if asking.edit(db, app.keys, viewer, changes) else act
    except Refused as error:
        with app.database.read() as db:
            return _profile_page(
                db, viewer, kept(data, "name", "handle", "bio") if act == "save" else None, error=error
            )
    return see_other(f"/settings/profile?did={act}")


@get("/settings/privacy", include_in_schema=False)
@reads(signed_in)
def privacy(db: Connection, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """Who sees, follows and comments; whom one has blocked or muted."""
    return _privacy_page(db, viewer, said=_("Saved.") if did else "")


def _privacy_page(db: Connection, viewer: Viewer, said: str = "", error: Refused | None = None) -> Response[Any]:
    return page(
        "settings_privacy.html",
        viewer,
        status=error.status if error else 200,
        switches=choices.switches(db, viewer),
        audiences=choices.usual_audience(db, viewer),
        commenters=choices.usual_commenters(db, viewer),
        age_sentence=choices.about_age(viewer.band),
        blocked=relations.blocked(db, viewer),
        muted=relations.muted(db, viewer),
        said=said,
        error=error,
    )


@post("/settings/privacy", include_in_schema=False, status_code=200)
@plain(signed_in)
def change_privacy(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Save all switches and choices together, or lift one block or mute."""
    try:
        with app.database.write() as db:
            match words(data, "do"):
                case "unblock":
                    relations.unblock(db, viewer, words(data, "handle"))
                case "unmute":
                    relations.unmute(db, viewer, words(data, "handle"))
                case _:
                    _save_privacy(app, db, viewer, data)
    except Refused as error:
        with app.database.read() as db:
            return _privacy_page(db, viewer, error=error)
    return see_other("/settings/privacy?did=save")


def _save_privacy(app: App, db: Connection, viewer: Viewer, data: dict[str, Any]) -> None:
    """A switch that is off is not sent, and so is one that can't be switched: only what may change and does is changed."""
    assert viewer.person is not None
    for switch in choices.switches(db, viewer):
        on = ticked(data, switch.name)
        if not switch.possible or on == switch.on:
            continue
        row = Row(switch.name)
        match row:
            case Row.HAND_ACCEPTS:
                permissions.set_hand_accepts(db, viewer, on)
            case Row.COUNTS_SHOWN:
                permissions.set_counts_shown(db, viewer, on)
            case _:
                permissions.choose(db, viewer, row, choices.SWITCHES[row][0 if on else 1])
    _choose_usual(db, viewer, Row.AUDIENCE, words(data, "audience"), choices.usual_audience(db, viewer))
    _choose_usual(db, viewer, Row.COMMENTS, words(data, "comments"), choices.usual_commenters(db, viewer))
    narrow(db, app.keys, viewer.person)


def _choose_usual(db: Connection, viewer: Viewer, row: Row, wanted: str, options: list[choices.Option]) -> None:
    option = next((each for each in options if each.value == wanted), None)
    if option is None or option.chosen:
        return
    if not option.possible:
        raise NotAllowed(_("This is not open at your age."), field=row.value)
    permissions.choose(db, viewer, row, read(row, wanted))


@get("/settings/leaving", include_in_schema=False)
@reads(signed_in)
def leaving(viewer: Viewer) -> Response[Any]:
    """What goes when one leaves, and how."""
    return _leaving_page(viewer)


def _leaving_page(viewer: Viewer, error: Refused | None = None) -> Response[Any]:
    checked = sessions.is_checked(viewer, clock.now())
    status = error.status if error else 200
    return page("settings_leaving.html", viewer, status=status, checked=checked, error=error, said="")


@post("/settings/leaving", include_in_schema=False, status_code=200)
@plain(signed_in)
def leave(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Delete oneself, after the handle was typed."""
    if not sessions.is_checked(viewer, clock.now()):
        return see_other(f"{CHECK}/settings/leaving")
    try:
        if words(data, "handle").strip().removeprefix("@").casefold() != viewer.handle:
            raise Invalid(_("This is not your handle. Nothing was deleted."), field="handle")
        receipt = entry.leave(app, viewer)
    except Refused as error:
        return _leaving_page(viewer, error)
    shown = see_other(receipt)
    entry.end_session(app, shown)
    return shown


routes = [index, profile, change_profile, privacy, change_privacy, leaving, leave]
