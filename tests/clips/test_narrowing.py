"""A person who makes a row stricter makes their clips narrower at once, and a looser row widens nothing."""

from sqlalchemy import insert, select, update

from onstage.accounts import permissions
from onstage.accounts.age import Choice, Reach, Row, Scale, Who
from onstage.accounts.models import follows
from onstage.clips.agreeing.narrowing import narrow
from onstage.clips.models import Audience, Stage, clips
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.jobs.models import jobs
from tests.cast import KEYS, Actor, Cast, make_clip
from tests.client import Client


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


def test_who_may_comment_follows_the_youngest_who_is_in_it(cast: Cast, client: Client) -> None:
    _clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    path = f"/api/v1/clips/{slug}"
    befriend(cast, cast.ada, cast.max)
    assert client.post(f"{path}/comments", cast.ola, json={"words": "hello"}).status == 201
    assert client.put(f"{path}/appearances/max", cast.ada, json={}).status == 204
    assert client.post(f"{path}/comments", cast.ola, json={"words": "still"}).status == 201, "he has not agreed yet"
    assert client.post(f"{path}/yes", cast.max, json={"version": 2}).status == 204
    assert client.post(f"{path}/comments", cast.ola, json={"words": "no more"}).status == 403
    assert client.post(f"{path}/comments", cast.fay, json={"words": "a friend"}).status == 201
    assert client.ask("PATCH", path, cast.ada, json={"commenters": "everyone"}).status == 403
    assert 'name="commenters" value="everyone" disabled' in client.get(f"/make/{slug}", cast.ada).text
    assert client.ask("PATCH", path, cast.ada, json={"commenters": "nobody"}).status == 200


def test_a_child_who_is_not_here_lets_friends_comment_at_most(cast: Cast, client: Client) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer, published=False, stage=Stage.DRAFT)
    label = {"words": "a girl", "minor": True}
    assert client.post(f"/api/v1/clips/{slug}/labels", cast.ada, json=label).status == 201
    assert client.ask("PATCH", f"/api/v1/clips/{slug}", cast.ada, json={"audience": "private"}).status == 200
    assert client.post(f"/api/v1/clips/{slug}/publish", cast.ada).json["stage"] == "none"
    with cast.app.database.read() as db:
        assert state(db, clip)[1] == "friends"


def test_what_a_guardian_allows_counts_in_the_clips_of_others_too(cast: Cast, client: Client) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.FRIENDS)
    befriend(cast, cast.ada, cast.mia)
    assert client.put(f"/api/v1/clips/{slug}/appearances/mia", cast.ada, json={}).status == 204
    for each in (cast.gus, cast.gil):
        assert client.post(f"/api/v1/clips/{slug}/yes", each, json={"version": 2}).status == 204
    with cast.app.database.read() as db:
        assert state(db, clip)[1] == "friends"
    path = "/api/v1/children/mia/choices/comments"
    assert client.put(path, cast.gus, json={"value": "nobody"}).status == 204
    with cast.app.database.read() as db:
        assert state(db, clip)[:2] == ("friends", "nobody")


def befriend(cast: Cast, one: Actor, other: Actor) -> None:
    with cast.app.database.write() as db:
        for follower, target in ((one, other), (other, one)):
            row = {"follower_id": follower.viewer.account, "target_id": target.viewer.account}
            db.execute(insert(follows).values(**row, accepted=1, at=now()))
