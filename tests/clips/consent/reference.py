"""The consent rules once more, naively: written from docs/build/consent.md and not from the code, for comparison.

It shares only names (bands, kinds, stages) with `onstage.clips`. Where the real thing works with parts and sets, this asks
the question directly: "would these answers do?". It is slow and long-winded on purpose.
"""

from dataclasses import dataclass, field

from onstage.accounts.age import Band
from onstage.clips.models import Audience, HoldKind, Stage

DAY = 24 * 60 * 60 * 1_000_000
ORDER = ["private", "members", "friends", "followers", "unlisted", "public"]
MINORS = {Band.UNKNOWN, Band.UNDER_13, Band.FROM_13, Band.FROM_16}


class No(Exception):
    """The act is refused."""


@dataclass
class Ward:
    """Somebody who made it or appears in it, and who stands for them: guardian -> "carer", "full"; who of them is away."""

    band: Band
    guardians: dict[int, str] = field(default_factory=dict)
    away: set[int] = field(default_factory=set)
    any_will_do: bool = False
    absence_rule: bool = True
    near_without: bool = False  # 13 to 15: all guardians have agreed that near goes without them
    widest: tuple[str, bool, bool] = ("public", True, True)
    ahead: dict[int, str] = field(
        default_factory=dict
    )  # guardian -> what they said yes to beforehand: "near", "members"


@dataclass
class World:
    """Everything around the clip."""

    author: int
    wards: dict[int, Ward]
    owners: set[int]
    editors: set[int]
    rule: str = "one"
    joint: bool = True
    frozen: bool = False
    by_hand: bool = True
    clock: int = 1_000_000 * DAY
    children: dict[int, bool] = field(default_factory=dict)  # who are not here: does anybody answer by a link?
    sides: list[tuple[set[int], str]] = field(default_factory=list)  # co-authors: owners, rule
    sources: dict[int, tuple[str, bool, bool] | None] = field(default_factory=dict)  # clips in it: how far; None: held

    def all_owners(self) -> set[int]:
        """Of every account that made it."""
        found = set(self.owners)
        for owners, _ in self.sides:
            found |= owners
        return found


@dataclass
class Text:
    """A version: to whom, recommended, leaving, who appears, marked for adults."""

    audience: str
    recommended: bool
    leaves: bool
    appears: set[int]
    marked: bool

    def copy(self) -> "Text":
        """Another one like it."""
        return Text(self.audience, self.recommended, self.leaves, set(self.appears), self.marked)


