"""Sessions: sign in by password, passkey, code or link; see them, check them, end them."""

from typing import Annotated, Any

from litestar import Response, delete, get, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from onstage import clock, ids
from onstage.accounts.doors import passkeys, passwords, sessions
from onstage.accounts.doors.sessions import Begun, Session, SessionKind
from onstage.accounts.viewer import Viewer, find
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.errors import Invalid
from onstage.web import entry
from onstage.web.api.schemas import problems, told
from onstage.web.http import AnyRequest, App, anyone, plain, reads, signed_in, writes

Handle = Annotated[str, Meta(min_length=1, max_length=40, description="A handle, with or without the @.")]
Password = Annotated[str, Meta(min_length=1, max_length=1000)]
NewPassword = Annotated[
    str,
    told(
        "At least 10 characters, not one of the commonest, not the handle.",
        min_length=passwords.LEAST_LENGTH,
        max_length=passwords.MOST_LENGTH,
    ),
]
Credential = Annotated[dict[str, Any], Meta(description="A PublicKeyCredential as its toJSON() gives it.")]
Options = dict[str, Any]
RowId = Annotated[int, PathParameter(ge=1, le=ids.LARGEST)]


class SessionOut(Struct):
    """A session. `acting_as` is a handle; `is_this`: the one that asks."""

    id: str
    name: str
    acting_as: str
    created_at: str
    seen_at: str
    is_this: bool

    @classmethod
    def of(cls, session: Session) -> "SessionOut":
        """From a row."""
        return cls(
            id=str(session.id),
            name=session.name,
            acting_as=session.acting_as,
            created_at=iso(session.created_at),
            seen_at=iso(session.seen_at),
            is_this=session.is_this,
        )


class SessionsOut(Struct):
    """All browsers that are signed in, newest first; there are no further pages."""

    items: list[SessionOut]
    next: None = None


class SignedInOut(Struct):
    """Who is signed in now; the session is in the cookie of the answer."""

    handle: str


class SignIn(Struct, forbid_unknown_fields=True):
    """A handle and its password."""

    handle: Handle
    password: Password


class PasskeyAnswer(Struct, forbid_unknown_fields=True):
    """What the passkey answered to the options."""

    credential: Credential


class RecoveryIn(Struct, forbid_unknown_fields=True):
    """One of the ten codes that were shown at sign-up."""

    handle: Handle
    code: Annotated[str, Meta(min_length=1, max_length=60)]


class ResetIn(Struct, forbid_unknown_fields=True):
    """The secret at the end of a reset link, and the new password."""

    token: Annotated[str, Meta(min_length=1, max_length=100)]
    password: NewPassword


class ResetMailIn(Struct, forbid_unknown_fields=True):
    """Whose password is to be reset by mail."""

    handle: Handle


class Check(Struct, forbid_unknown_fields=True):
    """One of the two."""

    password: Password | None = None
    credential: Credential | None = None


@post(
    "/api/v1/sessions",
    status_code=201,
    tags=["sessions"],
    responses=problems(403),
    operation_id="sign_in",
    security=[{}],
)
@plain(anyone)
def sign_in(app: App, request: AnyRequest, data: JSONBody[SignIn]) -> Response[SignedInOut]:
    """Sign in by password. After several wrong ones the answer is 429 with Retry-After."""
    return answer(app, entry.sign_in(app, request, data.handle, data.password))


@post(
    "/api/v1/sessions/passkey/options",
    status_code=200,
    tags=["sessions"],
    responses=problems(),
    operation_id="passkey_sign_in_options",
)
@writes(anyone)
def passkey_options(db: Connection, app: App) -> Options:
    """Options for navigator.credentials.get, in their JSON form; good for one answer within ten minutes."""
    return passkeys.sign_in_options(db, entry.relying_party(app.settings), clock.now())


