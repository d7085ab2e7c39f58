"""The pipeline: what was uploaded plays, or its author reads why not; nothing is left over."""

import random
import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from sqlalchemy import select, update

from onstage.clips import kinds
from onstage.clips.agreeing import edit, publish
from onstage.clips.ending import sweep
from onstage.clips.film import pipeline
from onstage.clips.models import Stage, clip_media, clips, renditions, uploads
from onstage.clips.workroom import Workroom
from onstage.clock import HOUR, now
from onstage.db.engine import Database
from onstage.jobs.models import Lane, jobs
from onstage.jobs.queue import enqueue
from onstage.jobs.worker import Kind, run_due
from onstage.web.http import App
from tests.cast import Cast
from tests.clips.conftest import Film, Run, send
from tests.media.files import make
from tests.media.test_corpus import damaged


def row(database: Database, clip: int) -> Any:
    with database.read() as db:
        return db.execute(select(clips).where(clips.c.id == clip)).one()


def files(database: Database, clip: int) -> list[Any]:
    with database.read() as db:
        rows = (
            select(renditions)
            .where(renditions.c.clip_id == clip)
            .order_by(renditions.c.height.desc(), renditions.c.aside.desc())
        )
        return list(db.execute(rows).all())


def stored(app: App) -> set[str]:
    return {each.key for each in app.storage.list()}


def named(database: Database) -> set[str]:
    with database.read() as db:
        keys = set(db.execute(select(renditions.c.key)).scalars())
        beside = ("cover_tiny", "cover_avif", "cover_small_avif", "cover_tiny_avif", "scrub", "preview")
        made = select(*(clip_media.c[name] for name in beside))
        for found in (*db.execute(select(clips.c.cover, clips.c.cover_small, clips.c.original)), *db.execute(made)):
            keys |= {key for key in found if key}
    return keys


def decoded(path: Path | None) -> str:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


def test_an_upload_becomes_a_draft_that_plays(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film().read_bytes(), pieces=[100, 5000])
    assert row(app.database, upload.clip).stage == Stage.PROCESSING
    run(Lane.PUBLISH)
    clip = row(app.database, upload.clip)
    assert (clip.stage, clip.width, clip.height, clip.published_at) == (Stage.DRAFT, 360, 640, None)
    assert abs(clip.duration_us - 1_000_000) < 80_000
    (first,) = files(app.database, upload.clip)
    assert decoded(app.storage.path(first.key)) == ""
    assert b"+52.5+013.4" not in app.storage.read(first.key, 0, first.bytes)
    assert first.bytes == app.storage.size(first.key)
    assert first.codecs.startswith("avc1.")
    assert app.storage.read(clip.cover, 8, 12) == b"WEBP"
    assert app.staging.length(upload.id) is None
    assert stored(app) == named(app.database)


def test_the_ladder_adds_what_is_smaller_and_the_upload_is_gone(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film(size="720x1280", codec="mpeg4").read_bytes())
    run(Lane.PUBLISH)
    assert row(app.database, upload.clip).original is None
    run(Lane.LADDER)
    assert [file.width for file in files(app.database, upload.clip)] == [720, 540, 360]
    assert row(app.database, upload.clip).original is None
    assert stored(app) == named(app.database)
    assert [decoded(app.storage.path(file.key)) for file in files(app.database, upload.clip)] == ["", "", ""]


def test_an_original_is_kept_where_the_owner_wants_it(app: App, cast: Cast, film: Film, room: Workroom) -> None:
    content = film(size="720x1280", codec="mpeg4").read_bytes()
    upload = send(app, cast.ada.viewer, content)
    keeping = Workroom(**{**vars(room), "keep_originals": True})
    run_due(app.database, kinds.kinds(keeping))
    original = row(app.database, upload.clip).original
    assert app.storage.read(original, 0, len(content)) == content


