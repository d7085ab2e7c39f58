"""The films of the stories, drawn once, and who tells them."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from onstage import keys, settings
from onstage.db.engine import Database
from onstage.storage.objects import open_objects
from tests.browser.axe import Look
from tests.browser.stage import Site
from tests.browser.stories.drawn import PLACES, film
from tests.browser.stories.telling import Telling


@pytest.fixture(scope="session")
def films(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each scene as a film."""
    folder = tmp_path_factory.mktemp("films")
    return {scene: film(chromium, folder, scene) for scene in PLACES}


@pytest.fixture
def tell(chromium: Browser, site: Site, database: Database, look: Look, films: dict[str, Path]) -> Telling:
    """A story begins."""
    chosen = settings.load({"ONSTAGE_DATA": str(site.server.data)})
    storage = open_objects(chosen.storage_url, chosen.data / "objects")
    opened = keys.load(chosen.data, chosen.secret, chosen.secret_previous)
    return Telling(site, database, storage, opened, chromium, look, films)
