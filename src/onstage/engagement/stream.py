"""Reading the log of plays: what happened, in order, from any position on, the same every time.

See docs/build/log.md. A reader keeps its own position; what it finds beyond it is final.
"""

from dataclasses import dataclass

from sqlalchemy import RowMapping, func, select

from onstage.db.engine import Connection
from onstage.engagement.models import plays
from onstage.engagement.tally import Fact
from onstage.engagement.tokens import MILLION
from onstage.engagement.viewers import account_of

_SIGNALS = {
    "impression": Fact.IMPRESSION,
    "play": Fact.PLAY,
    "view": Fact.VIEWED,
    "finish": Fact.COMPLETED,
    "rewatch": Fact.REWATCH,
    "skip": Fact.SKIP,
}
_OF_PLAYER = {"impression", "start", "progress", "end"}


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the log. Milliseconds; instants in microseconds.

    `signals`: what it was the first of its play to show (impression, play, view, finish, rewatch, skip), or the one thing
    that was done (like, unlike, save, unsave, share, repost, unrepost,
    comment, follow). `viewer`: a name that stays the same as long as
    the log knows it; `account`: whose that is, None for a guest or for nobody. `play` ties the events of one play
    together. `place` in its list, from 1; 0: alone. `propensity`: how likely the clip was dealt; None: unknown.
    `added_ms`, `added_loops`: beyond what the play had before; `watched_ms`, `loops`, `reached_ms`: of the play so far.
    """

    position: int
    signals: tuple[str, ...]
    clip: int
    viewer: bytes
    account: int | None
    play: bytes
    surface: str
    place: int
    propensity: float | None
    added_ms: int
    added_loops: int
    watched_ms: int
    loops: int
    reached_ms: int
    happened_at: int
    received_at: int


def after(db: Connection, position: int, limit: int = 1000) -> list[Happened]:
    """The events beyond a position, in order; fewer than `limit`: that is all there is."""
    rows = db.execute(select(plays).where(plays.c.position > position).order_by(plays.c.position).limit(limit))
    return [_happened(row._mapping) for row in rows]


def end(db: Connection) -> int:
    """The position of the last event; 0: there is none."""
    return int(db.execute(select(func.coalesce(func.max(plays.c.position), 0))).scalar_one())


def beginning(db: Connection) -> int:
    """The position before the first event that the log still has."""
    return int(db.execute(select(func.coalesce(func.min(plays.c.position) - 1, 0))).scalar_one())


def _happened(row: RowMapping) -> Happened:
    is_players = row["kind"] in _OF_PLAYER
    signals = tuple(name for name, fact in _SIGNALS.items() if row["facts"] & fact) if is_players else (row["kind"],)
    copied = ("position", "viewer", "play", "surface", "place", "added_ms", "added_loops", "watched_ms", "loops")
    return Happened(
        signals=signals,
        clip=row["clip_id"],
        account=account_of(row["viewer"]),
        propensity=row["propensity"] / MILLION or None,
        **{name: row[name] for name in (*copied, "reached_ms", "happened_at", "received_at")},
    )
