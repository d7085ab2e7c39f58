"""Coming of age, as pages: told before and on the day, then many clips at once, and what is hidden can be found again."""

import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import insert, select, update

from onstage.accounts import upkeep
from onstage.accounts.age import Band
from onstage.accounts.models import people
from onstage.clips.models import Audience, HoldKind, appearances, clips, holds
from onstage.clock import DAY, HOUR, now, to_datetime
from tests.cast import Actor, Cast, make_clip, stand_for
from tests.client import Answer, Client

FORM = {"content-type": "application/x-www-form-urlencoded"}


def birthday(cast: Cast, actor: Actor, years: int, band: Band, *, at: int) -> None:
    """They turn that old at this instant, and what time does is done."""
    today = to_datetime(now()).date()
    young = {"birth_date": f"{today.year - years}-01-01", "band": band.value, "band_until": at}
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == actor.viewer.person).values(young))
        upkeep.run(db, cast.app.keys, "UTC", "http://localhost", now())


def choose(client: Client, cast: Cast, act: str, *slugs: str) -> Answer:
    body = urlencode([("do", act), *(("clip", slug) for slug in slugs)]).encode()
    return client.post("/grown-up", cast.max, body=body, headers=FORM)


def by_ada_with_max(cast: Cast) -> str:
    """A clip of somebody else's in which max has been since he was a child; somebody else is in it too."""
    clip, slug = make_clip(cast.app.database, cast.ada.viewer, caption="at the lake")
    with cast.app.database.write() as db:
        for actor in (cast.max, cast.ben):
            row = {"person_id": actor.viewer.person, "account_id": actor.viewer.account, "sticks": 1}
            db.execute(insert(appearances).values(clip_id=clip, **row, at=now()))
    return slug


def held(cast: Cast, *slugs: str) -> list[set[str]]:
    wanted = select(holds.c.kind).join_from(holds, clips, clips.c.id == holds.c.clip_id)
    with cast.app.database.read() as db:
        return [set(db.execute(wanted.where(clips.c.slug == slug)).scalars()) for slug in slugs]


@pytest.mark.parametrize(
    ("years", "band", "soon", "today"),
    [
        (13, Band.UNDER_13, "You turn 13 on ", "You are 13."),
        (16, Band.FROM_13, "You turn 16 on ", "You are 16."),
        (18, Band.FROM_16, "You turn 18 on ", "You are 18."),
    ],
)
def test_who_gets_older_and_who_looks_after_them_read_what_changes(
    cast: Cast, client: Client, years: int, band: Band, soon: str, today: str
) -> None:
    with cast.app.database.write() as db:
        stand_for(db, cast.gus.viewer, cast.max.viewer, is_full=1)
    birthday(cast, cast.max, years, band, at=now() + 5 * DAY)
    assert soon in client.get("/together", cast.max).text
    assert f"Max turns {years} on " in client.get("/together", cast.gus).text
    birthday(cast, cast.max, years, band, at=now() - HOUR)
    assert today in client.get("/together", cast.max).text
    assert f"Max is {years}" in client.get("/together", cast.gus).text
    assert ('href="/grown-up"' in client.get("/together", cast.max).text) == (years == 18)


def test_many_are_hidden_or_deleted_at_once_also_those_of_others(cast: Cast, client: Client) -> None:
    mine = [make_clip(cast.app.database, cast.max.viewer, caption=f"small {place}")[1] for place in range(3)]
    other, stranger = by_ada_with_max(cast), make_clip(cast.app.database, cast.ada.viewer)[1]
    birthday(cast, cast.max, 18, Band.FROM_16, at=now() + HOUR)
    assert client.get("/grown-up", cast.max).status == 404
    birthday(cast, cast.max, 18, Band.FROM_16, at=now() - HOUR)
    page = client.get("/grown-up?every=yes", cast.max).text
    assert set(re.findall(r'name="clip" value="(\w+)" checked', page)) == {*mine, other}

    assert "Choose a clip first" in choose(client, cast, "hide").text
    assert choose(client, cast, "hide", mine[0], stranger).status == 404
    assert held(cast, mine[0]) == [set()], "all of it or nothing"
    hidden = choose(client, cast, "hide", *mine[:2])
    assert "Nobody else sees that" in client.get(hidden.header("location") or "", cast.max).text
    assert held(cast, *mine) == [{HoldKind.NO}, {HoldKind.NO}, set()]

    asked = choose(client, cast, "ask", mine[2], other)
    assert "1 clip is erased." in asked.text
    assert "1 clip with others is withheld at once, and erased in 30 days." in asked.text
    assert held(cast, mine[2], other) == [set(), set()], "it only asked"
    assert choose(client, cast, "cancel", mine[2], other).header("location") == "/grown-up"
    for _twice in range(2):
        assert choose(client, cast, "delete", mine[2], other).status == 303
    assert held(cast, mine[2], other) == [{HoldKind.DELETING}, {HoldKind.NO}]
    assert "nothing left to decide" in client.get("/grown-up", cast.max).text
    assert choose(client, cast, "done").header("location") == "/together?did=chosen"
    assert "Your own choices count from now on." in client.get("/together?did=chosen", cast.max).text
    assert "/grown-up" not in re.sub("<ol.*</ol>", "", client.get("/together", cast.max).text, flags=re.DOTALL)


def test_those_that_do_not_fit_on_a_page_are_on_the_next(cast: Cast, client: Client) -> None:
    mine = [make_clip(cast.app.database, cast.max.viewer)[1] for _ in range(50)]
    birthday(cast, cast.max, 18, Band.FROM_16, at=now() - HOUR)
    first = client.get("/grown-up", cast.max).text
    older = re.search(r'href="(\?before=\d+)"', first)
    assert older
    second = client.get(f"/grown-up{older[1]}", cast.max).text
    found = [re.findall(r'name="clip" value="(\w+)"', page) for page in (first, second)]
    assert (len(found[0]), len(found[1])) == (48, 2)
    assert {*found[0], *found[1]} == set(mine)


def test_what_was_hidden_says_so_where_one_looks_for_it_and_comes_back(cast: Cast, client: Client) -> None:
    slug = make_clip(cast.app.database, cast.max.viewer, caption="when I was small", audience=Audience.FRIENDS)[1]
    birthday(cast, cast.max, 18, Band.FROM_16, at=now() - HOUR)
    assert "when I was small" in client.get("/grown-up", cast.max).text
    assert client.post("/grown-up", cast.max, form={"do": "hide", "clip": slug}).status == 303
    assert "when I was small" not in client.get("/grown-up", cast.max).text
    for page in ("/me/with-me", f"/make/{slug}"):
        shown = client.get(page, cast.max).text
        assert f'action="/inbox/{slug}"' in shown, page
        assert "Take my no back" in shown, page
    assert "You said no. Nobody else sees it until you take that back." in shown
    assert client.post(f"/inbox/{slug}", cast.max, form={"do": "lift"}).status == 303
    assert "Take my no back" not in client.get(f"/make/{slug}", cast.max).text
    assert "when I was small" in client.get("/grown-up", cast.max).text
