"""The state that the ledger tells: every entry read again, from the first to the last (consent.md, I8).

Nothing but the part of an entry that outlasts a shredding is read, so that it works with the names gone as well. What each
act does is written in docs/build/ledger-format.md, for whoever reads a ledger without this program.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from onstage.accounts.acts import Act

Hold = tuple[str, str | None]  # kind, giver
Cap = tuple[str, bool, bool, bool, int]  # audience, recommended, leaves the server, takes, up to which version
GONE = "gone"  # stands for a giver who is gone
_NO = "no"
_AFTER = {
    _NO: ("basis", None),
    "moderation": ("moderation", None),
}  # what becomes of their holds; others stay as they are
_COUNTED = frozenset({"claim", "contains"})  # each is of a case or of another clip, which has no name here
_YOUNG = frozenset({"under_13", "13_15"})
_ADULT = "adult"


@dataclass
class Clip:
    """A clip by aliases. A hold's or limit's giver is None for the server; of the holds of cases only the number tells."""

    stage: str = "draft"  # draft, asked, none
    asked: int | None = None
    shown: int | None = None
    yeses: dict[tuple[str, int], bool] = field(default_factory=dict)  # person, version: to leaving the server too
    holds: Counter[Hold] = field(default_factory=Counter)
    caps: dict[str | None, Cap] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether nothing about it was ever decided."""
        return self == Clip()


@dataclass
class Portrait:
    """What a joint account shows of itself, by versions and aliases; `noes`: to what is shown."""

    asked: int | None = None
    shown: int | None = None
    yeses: set[str] = field(default_factory=set)
    noes: set[str] = field(default_factory=set)


@dataclass
class State:
    """What holds now, by aliases."""

    clips: dict[str, Clip] = field(default_factory=dict)
    portraits: dict[str, Portrait] = field(default_factory=dict)  # by account
    members: dict[tuple[str, str], str] = field(default_factory=dict)  # account, person: role
    rules: dict[str, str] = field(default_factory=dict)  # account: publishing rule, where it is not `one`
    guardians: dict[tuple[str, str], str] = field(
        default_factory=dict
    )  # guardian, child: claimed, carer, noticed, full
    any_will_do: set[tuple[str, str]] = field(default_factory=set)  # of these, who said that one yes is enough
    absence_off: set[tuple[str, str]] = field(default_factory=set)  # who does not want an absent guardian passed over
    away: set[tuple[str, str]] = field(default_factory=set)  # who counts as absent
    bands: dict[str, str] = field(default_factory=dict)  # of who is no adult
    alone: set[str] = field(
        default_factory=set
    )  # of these, who came at an age at which this server lets people be alone

    def frozen(self) -> set[str]:
        """People under 16 without a full guardian, and accounts without an adult owner (consent.md R8)."""
        stood_for = {child for (_, child), kind in self.guardians.items() if kind == "full"}
        young = {person for person, band in self.bands.items() if band in _YOUNG} - self.alone
        adult = {
            account
            for (account, person), role in self.members.items()
            if role == "owner" and self.bands.get(person, _ADULT) == _ADULT
        }
        return (young - stood_for) | ({account for account, _ in self.members} - adult)

    def end(self, guardian: str, child: str) -> None:
        """A guardianship is over, and what its guardian had said of it."""
        self.guardians.pop((guardian, child), None)
        for said in (self.any_will_do, self.absence_off, self.away):
            said.discard((guardian, child))

    def forget(self, gone: Collection[str]) -> None:
        """These are deleted, and whatever hung on them; a no of somebody who is gone has become `basis`."""
        self.clips = {name: clip for name, clip in self.clips.items() if name not in gone}
        for clip in self.clips.values():
            clip.yeses = {key: leaves for key, leaves in clip.yeses.items() if key[0] not in gone}
            clip.caps = {giver: cap for giver, cap in clip.caps.items() if giver not in gone}
            for kind, giver in [hold for hold in clip.holds if hold[1] in gone]:
                clip.holds.pop((kind, giver))
                clip.holds[_AFTER.get(kind, (kind, GONE))] = 1
        self.portraits = {name: portrait for name, portrait in self.portraits.items() if name not in gone}
        for portrait in self.portraits.values():
            portrait.yeses -= set(gone)
            portrait.noes -= set(gone)
        self.members = {key: role for key, role in self.members.items() if not set(key) & set(gone)}
        self.rules = {account: rule for account, rule in self.rules.items() if account not in gone}
        for guardian, child in [key for key in self.guardians if set(key) & set(gone)]:
            self.end(guardian, child)
        self.bands = {person: band for person, band in self.bands.items() if person not in gone}
        self.alone -= set(gone)


