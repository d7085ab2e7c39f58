"""Passkeys: make one (also to sign up with), see yours, remove one."""

from typing import Annotated

from litestar import delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from onstage import clock
from onstage.accounts.doors import passkeys, sessions
from onstage.accounts.doors.passkeys import Passkey
from onstage.accounts.naming import check_handle
from onstage.accounts.queries import own_account
from onstage.accounts.viewer import Viewer
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.web import entry
from onstage.web.api.schemas import problems
from onstage.web.api.sessions import Credential, Options, RowId
from onstage.web.http import App, anyone, plain, reads, signed_in, writes


class OptionsIn(Struct, forbid_unknown_fields=True):
    """`handle`: the one that somebody who signs up has chosen; not needed when signed in."""

    handle: Annotated[str, Meta(max_length=40)] = ""


class PasskeyIn(Struct, forbid_unknown_fields=True):
    """A passkey that was just made, and what to call it."""

    credential: Credential
    name: Annotated[str, Meta(max_length=80)] = ""


class PasskeyOut(Struct):
    """A passkey of yours."""

    id: str
    name: str
    created_at: str
    used_at: str | None

    @classmethod
    def of(cls, passkey: Passkey) -> "PasskeyOut":
        """From a row."""
        used_at = None if passkey.used_at is None else iso(passkey.used_at)
        return cls(str(passkey.id), passkey.name, iso(passkey.created_at), used_at)


class PasskeysOut(Struct):
    """All your passkeys, newest first; there are no further pages."""

    items: list[PasskeyOut]
    next: None = None


@post(
    "/api/v1/passkeys/options",
    status_code=200,
    tags=["passkeys"],
    responses=problems(403),
    operation_id="passkey_options",
)
@writes(anyone)
def options(db: Connection, viewer: Viewer, app: App, data: JSONBody[OptionsIn]) -> Options:
    """Options for navigator.credentials.create, in their JSON form; good for one answer within ten minutes.

    Signed in, they are for another passkey of yours and need a fresh sign-in check; else for signing up with `handle`.
    """
    party, now = entry.relying_party(app.settings), clock.now()
    if viewer.signed_in:
        sessions.need_check(viewer, now)
        return passkeys.register_options(db, party, own_account(db, viewer)["handle"], now, person=viewer.person)
    return passkeys.register_options(db, party, check_handle(data.handle), now)


@post(
    "/api/v1/passkeys",
    status_code=201,
    tags=["passkeys"],
    responses=problems(401, 403, 409),
    operation_id="add_passkey",
)
@plain(signed_in)
def add(app: App, viewer: Viewer, data: JSONBody[PasskeyIn]) -> PasskeyOut:
    """Add a passkey that was made with the options."""
    return PasskeyOut.of(entry.add_passkey(app, viewer, data.credential, data.name))


@get("/api/v1/passkeys", tags=["passkeys"], responses=problems(401), operation_id="passkeys")
@reads(signed_in)
def listed(db: Connection, viewer: Viewer) -> PasskeysOut:
    """Your passkeys."""
    return PasskeysOut([PasskeyOut.of(passkey) for passkey in passkeys.mine(db, viewer)])


@delete(
    "/api/v1/passkeys/{passkey:int}",
    tags=["passkeys"],
    responses=problems(401, 403, 404, 409),
    operation_id="remove_passkey",
)
@writes(signed_in)
def remove(db: Connection, viewer: Viewer, passkey: RowId) -> None:
    """Remove a passkey, unless it is the only way in that you have."""
    sessions.need_check(viewer, clock.now())
    passkeys.remove(db, viewer, passkey)


routes = [options, add, listed, remove]
