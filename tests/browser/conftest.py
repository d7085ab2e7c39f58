"""A real server for Chromium to look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from onstage import settings
from onstage.clips.models import clips
from onstage.db.engine import Database
from onstage.engagement.models import comments, counts, likes, reposts, saves, seen
from onstage.server import open_database
from tests.browser.axe import Look, finds_nothing
from tests.browser.stage import Site, stage
from tests.npm import installed

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with the cast and clips by ada that play."""
    with stage(tmp_path_factory.mktemp("stage")) as running:
        yield running


@pytest.fixture
def database(site: Site) -> Iterator[Database]:
    """The running server's database."""
    opened = open_database(settings.load({"ONSTAGE_DATA": str(site.server.data)}))
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def as_it_began(request: pytest.FixtureRequest) -> None:
    """No test finds what earlier ones published, liked, said and watched; the server is one for all."""
    if "site" not in request.fixturenames:
        return
    site: Site = request.getfixturevalue("site")
    opened = open_database(settings.load({"ONSTAGE_DATA": str(site.server.data)}))
    with opened.write() as db:
        db.execute(delete(clips).where(clips.c.slug.not_in(site.slugs)))
        for table in (likes, saves, reposts, comments, seen, counts):
            db.execute(delete(table))
    opened.close()


@pytest.fixture(autouse=True)
def closed_windows(request: pytest.FixtureRequest) -> Iterator[None]:
    """No window outlives its test: a feed plays for as long as it is open."""
    yield
    if "chromium" in request.fixturenames:
        for context in request.getfixturevalue("chromium").contexts:
            context.close()


@pytest.fixture(scope="session")
def axe(pytestconfig: pytest.Config) -> str:
    """The script of axe-core, as npm has it."""
    folder = installed(pytestconfig, HERE / "node", "axe-core")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture
def look(axe: str) -> Look:
    """Has axe look at a page, see tests/browser/axe.py."""
    return finds_nothing(axe)
