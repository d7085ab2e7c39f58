"""A server worth saving, and empty places to restore it to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from onstage.clips.agreeing import publish
from onstage.clips.upload import Upload
from onstage.db.postgres import open_postgres
from onstage.engagement import comments, likes
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from onstage.settings import Settings
from onstage.web.http import App
from tests.cast import Cast
from tests.clips.conftest import Film, Run, film, room, run, send
from tests.scenes import Scene, Scenes

__all__ = ["film", "room", "run"]

EmptyPlace = Callable[[], Settings]


@dataclass(frozen=True)
class Filled:
    """A server with two published clips of ada's (the second with a comment and a like of ben's), and one that waits."""

    app: App
    cast: Cast
    settings: Settings
    first: Upload
    second: Upload
    waiting: Upload


@pytest.fixture
def scene(app: App, scenes: Scenes, film: Film, run: Run) -> Scene[tuple[Upload, Upload, Upload]]:
    def make(cast: Cast) -> tuple[Upload, Upload, Upload]:
        ada, ben = cast.ada.viewer, cast.ben.viewer
        first, second = (send(app, ada, film(seconds).read_bytes()) for seconds in (1, 2))
        with app.database.write() as db:
            for clip in (first, second):
                publish.publish(db, app.keys, ada, clip.slug)
        run()
        with app.database.write() as db:
            likes.like(db, ben, second.slug)
            comments.comment(db, ben, second.slug, "What a finish")
        return first, second, send(app, ada, film(1).read_bytes())

    return scenes.begin(app, "worth saving", make)


@pytest.fixture
def filled(app: App, scene: Scene[tuple[Upload, Upload, Upload]]) -> Filled:
    (app.settings.data / "secret").write_text("kept in the folder")
    return Filled(app, scene.cast, replace(app.settings, secret=""), *scene.made)


@pytest.fixture
def empty_place(app: App, tmp_path: Path) -> Iterator[EmptyPlace]:
    """Settings of a server that has nothing yet, on the same kind of database; a new one at each call."""
    made: list[str] = []

    def make() -> Settings:
        data = tmp_path / f"place{len(made)}"
        url = app.settings.database_url
        made.append(f"place{len(made)}")
        if url:
            _on_postgres(url, f"CREATE DATABASE {made[-1]}")
            url = make_url(url).set(database=made[-1]).render_as_string(hide_password=False)
        return replace(app.settings, data=data, database_url=url, secret="")

    yield make
    if app.settings.database_url:
        for name in made:
            _on_postgres(app.settings.database_url, f"DROP DATABASE {name} WITH (FORCE)")


def _on_postgres(url: str, statement: str) -> None:
    database = open_postgres(url)
    engine = database._writing.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    database.close()


@pytest.fixture
def run_in() -> Callable[[App], int]:
    """Runs what is due in another application."""

    def run_due_there(app: App) -> int:
        return run_due(app.database, job_kinds(app))

    return run_due_there
