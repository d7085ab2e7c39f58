"""What the other people of a joint account may do with a clip: what they see, they may change and narrow, not widen."""

import pytest
from sqlalchemy import select

from onstage.accounts.relations import follow
from onstage.clips.agreeing import appearances
from onstage.clips.agreeing.answers import say_no, widen
from onstage.clips.agreeing.edit import change
from onstage.clips.agreeing.publish import publish
from onstage.clips.ending.deletion import delete, restore
from onstage.clips.models import Audience, HoldKind, Stage, clips
from onstage.clock import now
from onstage.errors import NotAllowed, NotFound
from tests.cast import KEYS, Cast, make_clip


def audience_of(cast: Cast, clip: int) -> Audience:
    with cast.app.database.read() as db:
        return Audience(db.execute(select(clips.c.audience).where(clips.c.id == clip)).scalar_one())


@pytest.mark.parametrize(
    "hidden",
    [
        {"audience": Audience.PRIVATE},
        {"published": False, "stage": Stage.DRAFT},
        {"hold": HoldKind.NO},
        {"hold": HoldKind.DELETING},
    ],
    ids=["private", "draft", "no", "deleting"],
)
def test_what_a_member_does_not_see_is_not_there_to_change(cast: Cast, hidden: dict[str, object]) -> None:
    clip, slug = make_clip(cast.app.database, cast.duo.viewer, **hidden)  # type: ignore[arg-type]
    before = audience_of(cast, clip)
    with cast.app.database.write() as db:
        for act in (
            lambda: change(db, KEYS, cast.ben.viewer, slug, caption="mine now", audience=Audience.PUBLIC),
            lambda: delete(db, KEYS, cast.ben.viewer, slug),
            lambda: restore(db, KEYS, cast.ben.viewer, slug),
        ):
            with pytest.raises(NotFound):
                act()
    assert audience_of(cast, clip) is before


def test_a_member_narrows_and_only_the_author_widens(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.duo.viewer, audience=Audience.FOLLOWERS)
    with cast.app.database.write() as db:
        change(db, KEYS, cast.ben.viewer, slug, audience=Audience.FRIENDS, caption="better words")
        for wider in (Audience.FOLLOWERS, Audience.UNLISTED, Audience.PUBLIC):
            with pytest.raises(NotAllowed):
                change(db, KEYS, cast.ben.viewer, slug, audience=wider)
        assert change(db, KEYS, cast.ada.viewer, slug, audience=Audience.PUBLIC), "ben's limit holds until he ends it"
    assert audience_of(cast, clip) is Audience.FRIENDS
    with cast.app.database.write() as db:
        widen(db, KEYS, cast.ben.viewer, slug)
        publish(db, KEYS, cast.ada.viewer, slug)
    assert audience_of(cast, clip) is Audience.PUBLIC


def test_a_member_marks_and_only_the_author_takes_the_mark_off(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer, marked=True)
    clip, joint = make_clip(cast.app.database, cast.duo.viewer)
    with cast.app.database.write() as db:
        change(db, KEYS, cast.ben.viewer, joint, marked=True)
        with pytest.raises(NotFound):  # from now on ben, who sees nothing marked, does not see it
            change(db, KEYS, cast.ben.viewer, joint, marked=False)
        change(db, KEYS, cast.ada.viewer, joint, marked=False)
        change(db, KEYS, cast.ada.viewer, slug, marked=False)
    assert audience_of(cast, clip) is Audience.PUBLIC


def test_who_deletes_a_clip_of_the_account_may_take_that_back(cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.duo.viewer)
    with cast.app.database.write() as db:
        delete(db, KEYS, cast.ben.viewer, slug)
    with cast.app.database.write() as db:
        restore(db, KEYS, cast.ben.viewer, slug)
        change(db, KEYS, cast.ben.viewer, slug, caption="still here")


def test_whom_a_member_names_may_object_before_the_author_asks(cast: Cast) -> None:
    """What others than its author change beside a published clip waits for the author; who is named does not."""
    clip, slug = make_clip(cast.app.database, cast.duo.viewer, audience=Audience.MEMBERS)
    with cast.app.database.write() as db:
        for one, other in ((cast.ben, cast.fay), (cast.fay, cast.ben)):
            follow(db, one.viewer, other.viewer.handle or "", now())
        appearances.name(db, KEYS, cast.ben.viewer, slug, "fay")
    with cast.app.database.write() as db:
        say_no(db, KEYS, cast.fay.viewer, slug)
    with cast.app.database.read() as db:
        assert db.execute(select(clips.c.holds).where(clips.c.id == clip)).scalar_one() == 1
