"""Fixtures of the tests about pages and the API."""

from pathlib import Path

import pytest

from onstage.web.http import App
from tests.client import Client
from tests.web.family import Family, make_family


@pytest.fixture
def family(app: App, client: Client, tmp_path: Path) -> Family:
    """A child, two parents, a friend and somebody else."""
    return make_family(app, client, tmp_path)
