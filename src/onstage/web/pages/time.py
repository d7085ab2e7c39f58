"""When watching is over for now: a kind page that says until when, what stays open, and how to ask for more."""

from typing import Any

from litestar import Response, get, post

from onstage import clock
from onstage.accounts.guardians import screen_time
from onstage.accounts.guardianship import guardians_of
from onstage.accounts.viewer import Viewer
from onstage.errors import Refused
from onstage.web.http import App, page, plain, see_other, signed_in


@get("/time", include_in_schema=False)
@plain(signed_in)
def over(app: App, viewer: Viewer) -> Response[Any]:
    """How one's day stands; where there is no limit, back to the stage."""
    return _page(app, viewer)


def _page(app: App, viewer: Viewer, error: Refused | None = None) -> Response[Any]:
    if not screen_time.is_limited(viewer):
        return see_other("/")
    with app.database.read() as db:
        time = screen_time.how(db, viewer.person or 0, clock.now())
        answers = screen_time.answers(db, viewer.person or 0, clock.now())
        guarded = any(each.full for each in guardians_of(db, [viewer.person or 0]))
    if time.over is None and error is None:
        return see_other("/")
    status = error.status if error else 200
    return page("time.html", viewer, status=status, time=time, answers=answers, guarded=guarded, error=error)


@post("/time", include_in_schema=False, status_code=200)
@plain(signed_in)
def ask(app: App, viewer: Viewer) -> Response[Any]:
    """Ask for more."""
    try:
        with app.database.write() as db:
            screen_time.ask(db, viewer, clock.now())
    except Refused as error:
        return _page(app, viewer, error)
    return see_other("/time")


routes = [over, ask]
