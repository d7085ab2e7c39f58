"""The creator's page: a watch time in a unit in which it is some, and plots with scales."""

import re

import pytest
from sqlalchemy import insert

from onstage.engagement.models import days, reached, totals
from onstage.web import plots
from onstage.web.pages.figures import watched_words
from tests.cast import Cast, make_clip
from tests.client import Client


@pytest.mark.parametrize(
    ("watched_ms", "words"),
    [(0, "0 s"), (1_499, "1 s"), (99_400, "99 s"), (100_000, "2 min"), (5_999_000, "100 min"), (6_000_000, "1.7 h")],
)
def test_watch_time_in_words(watched_ms: int, words: str) -> None:
    assert watched_words(watched_ms) == words


def test_days_stand_where_they_are_in_time() -> None:
    far = plots.bars([(0, 8), (27, 2), (29, 4)], str)
    assert [(each.label, round(each.x * 30 / plots.WIDTH, 1), each.height) for each in far] == [
        ("0", 0.1, plots.HEIGHT),
        ("27", 27.1, plots.HEIGHT / 4),
        ("29", 29.1, plots.HEIGHT / 2),
    ]
    near = plots.bars([(100, 1), (102, 1)], str)
    assert [round(each.x * plots.FEW / plots.WIDTH, 1) for each in near] == [11.1, 13.1]
    assert plots.first_day([(100, 1), (102, 1)]) == 89
    assert plots.bars([], str) == []


@pytest.mark.parametrize(
    ("last", "places"),
    [(0, [0]), (7, [0, 2, 4, 6]), (5, [0, 1, 2, 3, 4, 5]), (59, [0, 20, 40]), (600, [0, 120, 240, 360, 480, 600])],
)
def test_a_scale_says_where_it_is_in_round_steps(last: int, places: list[int]) -> None:
    found = plots.ticks(last)
    assert [place for place, _ in found] == places
    assert all(part == pytest.approx(100 * place / max(1, last)) for place, part in found)


def test_a_plot_has_its_scales(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)  # eight seconds
    viewers = {"plays": 10, "views": 10, "viewers": 10, "daily_viewers": 10}
    with cast.app.database.write() as db:
        db.execute(insert(totals).values(clip_id=clip, **viewers))
        db.execute(insert(days).values(clip_id=clip, day=20_000, surface="clip", **viewers))
        db.execute(insert(reached).values(clip_id=clip, second=3, plays=10))
    page = client.get(f"/figures/{slug}", cast.ada).text
    scale = re.findall(r"<text[^>]*>([^<]*)</text>", page)
    assert scale == ["100%", "50%", "0%", "0 s", "2 s", "4 s", "6 s", "10", "0", "21 Sept 2024", "4 Oct 2024"]
