"""What every handler shares: the viewer, one unit of work a request, who may call, and how errors look."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from contextvars import copy_context
from functools import partial
from typing import Any, Protocol, TypeVar, get_args, get_origin

from litestar import Request
from litestar.response import Redirect, Template

from onstage.accounts.doors import sessions
from onstage.accounts.guardians import screen_time
from onstage.accounts.viewer import GUEST, Viewer, find
from onstage.clock import now
from onstage.db.engine import Connection, Database
from onstage.errors import Contended, NotAllowed, SignInNeeded
from onstage.web.app import App as App
from onstage.web.etag import tagged
from onstage.web.forwarded import caller
from onstage.web.templating import shared_context

SESSION_COOKIE = "onstage_session"
GUEST_COOKIE = "onstage_guest"
AnyRequest = Request[Any, Any, Any]
_TRIES = 4  # of a request whose transaction gave way to another one: nothing of it was done
Handler = TypeVar("Handler", bound=Callable[..., Any])
T = TypeVar("T")


class Policy(Protocol):
    """Says who may call a route: returns, or raises Refused."""

    __name__: str

    def __call__(self, viewer: Viewer) -> None:
        """Raise unless this viewer may go on."""


def anyone(viewer: Viewer) -> None:
    """Guests too; what they get is decided by the visibility rule."""


def signed_in(viewer: Viewer) -> None:
    """A person, acting as one of their accounts."""
    if not viewer.signed_in:
        raise SignInNeeded("Sign in to do this.")


def server_owner(viewer: Viewer) -> None:
    """The server's owner alone."""
    signed_in(viewer)
    if not viewer.is_server_owner:
        raise NotAllowed("Only the server's owner can do this.")


def reads(
    policy: Policy, *, inline: bool = False, watching: bool = False, same_by: Callable[[Any], object] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A handler in one reading unit of work.

    `inline`: a keyset read of about 0.1 ms, done on the event loop when the database is SQLite. `watching`: what it gives
    is for watching, and is closed to whose time is up. `same_by`: what of the answer an entity tag is made of.
    """
    return partial(_handler, policy=policy, unit="read", inline=inline, watching=watching, same_by=same_by)


def writes(policy: Policy) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A handler in one writing unit of work; it commits when the handler returns."""
    return partial(_handler, policy=policy, unit="write")


def plain(policy: Policy) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A handler that opens its own units of work because it does slow things between them."""
    return partial(_handler, policy=policy, unit="none")


def declared_policy(handler: Any) -> Policy | None:
    """The policy of a handler made by `reads`, `writes` or `plain`, for the test that no route lacks one."""
    return getattr(handler, "policy", None)


async def only_with_credentials(request: AnyRequest) -> None:
    """Before every request: where one has to be signed in, no body is read from those who don't even try to be."""
    policy = declared_policy(request.route_handler.fn)
    if policy is not None and policy is not anyone and not credentials(request)[1]:
        policy(GUEST)


def _handler(
    function: Callable[..., Any],
    *,
    policy: Policy,
    unit: str,
    inline: bool = False,
    watching: bool = False,
    same_by: Callable[[Any], object] | None = None,
) -> Callable[..., Awaitable[Any]]:
    signature = inspect.signature(function, eval_str=True)
    wanted = set(signature.parameters)
    passed_on = [p for name, p in signature.parameters.items() if name not in {"db", "viewer", "app", "request"}]

    async def handle(request: AnyRequest, **given: Any) -> Any:
        app: App = request.app.state.app
        call = partial(_call, app, request, given)
        if inline and app.database.kind == "sqlite":
            return call()
        answer = await in_thread(app, call)
        return await answer if inspect.isawaitable(answer) else answer

    def _call(app: App, request: AnyRequest, given: dict[str, Any]) -> Any:
        for _ in range(_TRIES - 1):
            try:
                return _once(app, request, given)
            except Contended:
                continue
        return _once(app, request, given)

    def _once(app: App, request: AnyRequest, given: dict[str, Any]) -> Any:
        extra = {"app": app, "request": request}
        with _unit(app.database, unit) as db:
            viewer = request.scope["state"]["viewer"] = _viewer(app, request, db)
            policy(viewer)
            if watching and db is not None:
                screen_time.need_time(db, viewer, now())
            extra |= {"viewer": viewer, "db": db}
            answer = function(**given, **{name: value for name, value in extra.items() if name in wanted})
        return answer if same_by is None else tagged(answer, same_by(answer), request.headers.get("if-none-match", ""))

    parameters = [
        inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=AnyRequest),
        *(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in passed_on),
    ]
    described: Any = handle
    returned = signature.return_annotation
    if get_origin(returned) is Awaitable:  # what takes no thread is awaited on the event loop, after the unit of work
        (returned,) = get_args(returned)
    described.__signature__ = signature.replace(parameters=parameters, return_annotation=returned)
    described.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": returned}
    described.__name__, described.__doc__, described.__module__ = (
        function.__name__,
        function.__doc__,
        function.__module__,
    )
    described.policy = policy
    return handle


