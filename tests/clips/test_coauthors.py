"""A clip of two accounts: both sides' people agree, the stricter limits hold, it stands on both profiles until one leaves."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from onstage.accounts.models import accounts, blocks, follows, mutes
from onstage.clips.agreeing import rows
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
    assert (far["people"], far["ready"]) == (1, False)
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


def test_a_co_author_of_what_is_out_waits_for_their_yes(pair: Pair) -> None:
    ada, fay = pair.cast.ada, pair.cast.fay
    pair.api(ada, "POST", "/publish")
    assert pair.sees(pair.cast.guest)
    assert pair.add() == 204
    assert pair.api(ada, "GET").json["coauthors"] == [], "not before they agree"
    assert [pair.stands_on(handle) for handle in ("ada", "fay")] == [True, False]
    (asked,) = pair.client.ask("GET", "/api/v1/me/questions", fay).json
    assert ([by["handle"] for by in asked["coauthors"]], asked["version"]) == (["fay"], 2)
    with pair.app.database.write() as db:
        db.execute(insert(blocks).values(blocker_id=fay.viewer.account, blocked_id=pair.cast.ola.viewer.account, at=1))
    assert pair.sees(pair.cast.ola)
    assert pair.api(fay, "POST", "/yes", json={"version": 2}).status == 204
    assert [pair.stands_on(handle) for handle in ("ada", "fay")] == [True, True]
    assert not pair.sees(pair.cast.ola)
    assert pair.api(ada, "DELETE", "/coauthors/fay").status == 403, "who agreed leaves by themselves"


def test_a_co_author_who_does_not_answer_can_be_taken_out(pair: Pair) -> None:
    ada, fay = pair.cast.ada, pair.cast.fay
    pair.api(ada, "POST", "/publish")
    pair.add()
    assert pair.api(ada, "DELETE", "/coauthors/fay").status == 204
    assert pair.client.ask("GET", "/api/v1/me/questions", fay).json == []
    pair.api(ada, "PATCH", json={"caption": "alone"})
    assert pair.api(pair.cast.guest, "GET").json["caption"] == "alone"


def yes(pair: Pair, who: Actor) -> int:
    """The status of a yes to what waits for somebody."""
    (asked,) = pair.client.ask("GET", "/api/v1/me/questions", who).json
    return pair.api(who, "POST", "/yes", json={"version": asked["version"]}).status


def with_mia(pair: Pair) -> Cast:
    """Mia, who is twelve and a friend of Ada's, made it too, and is asked."""
    befriend(pair, pair.cast.ada, pair.cast.mia)
    assert pair.api(pair.cast.ada, "PATCH", json={"audience": "friends"}).status == 200
    assert pair.add("mia") == 204
    assert pair.api(pair.cast.ada, "POST", "/publish").json["stage"] == "asked"
    return pair.cast


def befriend(pair: Pair, one: Actor, other: Actor) -> None:
    follow(pair, one, other)
    follow(pair, other, one)


def test_it_waits_for_the_guardians_of_a_child_who_made_it_too(pair: Pair) -> None:
    cast = with_mia(pair)
    assert [yes(pair, each) for each in (cast.mia, cast.gus)] == [204, 204]
    assert not pair.sees(cast.fay), "Gil has not agreed"
    assert yes(pair, cast.gil) == 204
    assert pair.sees(cast.fay)
    assert not pair.sees(cast.guest)


@pytest.mark.parametrize("who", ["mia", "gus"])
def test_a_no_of_who_made_it_too_or_for_them_counts_and_outlasts_being_taken_out(pair: Pair, who: str) -> None:
    befriend(pair, pair.cast.ada, pair.cast.mia)
    pair.api(pair.cast.ada, "PATCH", json={"audience": "friends"})
    pair.api(pair.cast.ada, "POST", "/publish")
    assert pair.sees(pair.cast.fay)
    assert pair.add("mia") == 204
    assert pair.api(getattr(pair.cast, who), "POST", "/no").status == 204
    assert not pair.sees(pair.cast.fay)
    assert pair.api(pair.cast.ada, "DELETE", "/coauthors/mia").status == 403
    assert not pair.sees(pair.cast.fay)


def test_an_adult_who_made_it_too_can_say_no(pair: Pair) -> None:
    pair.out()
    assert pair.api(pair.cast.fay, "POST", "/no").status == 204
    assert not pair.sees(pair.cast.guest)
    assert pair.client.ask("DELETE", f"/api/v1/accounts/fay/coauthored/{pair.slug}", pair.cast.fay).status == 204
    assert not pair.sees(pair.cast.guest), "they stay named, and so does their no"


