"""What a play counts as: each rule of docs/use/figures.md once, as a pure function of an event and what came before it."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from onstage.clock import DAY, MINUTE

VIEW_MS = 2000
"""A play that ran this long in view is a view; a shorter clip has to run to its end."""
APART = 30 * MINUTE
"""The public count takes one view of a viewer and clip in so long."""
FASTEST = 2
"""How fast a player plays at most."""
MOST_PLAYS = 1000
"""So many starts of playback one token is good for: who swipes back begins anew, but not for ever."""
_END_MS = 300  # a browser tells the time of a video four times a second


class PlayKind(StrEnum):
    """What the player reports."""

    IMPRESSION = "impression"
    START = "start"
    PROGRESS = "progress"
    END = "end"
    NOT_INTERESTED = "not_interested"  # said by the viewer, of this clip: no part of a play


_NOT_PLAYED = frozenset({PlayKind.IMPRESSION, PlayKind.NOT_INTERESTED})


class Fact(IntEnum):
    """What an event was the first of its play to show: bits of a sum that stands in the log, so they never change."""

    IMPRESSION = 1  # it came into view
    PLAY = 2  # playback began
    VIEWED = 4  # 2 seconds in view, or the end
    COUNTED = 8  # and the public count took it: this is `views`
    VIEWER = 16  # the first view of this viewer that the count took
    COMPLETED = 32  # the end was reached
    REWATCH = 64  # a view by somebody who had had one before
    SKIP = 128  # left without a view
    DAILY = 256  # the viewer's first view of that day which the count took
    FOLLOWER = 512  # somebody began to follow the account from this clip
    AUDIENCE = 1024  # the first view of this viewer that the count took of any clip of the account
    DAILY_AUDIENCE = 2048  # the same of that day


COUNTS = {
    "impressions": Fact.IMPRESSION,
    "plays": Fact.PLAY,
    "views": Fact.COUNTED,
    "viewers": Fact.VIEWER,
    "completions": Fact.COMPLETED,
    "rewatches": Fact.REWATCH,
    "skips": Fact.SKIP,
    "daily_viewers": Fact.DAILY,
    "followers": Fact.FOLLOWER,
}
"""The counts that are numbers of events with a fact; beside them stand `watched_ms` and `loops`, which are sums."""


@dataclass(frozen=True, slots=True)
class Play:
    """One event as it will be stored. Times in microseconds; `_ms` in milliseconds, of its play from the start.

    `token` and `play` name what it belongs to, `same` the names under which the viewer may have been counted before,
    `addresses` are a guest's one under the salts of today and yesterday, in this order; empty for a person.
    """

    event: bytes
    token: bytes
    play: bytes
    clip: int
    viewer: bytes
    same: tuple[bytes, ...]
    addresses: tuple[bytes, ...]
    kind: PlayKind
    surface: str
    place: int
    propensity: int
    watched_ms: int
    reached_ms: int
    loops: int
    duration_ms: int
    issued_at: int
    happened_at: int
    received_at: int


@dataclass(slots=True)
class State:
    """How far a play has come."""

    watched_ms: int = 0
    reached_ms: int = 0
    loops: int = 0
    facts: int = 0


@dataclass(slots=True)
class Known:
    """When this viewer last had a view of the clip, and when the public count last took one; None: never."""

    viewed_at: int | None = None
    counted_at: int | None = None


def too_fast(play: Play, state: State, under_token_ms: int) -> bool:
    """Whether more is claimed than the wall clock allows: all that was watched under the token, and loops of the clip."""
    more = max(0, play.watched_ms - state.watched_ms)
    if (under_token_ms + more) * 1000 > play.received_at - play.issued_at:
        return True
    played_ms = FASTEST * play.watched_ms + 1000
    return play.reached_ms > played_ms or play.loops * play.duration_ms > played_ms


def at_end(play: Play) -> bool:
    """Whether the clip was seen to its end."""
    return play.loops > 0 or play.reached_ms >= max(1, play.duration_ms - _END_MS)


def is_view(play: Play) -> bool:
    """Whether the play has been a view by now."""
    return play.kind not in _NOT_PLAYED and (play.watched_ms >= VIEW_MS or at_end(play))


def facts_of(play: Play, state: State, known: Known, *, room: bool) -> int:
    """What this event is the first to show. `room`: the guest's address may add another view of this clip."""
    if play.kind in _NOT_PLAYED:
        return Fact.IMPRESSION & ~state.facts if play.kind is PlayKind.IMPRESSION else 0
    found: int = Fact.PLAY
    if at_end(play):
        found |= Fact.COMPLETED
    if is_view(play):
        found |= Fact.VIEWED
        if not state.facts & Fact.VIEWED:
            found |= _as_view(play, known, room=room)
    elif play.kind is PlayKind.END and not state.facts & Fact.VIEWED:
        found |= Fact.SKIP
    return found & ~state.facts


def _as_view(play: Play, known: Known, *, room: bool) -> int:
    found = 0
    if known.viewed_at is not None:
        found |= Fact.REWATCH
    if room and (known.counted_at is None or play.happened_at >= known.counted_at + APART):
        found |= Fact.COUNTED
        if known.counted_at is None:
            found |= Fact.VIEWER
        if known.counted_at is None or known.counted_at // DAY < play.happened_at // DAY:
            found |= Fact.DAILY
    return found


def second_of(state: State, duration_ms: int) -> int:
    """The last second of the clip that a play saw, for the curve: an end counts as the last one."""
    last = max(0, (duration_ms - 1) // 1000)
    return last if state.loops else min(last, state.reached_ms // 1000)
