"""Publishing and editing: by those who may, as far as age lets them, and counted right when held."""

import threading
from typing import Any

import pytest
from sqlalchemy import select, update

from onstage.accounts import permissions
from onstage.accounts.age import Band, Row, Who
from onstage.accounts.models import people
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import edit, holds, publish
from onstage.clips.models import Audience, Commenters, HoldKind, Stage, clip_mentions, clip_tags, clips
from onstage.clock import now
from onstage.db.engine import Database
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound
from onstage.jobs.models import jobs
from tests.cast import KEYS, Cast, make_clip


def draft(database: Database, by: Viewer, **more: Any) -> tuple[int, str]:
    return make_clip(database, by, published=False, stage=Stage.DRAFT, **more)


def row(database: Database, clip: int) -> Any:
    with database.read() as db:
        return db.execute(select(clips).where(clips.c.id == clip)).one()


def told(database: Database) -> list[str]:
    with database.read() as db:
        payloads = db.execute(select(jobs.c.payload).where(jobs.c.kind == "event").order_by(jobs.c.id)).scalars()
        return [payload.split('"')[3] for payload in payloads]


def press(database: Database, viewer: Viewer, slug: str) -> Stage:
    with database.write() as db:
        return publish.publish(db, KEYS, viewer, slug)


def change(database: Database, viewer: Viewer, slug: str, **values: Any) -> None:
    with database.write() as db:
        edit.change(db, KEYS, viewer, slug, **values)


def grown(database: Database, viewer: Viewer, band: Band) -> None:
    with database.write() as db:
        db.execute(update(people).where(people.c.id == viewer.person).values(band=band.value, band_until=None))


def test_a_draft_goes_out_with_its_tags(database: Database, cast: Cast) -> None:
    clip, slug = draft(database, cast.ada.viewer, caption="hello #stage", recommended=False)
    assert press(database, cast.ada.viewer, slug) is Stage.NONE
    shown = row(database, clip)
    assert (shown.stage, shown.recommended, shown.leaves_server) == (Stage.NONE, 1, 1)
    with database.read() as db:
        assert db.execute(select(clip_tags.c.published_at)).scalar() == shown.published_at
    assert told(database) == ["ClipShown"]


def test_publishing_twice_is_publishing_once(database: Database, cast: Cast) -> None:
    clip, slug = draft(database, cast.ada.viewer)
    press(database, cast.ada.viewer, slug)
    first = row(database, clip)
    assert press(database, cast.ada.viewer, slug) is Stage.NONE
    assert row(database, clip) == first


@pytest.mark.parametrize("name", ["ben", "eve", "ola", "guest", "max"])
def test_nobody_else_publishes_or_changes(database: Database, cast: Cast, name: str) -> None:
    _, slug = draft(database, cast.ada.viewer)
    viewer = cast.everybody[name].viewer
    with pytest.raises(NotFound):
        press(database, viewer, slug)
    with pytest.raises(NotFound):
        change(database, viewer, slug, caption="mine now")


def test_owners_of_a_joint_account_do_not_publish_for_each_other(database: Database, cast: Cast) -> None:
    """What is not out yet is its author's alone; nobody else sees it, and nobody else says yes for them."""
    clip, slug = draft(database, cast.duo.viewer)
    for viewer in (cast.ben.viewer, cast.fay.viewer):
        with pytest.raises(NotFound):
            press(database, viewer, slug)
    assert row(database, clip).published_at is None


def test_a_clip_that_failed_or_is_held_is_not_published(database: Database, cast: Cast) -> None:
    _, failed = make_clip(database, cast.ada.viewer, published=False, stage=Stage.FAILED)
    held, slug = draft(database, cast.ada.viewer, hold=HoldKind.MODERATION)
    for name in (failed, slug):
        with pytest.raises(Conflict):
            press(database, cast.ada.viewer, name)
    assert row(database, held).published_at is None


