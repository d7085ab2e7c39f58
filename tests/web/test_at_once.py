"""What becomes known of people acts on clips in the same transaction: no job has run in any of these tests."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from sqlalchemy import insert, select, update

from onstage.accounts import growing, guardianship, joint, leaving, permissions
from onstage.accounts.age import Accepting, Band, Choice, Row
from onstage.accounts.guardians import guarding, vouching
from onstage.accounts.guardianship import Agreement
from onstage.accounts.models import accounts, follows, guardianships, people
from onstage.clips.agreeing import rows
from onstage.clips.agreeing.rows import Record
from onstage.clips.models import Audience, HoldKind, Stage, clips, concerned
from onstage.clips.rules.invariants import agreed, within_limits
from onstage.clips.rules.life import Hold
from onstage.clips.rules.need import ok
from onstage.clock import now
from onstage.errors import Contended, NotAllowed, Refused
from tests.cast import KEYS, Actor, Cast, make_clip, person, stand_for
from tests.cast import joint as joint_account
from tests.web.family import Family


def published(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        assert family.yes(who, 1) == 204
    assert family.sees(family.friend)


def end(family: Family, who: Actor, how: str) -> None:
    with family.app.database.write() as db:
        row = guarding.live(db, who.viewer.person, family.child.viewer.person or 0)
        guarding.end(db, KEYS, row["id"], None, now(), how=how)


def record(family: Family) -> Record:
    with family.app.database.read() as db:
        return rows.load(db, family.clip)


def why(family: Family, who: Actor) -> str | None:
    with family.app.database.read() as db:
        mine = (concerned.c.clip_id == family.clip) & (concerned.c.person_id == who.viewer.person)
        return db.execute(select(concerned.c.why).where(mine)).scalar()


def test_the_clip_of_a_guardian_who_never_was_one_is_withheld(family: Family) -> None:
    end(family, family.dad, "ended")
    published_by_one(family)
    end(family, family.mum, "annulled")
    assert record(family).clip.holds == {Hold(HoldKind.BASIS)}
    assert [family.sees(who) for who in (family.child, family.mum, family.friend)] == [True, False, False]


def published_by_one(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    assert family.yes(family.mum, 1) == 204
    assert family.sees(family.friend)


def test_who_is_guardian_no_more_sees_nothing_that_is_asked(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    assert family.yes(family.mum, 1) == 204
    assert family.sees(family.dad)
    end(family, family.dad, "ended")
    assert not family.sees(family.dad)
    assert not family.sees(family.friend), "a fact never publishes"
    assert family.asks(family.dad) == []


def test_the_no_of_who_is_guardian_no_more_becomes_a_question(family: Family) -> None:
    published(family)
    assert family.api(family.dad, "POST", "/no", json={}).status == 204
    end(family, family.dad, "ended")
    assert record(family).clip.holds == {Hold(HoldKind.BASIS)}
    assert not family.sees(family.dad)
    assert not family.sees(family.friend)
    assert why(family, family.mum) == "bring_back"


def test_who_becomes_a_guardian_sees_at_once_what_is_asked(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    with family.app.database.write() as db:
        aunt = Actor(person(db, "aunt"))
        made = guarding.begin_for(
            db, KEYS, aunt.viewer.person or 0, family.child.viewer.person or 0, family.mum.viewer.person, now()
        )
        db.execute(update(guardianships).where(guardianships.c.id == made).values(full_at=now()))
    assert not family.asks(aunt), "a carer says no yes"
    with family.app.database.write() as db:
        vouching.turn_full(db, KEYS, now())
    assert [each["why"] for each in family.asks(aunt)] == ["answer"]
    for who in (family.mum, family.dad):
        assert family.yes(who, 1) == 204
    assert not family.sees(family.friend), "the need has grown"
    assert family.yes(aunt, 1) == 204
    assert family.sees(family.friend)


def test_who_comes_back_finds_the_question(family: Family) -> None:
    away = guardianships.c.guardian_id == family.dad.viewer.person
    with family.app.database.write() as db:
        db.execute(update(guardianships).where(away).values(absent_since=1, reminders=3))
    family.api(family.child, "POST", "/publish")
    assert family.asks(family.dad) == []
    with family.app.database.write() as db:
        guardianship.here(db, family.dad.viewer.person or 0, now())
    assert [each["why"] for each in family.asks(family.dad)] == ["answer"]
    family.yes(family.mum, 1)
    assert not family.sees(family.friend)


def test_guardians_of_whom_one_will_do_wait_for_the_others_no_more(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    child = family.child.viewer.person or 0
    assert family.yes(family.mum, 1) == 204
    for who in (family.mum, family.dad):
        with family.app.database.write() as db:
            guarding.set_agreement(db, KEYS, who.viewer, child, Agreement.ANY, now())
    assert family.asks(family.dad) == []
    assert not family.sees(family.friend), "a setting never publishes"
    assert family.api(family.child, "POST", "/publish").status == 200
    assert family.sees(family.friend)


def test_who_was_younger_all_along_is_withheld_at_once(cast: Cast, family: Family) -> None:
    """An adult's public clip, and the adult is twelve."""
    _clip, slug = make_clip(cast.app.database, cast.ben.viewer)
    assert family.client.get(f"/api/v1/clips/{slug}", cast.fay).status == 200
    with cast.app.database.write() as db:
        born = datetime.now(UTC).date().replace(day=1)
        twelve = born.replace(year=born.year - 12)
        growing.correct_birth_date(db, KEYS, cast.ben.viewer, cast.ben.viewer.person or 0, twelve, "UTC", now())
    assert family.client.get(f"/api/v1/clips/{slug}", cast.fay).status == 404
    assert family.client.get(f"/media/film{slug}", cast.fay).status == 404


