"""The state that the ledger tells: every entry read again, from the first to the last (consent.md, I8).

Nothing but the part of an entry that outlasts a shredding is read, so that it works with the names gone as well.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from onstage.accounts.acts import Act

Hold = tuple[str, str | None]  # kind, giver


@dataclass
class State:
    """What holds now, by aliases. `holds` of a clip are (kind, giver), the giver None for the server itself."""

    members: dict[tuple[str, str], str] = field(default_factory=dict)  # account, person: role
    guardians: dict[tuple[str, str], str] = field(
        default_factory=dict
    )  # guardian, child: claimed, carer, noticed, full
    asked: dict[str, int] = field(default_factory=dict)  # clip: version
    yeses: set[tuple[str, int, str]] = field(default_factory=set)  # clip, version, person
    shown: dict[str, int] = field(default_factory=dict)  # clip: version
    holds: dict[str, set[Hold]] = field(default_factory=lambda: defaultdict(set))
    frozen: set[str] = field(default_factory=set)  # accounts and people
    gone: set[str] = field(default_factory=set)


def replay(entries: Iterable[Mapping[str, Any]]) -> State:
    """The state after these entries: the `act` of each as an object, in their order, from the first one on."""
    state = State()
    for entry in entries:
        step = _STEPS.get(Act(entry["act"]))
        if step is not None:
            step(state, entry)
    state.holds = {clip: held for clip, held in state.holds.items() if held}
    return state


def _asked(state: State, entry: Mapping[str, Any]) -> None:
    state.asked[entry["clip"]] = entry["version"]


def _not_asked(state: State, entry: Mapping[str, Any]) -> None:
    """Back to draft: the yeses to that version are void."""
    version = state.asked.pop(entry["clip"], None)
    state.yeses -= {yes for yes in state.yeses if yes[:2] == (entry["clip"], version)}


def _yes(state: State, entry: Mapping[str, Any]) -> None:
    state.yeses.add((entry["clip"], entry["version"], entry["by"]))


def _yes_voided(state: State, entry: Mapping[str, Any]) -> None:
    whose = entry["about"][0]
    state.yeses -= {yes for yes in state.yeses if yes[0] == entry["clip"] and yes[2] == whose}


def _no(state: State, entry: Mapping[str, Any]) -> None:
    state.holds[entry["clip"]].add(("no", entry["by"]))
    _not_asked(state, entry)


def _lifted(state: State, entry: Mapping[str, Any]) -> None:
    state.holds[entry["clip"]].discard(("no", entry["by"]))


def _published(state: State, entry: Mapping[str, Any]) -> None:
    state.shown[entry["clip"]] = entry["version"]
    state.asked.pop(entry["clip"], None)
    _drop(state, entry["clip"], "basis")


def _confirmed(state: State, entry: Mapping[str, Any]) -> None:
    _drop(state, entry["clip"], "basis")


def _hold_placed(state: State, entry: Mapping[str, Any]) -> None:
    state.holds[entry["clip"]].add((entry["kind"], entry["by"]))


def _hold_ended(state: State, entry: Mapping[str, Any]) -> None:
    state.holds[entry["clip"]].discard((entry["kind"], entry["by"]))


def _deletion_begun(state: State, entry: Mapping[str, Any]) -> None:
    if entry["clip"]:
        state.holds[entry["clip"]].add(("deleting", entry["by"]))


def _deletion_stopped(state: State, entry: Mapping[str, Any]) -> None:
    if entry["clip"]:
        _drop(state, entry["clip"], "deleting")


def _deletion_done(state: State, entry: Mapping[str, Any]) -> None:
    """What is gone has no state any more, and whatever hung on it has none either."""
    gone = {name for name in (entry["clip"], entry["account"], *entry["about"]) if name}
    state.gone |= gone
    state.members = {key: role for key, role in state.members.items() if not gone & set(key)}
    state.guardians = {key: kind for key, kind in state.guardians.items() if not gone & set(key)}
    state.asked = {clip: version for clip, version in state.asked.items() if clip not in gone}
    state.shown = {clip: version for clip, version in state.shown.items() if clip not in gone}
    state.yeses = {yes for yes in state.yeses if not {yes[0], yes[2]} & gone}
    for clip in gone & state.holds.keys():
        del state.holds[clip]
    state.frozen -= gone


def _drop(state: State, clip: str, kind: str) -> None:
    state.holds[clip] = {hold for hold in state.holds[clip] if hold[0] != kind}


def _made(state: State, entry: Mapping[str, Any]) -> None:
    state.members[entry["account"], entry["by"]] = "owner"


def _joined(state: State, entry: Mapping[str, Any]) -> None:
    state.members[entry["account"], entry["by"]] = entry["role"]


def _role(state: State, entry: Mapping[str, Any]) -> None:
    state.members[entry["account"], entry["about"][0]] = entry["role"]


def _left(state: State, entry: Mapping[str, Any]) -> None:
    state.members.pop((entry["account"], entry["by"]), None)


def _removed(state: State, entry: Mapping[str, Any]) -> None:
    state.members.pop((entry["account"], entry["about"][0]), None)


def _guardian(kind: str) -> "Step":
    def step(state: State, entry: Mapping[str, Any]) -> None:
        state.guardians[_pair(entry)] = kind

    return step


def _no_guardian(state: State, entry: Mapping[str, Any]) -> None:
    state.guardians.pop(_pair(entry), None)


def _pair(entry: Mapping[str, Any]) -> tuple[str, str]:
    named = entry["about"] if len(entry["about"]) > 1 else [entry["by"], *entry["about"]]
    return named[0], named[1]


def _frozen(state: State, entry: Mapping[str, Any]) -> None:
    state.frozen |= {entry["account"]} if entry["account"] else set(entry["about"][:1])


def _unfrozen(state: State, entry: Mapping[str, Any]) -> None:
    state.frozen -= {entry["account"]} if entry["account"] else set(entry["about"][:1])


Step = Callable[[State, Mapping[str, Any]], None]

_STEPS: Mapping[Act, Step] = {
    Act.ASKED: _asked,
    Act.RECALLED: _not_asked,
    Act.EXPIRED: _not_asked,
    Act.YES: _yes,
    Act.YES_VOIDED: _yes_voided,
    Act.NO: _no,
    Act.LIFTED: _lifted,
    Act.PUBLISHED: _published,
    Act.CONFIRMED: _confirmed,
    Act.HOLD_PLACED: _hold_placed,
    Act.HOLD_ENDED: _hold_ended,
    Act.DELETION_BEGUN: _deletion_begun,
    Act.DELETION_STOPPED: _deletion_stopped,
    Act.DELETION_DONE: _deletion_done,
    Act.ACCOUNT_MADE: _made,
    Act.MEMBER_JOINED: _joined,
    Act.MEMBER_ROLE: _role,
    Act.MEMBER_LEFT: _left,
    Act.MEMBER_REMOVED: _removed,
    Act.GUARDIANSHIP_CLAIMED: _guardian("claimed"),
    Act.GUARDIANSHIP_ACCEPTED: _guardian("carer"),
    Act.GUARDIANSHIP_NOTICED: _guardian("noticed"),
    Act.GUARDIANSHIP_FULL: _guardian("full"),
    Act.GUARDIANSHIP_ENDED: _no_guardian,
    Act.GUARDIANSHIP_ANNULLED: _no_guardian,
    Act.FROZEN: _frozen,
    Act.UNFROZEN: _unfrozen,
}
