"""What a claim does and until when who must act (consent.md R7), as pure decisions."""

from dataclasses import dataclass
from enum import StrEnum

from onstage.clock import DAY, HOUR

ANSWER = 72 * HOUR
DECIDE, DECIDE_INTIMATE = 7 * DAY, 48 * HOUR
PARTY_MAY = 7 * DAY
REJECTED_MOST, REJECTED_WITHIN = 3, 90 * DAY
OPEN_MOST = 10


class What(StrEnum):
    """What somebody says of a clip or a profile."""

    ME = "me"
    CHILD = "child"
    INTIMATE = "intimate"


class State(StrEnum):
    """How far a claim is. Accepted, presumed (by silence) and upheld hold; rejected and withdrawn don't."""

    OPEN = "open"
    ACCEPTED = "accepted"
    PRESUMED = "presumed"
    CONTESTED = "contested"
    UPHELD = "upheld"
    REJECTED = "rejected"
    PUBLIC = "public"  # it is true, and the clip may stay: a public act or event
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """What a moderator may decide."""

    UPHOLD = "uphold"
    REJECT = "reject"
    PUBLIC = "public"


STANDS = {State.OPEN, State.ACCEPTED, State.PRESUMED, State.CONTESTED, State.UPHELD}
WHOLE = {State.ACCEPTED, State.PRESUMED, State.UPHELD}
AFTER = {Decision.UPHOLD: State.UPHELD, Decision.REJECT: State.REJECTED, Decision.PUBLIC: State.PUBLIC}


@dataclass(frozen=True)
class Weight:
    """What decides how hard a claim holds."""

    what: What
    minor: bool
    waits_for_look: bool

    @property
    def holds_at_once(self) -> bool:
        """For a minor, or of intimate content: withheld from the moment it is made, unless its maker is known for others."""
        return (self.minor or self.what is What.INTIMATE) and not self.waits_for_look

    @property
    def may_stay_as_public(self) -> bool:
        """Never for one who is or was a minor then, nor intimate content."""
        return not self.minor and self.what is not What.INTIMATE


def is_for_a_minor(what: What, claimant_is_adult: bool) -> bool:
    """Age not stated means minor."""
    return what is What.CHILD or not claimant_is_adult


def holds(weight: Weight, state: State) -> bool:
    """Whether the clip is withheld under this claim."""
    return state in WHOLE or (state in STANDS and weight.holds_at_once)


def stops_spread(weight: Weight, state: State) -> bool:
    """Whether the clip goes no further than where it is; what is withheld goes nowhere anyway."""
    return state in STANDS and not weight.waits_for_look


def time_to_decide(what: What) -> int:
    """Microseconds from the contest to the decision."""
    return DECIDE_INTIMATE if what is What.INTIMATE else DECIDE
