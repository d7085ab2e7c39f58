"""Folding a batch of reported events onto what is known of their plays and viewers: no database, only the rules of `tally`."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from onstage.clock import DAY
from onstage.engagement.models import TALLIED
from onstage.engagement.tally import (
    COUNTS,
    MOST_PLAYS,
    Fact,
    Known,
    Play,
    PlayKind,
    State,
    facts_of,
    is_view,
    second_of,
    too_fast,
)
from onstage.engagement.tokens import TOKEN_LIFE

Pair = tuple[bytes, int]  # a viewer or an address, and a clip or an account
Row = tuple[Any, ...]  # values of a table's columns, in their order
_NEVER = Known()
_KINDS = {kind: kind.value for kind in PlayKind}
_PLACES = tuple((TALLIED.index(name), int(fact)) for name, fact in COUNTS.items())
_WATCHED, _LOOPS = TALLIED.index("watched_ms"), TALLIED.index("loops")


class Outcome(StrEnum):
    """What became of one reported event."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an event; `position` is its place in the log when it is stored."""

    outcome: Outcome
    reason: str = ""
    position: int | None = None


_NOT_VISIBLE = Answer(Outcome.REFUSED, "not-visible")
_TOO_MANY = Answer(Outcome.REFUSED, "too-many")
_TOO_FAST = Answer(Outcome.REFUSED, "faster-than-time")


@dataclass(slots=True)
class Token:
    """What is known of a token: all that was watched under it, in how many plays, and those that this batch is about."""

    watched_ms: int = 0
    number: int = 0
    until: int = 0
    plays: dict[bytes, State] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """What the database knows of a batch, and what the batch adds. `accounts` are those of clips that are there."""

    stored: dict[bytes, int]
    position: int
    accounts: Mapping[int, int]
    tokens: dict[bytes, Token]
    known: dict[Pair, Known]
    audience: dict[Pair, int]
    from_address: Counter[Pair]
    guest_views_at_most: int
    rows: list[Row] = field(default_factory=list)
    touched: set[tuple[bytes, bytes]] = field(default_factory=set)
    on_screen: dict[Pair, int] = field(default_factory=dict)
    reached: set[Pair] = field(default_factory=set)
    audience_counted: dict[tuple[int, int, str], list[int]] = field(default_factory=dict)
    from_guests: list[Row] = field(default_factory=list)
    counted: dict[tuple[int, int, str], list[int]] = field(default_factory=dict)
    curve: Counter[tuple[int, int]] = field(default_factory=Counter)


def count(numbers: list[int], facts: int, added_ms: int = 0, added_loops: int = 0) -> None:
    """Add to the numbers of a tally, which stand in the order of `TALLIED`, what an event brings."""
    if facts:
        for place, fact in _PLACES:
            if facts & fact:
                numbers[place] += 1
    numbers[_WATCHED] += added_ms
    numbers[_LOOPS] += added_loops


def take(batch: Batch, play: Play) -> Answer:
    """Fold one event, or say why not."""
    position = batch.stored.get(play.event)
    if position is not None:
        return Answer(Outcome.DUPLICATE, position=position)
    if play.clip not in batch.accounts:
        return _NOT_VISIBLE
    token = batch.tokens[play.token]
    state = token.plays.get(play.play)
    if state is None:
        if token.number >= MOST_PLAYS:
            return _TOO_MANY
        state = State()
    if too_fast(play, state, token.watched_ms):
        return _TOO_FAST
    batch.position += 1
    batch.stored[play.event] = batch.position
    if play.play not in token.plays:
        token.plays[play.play] = state
        token.number += 1
    token.until = play.issued_at + TOKEN_LIFE
    batch.touched.add((play.token, play.play))
    token.watched_ms -= state.watched_ms
    _count(batch, play, state)
    token.watched_ms += state.watched_ms
    return Answer(Outcome.STORED, position=batch.position)


def _count(batch: Batch, play: Play, state: State) -> None:
    """Bring the state of a play on by one event, and everything that is counted with it."""
    facts = _facts(batch, play, state)
    was_playing = state.facts & Fact.PLAY
    second_before = second_of(state, play.duration_ms) if was_playing else None
    added_ms = max(0, play.watched_ms - state.watched_ms)
    added_loops = max(0, play.loops - state.loops)
    state.watched_ms += added_ms
    state.loops += added_loops
    state.reached_ms = max(state.reached_ms, play.reached_ms)
    state.facts |= facts
    if state.facts & Fact.PLAY and (second := second_of(state, play.duration_ms)) != second_before:
        batch.curve[play.clip, second] += 1
        if second_before is not None:
            batch.curve[play.clip, second_before] -= 1
    if facts or added_ms or added_loops:
        key = (play.clip, play.happened_at // DAY, play.surface)
        numbers = batch.counted.get(key)
        if numbers is None:
            numbers = batch.counted[key] = [0] * len(TALLIED)
        count(numbers, facts, added_ms, added_loops)
    batch.rows.append((
        batch.position, play.event, play.play, play.clip, play.viewer, _KINDS[play.kind], play.surface, play.place,
        play.propensity, play.watched_ms, play.reached_ms, play.loops, play.happened_at, play.received_at, facts,
        added_ms, added_loops,
    ))  # fmt: skip


def _facts(batch: Batch, play: Play, state: State) -> int:
    """What the event is the first to show, and what is noted of its viewer by that."""
    pair = (play.viewer, play.clip)
    if not is_view(play):
        if play.kind is not PlayKind.PROGRESS:
            batch.on_screen[pair] = play.received_at
        return facts_of(play, state, _NEVER, room=False)
    came = sum(batch.from_address[address, play.clip] for address in play.addresses)
    room = not play.addresses or came < batch.guest_views_at_most
    facts = facts_of(play, state, _last(batch, play), room=room)
    if facts & Fact.COUNTED:
        facts |= _for_the_account(batch, play)
        for address in play.addresses[:1]:
            batch.from_address[address, play.clip] += 1
            batch.from_guests.append((address, play.clip, batch.position, play.received_at))
    if facts & Fact.VIEWED:
        known = batch.known.setdefault(pair, Known())
        known.viewed_at = max(known.viewed_at or 0, play.happened_at)
        if facts & Fact.COUNTED:
            known.counted_at = play.happened_at
    if facts & Fact.VIEWED or play.kind is not PlayKind.PROGRESS:
        batch.on_screen[pair] = play.received_at
    return facts


def _last(batch: Batch, play: Play) -> Known:
    """The latest of what is known of a viewer under any of their names."""
    found = Known()
    for name in play.same:
        known = batch.known.get((name, play.clip))
        if known is not None:
            found.viewed_at = max(filter(None, (found.viewed_at, known.viewed_at)), default=None)
            found.counted_at = max(filter(None, (found.counted_at, known.counted_at)), default=None)
    return found


def _for_the_account(batch: Batch, play: Play) -> int:
    """Whether a view that counts is its viewer's first of any clip of the account, ever or on its day."""
    account = batch.accounts[play.clip]
    day = play.happened_at // DAY
    latest = max((batch.audience.get((name, account), -1) for name in play.same), default=-1)
    if latest >= day:
        return 0
    batch.audience[play.viewer, account] = day
    batch.reached.add((play.viewer, account))
    is_new = latest < 0
    numbers = batch.audience_counted.setdefault((account, day, play.surface), [0, 0])
    numbers[0] += is_new
    numbers[1] += 1
    return Fact.DAILY_AUDIENCE | Fact.AUDIENCE if is_new else Fact.DAILY_AUDIENCE
