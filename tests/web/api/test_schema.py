"""The API does what its OpenAPI description says: schemathesis, which nobody here wrote, asks and compares."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from onstage.accounts.viewer import find
from onstage.db.sqlite import open_sqlite
from tests.cast import make_clip
from tests.interop.conftest import sign_up
from tests.serve.running import Running, serving

HOOKS = Path(__file__).with_name("schema_hooks.py")
EXAMPLES = os.environ.get("ONSTAGE_SCHEMA_EXAMPLES", "3")
pytestmark = [pytest.mark.slow, pytest.mark.interop, pytest.mark.timeout(900)]


def _a_clip(server: Running, token: str) -> str:
    """Somebody's published clip, written past the server: its rows are all that the API tells of it."""
    database = open_sqlite(server.data / "onstage.db")
    with database.read() as db:
        author = find(db, "token", token)
    assert author
    _, slug = make_clip(database, author)
    database.close()
    return slug


def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "data", RATE_LIMIT="0") as server:
        token, author = sign_up(server, "uma").token, sign_up(server, "vera").token
        there = {"A_SLUG": _a_clip(server, author), "A_HANDLE": "vera", "SCHEMATHESIS_HOOKS": str(HOOKS)}
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.link}/api/v1/openapi.json"),
            *("--header", f"Authorization: Bearer {token}", "--max-examples", EXAMPLES, "--seed", "7"),
            *("--exclude-operation-id", "leave", "--exclude-checks", "positive_data_acceptance"),
            *("--phases", "coverage,fuzzing", "--warnings", "off", "--generation-database", "none", "--no-color"),
        ]
        done = subprocess.run(
            command, env=os.environ | there, cwd=tmp_path, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert "Tested: " in done.stdout
