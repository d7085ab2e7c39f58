"""Who must agree to a version of a clip and who may object to it: R2 and R4 of the consent rules, without database or web."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from onstage.accounts.age import Band, GuardiansYes
from onstage.accounts.guardianship import Agreement, Guardian
from onstage.accounts.membership import PublishingRule
from onstage.clips.models import Audience
from onstage.clock import DAY

YES_LASTS = 30 * DAY
WIDTHS = (
    Audience.PRIVATE,
    Audience.MEMBERS,
    Audience.FRIENDS,
    Audience.FOLLOWERS,
    Audience.UNLISTED,
    Audience.PUBLIC,
)
_GUARDED = frozenset({Band.UNKNOWN, Band.UNDER_13, Band.FROM_13})  # whose guardians object; age not stated means minor


@dataclass(frozen=True)
class Reach:
    """How far a clip goes: to whom it is shown, whether strangers meet it, whether it leaves the server, and into takes."""

    audience: Audience
    recommended: bool = False
    leaves: bool = False
    takes: bool = False

    def within(self, other: "Reach") -> bool:
        """Whether it goes nowhere where the other does not go."""
        return (
            WIDTHS.index(self.audience) <= WIDTHS.index(other.audience)
            and self.recommended <= other.recommended
            and self.leaves <= other.leaves
            and self.takes <= other.takes
        )

    def meet(self, *others: "Reach") -> "Reach":
        """Only as far as all of them go."""
        every = (self, *others)
        return Reach(
            min((each.audience for each in every), key=WIDTHS.index),
            recommended=all(each.recommended for each in every),
            leaves=all(each.leaves for each in every),
            takes=all(each.takes for each in every),
        )


EVERYWHERE = Reach(Audience.PUBLIC, recommended=True, leaves=True, takes=True)


def nearest(by_hand: bool) -> Reach:
    """The widest reach that is near: what can be undone (R4). `by_hand`: each follower was accepted by hand."""
    return Reach(Audience.FOLLOWERS if by_hand else Audience.FRIENDS)


@dataclass(frozen=True)
class Beforehand:
    """A guardian's yes to what is still to come of this minor in this account: near, or what its members alone see (R9)."""

    guardian: int
    members_only: bool = False


@dataclass(frozen=True)
class Person:
    """What the rules must know of somebody who made a clip or appears in it. `widest`: what age and settings allow them."""

    band: Band
    guardians_yes: GuardiansYes = GuardiansYes.NO
    guardians: tuple[Guardian, ...] = ()
    agreement: Agreement = Agreement.ALL
    absence_counts: bool = True
    widest: Reach = EVERYWHERE
    beforehand: frozenset[Beforehand] = frozenset()


@dataclass(frozen=True)
class Child:
    """A minor in the clip who is not here, known by the number of their label. `answers`: a guardian does, by a link (R5)."""

    label: int
    answers: bool


@dataclass(frozen=True)
class Side:
    """Another account that made the clip as well: its owners, and how many of them it takes (R14)."""

    account: int
    owners: frozenset[int]
    rule: PublishingRule = PublishingRule.ONE


@dataclass(frozen=True)
class Source:
    """Another clip that this one contains: how far it goes now; None: it is withheld or gone, or no takes of it are allowed."""

    clip: int
    reach: Reach | None


