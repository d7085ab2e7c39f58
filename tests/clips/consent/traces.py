"""Ten short stories, each of which broke an invariant when one guard was changed; and smaller ones about single guards.

They take the rules as an argument, so that `mutate.py` can tell them to mutants as well.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from onstage.accounts.age import Band
from onstage.clips.models import Audience, HoldKind, Stage
from onstage.errors import Refused
from tests.clips.consent.pair import (
    AUNT,
    CHILD,
    DAD,
    EVERYWHERE,
    FRIEND,
    KID,
    KIDS_MUM,
    MODERATOR,
    MUM,
    NEAR,
    OTHER,
    OWNER,
    SOURCE,
    STRANGER,
    Pair,
    Rules,
    alone,
    family,
    text,
)
from tests.clips.consent.reference import DAY, Text, Ward

Trace = Callable[[Rules], None]


def _published(rules: Rules, audience: str = "friends", *, recommended: bool = False) -> Pair:
    """A child's clip that both guardians and the account have agreed to."""
    pair = Pair(rules, family(owners={OWNER}), text(audience, recommended=recommended))
    assert pair.ask()
    for by in (MUM, DAD, OWNER):
        assert pair.yes(by)
    assert pair.clip.visible
    return pair


def a_no_is_bound_to_no_version(rules: Rules) -> None:
    """Publish, father's no, edit: the new version is withheld as the old one was."""
    pair = _published(rules)
    assert pair.no(DAD)
    assert pair.edit(CHILD, text("friends"))
    assert pair.ask()
    for by in (MUM, OWNER):
        assert pair.yes(by)
    assert pair.yes(DAD)
    assert not pair.go()
    assert not pair.clip.visible
    assert pair.lift(DAD)
    assert pair.clip.shown.number == 1
    assert pair.go()
    assert pair.clip.shown.number == 2


def an_appearance_sticks(rules: Rules) -> None:
    """Father's no, untag, ask, mother's yes: who appears can't be left out to get around a no."""
    world = family(Band.ADULT, owners={CHILD})
    world.wards[KID].guardians[DAD] = "full"
    pair = Pair(rules, world, text(appears={KID}))
    assert pair.ask()
    assert pair.no(DAD)
    assert not pair.edit(CHILD, text())
    assert not pair.unname(KID, KID)
    assert pair.ask()
    assert pair.yes(KIDS_MUM)
    assert not pair.clip.visible


def each_hold_ends_by_its_giver(rules: Rules) -> None:
    """Publish, father's no, child's no, father lifts: the child's no still stands."""
    pair = _published(rules)
    assert pair.no(DAD)
    assert pair.no(CHILD)
    assert pair.lift(DAD)
    assert not pair.clip.visible
    assert not pair.lift(DAD)
    assert pair.lift(CHILD)
    assert pair.clip.visible


def a_no_does_not_lapse_with_its_giver(rules: Rules) -> None:
    """Publish, mother's no, end mother: it waits until those who must agree now bring it back."""
    pair = _published(rules)
    assert pair.no(MUM)
    assert pair.end(MUM)
    assert pair.clip.holds == {rules.life.Hold(HoldKind.BASIS)}
    assert not pair.confirm(STRANGER)
    assert not pair.confirm(AUNT)
    assert pair.confirm(DAD)
    assert pair.clip.visible


def a_birthday_publishes_nothing(rules: Rules) -> None:
    """Publish, turn 18: what is shown stays as it is, and what a father withheld stays withheld."""
    pair = _published(rules)
    assert pair.no(DAD)
    for _ in range(2):
        assert pair.grow()
    assert not pair.clip.visible
    assert pair.confirm(CHILD)
    assert pair.clip.visible
    asked = Pair(rules, family(owners={CHILD}), text())
    assert asked.ask()
    for _ in range(2):
        assert asked.grow()
    assert not asked.clip.visible
    assert asked.go()


def annulled_never_was(rules: Rules) -> None:
    """Publish, annul mother: her yes falls, and without another full guardian the clip is held."""
    world = family(owners={OWNER})
    del world.wards[CHILD].guardians[DAD]
    pair = Pair(rules, world, text())
    assert pair.ask()
    assert pair.yes(MUM)
    assert pair.yes(OWNER)
    assert pair.clip.visible
    assert pair.annul(MUM)
    assert not pair.clip.visible
    assert all(yes.person != MUM for yes in pair.clip.yeses)
    both = _published(rules)
    assert both.annul(MUM)
    assert both.clip.visible


def a_yes_lifts_no_no(rules: Rules) -> None:
    """Father's no, publish: not even his own yes lifts it."""
    pair = Pair(rules, family(owners={CHILD}), text())
    assert pair.no(DAD)
    assert pair.ask()
    assert pair.yes(MUM)
    assert pair.yes(DAD)
    assert not pair.clip.visible
    assert pair.lift(DAD)
    assert not pair.clip.visible
    assert pair.go()
    assert pair.clip.visible


def absence_publishes_nothing(rules: Rules) -> None:
    """Publish under `all`, second guardian absent: the other one's act publishes, the absence does not."""
    pair = Pair(rules, family(owners={CHILD}), text())
    assert pair.ask()
    assert pair.yes(MUM)
    assert pair.away(DAD)
    assert not pair.clip.visible
    assert pair.yes(MUM)
    assert pair.clip.visible
    wide = Pair(rules, family(owners={CHILD}), text("public"))
    assert wide.away(DAD)
    assert wide.ask()
    assert wide.yes(MUM)
    assert not wide.clip.visible
    assert wide.yes(DAD)
    assert wide.clip.visible


def an_edit_keeps_no_yes(rules: Rules) -> None:
    """Ask, edit: every yes was to what is no longer asked."""
    pair = Pair(rules, family(owners={CHILD}), text())
    assert pair.ask()
    assert pair.yes(MUM)
    assert pair.edit(CHILD, text("followers"))
    assert pair.ask()
    assert pair.yes(DAD)
    assert not pair.clip.visible
    assert pair.yes(MUM)
    assert pair.clip.visible


