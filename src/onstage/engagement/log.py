"""Appending to the log of plays: once each, in an order without gaps, with all that is counted, in one transaction."""

import secrets
from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import Table, bindparam, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_new

from onstage.clips.queries import not_erased
from onstage.clock import DAY
from onstage.db.engine import Connection
from onstage.db.hot import Hot, HotAmong, HotMany
from onstage.engagement.fold import Answer, Batch, Pair, Row, Token, count, take
from onstage.engagement.models import (
    TALLIED,
    audience_days,
    audiences,
    days,
    guest_views,
    playing,
    plays,
    reached,
    seen,
    totals,
)
from onstage.engagement.tally import APART, Known, Play, State, is_view

LOCK = 0x0A57A6E


def _setting(table: Table, *, once: Collection[str] = ()) -> HotMany:
    """Insert rows or replace what those with their keys hold; what is not known this time stays, and so does `once`."""
    fresh = insert_new(table)
    keys = [column.name for column in table.primary_key]
    kept = {
        column.name: func.coalesce(fresh.excluded[column.name], column)
        if column.nullable
        else fresh.excluded[column.name]
        for column in table.columns
        if column.name not in {*keys, *once}
    }
    return HotMany(fresh.on_conflict_do_update(index_elements=keys, set_=kept), table)


def adding(table: Table) -> HotMany:
    """Add numbers to rows of a table of counts, whose keys come first; a row comes with its first numbers."""
    fresh = insert_new(table)
    keys = [column.name for column in table.primary_key]
    more = {c.name: c + fresh.excluded[c.name] for c in table.columns if c.name not in keys}
    return HotMany(fresh.on_conflict_do_update(index_elements=keys, set_=more), table)


_APPEND = HotMany(insert(plays), plays)
_SET_PLAYING = _setting(playing, once={"until"})
_SET_SEEN = _setting(seen)
_SET_AUDIENCE = _setting(audiences)
_ADD_GUEST = HotMany(insert(guest_views), guest_views)
_ADD_TOTALS, _ADD_DAYS, _ADD_REACHED = adding(totals), adding(days), adding(reached)
_ADD_AUDIENCE = adding(audience_days)
_STORED = HotAmong(select(plays.c.event, plays.c.position), [plays.c.event])
_WATCHED = HotAmong(
    select(playing.c.token, func.sum(playing.c.watched_ms), func.count()).group_by(playing.c.token), [playing.c.token]
)
_STATES = HotAmong(
    select(*(playing.c[name] for name in ("token", "play", "watched_ms", "reached_ms", "loops", "facts"))),
    [playing.c.token, playing.c.play],
)
_KNOWN = HotAmong(
    select(seen.c.viewer, seen.c.clip_id, seen.c.viewed_at, seen.c.counted_at), [seen.c.viewer, seen.c.clip_id]
)
_AUDIENCE = HotAmong(select(audiences), [audiences.c.viewer, audiences.c.account_id])
_FROM_ADDRESS = HotAmong(
    select(guest_views.c.address, guest_views.c.clip_id, func.count())
    .where(guest_views.c.at > bindparam("since"))
    .group_by(guest_views.c.address, guest_views.c.clip_id),
    [guest_views.c.address, guest_views.c.clip_id],
)
_LAST = Hot(select(func.coalesce(func.max(plays.c.position), 0)), int)


def store(db: Connection, batch: Sequence[Play], guest_views_at_most: int) -> list[Answer]:
    """Append events to the log in order; an event id that is there already is a duplicate.

    `guest_views_at_most`: how many views by guests one address adds to a clip in 30 minutes.
    """
    lock(db)
    work = _load(db, batch, guest_views_at_most)
    answers = [take(work, play) for play in batch]
    if work.rows:
        _write(db, work)
    return answers