def replay(entries: Iterable[Mapping[str, Any]]) -> State:
    """The state after these entries: the `act` of each as an object, in their order, from the first one on."""
    state = State()
    for entry in entries:
        act = Act(entry["act"])
        if act in _OF_CLIP and entry["clip"]:
            _OF_CLIP[act](state.clips.setdefault(entry["clip"], Clip()), entry)
        elif act in _OF_PORTRAIT and entry["account"]:
            _OF_PORTRAIT[act](state.portraits.setdefault(entry["account"], Portrait()), entry)
        elif act in _OF_PEOPLE:
            _OF_PEOPLE[act](state, entry)
    return state


Entry = Mapping[str, Any]


def _asked(clip: Clip, entry: Entry) -> None:
    clip.stage, clip.asked = "asked", entry["version"]
    _yes(clip, entry)


def _draft_again(clip: Clip, _entry: Entry) -> None:
    """The yeses to what was asked are void."""
    clip.yeses = {key: leaves for key, leaves in clip.yeses.items() if key[1] != clip.asked}
    clip.stage, clip.asked = "draft", None


def _yes(clip: Clip, entry: Entry) -> None:
    clip.yeses[entry["by"], entry["version"]] = entry["leaves"]


def _yes_voided(clip: Clip, entry: Entry) -> None:
    clip.yeses.pop((entry["by"], entry["version"]), None)


def _published(clip: Clip, entry: Entry) -> None:
    """The yeses to versions before it are of no use any more."""
    clip.stage, clip.asked, clip.shown = "none", None, entry["version"]
    clip.yeses = {key: leaves for key, leaves in clip.yeses.items() if key[1] == clip.shown}


def _limited(clip: Clip, entry: Entry) -> None:
    if "reach" in entry:
        clip.caps[entry["by"]] = (entry["reach"], entry["recommended"], entry["leaves"], entry["takes"], entry["over"])


def _widened(clip: Clip, entry: Entry) -> None:
    clip.caps.pop(entry["by"], None)
    _limited(clip, entry)


def _no(clip: Clip, entry: Entry) -> None:
    clip.holds[_NO, entry["by"]] = 1


def _lifted(clip: Clip, entry: Entry) -> None:
    del clip.holds[_NO, entry["by"]]


def _hold_placed(clip: Clip, entry: Entry) -> None:
    hold = (entry["kind"], entry["by"])
    clip.holds[hold] = clip.holds[hold] + 1 if entry["kind"] in _COUNTED else 1


def _hold_ended(clip: Clip, entry: Entry) -> None:
    hold = (entry["kind"], entry["by"])
    clip.holds[hold] -= 1
    if clip.holds[hold] <= 0:
        del clip.holds[hold]


def _deletion_begun(clip: Clip, entry: Entry) -> None:
    clip.holds["deleting", entry["by"]] = 1


def _portrait_asked(portrait: Portrait, entry: Entry) -> None:
    portrait.asked, portrait.yeses = entry["version"], {entry["by"]}


def _portrait_yes(portrait: Portrait, entry: Entry) -> None:
    portrait.yeses.add(entry["by"])


def _portrait_yes_voided(portrait: Portrait, entry: Entry) -> None:
    portrait.yeses.discard(entry["by"])


def _portrait_ended(portrait: Portrait, _entry: Entry) -> None:
    portrait.asked, portrait.yeses = None, set()


def _portrait_shown(portrait: Portrait, entry: Entry) -> None:
    portrait.asked, portrait.shown, portrait.yeses = None, entry["version"], set()


def _portrait_no(portrait: Portrait, entry: Entry) -> None:
    portrait.noes.add(entry["by"])


def _portrait_lifted(portrait: Portrait, entry: Entry) -> None:
    portrait.noes.discard(entry["by"])


def _deleted(state: State, entry: Entry) -> None:
    state.forget({name for name in (entry["clip"], entry["account"], *entry["about"]) if name})


def _made(state: State, entry: Entry) -> None:
    state.members[entry["account"], entry["by"]] = "owner"


def _joined(state: State, entry: Entry) -> None:
    state.members[entry["account"], entry["by"]] = entry["role"]


def _role(state: State, entry: Entry) -> None:
    state.members[entry["account"], entry["about"][0]] = entry["role"]


def _left(state: State, entry: Entry) -> None:
    state.members.pop((entry["account"], entry["by"]), None)


