"""An application on either database, and the cast that acts in it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

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
from tests.left_out import CHROMIUMS
from tests.scenes import TABLES, Scenes

WHOLE_CHROMIUM = next(filter(None, map(shutil.which, CHROMIUMS)), None)
# Where there is one without a window: it is the same engine with the same codecs, for a third of the work.
CHROMIUM = shutil.which("chromium-headless-shell") or WHOLE_CHROMIUM
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")

hypothesis.settings.register_profile("long", max_examples=5000, deadline=None)  # `make fuzz`


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first: no process is left alone with one while the others have nothing to do any more."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


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
def playwright() -> Iterator[Playwright]:
    """What drives browsers: one for each test process, as it allows no second."""
    expect.set_options(timeout=60_000)  # what a test waits for comes when the machine has time for it
    with sync_playwright() as driving:
        yield driving


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A running Chromium with an invented camera."""
    yield from launched(playwright, CHROMIUM)


@pytest.fixture
def whole_chromium(playwright: Playwright) -> Iterator[Browser]:
    """One that has what belongs to a window, too, such as notifications."""
    yield from launched(playwright, WHOLE_CHROMIUM)


def launched(playwright: Playwright, program: str | None) -> Iterator[Browser]:
    """A browser, for a fixture."""
    if program is None:
        pytest.skip("no Chromium on the path")
    browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", *CAMERA], timeout=120_000)
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


@pytest.fixture(scope="session")
def empty_postgres(postgres_url: str) -> Iterator[Callable[[], object]]:
    """Empties that database, over a connection that stays: a new one has to learn of every table first.

    DELETE without the foreign keys' triggers: a TRUNCATE of so many tables takes a hundred times as long.
    """
    every_table = "; ".join(f"DELETE FROM {name}" for name in TABLES)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield lambda: connection.execute(every_table)


@pytest.fixture
def app(chosen_settings: Settings, request: pytest.FixtureRequest) -> Iterator[App]:
    """The composed application on an empty, migrated database."""
    if chosen_settings.database_url:
        request.getfixturevalue("empty_postgres")()
    composed = compose(chosen_settings)
    yield composed
    composed.plays.stop()
    composed.threads.shutdown()
    composed.database.close()


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
