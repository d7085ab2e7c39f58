"""Yes beforehand: what a guardian agrees to before it is made, by child and account."""

from datetime import datetime
from typing import Annotated

from litestar import delete, get, put
from litestar.params import JSONBody, PathParameter
from msgspec import Struct

from onstage import clock
from onstage.accounts.guardians import beforehand, household
from onstage.accounts.guardians.beforehand import Said, Width
from onstage.accounts.viewer import Viewer
from onstage.clock import SECOND, iso
from onstage.db.engine import Connection
from onstage.errors import Invalid
from onstage.web.api.schemas import problems
from onstage.web.http import App, reads, signed_in, writes

Handle = Annotated[str, PathParameter(max_length=31, description="An account's name, without @.")]
_BEFOREHAND = "/api/v1/children/{handle:str}/beforehand"


class UntilIn(Struct, forbid_unknown_fields=True):
    """How long it counts: at most twelve months."""

    until: datetime


class SaidOut(Struct):
    """What you have said yes to. `width` is `near`, or `members` for what joining covers; `until` null: while a member."""

    account: str
    name: str
    width: Width
    until: str | None

    @classmethod
    def of(cls, each: Said) -> "SaidOut":
        """From a row."""
        return cls(each.handle, each.name, each.width, None if each.until is None else iso(each.until))


class SaidPage(Struct):
    """All of it."""

    items: list[SaidOut]


@get(_BEFOREHAND, tags=["guardians"], responses=problems(401, 404), operation_id="said_beforehand")
@reads(signed_in)
def listed(db: Connection, viewer: Viewer, handle: Handle) -> SaidPage:
    """What you have said yes to beforehand for a child, by account."""
    minor = household.minor_named(db, viewer, handle)
    found = beforehand.of_minor(db, minor, clock.now(), guardian=viewer.person)
    return SaidPage([SaidOut.of(each) for each in found])


@put(
    _BEFOREHAND + "/{account:str}",
    status_code=204,
    tags=["guardians"],
    responses=problems(401, 403, 404),
    operation_id="say_beforehand",
)
@writes(signed_in)
def say(app: App, db: Connection, viewer: Viewer, handle: Handle, account: Handle, data: JSONBody[UntilIn]) -> None:
    """Say yes beforehand to near clips with a child in an account. Needs a fresh sign-in check (403 `check-needed`)."""
    if data.until.tzinfo is None:
        raise Invalid("A time needs its zone, such as 2030-01-31T18:00:00Z.", field="until")
    minor, until = household.minor_named(db, viewer, handle), int(data.until.timestamp() * SECOND)
    beforehand.say(db, app.keys, viewer, minor, account, until, clock.now())


@delete(_BEFOREHAND + "/{account:str}", tags=["guardians"], responses=problems(401, 404), operation_id="end_beforehand")
@writes(signed_in)
def stop(app: App, db: Connection, viewer: Viewer, handle: Handle, account: Handle) -> None:
    """Take it back. What waits is asked of you again; what has gone out stays, and you may say no to it."""
    beforehand.stop(db, app.keys, viewer, household.minor_named(db, viewer, handle), account, clock.now())


routes = [listed, say, stop]
