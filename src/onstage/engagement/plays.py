"""The log of plays: signed tokens in, events stored once, in an order without gaps.

A play is one start of playback. The player reports with a token that the server signed for this viewer and clip and
with an event id of its own; what is answered as stored survives a crash.
"""

import queue
import struct
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_new

from onstage.clips.queries import not_erased
from onstage.clock import HOUR, MINUTE, SECOND
from onstage.db.engine import Connection, Database
from onstage.engagement.models import plays, seen
from onstage.keys import Keys

TOKEN_LIFE = 72 * HOUR
CLOCK_SKEW = 2 * MINUTE
BATCH_EVENTS = 500
BATCH_SECONDS = 0.005
_HEAD = struct.Struct(">qq")
_LOCK = 0x0A57A6E


class PlayKind(StrEnum):
    """What the player reports."""

    IMPRESSION = "impression"
    START = "start"
    PROGRESS = "progress"
    END = "end"
    NOT_INTERESTED = "not_interested"  # said by the viewer, of this clip


class Outcome(StrEnum):
    """What became of one reported event."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Token:
    """What a play token says: this viewer got this clip at this instant."""

    clip: int
    viewer: bytes
    issued_at: int


@dataclass(frozen=True, slots=True)
class Play:
    """One event as it will be stored."""

    event: bytes
    clip: int
    viewer: bytes
    kind: PlayKind
    surface: str
    watched_ms: int
    loops: int
    happened_at: int
    received_at: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an event; `position` is its place in the log when it is stored."""

    outcome: Outcome
    reason: str = ""
    position: int | None = None


def token(keys: Keys, viewer: bytes, clip: int, issued_at: int) -> str:
    """A sealed word that lets this viewer report plays of this clip for 72 hours."""
    return keys.seal("play", _HEAD.pack(clip, issued_at) + viewer)


def read_token(keys: Keys, sealed: str) -> Token | None:
    """What the token says, or None when it was not made here."""
    message = keys.open("play", sealed)
    if message is None or len(message) <= _HEAD.size:
        return None
    clip, issued_at = _HEAD.unpack_from(message)
    return Token(clip, message[_HEAD.size :], issued_at)


def refusal(given: Token, watched_ms: int, happened_at: int, received_at: int) -> str | None:
    """Why an event under this token cannot be true, or None. Times in microseconds, `watched_ms` in milliseconds."""
    if received_at - given.issued_at > TOKEN_LIFE:
        return "expired"
    if not given.issued_at - CLOCK_SKEW <= happened_at <= received_at + CLOCK_SKEW:
        return "time"
    if watched_ms * 1000 > received_at - given.issued_at + SECOND:
        return "faster-than-time"
    return None


def store(db: Connection, batch: Sequence[Play]) -> list[Answer]:
    """Append events to the log in order; an event id that is there already is a duplicate."""
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    events = {play.event for play in batch}
    stored = db.execute(select(plays.c.event, plays.c.position).where(plays.c.event.in_(events)))
    known: dict[bytes, int] = {row.event: row.position for row in stored}
    position = db.execute(select(func.coalesce(func.max(plays.c.position), 0))).scalar_one()
    rows, answers = [], []
    for play in batch:
        if play.event in known:
            answers.append(Answer(Outcome.DUPLICATE, position=known[play.event]))
            continue
        position += 1
        known[play.event] = position
        rows.append(_row(play, position))
        answers.append(Answer(Outcome.STORED, position=position))
    if rows:
        db.execute(insert(plays), rows)
        _remember(db, batch)
    return answers


def _row(play: Play, position: int) -> dict[str, object]:
    return {
        "position": position,
        "event": play.event,
        "clip_id": play.clip,
        "viewer": play.viewer,
        "kind": play.kind.value,
        "surface": play.surface,
        "watched_ms": play.watched_ms,
        "loops": play.loops,
        "happened_at": play.happened_at,
        "received_at": play.received_at,
    }


def _remember(db: Connection, batch: Sequence[Play]) -> None:
    there = not_erased(db, {play.clip for play in batch})
    pairs = {(play.viewer, play.clip): play.received_at for play in batch if play.kind is not PlayKind.PROGRESS}
    on_screen = insert_new(seen)
    again = on_screen.on_conflict_do_update(index_elements=["viewer", "clip_id"], set_={"at": on_screen.excluded.at})
    rows = [
        {"viewer": viewer, "clip_id": clip, "at": at} for (viewer, clip), at in sorted(pairs.items()) if clip in there
    ]
    if rows:
        db.execute(again, rows)


class PlayWriter:
    """One thread that commits plays in groups: at least 5 ms or at most 500 events, then the answers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[tuple[list[Play], Future[list[Answer]]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="plays", daemon=True)
        self._thread.start()

    def submit(self, batch: list[Play]) -> "Future[list[Answer]]":
        """The answers to these events, once they are committed."""
        future: Future[list[Answer]] = Future()
        self._waiting.put((batch, future))
        return future

    def stop(self) -> None:
        """Commit what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, ended = self._collect(first)
            self._commit(group)
            if ended:
                return

    def _collect(
        self, first: tuple[list[Play], Future[list[Answer]]]
    ) -> tuple[list[tuple[list[Play], Future[list[Answer]]]], bool]:
        group, count = [first], len(first[0])
        deadline = time.monotonic() + BATCH_SECONDS
        while count < BATCH_EVENTS:
            try:
                more = self._waiting.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return group, False
            if more is None:
                return group, True
            group.append(more)
            count += len(more[0])
        return group, False

    def _commit(self, group: list[tuple[list[Play], Future[list[Answer]]]]) -> None:
        try:
            with self._database.write() as db:
                answers = store(db, [play for batch, _ in group for play in batch])
        except Exception as error:  # noqa: BLE001 - the edge of the writer: every waiting request hears of it
            for _, future in group:
                future.set_exception(error)
            return
        start = 0
        for batch, future in group:
            future.set_result(answers[start : start + len(batch)])
            start += len(batch)