def a_stale_yes_is_refused(rules: Rules) -> None:
    """Ask, stale write: a yes to what somebody looked at before it changed is none."""
    pair = Pair(rules, family(owners={CHILD}), text())
    assert pair.ask()
    assert not pair.yes(MUM, of="stale")
    looked_at = pair.clip.working.number
    assert pair.edit(CHILD, text("public"))
    assert pair.ask()
    facts = pair.facts_now()
    assert not pair.do(
        "say_yes",
        facts,
        MUM,
        looked_at,
        by=MUM,
        checked=True,
        model=lambda: pair.model.yes(MUM, looked_at, True, False),
    )


TEN: tuple[Trace, ...] = (
    a_no_is_bound_to_no_version,
    an_appearance_sticks,
    each_hold_ends_by_its_giver,
    a_no_does_not_lapse_with_its_giver,
    a_birthday_publishes_nothing,
    annulled_never_was,
    a_yes_lifts_no_no,
    absence_publishes_nothing,
    an_edit_keeps_no_yes,
    a_stale_yes_is_refused,
)


def the_whole_first_life(rules: Rules) -> None:
    """Uploaded, made, failed; what is known to be bad is held; adults alone publish at once."""
    facts = Pair(rules, alone(), text()).facts_now()
    version = Pair(rules, alone(), text()).version(text())
    new = rules.life.Clip(CHILD, Stage.UPLOADING, working=version)
    made = rules.consent.uploaded(new)
    assert rules.consent.failed(made).stage is Stage.FAILED
    draft = rules.consent.processed(made)
    assert (draft.stage, draft.holds) == (Stage.DRAFT, frozenset())
    bad = rules.consent.place(draft, facts, HoldKind.MODERATION)
    assert {(hold.kind, hold.since) for hold in bad.holds} == {(HoldKind.MODERATION, facts.at)}
    worded = rules.consent.edit(new, facts, CHILD, version)
    assert worded.stage is Stage.UPLOADING
    _refused(lambda: rules.consent.uploaded(made))
    _refused(lambda: rules.consent.processed(new))
    _refused(lambda: rules.consent.failed(draft))
    _refused(lambda: rules.consent.uploaded(replace(new, gone=True)))
    _refused(lambda: rules.consent.failed(replace(made, gone=True)))
    _refused(lambda: rules.consent.processed(replace(made, gone=True)))
    shown = rules.consent.ask(draft, facts, CHILD, digest=b"what is seen")
    assert shown.visible
    assert shown.shown.digest == b"what is seen"


def _refused(act: Callable[[], object]) -> None:
    with pytest.raises(Refused):
        act()


def owners_decide_by_their_rule(rules: Rules) -> None:
    """One, most, all; and only under `all` one owner's no stops it."""
    for rule, enough in (("one", 1), ("most", 2), ("all", 3)):
        pair = Pair(rules, family(Band.ADULT, owners={OWNER, OTHER, MUM}, rule=rule), text())
        assert pair.ask()
        for count, by in enumerate((OWNER, OTHER, MUM), 1):
            assert not pair.clip.visible
            assert pair.yes(by)
            if count == enough:
                break
        assert pair.clip.visible
        assert pair.no(OTHER) == (rule == "all")
    four = Pair(rules, family(Band.ADULT, owners={OWNER, OTHER, MUM, DAD}, rule="most"), text())
    assert four.ask()
    assert four.yes(OWNER)
    assert four.yes(OTHER)
    assert not four.clip.visible


def leaving_needs_a_second_yes(rules: Rules) -> None:
    """Of every full guardian and the minor; the author's own asking says so."""
    pair = Pair(rules, family(owners={CHILD}), text("public", leaves=True))
    assert pair.ask()
    assert pair.yes(MUM, leaves=True)
    assert pair.yes(DAD)
    assert not pair.clip.visible
    plain = rules.consent.say_yes(pair.clip, pair.facts, DAD, 1, checked=True)
    assert not plain.visible, "a yes says nothing about leaving unless it says so"
    assert pair.yes(DAD, leaves=True)
    assert pair.clip.visible
    assert pair.clip.shown.reach.leaves


def leaving_needs_a_second_yes_of_minors_only(rules: Rules) -> None:
    """An adult who appears says one yes; somebody of 16 says two, in one act or in two."""
    for band, again in ((Band.ADULT, False), (Band.FROM_16, True)):
        world = family(Band.ADULT, owners={CHILD})
        world.wards[FRIEND].band = band
        pair = Pair(rules, world, text("public", leaves=True, appears={FRIEND}))
        assert pair.ask()
        assert pair.yes(FRIEND)
        assert pair.clip.visible != again
        assert pair.yes(FRIEND, leaves=True) == again
        assert pair.clip.visible


def limits_end_by_their_giver(rules: Rules) -> None:
    """Each loosens only their own, or agrees to something wider afterwards."""
    pair = _published(rules, "public", recommended=True)
    assert pair.narrow(MUM, NEAR)
    assert pair.narrow(MUM, ("public", True, False))
    assert pair._three(rules.life.shown_reach(pair.clip, pair.facts)) == NEAR
    assert not pair.widen(DAD)
    assert pair.edit(CHILD, text("public"))
    assert pair.ask()
    for by in (DAD, OWNER):
        assert pair.yes(by)
    assert pair.narrow(DAD, ("members", False, False))
    assert pair.yes(MUM)
    assert pair.clip.shown.number == 1
    assert pair.widen(DAD)
    assert pair.go()
    assert pair.clip.shown.number == 2
    assert not pair.clip.caps


def a_guardian_of_sixteen_draws_back_to_near(rules: Rules) -> None:
    """And no further; a carer too."""
    pair = Pair(rules, family(Band.FROM_16, owners={CHILD}), text("public"))
    assert pair.ask()
    assert pair.clip.visible
    assert pair.no(AUNT)
    assert pair.clip.visible
    assert pair._three(rules.life.shown_reach(pair.clip, pair.facts)) == NEAR
    pair.set(by_hand=False)
    assert pair.no(DAD)
    assert pair._three(rules.life.shown_reach(pair.clip, pair.facts)) == ("friends", False, False)


