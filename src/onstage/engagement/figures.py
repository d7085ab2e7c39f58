"""What those who run an account see of its clips' audience: exact totals, and breakdowns in which nobody can be found."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy import Integer, Table, cast, func, or_, select

from onstage.accounts.models import follows
from onstage.accounts.viewer import Viewer
from onstage.clips.models import clips
from onstage.clips.queries import VISIBLE, asked_by, seen
from onstage.clock import DAY
from onstage.db.engine import Connection
from onstage.engagement.models import TALLIED, audience_days, days, reached, totals
from onstage.errors import NotAllowed

FEWEST = 5
"""A part of an audience is told only when so many viewers are in it."""
LAST_DAYS = 90
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of docs/use/figures.md; `watched_ms` in milliseconds."""

    impressions: int = 0
    plays: int = 0
    views: int = 0
    viewers: int = 0
    daily_viewers: int = 0
    watched_ms: int = 0
    completions: int = 0
    loops: int = 0
    rewatches: int = 0
    skips: int = 0
    followers: int = 0


@dataclass(frozen=True, slots=True)
class Of:
    """A part of the audience: a day (days since 1970, UTC) or a surface. `viewers`: at least so many were in it."""

    what: Any
    viewers: int
    tally: Tally


@dataclass(frozen=True)
class Figures:
    """The figures of a clip or of an account. `average`: watch time ÷ (plays x length), None while nothing was played.

    `curve`: the share of plays that still watched at each second; empty for an account and for an audience under five.
    `left_out`: whether a part was too small to be told.
    """

    total: Tally
    average: float | None
    days: list[Of]
    surfaces: list[Of]
    curve: list[float] = field(default_factory=list)
    left_out: bool = False
    clip: int = 0


def of_clip(db: Connection, viewer: Viewer, slug: str) -> Figures:
    """The figures of a clip, for its author and all members of its account; raises NotFound, NotAllowed."""
    clip = seen(db, viewer, slug)
    if not clip.is_member and clip.person != viewer.person:
        raise NotAllowed("Only those who run this account see the figures of its clips.")
    length = db.execute(
        select(clips.c.duration_us).where(clips.c.id == clip.id, VISIBLE), asked_by(viewer)
    ).scalar_one()
    total = _tally(db.execute(select(totals).where(totals.c.clip_id == clip.id)).mappings().first())
    found = db.execute(_grouped("day").where(days.c.clip_id == clip.id).group_by("what")).mappings()
    by_day = [Of(row["what"], int(row["daily_viewers"]), _tally(row)) for row in found]
    found = db.execute(_grouped("surface").where(days.c.clip_id == clip.id).group_by("what")).mappings()
    by_surface = [Of(row["what"], int(row["viewers"]), _tally(row)) for row in found]
    told_days, told_surfaces = told(by_day), told(by_surface)
    return Figures(
        total=total,
        average=_average(total.watched_ms, total.plays * length),
        days=sorted(told_days, key=lambda each: each.what)[-LAST_DAYS:],
        surfaces=sorted(told_surfaces, key=lambda each: -each.tally.views),
        curve=_curve(db, clip.id, total.plays, length) if total.viewers >= FEWEST else [],
        left_out=len(told_days) < len(by_day) or len(told_surfaces) < len(by_surface),
        clip=clip.id,
    )


def of_account(db: Connection, viewer: Viewer) -> Figures:
    """The figures of the acting account: of those of its clips that the viewer sees.

    A viewer is counted once over all clips of the account, also those that are erased by now; followers are those who
    follow now, by the day on which they began.
    """
    mine = (clips.c.account_id == viewer.account) & VISIBLE
    played = func.sum(totals.c.plays * clips.c.duration_us).label("playable")
    of_clips = select(*_sums(totals), played).join_from(totals, clips, clips.c.id == totals.c.clip_id).where(mine)
    row = db.execute(of_clips, asked_by(viewer)).mappings().one()
    by_day, by_surface = _by(db, viewer, "day", "daily_viewers"), _by(db, viewer, "surface", "viewers")
    told_days = _beside_clips(db, viewer, "day", "daily_viewers", told(by_day))
    told_surfaces = _beside_clips(db, viewer, "surface", "viewers", told(by_surface))
    return Figures(
        total=replace(_tally(row), viewers=_audience(db, viewer, "viewers").total()),
        average=_average(int(row["watched_ms"] or 0), int(row["playable"] or 0)),
        days=sorted(told_days, key=lambda each: each.what)[-LAST_DAYS:],
        surfaces=sorted(told_surfaces, key=lambda each: -each.tally.views),
        left_out=len(told_days) < len(by_day) or len(told_surfaces) < len(by_surface),
    )


