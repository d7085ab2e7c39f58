"""Coming of age: what was made as a child, to keep, hide or delete, and the accounts that are one's own now."""

from typing import Any

from litestar import Response, get, post

from onstage import clock
from onstage.accounts import growing, profiles
from onstage.accounts.models import Kind, Role
from onstage.accounts.viewer import Viewer
from onstage.clips.ending import past_childhood
from onstage.engagement.cards import cards
from onstage.errors import NotFound, Refused
from onstage.web.http import App, page, plain, see_other, signed_in
from onstage.web.pages.forms import Fields, words
from onstage.web.words import gettext as _


@get("/grown-up", include_in_schema=False)
@plain(signed_in)
def past(app: App, viewer: Viewer) -> Response[Any]:
    """What there is from before, one choice for each."""
    return _page(app, viewer)


def _page(app: App, viewer: Viewer, error: Refused | None = None) -> Response[Any]:
    with app.database.read() as db:
        if growing.came_of_age_at(db, viewer.person or 0) is None:
            raise NotFound(_("There is nothing here to decide."))
        shown = cards(db, viewer, past_childhood.undecided(db, viewer))
        joint = [own for own in profiles.own_accounts(db, viewer) if own.kind is Kind.JOINT and own.role is Role.OWNER]
        alone = [own for own in joint if past_childhood.creators(db, own.id) == {viewer.person}]
        choosing = growing.is_choosing(db, viewer.person or 0)
    status = error.status if error else 200
    return page("grown_up.html", viewer, status=status, clips=shown, alone=alone, choosing=choosing, error=error)


@post("/grown-up", include_in_schema=False, status_code=200)
@plain(signed_in)
def choose(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Hide or delete one, own an account alone, or be done."""
    slug, account = words(data, "clip"), words(data, "account")
    try:
        with app.database.write() as db:
            match words(data, "do"):
                case "hide":
                    past_childhood.hide(db, app.keys, viewer, slug)
                case "delete":
                    past_childhood.delete(db, app.keys, viewer, slug)
                case "alone":
                    found = next((own for own in profiles.own_accounts(db, viewer) if own.handle == account), None)
                    if found is None:
                        raise NotFound(_("You are in no account of that name."))
                    made_by = past_childhood.creators(db, found.id)
                    growing.end_others_ownership(db, app.keys, viewer, found.id, made_by, clock.now())
                case "done":
                    growing.has_chosen(db, viewer)
                    return see_other("/together")
    except Refused as error:
        return _page(app, viewer, error)
    return see_other("/grown-up")


routes = [past, choose]