def a_deletion_can_be_stopped_for_seven_days(rules: Rules) -> None:
    """In a joint account; then the clip stays held by the no of who wanted it, which that person alone lifts."""
    pair = _published(rules)
    assert pair.delete(OWNER)
    assert not pair.stop(OWNER, OWNER)
    assert not pair.stop(MUM, OWNER)
    assert not pair.edit(CHILD, text())
    assert pair.wait(7 * DAY - 1)
    assert not pair.erase()
    assert pair.stop(CHILD, OWNER)
    assert not pair.clip.visible
    assert pair.set(frozen=False)
    assert {hold.kind for hold in pair.clip.holds} == {HoldKind.NO}
    assert pair.lift(OWNER)
    assert pair.clip.visible
    assert pair.delete(CHILD)
    assert pair.wait(7 * DAY)
    assert not pair.stop(OWNER, CHILD)
    assert not pair.undelete(CHILD)
    assert pair.erase()
    for accepted in (pair.ask(), pair.lift(OWNER), pair.delete(CHILD), pair.story_end(True)):
        assert not accepted


def alone_ten_seconds(rules: Rules) -> None:
    """In a personal account nobody stops it, and its owner takes it back within ten seconds."""
    pair = Pair(rules, alone(), text("public", recommended=True, leaves=True))
    assert pair.ask()
    assert pair.clip.visible
    assert pair.delete(CHILD)
    assert pair.wait(9_999_999)
    assert not pair.erase()
    assert pair.undelete(CHILD)
    assert pair.clip.visible
    assert pair.delete(CHILD)
    assert pair.wait(10_000_000)
    assert not pair.undelete(CHILD)
    assert pair.erase()


def a_schedule_is_at_most_a_day_late(rules: Rules) -> None:
    """It publishes at its time if everybody has agreed, by a yes within a day after it, and later by its author only."""
    ready = Pair(rules, family(Band.ADULT, owners={CHILD}), text())
    assert ready.ask(later=3 * DAY)
    assert not ready.clip.visible
    assert not ready.due()
    assert ready.wait(4 * DAY)
    assert ready.due()
    assert ready.clip.visible
    for late, shown in ((4 * DAY, True), (4 * DAY + 1, False)):
        pair = Pair(rules, family(Band.ADULT, owners={OWNER}), text())
        assert pair.ask(later=3 * DAY)
        assert pair.wait(late)
        assert pair.yes(OWNER)
        assert pair.clip.visible == shown
        assert pair.go() == (not shown)
    for wrong in (0, -DAY, 30 * DAY):
        assert not Pair(rules, family(Band.ADULT, owners={CHILD}), text()).ask(later=wrong)


def a_question_ends_after_thirty_days(rules: Rules) -> None:
    """To the microsecond; nothing is published by it."""
    pair = Pair(rules, family(owners={CHILD}), text())
    assert pair.ask()
    assert pair.yes(MUM)
    assert pair.wait(30 * DAY - 1)
    assert not pair.expire()
    assert pair.wait(1)
    assert pair.yes(DAD)
    assert not pair.clip.visible
    assert pair.expire()
    assert pair.clip.stage is Stage.DRAFT
    assert not pair.clip.yeses


def what_is_for_adults_shows_no_minor(rules: Rules) -> None:
    """It can't be asked; where a minor turns up later, moderators have it."""
    pair = Pair(rules, family(Band.ADULT, owners={CHILD}), text(marked=True))
    assert pair.ask()
    assert pair.clip.visible
    assert pair.appear(KID)
    assert {hold.kind for hold in pair.clip.holds} == {HoldKind.MODERATION, HoldKind.BASIS}
    assert not Pair(rules, family(), text(marked=True)).ask()


def narrower_by_age_stays_narrower(rules: Rules) -> None:
    """A setting narrows at once and to all; loosening it again counts for what comes."""
    pair = _published(rules, "public", recommended=True)
    assert pair.set_ward(CHILD, widest=NEAR)
    assert pair.set_ward(CHILD, widest=("public", True, True))
    assert pair._three(rules.life.shown_reach(pair.clip, pair.facts)) == NEAR
    by_hand = _published(rules, "followers")
    assert by_hand.set(by_hand=False)
    assert by_hand.set(by_hand=True)
    assert by_hand._three(rules.life.shown_reach(by_hand.clip, by_hand.facts)) == ("friends", False, False)
    grown = Pair(rules, family(Band.ADULT, owners={CHILD}), text("followers"))
    assert grown.ask()
    assert grown.set(by_hand=False)
    assert not grown.clip.caps


def nobody_judges_themselves(rules: Rules) -> None:
    """A party, a party's guardian, an owner: none of them decides; who is none of these does."""
    pair = _published(rules)
    for by in (CHILD, MUM, AUNT, OWNER):
        assert not pair.place(HoldKind.CLAIM, 3, by)
    assert pair.place(HoldKind.CLAIM, 3, MODERATOR)
    assert not pair.release(HoldKind.CLAIM, 3, MUM)
    assert not pair.release(HoldKind.CLAIM, 4, MODERATOR)
    assert pair.release(HoldKind.CLAIM, 3, MODERATOR)
    assert pair.clip.visible
    _refused(lambda: rules.consent.place(pair.clip, pair.facts, HoldKind.NO, MUM))
    held = rules.consent.say_no(pair.clip, pair.facts, MUM)
    _refused(lambda: rules.consent.release(held, pair.facts, HoldKind.NO, MUM))


def who_turns_up_must_agree(rules: Rules) -> None:
    """An appearance accepted later: it waits for their yes, then one of them brings it back."""
    pair = _published(rules)
    assert pair.appear(FRIEND)
    assert not pair.clip.visible
    assert not pair.confirm(CHILD)
    assert pair.yes(FRIEND, of="shown")
    assert not pair.clip.visible
    assert pair.set(frozen=True)
    assert not pair.confirm(FRIEND)
    assert pair.set(frozen=False)
    assert pair.confirm(FRIEND)
    assert pair.clip.visible
    assert pair.wait(60 * DAY)
    assert pair.younger(FRIEND)
    assert pair.no(FRIEND)
    assert not pair.yes(FRIEND, of="shown") or pair.clip.is_held(HoldKind.BASIS)