def new_followers(db: Connection, viewer: Viewer) -> list[tuple[int, int]]:
    """How many of those who follow the acting account now began on which day, for days with five or more."""
    day = cast(follows.c.at.op("/")(DAY), Integer)
    rows = db.execute(
        select(day.label("day"), func.count().label("count"))
        .where(follows.c.target_id == viewer.account, follows.c.accepted == 1)
        .group_by("day")
        .order_by("day")
    ).all()
    return [(row[0], row[1]) for row in told(rows, lambda row: row[1])]


def told(parts: Sequence[Part], viewers: Callable[[Part], int] = lambda part: part.viewers) -> list[Part]:  # type: ignore[attr-defined]
    """The parts with five viewers or more; and as totals are exact, never so many that the rest is fewer than five.

    A part without a viewer is one as well: somebody skipped there, or saw a clip once more.
    """
    by_size = sorted(parts, key=viewers)
    hidden = 0
    left_out = 0
    while left_out < len(by_size) and (viewers(by_size[left_out]) < FEWEST or (left_out and hidden < FEWEST)):
        hidden += viewers(by_size[left_out])
        left_out += 1
    return by_size[left_out:]


def _sums(table: Table) -> list[Any]:
    return [func.sum(table.c[name]).label(name) for name in TALLIED]


def _grouped(what: str) -> Any:
    return select(days.c[what].label("what"), *_sums(days)).order_by("what")


def _by(db: Connection, viewer: Viewer, what: str, counted: str) -> list[Of]:
    """The parts of an account's audience, with its clips' numbers; viewers are counted once over all of them."""
    viewers = _audience(db, viewer, counted, what)
    found = (
        _grouped(what)
        .join_from(days, clips, clips.c.id == days.c.clip_id)
        .where(clips.c.account_id == viewer.account, VISIBLE)
        .group_by("what")
    )
    rows = db.execute(found, asked_by(viewer)).mappings()
    return [Of(row["what"], viewers[row["what"]], replace(_tally(row), viewers=viewers[row["what"]])) for row in rows]


def _beside_clips(db: Connection, viewer: Viewer, what: str, counted: str, parts: list[Of]) -> list[Of]:
    """Of these parts of an account's audience, those that less what the pages of its clips tell still hide five or more."""
    each = (
        select(days.c.clip_id, days.c[what].label("what"), func.sum(days.c[counted]).label("viewers"))
        .join_from(days, clips, clips.c.id == days.c.clip_id)
        .where(clips.c.account_id == viewer.account, VISIBLE)
        .group_by(days.c.clip_id, "what")
        .subquery()
    )
    smaller = func.sum(each.c.viewers).over(
        partition_by=each.c.clip_id, order_by=(each.c.viewers, each.c.what), rows=(None, -1)
    )
    of_clips = select(each.c.what, each.c.viewers, smaller.label("smaller")).subquery()
    left_out = or_(of_clips.c.viewers < FEWEST, of_clips.c.smaller < FEWEST)  # what `told` leaves out of a clip's page
    rest = select(of_clips.c.what, func.sum(of_clips.c.viewers)).where(left_out).group_by(of_clips.c.what)
    hidden = [(row[0], int(row[1])) for row in db.execute(rest.order_by(of_clips.c.what), asked_by(viewer))]
    unsafe = {row[0] for row in hidden} - {row[0] for row in told(hidden, lambda row: row[1])}
    return [part for part in parts if part.what not in unsafe]


def _audience(db: Connection, viewer: Viewer, counted: str, by: str = "account_id") -> Counter[Any]:
    parts = select(audience_days.c[by], func.sum(audience_days.c[counted]))
    mine = parts.where(audience_days.c.account_id == viewer.account).group_by(audience_days.c[by])
    return Counter({part: int(number) for part, number in db.execute(mine)})


def _tally(row: Any) -> Tally:
    return Tally(**{name: int(row[name] or 0) for name in TALLIED}) if row else Tally()


def _average(watched_ms: int, playable_us: int) -> float | None:
    return watched_ms * 1000 / playable_us if playable_us else None


def _curve(db: Connection, clip: int, plays: int, length: int) -> list[float]:
    rows = db.execute(select(reached.c.second, reached.c.plays).where(reached.c.clip_id == clip))
    ended = {row.second: row.plays for row in rows}
    seconds = max(1, -(-length // 1_000_000))
    still, curve = plays, []
    for second in range(seconds):
        curve.append(still / plays)
        still -= ended.get(second, 0)
    return curve
