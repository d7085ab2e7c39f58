"""The log of plays: everything once, in an order without gaps, however many write at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select

from onstage.clips.models import clips
from onstage.clock import DAY, HOUR, now
from onstage.engagement.fold import Answer, Outcome
from onstage.engagement.models import plays, seen
from onstage.engagement.plays import PlayWriter
from onstage.engagement.tally import Play, PlayKind
from onstage.server import open_database
from onstage.web.app import App
from tests.cast import Cast, make_clip
from tests.engagement.playing import play


def report(app: App, *batch: Play) -> list[Answer]:
    return app.plays.submit(list(batch)).result(20)


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
    assert [answer.outcome for answer in answers] == [Outcome.REFUSED, Outcome.STORED]
    with cast.app.database.read() as db:
        assert db.execute(select(seen.c.clip_id)).scalars().all() == [kept]


def test_seen_again_counts_from_the_last_time(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    early, late = now() - 40 * DAY, now() - HOUR
    for at in (early, late):
        report(cast.app, play(clip, issued_at=at - HOUR, happened_at=at, received_at=at))
    with cast.app.database.read() as db:
        assert db.execute(select(seen.c.at)).scalars().all() == [late]


def test_progress_alone_is_not_seen(cast: Cast) -> None:
    clip, _ = make_clip(cast.app.database, cast.ada.viewer)
    report(cast.app, play(clip, kind=PlayKind.PROGRESS, watched_ms=1000))
    with cast.app.database.read() as db:
        assert db.execute(select(seen.c.clip_id)).scalars().all() == []
