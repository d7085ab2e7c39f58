"""https at home, exactly as docs/run/https.md has it: its commands are run, and its server is asked by name."""

import re
import shutil
import ssl
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.serve.running import PATIENCE, Running, serving

PAGE = Path(__file__).parents[2] / "docs" / "run" / "https.md"


def commands_at_home() -> str:
    """The shell lines of the section "At home"."""
    section = PAGE.read_text().split("## At home")[1].split("\n## ")[0]
    return "\n".join(block for block in re.findall(r"```sh\n(.*?)```", section, re.DOTALL) if "openssl" in block)


def ask(server: Running, trusting: ssl.SSLContext, name: str) -> httpx.Response:
    """Ask the server by a name, as a phone would that finds it under this name."""
    with httpx.Client(verify=trusting, timeout=PATIENCE) as client:
        return client.get(f"https://127.0.0.1:{server.port}/healthz", extensions={"sni_hostname": name})


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl on the path")
def test_the_way_to_https_at_home_works(tmp_path: Path) -> None:
    subprocess.run(["sh", "-ec", commands_at_home()], cwd=tmp_path, check=True, capture_output=True)
    keys = tmp_path / "tls"
    settings = {"TLS_CERT": str(keys / "stage.pem"), "TLS_KEY": str(keys / "stage.key")}
    with serving(tmp_path / "data", **settings, ONSTAGE_URL="https://stage.home.arpa:8000") as server:
        trusting = ssl.create_default_context(cafile=keys / "home-ca.pem")
        answer = ask(server, trusting, "stage.home.arpa")
        assert answer.status_code == 200
        assert "strict-transport-security" in answer.headers
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            ask(server, trusting, "elsewhere.home.arpa")
        assert server.said[0].split()[-1] == "https://stage.home.arpa:8000"
