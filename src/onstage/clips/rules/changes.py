"""What is otherwise about a clip after an act, as the ledger enters it: read again, it gives the clip. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from onstage.accounts.acts import Act
from onstage.clips.models import HoldKind, Stage
from onstage.clips.rules.life import SERVER, Cap, Clip, Hold
from onstage.clips.rules.need import Yes

Fields = Mapping[str, str | int | bool | None]

_DRAFTS = frozenset({Act.EDITED, Act.RECALLED, Act.EXPIRED})  # acts that say by themselves that it is a draft again
_OF_HOLDS = {
    Act.NO: (Act.HOLD_PLACED, HoldKind.NO),
    Act.LIFTED: (Act.HOLD_ENDED, HoldKind.NO),
    Act.DELETION_BEGUN: (Act.HOLD_PLACED, HoldKind.DELETING),
}


@dataclass(frozen=True)
class Change:
    """One entry. `by` gave the yes, the hold or the limit, whoever acts now; None: the server, or a case."""

    act: Act
    by: int | None
    fields: Fields


def changes(before: Clip, after: Clip, act: Act | None = None, by: int | None = None) -> list[Change]:
    """An act and what it changed, in the order in which it is read. It comes first where none of the changes is it.

    A no that only took the clip back to near is no no: the limit tells it.
    """
    found = list(_changes(before, after, act, by))
    told = any((change.act, change.by) == (act, by) for change in found)
    only_near = act is Act.NO and Hold(HoldKind.NO, by or SERVER) not in after.holds
    return found if act is None or told or only_near else [Change(act, by, {}), *found]


def _changes(before: Clip, after: Clip, act: Act | None, by: int | None) -> Iterator[Change]:
    if act is Act.ASKED:
        own = next(yes for yes in after.yeses if yes.person == by and yes.version == after.last)
        yield Change(act, by, _yes_facts(own))
    elif after.stage is Stage.DRAFT and before.stage is not Stage.DRAFT and act not in _DRAFTS:
        yield Change(Act.DRAFT_AGAIN, None, {"version": before.last})
    yield from _yeses(before, after, act, by)
    held, holding = _as_told(before.holds), _as_told(after.holds)
    for hold in sorted(held - holding, key=_place):
        yield _hold(Act.HOLD_ENDED, hold, act, by)
    for hold in sorted(holding - held, key=_place):
        yield _hold(Act.HOLD_PLACED, hold, act, by)
    yield from _limits(before, after)
    if after.shown is not None and after.shown.number != (before.shown and before.shown.number):
        yield Change(Act.PUBLISHED, by, {"version": after.shown.number, "reach": after.shown.reach.audience.value})


def _yeses(before: Clip, after: Clip, act: Act | None, by: int | None) -> Iterator[Change]:
    """Yeses that came; and that went, but for those that go with their question or with the version before."""
    was, is_ = ({(yes.person, yes.version): yes for yes in clip.yeses} for clip in (before, after))
    published = after.shown is not None and after.shown.number != (before.shown and before.shown.number)
    recalled = before.last if before.stage is Stage.ASKED and after.stage is Stage.DRAFT else None
    for person, version in sorted(was.keys() - is_.keys()):
        if version != recalled and not (published and after.shown and version != after.shown.number):
            yield Change(Act.YES_VOIDED, person, {"version": version})
    for key, yes in sorted(is_.items()):
        told = act is Act.ASKED and key == (by, after.last)
        again = act is Act.YES and yes.person == by and key in was and was[key].at != yes.at
        if not told and (again or key not in was or was[key].leaves != yes.leaves):
            yield Change(Act.YES, yes.person, _yes_facts(yes))


def _yes_facts(yes: Yes) -> Fields:
    beforehand = {} if yes.wards is None else {"mode": "beforehand"}
    return {"version": yes.version, "leaves": yes.leaves, **beforehand}


OF_A_CAUSE = {HoldKind.CLAIM, HoldKind.SCREENING, HoldKind.CONTAINS}
"""Holds whose giver is the number of a case, of who is in doubt, or of another clip: nobody's act."""


def as_told(kind: HoldKind) -> HoldKind:
    """What the ledger calls a hold: that something is kept for the law reads as any other act of a moderator (R16)."""
    return HoldKind.MODERATION if kind is HoldKind.PRESERVED else kind


def _as_told(holds: Iterable[Hold]) -> frozenset[Hold]:
    return frozenset(replace(hold, kind=as_told(hold.kind)) for hold in holds)


def _place(hold: Hold) -> tuple[str, int]:
    return hold.kind.value, hold.giver


def _hold(what: Act, hold: Hold, act: Act | None, by: int | None) -> Change:
    giver = None if hold.giver == SERVER or hold.kind in OF_A_CAUSE else hold.giver
    if act is not None and _OF_HOLDS.get(act) == (what, hold.kind) and giver == by:
        return Change(act, by, {})
    return Change(what, giver, {"kind": hold.kind.value})


def _limits(before: Clip, after: Clip) -> Iterator[Change]:
    was, is_ = ({cap.giver: cap for cap in clip.caps} for clip in (before, after))
    for giver in sorted(was.keys() | is_.keys()):
        if was.get(giver) == is_.get(giver):
            continue
        cap = is_.get(giver)
        wider = cap is None or (giver in was and not cap.reach.within(was[giver].reach))
        yield Change(Act.WIDENED if wider else Act.NARROWED, giver or None, limit_facts(cap) if cap else {})


def limit_facts(cap: Cap) -> Fields:
    """A limit as the ledger has it."""
    reach = cap.reach
    return {
        "reach": reach.audience.value, "recommended": reach.recommended, "leaves": reach.leaves, "takes": reach.takes,
        "over": cap.over,
    }  # fmt: skip
