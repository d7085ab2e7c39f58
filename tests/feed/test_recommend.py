"""Feeds: fresh and liked mixed, nothing twice on the way down, nobody twice in a row where that can be."""

from sqlalchemy import insert

from onstage.clips.models import Audience
from onstage.clock import HOUR, MINUTE, now
from onstage.engagement.likes import like
from onstage.engagement.models import seen
from onstage.feed.ranking import refresh
from onstage.feed.recommend import following, for_you, with_tag
from tests.cast import Actor, Cast, make_clip

KEY = b"a test viewer"


def _scroll(cast: Cast, actor: Actor, limit: int = 4) -> list[int]:
    found: list[int] = []
    word: str | None = None
    while True:
        with cast.app.database.read() as db:
            page = for_you(db, actor.viewer, KEY, word, limit)
        found += page.clips
        word = page.next
        if word is None:
            return found


def test_for_you_gives_every_suggested_clip_once(cast: Cast) -> None:
    public = [make_clip(cast.app.database, by.viewer, ago=n * HOUR) for n in range(1, 8) for by in (cast.ada, cast.fay)]
    make_clip(cast.app.database, cast.ada.viewer, audience=Audience.FOLLOWERS)
    make_clip(cast.app.database, cast.ada.viewer, audience=Audience.UNLISTED)
    make_clip(cast.app.database, cast.max.viewer, recommended=False)
    with cast.app.database.write() as db:
        for _, slug in public[3:9]:
            like(db, cast.ola.viewer, slug)
        refresh(db)
    found = _scroll(cast, cast.guest)
    assert sorted(found) == sorted(clip for clip, _ in public)


def test_a_ranking_made_anew_on_the_way_repeats_nothing(cast: Cast) -> None:
    public = [make_clip(cast.app.database, cast.ada.viewer, ago=n * HOUR) for n in range(1, 13)]
    with cast.app.database.write() as db:
        like(db, cast.ola.viewer, public[7][1])
        refresh(db)
    with cast.app.database.read() as db:
        first = for_you(db, cast.guest.viewer, KEY, None, 4)
    with cast.app.database.write() as db:
        like(db, cast.ola.viewer, public[0][1])
        refresh(db)
    with cast.app.database.read() as db:
        second = for_you(db, cast.guest.viewer, KEY, first.next, 20)
    assert len({*first.clips, *second.clips}) == len(first.clips) + len(second.clips) == 12


def test_what_was_on_screen_does_not_come_back(cast: Cast) -> None:
    clips = [make_clip(cast.app.database, cast.ada.viewer, ago=n * HOUR)[0] for n in range(1, 5)]
    with cast.app.database.write() as db:
        db.execute(insert(seen).values(viewer=KEY, clip_id=clips[1], at=now() - MINUTE))
    assert sorted(_scroll(cast, cast.guest)) == sorted({*clips} - {clips[1]})


def test_no_account_twice_in_a_row_where_there_are_others(cast: Cast) -> None:
    for n in range(1, 5):
        make_clip(cast.app.database, cast.ada.viewer, ago=n * MINUTE)
    by_fay = [make_clip(cast.app.database, cast.fay.viewer, ago=n * HOUR)[0] for n in range(1, 5)]
    with cast.app.database.read() as db:
        page = for_you(db, cast.guest.viewer, KEY, None, 8)
    assert [clip in by_fay for clip in page.clips] == [False, True] * 4


def test_following_has_what_followers_may_see(cast: Cast) -> None:
    public, _ = make_clip(cast.app.database, cast.ada.viewer, ago=HOUR)
    followers, _ = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.FOLLOWERS, ago=2 * HOUR)
    friends, _ = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.FRIENDS, ago=3 * HOUR)
    make_clip(cast.app.database, cast.ola.viewer)
    with cast.app.database.read() as db:
        assert following(db, cast.ben.viewer, None, 10).clips == [public, followers]
        assert following(db, cast.fay.viewer, None, 10).clips == [public, followers, friends]


def test_a_tag_pages_by_date(cast: Cast) -> None:
    clips = [make_clip(cast.app.database, cast.ada.viewer, caption=f"{n} #Tanz", ago=n * HOUR)[0] for n in range(1, 6)]
    with cast.app.database.read() as db:
        first = with_tag(db, cast.guest.viewer, "tanz", None, 3)
        second = with_tag(db, cast.guest.viewer, "tanz", first.next, 3)
    assert first.clips + second.clips == clips
    assert second.next is None
