"""How errors look: RFC 9457 problem+json to apps, a page with a sentence and a next step to people."""

import errno
import logging
from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Response
from litestar.exceptions import HTTPException, ValidationException

from onstage.accounts.guardians.screen_time import TimeIsUp
from onstage.accounts.viewer import GUEST, Viewer
from onstage.errors import NoRoom, Refused, TooMany
from onstage.web.http import AnyRequest, Page, see_other, viewer_of
from onstage.web.protect import EMBEDS
from onstage.web.words import gettext as _
from onstage.web.words import said

log = logging.getLogger("onstage.web")


def wants_json(request: AnyRequest) -> bool:
    """Whether the caller is an app: everything under /api and /media, and whoever asks for JSON."""
    accepts = request.headers.get("accept", "")
    return request.url.path.startswith(("/api/", "/media/")) or ("json" in accepts and "html" not in accepts)


def on_refused(request: AnyRequest, error: Refused) -> Response[Any]:
    """An act that was refused, with its own sentence."""
    closed = isinstance(error, TimeIsUp) and not wants_json(request)
    if closed and request.method == "GET" and not request.url.path.startswith(("/fragments/", EMBEDS)):
        return see_other("/time")
    extra = {"retry-after": str(error.retry_after)} if isinstance(error, TooMany) else {}
    if error.status == 401 and request.url.path.startswith("/api/"):
        extra["www-authenticate"] = "Bearer"
    return answer(request, error.status, error.code, said(error), error.field, extra)


def on_http(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """What the framework refused: no such route, a wrong method, a body that does not fit."""
    status, code, sentence = _in_our_words(error)
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    return answer(request, status, code, sentence, _field(error), headers)


def on_crash(request: AnyRequest, error: Exception) -> Response[Any]:
    """A mistake of ours: logged with the request's id, told without details."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return on_refused(request, NoRoom())
    log.error("crash", exc_info=error, extra={"request": request.scope["state"].get("request_id")})
    return answer(request, 500, "crash", _("Something broke on our side. Nothing you sent was changed."), None, {})


def _in_our_words(error: HTTPException) -> tuple[int, str, str]:
    match error.status_code:
        case 404:
            return 404, "not-found", _("There is nothing at this address.")
        case 405:
            return 405, "method-not-allowed", _("This address does not take that method.")
        case 400 if isinstance(error, ValidationException):
            return 422, "invalid", _("Something in the request does not have the form it needs.")
        case 413:
            return 413, "too-large", _("This is larger than what this address takes. Nothing was changed.")
        case status:
            return status, "refused", _("The request could not be read. Nothing was changed.")


def _field(error: HTTPException) -> str | None:
    extra = error.extra
    if isinstance(extra, list) and extra and isinstance(extra[0], dict):
        return extra[0].get("key")
    return None


def answer(
    request: AnyRequest, status: int, code: str, sentence: str, field: str | None, headers: dict[str, str]
) -> Response[Any]:
    """The problem as JSON for apps, else the error page."""
    if wants_json(request):
        body = {"type": f"urn:onstage:{code}", "title": code, "status": status, "detail": sentence}
        if field:
            body["field"] = field
        return Response(body, status_code=status, media_type="application/problem+json", headers=headers)
    if status == 401 and request.method == "GET":
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return see_other(f"/sign-in?next={quote(asked)}")
    came_from = _page_before(request)
    if status == 401 and came_from:
        sentence = _("You are signed out. Nothing was changed: sign in, and press it once more.")
    told = {"status": status, "title": _title(status), "sentence": sentence, "next_step": _next(status, came_from)}
    template = "embed_error.html" if request.url.path.startswith(EMBEDS) else "error.html"
    return _ErrorPage(template, context=told, status_code=status, headers=headers)


class _ErrorPage(Page):
    """The page of an error, with the way about of whoever looks at it."""

    def to_asgi_response(self, app: Any, request: AnyRequest, **more: Any) -> Any:
        """Waits for who looks, then answers as any page does."""
        made = super().to_asgi_response

        async def asked(scope: Any, receive: Any, send: Any) -> None:
            self.context["viewer"] = await _looking(request, failed=self.context["status"] >= 500)
            await made(app, request, **more)(scope, receive, send)

        return asked


async def _looking(request: AnyRequest, *, failed: bool) -> Viewer:
    """Who the request had been found to be, else who it is; a guest where the database may be what failed."""
    found: Viewer | None = request.scope["state"].get("viewer")
    if found is not None or failed:
        return found or GUEST
    try:
        return await viewer_of(request)
    except Exception:  # noqa: BLE001, the edge: that nobody is found must not take the place of what is told
        return GUEST


def _title(status: int) -> str:
    return {
        401: _("Sign in first"),
        403: _("This is not open to you"),
        404: _("Nothing here"),
        410: _("It was here"),
        429: _("A moment, please"),
    }.get(status, _("That did not work"))


def _page_before(request: AnyRequest) -> str:
    """The page of this server on which a form was sent; empty for anything else."""
    before = urlsplit(request.headers.get("referer", ""))
    if request.method == "GET" or before.netloc != request.headers.get("host"):
        return ""
    return before.path + (f"?{before.query}" if before.query else "")


def _next(status: int, came_from: str) -> tuple[str, str]:
    if status == 401:
        return f"/sign-in?next={quote(came_from)}" if came_from else "/sign-in", _("Sign in")
    return "/", _("Back to the stage")
