"""A clip that many people watch gets a rendition in AV1, for players that can, which is never what others are made from."""

from pathlib import Path

import pytest
from sqlalchemy import select

from onstage.clips.agreeing import holds, publish
from onstage.clips.film import dense, trim
from onstage.clips.models import HoldKind, clip_media, renditions
from onstage.clips.queries import media_for
from onstage.clips.renditions import largest, smallest
from onstage.clips.upload import Upload
from onstage.clock import SECOND
from onstage.engagement import popular
from onstage.engagement.cards import cards
from onstage.engagement.models import totals
from onstage.web.http import App
from tests.cast import Cast
from tests.clips.conftest import Film, Run, send
from tests.clips.test_pipeline import files, named, stored
from tests.media.files import make
from tests.scenes import Scene, Scenes


@pytest.fixture
def scene(app: App, scenes: Scenes, run: Run, tmp_path: Path) -> Scene[Upload]:
    def make_watched(cast: Cast) -> Upload:
        grainy = "testsrc2=s=400x712:r=25:d=4,noise=alls=12:allf=t"
        make.run(tmp_path / "grainy.mp4", "-f", "lavfi", "-i", grainy, *make.TONE, *make.H264, "-c:a", "aac")
        upload = send(app, cast.ada.viewer, (tmp_path / "grainy.mp4").read_bytes())
        run()
        with app.database.write() as db:
            publish.publish(db, app.keys, cast.ada.viewer, upload.slug)
            db.execute(totals.insert().values(clip_id=upload.clip, views=100))
        return upload

    return scenes.begin(app, "a clip that many watch", make_watched)


@pytest.fixture
def watched(scene: Scene[Upload]) -> Upload:
    """A clip of ada's, grainy as films are, that is out and has a hundred views."""
    return scene.made


def ask(app: App, least: int) -> None:
    with app.database.write() as db:
        popular.ask_for_av1(db, least)


def test_what_many_watch_gets_av1_beside_the_others(app: App, cast: Cast, watched: Upload, run: Run) -> None:
    ask(app, 101)
    run()
    assert len(files(app.database, watched.clip)) == 2
    ask(app, 100)
    run()
    with app.database.read() as db:
        (card,) = cards(db, cast.guest.viewer, [watched.clip])
        assert card.av1 is not None
        key = card.av1.url.rpartition("/")[2]
        assert (card.av1.width, card.av1.codecs) == (400, "av01.0.04M.08,mp4a.40.2")
        assert [each.width for each in card.renditions] == [400, 360]
        assert key not in {largest(db, watched.clip), smallest(db, watched.clip)}
        assert media_for(db, cast.guest.viewer, key) is not None
    assert card.av1.bytes <= 0.8 * card.renditions[0].bytes
    assert stored(app) == named(app.database)


def test_it_is_made_once(app: App, watched: Upload, run: Run) -> None:
    for _ in range(2):
        ask(app, 100)
        run()
    assert len(files(app.database, watched.clip)) == 3


def test_it_goes_with_the_film_that_it_was_made_of(app: App, cast: Cast, watched: Upload, run: Run) -> None:
    ask(app, 100)
    run()
    with app.database.write() as db:
        trim.trim(db, app.keys, cast.ada.viewer, watched.slug, SECOND, 3 * SECOND)
    run()
    assert [file.codecs[:4] for file in files(app.database, watched.clip)] == ["avc1", "avc1"]
    with app.database.read() as db:
        assert db.execute(select(clip_media.c.av1_at).where(clip_media.c.clip_id == watched.clip)).scalar() is None
    assert stored(app) == named(app.database)


def test_a_withheld_clip_has_no_address_of_it(app: App, cast: Cast, watched: Upload, run: Run) -> None:
    ask(app, 100)
    run()
    with app.database.write() as db:
        key = db.execute(select(renditions.c.key).where(renditions.c.codecs.startswith("av01"))).scalar_one()
        holds.place(db, watched.clip, HoldKind.MODERATION)
        assert media_for(db, cast.guest.viewer, key) is None


def test_what_is_hardly_smaller_is_not_kept(app: App, cast: Cast, film: Film, run: Run) -> None:
    """A drawn test picture is as small already."""
    upload = send(app, cast.ada.viewer, film(2, "400x712").read_bytes())
    run()
    with app.database.write() as db:
        dense.ask(db, upload.clip)
    run()
    assert [file.codecs[:4] for file in files(app.database, upload.clip)] == ["avc1", "avc1"]
    assert stored(app) == named(app.database)
