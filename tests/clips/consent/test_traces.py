"""The ten traces of the consent rules, and the small stories about single guards, told to the real machine."""

import pytest

from tests.clips.consent.fates import FATES
from tests.clips.consent.pair import load
from tests.clips.consent.traces import SMALLER, TEN, Trace

RULES = load()


@pytest.mark.parametrize("trace", TEN, ids=lambda trace: trace.__name__)
def test_trace(trace: Trace) -> None:
    trace(RULES)


@pytest.mark.parametrize("story", [*SMALLER, *FATES], ids=lambda story: story.__name__)
def test_story(story: Trace) -> None:
    story(RULES)