@post(
    "/api/v1/sessions/passkey",
    status_code=201,
    tags=["sessions"],
    responses=problems(403),
    operation_id="passkey_sign_in",
    security=[{}],
)
@plain(anyone)
def sign_in_by_passkey(app: App, request: AnyRequest, data: JSONBody[PasskeyAnswer]) -> Response[SignedInOut]:
    """Sign in by a passkey."""
    return answer(app, entry.sign_in_by_passkey(app, request, data.credential))


@post(
    "/api/v1/sessions/recovery",
    status_code=201,
    tags=["sessions"],
    responses=problems(403),
    operation_id="recover",
    security=[{}],
)
@plain(anyone)
def recover(app: App, request: AnyRequest, data: JSONBody[RecoveryIn]) -> Response[SignedInOut]:
    """Sign in by a recovery code, which is used up; then set a password or add a passkey."""
    return answer(app, entry.recover(app, request, data.handle, data.code))


@post(
    "/api/v1/sessions/reset",
    status_code=201,
    tags=["sessions"],
    responses=problems(410),
    operation_id="reset",
    security=[{}],
)
@plain(anyone)
def reset(app: App, request: AnyRequest, data: JSONBody[ResetIn]) -> Response[SignedInOut]:
    """Choose a new password by a reset link; every other session of the person ends."""
    return answer(app, entry.reset(app, request, data.token, data.password))


@post(
    "/api/v1/sessions/reset-mail",
    status_code=202,
    tags=["sessions"],
    responses=problems(),
    operation_id="mail_reset",
    security=[{}],
)
@plain(anyone)
def mail_reset(app: App, request: AnyRequest, data: JSONBody[ResetMailIn]) -> None:
    """Have a reset link sent, if that handle has a mail address; the answer is the same if it has none."""
    entry.mail_reset(app, request, data.handle)


@post("/api/v1/sessions/check", status_code=204, tags=["sessions"], responses=problems(401, 403), operation_id="check")
@plain(signed_in)
def check(app: App, request: AnyRequest, viewer: Viewer, data: JSONBody[Check]) -> None:
    """Show again who you are, in the session that goes on; good for five minutes. Deeds that need it say `check-needed`."""
    proof = data.credential if data.credential is not None else data.password
    if proof is None:
        raise Invalid("Send a password or the answer of a passkey.", field="password")
    entry.confirm(app, request, viewer, proof)


@get("/api/v1/sessions", tags=["sessions"], responses=problems(401), operation_id="sessions")
@reads(signed_in)
def listed(db: Connection, viewer: Viewer) -> SessionsOut:
    """The browsers in which you are signed in."""
    return SessionsOut([SessionOut.of(session) for session in sessions.mine(db, viewer, SessionKind.BROWSER)])


@delete("/api/v1/sessions/{session:int}", tags=["sessions"], responses=problems(401, 404), operation_id="end_session")
@writes(signed_in)
def end(db: Connection, viewer: Viewer, session: RowId) -> None:
    """End one of your sessions; ending the one that asks signs out."""
    sessions.end(db, viewer, session, SessionKind.BROWSER)


@delete("/api/v1/sessions", tags=["sessions"], responses=problems(401), operation_id="end_other_sessions")
@writes(signed_in)
def end_others(db: Connection, viewer: Viewer) -> None:
    """End every session and token of yours but the one that asks."""
    assert viewer.person is not None
    sessions.end_all(db, viewer.person, but=viewer.session)


def answer(app: App, begun: Begun) -> Response[SignedInOut]:
    """Who is in now, with the session's cookie."""
    with app.database.read() as db:
        viewer = find(db, SessionKind.BROWSER, begun.secret)
    assert viewer is not None
    response = Response(SignedInOut(viewer.handle), status_code=201)
    entry.set_session(app, response, begun)
    return response


routes = [
    sign_in,
    passkey_options,
    sign_in_by_passkey,
    recover,
    reset,
    mail_reset,
    check,
    listed,
    end,
    end_others,
]
