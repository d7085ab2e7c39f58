"""What is made when nobody waits: sound measured, a sheet to scrub by, a cover chosen with care, previews on demand."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from onstage.clips.agreeing import edit
from onstage.clips.film import finish
from onstage.clips.models import Audience, clip_media
from onstage.db.engine import Database
from onstage.errors import NotFound
from onstage.jobs.models import Lane
from onstage.web.http import App
from tests.cast import Cast
from tests.clips.conftest import Film, Run, send
from tests.clips.test_deletion import delete, hasten
from tests.clips.test_pipeline import named, row, stored
from tests.media.files import make


def media(database: Database, clip: int) -> Any:
    with database.read() as db:
        return db.execute(select(clip_media).where(clip_media.c.clip_id == clip)).one()


def in_avif(made: Any) -> list[str]:
    """The keys of the covers in AVIF."""
    return [made.cover_avif, made.cover_small_avif, made.cover_tiny_avif]


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """22 seconds that begin blurred, with a loud tone."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    blurred = "testsrc2=size=180x320:rate=5:duration=22,gblur=sigma=9:enable=lt(t\\,10)"
    tone = "sine=frequency=997:sample_rate=48000:duration=22,volume=12dB"
    make.run(path, "-f", "lavfi", "-i", blurred, "-f", "lavfi", "-i", tone, *make.H264, "-g", "10", "-c:a", "aac")
    return path


def test_a_clip_is_finished(app: App, cast: Cast, run: Run, long: Path) -> None:
    upload = send(app, cast.ada.viewer, long.read_bytes())
    run(Lane.PUBLISH)
    quick, hint = row(app.database, upload.clip).cover, media(app.database, upload.clip)
    assert app.storage.read(hint.cover_tiny, 8, 12) == b"WEBP"
    assert 40 < len(hint.placeholder) < 400
    run(Lane.LADDER)
    made = media(app.database, upload.clip)
    assert (made.scrub_width, made.scrub_height, made.scrub_count, made.scrub_us) == (90, 160, 11, 2_000_000)
    assert app.storage.read(made.scrub, 8, 12) == b"WEBP"
    assert made.loudness + made.gain == pytest.approx(-1400, abs=5)
    assert made.gain < 0
    assert (made.sound_note, len(made.fingerprint) > 200) == ("", True)
    assert row(app.database, upload.clip).cover != quick
    assert [app.storage.read(key, 4, 12) for key in in_avif(made)] == [b"ftypavif"] * 3
    assert stored(app) == named(app.database)
    delete(app, cast.ada, row(app.database, upload.clip).slug)
    hasten(app.database)
    run()
    assert stored(app) == set()


def test_a_cover_that_the_author_chose_stays(app: App, cast: Cast, run: Run, long: Path) -> None:
    upload = send(app, cast.ada.viewer, long.read_bytes())
    run(Lane.PUBLISH)
    with app.database.write() as db:
        edit.choose_cover(db, app.keys, cast.ada.viewer, upload.slug, at_us=500_000, image=None)
    run(Lane.PUBLISH)
    chosen, avif = row(app.database, upload.clip).cover, in_avif(media(app.database, upload.clip))
    run(Lane.LADDER)
    assert row(app.database, upload.clip).cover == chosen
    assert in_avif(media(app.database, upload.clip)) == avif
    assert stored(app) == named(app.database)


def test_a_clip_without_sound_says_so(app: App, cast: Cast, run: Run, tmp_path: Path) -> None:
    make.fast(tmp_path / "silent.mp4")
    upload = send(app, cast.ada.viewer, (tmp_path / "silent.mp4").read_bytes())
    run(Lane.PUBLISH, Lane.LADDER)
    made = media(app.database, upload.clip)
    assert (made.sound_note, made.loudness, made.gain, made.scrub) == ("none", None, 0, None)


def test_a_preview_is_made_once_when_somebody_asks(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film().read_bytes())
    run(Lane.PUBLISH, Lane.LADDER)
    for _ in range(2):
        with app.database.write() as db:
            assert finish.ask_preview(db, cast.ada.viewer, upload.slug) is None
    assert run(Lane.LADDER) == 1
    with app.database.write() as db:
        key = finish.ask_preview(db, cast.ada.viewer, upload.slug)
    assert key is not None
    assert key.endswith(".mp4")
    assert app.storage.size(key)
    assert stored(app) == named(app.database)
    with app.database.write() as db:
        edit.change(db, cast.app.keys, cast.ada.viewer, upload.slug, audience=Audience.PRIVATE)
    with app.database.write() as db, pytest.raises(NotFound):
        finish.ask_preview(db, cast.ben.viewer, upload.slug)