def only_the_author_presses_go(rules: Rules) -> None:
    """What is ready and waits for its time goes out earlier by its author alone; a draft by nobody."""
    pair = Pair(rules, family(Band.ADULT, owners={CHILD, MUM}), text())
    assert not pair.go()
    assert pair.ask(later=3 * DAY)
    assert not pair.go(MUM)
    assert pair.go()


def a_right_is_held_at_the_act(rules: Rules) -> None:
    """Whoever has lost it lifts and loosens nothing, also before anybody has looked at the clip again."""
    pair = _published(rules, "public", recommended=True)
    assert pair.narrow(MUM, NEAR)
    assert pair.no(MUM)
    del pair.world.wards[CHILD].guardians[MUM]
    _refused(lambda: rules.consent.lift(pair.clip, pair.facts_now(), MUM))
    _refused(lambda: rules.consent.widen(pair.clip, pair.facts_now(), MUM))
    limited = _published(rules, "public")
    assert limited.narrow(DAD, NEAR)
    assert limited.no(CHILD)
    assert limited.set(frozen=True)
    assert not limited.widen(DAD)
    assert limited.lift(CHILD), "a no is its giver's alone, frozen or not"
    assert limited.clip.visible


def a_yes_to_what_is_shown_publishes_nothing_else(rules: Rules) -> None:
    """Beside a version that waits there is another one that everybody present has agreed to."""
    pair = _published(rules)
    assert pair.appear(FRIEND)
    assert pair.edit(CHILD, text("followers", appears={FRIEND}))
    assert pair.ask()
    for by in (MUM, FRIEND, OWNER):
        assert pair.yes(by)
    assert pair.away(DAD)
    assert pair.yes(FRIEND, of="shown")
    assert pair.clip.shown.number == 1
    assert not pair.confirm(OWNER)
    assert pair.confirm(FRIEND)
    assert {yes.version for yes in pair.clip.yeses} == {1, 2}
    assert pair.appear(KID)
    assert pair.clip.is_held(HoldKind.BASIS)
    assert pair.ask()
    for by in (MUM, FRIEND, OWNER, KIDS_MUM):
        assert pair.yes(by)
    assert pair.clip.visible
    assert not pair.clip.holds


def a_yes_lapses_unused(rules: Rules) -> None:
    """After 30 days, if it has brought nothing back; one that has stands for good."""
    for days, stands in ((30, False), (29, True)):
        pair = _published(rules)
        assert pair.appear(FRIEND)
        assert pair.yes(FRIEND, of="shown")
        assert pair.wait(days * DAY)
        assert pair.confirm(FRIEND) == stands
        assert pair.wait(90 * DAY)
        assert pair.correct(lambda world: world.frozen, set())
        assert pair.clip.visible == stands
    facts = pair.facts_now()
    held = rules.consent.appear(pair.clip, facts, KID)
    agreed = rules.consent.say_yes(held, facts, KIDS_MUM, 1, checked=True)
    assert {(yes.person, yes.leaves, yes.used) for yes in agreed.yeses - held.yeses} == {(KIDS_MUM, False, False)}


def an_older_yes_ends_no_limit(rules: Rules) -> None:
    """Only one to the very version that goes out does."""
    pair = Pair(rules, family(Band.ADULT, owners={OWNER, OTHER}), text("public"))
    assert pair.ask(later=DAY)
    assert pair.yes(OTHER)
    assert pair.go()
    assert pair.narrow(OTHER, NEAR)
    assert pair.edit(CHILD, text("public", recommended=True))
    assert pair.ask()
    assert pair.yes(OWNER)
    assert pair.clip.shown.number == 1
    assert pair.yes(OTHER)
    assert pair.clip.shown.number == 2


def a_limit_is_a_limit_in_every_way(rules: Rules) -> None:
    """To strangers, and off the server: what age or somebody doesn't allow is not published."""
    for reach, shown in (
        (("public", False, True), False),
        (("public", True, False), False),
        (("public", True, True), True),
    ):
        world = family(Band.ADULT, owners={CHILD})
        world.wards[CHILD].widest = reach
        pair = Pair(rules, world, text("public", recommended=True, leaves=True))
        assert pair.ask()
        assert pair.clip.visible == shown
    late = Pair(rules, family(Band.ADULT, owners={OWNER}), text(marked=True, appears={FRIEND}))
    assert late.ask()
    assert late.yes(OWNER)
    assert late.set_ward(FRIEND, band=Band.FROM_16)
    assert late.yes(FRIEND)
    assert not late.clip.visible
    marked = Pair(rules, family(Band.ADULT, owners={CHILD}), text())
    assert marked.ask()
    assert marked.mark(CHILD)
    assert marked.clip.shown.marked
    assert not marked.mark(STRANGER)


def absence_can_be_switched_off(rules: Rules) -> None:
    """Then both are waited for."""
    pair = Pair(rules, family(owners={CHILD}), text())
    assert pair.set_ward(CHILD, absence_rule=False)
    assert pair.away(DAD)
    assert pair.ask()
    assert pair.yes(MUM)
    assert not pair.clip.visible


def where_all_are_away_none_is_passed_over(rules: Rules) -> None:
    """Absence leaves it to those who are here; where nobody is, it waits."""
    pair = Pair(rules, family(owners={CHILD}), text())
    for by in (MUM, DAD):
        assert pair.away(by)
    assert pair.ask()
    assert not pair.clip.visible
    assert pair.yes(MUM)
    assert not pair.clip.visible


def another_right_keeps_a_yes(rules: Rules) -> None:
    """A mother who never was a guardian owns the account all the same."""
    pair = Pair(rules, family(owners={MUM}), text())
    assert pair.ask()
    for by in (MUM, DAD):
        assert pair.yes(by)
    assert pair.annul(MUM)
    assert pair.clip.visible
    assert MUM in {yes.person for yes in pair.clip.yeses}