def test_a_minor_of_16_is_neither_recommended_nor_sent_away(database: Database, cast: Cast) -> None:
    clip, slug = draft(database, cast.max.viewer, audience=Audience.FOLLOWERS)
    press(database, cast.max.viewer, slug)
    assert (row(database, clip).recommended, row(database, clip).leaves_server) == (0, 0)


@pytest.mark.parametrize("band", [Band.UNKNOWN, Band.UNDER_13, Band.FROM_13])
def test_under_16_nothing_goes_without_a_guardian(database: Database, cast: Cast, band: Band) -> None:
    """A draft is as private as can be; near, `private` too, needs the guardians (consent.md R4)."""
    viewer = cast.max.viewer
    grown(database, viewer, band)
    for audience in Audience:
        clip, slug = draft(database, viewer, audience=audience)
        with pytest.raises(NotAllowed):
            press(database, viewer, slug)
        assert row(database, clip).stage == Stage.DRAFT


def test_a_private_clip_is_not_widened_past_a_guardian(database: Database, cast: Cast) -> None:
    viewer = cast.max.viewer
    grown(database, viewer, Band.FROM_13)
    clip, slug = make_clip(database, viewer, audience=Audience.PRIVATE)
    with pytest.raises(NotAllowed):
        change(database, viewer, slug, audience=Audience.FOLLOWERS)
    assert row(database, clip).audience == Audience.PRIVATE


def test_a_minor_marks_nothing_for_adults(database: Database, cast: Cast) -> None:
    _, slug = draft(database, cast.max.viewer)
    with pytest.raises(NotAllowed):
        change(database, cast.max.viewer, slug, marked=True)
    _, hers = draft(database, cast.ada.viewer)
    change(database, cast.ada.viewer, hers, marked=True)


def test_what_age_leaves_is_told() -> None:
    assert edit.audiences(Band.ADULT) == [
        Audience.PRIVATE,
        Audience.MEMBERS,
        Audience.FRIENDS,
        Audience.FOLLOWERS,
        Audience.UNLISTED,
        Audience.PUBLIC,
    ]
    assert edit.audiences(Band.FROM_13)[-1] is Audience.FOLLOWERS


def test_who_comments_is_bounded_by_age_guardians_and_the_owner(database: Database, cast: Cast) -> None:
    """The strictest holds, but for what somebody has only made usual for their own clips."""
    mia, gus, ada = cast.mia.viewer, cast.gus.viewer, cast.ada.viewer
    assert mia.person is not None
    assert ada.person is not None
    with database.write() as db:
        assert edit.commenters_for(db, ada.person) == [*reversed(Commenters)]
        assert edit.commenters_for(db, mia.person)[-1] is Commenters.FRIENDS
        permissions.choose(db, ada, Row.COMMENTS, Who.NOBODY)
        assert edit.commenters_for(db, ada.person)[-1] is Commenters.EVERYONE
        permissions.choose_for(db, KEYS, gus, mia.person, Row.COMMENTS, Who.NOBODY, now())
        assert edit.commenters_for(db, mia.person) == [Commenters.NOBODY]
        permissions.choose_for_all(db, Row.COMMENTS, Who.FOLLOWERS)
        assert edit.commenters_for(db, ada.person)[-1] is Commenters.FOLLOWERS
    clip, slug = draft(database, ada)
    with pytest.raises(NotAllowed):
        change(database, ada, slug, commenters_=Commenters.EVERYONE)
    change(database, ada, slug, commenters_=Commenters.FOLLOWERS)
    assert row(database, clip).commenters == Commenters.FOLLOWERS


