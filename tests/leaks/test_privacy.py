"""What a guardian never sees of a child, whatever else they are here (consent.md R10): every route that reads is asked."""

import re

import pytest
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import insert, update

from onstage import ids
from onstage.accounts.models import blocks, mutes, people, sessions
from onstage.clips.models import Audience, HoldKind, Stage, holds
from onstage.clock import now
from onstage.engagement.models import comments, likes, saves
from onstage.moderation import reports
from onstage.moderation.reports import Reason
from onstage.web import asgi
from onstage.web.metrics import Metrics
from tests.cast import Cast, make_clip, person
from tests.client import Client

SECRET = "qzsecret"
NOT_ASKED = (
    "/source",
    "/api/v1/openapi",
    "/api/v1/events",
)  # say nothing of people, or never end; the walker reads them


@pytest.fixture
def draft(cast: Cast) -> str:
    """A child with something in every place that is hers alone; gives the name of her draft."""
    who = cast.mia.viewer
    _, draft = make_clip(
        cast.app.database, who, caption=f"{SECRET}draft", audience=Audience.PRIVATE, published=False, stage=Stage.DRAFT
    )
    said_no, _ = make_clip(cast.app.database, cast.ben.viewer, caption="of ben")
    watched, _ = make_clip(cast.app.database, cast.ada.viewer, caption="of ada")
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == who.person).values(mail=f"{SECRET}mail@example.org"))
        db.execute(update(sessions).where(sessions.c.person_id == who.person).values(name=f"{SECRET}device"))
        blocked = person(db, f"{SECRET}blocked")
        muted = person(db, f"{SECRET}muted")
        db.execute(insert(blocks).values(blocker_id=who.account, blocked_id=blocked.account, at=now()))
        db.execute(insert(mutes).values(account_id=who.account, muted_id=muted.account, at=now()))
        db.execute(insert(holds).values(clip_id=said_no, kind=HoldKind.NO, giver_id=who.person, since=now()))
        row = {"clip_id": watched, "account_id": who.account, "person_id": who.person, "at": now()}
        db.execute(insert(likes).values(row))
        db.execute(insert(saves).values(row))
        db.execute(insert(comments).values(id=ids.new(), words="hello", **row))
        reports.report_account(db, who, "ada", Reason.OTHER, f"{SECRET}report", now())
    return draft


def _paths(cast: Cast, draft: str) -> list[str]:
    given = {"handle": ["mia", "@mia", "duo"], "slug": [draft], "key": [f"film{draft}", f"cover{draft}"]}
    found = []
    for route in asgi.litestar(cast.app, Metrics()).routes:
        reading = [each for each in getattr(route, "route_handlers", ()) if isinstance(each, HTTPRouteHandler)]
        if not any("GET" in each.http_methods for each in reading) or route.path.startswith(NOT_ASKED):
            continue
        named = re.findall(r"\{(\w+):\w+\}", route.path)
        for value in given.get(named[0], ["1"]) if named else [""]:
            found.append(re.sub(r"\{\w+:\w+\}", value, route.path))
    return found


@pytest.mark.parametrize("is_owner", [False, True], ids=["a guardian", "a guardian who owns the server"])
def test_a_guardian_reads_nothing_that_is_the_childs_alone(
    cast: Cast, client: Client, draft: str, is_owner: bool
) -> None:
    with cast.app.database.write() as db:
        if is_owner:
            db.execute(update(people).values(is_server_owner=0))
            db.execute(update(people).where(people.c.id == cast.gus.viewer.person).values(is_server_owner=1, vouches=1))
    for path in _paths(cast, draft):
        for actor in (cast.gus, cast.gil):
            answer = client.get(path, actor)
            assert answer.status < 500, f"{path}: {answer.status}"
            assert SECRET.encode() not in answer.everything, f"{path} shows {actor.viewer.handle} what is mia's alone"


def test_she_herself_reads_it_where_it_belongs(cast: Cast, client: Client, draft: str) -> None:
    """Else the test above would find nothing whatever the pages did."""
    found = {path for path in _paths(cast, draft) if SECRET.encode() in client.get(path, cast.mia).everything}
    assert {"/me/clips", f"/make/{draft}", "/settings/sessions", "/settings/privacy", "/api/v1/me"} <= found