class Reference:
    """One clip, as a diary of answers."""

    def __init__(self, world: World, text: Text) -> None:
        self.world = world
        self.stage = Stage.DRAFT
        self.draft: Text | None = text
        self.draft_number: int | None = None
        self.numbers = 0
        self.out: Text | None = None
        self.out_number: int | None = None
        self.out_by_hand = False
        self.asked_when = 0
        self.when: int | None = None
        self.said_yes: dict[tuple[int, int], tuple[int, bool]] = {}  # (person, version) -> when, leaving too
        self.spent: set[tuple[int, int]] = set()  # yeses that have done their work and lapse no more
        self.foreseen: dict[tuple[int, int], tuple[int, set[int]]] = {}  # (guardian, version) -> when, for which wards
        self.reasons: dict[tuple[HoldKind, int], int] = {}
        self.limits: dict[int, tuple[tuple[str, bool, bool], int]] = {}
        self.sticky: set[int] = set()
        self.gone = False

    # ---- who is who

    def in_it(self) -> set[int]:
        found = {self.world.author} | self.sticky
        for text in (self.draft, self.out):
            if text is not None:
                found |= text.appears
        return found

    def may_object(self) -> set[int]:
        found = set()
        for person in self.in_it():
            found.add(person)
            found |= {each for each in self.world.wards[person].guardians if self.objects_for(each, person)}
        if self.world.rule == "all":
            found |= self.world.owners
        for owners, rule in self.world.sides:
            if rule == "all":
                found |= owners
        return found | {child for child, answered in self.world.children.items() if answered}

    def may_take_back_to_near(self) -> set[int]:
        ward = self.world.wards[self.world.author]
        return set(ward.guardians) if ward.band == Band.FROM_16 else set()

    def may_delete(self) -> set[int]:
        return self.world.owners | self.world.editors | {self.world.author}

    def may_limit(self) -> set[int]:
        return self.may_object() | self.world.all_owners() | self.may_take_back_to_near()

    # ---- what is enough

    def near(self, text: Text) -> bool:
        if text.recommended or text.leaves:
            return False
        if text.audience in ("private", "members", "friends"):
            return True
        return text.audience == "followers" and self.world.by_hand

    def guardians_decide(self, ward: Ward, text: Text) -> bool:
        if ward.band in (Band.UNKNOWN, Band.UNDER_13):
            return True
        if ward.band == Band.FROM_13:
            return not (ward.near_without and self.near(text))
        return False

    def enough(self, text: Text, yes: set[int], second: set[int], ahead: dict[int, set[int]]) -> bool:
        """Whether these people's yeses, and these second ones to leaving the server, are all that is needed.

        `ahead`: which guardians had said yes beforehand, by ward.
        """
        for owners, rule in [(self.world.owners, self.world.rule), *self.world.sides]:
            agreed = len(owners & yes)
            if rule == "one" and agreed < 1:
                return False
            if rule == "most" and agreed * 2 <= len(owners):
                return False
            if rule == "all" and (agreed < len(owners) or agreed == 0):
                return False
        if text.audience != "private" and not set(self.world.children) <= yes:
            return False
        for person in text.appears | {self.world.author}:
            ward = self.world.wards[person]
            if ward.band != Band.UNDER_13 and person not in yes:
                return False
            if ward.band in MINORS - {Band.UNDER_13} and text.leaves and person not in second:
                return False
            if self.guardians_decide(ward, text) and not self.guardians_agree(
                ward, text, yes, second, ahead.get(person, set())
            ):
                return False
        return True

    def guardians_agree(self, ward: Ward, text: Text, yes: set[int], second: set[int], ahead: set[int]) -> bool:
        full = {guardian for guardian, kind in ward.guardians.items() if kind == "full"}
        if not full:
            return False
        if not self.near(text):
            return full <= yes and (not text.leaves or full <= second)
        yes = yes | ahead
        if ward.any_will_do:
            return bool(full & yes)
        if ward.absence_rule and full - ward.away:
            return full - ward.away <= yes
        return full <= yes

    def can_say_yes(self, text: Text) -> set[int]:
        found = self.world.all_owners() | {child for child, answered in self.world.children.items() if answered}
        for person in text.appears | {self.world.author}:
            ward = self.world.wards[person]
            if ward.band != Band.UNDER_13:
                found.add(person)
            if self.guardians_decide(ward, text):
                found |= {guardian for guardian, kind in ward.guardians.items() if kind == "full"}
        return found

    def has_enough(self, text: Text, number: int) -> bool:
        now = self.world.clock
        fresh = {
            person: second
            for (person, version), (when, second) in self.said_yes.items()
            if version == number and ((person, version) in self.spent or now - when < 30 * DAY)
        }
        ahead: dict[int, set[int]] = {}
        for (guardian, version), (when, wards) in self.foreseen.items():
            spent = (guardian, version) in self.spent
            if version != number or not (spent or now - when < 30 * DAY):
                continue
            for ward in wards:
                if spent or self.speaks_ahead(guardian, ward, text):
                    ahead.setdefault(ward, set()).add(guardian)
        return self.enough(text, set(fresh), {person for person, second in fresh.items() if second}, ahead)

    def speaks_ahead(self, guardian: int, person: int, text: Text) -> bool:
        """Whether what this guardian said beforehand about this ward is about such a version."""
        ward = self.world.wards[person]
        if person not in text.appears | {self.world.author} or ward.guardians.get(guardian) != "full":
            return False
        if not self.near(text) or not self.guardians_decide(ward, text):
            return False
        said = ward.ahead.get(guardian)
        return said == "near" or (said == "members" and text.audience in ("private", "members"))

    def ahead_for(self, guardian: int, text: Text) -> set[int]:
        return {person for person in self.world.wards if self.speaks_ahead(guardian, person, text)}

    # ---- how far

    def visible(self) -> bool:
        return self.out is not None and not self.reasons and not self.gone

    def reach(self) -> tuple[str, bool, bool] | None:
        if not self.visible():
            return None
        assert self.out is not None
        return self.lowest([(self.out.audience, self.out.recommended, self.out.leaves), *self.bounds(self.out, set())])

    def bounds(self, text: Text, without: set[int]) -> list[tuple[str, bool, bool]]:
        ages = [self.world.wards[person].widest for person in text.appears | {self.world.author}]
        limits = [limit for giver, (limit, _) in self.limits.items() if giver not in without]
        return ages + limits + self.for_children() + self.of_sources()

    def for_children(self) -> list[tuple[str, bool, bool]]:
        """With a child who is not here it is near at most."""
        return [("followers" if self.world.by_hand else "friends", False, False)] if self.world.children else []

    def of_sources(self) -> list[tuple[str, bool, bool]]:
        """It goes no further than any clip in it."""
        return [reach for reach in self.world.sources.values() if reach is not None]

    def lowest(self, reaches: list[tuple[str, bool, bool]]) -> tuple[str, bool, bool]:
        place = min(ORDER.index(audience) for audience, _, _ in reaches)
        return ORDER[place], all(each[1] for each in reaches), all(each[2] for each in reaches)

    def fits(self, inner: tuple[str, bool, bool], outer: tuple[str, bool, bool]) -> bool:
        return self.lowest([inner, outer]) == inner

    # ---- the acts

    def ask(self, by: int, when: int | None = None) -> None:
        if self.gone or by != self.world.author or self.stage != Stage.DRAFT:
            raise No
        assert self.draft is not None
        if any(kind == HoldKind.DELETING for kind, _ in self.reasons):
            raise No
        if self.draft.marked and self.shows_a_minor(self.draft):
            raise No
        if when is not None and not self.world.clock < when < self.world.clock + 30 * DAY:
            raise No
        self.numbers += 1
        self.draft_number = self.numbers
        self.stage = Stage.ASKED
        self.asked_when, self.when = self.world.clock, when
        self.sticky |= self.draft.appears
        self.said_yes[(by, self.draft_number)] = (self.world.clock, self.draft.leaves)
        for guardian in {each for ward in self.world.wards.values() for each in ward.guardians} - {by}:
            wards = self.ahead_for(guardian, self.draft)
            if wards:
                self.foreseen[(guardian, self.draft_number)] = (self.world.clock, wards)
        self.perhaps_publish()

    def shows_a_minor(self, text: Text) -> bool:
        if self.world.children:
            return True
        return any(self.world.wards[person].band in MINORS for person in text.appears | {self.world.author})

    def yes(self, by: int, number: int, checked: bool, second: bool) -> None:
        if self.gone:
            raise No
        asked = self.stage == Stage.ASKED and number == self.draft_number
        waiting = number == self.out_number and (HoldKind.BASIS, 0) in self.reasons
        if not asked and not waiting:
            raise No
        text = self.draft if asked else self.out
        assert text is not None
        if by not in self.can_say_yes(text) or not checked:
            raise No
        when, before = self.said_yes.get((by, number), (0, False))
        still = (by, number) in self.spent or self.world.clock - when < 30 * DAY
        self.said_yes[(by, number)] = (self.world.clock, (second or (before and still)) and text.leaves)
        self.foreseen.pop((by, number), None)
        if asked:
            self.perhaps_publish()

    def no(self, by: int) -> None:
        if self.gone:
            raise No
        if by in self.may_object():
            self.reasons.setdefault((HoldKind.NO, by), self.world.clock)
            self.back_to_draft()
        elif by in self.may_take_back_to_near():
            self.set_limit(by, ("followers" if self.world.by_hand else "friends", False, False))
        else:
            raise No

    def back_to_draft(self) -> None:
        if self.stage == Stage.ASKED:
            self.said_yes = {key: value for key, value in self.said_yes.items() if key[1] != self.draft_number}
            self.foreseen = {key: value for key, value in self.foreseen.items() if key[1] != self.draft_number}
            self.stage, self.draft_number, self.when = Stage.DRAFT, None, None

    def in_time(self) -> bool:
        return self.when is None or 0 <= self.world.clock - self.when <= DAY

    def ready(self) -> bool:
        if self.stage != Stage.ASKED or self.draft is None or self.draft_number is None or self.world.frozen:
            return False
        if self.world.clock - self.asked_when >= 30 * DAY or {kind for kind, _ in self.reasons} - {HoldKind.BASIS}:
            return False
        if self.draft.marked and self.shows_a_minor(self.draft):
            return False
        if not self.has_enough(self.draft, self.draft_number):
            return False
        wanted = (self.draft.audience, self.draft.recommended, self.draft.leaves)
        return all(self.fits(wanted, bound) for bound in self.bounds(self.draft, self.ending()))

    def ending(self) -> set[int]:
        """Whose limits end when what is asked goes out."""
        assert self.draft_number is not None
        found = set()
        for giver, (_, over) in self.limits.items():
            agreed = (giver, self.draft_number) in self.said_yes and self.draft_number > over
            if giver not in self.may_limit() or agreed:
                found.add(giver)
        return found

    def perhaps_publish(self) -> None:
        if self.in_time() and self.ready():
            self.publish()

    def publish(self) -> None:
        assert self.draft_number is not None
        for giver in self.ending():
            del self.limits[giver]
        self.out, self.out_number, self.out_by_hand = self.draft, self.draft_number, self.world.by_hand
        self.said_yes = {key: value for key, value in self.said_yes.items() if key[1] == self.out_number}
        self.foreseen = {key: value for key, value in self.foreseen.items() if key[1] == self.out_number}
        self.spent = set(self.said_yes) | set(self.foreseen)
        self.reasons.pop((HoldKind.BASIS, 0), None)
        self.stage, self.draft, self.draft_number, self.when = Stage.NONE, None, None, None

    def go(self, by: int) -> None:
        if self.gone or by != self.world.author or not self.ready():
            raise No
        self.publish()

    def due(self) -> None:
        if self.gone or self.when is None or not self.in_time():
            raise No
        self.perhaps_publish()

    def lift(self, by: int) -> None:
        if self.gone or (HoldKind.NO, by) not in self.reasons or by not in self.may_object() | self.may_delete():
            raise No
        del self.reasons[(HoldKind.NO, by)]

    def set_limit(self, by: int, reach: tuple[str, bool, bool]) -> None:
        before = [self.limits[by][0]] if by in self.limits else []
        self.limits[by] = (self.lowest([reach, *before]), self.numbers)

    def limit(self, by: int, reach: tuple[str, bool, bool]) -> None:
        if self.gone or by not in self.may_limit():
            raise No
        self.set_limit(by, reach)

    def mark(self, by: int) -> None:
        if self.gone or by not in self.may_limit() | self.world.editors:
            raise No
        if self.out is not None:
            self.out.marked = True
        self.only_narrower()

    def unlimit(self, by: int) -> None:
        if self.gone or by not in self.limits or by not in self.may_limit() or self.world.frozen:
            raise No
        del self.limits[by]

    def edit(self, by: int, text: Text) -> None:
        if self.gone or by not in self.may_delete() or any(kind == HoldKind.DELETING for kind, _ in self.reasons):
            raise No
        if self.sticky - text.appears:
            raise No
        self.back_to_draft()
        self.draft, self.draft_number = text, None
        self.stage = Stage.DRAFT

    def recall(self, by: int) -> None:
        if self.gone or by != self.world.author or self.stage != Stage.ASKED:
            raise No
        self.back_to_draft()

    def expire(self) -> None:
        if self.gone or self.stage != Stage.ASKED or self.world.clock - self.asked_when < 30 * DAY:
            raise No
        self.back_to_draft()

    def world_changed(self) -> None:
        if self.gone:
            raise No
        for kind, giver in list(self.reasons):
            if kind == HoldKind.NO and giver not in self.may_object() | self.may_delete():
                del self.reasons[(kind, giver)]
                self.reasons.setdefault((HoldKind.BASIS, 0), self.world.clock)
        if self.stage == Stage.ASKED and self.draft is not None:
            able = self.can_say_yes(self.draft) | {self.world.author}
            number = self.draft_number
            self.said_yes = {k: v for k, v in self.said_yes.items() if k[1] != number or k[0] in able}
            for key, (when, wards) in list(self.foreseen.items()):
                if key[1] == number:
                    left = {ward for ward in wards if self.speaks_ahead(key[0], ward, self.draft)}
                    del self.foreseen[key]
                    if left and key[0] in able:
                        self.foreseen[key] = (when, left)
        self.only_narrower()

    def only_narrower(self) -> None:
        if self.out is None:
            return
        bounds = [self.world.wards[person].widest for person in self.out.appears | {self.world.author}]
        bounds += self.for_children() + self.of_sources()
        if self.out_by_hand and not self.world.by_hand and self.shows_a_minor(self.out):
            bounds.append(("friends", False, False))
        bound = self.lowest(bounds)
        if not self.fits((self.out.audience, self.out.recommended, self.out.leaves), bound):
            self.set_limit(0, bound)
        if self.out.marked and self.shows_a_minor(self.out):
            self.reasons.setdefault((HoldKind.MODERATION, 0), self.world.clock)

    def look_again(self, void: set[int]) -> None:
        if self.gone:
            raise No
        for text in (self.out, self.draft):
            if text is not None:
                void = void - self.can_say_yes(text)
        self.said_yes = {key: value for key, value in self.said_yes.items() if key[0] not in void}
        self.foreseen = {key: value for key, value in self.foreseen.items() if key[0] not in void}
        self.world_changed()
        if self.out is not None and self.out_number is not None and not self.has_enough(self.out, self.out_number):
            self.reasons.setdefault((HoldKind.BASIS, 0), self.world.clock)

    def source_changed(self, source: int) -> None:
        self.world_changed()
        if self.world.sources.get(source, "not in it") is None:
            self.reasons.setdefault((HoldKind.CONTAINS, source), self.world.clock)
        else:
            self.reasons.pop((HoldKind.CONTAINS, source), None)

    def from_backup(self) -> None:
        if self.gone:
            raise No
        self.back_to_draft()
        self.said_yes = {}
        if self.out is not None:
            self.reasons.setdefault((HoldKind.BASIS, 0), self.world.clock)

    def appear(self, person: int) -> None:
        if self.gone:
            raise No
        self.back_to_draft()
        self.sticky.add(person)
        for text in (self.draft, self.out):
            if text is not None:
                text.appears.add(person)
        self.look_again(set())

    def same_film(self, people: set[int], noes: set[int], elsewhere: bool, earlier: bool) -> None:
        """Another clip turns out to be of this film: these people are in that one, and these say no to it.

        `elsewhere`: in another account. `earlier`: this clip was there before that one.
        """
        if self.gone:
            raise No
        speakers: set[int] = set()
        for by in noes:
            mine = {person for person in people if person == by or self.objects_for(by, person)}
            if mine or not elsewhere:
                speakers.add(by)
            for person in mine - self.sticky - {self.world.author}:
                if not earlier:
                    self.appear(person)
        for by in speakers & self.may_object():
            self.no(by)

    def film_by_link(self, label: int, earlier: bool) -> None:
        """The same by whoever stands for a child who is not here, who is in this clip as well by that."""
        if self.gone:
            raise No
        if not earlier:
            self.look_again(set())
        if label in self.may_object():
            self.no(label)

    def objects_for(self, by: int, person: int) -> bool:
        """Whether they stand for somebody so young that they may object."""
        ward = self.world.wards[person]
        return ward.band not in (Band.FROM_16, Band.ADULT) and by in ward.guardians

    def unname(self, by: int, person: int) -> None:
        if self.gone or person not in self.in_it() or person == self.world.author:
            raise No
        own = by == person and self.world.wards[person].band in (Band.FROM_16, Band.ADULT)
        if not own and not self.impartial(by):
            raise No
        self.back_to_draft()
        self.sticky.discard(person)
        for text in (self.draft, self.out):
            if text is not None:
                text.appears.discard(person)
        self.world_changed()

    def impartial(self, by: int) -> bool:
        guardians = {guardian for person in self.in_it() for guardian in self.world.wards[person].guardians}
        return by not in self.in_it() | self.world.all_owners() | self.world.editors | guardians

    def bring_back(self, by: int) -> None:
        if self.gone or (HoldKind.BASIS, 0) not in self.reasons or self.out is None or self.out_number is None:
            raise No
        if by not in self.can_say_yes(self.out) or by not in self.may_object() or self.world.frozen:
            raise No
        if not self.has_enough(self.out, self.out_number):
            raise No
        del self.reasons[(HoldKind.BASIS, 0)]
        self.spent |= {key for key in (*self.said_yes, *self.foreseen) if key[1] == self.out_number}

    def hold(self, kind: HoldKind, cause: int, by: int | None) -> None:
        if kind == HoldKind.PRESERVED or self.gone or (by is not None and not self.impartial(by)):
            raise No
        self.reasons.setdefault((kind, cause), self.world.clock)

    def unhold(self, kind: HoldKind, cause: int, by: int | None) -> None:
        if self.gone or (by is not None and not self.impartial(by)) or (kind, cause) not in self.reasons:
            raise No
        if kind == HoldKind.PRESERVED and cause != by:
            raise No
        del self.reasons[(kind, cause)]

    def preserve(self, by: int, ground: str) -> None:
        if self.gone or not self.impartial(by) or ground == "":
            raise No
        self.reasons.setdefault((HoldKind.PRESERVED, by), self.world.clock)

    def delete(self, by: int) -> None:
        if self.gone or by not in self.may_delete():
            raise No
        self.reasons.setdefault((HoldKind.DELETING, by), self.world.clock)

    def wait(self) -> int:
        return 7 * DAY if self.world.joint else 10_000_000

    def undelete(self, by: int) -> None:
        since = self.reasons.get((HoldKind.DELETING, by))
        if self.gone or since is None or self.world.clock - since >= self.wait():
            raise No
        del self.reasons[(HoldKind.DELETING, by)]

    def stop(self, by: int, of: int) -> None:
        since = self.reasons.get((HoldKind.DELETING, of))
        if self.gone or since is None or not self.world.joint or by not in self.may_delete() or by == of:
            raise No
        if self.world.clock - since >= 7 * DAY:
            raise No
        del self.reasons[(HoldKind.DELETING, of)]
        self.reasons.setdefault((HoldKind.NO, of), self.world.clock)
        self.back_to_draft()

    def erase(self) -> None:
        begun = [since for (kind, _), since in self.reasons.items() if kind == HoldKind.DELETING]
        if self.gone or not any(self.world.clock - since >= self.wait() for since in begun):
            raise No
        self.gone = True

    def story_over(self, keep: bool) -> None:
        if self.gone or self.out is None:
            raise No
        if keep:
            self.set_limit(0, (Audience.PRIVATE.value, False, False))
        else:
            self.gone = True
