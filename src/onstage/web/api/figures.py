"""The figures of clips and accounts, as JSON and as CSV (RFC 4180)."""

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta

from litestar import Response, get
from litestar.params import FromPath
from msgspec import Struct

from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.engagement import figures
from onstage.engagement.figures import Figures, Of, Tally
from onstage.web.api.schemas import problems
from onstage.web.http import reads, signed_in

_EPOCH = date(1970, 1, 1)
_HEAD = (
    *("part", "of", "impressions", "plays", "views", "viewers", "watched_seconds"),
    *("completions", "loops", "rewatches", "skips", "followers", "still_watching", "average_watched"),
)


class TallyOut(Struct):
    """What was counted; docs/use/figures.md says what each means."""

    impressions: int
    plays: int
    views: int
    viewers: int
    watched_seconds: float
    completions: int
    loops: int
    rewatches: int
    skips: int
    followers: int

    @classmethod
    def of(cls, tally: Tally, viewers: int | None = None) -> "TallyOut":
        """From a tally; of a day, `viewers` are those of that day."""
        return cls(
            tally.impressions, tally.plays, tally.views, tally.viewers if viewers is None else viewers,
            tally.watched_ms / 1000, tally.completions, tally.loops, tally.rewatches, tally.skips, tally.followers,
        )  # fmt: skip


class DayOut(Struct):
    """One day (UTC)."""

    day: str
    counted: TallyOut


class SurfaceOut(Struct):
    """Where clips were shown."""

    surface: str
    counted: TallyOut


class FollowersOut(Struct):
    """Followers of today who began on one day."""

    day: str
    followers: int


class FiguresOut(Struct):
    """Figures of a clip or an account.

    `average_watched`: watch time ÷ (plays x length). `curve`: the share of plays that still watched at each second.
    `left_out`: parts of the audience with fewer than five viewers are not told.
    """

    total: TallyOut
    average_watched: float | None
    days: list[DayOut]
    surfaces: list[SurfaceOut]
    curve: list[float]
    left_out: bool
    new_followers: list[FollowersOut]

    @classmethod
    def of(cls, found: Figures, followers: list[tuple[int, int]] | None = None) -> "FiguresOut":
        """From the figures."""
        return cls(
            total=TallyOut.of(found.total),
            average_watched=found.average,
            days=[DayOut(iso_day(each.what), _of_day(each)) for each in found.days],
            surfaces=[SurfaceOut(each.what, TallyOut.of(each.tally)) for each in found.surfaces],
            curve=found.curve,
            left_out=found.left_out,
            new_followers=[FollowersOut(iso_day(day), count) for day, count in followers or []],
        )


def _of_day(part: Of) -> TallyOut:
    return TallyOut.of(part.tally, part.viewers)


def iso_day(day: int) -> str:
    """2026-01-31 for days since 1970."""
    return (_EPOCH + timedelta(days=day)).isoformat()


def as_csv(found: Figures, followers: Sequence[tuple[int, int]] = ()) -> str:
    """The same as a table: the total, each day, each surface, each second of the curve, each day of new followers."""
    lines = io.StringIO()
    table = csv.writer(lines)
    table.writerow(_HEAD)
    for part, of, tally in _rows(found):
        average = "" if part != "total" or found.average is None else round(found.average, 6)
        table.writerow([part, of, *(getattr(tally, name) for name in _HEAD[2:-2]), "", average])
    for second, share in enumerate(found.curve):
        table.writerow(["second", second, *[""] * (len(_HEAD) - 4), round(share, 6), ""])
    for day, count in followers:
        table.writerow(["new_followers", iso_day(day), *[""] * (len(_HEAD) - 5), count, "", ""])
    return lines.getvalue()


def _rows(found: Figures) -> list[tuple[str, str, TallyOut]]:
    days = [("day", iso_day(each.what), _of_day(each)) for each in found.days]
    surfaces = [("surface", str(each.what), TallyOut.of(each.tally)) for each in found.surfaces]
    return [("total", "", TallyOut.of(found.total)), *days, *surfaces]


def _file(found: Figures, name: str, followers: Sequence[tuple[int, int]] = ()) -> Response[str]:
    head = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(as_csv(found, followers), media_type="text/csv", headers=head)


@get(
    "/api/v1/clips/{slug:str}/figures", tags=["figures"], responses=problems(401, 403, 404), operation_id="clip_figures"
)
@reads(signed_in)
def clip(db: Connection, viewer: Viewer, slug: FromPath[str]) -> FiguresOut:
    """The figures of a clip, for those who run its account."""
    return FiguresOut.of(figures.of_clip(db, viewer, slug))


@get("/api/v1/clips/{slug:str}/figures.csv", include_in_schema=False)
@reads(signed_in)
def clip_csv(db: Connection, viewer: Viewer, slug: FromPath[str]) -> Response[str]:
    """The figures of a clip as a table."""
    return _file(figures.of_clip(db, viewer, slug), f"figures-{slug}")


@get("/api/v1/me/figures", tags=["figures"], responses=problems(401), operation_id="my_figures")
@reads(signed_in)
def account(db: Connection, viewer: Viewer) -> FiguresOut:
    """The figures of the account you act as."""
    return FiguresOut.of(figures.of_account(db, viewer), figures.new_followers(db, viewer))


@get("/api/v1/me/figures.csv", include_in_schema=False)
@reads(signed_in)
def account_csv(db: Connection, viewer: Viewer) -> Response[str]:
    """The figures of the account you act as, as a table."""
    found, followers = figures.of_account(db, viewer), figures.new_followers(db, viewer)
    return _file(found, f"figures-{viewer.handle}", followers)


routes = [clip, clip_csv, account, account_csv]
