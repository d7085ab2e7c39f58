"""Behind nginx, exactly as deploy/nginx.conf has it, but for the ports and the certificate's paths."""

import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.clips.conftest import make_film
from tests.interop.conftest import Somebody
from tests.serve.running import PATIENCE, Running, answers, free_port, serving, wait_for
from tests.upkeep.test_doctor import certificate

SITE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
AROUND = """
{user} worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; daemon off;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {site}
}}
"""


@dataclass
class Proxied:
    """A server behind nginx."""

    server: Running
    plain: int
    tls: int
    trusting: ssl.SSLContext

    def ask(self, method: str, path: str, **more: object) -> httpx.Response:
        """Ask the proxy by the server's name."""
        with httpx.Client(verify=self.trusting, timeout=PATIENCE) as client:
            request = client.build_request(
                method,
                f"https://127.0.0.1:{self.tls}{path}",
                extensions={"sni_hostname": "stage.example"},
                **more,  # type: ignore[arg-type]
            )
            request.headers["Host"] = "stage.example"
            return client.send(request)

    def token(self) -> str:
        """An API token of somebody new, who signs up through the proxy, as cookies want https."""
        form = {"handle": "uma", "name": "Uma", "birth_date": "1990-01-01", "password": "a long tried password"}
        with httpx.Client(verify=self.trusting, timeout=PATIENCE, headers={"Host": "stage.example"}) as browser:

            def post(path: str, body: dict[str, str]) -> httpx.Response:
                where = f"https://127.0.0.1:{self.tls}/api/v1/{path}"
                return browser.post(where, json=body, extensions={"sni_hostname": "stage.example"}).raise_for_status()

            post("people", form | {"zone": "UTC"})
            secret: str = post("tokens", {"name": "proxied"}).json()["secret"]
            return secret


@contextmanager
def nginx(folder: Path, site: str) -> Iterator[None]:
    """nginx with one site, for the time of a test."""
    assert NGINX
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, site=site, user=user))
    command = [NGINX, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """The server behind its proxy."""
    folder = tmp_path_factory.mktemp("proxy")
    files = certificate(folder, "stage.example", 90)
    plain, tls = free_port(), free_port()
    settings = {"ONSTAGE_URL": "https://stage.example", "TRUSTED_PROXIES": "127.0.0.1,::1", "MEDIA_DELIVERY": "nginx"}
    with serving(folder / "data", **settings) as server:
        site = re.sub(r"\n *listen \[::\].*", "", SITE.read_text())
        site = site.replace("listen 80;", f"listen 127.0.0.1:{plain};")
        site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{tls} ssl")
        site = re.sub(r"(ssl_certificate) .*;", rf"\1 {files['tls_cert']};", site)
        site = re.sub(r"(ssl_certificate_key) .*;", rf"\1 {files['tls_key']};", site)
        site = site.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
        site = site.replace("/srv/onstage/data/", f"{folder}/data/")
        with nginx(folder, site):
            wait_for(lambda: answers(tls))
            yield Proxied(server, plain, tls, ssl.create_default_context(cafile=files["tls_cert"]))


pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx on the path")


def test_plain_http_is_sent_to_https(proxied: Proxied) -> None:
    answer = httpx.get(f"http://127.0.0.1:{proxied.plain}/explore?x=1", headers={"Host": "stage.example"})
    assert answer.status_code == 301
    assert answer.headers["location"] == "https://stage.example/explore?x=1"


def test_pages_come_through_whole(proxied: Proxied) -> None:
    answer = proxied.ask("GET", "/")
    assert answer.status_code == 200
    assert "strict-transport-security" in answer.headers
    assert "content-security-policy" in answer.headers
    assert proxied.server.link == "https://stage.example"


def test_a_browsers_own_posts_pass_and_others_do_not(proxied: Proxied) -> None:
    wrong = {"handle": "nobody", "password": "not the password"}
    own = proxied.ask("POST", "/api/v1/sessions", json=wrong, headers={"Origin": "https://stage.example"})
    assert own.json()["type"] != "urn:onstage:cross-site"
    foreign = proxied.ask("POST", "/api/v1/sessions", json=wrong, headers={"Origin": "https://elsewhere.example"})
    assert foreign.json()["type"] == "urn:onstage:cross-site"


@pytest.mark.parametrize("size", [200_000, 1_200_000, 3_000_000])
def test_a_refusal_comes_through_however_much_is_sent(proxied: Proxied, size: int) -> None:
    for _ in range(10):
        answer = proxied.ask("POST", "/api/v1/uploads", content=b"x" * size, headers={"Tus-Resumable": "1.0.0"})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


def test_callers_are_told_apart(proxied: Proxied) -> None:
    """Each caller has a limit of its own, although all requests come from the proxy."""
    left = [
        proxied.ask("GET", "/about", headers={"X-Forwarded-For": caller}).headers["ratelimit"]
        for caller in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
    ]
    first, second, other = (int(re.findall(r"r=(\d+)", words)[0]) for words in left)
    assert second == first - 1
    assert other == first


def test_the_proxy_sends_films_until_they_are_withheld(proxied: Proxied, tmp_path: Path) -> None:
    """Onstage decides at each request, nginx sends; what lies on the disk is reached in no other way."""
    somebody = Somebody(proxied.server, proxied.token())
    film = make_film(tmp_path / "film.mp4", seconds=2, size="360x640", codec="libx264")
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(film.stat().st_size)}
    kind = {"Content-Type": "application/offset+octet-stream"}
    made = somebody.ask("POST", "/api/v1/uploads", headers=headers | kind, content=film.read_bytes())
    slug = made.headers["onstage-clip"]
    somebody.ready(slug)
    somebody.ask("POST", f"/api/v1/clips/{slug}/publish").raise_for_status()
    clip = somebody.ask("GET", f"/api/v1/clips/{slug}").json()
    url, size = clip["renditions"][0]["url"], clip["renditions"][0]["bytes"]
    whole = proxied.ask("GET", url)
    assert (whole.status_code, len(whole.content), whole.headers["content-type"]) == (200, size, "video/mp4")
    part = proxied.ask("GET", url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{size}"
    assert part.headers["cache-control"] == "public, max-age=60, must-revalidate"
    key = url.rpartition("/")[2]
    assert proxied.ask("GET", f"/onstage-objects/{key[:2]}/{key}").status_code == 404
    somebody.ask("DELETE", f"/api/v1/clips/{slug}").raise_for_status()
    assert {proxied.ask("GET", url, headers=asked).status_code for asked in ({}, {"Range": "bytes=10-19"})} == {404}