def test_followers_who_came_by_themselves_see_no_minor(cast: Cast, family: Family) -> None:
    """A clip that was near because followers came in by hand goes to friends once they don't."""
    with cast.app.database.write() as db:
        young = person(db, "young", band=Band.FROM_16)
        team = joint_account(db, "team", young, cast.ada.viewer)
        db.execute(update(accounts).where(accounts.c.id == team.account).values(hand_accepts=1))
        db.execute(
            insert(follows).values(follower_id=cast.ben.viewer.account, target_id=team.account, accepted=1, at=1)
        )
    _clip, slug = make_clip(
        cast.app.database, team, audience=Audience.FOLLOWERS, published=False, stage=Stage.DRAFT, recommended=False
    )
    assert family.client.post(f"/api/v1/clips/{slug}/publish", Actor(team, "team")).status == 200
    assert family.client.get(f"/api/v1/clips/{slug}", cast.ben).status == 200
    with cast.app.database.write() as db:
        permissions._apply(db, team.account or 0, Row.HAND_ACCEPTS, Accepting.AT_ONCE)
    assert family.client.get(f"/api/v1/clips/{slug}", cast.ben).status == 404


def test_who_wants_no_strangers_is_met_by_none_in_others_clips_either(family: Family, cast: Cast) -> None:
    """A friend of 16 appears in an adult's clip; it is recommended no more as soon as they want that."""
    with cast.app.database.write() as db:
        permissions.choose(db, cast.max.viewer, Row.RECOMMENDED, Choice.YES)
        for one, two in ((cast.fay, cast.max), (cast.max, cast.fay)):
            row = {"follower_id": one.viewer.account, "target_id": two.viewer.account}
            db.execute(insert(follows).values(**row, accepted=1, at=1))
    clip, slug = make_clip(cast.app.database, cast.fay.viewer, published=False, stage=Stage.DRAFT)
    path = f"/api/v1/clips/{slug}"
    assert family.client.put(f"{path}/appearances/max", cast.fay, json={}).status == 204
    assert family.client.post(f"{path}/publish", cast.fay).status == 200
    assert family.client.post(f"{path}/yes", cast.max, json={"version": 1}).status == 204
    assert _recommended(family, clip) == 1
    with cast.app.database.write() as db:
        permissions.choose(db, cast.max.viewer, Row.RECOMMENDED, Choice.NO)
    assert _recommended(family, clip) == 0


def _recommended(family: Family, clip: int) -> int | None:
    with family.app.database.read() as db:
        return db.execute(select(clips.c.recommended).where(clips.c.id == clip)).scalar()