class _NoUnit(AbstractContextManager[None]):
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def _unit(database: Database, unit: str) -> AbstractContextManager[Connection | None]:
    if unit == "read":
        return database.read()
    return database.write() if unit == "write" else _NoUnit()


def _viewer(app: App, request: AnyRequest, db: Connection | None) -> Viewer:
    kind, secret = credentials(request)
    if not secret:
        return GUEST
    if db is not None:
        found = find(db, kind, secret)
    else:
        with app.database.read() as own:
            found = find(own, kind, secret)
    if found is not None and sessions.is_stale(found, now()):
        app.threads.submit(_note_seen, app, found)
    if found is None and kind == "token":
        raise SignInNeeded("This token is not valid, or it was revoked.", code="token-unknown")
    return found or GUEST


def _note_seen(app: App, viewer: Viewer) -> None:
    """Beside the request, which may be a read on the event loop."""
    with app.database.write() as db:
        sessions.seen(db, viewer, now())


def note_watching(app: App, person: int, moment: int, watched_us: int = 0) -> None:
    """Count the minutes in which a minor watches; done beside the request."""
    with app.database.write() as db:
        screen_time.note(db, person, moment, watched_us=watched_us)


async def viewer_of(request: AnyRequest) -> Viewer:
    """The viewer behind a request, for the few handlers that are streams; a short unit of work of its own."""
    app: App = request.app.state.app
    return await asyncio.get_running_loop().run_in_executor(app.threads, _viewer, app, request, None)


async def in_thread(app: App, function: Callable[..., T], *arguments: Any) -> T:
    """Run something that blocks in the bounded pool, off the event loop, in the reader's language."""
    call = partial(copy_context().run, function, *arguments)
    return await asyncio.get_running_loop().run_in_executor(app.threads, call)


def credentials(request: AnyRequest) -> tuple[str, str]:
    """("token" | "browser", secret) of a request; an Authorization header wins over the cookie."""
    authorization = request.headers.get("authorization", "")
    if authorization:
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise SignInNeeded("The Authorization header takes `Bearer` and a token.", code="token-unknown")
        return "token", secret.strip()
    return "browser", request.cookies.get(SESSION_COOKIE, "")


def address(request: AnyRequest) -> str:
    """The caller's address, also behind a trusted proxy."""
    app: App = request.app.state.app
    peer = request.client.host if request.client else "127.0.0.1"
    return caller(peer, request.headers.get("x-forwarded-for", ""), app.settings.trusted_proxies)


class Page(Template):
    """A page for people, given what every page shows."""

    def create_template_context(self, request: AnyRequest) -> dict[str, Any]:
        """The page's own context over the shared one."""
        shared = shared_context(self.context.get("viewer", GUEST), request.scope)
        return {**shared, **super().create_template_context(request)}


def page(template: str, viewer: Viewer, *, status: int = 200, **context: Any) -> Page:
    """A page for people; what every page shows (`me`, `site`, `nonce`, `path`) is added."""
    return Page(template, context={"viewer": viewer, "status": status, **context}, status_code=status)


def see_other(path: str) -> Redirect:
    """After a form: look there (303)."""
    return Redirect(path, status_code=303)