def _removed(state: State, entry: Entry) -> None:
    state.members.pop((entry["account"], entry["about"][0]), None)


def _rule(state: State, entry: Entry) -> None:
    state.rules[entry["account"]] = entry["rule"]
    if entry["rule"] == "one":
        del state.rules[entry["account"]]


def _claimed(state: State, entry: Entry) -> None:
    state.guardians[entry["by"], entry["about"][0]] = "claimed"


def _guardian(kind: str) -> "Step":
    def step(state: State, entry: Entry) -> None:
        state.guardians[entry["about"][0], entry["about"][1]] = kind

    return step


def _no_guardian(state: State, entry: Entry) -> None:
    state.end(entry["about"][0], entry["about"][1])


def _guardians_agreed(state: State, entry: Entry) -> None:
    said = state.any_will_do if entry["row"] == "agreement" else state.absence_off
    said.discard((entry["by"], entry["about"][0]))
    if entry["kind"] in {"any", "off"}:
        said.add((entry["by"], entry["about"][0]))


def _absent(state: State, entry: Entry) -> None:
    state.away.add((entry["about"][0], entry["about"][1]))


def _back(state: State, entry: Entry) -> None:
    state.away.discard((entry["by"], entry["about"][0]))


def _contest_decided(state: State, entry: Entry) -> None:
    _guardian("carer" if entry["kind"] == "refused" else "noticed")(state, entry)


def _age(state: State, entry: Entry) -> None:
    person = entry["about"][0]
    state.bands.pop(person, None)
    state.alone.discard(person)
    if entry["kind"] != _ADULT:
        state.bands[person] = entry["kind"]
        state.alone |= {person} if entry["alone"] else set()


Step = Callable[[State, Entry], None]

_OF_CLIP: Mapping[Act, Callable[[Clip, Entry], None]] = {
    Act.ASKED: _asked,
    Act.EDITED: _draft_again,
    Act.RECALLED: _draft_again,
    Act.EXPIRED: _draft_again,
    Act.DRAFT_AGAIN: _draft_again,
    Act.YES: _yes,
    Act.YES_VOIDED: _yes_voided,
    Act.PUBLISHED: _published,
    Act.NARROWED: _limited,
    Act.WIDENED: _widened,
    Act.NO: _no,
    Act.LIFTED: _lifted,
    Act.HOLD_PLACED: _hold_placed,
    Act.HOLD_ENDED: _hold_ended,
    Act.DELETION_BEGUN: _deletion_begun,
}
_OF_PORTRAIT: Mapping[Act, Callable[[Portrait, Entry], None]] = {
    Act.PORTRAIT_ASKED: _portrait_asked,
    Act.PORTRAIT_YES: _portrait_yes,
    Act.PORTRAIT_YES_VOIDED: _portrait_yes_voided,
    Act.PORTRAIT_RECALLED: _portrait_ended,
    Act.PORTRAIT_EXPIRED: _portrait_ended,
    Act.PORTRAIT_ENDED: _portrait_ended,
    Act.PORTRAIT_SHOWN: _portrait_shown,
    Act.PORTRAIT_NO: _portrait_no,
    Act.PORTRAIT_LIFTED: _portrait_lifted,
    Act.PORTRAIT_NO_ENDED: _portrait_lifted,
}
_OF_PEOPLE: Mapping[Act, Step] = {
    Act.DELETION_DONE: _deleted,
    Act.ACCOUNT_MADE: _made,
    Act.MEMBER_JOINED: _joined,
    Act.MEMBER_ROLE: _role,
    Act.MEMBER_LEFT: _left,
    Act.MEMBER_REMOVED: _removed,
    Act.RULE_CHANGED: _rule,
    Act.GUARDIANSHIP_CLAIMED: _claimed,
    Act.GUARDIANSHIP_REFUSED: _no_guardian,
    Act.GUARDIANSHIP_ACCEPTED: _guardian("carer"),
    Act.GUARDIANSHIP_NOTICED: _guardian("noticed"),
    Act.GUARDIANSHIP_DECIDED: _contest_decided,
    Act.GUARDIANSHIP_FULL: _guardian("full"),
    Act.GUARDIANSHIP_ENDED: _no_guardian,
    Act.GUARDIANSHIP_ANNULLED: _no_guardian,
    Act.GUARDIANS_AGREED: _guardians_agreed,
    Act.GUARDIAN_ABSENT: _absent,
    Act.GUARDIAN_BACK: _back,
    Act.AGE_CHANGED: _age,
}
