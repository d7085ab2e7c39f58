"""Deletion: gone from view at once, back within ten seconds, then gone from everywhere and for good."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from onstage.accounts import leaving
from onstage.accounts.models import accounts
from onstage.clips.agreeing import holds
from onstage.clips.ending import deletion
from onstage.clips.ending.deletion import UNDO
from onstage.clips.models import HoldKind, clip_tags, clips, renditions, tombstones, uploads
from onstage.clips.queries import seen
from onstage.clips.workroom import Workroom
from onstage.clock import now
from onstage.db.engine import Database
from onstage.errors import Gone, NotAllowed, NotFound
from onstage.jobs.models import jobs
from onstage.storage import journal
from onstage.web.app import App
from tests.cast import Cast, make_clip
from tests.clips.conftest import Film, Run, send


def hasten(database: Database) -> None:
    with database.write() as db:
        db.execute(update(jobs).values(due_at=now()))


FILES = 7  # of one small clip: its film, and covers in three sizes and two formats


def delete(app: App, actor: Any, slug: str) -> int:
    with app.database.write() as db:
        return deletion.delete(db, app.keys, actor.viewer, slug)


def restore(app: App, actor: Any, slug: str) -> None:
    with app.database.write() as db:
        deletion.restore(db, app.keys, actor.viewer, slug)


def kinds(database: Database) -> list[str]:
    with database.read() as db:
        return list(db.execute(select(jobs.c.kind).where(jobs.c.kind.not_in(["event", "scrub"]))).scalars())


def test_a_deleted_clip_is_seen_by_nobody_at_once(app: App, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer)
    before = now()
    until = delete(app, cast.ada, slug)
    assert before + UNDO <= until <= now() + UNDO
    for actor in cast.everybody.values():
        with app.database.read() as db, pytest.raises(NotFound):
            seen(db, actor.viewer, slug)


def test_it_comes_back_within_its_time(app: App, cast: Cast, run: Run) -> None:
    clip, slug = make_clip(app.database, cast.ada.viewer)
    delete(app, cast.ada, slug)
    restore(app, cast.ada, slug)
    with app.database.read() as db:
        assert seen(db, cast.guest.viewer, slug).id == clip
    assert kinds(app.database) == []


def test_deleting_twice_is_deleting_once(app: App, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer)
    delete(app, cast.ada, slug)
    with pytest.raises(NotFound):
        delete(app, cast.ada, slug)
    assert kinds(app.database) == ["erase"]


@pytest.mark.parametrize("name", ["ben", "fay", "eve", "max", "ola", "guest"])
def test_only_its_makers_delete_a_clip(app: App, cast: Cast, name: str) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer)
    actor = cast.everybody[name]
    with pytest.raises((NotFound, AssertionError)):
        delete(app, actor, slug)
    delete(app, cast.ada, slug)
    with pytest.raises((NotFound, AssertionError)):
        restore(app, actor, slug)


def test_only_the_one_who_deleted_takes_it_back(app: App, cast: Cast) -> None:
    clip, slug = make_clip(app.database, cast.duo.viewer)
    assert cast.ben.viewer.person is not None
    with app.database.write() as db:
        holds.place(db, clip, HoldKind.DELETING, cast.ben.viewer.person)
    with pytest.raises(NotAllowed):
        restore(app, cast.duo, slug)


def test_when_the_time_is_over_everything_is_gone(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film().read_bytes())
    run()
    assert len(list(app.storage.list())) == FILES
    delete(app, cast.ada, upload.slug)
    run()
    assert len(list(app.storage.list())) == FILES, "not before its time"
    hasten(app.database)
    run()
    assert list(app.storage.list()) == []
    with app.database.read() as db:
        for table in (clips, renditions, uploads, clip_tags):
            assert db.execute(select(table)).all() == []
        assert db.execute(select(tombstones.c.kind, tombstones.c.id)).all() == [("clip", upload.clip)]
    entries = list(journal.read(app.settings.data / "deletions.log"))
    assert [(entry.kind, entry.id) for entry in entries] == [("clip", upload.clip)]
    with pytest.raises(NotFound):
        restore(app, cast.ada, upload.slug)


def test_too_late_is_said(app: App, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer)
    delete(app, cast.ada, slug)
    with app.database.write() as db:
        db.execute(update(jobs).where(jobs.c.kind == "erase").values(attempt=1))
    with pytest.raises(Gone):
        restore(app, cast.ada, slug)
    with app.database.read() as db, pytest.raises(NotFound):
        seen(db, cast.ada.viewer, slug)


def test_an_upload_that_is_deleted_while_it_is_made_leaves_nothing(
    app: App, cast: Cast, film: Film, run: Run, room: Workroom
) -> None:
    upload = send(app, cast.ada.viewer, film().read_bytes())
    delete(app, cast.ada, upload.slug)
    hasten(app.database)
    run()
    assert list(app.storage.list()) == []
    assert app.staging.length(upload.id) is None
    assert kinds(app.database) == []


def test_erasing_goes_on_after_a_failure(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film().read_bytes())
    run()
    delete(app, cast.ada, upload.slug)
    hasten(app.database)
    blocked = app.settings.data / "deletions.log"
    blocked.mkdir()
    run()
    assert len(list(app.storage.list())) == FILES, "nothing goes before the journal knows"
    blocked.rmdir()
    hasten(app.database)
    run()
    assert list(app.storage.list()) == []
    assert len(list(journal.read(blocked))) == 1


def test_who_leaves_takes_all_their_clips_along(app: App, cast: Cast, film: Film, run: Run) -> None:
    mine = send(app, cast.ada.viewer, film().read_bytes())
    joint = send(app, cast.duo.viewer, film().read_bytes())
    other = send(app, cast.fay.viewer, film().read_bytes())
    run()
    source = Path(app.settings.data / "avatar")
    shutil.copy(film(), source)
    app.storage.put("avatar-of-ada.webp", source)
    with app.database.write() as db:
        db.execute(update(accounts).where(accounts.c.handle == "ada").values(avatar="avatar-of-ada.webp"))
        leaving.leave(db, cast.ada.viewer, app.purgers)
    run()
    with app.database.read() as db:
        assert list(db.execute(select(clips.c.id)).scalars()) == [other.clip]
    assert len(list(app.storage.list())) == FILES
    gone = {(entry.kind, entry.id) for entry in journal.read(app.settings.data / "deletions.log")}
    assert gone == {
        ("clip", mine.clip),
        ("clip", joint.clip),
        ("person", cast.ada.viewer.person),
        ("account", cast.ada.viewer.account),
    }


def test_the_journal_survives_a_line_that_was_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "deletions.log"
    journal.append(path, [journal.Entry("clip", 1, 5)])
    with path.open("ab") as file:
        file.write(b'{"kind": "cl')
    assert list(journal.read(path)) == [journal.Entry("clip", 1, 5)]
    journal.append(path, [journal.Entry("clip", 2, 6)])
    assert list(journal.read(path)) == [journal.Entry("clip", 1, 5), journal.Entry("clip", 2, 6)]
