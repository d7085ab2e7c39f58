"""What the log and the figures tell of requests: enough to find a mistake, and of nobody in particular."""

import json
import logging

import pytest
from sqlalchemy import insert

from onstage.accounts.models import accounts
from onstage.db.engine import Database
from onstage.logs import JsonLines
from onstage.web import asgi
from onstage.web.app import App
from onstage.web.metrics import Metrics
from tests.cast import Cast
from tests.client import Client

SECRET = "k4tze"


def test_the_log_names_routes_and_never_what_stands_in_an_address(
    app: App, client: Client, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    """Handles, slugs of unlisted clips, secrets of links, words that were searched for."""
    paths = {route.path for route in asgi.litestar(app, Metrics()).routes if "{" in route.path}
    assert len(paths) > 30
    with caplog.at_level(logging.INFO):
        for path in sorted(paths):
            filled = "/".join(SECRET if part.startswith("{") else part for part in path.split("/"))
            for method in ("GET", "POST", "PUT", "DELETE"):
                client.ask(method, f"{filled}?q={SECRET}", cast.ben)
        client.get(f"/{SECRET}/nowhere/{SECRET}")
        client.get("/api/v1/clips/abc", headers={"x-request-id": "to-be-found"})
    lines = [JsonLines().format(record) for record in caplog.records]
    assert not [line for line in lines if SECRET in line or "ben" in json.loads(line)["says"]]
    assert json.loads(lines[-1])["says"] == "GET /api/v1/clips/{slug}"
    assert json.loads(lines[-1])["request"] == "to-be-found"


def test_a_statement_that_fails_is_logged_without_what_was_in_it(database: Database) -> None:
    row = {"id": 1, "handle": "ada", "name": SECRET, "kind": "personal", "created_at": 5}
    with pytest.raises(Exception, match="accounts") as failed, database.write() as db:
        db.execute(insert(accounts), [row, {**row, "handle": "ben"}])
    record = logging.LogRecord("onstage", logging.ERROR, __file__, 1, "crash", (), failed._excinfo)
    line = JsonLines().format(record)
    assert "IntegrityError" in line
    assert SECRET not in line


def test_made_up_methods_make_no_new_figures(client: Client, cast: Cast) -> None:
    for number in range(5):
        assert client.ask(f"MADEUP{number}", "/about").status == 405
    figures = client.get("/metrics").text
    assert "MADEUP" not in figures
    assert 'onstage_requests_total{method="other",status="405"} 5.0' in figures
