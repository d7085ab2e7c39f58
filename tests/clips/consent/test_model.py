"""The pure machine against the naive reference: several people, any order, and I1 to I9 after every act."""

import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.clips.consent import moves
from tests.clips.consent.explore import explore
from tests.clips.consent.pair import Pair, load

RULES = load()


class Together(RuleBasedStateMachine):
    """Any family, any account, any draft; then anything that anybody might try."""

    @initialize(seed=st.integers(0, 10_000))
    def begin(self, seed: int) -> None:
        world, start = moves.a_world(random.Random(seed))
        self.pair = Pair(RULES, world, start)

    @rule(move=st.sampled_from(moves.MOVES))
    def anybody_acts(self, move: moves.Move) -> None:
        moves.make(self.pair, move)

    @rule(move=st.sampled_from(moves.LIKELY))
    def somebody_answers(self, move: moves.Move) -> None:
        moves.make(self.pair, move)

    def teardown(self) -> None:
        if hasattr(self, "pair"):
            self.pair.replay()


Together.TestCase.settings = settings(max_examples=settings().max_examples // 2, stateful_step_count=40, deadline=None)
TestTogether = Together.TestCase


@pytest.mark.parametrize("seed", range(60))
def test_walks_at_random(seed: int) -> None:
    pick = random.Random(seed)
    world, start = moves.a_world(pick)
    assert moves.walk(Pair(RULES, world, start), pick, 60) > 0


def test_everything_within_a_few_steps() -> None:
    """Every order of acts of a minor, two guardians and a friend, as deep as a second or two allows: no dead end, no breach."""
    found = explore(RULES, most=1500)
    assert found.states >= 1500
    assert found.transitions > found.states
