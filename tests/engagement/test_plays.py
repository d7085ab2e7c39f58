"""The log of plays: nothing untrue gets in, everything once, in an order without gaps, however many write at once."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from onstage.clips.models import clips
from onstage.clock import DAY, HOUR, SECOND, now
from onstage.engagement.models import plays, seen
from onstage.engagement.plays import (
    CLOCK_SKEW,
    TOKEN_LIFE,
    Answer,
    Outcome,
    Play,
    PlayKind,
    PlayWriter,
    Token,
    read_token,
    refusal,
    token,
)
from onstage.keys import Keys
from onstage.server import open_database
from onstage.web.app import App
from tests.cast import Cast, make_clip

KEYS = Keys(b"a secret")
VIEWER = b"a viewer"
T = 1_700_000_000 * SECOND


def play(clip: int, viewer: bytes = VIEWER, kind: PlayKind = PlayKind.END) -> Play:
    return Play(secrets.token_bytes(16), clip, viewer, kind, "for_you", 2000, 0, now(), now())


def report(app: App, *batch: Play) -> list[Answer]:
    return app.plays.submit(list(batch)).result(20)


def test_a_token_says_what_was_sealed() -> None:
    sealed = token(KEYS, VIEWER, 7, T)
    assert read_token(KEYS, sealed) == Token(7, VIEWER, T)


@pytest.mark.parametrize("how", ["other secret", "other purpose", "one letter changed", "cut", "empty", "not base64"])
def test_a_token_not_made_here_says_nothing(how: str) -> None:
    sealed = token(KEYS, VIEWER, 7, T)
    forged = {
        "other secret": token(Keys(b"another"), VIEWER, 7, T),
        "other purpose": KEYS.seal("upload", b"x" * 40),
        "one letter changed": sealed[:-3] + ("A" if sealed[-3] != "A" else "B") + sealed[-2:],
        "cut": sealed[:30],
        "empty": "",
        "not base64": "…" * 40,
    }[how]
    assert read_token(KEYS, forged) is None


def test_a_rotated_secret_still_reads_what_it_signed() -> None:
    sealed = token(KEYS, VIEWER, 7, T)
    assert read_token(Keys(b"new", b"a secret"), sealed) == Token(7, VIEWER, T)
    assert read_token(Keys(b"newer", b"new"), sealed) is None


@pytest.mark.parametrize(
    ("watched_ms", "happened", "received", "expected"),
    [
        (2000, 5 * SECOND, 6 * SECOND, None),
        (0, -CLOCK_SKEW, 0, None),
        (0, -CLOCK_SKEW - 1, 0, "time"),
        (0, 10 * SECOND + CLOCK_SKEW, 10 * SECOND, None),
        (0, 10 * SECOND + CLOCK_SKEW + 1, 10 * SECOND, "time"),
        (0, TOKEN_LIFE, TOKEN_LIFE, None),
        (0, TOKEN_LIFE, TOKEN_LIFE + 1, "expired"),
        (11_000, 10 * SECOND, 10 * SECOND, None),
        (11_001, 10 * SECOND, 10 * SECOND, "faster-than-time"),
    ],
)
def test_what_can_not_be_true(watched_ms: int, happened: int, received: int, expected: str | None) -> None:
    assert refusal(Token(7, VIEWER, T), watched_ms, T + happened, T + received) == expected


def test_an_event_counts_once(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    first, second = play(clip), play(clip)
    assert report(cast.app, first, first, second) == [
        Answer(Outcome.STORED, position=1),
        Answer(Outcome.DUPLICATE, position=1),
        Answer(Outcome.STORED, position=2),
    ]
    assert report(cast.app, second, first) == [
        Answer(Outcome.DUPLICATE, position=2),
        Answer(Outcome.DUPLICATE, position=1),
    ]


@pytest.fixture
def writers(app: App) -> Iterator[list[PlayWriter]]:
    """Three writers, as three web processes would have them: each on a database opened by itself."""
    databases = [open_database(app.settings) for _ in range(3)]
    found = [PlayWriter(database) for database in databases]
    yield found
    for writer in found:
        writer.stop()
    for database in databases:
        database.close()


def test_positions_have_no_gaps_whoever_writes(cast: Cast, writers: list[PlayWriter]) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    shared = [play(clip) for _ in range(40)]

    def busy(place: int) -> list[Answer]:
        answers = []
        for number in range(10):
            batch = [play(clip, b"%d" % place) for _ in range(3)] + [shared[(place + number) % 40]]
            answers += writers[place % 3].submit(batch).result(60)
        return answers

    with ThreadPoolExecutor(12) as threads:
        answers = [answer for found in threads.map(busy, range(12)) for answer in found]
    stored = [answer.position for answer in answers if answer.outcome is Outcome.STORED]
    with cast.app.database.read() as db:
        positions = list(db.execute(select(plays.c.position).order_by(plays.c.position)).scalars())
        events = list(db.execute(select(plays.c.event)).scalars())
    assert positions == list(range(1, len(stored) + 1))
    assert sorted(position for position in stored if position) == positions
    assert len(set(events)) == len(events) == 12 * 10 * 3 + len({(p + n) % 40 for p in range(12) for n in range(10)})


def test_a_reader_that_tails_the_log_misses_nothing(cast: Cast, writers: list[PlayWriter]) -> None:
    """What a reader finds beyond its place is final: no event comes later with a smaller position."""
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    read: list[int] = []

    def tail() -> None:
        with cast.app.database.read() as db:
            after = read[-1] if read else 0
            read.extend(
                db.execute(select(plays.c.position).where(plays.c.position > after).order_by("position")).scalars()
            )

    with ThreadPoolExecutor(6) as threads:
        going = [threads.submit(writers[n % 3].submit([play(clip) for _ in range(5)]).result, 60) for n in range(60)]
        while not all(each.done() for each in going):
            tail()
    tail()
    assert read == list(range(1, 301))


def test_what_was_answered_is_there_when_the_process_ends(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    last = cast.app.plays.submit([play(clip)])
    cast.app.plays.stop()
    assert last.result(0)[0].outcome is Outcome.STORED
    other = open_database(cast.app.settings)
    with other.read() as db:
        assert db.execute(select(plays.c.position)).scalars().all() == [1]
    other.close()


def test_an_erased_clip_spoils_nobody_elses_batch(cast: Cast) -> None:
    erased, _ = make_clip(cast.app.database, cast.ada.viewer)
    kept, _ = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db:
        db.execute(delete(clips).where(clips.c.id == erased))
    answers = report(cast.app, play(erased), play(kept))
    assert [answer.outcome for answer in answers] == [Outcome.STORED, Outcome.STORED]
    with cast.app.database.read() as db:
        assert db.execute(select(seen.c.clip_id)).scalars().all() == [kept]


def test_seen_again_counts_from_the_last_time(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    early, late = now() - 40 * DAY, now() - HOUR
    for at in (early, late):
        report(cast.app, replace(play(clip), received_at=at))
    with cast.app.database.read() as db:
        assert db.execute(select(seen.c.at)).scalars().all() == [late]


def test_progress_alone_is_not_seen(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    report(cast.app, play(clip, kind=PlayKind.PROGRESS))
    with cast.app.database.read() as db:
        assert db.execute(select(seen.c.clip_id)).scalars().all() == []
