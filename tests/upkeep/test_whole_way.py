"""Backup and restore as whoever runs a server does it: by the commands, while it serves; media in a folder or on S3."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.interop.conftest import Somebody, short_film, sign_up
from tests.interop.test_s3 import CREDENTIALS, endpoint
from tests.serve.running import run, serving, wait_for

__all__ = ["endpoint", "short_film"]
pytestmark = pytest.mark.slow
TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


def storage(request: pytest.FixtureRequest, kind: str, place: str) -> dict[str, str]:
    """The settings of a place for media."""
    if kind == "folder":
        return {"RATE_LIMIT": "0"}
    where = {"STORAGE_URL": f"s3://stage/{place}", "STORAGE_ENDPOINT": request.getfixturevalue("endpoint")}
    return {**CREDENTIALS, **where, "RATE_LIMIT": "0"}


def published(somebody: Somebody, film: bytes) -> str:
    """The slug of a clip that is out."""
    made = somebody.ask("POST", "/api/v1/uploads", headers=TUS | {"Upload-Length": str(len(film))}, content=film)
    slug = made.headers["onstage-clip"]
    somebody.ask("POST", f"/api/v1/clips/{slug}/publish").raise_for_status()
    wait_for(lambda: somebody.progress(slug)["stage"] == "none")
    return slug


def commanded(data: Path, settings: Mapping[str, str], *words: str) -> str:
    """What a command says, which must go well."""
    done = run(data, *words, **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "kind",
    [
        "folder",
        pytest.param("s3", marks=[pytest.mark.interop, pytest.mark.filterwarnings("ignore::DeprecationWarning")]),
    ],
)
def test_a_server_is_saved_while_it_serves_and_comes_back(
    request: pytest.FixtureRequest, tmp_path: Path, short_film: Path, kind: str
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    film, before, after = short_film.read_bytes(), storage(request, kind, "before"), storage(request, kind, "after")
    with serving(old, **before) as server:
        somebody = sign_up(server)
        kept, deleted = published(somebody, film), published(somebody, film)
        assert "rows and" in commanded(old, before, "backup", str(tmp_path / "saved.tar"))
        somebody.ask("DELETE", f"/api/v1/clips/{deleted}").raise_for_status()
        wait_for(lambda: (old / "deletions.log").exists() and (old / "deletions.log").read_text())
        at_work = run(old, "restore", str(tmp_path / "saved.tar"), **before)
        assert at_work.returncode == 2
        assert "in use by another onstage" in at_work.stderr
    words = ("restore", str(tmp_path / "saved.tar"), "--journal", str(old / "deletions.log"))
    assert "gone again" in commanded(new, after, *words)
    assert "wrong" not in commanded(new, after, "doctor", "--deep", "--media")
    with serving(new, **after) as server:
        back = Somebody(server, somebody.token)
        (clip,) = back.ask("GET", "/api/v1/accounts/uma/clips").json()["items"]
        assert clip["slug"] == kept
        assert back.ask("GET", clip["renditions"][0]["url"]).content[4:8] == b"ftyp"
        assert back.ask("GET", f"/api/v1/clips/{deleted}").status_code == 404
