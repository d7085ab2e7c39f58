""" "Remove everything": a page that says what would become of each clip, and a button that does it."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from onstage import clock
from onstage.accounts.doors import sessions
from onstage.accounts.guardians import household
from onstage.accounts.viewer import Viewer
from onstage.clips.ending import removing
from onstage.clips.rules.fate import Fate, count
from onstage.engagement.cards import cards
from onstage.errors import Refused
from onstage.web.http import App, page, plain, see_other, signed_in
from onstage.web.words import gettext as _
from onstage.web.words import ngettext

_SHOWN = 48


@get("/me/remove", include_in_schema=False)
@plain(signed_in)
def mine(app: App, viewer: Viewer) -> Response[Any]:
    """What would become of every clip with the viewer."""
    return _page(app, viewer)


@get("/children/{handle:str}/remove", include_in_schema=False)
@plain(signed_in)
def childs(app: App, viewer: Viewer, handle: FromPath[str]) -> Response[Any]:
    """The same of a child of the viewer's."""
    return _page(app, viewer, handle)


def _page(app: App, viewer: Viewer, child: str = "", error: Refused | None = None) -> Response[Any]:
    assert viewer.person is not None
    with app.database.read() as db:
        person = household.minor_named(db, viewer, child) if child else viewer.person
        parts = [part for part in removing.preview(db, person, viewer.person) if part.fate is not Fate.KEPT]
        shown = {card.id: card for card in cards(db, viewer, [part.clip for part in parts[:_SHOWN]])}
    counts = count(part.fate for part in parts)
    return page(
        "remove.html",
        viewer,
        status=error.status if error else 200,
        child=child,
        lines=[line(fate, number) for fate, number in counts.items() if number],
        clips=[(shown[part.clip], _short(part.fate)) for part in parts[:_SHOWN] if part.clip in shown],
        more=len(parts) - _SHOWN,
        asks=counts[Fate.ERASED] > 0 and not sessions.is_checked(viewer, clock.now()),
        error=error,
    )


def line(fate: Fate, number: int) -> str:
    """What becomes of so many clips, as a sentence."""
    match fate:
        case Fate.ERASED:
            said = ngettext("%(count)d clip is erased.", "%(count)d clips are erased.", number)
        case Fate.DEPARTS:
            said = ngettext(
                "%(count)d clip with others is withheld at once, and erased in 30 days.",
                "%(count)d clips with others are withheld at once, and erased in 30 days.",
                number,
            )
        case Fate.NEARER:
            said = ngettext(
                "%(count)d clip goes back to friends and accepted followers.",
                "%(count)d clips go back to friends and accepted followers.",
                number,
            )
        case _any:
            said = ngettext("%(count)d clip is withheld at once.", "%(count)d clips are withheld at once.", number)
    return said % {"count": number}


def _short(fate: Fate) -> str:
    return {
        Fate.ERASED: _("erased"),
        Fate.DEPARTS: _("withheld, then erased"),
        Fate.WITHHELD: _("withheld"),
        Fate.NEARER: _("only near"),
        Fate.KEPT: "",
    }[fate]


@post("/me/remove", include_in_schema=False, status_code=200)
@plain(signed_in)
def remove_mine(app: App, viewer: Viewer) -> Response[Any]:
    """Do it, and show the receipt. Erasing asks first who is there, if that was long ago."""
    return _remove(app, viewer)


@post("/children/{handle:str}/remove", include_in_schema=False, status_code=200)
@plain(signed_in)
def remove_childs(app: App, viewer: Viewer, handle: FromPath[str]) -> Response[Any]:
    """The same for a child: a no to each."""
    return _remove(app, viewer, handle)


def _remove(app: App, viewer: Viewer, child: str = "") -> Response[Any]:
    assert viewer.person is not None
    try:
        if not child:
            sessions.need_check(viewer, clock.now())
        with app.database.write() as db:
            person = household.minor_named(db, viewer, child) if child else viewer.person
            _counts, secret = removing.remove(db, app.keys, viewer, person)
    except Refused as error:
        if error.code == "check-needed":
            return see_other("/settings/check?next=/me/remove")
        if error.status == 404:
            raise
        return _page(app, viewer, child, error)
    return see_other(f"/receipts/{secret}")


routes = [mine, childs, remove_mine, remove_childs]
