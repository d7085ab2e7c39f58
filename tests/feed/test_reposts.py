"""Reposts: followers meet the clip once, by the latest who passed it on, and nobody sees what they may not."""

import pytest
from sqlalchemy import insert, select, update

from onstage.accounts.leaving import Subject
from onstage.accounts.models import accounts, follows, mutes
from onstage.accounts.viewer import Viewer
from onstage.clips.models import Audience, clips
from onstage.clock import HOUR, now
from onstage.engagement.likes import repost, unrepost
from onstage.engagement.models import counts, reposts
from onstage.engagement.purge import purge
from onstage.engagement.recount import differences
from onstage.errors import Conflict
from onstage.feed.recommend import following
from tests.cast import Actor, Cast, crowd, make_clip
from tests.client import Client


def _follow(cast: Cast, follower: Actor, target: Actor) -> None:
    edge = {"follower_id": follower.viewer.account, "target_id": target.viewer.account}
    with cast.app.database.write() as db:
        db.execute(insert(follows).values(**edge, accepted=1, at=now()))


def _repost(cast: Cast, by: Actor, slug: str) -> None:
    with cast.app.database.write() as db:
        repost(db, by.viewer, slug)


def _following(cast: Cast, viewer: Viewer, limit: int = 10) -> list[int]:
    found: list[int] = []
    word = None
    with cast.app.database.read() as db:
        while True:
            page = following(db, viewer, word, limit)
            found += page.clips
            word = page.next
            if word is None:
                return found


def test_followers_meet_a_reposted_clip_once_where_it_was_reposted_last(client: Client, cast: Cast) -> None:
    stranger, second = crowd(cast.app, 2)
    _follow(cast, cast.ben, second)
    mine, _ = make_clip(cast.app.database, cast.ada.viewer, ago=HOUR)
    first, slug = make_clip(cast.app.database, stranger.viewer, ago=5 * HOUR)
    _repost(cast, cast.ada, slug)
    assert _following(cast, cast.ben.viewer) == [first, mine]
    assert _following(cast, cast.ben.viewer, 1) == [first, mine]
    assert _following(cast, cast.ola.viewer) == []
    _repost(cast, second, slug)
    assert _following(cast, cast.ben.viewer, 1) == [first, mine]
    item = client.get("/api/v1/feed?kind=following", cast.ben).json["items"][0]
    assert (item["slug"], item["reposted_by"]["handle"], item["reposts"]) == (slug, second.viewer.handle, 2)
    shown = client.get("/following", cast.ben).text
    assert f"Reposted by @{second.viewer.handle}" in shown
    _follow(cast, cast.ben, stranger)
    assert _following(cast, cast.ben.viewer) == [mine, first], "what comes by itself stands where it was published"


def test_a_muted_account_passes_nothing_on_and_hides_nothing(cast: Cast) -> None:
    stranger, second = crowd(cast.app, 2)
    _follow(cast, cast.ben, second)
    clip, slug = make_clip(cast.app.database, stranger.viewer)
    _repost(cast, cast.ada, slug)
    _repost(cast, second, slug)
    with cast.app.database.write() as db:
        db.execute(insert(mutes).values(account_id=cast.ben.viewer.account, muted_id=second.viewer.account, at=now()))
    assert _following(cast, cast.ben.viewer) == [clip]
    with cast.app.database.write() as db:
        unrepost(db, cast.ada.viewer, slug)
    assert _following(cast, cast.ben.viewer) == []


@pytest.mark.parametrize("audience", [each for each in Audience if each is not Audience.PUBLIC])
def test_only_what_strangers_may_be_shown_is_passed_on(cast: Cast, audience: Audience) -> None:
    _, near = make_clip(cast.app.database, cast.duo.viewer, audience=audience)
    _, kept = make_clip(cast.app.database, cast.ada.viewer, recommended=False)
    with pytest.raises(Conflict):
        _repost(cast, cast.ada, near)
    for slug in (near, kept) if audience is Audience.UNLISTED else (kept,):
        with pytest.raises(Conflict):
            _repost(cast, cast.fay, slug)


def test_a_clip_that_is_narrowed_is_with_nobody_whom_only_a_repost_brought(client: Client, cast: Cast) -> None:
    stranger = crowd(cast.app, 1)[0]
    clip, slug = make_clip(cast.app.database, stranger.viewer)
    _repost(cast, cast.ada, slug)
    for change in ({"recommended": 0}, {"recommended": 1, "audience": "followers"}):
        with cast.app.database.write() as db:
            db.execute(update(clips).where(clips.c.id == clip).values(**change))
        assert _following(cast, cast.ben.viewer) == []
        assert client.get("/api/v1/accounts/ada/reposts", cast.ben).json["items"] == []
        assert slug not in client.get("/@ada?tab=reposts", cast.ben).text


def test_the_tab_of_an_account_that_accepts_by_hand_is_for_its_followers(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, crowd(cast.app, 1)[0].viewer)
    assert client.put(f"/api/v1/clips/{slug}/repost", cast.ada).json["reposts"] == 1
    with cast.app.database.write() as db:
        db.execute(update(accounts).where(accounts.c.id == cast.ada.viewer.account).values(hand_accepts=1))
    for actor, sees in ((cast.ben, True), (cast.ada, True), (cast.ola, False), (cast.guest, False)):
        items = client.get("/api/v1/accounts/ada/reposts", actor).json["items"]
        assert ([each["slug"] for each in items] == [slug]) is sees
        assert (slug in client.get("/@ada?tab=reposts", actor).text) is sees


def test_who_leaves_takes_their_reposts_along(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    for actor in (cast.ben, cast.fay):
        _repost(cast, actor, slug)
    with cast.app.database.write() as db:
        purge(db, Subject(cast.ben.viewer.person or 0, (cast.ben.viewer.account or 0,)))
    with cast.app.database.read() as db:
        assert db.execute(select(reposts.c.account_id)).scalars().all() == [cast.fay.viewer.account]
        assert db.execute(select(counts.c.reposts).where(counts.c.clip_id == clip)).scalar_one() == 1
        assert differences(db) == []
