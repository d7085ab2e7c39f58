"""Tokens: secrets with which a program does what you can do."""

from typing import Annotated

from litestar import delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from onstage import clock
from onstage.accounts.doors import sessions
from onstage.accounts.doors.sessions import Session, SessionKind
from onstage.accounts.viewer import Viewer
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.web.api.schemas import problems
from onstage.web.api.sessions import RowId
from onstage.web.http import reads, signed_in, writes


class TokenIn(Struct, forbid_unknown_fields=True):
    """What to call the token."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]


class TokenOut(Struct):
    """A token; `acting_as` is the handle it acts as."""

    id: str
    name: str
    acting_as: str
    created_at: str
    seen_at: str

    @classmethod
    def of(cls, token: Session) -> "TokenOut":
        """From a row."""
        return cls(str(token.id), token.name, token.acting_as, iso(token.created_at), iso(token.seen_at))


class NewTokenOut(Struct):
    """A token with its secret, which is shown this once."""

    token: TokenOut
    secret: str


class TokensOut(Struct):
    """All your tokens, newest first; there are no further pages."""

    items: list[TokenOut]
    next: None = None


@get("/api/v1/tokens", tags=["tokens"], responses=problems(401), operation_id="tokens")
@reads(signed_in)
def listed(db: Connection, viewer: Viewer) -> TokensOut:
    """Your tokens, without their secrets."""
    return TokensOut([TokenOut.of(token) for token in sessions.mine(db, viewer, SessionKind.TOKEN)])


@post("/api/v1/tokens", status_code=201, tags=["tokens"], responses=problems(401, 403, 409), operation_id="make_token")
@writes(signed_in)
def make(db: Connection, viewer: Viewer, data: JSONBody[TokenIn]) -> NewTokenOut:
    """Make a token that acts as the account you act as; needs a fresh sign-in check."""
    now = clock.now()
    sessions.need_check(viewer, now)
    token, secret = sessions.make_token(db, viewer, data.name, now)
    return NewTokenOut(TokenOut.of(token), secret)


@delete("/api/v1/tokens/{token:int}", tags=["tokens"], responses=problems(401, 404), operation_id="revoke_token")
@writes(signed_in)
def revoke(db: Connection, viewer: Viewer, token: RowId) -> None:
    """Revoke a token; it stops working at once."""
    sessions.end(db, viewer, token, SessionKind.TOKEN)


routes = [listed, make, revoke]
