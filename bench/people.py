"""Somebody with an account on a server that is being measured."""

import http.client
import json
from typing import Any

from bench.serving import Served


class Person:
    """Signs up over the API and asks with the session it got."""

    def __init__(self, served: Served, handle: str = "bench") -> None:
        self._served = served
        self._cookie = ""
        form = {
            "handle": handle,
            "name": "Bench",
            "birth_date": "1990-01-01",
            "password": "a long measured password",
            "zone": "UTC",
        }
        answer = self.ask(
            "POST", "/api/v1/people", headers={"Content-Type": "application/json"}, body=json.dumps(form).encode()
        )
        self._cookie = str(answer.headers["set-cookie"]).split(";")[0]

    @property
    def cookie(self) -> str:
        """What the browser sends."""
        return self._cookie

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Any:
        """The answer to one request; raises RuntimeError when it is a refusal."""
        connection = http.client.HTTPConnection("localhost", self._served.port, timeout=60)
        given = {**(headers or {}), **({"Cookie": self._cookie} if self._cookie else {})}
        connection.request(method, path, body=body or None, headers=given)
        answer = connection.getresponse()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.read()[:300]!r}")
        return answer
