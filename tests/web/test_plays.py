"""Plays over HTTP: only what the server dealt to this viewer, for what they may see, once, and in the time it takes."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from onstage.accounts.viewer import GUEST
from onstage.clips.models import Audience, clips
from onstage.clock import DAY, HOUR, MINUTE, iso, now
from onstage.engagement.models import guest_views, plays, totals
from onstage.engagement.tokens import Surface, Token, seal
from onstage.engagement.viewers import kept_salts, make_salt, names, of_the_day
from onstage.keys import Keys
from onstage.web.app import App
from tests.cast import Actor, Cast, crowd, make_clip
from tests.client import Client

PATH = "/api/v1/plays"


def event(token_: str, **other: Any) -> dict[str, Any]:
    made = {"token": token_, "event": str(uuid4()), "kind": "end", "watched_ms": 0, "loops": 0}
    return {**made, "happened_at": iso(now()), **other}


def sealed(keys: Keys, key: bytes, clip: int, issued_at: int) -> str:
    return seal(keys, Token(clip, key, issued_at, Surface.CLIP))


def dealt(client: Client, actor: Actor, slug: str) -> str:
    word = client.get(f"/api/v1/clips/{slug}", actor).json["play_token"]
    assert isinstance(word, str)
    return word


def report(client: Client, actor: Actor | None, *events: dict[str, Any]) -> list[tuple[str, str]]:
    answer = client.post(PATH, actor, json={"events": list(events)})
    assert answer.status == 200, answer.text
    return [(each["outcome"], each["reason"]) for each in answer.json["outcomes"]]


def stored(cast: Cast) -> int:
    with cast.app.database.read() as db:
        return int(db.execute(select(func.count()).select_from(plays)).scalar_one())


def test_once_however_often_it_is_sent(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    one = event(dealt(client, cast.ben, slug))
    assert report(client, cast.ben, one, one) == [("stored", ""), ("duplicate", "")]
    assert report(client, cast.ben, one) == [("duplicate", "")]
    first = client.post(PATH, cast.ben, json={"events": [event(one["token"])]}).json
    assert first["position"] == 2
    assert stored(cast) == 2


def test_a_token_is_its_viewers_alone(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.fay.viewer)
    word = dealt(client, cast.ada, slug)
    for other in (cast.ben, cast.duo, cast.guest, None):
        assert report(client, other, event(word)) == [("refused", "somebody-else")]
    assert stored(cast) == 0


def test_guests_are_told_apart_by_their_cookie(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    first, second = (client.get("/").cookies for _ in range(2))
    word = client.get(f"/api/v1/clips/{slug}", cookies=first).json["play_token"]
    sent = {"events": [event(word)]}
    assert client.post(PATH, json=sent, cookies=second).json["outcomes"][0]["reason"] == "somebody-else"
    assert client.post(PATH, json=sent, cookies=first).json["outcomes"][0]["outcome"] == "stored"


def views(cast: Cast, clip: int) -> int:
    with cast.app.database.read() as db:
        return int(db.execute(select(totals.c.views).where(totals.c.clip_id == clip)).scalar() or 0)


def from_(address: str, browser: str = "a browser", cookie: str = "") -> dict[str, Any]:
    """What a guest sends whom the trusted proxy on this machine forwards."""
    more = {"cookies": {"onstage_guest": cookie}} if cookie else {}
    return {"headers": {"x-forwarded-for": address, "user-agent": browser}, **more}


@pytest.fixture
def behind(app: App) -> Iterator[Client]:
    """The application behind a proxy that it trusts."""
    asking = Client(replace(app, settings=replace(app.settings, trusted_proxies="127.0.0.1")))
    yield asking
    asking.close()


def watch_as(client: Client, slug: str, who: dict[str, Any]) -> None:
    word = client.get(f"/api/v1/clips/{slug}", **who).json["play_token"]
    outcomes = client.post(PATH, json={"events": [event(word, reached_ms=1)]}, **who).json["outcomes"]
    assert [(each["outcome"], each["reason"]) for each in outcomes] == [("stored", "")]


@pytest.fixture
def blink(cast: Cast) -> tuple[int, str]:
    """A clip of a millisecond, seen to its end by everybody who plays it."""
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db:
        db.execute(update(clips).where(clips.c.id == clip).values(duration_us=1000))
    return clip, slug


GUESTS: dict[str, tuple[Callable[[int], dict[str, Any]], int]] = {
    "each from a home of their own": (lambda n: from_(f"192.0.2.{n}"), 13),
    "one browser, again and again": (lambda _n: from_("192.0.2.1"), 1),
    "one browser with invented sessions": (lambda n: from_("192.0.2.1", cookie=f"invented{n}"), 1),
    "one browser with sessions signed elsewhere": (
        lambda n: from_("192.0.2.1", cookie=Keys(b"another").seal("guest", b"%012d" % n)),
        1,
    ),
    "many browsers in one home": (lambda n: from_("192.0.2.1", f"browser {n}"), 10),
    "many addresses of one home": (lambda n: from_(f"2001:db8:0:1::{n}", f"browser {n}"), 10),
    "one browser that forges what comes before its address": (
        lambda n: from_(f"203.0.113.{n}, 192.0.2.1", f"browser {n}"),
        10,
    ),
    "one address written in many ways": (
        lambda n: from_(("2001:db8::1", "2001:0db8:0:0::1", "2001:DB8:0::0001")[n % 3], f"browser {n}"),
        10,
    ),
    "many homes of one provider": (lambda n: from_(f"2001:db8:0:{n}::1"), 13),
}


@pytest.mark.parametrize("kind", GUESTS)
def test_thirteen_visits_of_guests(cast: Cast, behind: Client, blink: tuple[int, str], kind: str) -> None:
    who, expected = GUESTS[kind]
    for number in range(13):
        watch_as(behind, blink[1], who(number))
    assert views(cast, blink[0]) == expected


def test_without_a_trusted_proxy_a_forwarded_address_makes_nobody_else(
    cast: Cast, client: Client, blink: tuple[int, str]
) -> None:
    for number in range(13):
        watch_as(client, blink[1], from_(f"192.0.2.{number}", f"browser {number}"))
    assert views(cast, blink[0]) == 10


def test_sessions_signed_here_tell_guests_apart_up_to_the_limit_of_their_address(
    cast: Cast, behind: Client, blink: tuple[int, str]
) -> None:
    for number in range(13):
        watch_as(behind, blink[1], from_("192.0.2.1", cookie=behind.get("/").cookies["onstage_guest"]))
        assert views(cast, blink[0]) == min(number + 1, 10)


def test_people_behind_one_address_always_count(cast: Cast, client: Client, blink: tuple[int, str]) -> None:
    for actor in crowd(cast.app, 13):
        report(client, actor, event(dealt(client, actor, blink[1]), reached_ms=1))
    assert views(cast, blink[0]) == 13


def test_what_was_dealt_before_midnight_is_still_the_guests(cast: Cast, client: Client, blink: tuple[int, str]) -> None:
    """Under yesterday's name: it is theirs, and not another view."""
    with cast.app.database.write() as db:
        make_salt(db, now() // DAY - 1)
    asked = names(GUEST, ("127.0.0.1 Mozilla/5.0 (a test)",), _salts(cast), now() // DAY - 1)
    word = sealed(cast.app.keys, asked.key, blink[0], now() - MINUTE)
    assert report(client, None, event(word, reached_ms=1)) == [("stored", "")]
    assert report(client, None, event(dealt(client, cast.guest, blink[1]), reached_ms=1)) == [("stored", "")]
    assert views(cast, blink[0]) == 1


def test_an_address_adds_no_more_views_because_a_day_began(cast: Cast, client: Client, blink: tuple[int, str]) -> None:
    """Ten of its views were taken a minute ago, under yesterday's salt."""
    with cast.app.database.write() as db:
        make_salt(db, now() // DAY - 1)
    before = of_the_day(_salts(cast)[now() // DAY - 1], "address 127.0.0.1")
    with cast.app.database.write() as db:
        for number in range(10):
            row = {"address": before, "clip_id": blink[0], "position": number, "at": now() - MINUTE}
            db.execute(guest_views.insert().values(row))
    watch_as(client, blink[1], {})
    assert views(cast, blink[0]) == 0


def _salts(cast: Cast) -> dict[int, bytes]:
    with cast.app.database.write() as db:
        make_salt(db, now() // DAY)
        return kept_salts(db, now() // DAY)


def test_a_wrong_clock_does_no_harm(client: Client, cast: Cast) -> None:
    """The browser is two days behind; what counts is how long ago it was when it was sent."""
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    word, wrong = dealt(client, cast.ben, slug), now() - 2 * DAY
    late = event(word, happened_at=iso(wrong))
    assert report(client, cast.ben, late) == [("refused", "time")]
    answer = client.post(PATH, cast.ben, json={"events": [late], "sent_at": iso(wrong)}).json
    assert answer["outcomes"][0]["outcome"] == "stored"
    early = event(word, happened_at=iso(wrong - HOUR))
    answer = client.post(PATH, cast.ben, json={"events": [early], "sent_at": iso(wrong)}).json
    assert answer["outcomes"][0]["reason"] == "time"


def test_a_clock_ahead_does_no_harm_and_helps_nobody(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    word, ahead = dealt(client, cast.ben, slug), now() + 2 * DAY
    one = event(word, happened_at=iso(ahead))
    assert report(client, cast.ben, one) == [("refused", "time")]
    for sent_at, expected in ((ahead - HOUR, "time"), (ahead + HOUR, "time"), (ahead, "")):
        answer = client.post(PATH, cast.ben, json={"events": [one], "sent_at": iso(sent_at)}).json
        assert answer["outcomes"][0]["reason"] == expected
    assert stored(cast) == 1


def test_no_split_into_plays_or_requests_makes_more_time_than_there_was(client: Client, cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    key = b"a" + (cast.ben.viewer.account or 0).to_bytes(8, "big")
    word = sealed(cast.app.keys, key, clip, now() - MINUTE)
    twice = [event(word, play=str(uuid4()), watched_ms=25_000) for _ in range(3)]
    assert [reason for _, reason in report(client, cast.ben, *twice)] == ["", "", "faster-than-time"]
    assert report(client, cast.ben, event(word, play=str(uuid4()), watched_ms=25_000)) == [
        ("refused", "faster-than-time")
    ]
    assert report(client, cast.ben, twice[2]) == [("refused", "faster-than-time")], "refused is not forgotten time"
    with cast.app.database.read() as db:
        assert db.execute(select(totals.c.watched_ms).where(totals.c.clip_id == clip)).scalar() == 50_000


def test_a_token_counts_for_its_clip_and_surface_alone(client: Client, cast: Cast) -> None:
    one, _ = make_clip(cast.app.database, cast.ada.viewer)
    other, slug = make_clip(cast.app.database, cast.ada.viewer)
    word = dealt(client, cast.ben, slug)
    raw = urlsafe_b64decode(word + "=" * (-len(word) % 4))
    turned = [
        raw[:16] + one.to_bytes(8, "big") + raw[24:],
        raw[:32] + bytes([(raw[32] + 1) % 4]) + raw[33:],
        raw[:24] + (now() - 70 * HOUR).to_bytes(8, "big") + raw[32:],
    ]
    forged = [event(urlsafe_b64encode(each).rstrip(b"=").decode()) for each in turned]
    assert report(client, cast.ben, *forged, event(word)) == [("refused", "forged")] * 3 + [("stored", "")]
    with cast.app.database.read() as db:
        assert db.execute(select(plays.c.clip_id, plays.c.surface)).all() == [(other, "clip")]


def test_each_start_of_playback_is_a_play_of_its_own(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    word = dealt(client, cast.ben, slug)
    first, second = str(uuid4()), str(uuid4())
    report(
        client, cast.ben, *[event(word, play=play, kind=kind) for play in (first, second) for kind in ("start", "end")]
    )
    with cast.app.database.read() as db:
        assert db.execute(select(totals.c.plays).where(totals.c.clip_id == clip)).scalar() == 2


@pytest.mark.parametrize("forged", ["", "x", "x" * 200, "AAAA" * 20])
def test_a_forged_token_counts_never(client: Client, cast: Cast, forged: str) -> None:
    assert report(client, cast.ben, event(forged)) == [("refused", "forged")]
    assert stored(cast) == 0


def test_another_servers_token_counts_never(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    dealt(client, cast.ben, slug)
    key = b"a" + (cast.ben.viewer.account or 0).to_bytes(8, "big")
    assert report(client, cast.ben, event(sealed(Keys(b"another"), key, clip, now()))) == [("refused", "forged")]
    assert report(client, cast.ben, event(sealed(cast.app.keys, key, clip, now()))) == [("stored", "")]


@pytest.mark.parametrize(
    ("issued_ago", "other", "reason"),
    [
        (73 * HOUR, {}, "expired"),
        (HOUR, {"happened_at": iso(now() + DAY)}, "time"),
        (HOUR, {"happened_at": iso(now() - 3 * HOUR)}, "time"),
        (MINUTE, {"loops": 8, "watched_ms": 20_000}, "faster-than-time"),
        (MINUTE, {"reached_ms": 6000, "watched_ms": 2000}, "faster-than-time"),
        (HOUR, {"happened_at": "0001-01-01T00:00:00+14:00"}, "time"),
        (HOUR, {"happened_at": "9999-12-31T23:59:59-14:00"}, "time"),
        (HOUR, {"happened_at": "2026-01-01T00:00:00"}, "time"),
        (HOUR, {"happened_at": "yesterday"}, "time"),
        (MINUTE, {"watched_ms": 61_000}, "faster-than-time"),
        (MINUTE, {"watched_ms": 50_000}, ""),
        (71 * HOUR, {}, ""),
    ],
)
def test_what_can_not_be_true(client: Client, cast: Cast, issued_ago: int, other: dict[str, Any], reason: str) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    key = b"a" + (cast.ben.viewer.account or 0).to_bytes(8, "big")
    word = sealed(cast.app.keys, key, clip, now() - issued_ago)
    outcome = report(client, cast.ben, event(word, **other))
    assert outcome == [("refused", reason) if reason else ("stored", "")]
    assert stored(cast) == (0 if reason else 1)


def test_what_is_no_longer_for_one_counts_no_longer(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    word = dealt(client, cast.ben, slug)
    with cast.app.database.write() as db:
        db.execute(update(clips).where(clips.c.id == clip).values(audience=Audience.PRIVATE.value))
    assert report(client, cast.ben, event(word)) == [("refused", "not-visible")]


def test_one_bad_event_spoils_none_of_the_others(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    word = dealt(client, cast.ben, slug)
    outcomes = report(client, cast.ben, event("forged"), event(word), event(word, watched_ms=80_000_000), event(word))
    assert [each[0] for each in outcomes] == ["refused", "stored", "refused", "stored"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"events": []},
        {"events": [{}]},
        {"events": [event("x", kind="odd")]},
        {"events": [event("x", watched_ms=-1)]},
        {"events": [event("x", event="not a uuid")]},
        {"events": [event("x")] * 201},
        {"events": [event("x", more=1)]},
    ],
)
def test_a_report_that_does_not_fit_is_refused_whole(client: Client, cast: Cast, wrong: dict[str, Any]) -> None:
    assert client.post(PATH, cast.ben, json=wrong).status == 422
    assert stored(cast) == 0


def test_the_next_page_knows_the_last_swipe(client: Client, cast: Cast) -> None:
    made = [make_clip(cast.app.database, cast.ada.viewer, ago=n * HOUR)[1] for n in range(1, 6)]
    page = client.get("/api/v1/feed?limit=50", cast.ben).json["items"]
    assert {clip["slug"] for clip in page} == set(made)
    report(client, cast.ben, *[event(clip["play_token"], kind="start") for clip in page[:3]])
    rest = client.get("/api/v1/feed?limit=50", cast.ben).json["items"]
    assert {clip["slug"] for clip in rest} == {clip["slug"] for clip in page[3:]}
