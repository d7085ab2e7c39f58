"""How long it still takes is told from how fast it went, and not before it moved."""

from onstage.web.api.live import Pace


def test_an_estimate_comes_from_the_pace() -> None:
    pace = Pace("Making it playable", 10, 100.0)
    assert pace.left(12, 101.0) is None
    assert pace.left(20, 101.0) == 8
    assert pace.left(60, 110.0) == 8
    assert pace.left(20, 110.0) == 80
    assert pace.left(99, 110.0) == 0


def test_an_estimate_counts_down_while_all_goes_as_before() -> None:
    pace = Pace("Making it playable", 0, 0.0)
    assert [pace.left(second // 10, float(second)) for second in range(200, 220, 5)] == [800, 795, 790, 785]


def test_an_estimate_grows_when_it_goes_slower() -> None:
    pace = Pace("Making it playable", 0, 0.0)
    assert pace.left(20, 200.0) == 800
    assert pace.left(20, 300.0) == 1130
