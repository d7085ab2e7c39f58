"""A real server, somebody signed up on it, and films to upload."""

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clips.conftest import film, make_film
from tests.npm import installed
from tests.serve.running import Running, serving

__all__ = ["film"]
HERE = Path(__file__).parent


@dataclass
class Somebody:
    """A person with an API token on a running server."""

    server: Running
    token: str

    @property
    def uploads(self) -> str:
        """Where uploads begin."""
        return f"http://127.0.0.1:{self.server.port}/api/v1/uploads"

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request of the API."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return httpx.request(method, f"http://127.0.0.1:{self.server.port}{path}", headers=headers, timeout=60, **more)

    def progress(self, slug: str) -> dict[str, Any]:
        """How far a clip is."""
        found: dict[str, Any] = self.ask("GET", f"/api/v1/clips/{slug}/progress").json()
        return found

    def ready(self, slug: str) -> dict[str, Any]:
        """The clip's own view of itself once it is made; fails when that does not come, or it failed."""
        far = self.settled(slug)
        assert far["stage"] in {"draft", "none"}, far
        found: dict[str, Any] = self.ask("GET", f"/api/v1/clips/{slug}").json()
        return found

    def settled(self, slug: str, seconds: float = 90) -> dict[str, Any]:
        """How far a clip is once nothing more happens to it."""
        end = time.monotonic() + seconds
        while True:
            far = self.progress(slug)
            if far["stage"] not in {"uploading", "processing"}:
                return far
            assert time.monotonic() < end, far
            time.sleep(0.05)


def sign_up(server: Running, handle: str = "uma") -> Somebody:
    """Somebody new, with a token."""
    form = {
        "handle": handle,
        "name": "Uma",
        "birth_date": "1990-01-01",
        "password": "a long tried password",
        "zone": "UTC",
    }
    base = f"http://127.0.0.1:{server.port}/api/v1"
    with httpx.Client(timeout=60) as browser:
        browser.post(f"{base}/people", json=form).raise_for_status()
        made = browser.post(f"{base}/tokens", json={"name": "interop"}).raise_for_status()
    return Somebody(server, made.json()["secret"])


@pytest.fixture(scope="module")
def somebody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Somebody]:
    """A person on a server of their own."""
    with serving(tmp_path_factory.mktemp("interop") / "data", RATE_LIMIT="0") as server:
        yield sign_up(server)


@pytest.fixture(scope="session")
def short_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of H.264."""
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4", seconds=2, size="360x640", codec="libx264")


@pytest.fixture(scope="session")
def tus_js(pytestconfig: pytest.Config) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs upload.js under node with tus-js-client as npm has it."""
    folder = installed(pytestconfig, HERE / "node", "tus-js-client")

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = ["node", "upload.js", *arguments]
        given = {"PATH": "/usr/bin:/bin:/usr/local/bin", **environment}
        return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, check=False, timeout=120)

    return run
