"""Uploads as the domain sees them: what a new clip is by default, what space is left, what ends with its time."""

import os
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from onstage import ids
from onstage.accounts.age import Band
from onstage.accounts.models import choices, people
from onstage.clips import upload
from onstage.clips.ending import sweep
from onstage.clips.models import Audience, Commenters, Stage, clips, renditions, uploads
from onstage.clips.workroom import Workroom
from onstage.clock import SECOND, now
from onstage.errors import Gone, NotFound, TooLarge
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue
from onstage.jobs.worker import Kind, run_due
from onstage.web.app import App
from tests.cast import Actor, Cast
from tests.clips.conftest import Film, Run, send


def begin(app: App, actor: Actor, length: int = 1000) -> upload.Upload:
    name = ids.token()
    app.staging.create(name)
    with app.database.write() as db:
        return upload.begin(db, actor.viewer, app.settings, name, length, "")


def row(app: App, clip: int) -> Any:
    with app.database.read() as db:
        return db.execute(select(clips).where(clips.c.id == clip)).one()


@pytest.mark.parametrize(
    ("band", "audience", "commenters"),
    [
        (Band.ADULT, Audience.PUBLIC, Commenters.EVERYONE),
        (Band.FROM_16, Audience.FOLLOWERS, Commenters.FRIENDS),
        (Band.FROM_13, Audience.FOLLOWERS, Commenters.FRIENDS),
        (Band.UNDER_13, Audience.FOLLOWERS, Commenters.FRIENDS),
        (Band.UNKNOWN, Audience.FOLLOWERS, Commenters.FRIENDS),
    ],
)
def test_a_new_clip_is_what_the_age_table_says(
    app: App, cast: Cast, band: Band, audience: Audience, commenters: Commenters
) -> None:
    with app.database.write() as db:
        db.execute(update(people).values(band=band.value, band_until=None, alone=1))
    clip = row(app, begin(app, cast.ada).clip)
    assert (clip.stage, clip.audience, clip.commenters, clip.marked) == (Stage.UPLOADING, audience, commenters, 0)


def test_a_persons_own_choice_is_the_default(app: App, cast: Cast) -> None:
    with app.database.write() as db:
        ada = cast.ada.viewer.person
        mine = {"person_id": ada, "setter_id": ada, "at": now()}
        db.execute(insert(choices).values(row="audience", value="friends", **mine))
    assert row(app, begin(app, cast.ada).clip).audience == Audience.FRIENDS


def test_a_clip_belongs_to_the_acting_account(app: App, cast: Cast) -> None:
    clip = row(app, begin(app, cast.duo).clip)
    assert (clip.account_id, clip.person_id) == (cast.duo.viewer.account, cast.ada.viewer.person)


def test_space_is_what_is_stored_and_what_is_coming(app: App, cast: Cast) -> None:
    begun = begin(app, cast.ada, 5_000_000)
    begin(app, cast.ben, 9_000_000)
    person = cast.ada.viewer.person
    assert person is not None
    with app.database.write() as db:
        assert upload.room(db, person, app.settings).left == 20_000_000_000 - 5_000_000
        db.execute(update(clips).values(stage=Stage.DRAFT.value))
        file = {"key": "a-rendition-of-ada.mp4", "clip_id": begun.clip, "width": 1, "height": 1, "codecs": ""}
        db.execute(insert(renditions).values(**file, bytes=7_000_000, bitrate=1))
        assert upload.room(db, person, app.settings).left == 20_000_000_000 - 7_000_000


def test_who_has_used_up_their_space_is_told_so(app: App, cast: Cast) -> None:
    clip = begin(app, cast.ada).clip
    with app.database.write() as db:
        file = {"key": "a-rendition-of-ada.mp4", "clip_id": clip, "width": 1, "height": 1, "codecs": ""}
        db.execute(insert(renditions).values(**file, bytes=19_999_000_000, bitrate=1))
    with pytest.raises(TooLarge, match=r"has 2 MB, and 0.9 MB of your space are left"):
        begin(app, cast.ada, 2_000_000)


def test_only_the_uploader_finds_it_and_only_in_its_time(app: App, cast: Cast) -> None:
    begun = begin(app, cast.ada)
    with app.database.write() as db:
        assert upload.find(db, cast.ada.viewer, begun.id) == begun
        with pytest.raises(NotFound):
            upload.find(db, cast.ben.viewer, begun.id)
        db.execute(update(uploads).values(until=now() - 1))
        with pytest.raises(Gone):
            upload.find(db, cast.ada.viewer, begun.id)


def sweep_now(app: App, room: Workroom) -> None:
    with app.database.write() as db:
        enqueue(db, "sweep", {})
    run_due(app.database, {"sweep": Kind(lambda job: sweep.sweep_uploads(room, job))}, [Lane.GENERAL])


def test_what_is_not_finished_in_time_is_thrown_away(app: App, cast: Cast, room: Workroom) -> None:
    over, coming = begin(app, cast.ada), begin(app, cast.ada)
    app.staging.append(over.id, 0, [b"some"])
    with app.database.write() as db:
        db.execute(update(uploads).where(uploads.c.id == over.id).values(until=now() - 1))
    sweep_now(app, room)
    assert (app.staging.length(over.id), app.staging.length(coming.id)) == (None, 0)
    with app.database.read() as db:
        assert list(db.execute(select(clips.c.id)).scalars()) == [coming.clip]


def test_a_finished_upload_is_forgotten_but_its_clip_stays(
    app: App, cast: Cast, film: Film, room: Workroom, run: Run
) -> None:
    done = send(app, cast.ada.viewer, film().read_bytes())
    waiting = send(app, cast.ben.viewer, film().read_bytes())
    with app.database.write() as db:
        db.execute(update(uploads).values(until=now() - 1))
        db.execute(update(clips).where(clips.c.id == done.clip).values(stage=Stage.DRAFT.value))
    sweep_now(app, room)
    with app.database.read() as db:
        assert list(db.execute(select(uploads.c.id)).scalars()) == [waiting.id]
        assert len(db.execute(select(clips.c.id)).all()) == 2
    assert app.staging.length(waiting.id) is not None


def test_only_old_objects_that_nothing_names_are_swept(
    app: App, cast: Cast, film: Film, room: Workroom, run: Run
) -> None:
    send(app, cast.ada.viewer, film().read_bytes())
    run()
    named = objects_of(app)
    for name in ("an-orphan-of-nobody.mp4", "an-orphan-that-is-young.mp4"):
        source = app.settings.data / name  # an object shares its age with its source
        source.write_bytes(b"once")
        app.storage.put(name, source)
    for name in ("an-interrupted-put.mp4#1", "an-interrupted-put.mp4#2"):
        (app.settings.data / "objects" / "an" / name).write_bytes(b"cut short")
    for path in (app.settings.data / "objects").glob("*/*"):
        if "young" not in path.name and "#2" not in path.name:
            os.utime(path, (0, (now() - sweep.GRACE) / SECOND - 60))
    with app.database.write() as db:
        enqueue(db, "sweep", {})
    run_due(app.database, {"sweep": Kind(lambda job: sweep.sweep_objects(room, job))}, [Lane.GENERAL])
    assert objects_of(app) - named == {"an-orphan-that-is-young.mp4", "an-interrupted-put.mp4#2"}
    assert named <= objects_of(app)


def objects_of(app: App) -> set[str]:
    return {path.name for path in (app.settings.data / "objects").glob("*/*")}
