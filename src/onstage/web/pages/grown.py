"""Coming of age: what there is from childhood, to keep, hide or delete, and the accounts that are one's own now."""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery

from onstage import clock
from onstage.accounts import growing, profiles
from onstage.accounts.models import Kind, Role
from onstage.accounts.viewer import Viewer
from onstage.clips.ending import past_childhood, removing
from onstage.clips.rules.fate import count
from onstage.engagement.cards import cards
from onstage.errors import Invalid, NotFound, Refused
from onstage.web.http import App, page, plain, see_other, signed_in
from onstage.web.pages.forms import Fields, several, words
from onstage.web.pages.removing import line
from onstage.web.words import gettext as _

_GRID = 48


@get("/grown-up", include_in_schema=False)
@plain(signed_in)
def past(
    app: App,
    viewer: Viewer,
    before: FromQuery[int | None] = None,
    every: FromQuery[str] = "",
    did: FromQuery[str] = "",
) -> Response[Any]:
    """What there is from before, to choose from. `every`: all that is on the page is chosen; `did`: what was done a moment ago."""
    return _page(app, viewer, before, every=bool(every), did=did)


def _page(
    app: App,
    viewer: Viewer,
    before: int | None = None,
    *,
    every: bool = False,
    did: str = "",
    error: Refused | None = None,
) -> Response[Any]:
    with app.database.read() as db:
        if growing.came_of_age_at(db, viewer.person or 0) is None:
            raise NotFound(_("There is nothing here to decide."))
        found = past_childhood.undecided(db, viewer, _GRID, before)
        joint = [own for own in profiles.own_accounts(db, viewer) if own.kind is Kind.JOINT and own.role is Role.OWNER]
        return page(
            "grown_up.html",
            viewer,
            status=error.status if error else 200,
            clips=cards(db, viewer, found),
            next=found[-1] if len(found) == _GRID else None,
            before=before,
            every=every,
            alone=[own for own in joint if past_childhood.creators(db, own.id) == {viewer.person}],
            choosing=growing.is_choosing(db, viewer.person or 0),
            said=_said().get(did, ""),
            error=error,
        )


def _said() -> dict[str, str]:
    return {
        "hide": _("Hidden. Nobody else sees that until you bring it back, under Clips with you."),
        "delete": _("Deleted. Nobody sees that any more."),
        "alone": _("The account is yours alone now."),
    }


@post("/grown-up", include_in_schema=False, status_code=200)
@plain(signed_in)
def choose(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Hide or delete what was chosen (deleting is asked about first), own an account alone, or be done."""
    act, chosen = words(data, "do"), several(data, "clip")
    if act == "cancel":
        return see_other("/grown-up")
    try:
        if act in {"hide", "ask", "delete"} and not chosen:
            raise Invalid(_("Choose a clip first: tap its picture."), field="clips")
        if act == "ask":
            return _ask(app, viewer, chosen)
        with app.database.write() as db:
            match act:
                case "hide":
                    for slug in chosen:
                        past_childhood.hide(db, app.keys, viewer, slug)
                case "delete":
                    for slug in chosen:
                        with suppress(NotFound):  # pressed twice
                            past_childhood.delete(db, app.keys, viewer, slug)
                case "alone":
                    account = words(data, "account")
                    found = next((own for own in profiles.own_accounts(db, viewer) if own.handle == account), None)
                    if found is None:
                        raise NotFound(_("You are in no account of that name."))
                    made_by = past_childhood.creators(db, found.id)
                    growing.end_others_ownership(db, app.keys, viewer, found.id, made_by, clock.now())
                case "done":
                    growing.has_chosen(db, viewer)
                    return see_other("/together?did=chosen")
    except Refused as error:
        return _page(app, viewer, error=error)
    return see_other(f"/grown-up?did={act}")


def _ask(app: App, viewer: Viewer, chosen: Collection[str]) -> Response[Any]:
    """What would become of these, before it does."""
    assert viewer.person is not None
    with app.database.read() as db:
        fates = {part.clip: part.fate for part in removing.preview(db, viewer.person, viewer.person)}
        shown = [card for card in cards(db, viewer, list(fates)) if card.slug in chosen]
    counts = count(fates[card.id] for card in shown)
    lines = [line(fate, number) for fate, number in counts.items() if number]
    return page("grown_up_delete.html", viewer, clips=shown, lines=lines)


routes = [past, choose]