def append(db: Connection, clip: int, viewer: bytes, kind: str, happened_at: int, fact: int = 0) -> None:
    """Append something that was done with a clip, in the transaction in which it is done, as its last statement.

    `fact`: what is counted with it. From here to the commit nobody else writes the log.
    """
    lock(db)
    row = {"position": _last(db) + 1, "event": secrets.token_bytes(16), "play": b"", "clip_id": clip, "viewer": viewer}
    about = {"kind": kind, "surface": "", "watched_ms": 0, "loops": 0, "facts": fact}
    db.execute(insert(plays).values(**row, **about, happened_at=happened_at, received_at=happened_at))
    if fact:
        counted = [0] * len(TALLIED)
        count(counted, fact)
        _ADD_TOTALS.run(db, [(clip, *counted)])
        _ADD_DAYS.run(db, [(clip, happened_at // DAY, "clip", *counted)])


def lock(db: Connection) -> None:
    """Be the only one who changes the log until this transaction ends, however many processes there are."""
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _last(db: Connection) -> int:
    return _LAST.first(db) or 0


def _load(db: Connection, batch: Sequence[Play], guest_views_at_most: int) -> Batch:
    accounts = not_erased(db, {play.clip for play in batch})
    views = [play for play in batch if is_view(play) and play.clip in accounts]
    known = _KNOWN.all(db, {(name, play.clip) for play in views for name in play.same})
    audience = _AUDIENCE.all(db, {(name, accounts[play.clip]) for play in views for name in play.same})
    return Batch(
        stored=dict(_STORED.all(db, {(play.event,) for play in batch})),
        position=_last(db),
        accounts=accounts,
        tokens=_tokens(db, {(play.token, play.play) for play in batch}),
        known={(viewer, clip): Known(viewed, counted) for viewer, clip, viewed, counted in known},
        audience={(viewer, account): day for viewer, account, day in audience},
        from_address=_from_address(db, views),
        guest_views_at_most=guest_views_at_most,
    )


def _tokens(db: Connection, touched: Collection[tuple[bytes, bytes]]) -> dict[bytes, Token]:
    tokens = {token: Token() for token, _ in touched}
    for token, watched, number in _WATCHED.all(db, [(token,) for token in tokens]):
        tokens[token].watched_ms, tokens[token].number = int(watched), number
    for token, play, *state in _STATES.all(db, touched):
        tokens[token].plays[play] = State(*state)
    return tokens


def _from_address(db: Connection, views: Sequence[Play]) -> Counter[Pair]:
    pairs = {(address, play.clip) for play in views for address in play.addresses}
    since = min((play.received_at for play in views), default=0) - APART
    return Counter({(address, clip): number for address, clip, number in _FROM_ADDRESS.all(db, pairs, since)})


def _write(db: Connection, work: Batch) -> None:
    """Each table once, in the order of its keys, so that two who write the same rows never wait for each other."""
    _APPEND.run(db, work.rows)
    _SET_PLAYING.run(db, [_state(work, token, play) for token, play in sorted(work.touched)])
    _SET_SEEN.run(db, [_on_screen(work, pair, at) for pair, at in sorted(work.on_screen.items())])
    _SET_AUDIENCE.run(db, [(*pair, work.audience[pair]) for pair in sorted(work.reached)])
    _ADD_AUDIENCE.run(db, [(*key, *counted) for key, counted in sorted(work.audience_counted.items())])
    _ADD_GUEST.run(db, work.from_guests)
    by_clip: dict[int, list[int]] = {}
    for (clip, _, _), counted in work.counted.items():
        before = by_clip.get(clip)
        by_clip[clip] = counted if before is None else [a + b for a, b in zip(before, counted, strict=True)]
    _ADD_TOTALS.run(db, [(clip, *counted) for clip, counted in sorted(by_clip.items())])
    _ADD_DAYS.run(db, [(*key, *counted) for key, counted in sorted(work.counted.items())])
    _ADD_REACHED.run(db, [(*place, by) for place, by in sorted(work.curve.items()) if by])


def _state(work: Batch, token: bytes, play: bytes) -> Row:
    under = work.tokens[token]
    state = under.plays[play]
    return token, play, state.watched_ms, state.reached_ms, state.loops, state.facts, under.until


def _on_screen(work: Batch, pair: Pair, at: int) -> Row:
    known = work.known.get(pair)
    return (*pair, at, known.viewed_at, known.counted_at) if known else (*pair, at, None, None)