def test_a_copy_with_broken_pictures_is_made_anew(app: App, cast: Cast, run: Run, tmp_path: Path) -> None:
    make.broken_pictures(tmp_path / "broken.mp4", "400x712")
    upload = send(app, cast.ada.viewer, (tmp_path / "broken.mp4").read_bytes())
    run(Lane.PUBLISH)
    (copied,) = files(app.database, upload.clip)
    run(Lane.LADDER)
    renditions_now = files(app.database, upload.clip)
    assert [file.width for file in renditions_now] == [400, 360]
    assert copied.key not in {file.key for file in renditions_now}
    assert [decoded(app.storage.path(file.key)) for file in renditions_now] == ["", ""]
    assert stored(app) == named(app.database)


def test_publish_pressed_early_publishes_when_it_plays(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film().read_bytes())
    with app.database.write() as db:
        assert publish.publish(db, app.keys, cast.ada.viewer, upload.slug) is Stage.PROCESSING
    assert row(app.database, upload.clip).published_at is None
    run(Lane.PUBLISH)
    clip = row(app.database, upload.clip)
    assert (clip.stage, clip.publish_asked, clip.recommended) == (Stage.NONE, 0, 1)
    assert clip.published_at is not None


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"this is no film at all" * 50, "not a video file"), (b"#EXTM3U\nfile:///etc/passwd\n", "list of videos")],
)
def test_what_can_not_be_played_fails_with_a_sentence(
    app: App, cast: Cast, run: Run, content: bytes, words: str
) -> None:
    upload = send(app, cast.ada.viewer, content)
    run()
    clip = row(app.database, upload.clip)
    assert clip.stage == Stage.FAILED
    assert words in clip.failure
    assert app.staging.length(upload.id) is None
    assert stored(app) == set()
    with app.database.read() as db:
        assert db.execute(select(jobs.c.id)).all() == []


def test_an_upload_that_vanished_fails_with_a_sentence(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film().read_bytes())
    app.staging.remove(upload.id)
    run()
    assert row(app.database, upload.clip).failure == pipeline.LOST


def test_a_job_that_never_succeeds_ends_with_a_sentence(app: App, cast: Cast, film: Film, room: Workroom) -> None:
    upload = send(app, cast.ada.viewer, film().read_bytes())
    broken = Workroom(**{**vars(room), "ffmpeg": "/nowhere/ffmpeg"})
    kind = Kind(
        lambda job: pipeline.publish(broken, job), attempts=2, gave_up=lambda job: pipeline.give_up(broken, job)
    )
    for _ in range(2):
        assert row(app.database, upload.clip).stage == Stage.PROCESSING
        run_due(app.database, {"publish": kind})
        with app.database.write() as db:
            db.execute(update(jobs).values(due_at=now()))
    assert row(app.database, upload.clip).failure == pipeline.NOT_NOW
    assert list(room.folder.iterdir()) == []


def test_a_clip_that_was_erased_meanwhile_leaves_no_object(app: App, cast: Cast, film: Film, room: Workroom) -> None:
    send(app, cast.ada.viewer, film().read_bytes())

    def publish_after_all_is_gone(job: Any) -> None:
        with app.database.write() as db:
            db.execute(clips.delete())
        pipeline.publish(room, job)

    run_due(app.database, {"publish": Kind(publish_after_all_is_gone)})
    assert stored(app) == set()
    with app.database.read() as db:
        assert db.execute(select(jobs.c.kind)).all() == []


def test_damaged_uploads_end_with_a_clip_or_a_sentence_and_leave_nothing(
    app: App, cast: Cast, film: Film, room: Workroom, run: Run
) -> None:
    whole, chance = film(0.4, size="200x360").read_bytes(), random.Random(11)
    sent = [send(app, cast.ada.viewer, damaged(whole, chance)) for _ in range(6)]
    run()
    for upload in sent:
        clip = row(app.database, upload.clip)
        assert clip.stage in {Stage.DRAFT, Stage.FAILED}
        assert bool(clip.failure) == (clip.stage == Stage.FAILED)
        assert app.staging.length(upload.id) is None
    assert stored(app) == named(app.database)
    assert list(room.folder.iterdir()) == []
    with app.database.read() as db:
        assert db.execute(select(jobs.c.id).where(jobs.c.lane != Lane.GENERAL)).all() == []


