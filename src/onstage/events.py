"""How a lower layer speaks upward: frozen facts, stored with the change that made them true."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """Something that has happened; stored in the same transaction, delivered at least once by the job queue."""


@dataclass(frozen=True)
class Fact(Event):
    """Something about people, or said by them, that decides what may be seen.

    Its subscribers act in the same transaction, after everything else in it; the job queue has nothing to do with it.
    """


@dataclass(frozen=True)
class ClipReady(Event):
    """A clip's media can be played; its author may go on."""

    clip: int


@dataclass(frozen=True)
class ClipShown(Event):
    """A clip became visible to others, or its words or audience changed while it was."""

    clip: int


@dataclass(frozen=True)
class ClipWithheld(Event):
    """A clip is no longer visible to those who could see it."""

    clip: int


@dataclass(frozen=True)
class ReachChanged(Fact):
    """A clip is withheld, gone, or shown again, or goes further or less far: what contains it follows."""

    clip: int


@dataclass(frozen=True)
class ClipErased(Event):
    """A clip's deletion became final; its rows and objects go now."""

    clip: int


@dataclass(frozen=True)
class YesAsked(Event):
    """A version of a clip waits, since `at`, for people who must agree to it."""

    clip: int
    at: int


@dataclass(frozen=True)
class YesReminded(Event):
    """What was asked about a clip at `at` still waits for somebody, and they are to hear of it once more."""

    clip: int
    at: int


@dataclass(frozen=True)
class PortraitAsked(Event):
    """A name, picture or bio that an account wants to show waits, since `at`, for people who must agree to it."""

    account: int
    at: int


@dataclass(frozen=True)
class PortraitReminded(Event):
    """What was asked about it at `at` still waits for somebody, and they are to hear of it once more."""

    account: int
    at: int


@dataclass(frozen=True)
class GuardianReminded(Event):
    """A guardian has not been here for so long that they may soon count as absent; `at`: the reminder's instant."""

    guardian: int
    minor: int
    at: int


@dataclass(frozen=True)
class YesUsed(Event):
    """What a guardian had said beforehand has become their yes to a version of a clip, at `at`."""

    clip: int
    guardian: int
    at: int


@dataclass(frozen=True)
class FilmCameAgain(Event):
    """A clip is of a film that somebody has said no to, and their no covers it; nobody else is told that it is theirs.

    `person`: or the label by whose link it was said.
    """

    clip: int
    person: int


@dataclass(frozen=True)
class Claimed(Event):
    """Somebody says that they, or a child of theirs, are in a clip of `account` (None: in its profile); nobody is told who."""

    claim: int
    account: int
    clip: int | None
    author: int | None


@dataclass(frozen=True)
class Liked(Event):
    """Account `by` likes a clip of `account`."""

    clip: int
    account: int
    by: int


@dataclass(frozen=True)
class Reposted(Event):
    """Account `by` passed a clip of `account` on to its followers."""

    clip: int
    account: int
    by: int


@dataclass(frozen=True)
class Commented(Event):
    """Account `by` said something under a clip of `account`; `answered`: whose comment it answers, in which thread.

    `anew`: it is news also to who has heard of `by` there.
    """

    clip: int
    account: int
    by: int
    words: str
    answered: int | None = None
    thread: int | None = None
    anew: bool = True


@dataclass(frozen=True)
class Followed(Event):
    """Account `by` follows `account`, or asks to."""

    account: int
    by: int
    asked: bool


@dataclass(frozen=True)
class NoSaid(Fact):
    """A person says no to a clip, and so to every later upload of its film."""

    clip: int
    person: int


@dataclass(frozen=True)
class MemberJoined(Fact):
    """A person is a member of an account now, or has another role in it."""

    account: int
    person: int
    role: str


@dataclass(frozen=True)
class MemberLeft(Fact):
    """A person is no member of an account any more, or no longer its owner."""

    account: int
    person: int


@dataclass(frozen=True)
class GuardianshipBegan(Fact):
    """Somebody is a guardian of a minor from now on, or has become a full one."""

    guardian: int
    minor: int
    full: bool


@dataclass(frozen=True)
class GuardianshipEnded(Fact):
    """Somebody is no guardian of a person any more; what they said until now was rightly said."""

    guardian: int
    minor: int


@dataclass(frozen=True)
class GuardianshipAnnulled(Fact):
    """Somebody never was a guardian of this minor: their yeses never were either."""

    guardian: int
    minor: int


@dataclass(frozen=True)
class GuardianAbsent(Fact):
    """A guardian counts as absent from now on, or no longer does."""

    guardian: int
    minor: int
    absent: bool


@dataclass(frozen=True)
class GuardiansAgreed(Fact):
    """How many of a minor's guardians it takes, or whether an absent one counts, is another now."""

    minor: int


@dataclass(frozen=True)
class SaidBeforehandEnded(Fact):
    """A guardian has taken back what they had said yes to beforehand."""

    minor: int


@dataclass(frozen=True)
class RuleChanged(Fact):
    """It takes more, or fewer, of an account's owners to publish."""

    account: int


@dataclass(frozen=True)
class FollowersChosen(Fact):
    """An account accepts its followers in another way now."""

    account: int


@dataclass(frozen=True)
class ChoiceMade(Fact):
    """A row of the age table about clips has another value for a person."""

    person: int


@dataclass(frozen=True)
class BoundSet(Fact):
    """The server's owner bounds a row of the age table for everybody here."""

    row: str


@dataclass(frozen=True)
class BandTurned(Fact):
    """A person is in another age band: by a birthday, or because their birth date was corrected."""

    person: int
    band: str
    corrected: bool


@dataclass(frozen=True)
class CameOfAge(Event):
    """A person is 18: what was made with them is theirs to keep, hide or delete (consent.md R12)."""

    person: int


@dataclass(frozen=True)
class HistoryForgotten(Event):
    """An account's history was deleted: what was learned from it is to be forgotten too."""

    account: int


@dataclass(frozen=True)
class ScanErased(Event):
    """The scan of a signed form was decided about or has lapsed: no byte of it is to be left."""


@dataclass(frozen=True)
class AccountChanged(Event):
    """An account's handle, name or bio is new."""

    account: int
