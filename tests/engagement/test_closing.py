"""Closing and recounting: what is pruned stays counted, and a recount finds every number that is not what was counted."""

import random
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from onstage.accounts.leaving import Subject
from onstage.clips.models import clips
from onstage.clock import DAY, HOUR, MINUTE, now
from onstage.engagement import closing
from onstage.engagement.fold import Outcome
from onstage.engagement.likes import like
from onstage.engagement.models import closed, counts, days, guest_views, playing, plays, reached, salts, seen, totals
from onstage.engagement.purge import purge
from onstage.engagement.recount import differences
from onstage.engagement.tally import Fact, PlayKind
from onstage.engagement.viewers import NOBODY, make_salt, of_account
from onstage.web.app import App
from tests.cast import Cast, make_clip
from tests.engagement.playing import play


def crowded(cast: Cast) -> list[int]:
    """Three clips with plays of the last hundred days."""
    chance = random.Random(5)
    found = [make_clip(cast.app.database, cast.ada.viewer)[0] for _ in range(3)]
    for ago in range(100, -1, -2):
        at = now() - ago * DAY - HOUR
        watched = chance.randrange(0, 20_000)
        kind = chance.choice(list(PlayKind))
        viewer = b"a%d" % chance.randrange(5)
        same: dict[str, Any] = {
            "issued_at": at - HOUR,
            "happened_at": at,
            "received_at": at,
            "watched_ms": watched,
            "kind": kind,
        }
        events = [play(chance.choice(found), viewer, **same) for _ in range(3)]
        cast.app.plays.submit(events).result(20)
    return found


def shown(app: App) -> list[tuple[int, ...]]:
    with app.database.read() as db:
        return [tuple(row) for row in db.execute(select(totals).order_by(totals.c.clip_id))]


def close(app: App, before: int) -> int:
    with app.database.write() as db:
        return closing.close_old(db, before)


def wrong(app: App) -> list[str]:
    with app.database.read() as db:
        return differences(db)


def test_what_leaves_the_log_stays_counted(cast: Cast) -> None:
    crowded(cast)
    before = shown(cast.app)
    assert wrong(cast.app) == []
    assert close(cast.app, now() - 50 * DAY) == 26 * 3
    assert shown(cast.app) == before
    assert wrong(cast.app) == []
    assert close(cast.app, now() - 50 * DAY) == 0
    assert close(cast.app, now() + DAY) == 25 * 3 - 1  # the last one stays
    assert shown(cast.app) == before
    assert wrong(cast.app) == []
    with cast.app.database.read() as db:
        assert db.execute(select(func.count()).select_from(plays)).scalar_one() == 1
    answer = cast.app.plays.submit([play(before[0][0])]).result(20)[0]
    assert (answer.outcome, answer.position) == (Outcome.STORED, 51 * 3 + 1)
    assert wrong(cast.app) == []


def test_an_erased_clip_is_no_difference(cast: Cast) -> None:
    first, *_ = crowded(cast)
    with cast.app.database.write() as db:
        purge(db, Subject(0, clips=(first,)))
        db.execute(delete(clips).where(clips.c.id == first))
    assert wrong(cast.app) == []
    close(cast.app, now() - 50 * DAY)
    assert wrong(cast.app) == []


def test_whoever_leaves_stays_counted_under_no_name(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    ben = cast.ben.viewer
    assert ben.person is not None
    assert ben.account is not None
    name = of_account(ben.account)
    for ago in (2 * HOUR, HOUR):
        cast.app.plays.submit([play(clip, name, issued_at=now() - DAY, happened_at=now() - ago)]).result(20)
    before = shown(cast.app)
    with cast.app.database.write() as db:
        purge(db, Subject(ben.person, (ben.account,)))
    with cast.app.database.read() as db:
        assert db.execute(select(plays.c.viewer)).scalars().all() == [NOBODY] * 2
        assert db.execute(select(seen)).all() == []
    assert shown(cast.app) == before
    assert wrong(cast.app) == []


BREACHES: list[Any] = [
    update(totals).values(views=totals.c.views + 1),
    update(totals).values(watched_ms=totals.c.watched_ms - 1),
    update(days).values(plays=days.c.plays + 1),
    update(reached).values(plays=reached.c.plays + 1),
    update(closed).values(skips=closed.c.skips + 1),
    update(counts).values(likes=7),
    delete(plays).where(plays.c.position == 100),
    update(plays).where(plays.c.position > 100).values(added_ms=1),
    update(plays).values(happened_at=1, facts=int(Fact.COUNTED)),
]


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: str(breach).splitlines()[0][:40])
def test_a_recount_finds_what_is_not_so(cast: Cast, breach: Any) -> None:
    crowded(cast)
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    close(cast.app, now() - 50 * DAY)
    with cast.app.database.write() as db:
        like(db, cast.ben.viewer, slug)
        assert differences(db) == []
        db.execute(breach)
        assert differences(db)


def test_what_is_of_use_for_a_while_goes(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    old, moment = now() - 10 * DAY, now()
    for at, names in ((old, (b"g old", b"a old")), (moment, (b"g new", b"a new"))):
        events = [
            play(clip, name, issued_at=at - MINUTE, happened_at=at, received_at=at, addresses=(b"x",)) for name in names
        ]
        cast.app.plays.submit(events).result(20)
    with cast.app.database.write() as db:
        for day in (old // DAY, moment // DAY):
            db.execute(salts.insert().values(day=day, salt=b"s"))
        closing.forget(db, moment)
        assert set(db.execute(select(seen.c.viewer)).scalars()) == {b"a old", b"g new", b"a new"}
        assert db.execute(select(salts.c.day)).scalars().all() == [moment // DAY]
        assert len(db.execute(select(playing.c.until)).all()) == 2
        assert set(db.execute(select(guest_views.c.at)).scalars()) == {moment}


def test_a_salt_is_made_once_a_day(cast: Cast) -> None:
    with cast.app.database.write() as db:
        make_salt(db, 20_000)
        first = db.execute(select(salts)).all()
        make_salt(db, 20_000)
        assert db.execute(select(salts)).all() == first
        make_salt(db, 20_004)
        assert db.execute(select(salts.c.day)).scalars().all() == [20_004]
