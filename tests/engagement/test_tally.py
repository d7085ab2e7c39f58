"""What counts: plays, views, viewers, watch time, ends, loops, rewatches and skips, as docs/use/figures.md defines them."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from onstage.clock import DAY, HOUR, MINUTE, SECOND, now
from onstage.engagement.fold import Answer, Outcome
from onstage.engagement.models import days, plays, reached, totals
from onstage.engagement.tally import COUNTS, MOST_PLAYS, Play, PlayKind
from onstage.web.app import App
from tests.cast import Cast, make_clip
from tests.engagement.playing import DURATION_MS, play

START, PROGRESS, END, IMPRESSION = PlayKind.START, PlayKind.PROGRESS, PlayKind.END, PlayKind.IMPRESSION
GUEST: dict[str, Any] = {"addresses": (b"somewhere",)}


def report(app: App, *batch: Play) -> list[Answer]:
    return app.plays.submit(list(batch)).result(20)


def counted(app: App, clip: int) -> dict[str, int]:
    """The totals of a clip that are not 0; they are what its days add up to, and what the log's facts say."""
    with app.database.read() as db:
        row = db.execute(select(totals).where(totals.c.clip_id == clip)).mappings().one_or_none()
        by_day = db.execute(select(days).where(days.c.clip_id == clip)).mappings().all()
        stored = db.execute(select(plays).where(plays.c.clip_id == clip)).mappings().all()
        curve = db.execute(select(reached.c.plays).where(reached.c.clip_id == clip)).scalars().all()
    found = {name: row[name] if row else 0 for name in (*COUNTS, "watched_ms", "loops")}
    assert found == {name: sum(each[name] for each in by_day) for name in found}
    facts = {name: sum(bool(each["facts"] & fact) for each in stored) for name, fact in COUNTS.items()}
    sums = {
        name: sum(each[added] for each in stored)
        for name, added in (("watched_ms", "added_ms"), ("loops", "added_loops"))
    }
    assert found == facts | sums
    assert sum(curve) == found["plays"]
    assert all(each >= 0 for each in curve)
    return {name: value for name, value in found.items() if value}


def one_play(clip: int, *events: tuple[PlayKind, int], **other: Any) -> list[Play]:
    """The events of one play: what happened, and how many milliseconds had been watched."""
    first = play(clip, **other)
    return [
        replace(play(clip, kind=kind, watched_ms=watched, **other), token=first.token, play=first.play)
        for kind, watched in events
    ]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([(IMPRESSION, 0)], {"impressions": 1}),
        ([(START, 0)], {"plays": 1}),
        ([(START, 0), (END, 1999)], {"plays": 1, "skips": 1, "watched_ms": 1999}),
        (
            [(START, 0), (PROGRESS, 2000)],
            {"plays": 1, "views": 1, "viewers": 1, "daily_viewers": 1, "watched_ms": 2000},
        ),
        (
            [(START, 0), (PROGRESS, 2000), (END, 3000)],
            {"plays": 1, "views": 1, "viewers": 1, "daily_viewers": 1, "watched_ms": 3000},
        ),
        ([(END, 3000)], {"plays": 1, "views": 1, "viewers": 1, "daily_viewers": 1, "watched_ms": 3000}),
        (
            [(START, 0), (END, 7900)],
            {"plays": 1, "views": 1, "viewers": 1, "daily_viewers": 1, "watched_ms": 7900, "completions": 1},
        ),
    ],
)
def test_one_play(cast: Cast, events: list[tuple[PlayKind, int]], expected: dict[str, int]) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    report(cast.app, *one_play(clip, *events))
    assert counted(cast.app, clip) == expected


