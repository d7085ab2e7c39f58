"""An OpenID Connect provider that nobody here wrote, with a liar who may sit on the line between it and the server."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_connection, create_server
from threading import Thread
from time import sleep
from urllib.parse import urlsplit

import httpx

USER = "anna.muster@id.example"


class Issuer:
    """The provider as the server sees it; `alter` changes its words, `asked` are the bodies that its token address got."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        self.asked: list[tuple[dict[str, str], str]] = []
        self.alter: Callable[[str], str] = lambda word: word
        self.line = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://127.0.0.1:{self.line.server_address[1]}"
        Thread(target=self.line.serve_forever, daemon=True).start()

    def register(self, back: str) -> tuple[str, str]:
        """Client id and secret for a server to which people come back at this address."""
        made = httpx.post(f"{self.origin}/oauth2/clients", json={"redirect_uris": [back]}).raise_for_status().json()
        return made["client_id"], made["client_secret"]

    def sign_in(self, address: str, *, action: str = "allow") -> str:
        """Somebody signs in there, as a browser does it; gives the path on our server to which they are sent."""
        answered = httpx.post(address, data={"sub": USER, "action": action})
        assert answered.status_code in {302, 303}, answered.text
        parts = urlsplit(answered.headers["location"])
        return f"{parts.path}?{parts.query}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._pass_on()

            def do_POST(self) -> None:
                self._pass_on()

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                answered = httpx.request(
                    self.command, issuer.provider + self.path, headers=dict(self.headers), content=body
                )
                said = answered.content
                if self.path == "/oauth2/token":
                    issuer.asked.append((dict(self.headers), body.decode()))
                    told = answered.json()
                    if "id_token" in told:
                        said = json.dumps({**told, "id_token": issuer.alter(told["id_token"])}).encode()
                self.send_response(answered.status_code)
                for name in ("content-type", "location"):
                    if name in answered.headers:
                        self.send_header(name, answered.headers[name])
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002 - the base class
                return

        return Handler


@contextmanager
def running(*options: str) -> Iterator[Issuer]:
    """One that knows only who registered, and wants a nonce."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    strict = ("--require-registration", "true", "--require-nonce", "true", *options)
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *strict]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            issuer = Issuer(f"http://127.0.0.1:{port}")
            yield issuer
            issuer.line.shutdown()
            issuer.line.server_close()
        finally:
            process.terminate()


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            sleep(0.1)
        else:
            return
    raise AssertionError("the provider does not come up")