def test_an_owners_no_becomes_a_question_with_the_right_to_it(cast: Cast, family: Family) -> None:
    handle = "team"
    with cast.app.database.write() as db:
        team = joint_account(db, handle, cast.ada.viewer, cast.ben.viewer)
        db.execute(update(accounts).where(accounts.c.id == team.account).values(publishing_rule="all"))
    clip, slug = make_clip(cast.app.database, team)
    path = f"/api/v1/clips/{slug}"
    assert family.client.post(f"{path}/no", cast.ben, json={}).status == 204
    with cast.app.database.write() as db:
        joint.leave(db, KEYS, cast.ben.viewer, handle, now())
    with cast.app.database.write() as db:
        assert db.execute(select(clips.c.holds).where(clips.c.id == clip)).scalar() == 1
    with cast.app.database.read() as db:
        assert rows.load(db, clip).clip.holds == {Hold(HoldKind.BASIS)}
    assert family.client.get(path, cast.fay).status == 404
    assert family.client.post(f"{path}/bring-back", cast.ada).status == 204
    assert family.client.get(path, cast.fay).status == 200


def test_who_leaves_the_server_holds_nothing_and_decides_nothing(family: Family) -> None:
    published(family)
    assert family.api(family.dad, "POST", "/no", json={}).status == 204
    with family.app.database.write() as db:
        leaving.leave(db, family.dad.viewer, family.app.purgers)
    assert record(family).clip.holds == {Hold(HoldKind.BASIS)}
    assert not family.sees(family.friend)
    assert why(family, family.mum) == "bring_back"


def test_what_is_refused_leaves_nothing(family: Family) -> None:
    """A fact that a transaction made known and took back with it was never one."""
    published(family)
    with suppress(Refused), family.app.database.write() as db:
        row = guarding.live(db, family.mum.viewer.person, family.child.viewer.person or 0)
        guarding.end(db, KEYS, row["id"], None, now(), how="annulled")
        raise NotAllowed("On second thoughts.")
    assert family.sees(family.friend)
    assert family.sees(family.mum)


@pytest.mark.parametrize("how", ["annulled", "ended"])
def test_the_last_yes_and_the_end_of_a_right_at_the_same_moment(family: Family, how: str) -> None:
    """Whichever comes first, nothing is shown that those who hold a right now have not agreed to."""
    child = family.child.viewer
    with family.app.database.write() as db:
        for who in (family.mum, family.dad):
            row = guarding.live(db, who.viewer.person, child.person or 0)
            db.execute(update(guardianships).where(guardianships.c.id == row["id"]).values(ended_at=1, end="ended"))
    for turn in range(6):
        with family.app.database.write() as db:
            parent = Actor(person(db, f"parent{turn}"))
            made = stand_for(db, parent.viewer, child, is_full=1)
        family.clip, family.slug = make_clip(
            family.app.database, child, audience=Audience.FRIENDS, published=False, stage=Stage.DRAFT
        )
        family.api(family.child, "POST", "/publish")
        start, broken = Barrier(2), list[BaseException]()

        def agree(parent: Actor = parent, start: Barrier = start, broken: list[BaseException] = broken) -> None:
            start.wait()
            assert family.yes(parent, 1) in {204, 403, 404, 409}

        def stop(made: int = made, start: Barrier = start, broken: list[BaseException] = broken) -> None:
            try:
                start.wait()
                with family.app.database.write() as db:
                    guarding.end(db, KEYS, made, None, now(), how=how)
            except BaseException as error:  # noqa: BLE001 - told to the test, which fails with it
                broken.append(error)

        threads = [Thread(target=agree), Thread(target=stop)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not broken
        after = record(family)
        assert agreed(after.clip, after.facts)
        assert within_limits(after.clip, after.facts)
        assert why(family, parent) is None, "who has no right is shown nothing for its sake"
        if how == "annulled":
            assert not after.clip.visible
            assert after.clip.shown is None or not ok(after.clip.shown, after.clip.yeses, after.facts)


def test_an_answer_that_had_to_give_way_is_given_once_more(family: Family) -> None:
    """Two transactions wait for each other, the database ends one of them, and a request is then made again."""
    published(family)
    no = Thread(target=lambda: family.api(family.dad, "POST", "/no", json={}))
    with suppress(Contended), family.app.database.write() as db:
        db.execute(select(clips.c.id).where(clips.c.id == family.clip).with_for_update()).all()
        no.start()
        time.sleep(0.5)  # it has the child's row now, and waits for the clip's
        child = people.c.id == family.child.viewer.person
        db.execute(select(people.c.id).where(child).with_for_update()).all()
    no.join()
    assert Hold(HoldKind.NO, family.dad.viewer.person or 0) in record(family).clip.holds
