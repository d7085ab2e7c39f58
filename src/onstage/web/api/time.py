"""Time of watching: how a day stands, asking for more, giving more."""

from typing import Annotated

from litestar import get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from onstage import clock
from onstage.accounts.guardians import household, screen_time
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.web.api.relations import Handle
from onstage.web.api.schemas import problems
from onstage.web.http import App, reads, signed_in, writes


class TimeOut(Struct):
    """Your day: minutes watched over all devices, the limit if there is one, and why watching is over, if it is."""

    minutes: int
    limit: int | None
    left: int | None
    over: str | None
    asked: bool


class MinutesIn(Struct, forbid_unknown_fields=True):
    """Minutes on top of your own limit, for today; 0: no."""

    minutes: Annotated[int, Meta(ge=0, le=240)]


@get("/api/v1/me/time", tags=["me"], responses=problems(), operation_id="my_time")
@reads(signed_in)
def mine(db: Connection, viewer: Viewer) -> TimeOut:
    """How your day stands."""
    if not screen_time.is_limited(viewer):
        return TimeOut(0, None, None, None, asked=False)
    time = screen_time.how(db, viewer.person or 0, clock.now())
    return TimeOut(time.minutes, time.limit, time.left, None if time.over is None else time.over.value, time.asked)


@post("/api/v1/me/time/more", status_code=202, tags=["me"], responses=problems(403, 409), operation_id="ask_for_time")
@writes(signed_in)
def ask(db: Connection, viewer: Viewer) -> None:
    """Ask your guardians for more time today."""
    screen_time.ask(db, viewer, clock.now())


@post(
    "/api/v1/children/{handle:str}/more-time",
    status_code=204,
    tags=["guardians"],
    responses=problems(403, 404),
    operation_id="give_time",
)
@writes(signed_in)
def give(app: App, db: Connection, viewer: Viewer, handle: Handle, data: JSONBody[MinutesIn]) -> None:
    """Give a child more time today. It counts for your own limit; the strictest guardian's holds."""
    minor = household.minor_named(db, viewer, handle)
    screen_time.give(db, app.keys, viewer, minor, data.minutes, clock.now())


routes = [mine, ask, give]