def what_is_frozen_publishes_nothing(rules: Rules) -> None:
    """Nothing new and nothing wider; afterwards a person's act is needed."""
    pair = Pair(rules, family(Band.ADULT, owners={OWNER}, frozen=True), text())
    assert pair.ask()
    assert pair.yes(OWNER)
    assert not pair.clip.visible
    assert not pair.go()
    assert pair.set(frozen=False)
    assert not pair.clip.visible
    assert pair.go()


def small_guards(rules: Rules) -> None:
    """An edit is the same author's and has no number; the author stays named; a personal deletion is nobody else's."""
    pair = _published(rules)
    other = replace(pair.version(text()), author=FRIEND)
    _refused(lambda: rules.consent.edit(pair.clip, pair.facts, CHILD, other))
    edited = rules.consent.edit(pair.clip, pair.facts, CHILD, replace(pair.version(text()), number=7))
    assert edited.working.number == 0
    assert not pair.unname(MODERATOR, CHILD)
    personal = Pair(rules, family(owners={CHILD, OWNER}, joint=False), text())
    assert personal.delete(CHILD)
    assert not personal.stop(OWNER, CHILD)


def a_story_ends(rules: Rules) -> None:
    """Gone without a wait, or for its author alone."""
    pair = _published(rules)
    assert pair.story_end(True)
    assert pair.clip.visible
    assert pair._three(rules.life.shown_reach(pair.clip, pair.facts)) == ("private", False, False)
    assert pair.story_end(False)
    assert not pair.clip.visible
    assert not Pair(rules, family(), text()).story_end(False)


def _with_mothers_yes_beforehand(rules: Rules, made: Text, kind: str = "near", **more: Any) -> Pair:
    pair = Pair(rules, family(**({"owners": {OWNER}} | more)), made)
    assert pair.ahead(MUM, kind)
    return pair


def a_yes_beforehand_counts_for_what_is_near(rules: Rules) -> None:
    """Mother has said yes beforehand: near waits for father alone; open waits for her, and so does what was asked before."""
    pair = _with_mothers_yes_beforehand(rules, text("friends"))
    assert pair.ask()
    assert pair.yes(OWNER)
    assert not pair.clip.visible
    assert pair.yes(DAD)
    assert pair.clip.visible
    wide = _with_mothers_yes_beforehand(rules, text("public"))
    assert wide.ask()
    for by in (OWNER, DAD):
        assert wide.yes(by)
    assert not wide.clip.visible
    assert wide.yes(MUM)
    assert wide.clip.visible
    before = Pair(rules, family(owners={OWNER}), text())
    assert before.ask()
    assert before.ahead(MUM, "near")
    for by in (OWNER, DAD):
        assert before.yes(by)
    assert not before.clip.visible


def what_members_see_is_covered_by_joining(rules: Rules) -> None:
    """Who let the child into an account let its members see it, and nobody else."""
    for audience, enough in (("private", True), ("members", True), ("friends", False)):
        pair = _with_mothers_yes_beforehand(rules, text(audience), "members")
        assert pair.ask()
        for by in (OWNER, DAD):
            assert pair.yes(by)
        assert pair.clip.visible == enough


def a_yes_beforehand_is_for_one_minor_and_one_right(rules: Rules) -> None:
    """It says nothing about another child of hers, and nothing for the account that she owns."""
    world = family(owners={CHILD})
    world.wards[KID].guardians = {MUM: "full"}
    both = Pair(rules, deepcopy(world), text(appears={KID}))
    assert both.ahead(MUM, "near")
    assert both.ask()
    assert both.yes(DAD)
    assert not both.clip.visible
    assert both.yes(MUM)
    assert both.clip.visible
    one_less = Pair(rules, deepcopy(world), text(appears={KID}))
    for ward in (CHILD, KID):
        assert one_less.ahead(MUM, "near", ward)
    assert one_less.ask()
    assert one_less.ahead(MUM, None, KID)
    assert one_less.yes(DAD)
    assert not one_less.clip.visible
    owner = _with_mothers_yes_beforehand(rules, text(), owners={MUM})
    assert owner.ask()
    assert owner.yes(DAD)
    assert not owner.clip.visible
    assert owner.yes(MUM)
    assert owner.clip.visible
    carer = Pair(rules, family(owners={CHILD}), text())
    assert carer.ahead(AUNT, "near")
    assert carer.ask()
    assert not carer.clip.yeses - {yes for yes in carer.clip.yeses if yes.person == CHILD}


def a_yes_beforehand_can_be_taken_back(rules: Rules) -> None:
    """What waits is asked of her again; what has gone out stays, and she may say no to it."""
    waits = _with_mothers_yes_beforehand(rules, text())
    assert waits.ask()
    assert waits.ahead(MUM, None)
    assert waits.ahead(MUM, "near")
    for by in (OWNER, DAD):
        assert waits.yes(by)
    assert not waits.clip.visible
    out = _with_mothers_yes_beforehand(rules, text())
    assert out.ask()
    for by in (OWNER, DAD):
        assert out.yes(by)
    assert out.ahead(MUM, None)
    assert out.clip.visible
    assert out.younger(FRIEND)
    assert out.clip.visible
    assert out.no(MUM)
    assert not out.clip.visible


def a_yes_beforehand_lapses_with_the_question(rules: Rules) -> None:
    """It is a yes like others: void with the version, and after 30 days."""
    pair = _with_mothers_yes_beforehand(rules, text())
    assert pair.ask()
    assert pair.recall()
    assert all(yes.wards is None for yes in pair.clip.yeses)
    assert pair.ask()
    assert pair.no(DAD)
    assert not pair.clip.yeses


