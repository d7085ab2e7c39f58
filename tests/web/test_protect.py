"""What stands around every answer: headers, refusals of other sites, HEAD, rate limits, ids, languages."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from onstage import settings
from onstage.accounts.models import sessions
from onstage.accounts.viewer import secret_hash
from onstage.clock import now
from onstage.db.engine import Database
from onstage.engagement.models import likes
from onstage.ids import new
from onstage.server import compose
from onstage.settings import Settings
from onstage.web.app import App
from onstage.web.limits import RateLimit
from onstage.web.metrics import Metrics
from onstage.web.protect import Protect, Send
from tests.cast import Actor, Cast, make_clip
from tests.client import HOST, Answer, Client

PUBLIC = [
    "/",
    "/explore",
    "/about",
    "/sign-in",
    "/api/v1/feed",
    "/api/v1/openapi.json",
    "/healthz",
    "/sw.js",
    "/robots.txt",
    "/metrics",
]
REFUSED = ["/nothing/here", "/api/v1/nothing", "/media/nothing-here", "/api/v1/clips/nothing", "/inbox"]
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def _nonce(answer: Answer) -> str:
    found = re.search(r"script-src 'self' 'nonce-([\w-]{16,})'", answer.header("content-security-policy") or "")
    assert found, answer.headers
    return found[1]


@pytest.mark.parametrize("path", [*PUBLIC, *REFUSED])
def test_every_answer_is_protected(client: Client, cast: Cast, path: str) -> None:
    answer = client.get(path)
    assert answer.status < 500
    for name, value in ALWAYS.items():
        assert answer.header(name) == value, name
    policy = answer.header("content-security-policy") or ""
    assert "default-src 'self'" in policy
    assert "'unsafe" not in policy
    for never in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert never in policy
    assert answer.header("x-request-id")
    assert answer.header("cache-control")
    assert answer.header("server") is None
    assert (answer.header("content-type") or "").count("charset") < 2


def test_a_nonce_is_used_once_and_every_script_has_it(client: Client, cast: Cast) -> None:
    make_clip(cast.app.database, cast.ada.viewer, caption="hello")
    first, second = client.get("/"), client.get("/")
    assert _nonce(first) != _nonce(second)
    for page in (first, client.get("/sign-in"), client.get("/nothing/here")):
        nonce = _nonce(page)
        inline = re.findall(
            r"<(?:script|style)(?![^>]*\bsrc=)(?![^>]*\btype=.application/(?:ld.)?json)[^>]*>", page.text
        )
        assert all(f'nonce="{nonce}"' in tag for tag in inline), inline
        assert " style=" not in page.text
        assert not re.search(r"<[^>]+ on[a-z]+=", page.text)


def test_what_people_write_is_never_markup(client: Client, cast: Cast) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)> \"'&lt; </template></script> #tag @ada"
    _, slug = make_clip(cast.app.database, cast.ada.viewer, caption=evil)
    client.post(f"/api/v1/clips/{slug}/comments", cast.ben, json={"words": evil})
    for path in (
        "/",
        f"/c/{slug}",
        "/@ada",
        "/tag/tag",
        f"/fragments/comments/{slug}",
        "/search?q=%3Cscript%3Ealert(1)",
    ):
        text = client.get(path, cast.fay).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path


def test_pages_are_nobodys_to_keep(client: Client, cast: Cast) -> None:
    for path in ("/", "/api/v1/feed", "/sign-in"):
        answer = client.get(path, cast.ben, headers={"accept-encoding": "gzip"})
        assert answer.header("cache-control") == "private, no-store"
        assert "cookie" in (answer.header("vary") or "").lower(), path


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": f"http://{HOST}"},
        {"sec-fetch-site": None, "origin": "https://evil.example"},
        {"sec-fetch-site": None, "origin": "null"},
        {"sec-fetch-site": None, "origin": f"http://{HOST}.evil.example"},
        {"sec-fetch-site": None, "origin": "http://localhost:9000"},
    ],
)
def test_another_site_changes_nothing(client: Client, cast: Cast, headers: dict[str, str | None]) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    for method, path in (("PUT", f"/api/v1/clips/{slug}/like"), ("POST", "/sign-out"), ("DELETE", "/api/v1/me")):
        answer = client.ask(method, path, cast.ben, headers=headers)
        assert answer.status == 403
        assert not answer.cookies
    with cast.app.database.read() as db:
        assert db.execute(select(func.count()).select_from(likes)).scalar_one() == 0
    assert client.get("/api/v1/me", cast.ben).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": None, "origin": f"http://{HOST}"},
        {"sec-fetch-site": None, "origin": None},
        {"sec-fetch-site": "none", "origin": None},
    ],
)
def test_the_same_site_may(client: Client, cast: Cast, headers: dict[str, str | None]) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    assert client.put(f"/api/v1/clips/{slug}/like", cast.ben, headers=headers).json["liked"] is True


def _token(app: App, actor: Actor, secret: str) -> str:
    row = {
        "id": new(),
        "secret_hash": secret_hash(secret),
        "person_id": actor.viewer.person,
        "kind": "token",
        "name": "t",
    }
    times = {"created_at": now(), "seen_at": now(), "checked_at": now()}
    with app.database.write() as db:
        db.execute(sessions.insert().values(**row, **times, account_id=actor.viewer.account))
    return secret


def test_a_token_works_from_anywhere_and_alone(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    bearer = {"authorization": f"Bearer {_token(cast.app, cast.ben, 'a token of ben')}", "sec-fetch-site": "cross-site"}
    assert client.put(f"/api/v1/clips/{slug}/like", headers=bearer).json["liked"] is True
    assert client.get("/api/v1/me", cast.ada, headers=bearer).json["profile"]["handle"] == "ben"
    for wrong in ("Bearer nothing", "Basic YTpi", "Bearer", "Bearer a browser of ben"):
        answer = client.get("/api/v1/feed", cast.ada, headers={"authorization": wrong})
        assert answer.status == 401
        assert answer.header("www-authenticate") == "Bearer"


def test_a_token_is_no_cookie(client: Client, cast: Cast) -> None:
    secret = _token(cast.app, cast.ben, "a token of ben")
    assert client.get("/api/v1/me", cookies={"onstage_session": secret}).status == 401


def test_head_is_get_without_its_body(client: Client, cast: Cast) -> None:
    for path in ("/", "/api/v1/feed", "/about", "/nothing/here"):
        head, get = client.ask("HEAD", path), client.get(path)
        assert head.body == b""
        assert head.status == get.status
        assert head.header("content-type") == get.header("content-type")


def test_a_request_keeps_its_id_when_it_is_harmless(client: Client, cast: Cast) -> None:
    assert client.get("/about", headers={"x-request-id": "abc-12345"}).header("x-request-id") == "abc-12345"
    for odd in ("short", "x" * 65, "with space here", "<script>123"):
        assert client.get("/about", headers={"x-request-id": odd}).header("x-request-id") != odd


def test_https_says_so(chosen_settings: Settings, client: Client) -> None:
    assert client.get("/about").header("strict-transport-security") is None
    environment = {"ONSTAGE_DATA": str(chosen_settings.data), "ONSTAGE_URL": "https://stage.example", "RATE_LIMIT": "0"}
    if chosen_settings.database_url:
        environment["DATABASE_URL"] = chosen_settings.database_url
    secure = compose(settings.load(environment))
    asking = Client(secure)
    answer = asking.get("/")
    asking.close()
    secure.close()
    assert answer.header("strict-transport-security") == "max-age=31536000"
    assert "Secure" in (answer.header("set-cookie") or "")


@pytest.fixture
def limited(app: App) -> Iterator[Client]:
    """The same server with five requests a minute."""
    environment = {"ONSTAGE_DATA": str(app.settings.data), "RATE_LIMIT": "5", "ONSTAGE_SECRET": "only for tests"}
    inner = compose(settings.load(environment | {"DATABASE_URL": app.settings.database_url}))
    asking = Client(inner)
    yield asking
    asking.close()
    inner.close()


def _asked(client: Client, times: int, cookies: dict[str, str] | None = None) -> list[int]:
    return [client.get("/api/v1/feed", cookies=cookies).status for _ in range(times)]


def test_too_many_are_told_when_to_come_back(limited: Client) -> None:
    first = limited.get("/api/v1/feed")
    assert first.header("ratelimit-policy") == '"default";q=5;w=60'
    assert re.fullmatch(r'"default";r=4;t=\d+', first.header("ratelimit") or "")
    answers = [limited.get("/api/v1/feed") for _ in range(12)]  # also when a new minute begins in between
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert 1 <= int(refused[-1].header("retry-after") or 0) <= 60
    assert refused[-1].header("content-type") == "application/problem+json"
    assert refused[-1].json["status"] == 429
    assert refused[-1].header("x-content-type-options") == "nosniff"


def test_one_persons_haste_is_not_anothers(limited: Client, cast: Cast) -> None:
    assert 429 in _asked(limited, 12, {"onstage_session": "of one"})
    assert _asked(limited, 1, {"onstage_session": "of another"}) == [200]


def test_a_new_cookie_for_each_request_does_not_go_around_the_limit() -> None:
    limit = RateLimit(5)
    for number in range(5 * 20):
        limit.take({"cookie": f"made up {number}"}, "203.0.113.1")
    assert limit.take({"cookie": "made up again"}, "203.0.113.1").exceeded
    assert not limit.take({"cookie": "made up again"}, "203.0.113.2").exceeded


def test_a_household_with_a_million_addresses_is_one() -> None:
    limit = RateLimit(5)
    answers = [limit.take({}, f"2001:db8:0:7::{number:x}") for number in range(20)]
    assert answers[-1].exceeded
    assert not limit.take({}, "2001:db8:0:8::1").exceeded


def test_static_files_are_kept_for_ever_and_compressed(client: Client, database: Database) -> None:
    page = client.get("/about").text
    path = re.search(r'href="(/static/[0-9a-f]+/css/base\.css)"', page)
    assert path
    answer = client.get(path[1], headers={"accept-encoding": "gzip"})
    assert "immutable" in (answer.header("cache-control") or "")
    assert answer.header("content-encoding") == "gzip"
    assert client.get(path[1].replace("/static/", "/static/0")).header("cache-control") == "no-cache"
    for outside in ("/static/x/../../settings.py", "/static/x/%2e%2e/templating.py", "/static/x//etc/passwd"):
        assert client.get(outside).status == 404
    assert database.kind


def test_people_read_a_refusal_as_a_page_and_apps_as_a_problem(client: Client) -> None:
    foreign = {"sec-fetch-site": "cross-site", "accept": "text/html,*/*;q=0.8"}
    page = client.post("/sign-in", form={"handle": "ada"}, headers=foreign)
    assert page.status == 403
    assert page.header("content-type") == "text/html; charset=utf-8"
    assert "<p>This request came from another site, so nothing was done.</p>" in page.text
    assert f'nonce="{_nonce(page)}"' in page.text
    app = client.post("/api/v1/sessions", json={}, headers=foreign)
    assert app.json["type"] == "urn:onstage:cross-site"


@pytest.mark.parametrize(
    ("status", "sent", "expects", "taken"),
    [
        (401, 3, False, 3),
        (413, 1000, False, 16),
        (401, 3, True, 0),  # it waits to hear whether to send at all
        (200, 3, False, 0),
    ],
)
def test_what_is_still_sent_of_a_refused_request_is_taken_up_to_a_limit(
    app: App, client: Client, status: int, sent: int, *, expects: bool, taken: int
) -> None:
    """A proxy that is cut short while it sends would tell of a broken server."""
    received: list[int] = []

    async def receive() -> dict[str, object]:
        received.append(len(received))
        return {"type": "http.request", "body": b"x" * 1_000_000, "more_body": len(received) < sent}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            assert len(received) == taken

    async def answering(_scope: object, _receive: object, answer: Send) -> None:
        await answer({"type": "http.response.start", "status": status, "headers": []})
        await answer({"type": "http.response.body", "body": b""})

    protected = Protect(answering, origin=app.settings.origin, proxies="", limit=RateLimit(0), metrics=Metrics())
    headers = [(b"host", HOST.encode()), *([(b"expect", b"100-continue")] if expects else [])]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/uploads", "query_string": b"", "headers": headers}
    client.run(protected(scope, receive, send))
    assert len(received) == taken
