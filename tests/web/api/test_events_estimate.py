"""How long it still takes is told from how fast it went, and not before it moved."""

from onstage.web.api.live import Pace


def test_an_estimate_comes_from_the_pace() -> None:
    pace = Pace("Making it playable", 10, 100.0)
    assert pace.left(12, 101.0) is None
    assert pace.left(20, 101.0) == 8
    assert pace.left(60, 110.0) == 8
    assert pace.left(20, 110.0) == 80
    assert pace.left(99, 110.0) == 0
