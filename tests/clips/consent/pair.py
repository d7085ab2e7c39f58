"""The machine and the reference side by side: each move is made in both, and they must agree on everything afterwards."""

import importlib.util
import sys
from collections.abc import Callable, Collection
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from onstage.accounts.age import Band, GuardiansYes
from onstage.accounts.guardianship import Agreement, Guardian
from onstage.accounts.membership import PublishingRule
from onstage.clips import rules as rules_package
from onstage.clips.models import Audience, HoldKind, Stage
from onstage.errors import Refused
from tests.clips.consent.reference import DAY, No, Reference, Text, Ward, World

CHILD, MUM, DAD, FRIEND, OWNER, OTHER, EDITOR, AUNT, MODERATOR, STRANGER, KID, KIDS_MUM = range(1, 13)
EVERYBODY = range(1, 13)
LINK = 20  # whoever stands for a child who is not here
SOURCE = 30  # another clip, a part of which is in it
EVERYWHERE = ("public", True, True)
NEAR = ("followers", False, False)
MODULES = ("need", "life", "consent", "contained", "repeated", "fate", "invariants")
FOLDER = Path(rules_package.__file__).parent
OLDER = [Band.UNDER_13, Band.FROM_13, Band.FROM_16, Band.ADULT]


@dataclass(frozen=True)
class Rules:
    """The modules under test: the real ones, or mutants of them."""

    need: Any
    life: Any
    consent: Any
    contained: Any
    repeated: Any
    fate: Any
    invariants: Any

    def act(self, name: str) -> Callable[..., Any]:
        """The rule of that name."""
        elsewhere = {"covered": self.repeated, "follow": self.contained}
        found: Callable[..., Any] = getattr(elsewhere.get(name, self.consent), name)
        return found


def load(name: str = "", source: str = "") -> Rules:
    """The modules, made anew in their order, with this source in the place of one of them."""
    kept = {each: sys.modules.get(f"onstage.clips.rules.{each}") for each in MODULES}
    made: dict[str, ModuleType] = {}
    try:
        for each in MODULES:
            full = f"onstage.clips.rules.{each}"
            path = FOLDER / f"{each}.py"
            spec = importlib.util.spec_from_file_location(full, path)
            assert spec is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[full] = made[each] = module
            setattr(rules_package, each, module)
            exec(compile(source if each == name else path.read_text(), str(path), "exec"), module.__dict__)
    finally:
        for each, before in kept.items():
            if before is not None:
                sys.modules[f"onstage.clips.rules.{each}"] = before
                setattr(rules_package, each, before)
            else:
                sys.modules.pop(f"onstage.clips.rules.{each}", None)
    return Rules(**made)


def family(band: Band = Band.FROM_13, **more: Any) -> World:
    """A child with a mother, a father and an aunt who is a carer; friends who may be named; an account of two owners."""
    wards = {
        CHILD: Ward(band, {MUM: "full", DAD: "full", AUNT: "carer"}),
        FRIEND: Ward(Band.ADULT),
        KID: Ward(Band.UNDER_13, {KIDS_MUM: "full"}),
    }
    given = {"owners": {OWNER, OTHER}, "editors": {EDITOR}} | more
    return World(CHILD, wards, **given)


def alone() -> World:
    """An adult with an account of their own."""
    return World(CHILD, {CHILD: Ward(Band.ADULT)}, {CHILD}, set(), joint=False)


def text(
    audience: str = "friends",
    *,
    recommended: bool = False,
    leaves: bool = False,
    appears: Collection[int] = (),
    marked: bool = False,
) -> Text:
    """A version in the reference's form."""
    return Text(audience, recommended, leaves, set(appears), marked)