@dataclass(frozen=True)
class Facts:
    """The world around one clip at one instant, as it is in the transaction that acts on it."""

    people: Mapping[int, Person]
    owners: frozenset[int]
    at: int
    editors: frozenset[int] = frozenset()
    rule: PublishingRule = PublishingRule.ONE
    joint: bool = False
    frozen: bool = False
    by_hand: bool = False
    limit: Reach = EVERYWHERE  # what nobody's person sets
    children: tuple[Child, ...] = ()
    coauthors: tuple[Side, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Version:
    """One version of a clip; `number` is given when it is asked about, 0 before. What it shows lies in its digest."""

    author: int
    reach: Reach
    appears: frozenset[int] = frozenset()
    marked: bool = False
    number: int = 0
    digest: bytes = b""

    @property
    def people(self) -> frozenset[int]:
        """Everyone who made it or appears in it."""
        return self.appears | {self.author}


@dataclass(frozen=True)
class Part:
    """One thing that is needed: a yes of at least `least` of these people. `leaves`: the second yes, to leaving the server.

    `ward`: the minor as whose guardians they are asked.
    """

    of: frozenset[int]
    least: int = 1
    leaves: bool = False
    ward: int | None = None


@dataclass(frozen=True)
class Yes:
    """A yes of one person to one version. `used`: it has published or brought back, so it no longer lapses.

    `wards`: said beforehand, for these minors and nothing else; None: said to this version itself.
    """

    person: int
    version: int
    at: int
    leaves: bool = False
    used: bool = False
    wards: frozenset[int] | None = None

    def lives(self, at: int) -> bool:
        """A yes that was not used lapses after 30 days."""
        return self.used or at < self.at + YES_LASTS

    def counts_for(self, part: "Part") -> bool:
        """Whether it was said to this part of what is needed, too."""
        return (self.leaves or not part.leaves) and (self.wards is None or part.ward in self.wards)


Need = frozenset[Part]


def is_near(version: Version, facts: Facts) -> bool:
    """Whether what the version does can be undone."""
    return version.reach.within(nearest(facts.by_hand))


def need(version: Version, facts: Facts) -> Need:
    """Every part that must be met before this version is shown."""
    parts = {_account(facts.owners, facts.rule), *(_account(side.owners, side.rule) for side in facts.coauthors)}
    for person in version.people:
        parts |= _own(person, version, facts) | _guardians(person, version, facts)
    if version.reach.audience is not Audience.PRIVATE:
        parts |= {Part(frozenset({each.label} if each.answers else ())) for each in facts.children}
    return frozenset(parts)


def _account(owners: frozenset[int], rule: PublishingRule) -> Part:
    least = {
        PublishingRule.ONE: 1,
        PublishingRule.MOST: len(owners) // 2 + 1,
        PublishingRule.ALL: max(1, len(owners)),
    }
    return Part(owners, least[rule])


def _own(person: int, version: Version, facts: Facts) -> set[Part]:
    band = facts.people[person].band
    if band is Band.UNDER_13:
        return set()
    alone = frozenset({person})
    second = version.reach.leaves and band is not Band.ADULT
    return {Part(alone), Part(alone, leaves=True)} if second else {Part(alone)}


def _guardians(ward: int, version: Version, facts: Facts) -> set[Part]:
    minor, near = facts.people[ward], is_near(version, facts)
    if not _asks_guardians(minor, near):
        return set()
    full = [each for each in minor.guardians if each.full]
    if not full:
        return {Part(frozenset(), ward=ward)}  # nobody can say yes, so it stays unmet
    if near and minor.agreement is Agreement.ANY:
        return {Part(_names(full), ward=ward)}
    present = [each for each in full if not each.absent]
    asked = present if near and minor.absence_counts and present else full
    each_alone = {Part(frozenset({one}), ward=ward) for one in _names(asked)}
    if version.reach.leaves:
        each_alone |= {replace(part, leaves=True) for part in each_alone}
    return each_alone


def _asks_guardians(minor: Person, near: bool) -> bool:
    return minor.guardians_yes is GuardiansYes.ALWAYS or (minor.guardians_yes is GuardiansYes.OPEN_ONLY and not near)


def _names(guardians: Iterable[Guardian]) -> frozenset[int]:
    return frozenset(each.guardian for each in guardians)


def is_met(part: Part, yeses: Iterable[Yes], version: int, at: int) -> bool:
    """Whether enough of its people have a live yes to that version."""
    given = {yes.person for yes in yeses if yes.version == version and yes.lives(at) and yes.counts_for(part)}
    return len(part.of & given) >= part.least


def ok(version: Version, yeses: Iterable[Yes], facts: Facts) -> bool:
    """Whether every part now needed is met by a live yes of one who holds the right now."""
    given = standing(version, yeses, facts)
    return all(is_met(part, given, version.number, facts.at) for part in need(version, facts))


def beforehand(version: Version, facts: Facts) -> dict[int, frozenset[int]]:
    """Which guardians have said yes beforehand to a version like this one, and for which of the minors in it (R9)."""
    found: dict[int, frozenset[int]] = {}
    if not is_near(version, facts):
        return found
    for ward in version.people:
        minor = facts.people[ward]
        full = _names(each for each in minor.guardians if each.full)
        for each in minor.beforehand if _asks_guardians(minor, near=True) else ():
            if each.guardian in full and (not each.members_only or version.reach.within(Reach(Audience.MEMBERS))):
                found[each.guardian] = found.get(each.guardian, frozenset()) | {ward}
    return found


def said_by_asking(version: Version, facts: Facts, author: int) -> frozenset[Yes]:
    """The yeses that a version has as soon as its author asks: their own, and what guardians have said beforehand."""
    said = {
        Yes(guardian, version.number, facts.at, wards=wards)
        for guardian, wards in beforehand(version, facts).items()
        if guardian != author
    }
    return frozenset({Yes(author, version.number, facts.at, leaves=version.reach.leaves), *said})


def standing(version: Version, yeses: Iterable[Yes], facts: Facts) -> tuple[Yes, ...]:
    """The yeses as far as they count for this version now.

    What was said beforehand counts for what is near; until it has published, also only while it stands.
    """
    now_said, near = beforehand(version, facts), is_near(version, facts)
    found = []
    for yes in yeses:
        if yes.wards is None or (yes.used and near):
            found.append(yes)
        elif wards := yes.wards & now_said.get(yes.person, frozenset()):
            found.append(replace(yes, wards=wards))
    return tuple(found)


def voices(version: Version, facts: Facts) -> frozenset[int]:
    """Whose yes counts for this version: owners, its people from 13, and the full guardians whom their age asks for."""
    near = is_near(version, facts)
    found = set(facts.owners).union(*(side.owners for side in facts.coauthors))
    for person in version.people:
        who = facts.people[person]
        if who.band is not Band.UNDER_13:
            found.add(person)
        if _asks_guardians(who, near):
            found |= _names(each for each in who.guardians if each.full)
    return frozenset(found) | by_link(facts)


def by_link(facts: Facts) -> frozenset[int]:
    """Who answers by a link: the guardians of minors who are not here, each by the number of the label."""
    return frozenset(each.label for each in facts.children if each.answers)


def objectors(people: Iterable[int], facts: Facts) -> frozenset[int]:
    """H: whose no withholds the clip: its people at every age, carers and full guardians of those under 16, owners under `all`.

    Also the guardians of minors who are not here.
    """
    found = set(people)
    for person in tuple(found):
        found |= _stand_for(person, facts)
    if facts.rule is PublishingRule.ALL:
        found |= facts.owners
    for side in facts.coauthors:
        if side.rule is PublishingRule.ALL:
            found |= side.owners
    return frozenset(found) | by_link(facts)


def _stand_for(person: int, facts: Facts) -> frozenset[int]:
    who = facts.people[person]
    return _names(who.guardians) if who.band in _GUARDED else frozenset()


def speaks_for(giver: int, people: Iterable[int], facts: Facts) -> frozenset[int]:
    """For whom of these people somebody's no counts: for themselves, and for those under 16 whose guardian they are."""
    return frozenset(person for person in people if giver == person or giver in _stand_for(person, facts))


def draws_back(author: int, facts: Facts) -> frozenset[int]:
    """Whose no takes the clip back to near and no further: the guardians of an author of 16 or 17 (R10)."""
    who = facts.people[author]
    return _names(who.guardians) if who.band is Band.FROM_16 else frozenset()


def deleters(author: int, facts: Facts) -> frozenset[int]:
    """Who may delete the clip."""
    return facts.owners | facts.editors | {author}


def has_minor(version: Version, facts: Facts) -> bool:
    """Whether somebody in it is a minor, or of unknown age."""
    return bool(facts.children) or any(facts.people[person].band is not Band.ADULT for person in version.people)


def today(people: Iterable[int], facts: Facts) -> Reach:
    """The widest that age and settings allow a clip of these people now; with a minor who is not here it is near at most.

    It goes no further than what it contains.
    """
    near = [nearest(facts.by_hand)] if facts.children else []
    sources = [each.reach for each in facts.sources if each.reach is not None]
    return facts.limit.meet(*near, *sources, *(facts.people[person].widest for person in people))
