"""A person who makes a row stricter makes their clips narrower at once, and a looser row widens nothing."""

from sqlalchemy import select, update

from onstage.accounts import permissions
from onstage.accounts.age import Choice, Reach, Row, Scale, Who
from onstage.clips.agreeing.narrowing import narrow
from onstage.clips.models import Audience, clips
from onstage.db.engine import Connection
from onstage.jobs.models import jobs
from tests.cast import KEYS, Actor, Cast, make_clip


def choose(db: Connection, who: Actor, row: Row, value: Scale) -> int:
    permissions.choose(db, who.viewer, row, value)
    assert who.viewer.person is not None
    return narrow(db, KEYS, who.viewer.person)


def state(db: Connection, clip: int) -> tuple[str, str, int, int]:
    columns = (clips.c.audience, clips.c.commenters, clips.c.recommended, clips.c.leaves_server)
    row = db.execute(select(*columns).where(clips.c.id == clip)).one()
    return row[0], row[1], row[2], row[3]


def test_each_row_narrows_what_is_wider(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    other, _ = make_clip(cast.app.database, cast.ben.viewer)
    with cast.app.database.write() as db:
        assert state(db, clip) == ("public", "everyone", 1, 1)
        assert choose(db, cast.ada, Row.RECOMMENDED, Choice.NO) == 1
        assert choose(db, cast.ada, Row.LEAVES_SERVER, Choice.NO) == 1
        assert choose(db, cast.ada, Row.COMMENTS, Who.FOLLOWERS) == 1
        assert choose(db, cast.ada, Row.AUDIENCE, Reach.FRIENDS) == 1
        assert state(db, clip) == ("friends", "followers", 0, 0)
        assert state(db, other) == ("public", "everyone", 1, 1)
        assert choose(db, cast.ada, Row.AUDIENCE, Reach.PUBLIC) == 0
        assert choose(db, cast.ada, Row.RECOMMENDED, Choice.YES) == 0
        assert state(db, clip) == ("friends", "followers", 0, 0), "what becomes looser counts for new clips"


def test_what_is_narrower_already_stays(cast: Cast) -> None:
    made = {audience: make_clip(cast.app.database, cast.ada.viewer, audience=audience)[0] for audience in Audience}
    with cast.app.database.write() as db:
        choose(db, cast.ada, Row.AUDIENCE, Reach.FOLLOWERS)
        after = {audience: state(db, clip)[0] for audience, clip in made.items()}
    assert after == {
        Audience.PUBLIC: "followers",
        Audience.UNLISTED: "followers",
        Audience.FOLLOWERS: "followers",
        Audience.FRIENDS: "friends",
        Audience.MEMBERS: "members",
        Audience.PRIVATE: "private",
    }


def test_a_clip_in_a_joint_account_follows_who_made_it(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.duo.viewer)
    with cast.app.database.write() as db:
        choose(db, cast.ada, Row.AUDIENCE, Reach.FRIENDS)
        assert state(db, clip)[0] == "friends"


def test_the_index_hears_of_clips_that_are_shown_only(cast: Cast) -> None:
    make_clip(cast.app.database, cast.ada.viewer)
    draft, _ = make_clip(cast.app.database, cast.ada.viewer, published=False)
    with cast.app.database.write() as db:
        assert choose(db, cast.ada, Row.AUDIENCE, Reach.FRIENDS) == 2
        assert state(db, draft)[0] == "friends"
        events = db.execute(select(jobs.c.payload).where(jobs.c.kind == "event")).scalars().all()
    assert len([event for event in events if "ClipShown" in event]) == 1


def test_a_minors_clips_keep_to_what_they_loosened(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.max.viewer)
    with cast.app.database.write() as db:
        permissions.choose(db, cast.max.viewer, Row.AUDIENCE, Reach.PUBLIC)
        assert choose(db, cast.max, Row.COMMENTS, Who.EVERYONE) == 1, "never recommended, never off the server"
        assert state(db, clip) == ("public", "everyone", 0, 0)
        db.execute(update(clips).values(recommended=1))
        permissions.choose(db, cast.max.viewer, Row.RECOMMENDED, Choice.YES)
        assert choose(db, cast.max, Row.AUDIENCE, Reach.FOLLOWERS) == 1
        assert state(db, clip) == ("followers", "everyone", 1, 0)
