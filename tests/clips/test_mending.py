"""What a lost object leaves is made right from what is left; a full disk is waited for."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from onstage.clips import kinds
from onstage.clips.film import progress
from onstage.clips.models import Stage
from onstage.clips.workroom import Workroom
from onstage.clock import now
from onstage.jobs.models import Lane, jobs
from onstage.jobs.worker import run_due
from onstage.upkeep import check_media
from onstage.web.api.clips_edit import in_words
from onstage.web.http import App
from tests.cast import Cast
from tests.clips.conftest import Film, Run, send
from tests.clips.test_finish import media
from tests.clips.test_pipeline import files, named, row, stored


def test_lost_objects_are_made_again(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film(size="720x1280").read_bytes())
    run(Lane.PUBLISH, Lane.LADDER)
    before = files(app.database, upload.clip)
    assert [file.width for file in before] == [720, 540, 360]
    gone = [before[1].key, row(app.database, upload.clip).cover, media(app.database, upload.clip).cover_tiny]
    app.storage.delete(gone)
    told = [str(each) for each in check_media.check(app.database, app.storage, mend=True)]
    assert any("1 clips get made anew" in line for line in told)
    run(Lane.PUBLISH, Lane.LADDER)
    assert sorted(file.width for file in files(app.database, upload.clip)) == [360, 540, 720]
    assert not named(app.database) & set(gone)
    assert stored(app) == named(app.database)
    assert [str(each.verdict) for each in check_media.check(app.database, app.storage, mend=False)] == ["ok"]


def test_a_lost_cover_in_avif_is_made_again(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film(size="200x360").read_bytes())
    run(Lane.PUBLISH, Lane.LADDER)
    lost = media(app.database, upload.clip).cover_small_avif
    app.storage.delete([lost])
    assert list(check_media.check(app.database, app.storage, mend=True))
    run(Lane.PUBLISH)
    made = media(app.database, upload.clip).cover_small_avif
    assert app.storage.size(made)
    assert made != lost
    assert stored(app) == named(app.database)


def test_what_can_not_be_made_again_is_told(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film(size="200x360").read_bytes())
    run(Lane.PUBLISH, Lane.LADDER)
    (only,) = files(app.database, upload.clip)
    app.storage.delete([only.key])
    told = [str(each) for each in check_media.check(app.database, app.storage, mend=True)]
    assert any(f"/c/{upload.slug}" in line and "backup" in line for line in told)
    assert files(app.database, upload.clip)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB that can grow."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nobody but root can make a disk that is small")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_told_and_waited_for(app: App, cast: Cast, film: Film, room: Workroom, small_disk: Path) -> None:
    upload = send(app, cast.ada.viewer, film(2, size="400x712", codec="mpeg4").read_bytes())
    cramped = kinds.kinds(Workroom(**{**vars(room), "folder": small_disk / "work"}))
    for _ in range(30):  # more often than a job is tried that fails
        with app.database.write() as db:
            db.execute(update(jobs).values(due_at=now()))
        run_due(app.database, cramped, [Lane.PUBLISH])
    assert row(app.database, upload.clip).stage == Stage.PROCESSING
    with app.database.read() as db:
        far = progress.of(db, cast.ada.viewer, upload.slug)
        (attempt,) = db.execute(select(jobs.c.attempt).where(jobs.c.lane == Lane.PUBLISH)).scalars()
    assert "disk is full" in in_words(far)
    assert attempt == 0
    assert list((small_disk / "work").iterdir()) == []
    subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)
    with app.database.write() as db:
        db.execute(update(jobs).values(due_at=now()))
    run_due(app.database, cramped, [Lane.PUBLISH, Lane.LADDER])
    assert row(app.database, upload.clip).stage == Stage.DRAFT
    assert stored(app) == named(app.database)