def test_a_short_clip_is_viewed_at_its_end(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    report(cast.app, *one_play(clip, (START, 0), (END, 900), duration_ms=1500))
    assert counted(cast.app, clip) == {"plays": 1, "skips": 1, "watched_ms": 900}
    report(cast.app, *one_play(clip, (START, 0), (END, 1500), duration_ms=1500))
    assert counted(cast.app, clip)["views"] == 1


def test_loops_are_of_one_play(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    events = one_play(clip, (START, 0), (PROGRESS, 12_000), (END, 30_000))
    report(cast.app, events[0], replace(events[1], loops=1), replace(events[2], loops=3))
    expected = {
        "plays": 1,
        "views": 1,
        "viewers": 1,
        "daily_viewers": 1,
        "watched_ms": 30_000,
        "completions": 1,
        "loops": 3,
    }
    assert counted(cast.app, clip) == expected


def test_the_order_of_arrival_changes_no_total(cast: Cast) -> None:
    found = []
    for order in permutations(range(4)):
        clip, _ = make_clip(cast.app.database, cast.ada.viewer)
        events = one_play(clip, (IMPRESSION, 0), (START, 0), (PROGRESS, 2500), (END, 7990))
        for place in order:
            report(cast.app, events[place])
        found.append(counted(cast.app, clip))
    expected = {
        "impressions": 1,
        "plays": 1,
        "views": 1,
        "viewers": 1,
        "daily_viewers": 1,
        "watched_ms": 7990,
        "completions": 1,
    }
    assert found == [expected] * 24


def test_a_viewer_counts_once_in_thirty_minutes(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    begin = now() - 3 * HOUR
    for minutes in (0, 10, 29, 30, 45, 60):
        report(cast.app, play(clip, issued_at=begin - HOUR, happened_at=begin + minutes * MINUTE))
    found = counted(cast.app, clip)
    assert (found["plays"], found["views"], found["viewers"], found["rewatches"]) == (6, 3, 1, 5)


def test_late_news_of_an_early_view_does_not_split_the_half_hour(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    for ago in (10 * MINUTE, 20 * MINUTE, 3 * HOUR):
        report(cast.app, play(clip, issued_at=now() - DAY, happened_at=now() - ago))
    assert counted(cast.app, clip)["views"] == 1


def test_a_guest_is_the_same_after_midnight(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    yesterday, today = b"g yesterday", b"g today"
    report(cast.app, play(clip, yesterday, same=(yesterday,), happened_at=now() - 5 * MINUTE))
    report(cast.app, play(clip, today, same=(today, yesterday)))
    found = counted(cast.app, clip)
    assert (found["plays"], found["views"], found["viewers"]) == (2, 1, 1)


def test_one_address_adds_so_many_guests_and_no_more(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    for number in range(13):
        report(cast.app, play(clip, b"g%d" % number, **GUEST))
    assert counted(cast.app, clip)["views"] == 10
    report(cast.app, *[play(clip, b"g%d" % number, addresses=(b"elsewhere",)) for number in range(20, 33)])
    assert counted(cast.app, clip)["views"] == 20
    report(cast.app, *[play(clip, b"a%d" % number) for number in range(13)])
    found = counted(cast.app, clip)
    assert (found["plays"], found["views"], found["viewers"]) == (39, 33, 33)


def test_after_half_an_hour_an_address_has_room_again(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    early = now() - 31 * MINUTE
    report(cast.app, *[play(clip, b"g%d" % n, **GUEST, happened_at=early, received_at=early) for n in range(11)])
    assert counted(cast.app, clip)["views"] == 10
    report(cast.app, play(clip, b"g late", **GUEST))
    assert counted(cast.app, clip)["views"] == 11


def test_no_more_is_watched_under_a_token_than_time_has_passed(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    issued = now() - 10 * SECOND
    first, second, third = (
        play(clip, watched_ms=4000, issued_at=issued, received_at=issued + 10 * SECOND) for _ in range(3)
    )
    second, third = replace(second, token=first.token), replace(third, token=first.token)
    refused = Answer(Outcome.REFUSED, "faster-than-time")
    assert report(cast.app, first, second, third)[2] == refused
    assert report(cast.app, replace(third, watched_ms=2001, reached_ms=2001)) == [refused]
    assert report(cast.app, replace(third, watched_ms=2000, reached_ms=2000))[0].outcome is Outcome.STORED
    assert counted(cast.app, clip)["watched_ms"] == 10_000


def test_a_token_is_not_good_for_plays_without_end(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    token = b"one token"
    first = play(clip, kind=PlayKind.START, token=token, watched_ms=0)
    many = [play(clip, kind=PlayKind.START, token=token, watched_ms=0) for _ in range(MOST_PLAYS)]
    answers = cast.app.plays.submit([first, *many]).result(20)
    assert [each.outcome for each in answers] == [Outcome.STORED] * MOST_PLAYS + [Outcome.REFUSED]
    again = replace(first, event=b"another event", kind=PlayKind.END)
    later = cast.app.plays.submit([many[-1], again]).result(20)
    assert [(each.outcome, each.reason) for each in later] == [(Outcome.REFUSED, "too-many"), (Outcome.STORED, "")]


@pytest.mark.parametrize("claim", [{"loops": 2}, {"reached_ms": 5001}])
def test_a_clip_does_not_run_faster_than_a_player_plays(cast: Cast, claim: dict[str, Any]) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    assert report(cast.app, play(clip, **claim)) == [Answer(Outcome.REFUSED, "faster-than-time")]
    assert counted(cast.app, clip) == {}


def test_twice_as_fast_is_still_to_the_end(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    report(cast.app, play(clip, watched_ms=DURATION_MS // 2, reached_ms=DURATION_MS))
    assert counted(cast.app, clip)["completions"] == 1


def test_the_curve_is_who_still_watches(cast: Cast) -> None:
    """Ten people leave after 0 to 9 seconds of a clip of eight: each is in the second in which they left."""
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    for person in range(10):
        events = one_play(clip, (START, 0), (PROGRESS, 500 * person), (END, 1000 * person), viewer=b"a%d" % person)
        report(cast.app, *events)
    with cast.app.database.read() as db:
        rows = db.execute(select(reached.c.second, reached.c.plays).where(reached.c.plays > 0)).all()
    assert {row.second: row.plays for row in rows} == {0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 3}
    counted(cast.app, clip)
