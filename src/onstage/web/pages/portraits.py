"""What a joint account with children shows of itself, as pages: what waits beside what is shown, yes, no, taking back."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from onstage.accounts.viewer import Viewer
from onstage.clips.portraits import answers, asking, reading, wishes
from onstage.clips.portraits.reading import Waiting
from onstage.db.engine import Connection
from onstage.errors import Invalid, NotFound, Refused
from onstage.web.http import AnyRequest, App, page, plain, reads, see_other, signed_in
from onstage.web.pages import who_is_there
from onstage.web.pages.asking import waits_for
from onstage.web.pages.forms import Fields, kept, ticked, words
from onstage.web.words import gettext as _
from onstage.web.words import ngettext


def state(far: Waiting, *, refused: bool) -> str:
    """For whom it waits, in one sentence."""
    people = ngettext("one more member", "%(number)s more members", far.standing.people)
    waits = waits_for(far.standing, people)
    if waits:
        return waits
    return (
        _("Everybody has agreed. It waits until a no to what is shown is taken back.")
        if refused
        else (_("Everybody has agreed. Save once more to show it."))
    )


@get("/inbox/portraits/{handle:str}", include_in_schema=False)
@reads(signed_in)
def look(db: Connection, viewer: Viewer, handle: FromPath[str], did: FromQuery[str] = "") -> Response[Any]:
    """What an account shows, and what waits beside it, for whoever runs it or has a right to it."""
    return _page(db, viewer, handle, did=did)


def _page(
    db: Connection,
    viewer: Viewer,
    handle: str,
    *,
    did: str = "",
    error: Refused | None = None,
    typed: dict[str, str] | None = None,
) -> Response[Any]:
    found = reading.look(db, viewer, handle)
    return page(
        "portrait.html",
        viewer,
        status=error.status if error else 200,
        p=found,
        state=state(found.waiting, refused=found.withheld is not None) if found.waiting else "",
        typed=typed or {},
        said=_done(did),
        did=did if _done(did) else "",
        error=error,
    )


def _done(did: str) -> str:
    return {
        "yes": _("Thank you. It is shown when everybody who must agree has said yes."),
        "out": _("Thank you. It is shown now."),
        "no": _("It is not shown. What was there stays. Nobody is told that it was you."),
        "wish": _("Your words are with whoever asked."),
        "withhold": _("It is withheld, here and now. Nobody is told that it was you."),
        "lift": _("Your no is taken back."),
        "recall": _("It is taken back. Nobody is asked any more."),
    }.get(did, "")


@post("/inbox/portraits/{handle:str}", include_in_schema=False, status_code=200)
@plain(signed_in)
def answer(app: App, request: AnyRequest, viewer: Viewer, handle: FromPath[str], data: Fields) -> Response[Any]:
    """Answer by the button that was pressed.

    If the last check was long ago, a yes asks first who is there, and goes on with what they show.
    """
    try:
        viewer = who_is_there.checked(app, request, viewer, data)
        with app.database.write() as db:
            said = _answer(app, db, viewer, handle, data)
    except NotFound:
        raise
    except Refused as error:
        if who_is_there.is_asked(error):
            return _who_is_there(app, viewer, handle, data, who_is_there.shown(error))
        with app.database.read() as db:
            return _page(db, viewer, handle, error=error, typed={**kept(data, "words", "known"), "portrait": handle})
    try:
        with app.database.read() as db:
            reading.look(db, viewer, handle)
    except NotFound:  # who has answered may have nothing more to do with it, or it has another handle now
        return see_other("/inbox")
    return see_other(f"/inbox/portraits/{handle}?did={said}")


def _answer(app: App, db: Connection, viewer: Viewer, handle: str, data: dict[str, Any]) -> str:
    typed = words(data, "version")
    version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    do, said, known = words(data, "do"), words(data, "words"), ticked(data, "known")
    if do == "wish" or (do == "yes" and said.strip()):
        wishes.wish(db, viewer, handle, said, known=known)
    match do:
        case "wish":
            return "wish"
        case "yes":
            return "out" if answers.say_yes(db, app.keys, viewer, handle, version) else "yes"
        case "no":
            withheld = answers.say_no(db, app.keys, viewer, handle, version, words=said, known=known)
            return "withhold" if withheld else "no"
        case "withhold":
            answers.withhold(db, app.keys, viewer, handle)
            return "withhold"
        case "lift":
            answers.lift(db, app.keys, viewer, handle)
            return "lift"
        case "recall":
            asking.recall(db, app.keys, viewer, handle)
            return "recall"
        case _any:
            raise Invalid(_("Choose what to answer."))


def _who_is_there(app: App, viewer: Viewer, handle: str, data: dict[str, Any], error: Refused | None) -> Response[Any]:
    """Ask who presses Yes; the answer is kept in the form, so that nobody presses it twice."""
    with app.database.read() as db:
        found, ways = reading.look(db, viewer, handle), who_is_there.ways(db, viewer)
    return page(
        "portrait_check.html",
        viewer,
        status=error.status if error else 200,
        p=found,
        version=words(data, "version"),
        typed=kept(data, "words", "known"),
        **ways,
        error=error,
    )


routes = [look, answer]