@dataclass
class Pair:
    """Both, the facts they live among, and what has been asked of them; `seen` collects states and transitions."""

    rules: Rules
    world: World
    start: Text
    noes: set[int] = field(default_factory=set)
    diary: list[tuple[str, Any, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model = Reference(self.world, self.start.copy())
        self.clip = self.rules.life.Clip(self.world.author, Stage.DRAFT, working=self.version(self.start))
        self.first = self.clip
        self.facts = self.facts_now()

    def version(self, made: Text) -> Any:
        """The machine's form of a version."""
        return self.rules.need.Version(self.world.author, self.reach(made), frozenset(made.appears), made.marked)

    def reach(self, made: Text | tuple[str, bool, bool]) -> Any:
        """The machine's form of a reach."""
        three = (made.audience, made.recommended, made.leaves) if isinstance(made, Text) else made
        return self.rules.need.Reach(
            Audience(three[0]), three[1], three[2], three[1]
        )  # takes go with meeting strangers

    def facts_now(self) -> Any:
        """The machine's form of the world."""
        world = self.world
        return self.rules.need.Facts(
            people={person: self._person(ward) for person, ward in world.wards.items()},
            owners=frozenset(world.owners),
            at=world.clock,
            editors=frozenset(world.editors),
            rule=PublishingRule(world.rule),
            joint=world.joint,
            frozen=world.frozen,
            by_hand=world.by_hand,
            children=tuple(self.rules.need.Child(label, answers) for label, answers in world.children.items()),
            coauthors=tuple(
                self.rules.need.Side(place, frozenset(owners), PublishingRule(rule))
                for place, (owners, rule) in enumerate(world.sides)
            ),
            sources=tuple(
                self.rules.need.Source(clip, None if reach is None else self.reach(reach))
                for clip, reach in world.sources.items()
            ),
        )

    def _person(self, ward: Ward) -> Any:
        by_age = {Band.FROM_16: GuardiansYes.TOLD, Band.ADULT: GuardiansYes.NO}
        if ward.band is Band.FROM_13 and ward.near_without:
            by_age[Band.FROM_13] = GuardiansYes.OPEN_ONLY
        guardians = [Guardian(who, 0, kind == "full", who in ward.away) for who, kind in ward.guardians.items()]
        return self.rules.need.Person(
            ward.band,
            by_age.get(ward.band, GuardiansYes.ALWAYS),
            tuple(guardians),
            Agreement.ANY if ward.any_will_do else Agreement.ALL,
            ward.absence_rule,
            self.reach(ward.widest),
            frozenset(self.rules.need.Beforehand(who, kind == "members") for who, kind in ward.ahead.items()),
        )

    # ---- making a move in both

    def do(self, act: str, *given: Any, by: int | None = None, model: Callable[[], None], **named: Any) -> bool:
        """Make a move; whether it was accepted. Raises AssertionError where the two differ or an invariant breaks."""
        before, then, facts = self.clip, self.facts, self.facts_now()
        try:
            model()
            accepted = True
        except No:
            accepted = False
        after = self._after(before, act, given, named)
        assert accepted == (after is not None), (
            f"{act} {given[1:]} {named}: the rules say {accepted}, the machine does not"
        )
        if after is not None:
            gone = replace(before, gone=True)
            assert self._after(gone, act, given, named) is None, f"I6: {act} of what is gone"
        after = before if after is None else after
        self.clip, self.facts = after, facts
        self.diary.append((act, facts, given, named))
        carried: set[int] = set(given[1]) if act == "covered" else set()
        if accepted:
            self._remember(act, by)
            self.noes |= carried & self.model.may_object()
            self.noes &= self.model.may_object() | self.model.may_delete()
        self.compare()
        self.check(before, then, act, by, carried)
        return accepted

    def _after(self, clip: Any, act: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        try:
            return self.rules.act(act)(clip, *given, **named)
        except Refused:
            return None

    def _remember(self, act: str, by: int | None) -> None:
        if act == "say_no" and by is not None and by in self.model.may_object():
            self.noes.add(by)
        if act == "lift" and by is not None:
            self.noes.discard(by)

    def compare(self) -> None:
        """The two are in the same state."""
        clip, model = self.clip, self.model
        assert clip.stage == model.stage
        assert clip.gone == model.gone
        assert {(hold.kind, hold.giver) for hold in clip.holds} == set(model.reasons)
        assert len({(yes.person, yes.version) for yes in clip.yeses}) == len(clip.yeses)
        yeses = {(yes.person, yes.version): yes.leaves for yes in clip.yeses if yes.wards is None}
        ahead = {(yes.person, yes.version): yes.wards for yes in clip.yeses if yes.wards is not None}
        assert ahead == {key: wards for key, (_, wards) in model.foreseen.items()}
        assert yeses == {key: second for key, (_, second) in model.said_yes.items()}
        assert (clip.shown and clip.shown.number) == model.out_number
        assert (clip.working and (clip.working.number if clip.stage is Stage.ASKED else None)) == model.draft_number
        assert (clip.asked_at is not None) == (clip.stage is Stage.ASKED)
        assert clip.due == model.when
        assert {cap.giver: self._three(cap.reach) for cap in clip.caps} == {k: v[0] for k, v in model.limits.items()}
        assert clip.named == model.sticky
        assert (clip.shown and set(clip.shown.appears)) == (model.out and model.out.appears)
        assert (clip.shown and clip.shown.marked) == (model.out and model.out.marked)
        assert (clip.working and set(clip.working.appears)) == (model.draft and model.draft.appears)
        assert clip.visible == model.visible()
        reach = self.rules.life.shown_reach(clip, self.facts)
        assert (reach and self._three(reach)) == model.reach()

    def _three(self, reach: Any) -> tuple[str, bool, bool]:
        assert reach.takes == reach.recommended
        return reach.audience.value, reach.recommended, reach.leaves

    def check(self, before: Any, then: Any, act: str, by: int | None, carried: set[int]) -> None:
        """I1 to I6 and I9 hold; I7 is the comparison itself, I8 is `replay`."""
        law, clip, facts = self.rules.invariants, self.clip, self.facts
        published = clip.shown is not None and clip.shown.number != (before.shown.number if before.shown else 0)
        if clip.shown is not None and (published or (act == "confirm" and clip is not before)):
            assert clip.basis == self.rules.need.need(clip.shown, facts), "it rests on what was needed when it went out"
        assert law.agreed(clip, facts), "I1"
        assert law.within_limits(clip, facts), "I2"
        assert law.heeds(clip, self.noes), "I3"
        assert law.widened_by_a_person(before, then, clip, facts, act), f"I4: {act}"
        assert law.can_end(clip, facts, facts.at + 8 * DAY), "I5"
        assert law.stays_gone(before, clip), "I6"
        assert law.none_for_others(before, clip, by, carried), "I9"

    def replay(self) -> None:
        """I8: the diary alone gives the state."""
        clip = self.first
        for act, _, given, named in self.diary:
            try:
                clip = self.rules.act(act)(clip, *given, **named)
            except Refused:
                continue
        assert clip == self.clip, "I8"

    # ---- the moves

    def ask(self, by: int = CHILD, later: int | None = None) -> bool:
        due = None if later is None else self.world.clock + later
        return self.do("ask", self.facts_now(), by, by=by, due=due, model=lambda: self.model.ask(by, due))

    def yes(self, by: int, *, checked: bool = True, leaves: bool = False, of: str = "asked") -> bool:
        number = {"asked": self.model.draft_number, "shown": self.model.out_number, "stale": 0}[of]
        number = -1 if number is None else number
        return self.do(
            "say_yes", self.facts_now(), by, number, by=by, checked=checked, leaves=leaves,
            model=lambda: self.model.yes(by, number, checked, leaves),
        )  # fmt: skip

    def no(self, by: int) -> bool:
        return self.do("say_no", self.facts_now(), by, by=by, model=lambda: self.model.no(by))

    def go(self, by: int = CHILD) -> bool:
        return self.do("go", self.facts_now(), by, by=by, model=lambda: self.model.go(by))

    def due(self) -> bool:
        return self.do("come_due", self.facts_now(), model=self.model.due)

    def lift(self, by: int) -> bool:
        return self.do("lift", self.facts_now(), by, by=by, model=lambda: self.model.lift(by))

    def narrow(self, by: int, reach: tuple[str, bool, bool]) -> bool:
        return self.do(
            "narrow", self.facts_now(), by, self.reach(reach), by=by, model=lambda: self.model.limit(by, reach)
        )

    def mark(self, by: int) -> bool:
        return self.do("mark", self.facts_now(), by, by=by, model=lambda: self.model.mark(by))

    def widen(self, by: int) -> bool:
        return self.do("widen", self.facts_now(), by, by=by, model=lambda: self.model.unlimit(by))

    def edit(self, by: int, made: Text) -> bool:
        return self.do(
            "edit", self.facts_now(), by, self.version(made), by=by, model=lambda: self.model.edit(by, made.copy())
        )

    def recall(self, by: int = CHILD) -> bool:
        return self.do("recall", by, by=by, model=lambda: self.model.recall(by))

    def expire(self) -> bool:
        return self.do("expire", self.facts_now(), model=self.model.expire)

    def confirm(self, by: int) -> bool:
        return self.do("confirm", self.facts_now(), by, by=by, model=lambda: self.model.bring_back(by))

    def appear(self, person: int) -> bool:
        return self.do("appear", self.facts_now(), person, model=lambda: self.model.appear(person))

    def unname(self, by: int, person: int) -> bool:
        return self.do("unname", self.facts_now(), by, person, by=by, model=lambda: self.model.unname(by, person))

    def place(self, kind: HoldKind, cause: int = 0, by: int | None = None) -> bool:
        return self.do(
            "place", self.facts_now(), kind, cause, by, by=by, model=lambda: self.model.hold(kind, cause, by)
        )

    def release(self, kind: HoldKind, cause: int = 0, by: int | None = None) -> bool:
        return self.do(
            "release", self.facts_now(), kind, cause, by, by=by, model=lambda: self.model.unhold(kind, cause, by)
        )

    def preserve(self, by: int, ground: str = "an order") -> bool:
        return self.do("preserve", self.facts_now(), by, ground, by=by, model=lambda: self.model.preserve(by, ground))

    def delete(self, by: int) -> bool:
        return self.do("delete", self.facts_now(), by, by=by, model=lambda: self.model.delete(by))

    def undelete(self, by: int) -> bool:
        return self.do("undelete", self.facts_now(), by, by=by, model=lambda: self.model.undelete(by))

    def stop(self, by: int, of: int) -> bool:
        return self.do("stop", self.facts_now(), by, of, by=by, model=lambda: self.model.stop(by, of))

    def erase(self) -> bool:
        return self.do("erase", self.facts_now(), model=self.model.erase)

    def story_end(self, keep: bool) -> bool:
        return self.do("story_end", keep=keep, model=lambda: self.model.story_over(keep))

    def wait(self, microseconds: int) -> bool:
        """Time goes by; nothing else."""
        self.world.clock += microseconds
        self.facts = self.facts_now()
        return True

    def change(self, act: Callable[[World], object]) -> bool:
        """[10, 11, 16] The world changes, from now on."""
        act(self.world)
        return self.do("changed", self.facts_now(), model=self.model.world_changed)

    def correct(self, act: Callable[[World], object], void: set[int]) -> bool:
        """[12] The world was never as it seemed."""
        act(self.world)
        return self.do("corrected", self.facts_now(), frozenset(void), model=lambda: self.model.look_again(void))

    def same_film(self, people: set[int], noes: set[int], *, elsewhere: bool = True, earlier: bool = False) -> bool:
        """[1, 4] Another clip, made by the first of these people, is of the same film, and these say no to it."""
        first = min(people)
        holds = frozenset(self.rules.life.Hold(HoldKind.NO, by) for by in noes)
        holds |= {self.rules.life.Hold(HoldKind.DELETING, first)}  # which is no no
        version = self.rules.need.Version(first, self.reach(("private", False, False)), frozenset(people - {first}))
        other = self.rules.life.Clip(first, Stage.DRAFT, working=version, holds=holds)
        facts = self.facts_now()
        carried = self.rules.repeated.carried(other, facts, elsewhere=elsewhere)
        return self.do(
            "covered", facts, carried, earlier=earlier,
            model=lambda: self.model.same_film(people, noes, elsewhere, earlier),
        )  # fmt: skip

    def film_by_link(self, label: int, *, earlier: bool = False) -> bool:
        """[1, 4] Another clip of the same film has a child who is not here, and whoever stands for them says no to it."""
        if not self.clip.gone and not earlier:
            self.world.children[label] = True
        version = self.rules.need.Version(FRIEND, self.reach(("private", False, False)))
        facts = self.facts_now()
        there = replace(facts, children=tuple(self.rules.need.Child(each, True) for each in (label, label + 1)))
        hold = self.rules.life.Hold
        holds = frozenset({hold(HoldKind.NO, label), hold(HoldKind.DELETING, label + 1), hold(HoldKind.NO, STRANGER)})
        other = self.rules.life.Clip(FRIEND, Stage.DRAFT, working=version, holds=holds)
        assert self.rules.repeated.carried(other, there, elsewhere=False).keys() == {STRANGER}
        assert self.rules.repeated.by_links(other, there) == [label]
        noes = {label: frozenset[int]()}
        return self.do("covered", facts, noes, earlier=earlier, model=lambda: self.model.film_by_link(label, earlier))

    def source(self, clip: int, reach: tuple[str, bool, bool] | None, *, taken_out: bool = False) -> bool:
        """[15] It contains another clip, which goes so far from now on (None: held or gone), or contains it no more."""
        self.world.sources[clip] = reach
        if taken_out:
            del self.world.sources[clip]
        return self.do("follow", self.facts_now(), clip, model=lambda: self.model.source_changed(clip))

    def restored(self) -> bool:
        return self.do("restored", self.facts_now(), model=self.model.from_backup)

    def end(self, guardian: int, ward: int = CHILD) -> bool:
        return self.change(lambda world: world.wards[ward].guardians.pop(guardian, None))

    def annul(self, guardian: int, ward: int = CHILD) -> bool:
        return self.correct(lambda world: world.wards[ward].guardians.pop(guardian, None), {guardian})

    def gain(self, guardian: int, kind: str, ward: int = CHILD) -> bool:
        return self.change(lambda world: world.wards[ward].guardians.update({guardian: kind}))

    def ahead(self, guardian: int, kind: str | None, ward: int = CHILD) -> bool:
        """A guardian says yes beforehand, or takes that back (None)."""

        def act(world: World) -> None:
            world.wards[ward].ahead.pop(guardian, None)
            if kind is not None:
                world.wards[ward].ahead[guardian] = kind

        return self.change(act)

    def away(self, guardian: int, ward: int = CHILD) -> bool:
        return self.change(lambda world: world.wards[ward].away.symmetric_difference_update({guardian}))

    def grow(self, person: int = CHILD) -> bool:
        return self.change(lambda world: _grow(world.wards[person], 1))

    def younger(self, person: int = CHILD) -> bool:
        return self.correct(lambda world: _grow(world.wards[person], -1), set())

    def set(self, **values: Any) -> bool:
        """A setting of the world changes."""
        return self.change(lambda world: vars(world).update(deepcopy(values)))

    def set_ward(self, person: int, **values: Any) -> bool:
        """A setting about somebody changes."""
        return self.change(lambda world: vars(world.wards[person]).update(deepcopy(values)))


def _grow(ward: Ward, years: int) -> None:
    if ward.band in OLDER:
        ward.band = OLDER[max(0, min(len(OLDER) - 1, OLDER.index(ward.band) + years))]
