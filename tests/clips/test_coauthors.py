"""A clip of two accounts: both sides' people agree, the stricter limits hold, it stands on both profiles until one leaves."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from onstage.accounts.models import accounts, blocks
from onstage.clips import rows
from onstage.clips.models import Stage, clip_coauthors, clip_versions
from onstage.engagement.counts import likes_of
from onstage.engagement.models import counts
from onstage.web.app import App
from tests.cast import Actor, Cast, make_clip
from tests.client import Answer, Client


class Pair:
    """Ada's draft, and her friend Fay."""

    def __init__(self, app: App, client: Client, cast: Cast) -> None:
        self.app, self.client, self.cast = app, client, cast
        self.clip, self.slug = make_clip(
            app.database, cast.ada.viewer, caption="a duet", published=False, stage=Stage.DRAFT
        )

    def api(self, who: Actor, method: str, path: str = "", **more: Any) -> Answer:
        return self.client.ask(method, f"/api/v1/clips/{self.slug}{path}", who, **more)

    def add(self, handle: str = "fay") -> int:
        return self.api(self.cast.ada, "PUT", f"/coauthors/{handle}").status

    def out(self) -> None:
        """Ask, and have Fay agree."""
        assert self.add() == 204
        assert self.api(self.cast.ada, "POST", "/publish").json["stage"] == "asked"
        (asked,) = self.client.ask("GET", "/api/v1/me/questions", self.cast.fay).json
        assert [by["handle"] for by in asked["coauthors"]] == ["fay"]
        assert self.api(self.cast.fay, "POST", "/yes", json={"version": asked["version"]}).status == 204

    def sees(self, who: Actor) -> bool:
        return self.api(who, "GET").status == 200

    def stands_on(self, handle: str, who: Actor | None = None) -> bool:
        items = self.client.ask("GET", f"/api/v1/accounts/{handle}/clips", who or self.cast.guest).json["items"]
        return self.slug in [each["slug"] for each in items]


@pytest.fixture
def pair(app: App, client: Client, cast: Cast) -> Pair:
    return Pair(app, client, cast)


def test_it_goes_out_when_both_sides_agree_and_stands_on_both_profiles(pair: Pair) -> None:
    assert pair.add("ben") == 403, "he follows her, and is no friend"
    assert pair.add("ada") == 422
    pair.out()
    assert pair.sees(pair.cast.guest)
    assert pair.stands_on("ada")
    assert pair.stands_on("fay")
    assert [by["handle"] for by in pair.api(pair.cast.guest, "GET").json["coauthors"]] == ["fay"]
    assert "@fay" in pair.client.get(f"/c/{pair.slug}").text


def test_the_counts_are_those_of_one_clip(pair: Pair) -> None:
    pair.out()
    with pair.app.database.write() as db:
        db.execute(insert(counts).values(clip_id=pair.clip, likes=3, comments=0, saves=0, shares=0))
    with pair.app.database.read() as db:
        for actor in (pair.cast.ada, pair.cast.fay):
            assert actor.viewer.account is not None
            assert likes_of(db, actor.viewer.account) == 3


def test_a_draft_stands_nowhere_and_waits_for_the_other_side(pair: Pair) -> None:
    pair.add()
    pair.api(pair.cast.ada, "POST", "/publish")
    assert not pair.stands_on("fay", pair.cast.fay)
    far = pair.api(pair.cast.ada, "GET", "/agreeing").json
    assert (far["owners"], far["ready"]) == (1, False)
    assert pair.api(pair.cast.ada, "DELETE", "/coauthors/fay").status == 403, "she was asked"


def test_leaving_takes_it_off_that_profile_only(pair: Pair) -> None:
    pair.out()
    path = f"/api/v1/accounts/fay/coauthored/{pair.slug}"
    assert pair.client.ask("DELETE", path, pair.cast.ben).status == 404
    assert "Made with others" in pair.client.ask("GET", "/me/with-me", pair.cast.fay).text
    assert pair.client.ask("DELETE", path, pair.cast.fay).status == 204
    assert not pair.stands_on("fay")
    assert pair.stands_on("ada")
    assert pair.client.ask("DELETE", path, pair.cast.fay).status == 404


def test_a_block_by_or_of_a_co_author_counts(pair: Pair) -> None:
    pair.out()
    assert pair.sees(pair.cast.ola)
    with pair.app.database.write() as db:
        row = {"blocker_id": pair.cast.fay.viewer.account, "blocked_id": pair.cast.ola.viewer.account, "at": 1}
        db.execute(insert(blocks).values(row))
        row = {"blocker_id": pair.cast.ben.viewer.account, "blocked_id": pair.cast.fay.viewer.account, "at": 1}
        db.execute(insert(blocks).values(row))
    assert not pair.sees(pair.cast.ola)
    assert not pair.sees(pair.cast.ben)
    assert not pair.stands_on("ada", pair.cast.ola)
    assert pair.sees(pair.cast.guest)


def test_the_stricter_side_limits_it(pair: Pair) -> None:
    pair.add()
    with pair.app.database.write() as db:
        host = update(accounts).where(accounts.c.id == pair.cast.ada.viewer.account)
        db.execute(host.values(hand_accepts=1))
        assert not rows.load(db, pair.clip).facts.by_hand, "followers of the other side come in by themselves"
        other = update(accounts).where(accounts.c.id == pair.cast.fay.viewer.account)
        db.execute(other.values(publishing_rule="all"))
        assert [side.rule for side in rows.load(db, pair.clip).facts.coauthors] == ["all"]


def test_co_authors_belong_to_the_version(pair: Pair) -> None:
    for handle in (None, "fay"):
        if handle:
            pair.add(handle)
        pair.api(pair.cast.ada, "PATCH", json={"audience": "friends"})
        pair.api(pair.cast.ada, "POST", "/schedule", json={"at": "2026-12-20T00:00:00Z"})
        pair.api(pair.cast.ada, "POST", "/recall")
    with pair.app.database.read() as db:
        kept = select(clip_versions.c.digest).where(clip_versions.c.clip_id == pair.clip, clip_versions.c.number > 0)
        digests = db.execute(kept).scalars().all()
    assert len(digests) == len(set(digests)) == 2


def test_what_is_out_gets_no_co_author(pair: Pair) -> None:
    pair.out()
    assert pair.api(pair.cast.ada, "PUT", "/coauthors/duo").status == 409
    assert pair.api(pair.cast.ada, "DELETE", "/coauthors/fay").status == 409


def test_the_page(pair: Pair) -> None:
    path = f"/make/{pair.slug}"
    assert pair.client.ask("POST", path, pair.cast.ada, parts={"do": "coauthor", "coauthor": "@fay"}).status == 303
    page = pair.client.ask("GET", path, pair.cast.ada).text
    assert "Who made it with you" in page
    assert "@fay" in page
    assert pair.client.ask("POST", path, pair.cast.ada, parts={"do": "uncoauthor", "coauthor": "fay"}).status == 303
    with pair.app.database.read() as db:
        assert not db.execute(select(clip_coauthors.c.at)).all()
    again = pair.client.ask("POST", path, pair.cast.ada, parts={"do": "coauthor", "coauthor": "fay"})
    assert again.status == 303, again.text
    asked = pair.api(pair.cast.ada, "POST", "/publish")
    assert asked.json["stage"] == "asked", asked.text
    assert "Would stand on" in pair.client.ask("GET", "/inbox", pair.cast.fay).text
