"""Following, requests, blocks, mutes; a block makes an account vanish for whom it blocks."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update

from onstage.accounts import profiles, relations
from onstage.accounts.models import accounts, blocks, follows
from onstage.accounts.relations import Relation
from onstage.accounts.viewer import GUEST
from onstage.clock import now
from onstage.errors import Conflict, NotAllowed, NotFound, Refused
from tests.cast import Cast


def hand_accepts(cast: Cast, handle: str) -> None:
    with cast.app.database.write() as db:
        db.execute(update(accounts).where(accounts.c.handle == handle).values(hand_accepts=1))


def test_following_twice_is_following_once(cast: Cast) -> None:
    with cast.app.database.write() as db:
        first = relations.follow(db, cast.max.viewer, "Ben", now())
        assert first == relations.follow(db, cast.max.viewer, "@ben", now()) == Relation(following=True)
        found, following = relations.followers(db, cast.ben.viewer, "ben")
    assert ([one.handle for one in found], following) == (["max"], None)


def test_a_request_waits_until_it_is_accepted(cast: Cast) -> None:
    hand_accepts(cast, "ben")
    with cast.app.database.write() as db:
        assert relations.follow(db, cast.max.viewer, "ben", now()) == Relation(requested=True)
        assert relations.followers(db, cast.ben.viewer, "ben")[0] == []
        assert [one.handle for one in relations.requests(db, cast.ben.viewer)[0]] == ["max"]
        relations.accept(db, cast.ben.viewer, "max", now())
        assert relations.requests(db, cast.ben.viewer)[0] == []
        assert relations.relation(db, cast.max.viewer, cast.ben.viewer.account or 0).following
        by_hand = db.execute(select(follows.c.by_hand).where(follows.c.follower_id == cast.max.viewer.account))
        assert by_hand.scalar_one() == 1
    with cast.app.database.write() as db, pytest.raises(NotFound):
        relations.accept(db, cast.ben.viewer, "max", now())


def test_nobody_accepts_their_own_request(cast: Cast) -> None:
    hand_accepts(cast, "ben")
    with cast.app.database.write() as db:
        relations.follow(db, cast.max.viewer, "ben", now())
    for actor in (cast.max, cast.fay):
        with cast.app.database.write() as db, pytest.raises(Refused):
            relations.accept(db, actor.viewer, "ben", now())
        with cast.app.database.write() as db, pytest.raises(Refused):
            relations.accept(db, actor.viewer, "max", now())


def test_declined_and_taken_back_requests_leave_nothing(cast: Cast) -> None:
    hand_accepts(cast, "ben")
    with cast.app.database.write() as db:
        relations.follow(db, cast.max.viewer, "ben", now())
        relations.decline(db, cast.ben.viewer, "max")
        assert relations.relation(db, cast.max.viewer, cast.ben.viewer.account or 0) == Relation()
        relations.follow(db, cast.max.viewer, "ben", now())
        assert relations.unfollow(db, cast.max.viewer, "ben") == Relation()
        assert relations.requests(db, cast.ben.viewer)[0] == []


def test_a_block_ends_follows_and_requests_both_ways(cast: Cast) -> None:
    hand_accepts(cast, "max")
    with cast.app.database.write() as db:
        relations.follow(db, cast.max.viewer, "ben", now())
        relations.follow(db, cast.ben.viewer, "max", now())
        assert relations.block(db, cast.ben.viewer, "max", now()) == Relation(blocking=True)
        ids = (cast.max.viewer.account, cast.ben.viewer.account)
        between = select(func.count()).where(follows.c.follower_id.in_(ids), follows.c.target_id.in_(ids))
        assert db.execute(between).scalar_one() == 0


def test_for_whom_it_blocks_an_account_does_not_exist(cast: Cast) -> None:
    acts = (
        lambda db, who: relations.follow(db, who, "ada", now()),
        lambda db, who: relations.block(db, who, "ada", now()),
        lambda db, who: relations.mute(db, who, "ada", now()),
        lambda db, who: relations.followers(db, who, "ada"),
        lambda db, who: relations.following(db, who, "ada"),
        lambda db, who: profiles.profile(db, who, "ada"),
    )
    said = set()
    for act in acts:
        with cast.app.database.write() as db, pytest.raises(NotFound) as refused:
            act(db, cast.eve.viewer)
        said.add((str(refused.value), refused.value.code))
    with cast.app.database.write() as db, pytest.raises(NotFound) as refused:
        profiles.profile(db, cast.eve.viewer, "nobody_at_all")
    said.add((str(refused.value), refused.value.code))
    assert len(said) == 1
    with cast.app.database.read() as db:
        assert profiles.profile(db, cast.ben.viewer, "ada").handle == "ada"
        assert profiles.profile(db, GUEST, "ada").handle == "ada"


def test_a_block_holds_for_every_account_of_the_person(cast: Cast) -> None:
    with cast.app.database.write() as db:
        relations.block(db, cast.fay.viewer, "duo", now())
        with pytest.raises(NotFound):
            profiles.profile(db, cast.ben.viewer, "fay")


def test_one_who_blocks_still_finds_the_other_to_unblock(cast: Cast) -> None:
    with cast.app.database.write() as db:
        assert profiles.profile(db, cast.ada.viewer, "eve").relation.blocking
        with pytest.raises(Conflict):
            relations.follow(db, cast.ada.viewer, "eve", now())
        assert [one.handle for one in relations.blocked(db, cast.ada.viewer)] == ["eve"]
        assert relations.unblock(db, cast.ada.viewer, "eve") == Relation()
        assert relations.follow(db, cast.eve.viewer, "ada", now()).following


def test_lists_leave_out_who_blocks_or_is_blocked(cast: Cast) -> None:
    with cast.app.database.write() as db:
        relations.block(db, cast.ben.viewer, "max", now())
        relations.block(db, cast.ola.viewer, "fay", now())

        def seen_by(who: object) -> list[str]:
            return [one.handle for one in relations.followers(db, who, "ada")[0]]  # type: ignore[arg-type]

        assert sorted(seen_by(cast.guest.viewer)) == ["ben", "fay"]
        assert seen_by(cast.max.viewer) == ["fay"]
        assert seen_by(cast.ola.viewer) == ["ben"]


def test_a_mute_is_known_to_nobody_else(cast: Cast) -> None:
    with cast.app.database.write() as db:
        assert relations.mute(db, cast.ben.viewer, "ada", now()).muting
        assert not relations.relation(db, cast.ada.viewer, cast.ben.viewer.account or 0).muting
        assert [one.handle for one in relations.muted(db, cast.ben.viewer)] == ["ada"]
        assert not relations.unmute(db, cast.ben.viewer, "ada").muting


def test_oneself_is_no_target(cast: Cast) -> None:
    for act in (relations.follow, relations.block, relations.mute):
        with cast.app.database.write() as db, pytest.raises(Conflict):
            act(db, cast.ada.viewer, "ada", now())


def test_pages_follow_each_other_without_gap_or_repeat(cast: Cast) -> None:
    with cast.app.database.write() as db:
        everyone = relations.followers(db, cast.ada.viewer, "ada", limit=10)[0]
        paged, cursor = [], None
        while True:
            page, cursor = relations.followers(db, cast.ada.viewer, "ada", before=cursor, limit=1)
            paged += page
            if cursor is None:
                break
    assert paged == everyone
    assert len(paged) == 2


def test_an_account_that_hides_its_counts_hides_its_lists(cast: Cast) -> None:
    with cast.app.database.write() as db:
        db.execute(update(accounts).where(accounts.c.handle == "ada").values(counts_shown=0))
        for read in (relations.followers, relations.following):
            with pytest.raises(NotAllowed):
                read(db, cast.ben.viewer, "ada")
            assert read(db, cast.ada.viewer, "ada")
        assert profiles.profile(db, cast.ben.viewer, "ada").followers is None
        assert profiles.profile(db, cast.ada.viewer, "ada").followers == 2


def test_no_follow_slips_past_a_block(cast: Cast) -> None:
    database = cast.app.database
    for _ in range(8):
        together = Barrier(2)

        def follow(together: Barrier = together) -> None:
            together.wait(20)
            try:
                with database.write() as db:
                    relations.follow(db, cast.max.viewer, "ben", now())
            except Refused:
                pass

        def block(together: Barrier = together) -> None:
            together.wait(20)
            with database.write() as db:
                relations.block(db, cast.ben.viewer, "max", now())

        threads = [Thread(target=follow), Thread(target=block)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.write() as db:
            left = db.execute(select(func.count()).where(follows.c.follower_id == cast.max.viewer.account)).scalar_one()
            blocked = db.execute(
                select(func.count()).where(blocks.c.blocked_id == cast.max.viewer.account)
            ).scalar_one()
            assert (left, blocked) == (0, 1)
            relations.unblock(db, cast.ben.viewer, "max")
