"""One clip as the consent rules see it: its versions, yeses, holds and limits, and what of it is shown. Pure."""

from dataclasses import dataclass, field

from onstage.clips.models import HoldKind, Stage
from onstage.clips.rules.need import Facts, Need, Reach, Version, Yes, today

SERVER = 0


@dataclass(frozen=True)
class Hold:
    """A reason why the clip is not shown; it ends by its giver or its cause only (R3)."""

    kind: HoldKind
    giver: int = SERVER
    since: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Cap:
    """A limit somebody has set, for the versions up to number `over` whatever they say, for later ones until they say yes."""

    giver: int
    reach: Reach
    over: int


@dataclass(frozen=True)
class Clip:
    """One clip. `named` are the appearances that stick (R5); `last` is the highest number a version was given."""

    author: int
    stage: Stage
    working: Version | None = None
    shown: Version | None = None
    asked_at: int | None = None
    due: int | None = None
    yeses: frozenset[Yes] = frozenset()
    holds: frozenset[Hold] = frozenset()
    caps: frozenset[Cap] = frozenset()
    basis: Need = frozenset()
    by_hand: bool = False  # followers came in by hand when it was published
    named: frozenset[int] = frozenset()
    last: int = 0
    gone: bool = False

    @property
    def people(self) -> frozenset[int]:
        """Who made it or appears in any version that counts."""
        versions = [version.people for version in (self.shown, self.working) if version is not None]
        return self.named.union(*versions, {self.author})

    def is_held(self, kind: HoldKind) -> bool:
        """Whether anybody holds it for this reason."""
        return any(hold.kind is kind for hold in self.holds)

    @property
    def visible(self) -> bool:
        """Whether it is shown: published, and nothing holds it."""
        return self.shown is not None and not self.holds and not self.gone


def reach_of(clip: Clip, facts: Facts) -> Reach | None:
    """As approved, as limited and as allowed today, whichever is narrowest, held or not; None: nothing was ever shown."""
    if clip.shown is None:
        return None
    return clip.shown.reach.meet(*(cap.reach for cap in clip.caps), today(clip.shown.people, facts))


def shown_reach(clip: Clip, facts: Facts) -> Reach | None:
    """How far it goes now; None: it is not visible."""
    return reach_of(clip, facts) if clip.visible else None
