"""Coming of age, as a page: what is hidden can be found and brought back."""

from sqlalchemy import update

from onstage.accounts import upkeep
from onstage.accounts.age import Band
from onstage.accounts.models import people
from onstage.clips.models import Audience
from onstage.clock import HOUR, now, to_datetime
from tests.cast import Cast, make_clip
from tests.client import Client


def test_what_was_hidden_says_so_where_one_looks_for_it_and_comes_back(cast: Cast, client: Client) -> None:
    slug = make_clip(cast.app.database, cast.max.viewer, caption="when I was small", audience=Audience.FRIENDS)[1]
    today = to_datetime(now()).date()
    young = {"birth_date": f"{today.year - 18}-01-01", "band": Band.FROM_16.value, "band_until": now() - HOUR}
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.max.viewer.person).values(young))
        upkeep.run(db, cast.app.keys, "UTC", "http://localhost", now())
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