def a_yes_beforehand_lifts_nothing(rules: Rules) -> None:
    """Not her limit, and not her no."""
    pair = _published(rules)
    assert pair.narrow(MUM, ("private", False, False))
    assert pair.edit(CHILD, text())
    assert pair.ahead(MUM, "near")
    assert pair.ask()
    for by in (DAD, OWNER):
        assert pair.yes(by)
    assert pair.clip.shown.number == 1
    assert pair.yes(MUM)
    assert pair.clip.shown.number == 2
    held = _with_mothers_yes_beforehand(rules, text())
    assert held.no(MUM)
    assert held.ask()
    for by in (DAD, OWNER):
        assert held.yes(by)
    assert not held.clip.visible


def a_yes_beforehand_is_near_also_later(rules: Rules) -> None:
    """Near was what followers see who came in by hand; when they no longer do, it is no yes to what that has become."""
    pair = _with_mothers_yes_beforehand(rules, text("followers"))
    assert pair.ask()
    for by in (DAD, OWNER):
        assert pair.yes(by)
    assert pair.clip.visible
    assert pair.set(by_hand=False)
    assert pair.younger(FRIEND)
    assert not pair.clip.visible
    assert pair.yes(MUM, of="shown")
    assert pair.confirm(DAD)
    assert pair.clip.visible


def who_let_followers_in_at_once_narrows_nothing_by_that(rules: Rules) -> None:
    """Only an account that stops letting followers in by hand makes a minor's clip narrower."""
    pair = Pair(rules, family(owners={OWNER}, by_hand=False), text("public"))
    assert pair.ask()
    for by in (MUM, DAD, OWNER):
        assert pair.yes(by)
    assert pair.gain(AUNT, "carer")
    assert pair.model.reach() == ("public", False, False)


def what_it_contains_withholds_and_limits_it(rules: Rules) -> None:
    """[15] Held with each source, for itself; free when that one is, or its part is out; and no further than any."""
    pair = Pair(rules, alone(), text("public", recommended=True, leaves=True))
    assert pair.source(SOURCE, EVERYWHERE)
    assert pair.ask()
    assert pair.clip.visible
    assert pair.source(SOURCE, None)
    assert pair.source(SOURCE + 1, None)
    assert not pair.clip.visible
    assert not pair.release(HoldKind.CONTAINS, SOURCE + 2)
    assert pair.source(SOURCE, EVERYWHERE)
    assert not pair.clip.visible
    assert pair.source(SOURCE + 1, None, taken_out=True)
    assert pair.clip.visible
    assert pair.source(SOURCE, ("public", False, True))
    assert rules.life.shown_reach(pair.clip, pair.facts) == rules.need.Reach(Audience.PUBLIC, leaves=True)
    assert pair.source(SOURCE, EVERYWHERE)
    assert rules.life.shown_reach(pair.clip, pair.facts) == rules.need.Reach(Audience.PUBLIC, leaves=True)
    assert pair.source(SOURCE, None)
    assert pair.delete(CHILD)
    assert pair.wait(10_000_000)
    assert pair.erase()
    assert not pair.source(SOURCE, EVERYWHERE)


def each_way_of_reach_counts(rules: Rules) -> None:
    """A reach lies within another where it goes no further in any way; of several only what all of them allow is left."""
    reach = rules.need.Reach
    narrow = reach(Audience.FRIENDS)
    for name in ("recommended", "leaves", "takes"):
        wider = reach(Audience.FRIENDS, **{name: True})
        assert narrow.within(wider)
        assert not wider.within(narrow)
        assert wider.meet(narrow) == narrow
        assert wider.meet(rules.need.EVERYWHERE) == wider
        assert wider.meet() == wider


def what_is_not_said_is_strict(rules: Rules) -> None:
    """The values that nobody gives."""
    need, life = rules.need, rules.life
    private = need.Reach(Audience.PRIVATE)
    assert private == need.Reach(Audience.PRIVATE, recommended=False, leaves=False, takes=False)
    assert need.Reach(Audience.PUBLIC, recommended=True, leaves=True, takes=True) == need.EVERYWHERE
    person = need.Person(Band.UNDER_13)
    assert (person.agreement, person.absence_counts, person.guardians) == ("all", True, ())
    facts = need.Facts({}, frozenset(), 0)
    assert (facts.rule, facts.joint, facts.frozen, facts.by_hand) == ("one", False, False, False)
    assert facts.sources == ()
    version = need.Version(CHILD, private)
    assert (version.number, version.marked, version.appears, version.digest) == (0, False, frozenset(), b"")
    assert need.Yes(CHILD, 1, 0) == need.Yes(CHILD, 1, 0, leaves=False, used=False)
    assert need.Part(frozenset()) == need.Part(frozenset(), least=1, leaves=False, ward=None)
    assert not need.Beforehand(MUM).members_only
    clip = life.Clip(CHILD, Stage.DRAFT)
    assert life.reach_of(clip, facts) is None
    assert (clip.last, clip.gone, clip.by_hand, clip.due, clip.visible) == (0, False, False, None, False)
    assert life.Hold(HoldKind.BASIS) == life.Hold(HoldKind.BASIS, life.SERVER, since=7)
    assert (life.SERVER, life.Hold(HoldKind.BASIS).since) == (0, 0)


def a_question_that_ran_out_publishes_nothing(rules: Rules) -> None:
    """Also where every yes is fresh: the author of ten years gives none."""
    pair = Pair(rules, family(Band.UNDER_13, owners={OWNER}), text())
    assert pair.ask()
    assert pair.wait(30 * DAY)
    for by in (MUM, DAD, OWNER):
        assert pair.yes(by)
    assert not pair.go()
    assert not pair.clip.visible


def a_second_yes_lapses_like_the_first(rules: Rules) -> None:
    """What somebody said about leaving the server thirty days ago is not in what they say today."""
    pair = Pair(rules, family(owners={CHILD}), text("public", leaves=True))
    assert pair.ask()
    for by in (MUM, DAD):
        assert pair.yes(by, leaves=True)
    assert pair.gain(AUNT, "full")
    assert pair.annul(MUM)
    assert pair.clip.is_held(HoldKind.BASIS)
    assert pair.yes(AUNT, of="shown", leaves=True)
    assert pair.wait(30 * DAY)
    assert pair.yes(AUNT, of="shown")
    assert not pair.confirm(DAD)
    assert pair.yes(AUNT, of="shown", leaves=True)
    assert pair.confirm(DAD)


