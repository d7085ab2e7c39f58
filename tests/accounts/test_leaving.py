"""Leaving: everything of a person goes, joint accounts stay with the others, and counts stay true."""

import json
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, delete, func, insert, select, update

from onstage.accounts import leaving, relations
from onstage.accounts.models import Kind, accounts, members, people
from onstage.clips.models import clips, tombstones
from onstage.clock import now
from onstage.db.engine import metadata
from onstage.engagement import comments, likes
from onstage.engagement.models import counts, plays, seen
from onstage.errors import Conflict
from onstage.jobs.models import jobs
from onstage.web.app import App
from tests.accounts.joining import join, signed_in
from tests.cast import Cast, make_clip

KEEPS = {"tombstones", "jobs"}  # say that somebody is gone, by number


def rows_naming(app: App, ids: set[int]) -> list[str]:
    """Every row of every table in which one of these ids stands."""
    found = []
    with app.database.read() as db:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if isinstance(column.type, BigInteger)]
            for row in db.execute(select(*columns)) if columns and table.name not in KEEPS else ():
                if ids & set(row):
                    found.append(f"{table.name} {row}")
    return found


def test_nothing_that_names_the_person_stays(cast: Cast) -> None:
    app, fay = cast.app, cast.fay.viewer
    assert fay.person is not None
    assert fay.account is not None
    _, hers = make_clip(app.database, fay, caption="mine #tag")
    _, adas = make_clip(app.database, cast.ada.viewer)
    with app.database.write() as db:
        likes.like(db, cast.ben.viewer, hers)
        comments.comment(db, cast.ben.viewer, hers, "Nice.")
        likes.like(db, fay, adas)
        likes.save(db, fay, adas)
        comments.comment(db, fay, adas, "Hello.")
        relations.mute(db, fay, "ben", now())
        relations.block(db, fay, "max", now())
        leaving.leave(db, fay, app.purgers)
    assert rows_naming(app, {fay.person, fay.account}) == []
    with app.database.read() as db:
        assert db.execute(select(func.count()).select_from(clips)).scalar_one() == 1
        gone = {(row.kind, row.id) for row in db.execute(select(tombstones.c.kind, tombstones.c.id))}
        assert {("person", fay.person), ("account", fay.account)} <= gone
        payloads = [json.loads(one) for one in db.execute(select(jobs.c.payload)).scalars()]
        assert any(f"film{hers}" in payload.get("keys", ()) for payload in payloads), "a job deletes the objects"


def test_counts_of_others_clips_stay_true(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db:
        for actor in (cast.ben, cast.fay):
            likes.like(db, actor.viewer, slug)
            likes.save(db, actor.viewer, slug)
        first = comments.comment(db, cast.fay.viewer, slug, "First.")
        comments.comment(db, cast.ben.viewer, slug, "An answer to what goes.", first.id)
        comments.comment(db, cast.ben.viewer, slug, "Stays.")
        leaving.leave(db, cast.fay.viewer, cast.app.purgers)
        row = db.execute(
            select(counts.c.likes, counts.c.saves, counts.c.comments).where(counts.c.clip_id == clip)
        ).one()
        assert tuple(row) == (1, 1, 1)


def test_the_log_of_plays_stays_counted_and_no_longer_knows_them(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    assert cast.fay.viewer.account is not None
    viewer = b"a" + cast.fay.viewer.account.to_bytes(8, "big")
    row = {
        "clip_id": clip,
        "kind": "start",
        "surface": "feed",
        "watched_ms": 1,
        "loops": 0,
        "happened_at": 1,
        "received_at": 1,
    }
    with cast.app.database.write() as db:
        db.execute(insert(plays).values(position=1, event=b"e", viewer=viewer, **row))
        db.execute(insert(seen).values(viewer=viewer, clip_id=clip, at=1))
        leaving.leave(db, cast.fay.viewer, cast.app.purgers)
        assert [one != viewer for one in db.execute(select(plays.c.viewer)).scalars()] == [True]
        assert db.execute(select(func.count()).select_from(seen)).scalar_one() == 0


def test_a_joint_account_stays_with_its_other_owner(cast: Cast) -> None:
    with cast.app.database.write() as db:
        leaving.leave(db, cast.ben.viewer, cast.app.purgers)
        of = select(members.c.person_id).where(members.c.account_id == cast.duo.viewer.account)
        assert db.execute(of).scalars().all() == [cast.ada.viewer.person]


def test_a_joint_account_goes_with_its_last_member(cast: Cast) -> None:
    with cast.app.database.write() as db:
        leaving.leave(db, cast.ben.viewer, cast.app.purgers)
        leaving.leave(db, cast.ada.viewer, cast.app.purgers)
        assert db.execute(select(accounts.c.id).where(accounts.c.kind == Kind.JOINT.value)).first() is None


def test_the_only_owner_hands_over_first(cast: Cast) -> None:
    whose = (members.c.account_id == cast.duo.viewer.account) & (members.c.person_id == cast.ben.viewer.person)
    with cast.app.database.write() as db:
        db.execute(update(members).where(whose).values(role="creator"))
        with pytest.raises(Conflict) as refused:
            leaving.leave(db, cast.ada.viewer, cast.app.purgers)
        assert "@duo" in str(refused.value)
        leaving.leave(db, cast.ben.viewer, cast.app.purgers)
        db.execute(delete(members).where(whose))
        leaving.leave(db, cast.ada.viewer, cast.app.purgers)


def test_the_handle_is_free_again(app: App, tmp_path: Path) -> None:
    first = join(app.database, "nia")
    this = signed_in(app.database, first)
    with app.database.write() as db:
        leaving.leave(db, this, app.purgers)
        assert db.execute(select(func.count()).select_from(people)).scalar_one() == 0
    assert join(app.database, "nia").person != first.person
