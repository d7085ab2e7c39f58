"""Every route says who may call it, and it is enforced before anything else happens."""

import pytest
from litestar.handlers import HTTPRouteHandler

from onstage.web import asgi
from onstage.web.app import App
from onstage.web.http import Policy, anyone, declared_policy, server_owner, signed_in
from onstage.web.metrics import Metrics
from tests.cast import Cast
from tests.client import Client

DOCUMENTATION = {f"/api/v1/openapi.json{end}" for end in ("", "/openapi.json", "/{path:str}")}  # the same for all
FILLED = {
    "{slug:str}": "never0was0there0",
    "{handle:str}": "nobody_here",
    "{tag:str}": "nothing",
    "{token:str}": "x",
    "{secret:str}": "x",
    "{name:str}": "x",
    "{row:str}": "x",
    "{path:str}": "x",
}


def _handlers(app: App) -> list[tuple[str, HTTPRouteHandler]]:
    found = []
    for route in asgi.litestar(app, Metrics()).routes:
        for handler in getattr(route, "route_handlers", ()):
            assert isinstance(handler, HTTPRouteHandler), f"{route.path} is no HTTP route: who may use it?"
            found.append((route.path, handler))
    return found


def _address(path: str) -> str:
    for place, value in FILLED.items():
        path = path.replace(place, value)
    return "/".join("1" if part.startswith("{") else part for part in path.split("/"))


def test_every_route_declares_a_policy(app: App) -> None:
    without = {path for path, handler in _handlers(app) if declared_policy(handler.fn) is None}
    assert without == DOCUMENTATION
    known = {anyone, signed_in, server_owner}
    assert {declared_policy(handler.fn) for _, handler in _handlers(app)} - {None} == known


@pytest.mark.parametrize(("policy", "names"), [(signed_in, ["guest"]), (server_owner, ["guest", "ben", "max"])])
def test_whoever_may_not_is_refused_and_nothing_is_said(
    app: App, client: Client, cast: Cast, policy: Policy, names: list[str]
) -> None:
    routes = [(path, handler) for path, handler in _handlers(app) if declared_policy(handler.fn) is policy]
    assert routes
    for name in names:
        for path, handler in routes:
            for method in handler.http_methods:
                answer = client.ask(str(method), _address(path), cast.everybody[name])
                to_sign_in = answer.status == 303 and (answer.header("location") or "").startswith("/sign-in")
                was_not_read = answer.status == 422 and name != "guest"  # the body is looked at before the person
                assert answer.status in {401, 403} or to_sign_in or was_not_read, f"{method} {path} as {name}: {answer}"


def test_the_owners_rooms_open_for_the_owner(app: App, client: Client, cast: Cast) -> None:
    rooms = [path for path, handler in _handlers(app) if declared_policy(handler.fn) is server_owner]
    pages = {path for path in rooms if path.startswith("/server") and "{" not in path}
    assert pages
    for path in sorted(pages):
        assert client.get(path, cast.ola).status == 200
