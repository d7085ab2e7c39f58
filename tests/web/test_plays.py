"""Plays over HTTP: only what the server dealt to this viewer, for what they may see, once, and in the time it takes."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from onstage.clips.models import Audience, clips
from onstage.clock import DAY, HOUR, MINUTE, iso, now
from onstage.engagement.models import plays
from onstage.engagement.plays import token
from onstage.keys import Keys
from tests.cast import Actor, Cast, make_clip
from tests.client import Client

PATH = "/api/v1/plays"


def event(token_: str, **other: Any) -> dict[str, Any]:
    made = {"token": token_, "event": str(uuid4()), "kind": "end", "surface": "clip", "watched_ms": 0, "loops": 0}
    return {**made, "happened_at": iso(now()), **other}


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
    first, second = {"onstage_guest": "one"}, {"onstage_guest": "two"}
    word = client.get(f"/api/v1/clips/{slug}", cookies=first).json["play_token"]
    sent = {"events": [event(word)]}
    assert client.post(PATH, json=sent, cookies=second).json["outcomes"][0]["reason"] == "somebody-else"
    assert client.post(PATH, json=sent, cookies=first).json["outcomes"][0]["outcome"] == "stored"


@pytest.mark.parametrize("forged", ["", "x", "x" * 200, "AAAA" * 20])
def test_a_forged_token_counts_never(client: Client, cast: Cast, forged: str) -> None:
    assert report(client, cast.ben, event(forged)) == [("refused", "forged")]
    assert stored(cast) == 0


def test_another_servers_token_counts_never(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    dealt(client, cast.ben, slug)
    key = b"a" + (cast.ben.viewer.account or 0).to_bytes(8, "big")
    assert report(client, cast.ben, event(token(Keys(b"another"), key, clip, now()))) == [("refused", "forged")]
    assert report(client, cast.ben, event(token(cast.app.keys, key, clip, now()))) == [("stored", "")]


@pytest.mark.parametrize(
    ("issued_ago", "other", "reason"),
    [
        (73 * HOUR, {}, "expired"),
        (HOUR, {"happened_at": iso(now() + DAY)}, "time"),
        (HOUR, {"happened_at": iso(now() - 3 * HOUR)}, "time"),
        (HOUR, {"happened_at": "0001-01-01T00:00:00+14:00"}, "time"),
        (HOUR, {"happened_at": "9999-12-31T23:59:59-14:00"}, "time"),
        (HOUR, {"happened_at": "2026-01-01T00:00:00"}, "time"),
        (HOUR, {"happened_at": "yesterday"}, "time"),
        (MINUTE, {"watched_ms": 70_000}, "faster-than-time"),
        (MINUTE, {"watched_ms": 50_000}, ""),
        (71 * HOUR, {}, ""),
    ],
)
def test_what_can_not_be_true(client: Client, cast: Cast, issued_ago: int, other: dict[str, Any], reason: str) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    key = b"a" + (cast.ben.viewer.account or 0).to_bytes(8, "big")
    word = token(cast.app.keys, key, clip, now() - issued_ago)
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
