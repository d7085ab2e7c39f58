"""Nothing leaks: every route, as everybody, searched for the secrets of clips that they must not see there."""

from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import func, select

from onstage.db.engine import metadata
from onstage.web import asgi
from onstage.web.metrics import Metrics
from tests.client import Client
from tests.leaks import naive
from tests.leaks.acts import ACTS, Act, is_upload
from tests.leaks.elsewhere import ELSEWHERE
from tests.leaks.surfaces import SURFACES, Surface
from tests.leaks.together import TOGETHER
from tests.leaks.walk import Walk, look
from tests.leaks.world import NOBODY, TAG, World, slug_of

EVERYBODY = (
    *("guest", "ada", "duo", "ben", "ben as duo", "fay", "eve", "trio", "max", "ola"),
    *("ivy", "pia", "lea", "tom", "rob"),
    *("mia", "gus", "gil"),
)
WALKED: dict[str, Surface] = SURFACES | ELSEWHERE | TOGETHER


def _routes(world: World) -> set[str]:
    found = set()
    for route in asgi.litestar(world.app, Metrics()).routes:
        for handler in getattr(route, "route_handlers", ()):
            assert isinstance(handler, HTTPRouteHandler)
            found |= {f"{method} {route.path}" for method in handler.http_methods}
    return found


def test_every_route_is_walked(world: World) -> None:
    """A route that nobody taught the walker to call fails here, until it is known what it may show to whom."""
    known = {each.partition("#")[0] for each in (*WALKED, *ACTS)}
    own_options = {each for each in known if each.startswith("OPTIONS")}
    routes = {route for route in _routes(world) if not route.startswith("OPTIONS")} | own_options
    assert routes - known == set(), "the walker does not know these"
    assert known - routes == set(), "these are no routes any more"


@pytest.mark.parametrize("name", EVERYBODY)
def test_nothing_leaks(world: World, visitor: Client, name: str) -> None:
    walk = _walk(world, visitor, name)
    for route, surface in WALKED.items():
        allowed = surface.allowed(walk)
        shown: set[int] = set()
        walk.visited = set()
        for answer in surface.visit(walk):
            exposed = walk.exposed(answer)
            assert exposed <= allowed, f"{route} shows {name} {_plans(world, exposed - allowed)}"
            shown |= exposed
            tags = walk.exposed_tags(answer) - (walk.open_to_all if surface.has_totals else set())
            assert tags <= allowed, f"{route} shows {name} the tags of {_plans(world, tags - allowed)}"
        if surface.is_all:
            expected = allowed & walk.visited if walk.visited else allowed
            assert expected <= shown, f"{route} keeps from {name} {_plans(world, expected - shown)}"


def _walk(world: World, visitor: Client, name: str) -> Walk:
    turn = EVERYBODY.index(name) + (world.app.database.kind == "postgresql")
    return Walk(world, visitor, name, naive.Truth(world.read(), world.actors[name].viewer), turn)


def _plans(world: World, clips: set[int]) -> list[str]:
    return [f"{made.secret} {made.plan}" for made in world.planted if made.id in clips]


def _written(world: World) -> dict[str, Any]:
    """How many rows each table has, and every clip as it is."""
    with world.app.database.read() as db:
        sizes = {name: db.execute(select(func.count()).select_from(table)).scalar_one() for name, table in _tables()}
        return {**sizes, "each clip": {row.id: row for row in db.execute(select(metadata.tables["clips"]))}}


def _tables() -> list[tuple[str, Any]]:
    return [(name, table) for name, table in metadata.tables.items() if name != "sessions"]


@pytest.mark.parametrize("name", EVERYBODY)
def test_nothing_is_done_to_what_one_may_not_see(world: World, visitor: Client, name: str) -> None:
    walk = _walk(world, visitor, name)
    before = _written(world)
    for route, act in ACTS.items():
        never_was = _try(walk, act, NOBODY)
        assert never_was[0] in {401, 404} or walk.name == "guest", never_was
        for made in walk.some(1 if "upload" in act.path else 4):
            clip = next(row for row in walk.rows if row.id == made.id)
            if ("upload" in act.path and not is_upload(made)) or act.is_open(walk, clip):
                continue
            looks = _try(walk, act, made.secret)
            if walk.truth.may_open(clip):
                assert looks[0] in {401, 403, 404, 409, 303}, f"{route} of {made} as {name}: {looks}"
            else:
                assert looks == never_was, f"{route} of {made} as {name}"
    assert _written(world) == before


def _try(walk: Walk, act: Act, secret: str) -> tuple[object, ...]:
    path = act.path.format(slug=slug_of(secret), secret=secret)
    return look(walk.ask(act.method, path, **act.sent(slug_of(secret))), secret)


def test_totals_are_the_same_for_all_and_count_what_every_guest_may_meet(world: World, visitor: Client) -> None:
    rows = world.read()
    open_to_all = naive.ids(rows.clips, lambda clip: naive.open_to_all(rows, clip))
    assert open_to_all
    for name in EVERYBODY:
        walk = _walk(world, visitor, name)
        tags = walk.get(f"/api/v1/search?q={TAG}").json["tags"]
        assert tags == [{"tag": TAG, "count": len(open_to_all)}]
        for made in world.planted[::7]:
            found = walk.get(f"/api/v1/search?q={made.tag}").json["tags"]
            assert [each["count"] for each in found] == ([1] if made.id in open_to_all else [])
