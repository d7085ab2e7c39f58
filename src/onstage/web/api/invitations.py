"""One-time links that the server's owner gives out: to join, or to choose a new password."""

from typing import Annotated

from litestar import post
from litestar.params import PathParameter
from msgspec import Struct

from onstage import clock
from onstage.accounts.doors import recovery
from onstage.accounts.doors.recovery import LASTS, Purpose
from onstage.accounts.queries import person_named
from onstage.accounts.viewer import Viewer
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.errors import NotFound
from onstage.web.api.schemas import problems
from onstage.web.http import App, server_owner, writes


class InvitationLinkOut(Struct):
    """A link that works once; it is shown this once."""

    url: str
    until: str


@post("/api/v1/invitations", status_code=201, tags=["server"], responses=problems(401, 403), operation_id="invite")
@writes(server_owner)
def invite(db: Connection, viewer: Viewer, app: App) -> InvitationLinkOut:
    """A link with which one person can sign up, also where sign-up is closed; good for 14 days."""
    now = clock.now()
    secret = recovery.make_link(db, Purpose.INVITATION, now, made_by=viewer.person)
    return InvitationLinkOut(f"{app.settings.origin}/join/{secret}", iso(now + LASTS[Purpose.INVITATION]))


@post(
    "/api/v1/people/{handle:str}/reset-link",
    status_code=201,
    tags=["server"],
    responses=problems(401, 403, 404),
    operation_id="reset_link",
)
@writes(server_owner)
def reset_link(
    db: Connection, viewer: Viewer, app: App, handle: Annotated[str, PathParameter(max_length=31)]
) -> InvitationLinkOut:
    """A link with which the person of this handle chooses a new password; good for 24 hours. Give it to them only."""
    now = clock.now()
    who = person_named(db, handle)
    if who is None:
        raise NotFound("There is nobody of that name here.")
    secret = recovery.make_link(db, Purpose.RESET, now, person=who.person, made_by=viewer.person)
    return InvitationLinkOut(f"{app.settings.origin}/reset/{secret}", iso(now + LASTS[Purpose.RESET]))


routes = [invite, reset_link]
