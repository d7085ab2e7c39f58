"""The server full of secrets, once for each database; nothing that is done to it may change it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from onstage import settings
from onstage.db import migrate
from onstage.server import compose
from tests.client import Client
from tests.leaks.world import World, build


@pytest.fixture(scope="session")
def world(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The server; its PostgreSQL database is its own, because other tests empty theirs."""
    folder = tmp_path_factory.mktemp("leaks")
    environment = {"ONSTAGE_DATA": str(folder / "data"), "ONSTAGE_SECRET": "only for tests", "RATE_LIMIT": "0"}
    if database_kind == "postgresql":
        environment["DATABASE_URL"] = _own_database(request.getfixturevalue("postgres_url"))
    else:
        (folder / "data").mkdir()
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "data" / "onstage.db")
    app = compose(settings.load(environment))
    if database_kind == "postgresql":
        migrate.upgrade(app.database, folder)
    yield build(app, _made(folder / "media"))
    app.close()


def _own_database(url: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE leaks")
    return url.rpartition("/")[0] + "/leaks"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def visitor(world: World) -> Iterator[Client]:
    """Asks the server full of secrets."""
    asking = Client(world.app)
    yield asking
    asking.close()