def a_backup_without_a_journal_asks_everybody_anew(rules: Rules) -> None:
    """No yes from before counts; what waited is a draft again, and what is shown waits until all have agreed."""
    pair = _published(rules)
    assert pair.restored()
    assert pair.clip.is_held(HoldKind.BASIS)
    assert not pair.confirm(CHILD)
    for by in (CHILD, MUM, OWNER):
        assert pair.yes(by, of="shown")
    assert not pair.confirm(MUM)
    assert pair.yes(DAD, of="shown")
    assert pair.confirm(DAD)
    assert pair.clip.visible
    asked = Pair(rules, family(owners={OWNER}), text())
    assert asked.ask()
    assert asked.yes(MUM)
    assert asked.restored()
    assert asked.clip.stage is Stage.DRAFT
    assert not asked.clip.holds


def a_child_who_is_not_here(rules: Rules) -> None:
    """Without whoever answers for them: for its author alone; with their yes near at most; their no is a no."""
    nobody, link = 77, 78
    world = family(Band.ADULT, owners={CHILD}, children={nobody: False})
    pair = Pair(rules, world, text("friends"))
    assert pair.ask()
    assert not pair.clip.visible
    assert not pair.yes(nobody)
    assert pair.edit(CHILD, text("private"))
    assert pair.ask()
    assert pair.clip.visible
    for by_hand, shown in ((True, True), (False, False)):
        world = family(Band.ADULT, owners={CHILD}, children={link: True}, by_hand=by_hand)
        pair = Pair(rules, world, text("followers"))
        assert pair.ask()
        assert not pair.clip.visible
        assert not pair.yes(nobody)
        assert pair.yes(link)
        assert pair.clip.visible == shown
    world = family(Band.ADULT, owners={CHILD}, children={link: True})
    public = Pair(rules, world, text("public"))
    assert public.ask()
    assert public.yes(link)
    assert not public.clip.visible
    assert not Pair(rules, family(Band.ADULT, owners={CHILD}, children={link: True}), text(marked=True)).ask()
    pair = Pair(rules, family(Band.ADULT, owners={CHILD}, children={link: True}), text("friends"))
    assert pair.ask()
    assert pair.yes(link)
    assert pair.no(link)
    assert not pair.clip.visible
    assert not pair.no(nobody)
    assert pair.lift(link)
    assert pair.clip.visible
    assert pair.edit(CHILD, text("friends"))
    assert pair.ask()
    assert pair.clip.shown.number == 1
    assert pair.narrow(link, NEAR)
    assert pair.no(link)
    assert pair.correct(lambda changed: changed.children.clear(), set())
    assert pair.clip.is_held(HoldKind.BASIS)
    late = Pair(rules, family(Band.ADULT, owners={CHILD}), text("public"))
    assert late.ask()
    assert late.correct(lambda changed: changed.children.update({link: True}), set())
    assert late.clip.is_held(HoldKind.BASIS)


def two_accounts_made_it(rules: Rules) -> None:
    """Both sides' owners agree by their own rule, either side's owners limit it, and none of them judges it."""
    for rule, enough in (("one", {FRIEND}), ("most", {FRIEND, DAD}), ("all", {FRIEND, DAD, MUM})):
        world = family(Band.ADULT, owners={CHILD}, sides=[({FRIEND, DAD, MUM}, rule)])
        world.wards[CHILD].guardians.clear()
        pair = Pair(rules, world, text("friends"))
        assert pair.ask()
        for place, by in enumerate((FRIEND, DAD, MUM)):
            assert pair.clip.visible == (place >= len(enough))
            assert pair.yes(by) == (place < len(enough))
        assert pair.clip.visible
        assert pair.narrow(MUM, ("members", False, False))
        assert pair.no(MUM) == (rule == "all")
        assert not pair.place(HoldKind.MODERATION, by=DAD)


def one_guardian_is_enough_where_all_want_it_so(rules: Rules) -> None:
    """For what people near see; open waits for both, and so does near where not all want it so."""
    for audience, any_will_do, enough in (("friends", True, True), ("public", True, False), ("friends", False, False)):
        pair = Pair(rules, family(owners={OWNER}), text(audience))
        assert pair.set_ward(CHILD, any_will_do=any_will_do)
        assert pair.ask()
        assert pair.yes(OWNER)
        assert not pair.clip.visible
        assert pair.yes(DAD)
        assert pair.clip.visible == enough
        assert pair.yes(MUM) != enough
        assert pair.clip.visible


def a_guardian_who_made_it_says_yes_once(rules: Rules) -> None:
    """What she had said beforehand about her own child adds nothing to the yes that she has given by asking."""
    world = family(owners={KIDS_MUM})
    world.author, world.wards[KIDS_MUM] = KIDS_MUM, Ward(Band.ADULT)
    world.wards[KID].ahead[KIDS_MUM] = "near"
    pair = Pair(rules, world, text("friends", appears={KID}))
    assert pair.ask(KIDS_MUM)
    assert pair.clip.visible
    assert [yes.wards for yes in pair.clip.yeses] == [None]


def a_limit_goes_with_its_givers_right(rules: Rules) -> None:
    """Whoever narrowed it and is no guardian any more limits no new version; the others agree to that one."""
    pair = _published(rules, "public")
    assert pair.narrow(MUM, NEAR)
    assert pair.end(MUM)
    assert pair.edit(CHILD, text("public"))
    assert pair.ask()
    for by in (DAD, OWNER):
        assert pair.yes(by)
    assert pair.clip.shown.number == 2
    assert not pair.clip.caps
    assert pair._three(rules.life.shown_reach(pair.clip, pair.facts)) == ("public", False, False)