def test_words_become_tags_and_mentions(database: Database, cast: Cast) -> None:
    clip, slug = draft(database, cast.ada.viewer)
    change(database, cast.ada.viewer, slug, caption="  with @ben and @nobody_here #Dance #dance #Tanz  ")
    assert row(database, clip).caption == "with @ben and @nobody_here #Dance #dance #Tanz"
    with database.read() as db:
        assert set(db.execute(select(clip_tags.c.tag)).scalars()) == {"dance", "tanz"}
        assert db.execute(select(clip_mentions.c.account_id)).scalars().all() == [cast.ben.viewer.account]
    change(database, cast.ada.viewer, slug, caption="nothing any more")
    with database.read() as db:
        assert db.execute(select(clip_tags)).all() == db.execute(select(clip_mentions)).all() == []


def test_what_is_left_out_stays(database: Database, cast: Cast) -> None:
    clip, slug = draft(database, cast.ada.viewer, caption="kept", audience=Audience.FRIENDS)
    change(database, cast.ada.viewer, slug, commenters_=Commenters.NOBODY)
    changed = row(database, clip)
    assert (changed.caption, changed.audience, changed.commenters) == ("kept", Audience.FRIENDS, Commenters.NOBODY)
    assert changed.edited_at is None
    assert told(database) == []


def test_a_change_of_what_is_shown_is_told(database: Database, cast: Cast) -> None:
    clip, slug = make_clip(database, cast.ada.viewer)
    change(database, cast.ada.viewer, slug, caption="new words")
    assert row(database, clip).edited_at is not None
    assert told(database) == ["ClipShown"]


def test_a_caption_has_an_end(database: Database, cast: Cast) -> None:
    _, slug = draft(database, cast.ada.viewer)
    change(database, cast.ada.viewer, slug, caption="x" * edit.CAPTION_MOST)
    with pytest.raises(Invalid) as refused:
        change(database, cast.ada.viewer, slug, caption="x" * (edit.CAPTION_MOST + 1))
    assert refused.value.field == "caption"


def test_holds_are_counted_and_end_one_by_one(database: Database, cast: Cast) -> None:
    clip, _ = make_clip(database, cast.ada.viewer)
    with database.write() as db:
        assert holds.place(db, clip, HoldKind.MODERATION, 1)
        assert not holds.place(db, clip, HoldKind.MODERATION, 1)
        assert holds.place(db, clip, HoldKind.MODERATION, 2)
        assert holds.place(db, clip, HoldKind.MODERATION)
    assert row(database, clip).holds == 3
    with database.write() as db:
        assert not holds.lift(db, clip, HoldKind.CLAIM, 1)
        assert holds.lift(db, clip, HoldKind.MODERATION, 1)
        assert not holds.lift(db, clip, HoldKind.MODERATION, 1)
        assert holds.lift(db, clip, HoldKind.MODERATION, 2)
    assert row(database, clip).holds == 1
    with database.write() as db:
        assert holds.lift(db, clip, HoldKind.MODERATION)
    assert row(database, clip).holds == 0
    assert told(database) == ["ClipWithheld", "ClipShown"]


def test_a_draft_that_is_held_tells_nobody(database: Database, cast: Cast) -> None:
    clip, _ = draft(database, cast.ada.viewer)
    with database.write() as db:
        holds.place(db, clip, HoldKind.SCREENING)
        holds.lift(db, clip, HoldKind.SCREENING)
        assert not holds.place(db, -1, HoldKind.SCREENING)
    assert told(database) == []


def test_holds_stay_exact_when_many_come_and_go_at_once(database: Database, cast: Cast) -> None:
    clip, _ = make_clip(database, cast.ada.viewer)

    def come_and_go(giver: int) -> None:
        for _ in range(5):
            with database.write() as db:
                holds.place(db, clip, HoldKind.MODERATION, giver)
                holds.place(db, clip, HoldKind.CLAIM)
            with database.write() as db:
                holds.lift(db, clip, HoldKind.CLAIM)
                if giver % 2:
                    holds.lift(db, clip, HoldKind.MODERATION, giver)

    threads = [threading.Thread(target=come_and_go, args=(giver,)) for giver in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert row(database, clip).holds == 3
