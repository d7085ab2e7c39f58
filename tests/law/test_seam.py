"""The watch over statements that name the clips table lets the seam's through and finds those that go around it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import exists, or_, select

import onstage
from onstage.accounts.models import members
from onstage.clips.models import clips
from onstage.clips.queries import FOUND, VISIBLE, asked_by
from onstage.db.hot import Hot
from onstage.engagement.cards import cards
from onstage.web.app import App
from tests.cast import Cast, make_clip
from tests.law.seam import Watch, watching

HERE = Path(onstage.__file__).parent


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A watch of its own, in the place of the suite's: what is planted here must not fail the test itself."""
    yield from watching(Watch())


def _from_file(name: str) -> Any:
    """A function that runs a statement as if it stood in that file of the package."""
    words = "def run(db, statement, asked):\n    return db.execute(statement, asked).all()\n"
    found: dict[str, Any] = {}
    exec(compile(words, str(HERE / name), "exec"), found)
    return found["run"]


BARE = select(clips.c.id)


@pytest.mark.parametrize(
    ("file", "statement", "is_found"),
    [
        ("feed/planted.py", BARE, True),
        ("feed/planted.py", BARE.where(clips.c.holds == 0), True),
        ("feed/planted.py", select(exists().where(clips.c.slug == "x")), True),
        ("feed/planted.py", BARE.where(VISIBLE), False),
        ("feed/planted.py", BARE.where(FOUND, clips.c.marked == 0), False),
        ("feed/planted.py", select(members.c.role), False),
        ("clips/planted.py", BARE, False),
    ],
)
def test_what_the_watch_finds(watch: Watch, app: App, cast: Cast, file: str, statement: Any, is_found: bool) -> None:
    run = _from_file(file)
    with app.database.read() as db:
        run(db, statement, asked_by(cast.ben.viewer))
    assert bool(watch.broken) is is_found, watch.broken


def test_hot_statements_are_watched_too(watch: Watch, app: App, cast: Cast) -> None:
    slugs = Hot(select(clips.c.slug), str)
    make_clip(app.database, cast.ada.viewer)
    words = "def run(db, hot):\n    return hot.all(db)\n"
    found: dict[str, Any] = {}
    exec(compile(words, str(HERE / "feed" / "planted.py"), "exec"), found)
    with app.database.read() as db:
        assert len(found["run"](db, slugs)) == 1
    assert watch.broken


def test_the_tests_own_statements_are_theirs(watch: Watch, app: App, cast: Cast) -> None:
    with app.database.read() as db:
        db.execute(BARE.where(or_(clips.c.holds == 0, clips.c.holds == 1)))
        cards(db, cast.ben.viewer, [1, 2, 3])
    watch.check()
