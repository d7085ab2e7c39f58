"""When a child's time is up: the feeds and films close, help and the rest stay open, and the page is kind."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from onstage.accounts import permissions
from onstage.accounts.age import DailyLimit, QuietHours, Row
from onstage.accounts.models import watch_days
from onstage.clock import now
from tests.cast import Cast, make_clip
from tests.client import Client

CLOSED = ("/api/v1/feed?kind=for_you", "/api/v1/search?q=x", "/api/v1/tags/x/clips", "/api/v1/accounts/ada/clips")
CLOSED_PAGES = ("/", "/following", "/explore", "/search?q=x", "/tag/x", "/tag/x/watch", "/@ada/watch")
OPEN = (
    *("/inbox", "/settings", "/settings/privacy", "/settings/leaving", "/me/clips", "/make", "/together", "/guardians"),
    *("/@ada", "/about", "/api/v1/me", "/api/v1/me/clips", "/api/v1/reports/readers?account=ada"),
)


def end_time(cast: Cast, row: Row = Row.DAILY_LIMIT) -> None:
    value = DailyLimit(0, ends=True) if row is Row.DAILY_LIMIT else QuietHours(0, 0, silent=False)
    with cast.app.database.write() as db:
        mia = cast.mia.viewer.person or 0
        permissions.choose_for(db, cast.app.keys, cast.gus.viewer, mia, row, value, now())


@pytest.mark.parametrize("row", [Row.DAILY_LIMIT, Row.QUIET_HOURS])
def test_watching_closes_and_nothing_else(cast: Cast, client: Client, row: Row) -> None:
    for path in (*CLOSED, *CLOSED_PAGES):
        assert client.get(path, cast.mia).status == 200, path
    end_time(cast, row)
    for path in CLOSED:
        refused = client.get(path, cast.mia)
        assert (refused.status, refused.json["title"]) == (403, "time-up"), path
    for path in CLOSED_PAGES:
        assert client.get(path, cast.mia).header("location") == "/time", path
    assert client.get("/fragments/feed?kind=for_you", cast.mia).status == 403
    for path in OPEN:
        assert client.get(path, cast.mia).status == 200, path
    assert client.get("/", cast.gus).status == 200
    reported = client.post("/api/v1/reports", cast.mia, json={"reason": "other", "words": "x", "account": "ada"})
    assert reported.status in {200, 201}, reported.text


def test_films_close_but_for_ones_own(cast: Cast, client: Client) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    _, own = make_clip(cast.app.database, cast.mia.viewer)
    end_time(cast)
    for made, status in ((slug, 403), (own, 404)):
        # Neither file is in the store: who gets as far as that was let in.
        assert client.get(f"/media/film{made}", cast.mia).status == status, made
    assert client.get(f"/media/film{slug}", cast.ben).status == 404
    assert client.get(f"/c/{slug}", cast.mia).status == 200, "its page has the report"


def test_the_page_is_kind_and_asks_for_more_once(cast: Cast, client: Client) -> None:
    assert client.get("/time", cast.mia).header("location") == "/"
    assert client.get("/time", cast.ada).header("location") == "/"
    end_time(cast)
    assert "Enough for today" in client.get("/time", cast.mia).text
    assert "0 minutes" not in client.get("/time", cast.mia).text
    assert "Ask for more time" in client.get("/time", cast.mia).text
    assert client.post("/time", cast.mia, form={}).header("location") == "/time"
    assert "You asked for more" in client.get("/time", cast.mia).text
    assert client.post("/time", cast.mia, form={}).status == 409
    assert "Mia</strong> asks for more time" in client.get("/inbox", cast.gus).text
    assert "Mia asks for more time today." in client.get("/children/mia", cast.gus).text
    assert client.post("/children/mia", cast.gus, form={"do": "more", "minutes": "30"}).status == 200
    assert "asks for more time today" not in client.get("/children/mia", cast.gus).text
    assert client.get("/time", cast.mia).header("location") == "/", (
        "gil's own limit is an hour, and nothing was watched"
    )
    given = client.post("/api/v1/children/mia/more-time", cast.gil, json={"minutes": 15})
    assert given.status == 204
    assert client.get("/api/v1/me/time", cast.mia).json["left"] == 30


def test_the_page_says_what_became_of_the_question(cast: Cast, client: Client) -> None:
    end_time(cast)
    client.post("/time", cast.mia, form={})
    assert "The people who look after you see it." in client.get("/time", cast.mia).text
    sent = client.post("/children/mia", cast.gil, form={"do": "more", "minutes": "15"})
    assert sent.status == 200
    assert "and got a yes. It begins once everyone" in client.get("/time", cast.mia).text, "gus has a limit too"
    client.post("/children/mia", cast.gus, form={"do": "more", "minutes": "0"})
    assert "no more today" in client.get("/time", cast.mia).text


def test_in_quiet_hours_nobody_is_asked_for_what_would_change_nothing(cast: Cast, client: Client) -> None:
    assert "Ask for more time" in client.get("/guardians", cast.mia).text
    end_time(cast, Row.QUIET_HOURS)
    page = client.get("/guardians", cast.mia).text
    assert "It is quiet time now." in page
    assert "Ask for more time" not in page
    assert "More time changes nothing before that." in client.get("/children/mia", cast.gus).text
    assert 'href="/guardians#help"' in client.get("/time", cast.mia).text


def test_a_play_that_is_reported_counts_the_minute(cast: Cast, client: Client) -> None:
    make_clip(cast.app.database, cast.ada.viewer)
    card = client.get("/api/v1/accounts/ada/clips", cast.mia).json["items"][0]
    event = {
        "token": card["play_token"],
        "event": "6f8b8e9e-3f5b-4a55-9d7e-1d1a6f1f5a11",
        "kind": "progress",
        "watched_ms": 1,
        "loops": 0,
        "happened_at": "2026-01-01T00:00:00Z",
    }
    now_ = client.get("/api/v1/me/time", cast.mia).json["minutes"]
    assert now_ == 0

    event["happened_at"] = datetime.now(UTC).isoformat()
    answered = client.post("/api/v1/plays", cast.mia, json={"events": [event]})
    assert answered.status == 200, answered.text
    assert client.get("/api/v1/me/time", cast.mia).json["minutes"] in {1, 2}
    with cast.app.database.read() as db:
        assert db.execute(select(watch_days.c.person_id)).scalars().all() == [cast.mia.viewer.person]
    end_time(cast)
    event["event"] = "7f8b8e9e-3f5b-4a55-9d7e-1d1a6f1f5a11"
    answered = client.post("/api/v1/plays", cast.mia, json={"events": [event]})
    assert answered.json["over"] == "limit"
    assert client.post("/api/v1/plays", cast.ada, json={"events": [event]}).json["over"] is None
