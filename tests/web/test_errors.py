"""What goes wrong is said in a sentence: as problem+json to apps, as a page to people, and never with our insides."""

import json

import pytest

from tests.cast import Cast, make_clip
from tests.client import Answer, Client

INSIDES = ("Traceback", "sqlalchemy", "apsw", "psycopg", "litestar", "msgspec", "SELECT ", "onstage/", ".py")
NUL = "%00"
ODD = [
    NUL,
    "a%00b",
    "%ED%A0%80",
    "%FF%FE",
    "%F0%9F%98%80" * 20,
    "x" * 3000,
    "..%2F..%2Fetc",
    "%0d%0aset-cookie:%20a=b",
    "'--",
]


def _problem(answer: Answer, status: int) -> None:
    assert answer.status == status, answer.text
    assert answer.header("content-type") == "application/problem+json"
    body = answer.json
    assert body["status"] == status
    assert body["type"].startswith("urn:onstage:")
    assert body["detail"][-1] in ".!?"
    assert "!" not in body["detail"]


def _says_nothing_of_us(answer: Answer) -> None:
    for inside in INSIDES:
        assert inside not in answer.text, answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing-here", 404),
        ("GET", "/api/v1/clips/nothing", 404),
        ("DELETE", "/api/v1/feed", 405),
        ("GET", "/api/v1/feed?limit=0", 422),
        ("GET", "/api/v1/feed?limit=many", 422),
        ("GET", "/api/v1/feed?kind=odd", 422),
        ("GET", "/api/v1/search", 422),
        ("PUT", "/api/v1/clips/nothing/like", 401),
        ("GET", "/media/nothing", 404),
    ],
)
def test_apps_get_a_problem(client: Client, cast: Cast, method: str, path: str, status: int) -> None:
    answer = client.ask(method, path)
    _problem(answer, status)
    _says_nothing_of_us(answer)


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b'{"words": 1}', b'{"words": "a", "more": 1}', b"\xff\xfe", b'"' * 50]
)
def test_a_body_that_does_not_fit(client: Client, cast: Cast, body: bytes) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    json_ = {"content-type": "application/json"}
    answer = client.post(f"/api/v1/clips/{slug}/comments", cast.ben, body=body, headers=json_)
    assert answer.status in {400, 422}
    _problem(answer, answer.status)
    _says_nothing_of_us(answer)


def test_a_body_that_is_too_large(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    answer = client.post(f"/api/v1/clips/{slug}/comments", cast.ben, json={"words": "x" * 3_000_000})
    _problem(answer, 413)


def test_people_get_a_page_with_a_way_on(client: Client, cast: Cast) -> None:
    answer = client.get("/c/nothing", cast.ben, headers={"accept": "text/html"})
    assert answer.status == 404
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert 'href="/"' in answer.text
    _says_nothing_of_us(answer)


SIGN_IN = 'href="/sign-in"'
ME = 'href="/@ben"'


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/c/nothing", 404),
        ("GET", "/no/such/address", 404),
        ("GET", "/server", 403),
        ("GET", "/fragments/feed?kind=odd", 422),
        ("PUT", "/settings/profile", 405),
    ],
)
def test_who_is_signed_in_stays_so_on_the_page_of_an_error(
    client: Client, cast: Cast, method: str, path: str, status: int
) -> None:
    answer = client.ask(method, path, cast.ben)
    assert answer.status == status
    assert ME in answer.text
    assert SIGN_IN not in answer.text
    guest = client.ask(method, path)
    assert guest.status in {303, status}
    assert ME not in guest.text


def test_a_session_that_has_ended_sees_the_page_as_a_guest(client: Client, cast: Cast) -> None:
    answer = client.get("/no/such/address", cookies={"onstage_session": "long gone"})
    assert answer.status == 404
    assert SIGN_IN in answer.text


@pytest.mark.parametrize(("path", "status"), [("/inbox", 500), ("/no/such/address", 404)])
def test_an_error_is_told_without_a_database_too(client: Client, cast: Cast, path: str, status: int) -> None:
    with cast.app.database.write() as db:
        db.exec_driver_sql("ALTER TABLE sessions RENAME TO sessions_away")
    try:
        answer = client.get(path, cast.ben)
    finally:
        with cast.app.database.write() as db:
            db.exec_driver_sql("ALTER TABLE sessions_away RENAME TO sessions")
    assert answer.status == status
    assert 'href="/"' in answer.text
    assert ME not in answer.text
    _says_nothing_of_us(answer)


def test_a_page_asked_for_as_json_answers_as_json(client: Client, cast: Cast) -> None:
    _problem(client.get("/c/nothing", headers={"accept": "application/json"}), 404)


def test_a_guest_is_led_to_the_door_and_back(client: Client, cast: Cast) -> None:
    answer = client.get("/inbox")
    assert (answer.status, answer.header("location")) == (303, "/sign-in?next=/inbox")
    answer = client.get("/settings/profile?did=saved")
    assert answer.header("location") == "/sign-in?next=/settings/profile%3Fdid%3Dsaved"


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "path",
    [
        "/c/{}", "/tag/{}", "/@{}", "/search?q={}", "/fragments/feed?kind=tag&of={}", "/fragments/feed?kind=for_you&cursor={}",
        "/api/v1/clips/{}", "/api/v1/tags/{}/clips", "/api/v1/accounts/{}", "/api/v1/search?q={}", "/api/v1/feed?cursor={}",
        "/media/{}", "/static/x/{}", "/@ada?tab=liked&cursor={}", "/welcome/{}", "/join/{}",
    ],
)  # fmt: skip
def test_odd_addresses_break_nothing(client: Client, cast: Cast, path: str, odd: str) -> None:
    answer = client.get(path.format(odd), cast.ada)
    assert answer.status < 500, answer.text
    assert "set-cookie" not in {name for name, _ in answer.headers} or "a=b" not in str(answer.headers)
    _says_nothing_of_us(answer)


@pytest.mark.parametrize("words", ["a\x00b", "\x00", "\ud800", "\u202eright", "a" * 1000, "é" * 999])
def test_odd_words_break_nothing(client: Client, cast: Cast, words: str) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    body = json.dumps({"words": words}).encode()
    headers = {"content-type": "application/json"}
    answer = client.post(f"/api/v1/clips/{slug}/comments", cast.ben, body=body, headers=headers)
    assert answer.status in {201, 422, 400}, answer.text
    _says_nothing_of_us(answer)
    assert client.get(f"/c/{slug}").status == 200
