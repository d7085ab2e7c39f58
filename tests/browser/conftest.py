"""A real server for Chromium to look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.stage import Site, stage
from tests.npm import installed

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with the cast and clips by ada that play."""
    with stage(tmp_path_factory.mktemp("stage")) as running:
        yield running


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
