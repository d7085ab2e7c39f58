"""What those who run an account see of its clips' audience: exact totals, and breakdowns in which nobody can be found."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Integer, cast, func, select

from onstage.accounts.models import follows
from onstage.accounts.viewer import Viewer
from onstage.clips.models import clips
from onstage.clips.queries import VISIBLE, asked_by, seen
from onstage.clock import DAY
from onstage.db.engine import Connection
from onstage.engagement.models import days, reached, totals
from onstage.engagement.recount import NAMES
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

    Viewers are added up clip by clip; followers are those who follow now, by the day on which they began.
    """
    mine = clips.c.account_id == viewer.account
    parameters = asked_by(viewer)
    summed = [func.sum(totals.c[name]).label(name) for name in NAMES]
    played = func.sum(totals.c.plays * clips.c.duration_us).label("playable")
    of_clips = select(*summed, played).join_from(totals, clips, clips.c.id == totals.c.clip_id).where(mine, VISIBLE)
    row = db.execute(of_clips, parameters).mappings().one()
    total = _tally(row)
    by_clip = _grouped("day").add_columns(clips.c.id).join_from(days, clips, clips.c.id == days.c.clip_id)
    by_day = _over_clips(db.execute(by_clip.where(mine, VISIBLE).group_by("what", clips.c.id), parameters).mappings())
    by_clip = _grouped("surface").add_columns(clips.c.id).join_from(days, clips, clips.c.id == days.c.clip_id)
    by_surface = _over_clips(
        db.execute(by_clip.where(mine, VISIBLE).group_by("what", clips.c.id), parameters).mappings(), "viewers"
    )
    told_days, told_surfaces = told(by_day), told(by_surface)
    return Figures(
        total=total,
        average=_average(total.watched_ms, int(row["playable"] or 0)),
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
    """The parts with five viewers or more; and as totals are exact, never so many that the rest is fewer than five."""
    by_size = sorted(parts, key=viewers)
    hidden = 0
    left_out = 0
    while left_out < len(by_size) and (viewers(by_size[left_out]) < FEWEST or 0 < hidden < FEWEST):
        hidden += viewers(by_size[left_out])
        left_out += 1
    return by_size[left_out:]


def _grouped(what: str) -> Any:
    return select(days.c[what].label("what"), *(func.sum(days.c[name]).label(name) for name in NAMES))


def _over_clips(rows: Iterable[Any], viewers: str = "daily_viewers") -> list[Of]:
    """Added up over clips; somebody may have seen several, so the largest audience of one clip is what is certain."""
    sums: dict[Any, dict[str, int]] = {}
    certain: dict[Any, int] = {}
    for row in rows:
        into = sums.setdefault(row["what"], dict.fromkeys(NAMES, 0))
        for name in NAMES:
            into[name] += int(row[name])
        certain[row["what"]] = max(certain.get(row["what"], 0), int(row[viewers]))
    return [Of(what, certain[what], Tally(**each)) for what, each in sums.items()]


def _tally(row: Any) -> Tally:
    return Tally(**{name: int(row[name] or 0) for name in NAMES}) if row else Tally()


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