def only_what_waits_is_brought_back(rules: Rules) -> None:
    """What everybody sees, or what somebody's no holds, waits for no "bring it back"."""
    pair = _published(rules)
    assert not pair.confirm(MUM)
    assert pair.no(DAD)
    assert not pair.confirm(MUM)


def a_no_comes_with_the_film(rules: Rules) -> None:
    """Who says no to the film elsewhere appears here too, and nobody who agreed is asked anew because of who was in it before."""
    pair = Pair(rules, family(owners={OWNER}), text(appears={FRIEND}))
    assert pair.ask()
    for by in (MUM, DAD, OWNER, FRIEND):
        assert pair.yes(by)
    assert pair.gain(AUNT, "full")
    assert pair.clip.visible
    assert pair.same_film({FRIEND}, {FRIEND})
    assert pair.clip.holds == {rules.life.Hold(HoldKind.NO, FRIEND)}
    assert pair.lift(FRIEND)
    assert pair.clip.visible
    assert pair.same_film({KID}, {KIDS_MUM})
    assert pair.clip.named == {FRIEND, KID}
    assert pair.lift(KIDS_MUM)
    assert pair.clip.holds == {rules.life.Hold(HoldKind.BASIS)}


def a_no_by_a_link_comes_with_the_film(rules: Rules) -> None:
    """A child who is not here is in every later clip of the film, and whoever stands for them has said no to it."""
    link = 300
    pair = Pair(rules, family(Band.ADULT, owners={CHILD}), text("public"))
    assert pair.ask()
    assert pair.film_by_link(link, earlier=True)
    assert pair.clip.visible
    assert pair.film_by_link(link)
    assert pair.clip.holds == {rules.life.Hold(HoldKind.NO, link), rules.life.Hold(HoldKind.BASIS)}
    assert pair.lift(link)
    assert not pair.clip.visible
    assert pair.yes(link, of="shown")
    assert pair.confirm(CHILD)
    assert pair._three(rules.life.shown_reach(pair.clip, pair.facts)) == ("followers", False, False)
    assert pair.set(owners={CHILD, OWNER}, rule="all")
    assert pair.film_by_link(link, earlier=True)
    assert not pair.clip.visible
    assert pair.lift(link)
    assert pair.clip.visible, "they were in it before, and whoever gains a right later is not asked anew"
    draft = Pair(rules, family(Band.ADULT, owners={CHILD}), text("friends"))
    assert draft.film_by_link(link)
    assert not draft.clip.is_held(HoldKind.BASIS)
    assert draft.lift(link)
    assert draft.ask()
    assert not draft.clip.visible
    assert draft.yes(link)
    assert draft.clip.visible


def what_the_law_asks_for_is_kept(rules: Rules) -> None:
    """By a moderator with a ground; who placed that hold ends it, and a deletion goes on meanwhile."""
    pair = _published(rules)
    for by, ground in ((MUM, "an order"), (OWNER, "an order"), (CHILD, "an order"), (MODERATOR, "")):
        assert not pair.preserve(by, ground)
    assert pair.clip.visible
    assert pair.preserve(MODERATOR)
    assert {(hold.kind, hold.giver, hold.since) for hold in pair.clip.holds} == {
        (HoldKind.PRESERVED, MODERATOR, pair.facts.at)
    }
    assert not pair.place(HoldKind.PRESERVED, MODERATOR, MODERATOR)
    for other in (STRANGER, MUM, CHILD, None):
        assert not pair.release(HoldKind.PRESERVED, MODERATOR, other)
    assert pair.delete(CHILD)
    assert pair.undelete(CHILD)
    assert not pair.clip.visible
    assert pair.release(HoldKind.PRESERVED, MODERATOR, MODERATOR)
    assert pair.clip.visible
    assert pair.preserve(MODERATOR)
    assert pair.delete(CHILD)
    assert pair.wait(7 * DAY)
    assert pair.erase()
    assert not pair.preserve(MODERATOR)


SMALLER: tuple[Trace, ...] = (
    a_no_comes_with_the_film,
    a_no_by_a_link_comes_with_the_film,
    what_the_law_asks_for_is_kept,
    only_what_waits_is_brought_back,
    one_guardian_is_enough_where_all_want_it_so,
    a_guardian_who_made_it_says_yes_once,
    a_limit_goes_with_its_givers_right,
    a_child_who_is_not_here,
    two_accounts_made_it,
    the_whole_first_life,
    owners_decide_by_their_rule,
    leaving_needs_a_second_yes,
    leaving_needs_a_second_yes_of_minors_only,
    limits_end_by_their_giver,
    a_guardian_of_sixteen_draws_back_to_near,
    a_deletion_can_be_stopped_for_seven_days,
    alone_ten_seconds,
    a_schedule_is_at_most_a_day_late,
    a_question_ends_after_thirty_days,
    what_is_for_adults_shows_no_minor,
    narrower_by_age_stays_narrower,
    nobody_judges_themselves,
    who_turns_up_must_agree,
    only_the_author_presses_go,
    a_right_is_held_at_the_act,
    a_yes_to_what_is_shown_publishes_nothing_else,
    a_yes_lapses_unused,
    an_older_yes_ends_no_limit,
    a_limit_is_a_limit_in_every_way,
    absence_can_be_switched_off,
    where_all_are_away_none_is_passed_over,
    another_right_keeps_a_yes,
    what_is_frozen_publishes_nothing,
    small_guards,
    a_story_ends,
    a_yes_beforehand_counts_for_what_is_near,
    what_members_see_is_covered_by_joining,
    a_yes_beforehand_is_for_one_minor_and_one_right,
    a_yes_beforehand_can_be_taken_back,
    a_yes_beforehand_lapses_with_the_question,
    a_yes_beforehand_lifts_nothing,
    a_yes_beforehand_is_near_also_later,
    who_let_followers_in_at_once_narrows_nothing_by_that,
    what_it_contains_withholds_and_limits_it,
    each_way_of_reach_counts,
    what_is_not_said_is_strict,
    a_question_that_ran_out_publishes_nothing,
    a_second_yes_lapses_like_the_first,
    a_backup_without_a_journal_asks_everybody_anew,
)