def test_who_made_it_too_is_named_as_long_as_it_stands_with_them(pair: Pair) -> None:
    pair.add()
    (named,) = pair.api(pair.cast.ada, "GET", "/appearances").json["named"]
    assert named["account"]["handle"] == "fay"
    assert pair.api(pair.cast.ada, "DELETE", "/appearances/fay").status == 409
    assert pair.api(pair.cast.ada, "DELETE", "/coauthors/fay").status == 204
    assert pair.api(pair.cast.ada, "GET", "/appearances").json["named"] == []
    pair.out()
    assert pair.api(pair.cast.fay, "DELETE", "/appearance").status == 409, "off one's own account first"
    assert pair.client.ask("DELETE", f"/api/v1/accounts/fay/coauthored/{pair.slug}", pair.cast.fay).status == 204
    assert pair.api(pair.cast.fay, "DELETE", "/appearance").status == 204


def test_who_was_named_before_stays_named_when_they_are_no_co_author_any_more(pair: Pair) -> None:
    assert pair.api(pair.cast.ada, "PUT", "/appearances/fay", json={"from_seconds": 0}).status == 204
    pair.add()
    assert pair.api(pair.cast.ada, "DELETE", "/coauthors/fay").status == 204
    assert len(pair.api(pair.cast.ada, "GET", "/appearances").json["named"]) == 1


def test_never_by_this_account_means_as_a_co_author_too(pair: Pair) -> None:
    assert pair.client.ask("PUT", "/api/v1/accounts/ada/never", pair.cast.fay).status == 204
    assert pair.add() == 403
    assert pair.client.ask("DELETE", "/api/v1/accounts/ada/never", pair.cast.fay).status == 204
    assert pair.add() == 204


def follow(pair: Pair, who: Actor, *others: Actor) -> None:
    with pair.app.database.write() as db:
        for other in others:
            row = {"follower_id": who.viewer.account, "target_id": other.viewer.account, "accepted": 1, "at": 1}
            db.execute(insert(follows).values(row))


def comes_to(pair: Pair, who: Actor, kind: str) -> int:
    """How often it is in that feed."""
    items = pair.client.ask("GET", f"/api/v1/feed?kind={kind}", who).json["items"]
    return [each["slug"] for each in items].count(pair.slug)


@pytest.mark.parametrize("followed", [["ada"], ["fay"], ["ada", "fay"]])
def test_who_follows_either_gets_it_once(pair: Pair, followed: list[str]) -> None:
    pair.out()
    follow(pair, pair.cast.ola, *(getattr(pair.cast, each) for each in followed))
    assert comes_to(pair, pair.cast.ola, "following") == 1


@pytest.mark.parametrize("muted", ["ada", "fay"])
def test_to_who_mutes_either_it_does_not_come(pair: Pair, muted: str) -> None:
    pair.out()
    ola = pair.cast.ola
    follow(pair, ola, pair.cast.ada, pair.cast.fay)
    assert [comes_to(pair, ola, kind) for kind in ("following", "for_you")] == [1, 1]
    with pair.app.database.write() as db:
        target = getattr(pair.cast, muted).viewer.account
        db.execute(insert(mutes).values(account_id=ola.viewer.account, muted_id=target, at=1))
    assert [comes_to(pair, ola, kind) for kind in ("following", "for_you")] == [0, 0]
    assert pair.sees(ola), "a mute hides nothing that one goes to"


def test_the_page(pair: Pair) -> None:
    path = f"/make/{pair.slug}"
    assert pair.client.ask("POST", path, pair.cast.ada, parts={"do": "coauthor", "coauthor": "@fay"}).status == 303
    page = pair.client.ask("GET", path, pair.cast.ada).text
    assert "Who made it with you" in page
    assert "@fay" in page
    assert "made it with you" in page
    assert pair.client.ask("POST", path, pair.cast.ada, parts={"do": "uncoauthor", "coauthor": "fay"}).status == 303
    with pair.app.database.read() as db:
        assert not db.execute(select(clip_coauthors.c.at)).all()
    again = pair.client.ask("POST", path, pair.cast.ada, parts={"do": "coauthor", "coauthor": "fay"})
    assert again.status == 303, again.text
    asked = pair.api(pair.cast.ada, "POST", "/publish")
    assert asked.json["stage"] == "asked", asked.text
    assert "Would stand on" in pair.client.ask("GET", "/inbox", pair.cast.fay).text
