"""An application on either database, and the cast that acts in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import text

from onstage import settings
from onstage.db import migrate
from onstage.db.engine import Database
from onstage.db.postgres import open_postgres
from onstage.server import compose
from onstage.settings import Settings
from onstage.web.http import App
from tests import postgres
from tests.cast import Cast
from tests.client import Client
from tests.law.seam import Watch, watching
from tests.scenes import TABLES, Scenes

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")

hypothesis.settings.register_profile("long", max_examples=5000, deadline=None)  # `make fuzz`


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that uses a database runs on both."""
    if "database_kind" in metafunc.fixturenames:
        kinds = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
        metafunc.parametrize("database_kind", kinds, scope="session")


@pytest.fixture(scope="session")
def seam_watch() -> Iterator[Watch]:
    """Sees every statement of this process that names the clips table: see tests/law/seam.py."""
    yield from watching(Watch())


@pytest.fixture(autouse=True)
def seam_kept(seam_watch: Watch) -> Iterator[None]:
    """No test may have asked about clips past the visibility rule."""
    yield
    seam_watch.check()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated PostgreSQL of this test process."""
    with postgres.running() as url:
        database = open_postgres(url)
        migrate.upgrade(database, tmp_path_factory.mktemp("postgres"))
        database.close()
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    folder = tmp_path_factory.mktemp("template")
    app = compose(settings.load({"ONSTAGE_DATA": str(folder)}))
    migrate.upgrade(app.database, folder)
    app.plays.stop()
    app.database.close()
    return folder / "onstage.db"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running Chromium with an invented camera: one for each test process, as playwright allows no second."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on the path")
    expect.set_options(timeout=60_000)  # what a test waits for comes when the machine has time for it
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *CAMERA], timeout=120_000)
        yield browser
        browser.close()


@pytest.fixture
def chosen_settings(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """The settings of the application under test."""
    environment = {"ONSTAGE_DATA": str(tmp_path / "data"), "ONSTAGE_SECRET": "only for tests", "RATE_LIMIT": "0"}
    if database_kind == "postgresql":
        environment["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    else:
        (tmp_path / "data").mkdir()
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "data" / "onstage.db")
    return settings.load(environment)


@pytest.fixture
def app(chosen_settings: Settings) -> Iterator[App]:
    """The composed application on an empty, migrated database."""
    composed = compose(chosen_settings)
    if composed.database.kind == "postgresql":
        _empty(composed.database)
    yield composed
    composed.plays.stop()
    composed.threads.shutdown()
    composed.database.close()


def _empty(database: Database) -> None:
    """DELETE without the foreign keys' triggers: a TRUNCATE of so many tables takes a hundred times as long."""
    with database.write() as db:
        db.execute(text("SET LOCAL session_replication_role = replica"))
        db.execute(text("; ".join(f"DELETE FROM {name}" for name in TABLES)))


@pytest.fixture
def database(app: App) -> Database:
    """The application's database."""
    return app.database


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Scenes:
    """What tests begin with that takes long to make: see tests/scenes.py."""
    return Scenes(tmp_path_factory.mktemp("scenes"))


@pytest.fixture
def cast(app: App, scenes: Scenes, request: pytest.FixtureRequest) -> Cast:
    """The people of most tests: see tests/cast.py. Where a test has a `scene`, they are those of it."""
    if "scene" in request.fixturenames:
        found: Cast = request.getfixturevalue("scene").cast
        return found
    return scenes.begin(app, "the cast", lambda _cast: None).cast


@pytest.fixture
def client(app: App) -> Iterator[Client]:
    """Asks the whole application inside this process, as one of the cast or as a guest: see tests/client.py."""
    asking = Client(app)
    yield asking
    asking.close()
