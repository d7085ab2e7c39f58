"""Around every answer: request id, nonce, security headers, cross-site refusal, rate limits, the log, the figures."""

import asyncio
import json
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from html import escape
from typing import Any
from urllib.parse import urlsplit

from onstage.web.forwarded import caller
from onstage.web.limits import RateLimit
from onstage.web.metrics import Metrics
from onstage.web.words import RIGHT_TO_LEFT, language

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE = {"GET", "HEAD", "OPTIONS"}
_DROPPED, _DROPPED_SECONDS = 16_000_000, 5  # bytes of a refused request that are taken all the same, and for how long
EMBEDS = "/embed/"  # pages that other sites may show inside their own
ANSWERS_HEAD = ("/media/", "/api/v1/uploads")
KNOWN_LANGUAGES = {"en", "qps", *RIGHT_TO_LEFT}
log = logging.getLogger("onstage.web")
_EVERYWHERE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(self), geolocation=(), interest-cohort=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NOT_IN_FRAMES = ((b"x-frame-options", b"DENY"),)
_ONLY_TLS = ((b"strict-transport-security", b"max-age=31536000"),)
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{sentence}</title>
<style nonce="{nonce}">
:root {{ color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif }}
body {{ display: grid; min-height: 90vh; place-content: center; margin: 0 auto; max-width: 32rem; padding: 1rem }}
</style>
<main><p>{sentence}</p><p><a href="/">Go to the start</a></p></main>
</html>
"""


class Protect:
    """Plain ASGI around the application; it reads a body only where it was refused, and adds under 0.1 ms.

    The log names the route and never the path, in which names, secrets of links and people's words stand.
    """

    def __init__(
        self,
        inner: Asgi,
        *,
        origin: str,
        proxies: str,
        limit: RateLimit,
        metrics: Metrics,
        media: Sequence[str] = (),
    ) -> None:
        self._inner = inner
        self._origin = origin
        self._proxies = proxies
        self._limit = limit
        self._metrics = metrics
        self._policy = _policy("".join(f" {each}" for each in media), "'none'")
        self._framed_policy = _policy("".join(f" {each}" for each in media), "*")
        self._same = _EVERYWHERE + (_ONLY_TLS if origin.startswith("https://") else ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        started, method = time.perf_counter(), scope["method"]
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        state = scope.setdefault("state", {})
        state["nonce"] = secrets.token_urlsafe(12)
        state["request_id"] = _request_id(headers)
        language.set(_language(headers, scope["query_string"]))
        body = _Body(receive, comes=method not in SAFE and "expect" not in headers)
        answer = _Answer(send, self._headers(scope, state), body, hides_body=self._as_get(scope))
        refused = self._refusal(scope, headers, answer)
        if refused:
            await _tell(answer, *refused, nonce=state["nonce"] if _wants_page(scope, headers) else None)
        else:
            await self._inner(scope, body, answer)
        took = time.perf_counter() - started
        self._metrics.answered(method, answer.status, took)
        log.info(
            "%s %s", method, scope.get("path_template") or "(nowhere)",
            extra={"request": state["request_id"], "status": answer.status, "ms": round(took * 1000, 2)},
        )  # fmt: skip

    def _as_get(self, scope: Scope) -> bool:
        if scope["method"] == "HEAD" and not scope["path"].startswith(ANSWERS_HEAD):
            scope["method"] = "GET"
            return True
        return False

    def _refusal(self, scope: Scope, headers: dict[str, str], answer: "_Answer") -> tuple[int, str, str] | None:
        if scope["method"] not in SAFE and "authorization" not in headers and self._is_cross_site(headers):
            return 403, "cross-site", "This request came from another site, so nothing was done."
        if scope["path"].startswith(("/static/", "/media/")):
            return None
        peer = scope["client"][0] if scope.get("client") else "127.0.0.1"
        left = self._limit.take(headers, caller(peer, headers.get("x-forwarded-for", ""), self._proxies))
        answer.extra += left.headers()
        if left.exceeded:
            return 429, "too-many", f"That was a lot at once. Try again in {left.seconds} seconds."
        return None

    def _is_cross_site(self, headers: dict[str, str]) -> bool:
        """A browser says where a request comes from; what is no browser carries no cookie of somebody else."""
        if "sec-fetch-site" in headers:
            return headers["sec-fetch-site"] not in {"same-origin", "none"}
        origin = headers.get("origin")
        if origin is None:
            return False
        return origin != self._origin and urlsplit(origin).netloc != headers.get("host")

    def _headers(self, scope: Scope, state: dict[str, str]) -> list[tuple[bytes, bytes]]:
        framed = scope["path"].startswith(EMBEDS)
        policy = self._framed_policy if framed else self._policy
        found = [
            (b"content-security-policy", policy.replace("NONCE", state["nonce"]).encode()),
            (b"x-request-id", state["request_id"].encode()),
            *(() if framed else _NOT_IN_FRAMES),
            *self._same,
        ]
        if not scope["path"].startswith(("/static/", "/media/")):
            found.append((b"vary", b"Cookie, Accept"))
        return found


def _policy(media: str, frames: str) -> str:
    """The content security policy, but for its nonce.

    `media`: the other origins that films come from; `frames`: who may show the page inside their own.
    """
    return (
        f"default-src 'self'; img-src 'self' data: blob:{media}; media-src 'self' blob:{media}; "
        f"connect-src 'self'{media}; "
        "script-src 'self' 'nonce-NONCE'; style-src 'self' 'nonce-NONCE'; object-src 'none'; "
        f"base-uri 'none'; form-action 'self'; frame-ancestors {frames}"
    )


class _Body:
    """`receive` that knows whether something of the request is still on its way."""

    def __init__(self, receive: Receive, *, comes: bool) -> None:
        self._receive = receive
        self._comes = comes

    async def __call__(self) -> Any:
        """The next ASGI message."""
        message = await self._receive()
        self._comes = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def drop(self) -> None:
        """Take a little more: a proxy that is cut short while it sends tells its client of a broken server (502)."""
        left = _DROPPED
        with suppress(TimeoutError):
            async with asyncio.timeout(_DROPPED_SECONDS):
                while self._comes and left > 0:
                    left -= len((await self()).get("body", b""))


class _Answer:
    """`send` with our headers added; remembers the status."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]], body: _Body, *, hides_body: bool) -> None:
        self._send = send
        self._headers = headers
        self._body = body
        self._hides_body = hides_body
        self.extra: list[tuple[bytes, bytes]] = []
        self.status = 0

    async def __call__(self, message: Any) -> None:
        """Pass one ASGI message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status >= 400:
                await self._body.drop()
            given = list(message.get("headers", []))
            names = {name.lower() for name, _ in given}
            ours = [pair for pair in self._headers + self.extra if pair[0] not in names or pair[0] == b"vary"]
            if b"cache-control" not in names:
                ours.append((b"cache-control", b"private, no-store"))
            message = {**message, "headers": given + ours}
        elif self._hides_body and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


def _wants_page(scope: Scope, headers: dict[str, str]) -> bool:
    return "text/html" in headers.get("accept", "") and not scope["path"].startswith(("/api/", "/media/"))


async def _tell(send: _Answer, status: int, code: str, sentence: str, *, nonce: str | None) -> None:
    """A refusal before any route: to apps as problem+json (RFC 9457), to people as a page that costs next to nothing."""
    if nonce is None:
        about = {"type": f"urn:onstage:{code}", "title": sentence, "status": status, "detail": sentence}
        kind, body = "application/problem+json", json.dumps(about).encode()
    else:
        kind, body = "text/html; charset=utf-8", _PAGE.format(sentence=escape(sentence), nonce=nonce).encode()
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _request_id(headers: dict[str, str]) -> str:
    given = headers.get("x-request-id", "")
    return given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else secrets.token_hex(8)


def _language(headers: dict[str, str], query: bytes) -> str:
    asked = re.search(rb"(?:^|&)lang=([a-z]{2,3})(?:&|$)", query)
    wanted = asked[1].decode() if asked else headers.get("accept-language", "en")[:2].lower()
    return wanted if wanted in KNOWN_LANGUAGES and (asked or wanted == "en") else "en"
