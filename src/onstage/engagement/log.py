"""Appending to the log of plays: once each, in an order without gaps, with all that is counted, in one transaction."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Table, func, insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert as insert_new

from onstage.clips.queries import not_erased
from onstage.clock import DAY
from onstage.db.engine import Connection
from onstage.engagement.models import days, guest_views, playing, plays, reached, seen, totals
from onstage.engagement.tally import (
    APART,
    COUNTS,
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

LOCK = 0x0A57A6E

Pair = tuple[bytes, int]  # a viewer or an address, and a clip
_NEVER = Known()


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


@dataclass
class _Batch:
    """What the database knows of a batch, and what the batch adds."""

    stored: dict[bytes, int]
    position: int
    clips: set[int]
    states: dict[bytes, dict[bytes, State]]
    known: dict[Pair, Known]
    from_address: Counter[Pair]
    guest_views_at_most: int
    rows: list[dict[str, object]] = field(default_factory=list)
    touched: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    on_screen: dict[Pair, int] = field(default_factory=dict)
    from_guests: list[dict[str, object]] = field(default_factory=list)
    counted: dict[tuple[int, int, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    curve: Counter[tuple[int, int]] = field(default_factory=Counter)


def store(db: Connection, batch: Sequence[Play], guest_views_at_most: int) -> list[Answer]:
    """Append events to the log in order; an event id that is there already is a duplicate.

    `guest_views_at_most`: how many views by guests one address adds to a clip in 30 minutes.
    """
    lock(db)
    work = _load(db, batch, guest_views_at_most)
    answers = [_take(work, play) for play in batch]
    if work.rows:
        _write(db, work)
    return answers


def append(db: Connection, clip: int, viewer: bytes, kind: str, happened_at: int, fact: int = 0) -> None:
    """Append something that was done with a clip, in the transaction in which it is done, as its last statement.

    `fact`: what is counted with it. From here to the commit nobody else writes the log.
    """
    lock(db)
    position = db.execute(select(func.coalesce(func.max(plays.c.position), 0) + 1)).scalar_one()
    row = {"position": position, "event": secrets.token_bytes(16), "play": b"", "clip_id": clip, "viewer": viewer}
    about = {"kind": kind, "surface": "", "watched_ms": 0, "loops": 0, "facts": fact}
    db.execute(insert(plays).values(**row, **about, happened_at=happened_at, received_at=happened_at))
    if fact:
        counted = {name: 1 for name, each in COUNTS.items() if fact & each}
        add(db, totals, [({"clip_id": clip}, counted)])
        add(db, days, [({"clip_id": clip, "day": happened_at // DAY, "surface": "clip"}, counted)])


def lock(db: Connection) -> None:
    """Be the only one who changes the log until this transaction ends, however many processes there are."""
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _load(db: Connection, batch: Sequence[Play], guest_views_at_most: int) -> _Batch:
    ids = {play.event for play in batch}
    stored = db.execute(select(plays.c.event, plays.c.position).where(plays.c.event.in_(ids)))
    views = [play for play in batch if is_view(play)]
    return _Batch(
        stored={row.event: row.position for row in stored},
        position=db.execute(select(func.coalesce(func.max(plays.c.position), 0))).scalar_one(),
        clips=not_erased(db, {play.clip for play in batch}),
        states=_states(db, {play.token for play in batch}),
        known=_known(db, {(name, play.clip) for play in views for name in play.same}),
        from_address=_from_address(db, views),
        guest_views_at_most=guest_views_at_most,
    )


def _states(db: Connection, tokens: Collection[bytes]) -> dict[bytes, dict[bytes, State]]:
    found: dict[bytes, dict[bytes, State]] = {token: {} for token in tokens}
    c = playing.c
    columns = select(c.token, c.play, c.watched_ms, c.reached_ms, c.loops, c.facts)
    for token, play, watched, far, loops, facts in db.execute(columns.where(c.token.in_(tokens))):
        found[token][play] = State(watched, far, loops, facts)
    return found


def _known(db: Connection, pairs: Collection[Pair]) -> dict[Pair, Known]:
    if not pairs:
        return {}
    columns = select(seen.c.viewer, seen.c.clip_id, seen.c.viewed_at, seen.c.counted_at)
    rows = db.execute(columns.where(tuple_(seen.c.viewer, seen.c.clip_id).in_(pairs)))
    return {(viewer, clip): Known(viewed, counted) for viewer, clip, viewed, counted in rows}


def _from_address(db: Connection, views: Sequence[Play]) -> Counter[Pair]:
    pairs = {(play.address, play.clip) for play in views if play.address}
    if not pairs:
        return Counter()
    since = min(play.received_at for play in views) - APART
    rows = db.execute(
        select(guest_views.c.address, guest_views.c.clip_id, func.count())
        .where(tuple_(guest_views.c.address, guest_views.c.clip_id).in_(pairs), guest_views.c.at > since)
        .group_by(guest_views.c.address, guest_views.c.clip_id)
    )
    return Counter({(address, clip): count for address, clip, count in rows})


def _take(work: _Batch, play: Play) -> Answer:
    if play.event in work.stored:
        return Answer(Outcome.DUPLICATE, position=work.stored[play.event])
    if play.clip not in work.clips:
        return Answer(Outcome.REFUSED, "not-visible")
    under_token = work.states[play.token]
    state = under_token.get(play.play) or State()
    if too_fast(play, state, sum(each.watched_ms for each in under_token.values())):
        return Answer(Outcome.REFUSED, "faster-than-time")
    work.position += 1
    work.stored[play.event] = work.position
    _count(work, play, under_token.setdefault(play.play, state))
    return Answer(Outcome.STORED, position=work.position)


def _count(work: _Batch, play: Play, state: State) -> None:
    """Bring the state of a play on by one event, and everything that is counted with it."""
    place = (play.address, play.clip)
    room = not play.address or work.from_address[place] < work.guest_views_at_most
    known = _last(work, play) if is_view(play) else _NEVER
    facts = facts_of(play, state, known, room=room)
    second_before = second_of(state, play.duration_ms) if state.facts & Fact.PLAY else None
    added_ms = max(0, play.watched_ms - state.watched_ms)
    added_loops = max(0, play.loops - state.loops)
    state.watched_ms += added_ms
    state.loops += added_loops
    state.reached_ms = max(state.reached_ms, play.reached_ms)
    state.facts |= facts
    if facts & Fact.COUNTED and play.address:
        work.from_address[place] += 1
        guest = {"address": play.address, "clip_id": play.clip, "position": work.position, "at": play.received_at}
        work.from_guests.append(guest)
    _note(work, play, facts)
    work.touched[play.token, play.play] = play.issued_at + TOKEN_LIFE
    if state.facts & Fact.PLAY and (second := second_of(state, play.duration_ms)) != second_before:
        work.curve[play.clip, second] += 1
        if second_before is not None:
            work.curve[play.clip, second_before] -= 1
    if facts or added_ms or added_loops:
        counted = work.counted[play.clip, play.happened_at // DAY, play.surface]
        counted.update([name for name, fact in COUNTS.items() if facts & fact])
        counted.update({"watched_ms": added_ms, "loops": added_loops})
    work.rows.append(_row(play, work.position, facts, added_ms, added_loops))


def _last(work: _Batch, play: Play) -> Known:
    """The latest of what is known of a viewer under any of their names."""
    found = Known()
    for name in play.same:
        known = work.known.get((name, play.clip))
        if known is not None:
            found.viewed_at = max(filter(None, (found.viewed_at, known.viewed_at)), default=None)
            found.counted_at = max(filter(None, (found.counted_at, known.counted_at)), default=None)
    return found


def _note(work: _Batch, play: Play, facts: int) -> None:
    """Remember that the viewer had the clip on screen, and whether that was a view."""
    pair = (play.viewer, play.clip)
    if facts & Fact.VIEWED:
        known = work.known.setdefault(pair, Known())
        known.viewed_at = max(known.viewed_at or 0, play.happened_at)
        if facts & Fact.COUNTED:
            known.counted_at = play.happened_at
    if play.kind is not PlayKind.PROGRESS or facts & Fact.VIEWED:
        work.on_screen[pair] = play.received_at


def _row(play: Play, position: int, facts: int, added_ms: int, added_loops: int) -> dict[str, object]:
    return {
        "position": position,
        "event": play.event,
        "play": play.play,
        "clip_id": play.clip,
        "viewer": play.viewer,
        "kind": play.kind.value,
        "surface": play.surface,
        "place": play.place,
        "propensity": play.propensity,
        "watched_ms": play.watched_ms,
        "reached_ms": play.reached_ms,
        "loops": play.loops,
        "happened_at": play.happened_at,
        "received_at": play.received_at,
        "facts": facts,
        "added_ms": added_ms,
        "added_loops": added_loops,
    }


def _write(db: Connection, work: _Batch) -> None:
    db.execute(insert(plays), work.rows)
    _set(db, playing, [_state(work, *name, until) for name, until in sorted(work.touched.items())])
    _set(db, seen, [_on_screen(work, pair, at) for pair, at in sorted(work.on_screen.items())])
    if work.from_guests:
        db.execute(insert(guest_views), work.from_guests)
    by_clip: dict[int, Counter[str]] = defaultdict(Counter)
    for (clip, _, _), counted in work.counted.items():
        by_clip[clip].update(counted)
    add(db, totals, [({"clip_id": clip}, counted) for clip, counted in sorted(by_clip.items())])
    by_day = sorted(work.counted.items())
    add(
        db, days, [({"clip_id": clip, "day": day, "surface": where}, counted) for (clip, day, where), counted in by_day]
    )
    moved = sorted((place, by) for place, by in work.curve.items() if by)
    add(db, reached, [({"clip_id": clip, "second": second}, {"plays": by}) for (clip, second), by in moved])


def _state(work: _Batch, token: bytes, play: bytes, until: int) -> dict[str, object]:
    state = work.states[token][play]
    return {
        "token": token,
        "play": play,
        "watched_ms": state.watched_ms,
        "reached_ms": state.reached_ms,
        "loops": state.loops,
        "facts": state.facts,
        "until": until,
    }


def _on_screen(work: _Batch, pair: Pair, at: int) -> dict[str, object]:
    known = work.known.get(pair) or Known()
    viewer, clip = pair
    return {"viewer": viewer, "clip_id": clip, "at": at, "viewed_at": known.viewed_at, "counted_at": known.counted_at}


def _set(db: Connection, table: Table, rows: list[dict[str, object]]) -> None:
    """Insert rows or replace what those with their keys hold; what is not known this time stays."""
    if not rows:
        return
    fresh = insert_new(table)
    keys = [column.name for column in table.primary_key]
    kept = {
        column.name: func.coalesce(fresh.excluded[column.name], column)
        if column.nullable
        else fresh.excluded[column.name]
        for column in table.columns
        if column.name not in keys
    }
    db.execute(fresh.on_conflict_do_update(index_elements=keys, set_=kept), rows)


def add(db: Connection, table: Table, rows: Sequence[tuple[Mapping[str, object], Mapping[str, int]]]) -> None:
    """Add numbers to rows of a table of counts; a row comes with its first number."""
    if not rows:
        return
    fresh = insert_new(table)
    keys = [column.name for column in table.primary_key]
    names = [column.name for column in table.columns if column.name not in keys]
    more = {name: table.c[name] + fresh.excluded[name] for name in names}
    given = [{**key, **{name: counted.get(name, 0) for name in names}} for key, counted in rows]
    db.execute(fresh.on_conflict_do_update(index_elements=keys, set_=more), given)