class _Killed(BaseException):
    """What ends a process in the middle of a step."""


@pytest.mark.parametrize("at", range(1, 11))
def test_a_worker_that_dies_at_any_commit_is_followed_by_one_that_goes_on(
    app: App, cast: Cast, film: Film, room: Workroom, run: Run, at: int
) -> None:
    upload = send(app, cast.ada.viewer, film(0.4, size="400x712", codec="mpeg4").read_bytes())

    class Dying(Database):
        left = at

        def read(self) -> Any:
            return app.database.read()

        def write(self) -> Any:
            if Dying.left == 0:
                raise _Killed
            Dying.left -= 1
            return app.database.write()

    dying = Dying("sqlite", reading=None, writing=None)  # type: ignore[arg-type]
    try:
        run_due(dying, {"publish": Kind(lambda job: pipeline.publish(room, job))}, [Lane.PUBLISH])
    except _Killed:
        with app.database.write() as db:
            db.execute(update(jobs).values(owner=None, lease_until=None))
    run()
    assert row(app.database, upload.clip).stage == Stage.DRAFT
    assert [file.width for file in files(app.database, upload.clip)] == [400, 360]
    assert named(app.database) <= stored(app)
    assert list(room.folder.iterdir()) == []


def test_the_author_chooses_a_cover_by_time_and_by_picture(
    app: App, cast: Cast, film: Film, run: Run, tmp_path: Path
) -> None:
    upload = send(app, cast.ada.viewer, film().read_bytes())
    run()
    before = row(app.database, upload.clip).cover
    with app.database.write() as db:
        edit.choose_cover(db, app.keys, cast.ada.viewer, upload.slug, at_us=500_000, image=None)
    run()
    by_time = row(app.database, upload.clip).cover
    assert by_time != before
    picture = tmp_path / "picture.png"
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run(
        [ffmpeg, "-v", "error", "-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", picture], check=True
    )
    app.storage.put("picture-of-ada.image", picture)
    with app.database.write() as db:
        edit.choose_cover(db, app.keys, cast.ada.viewer, upload.slug, at_us=None, image="picture-of-ada.image")
    run()
    clip = row(app.database, upload.clip)
    assert clip.cover != by_time
    assert clip.color.startswith("#f")
    assert stored(app) == named(app.database)


def test_the_sweep_removes_what_nothing_names_and_only_that(
    app: App, cast: Cast, film: Film, room: Workroom, run: Run
) -> None:
    done = send(app, cast.ada.viewer, film().read_bytes())
    run()
    (room.folder / "99-1").mkdir()
    app.staging.create("an-orphan-upload")
    coming = send(app, cast.ada.viewer, film().read_bytes())
    future = now() + 7 * HOUR
    before = row(app.database, done.clip)

    class Later(type(app.staging)):  # type: ignore[misc]
        def untouched_since(self, _instant: int) -> Any:
            return super().untouched_since(future)

    later = Workroom(**{**vars(room), "staging": Later(app.settings.data / "uploads")})
    sweep_them = Kind(lambda job: sweep.sweep_uploads(later, job))
    with app.database.write() as db:
        enqueue(db, "sweep", {})
    run_due(app.database, {"sweep": sweep_them}, [Lane.GENERAL])
    assert app.staging.length("an-orphan-upload") is None
    assert app.staging.length(coming.id) is not None
    assert list(room.folder.iterdir()) == []
    assert row(app.database, done.clip) == before
    with app.database.read() as db:
        assert len(db.execute(select(uploads.c.id)).all()) == 2
