"""The life of a clip as one pure state machine: every event of the consent rules, its guard and its effect.

No database and no web. Each act takes the clip, the facts around it and who acts, and gives the clip after it, or raises
Refused and changes nothing. Numbers in brackets are the events of the table in docs/build/consent.md.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec

from onstage.accounts.age import Band
from onstage.clips.models import Audience, HoldKind, Stage
from onstage.clips.rules.life import SERVER, Cap, Clip, Hold
from onstage.clips.rules.need import (
    YES_LASTS,
    Facts,
    Reach,
    Version,
    Yes,
    deleters,
    draws_back,
    has_minor,
    nearest,
    need,
    objectors,
    ok,
    said_by_asking,
    standing,
    today,
    voices,
)
from onstage.clock import DAY, SECOND
from onstage.errors import Conflict, Gone, Invalid, NotAllowed

UNDO = 10 * SECOND  # a personal account's deletion can be taken back for so long
STOP = 7 * DAY  # a joint account's can be stopped for so long
LATE = DAY  # a schedule publishes at most so long after its time
PLACED = frozenset({HoldKind.CLAIM, HoldKind.CONTAINS, HoldKind.SCREENING, HoldKind.MODERATION})
_CAUSED = PLACED | {HoldKind.PRESERVED}
_WORDED = frozenset({Stage.UPLOADING, Stage.PROCESSING, Stage.FAILED})
P = ParamSpec("P")


def _of_a_clip_that_is(act: Callable[Concatenate[Clip, P], Clip]) -> Callable[Concatenate[Clip, P], Clip]:
    """Nothing happens to what is gone (I6)."""

    @wraps(act)
    def checked(clip: Clip, /, *given: P.args, **named: P.kwargs) -> Clip:
        if clip.gone:
            raise Gone("This clip is gone.")
        return act(clip, *given, **named)

    return checked


def _need(condition: bool, sentence: str, code: str) -> None:
    """Raise Conflict unless the clip is in a state for this."""
    if not condition:
        raise Conflict(sentence, code=code)


def _right(condition: bool, sentence: str) -> None:
    """Raise NotAllowed unless whoever acts holds the right to."""
    if not condition:
        raise NotAllowed(sentence)


@_of_a_clip_that_is
def uploaded(clip: Clip) -> Clip:
    """[1] The last byte has come."""
    _need(clip.stage is Stage.UPLOADING, "This upload is over.", "stage")
    return replace(clip, stage=Stage.PROCESSING)


@_of_a_clip_that_is
def processed(clip: Clip) -> Clip:
    """[1] It can be played: a draft. What is known to be bad is held for moderators by `place`, in the same transaction."""
    _need(clip.stage is Stage.PROCESSING, "This clip is not being made.", "stage")
    return replace(clip, stage=Stage.DRAFT)


@_of_a_clip_that_is
def failed(clip: Clip) -> Clip:
    """[1] It can't be made playable."""
    _need(clip.stage is Stage.PROCESSING, "This clip is not being made.", "stage")
    return replace(clip, stage=Stage.FAILED)


@_of_a_clip_that_is
def ask(clip: Clip, facts: Facts, by: int, *, digest: bytes = b"", due: int | None = None) -> Clip:
    """[2] The author asks: the version is frozen, has the author's own yes, and goes out if nothing more is needed.

    What guardians have said beforehand is a yes of theirs from now on, if it is near (R9).
    """
    _right(by == clip.author, "Only who made a clip can ask for it.")
    _need(clip.stage is Stage.DRAFT, "Only a draft can be published.", "stage")
    assert clip.working is not None
    _need(not clip.is_held(HoldKind.DELETING), "This clip is being deleted.", "deleting")
    _right(not (clip.working.marked and has_minor(clip.working, facts)), "What is for adults can't show a minor.")
    _need(due is None or facts.at < due < facts.at + YES_LASTS, "Choose a time within the next 30 days.", "due")
    version = replace(clip.working, number=clip.last + 1, digest=digest)
    asked = replace(
        clip,
        stage=Stage.ASKED,
        working=version,
        last=version.number,
        asked_at=facts.at,
        due=due,
        named=clip.named | version.appears,
        yeses=clip.yeses | said_by_asking(version, facts, by),
    )
    return _try(asked, facts)


@_of_a_clip_that_is
def say_yes(clip: Clip, facts: Facts, by: int, number: int, *, checked: bool, leaves: bool = False) -> Clip:
    """[3] A yes to exactly that version: the one asked about, or the shown one while it waits under `basis` (13)."""
    version = _open_for_yes(clip, number)
    _right(by in voices(version, facts), "Your yes is not asked for here. If your no counts, say it at any time.")
    if not checked:
        raise NotAllowed("Show once more that it is you, with your password or a passkey.", code="check-needed")
    before = {yes for yes in clip.yeses if yes.person == by and yes.version == number}
    both = leaves or any(yes.leaves and yes.lives(facts.at) for yes in before)
    used = any(yes.used for yes in before)
    given = Yes(by, number, facts.at, leaves=both and version.reach.leaves, used=used)
    agreed = replace(clip, yeses=(clip.yeses - before) | {given})
    return _try(agreed, facts) if version is clip.working else agreed


def _open_for_yes(clip: Clip, number: int) -> Version:
    if clip.stage is Stage.ASKED and clip.working is not None and clip.working.number == number:
        return clip.working
    if clip.shown is not None and clip.shown.number == number and clip.is_held(HoldKind.BASIS):
        return clip.shown
    raise Conflict("This clip has changed since you looked. Look at it again.", code="version")


@_of_a_clip_that_is
def say_no(clip: Clip, facts: Facts, by: int) -> Clip:
    """[4] A no: withheld at once, in every version, until they lift it; what was asked is a draft again.

    The guardian of somebody of 16 or 17 takes the minor's own clip back to near instead (8).
    """
    if by in objectors(clip.people, facts):
        return _to_draft(_with(clip, Hold(HoldKind.NO, by, facts.at)))
    _right(by in draws_back(clip.author, facts), "You are not among those who decide about this clip.")
    return _limit(clip, by, nearest(facts.by_hand))


@_of_a_clip_that_is
def go(clip: Clip, facts: Facts, by: int) -> Clip:
    """[5] The author publishes what has every yes and waited for a time, or until something that held it ended."""
    _right(by == clip.author, "Only who made a clip can publish it.")
    _need(is_ready(clip, facts), "Somebody must still agree, or something holds this clip.", "waits")
    return _publish(clip, facts)


@_of_a_clip_that_is
def come_due(clip: Clip, facts: Facts) -> Clip:
    """[5] The time that its author chose has come; later than a day after it nothing happens by itself."""
    _need(_is_time(clip, facts) and clip.due is not None, "It is not time.", "due")
    return _try(clip, facts)


def is_ready(clip: Clip, facts: Facts) -> bool:
    """Whether what is asked can go out now: every yes stands, nothing but `basis` holds it, no limit is narrower."""
    version = clip.working
    return (
        clip.stage is Stage.ASKED
        and version is not None
        and not lapsed(clip, facts.at)
        and ok(version, clip.yeses, facts)
        and all(hold.kind is HoldKind.BASIS for hold in clip.holds)
        and not facts.frozen
        and version.reach.within(allowed(clip, version, facts))
        and not (version.marked and has_minor(version, facts))
    )


def lapsed(clip: Clip, at: int) -> bool:
    """Whether what was asked has waited for 30 days."""
    return clip.asked_at is not None and at >= clip.asked_at + YES_LASTS


def allowed(clip: Clip, version: Version, facts: Facts) -> Reach:
    """The widest this version may be: age and settings today, and every limit that publishing it would not end."""
    caps = (cap.reach for cap in clip.caps if not _ends(cap, clip, version, facts))
    return today(version.people, facts).meet(*caps)


def _ends(cap: Cap, clip: Clip, version: Version, facts: Facts) -> bool:
    agreed = any(yes.person == cap.giver and yes.version == version.number and yes.wards is None for yes in clip.yeses)
    return cap.giver not in limiters(clip, facts) or (agreed and version.number > cap.over)


def limiters(clip: Clip, facts: Facts) -> frozenset[int]:
    """Who may narrow the clip: those whose no counts, its account's owners, the guardians of an author of 16 or 17."""
    made_it = facts.owners.union(*(side.owners for side in facts.coauthors))
    return objectors(clip.people, facts) | made_it | draws_back(clip.author, facts)


def _is_time(clip: Clip, facts: Facts) -> bool:
    return clip.due is None or clip.due <= facts.at <= clip.due + LATE


def _try(clip: Clip, facts: Facts) -> Clip:
    return _publish(clip, facts) if _is_time(clip, facts) and is_ready(clip, facts) else clip


def _publish(clip: Clip, facts: Facts) -> Clip:
    version = clip.working
    assert version is not None
    return replace(
        clip,
        stage=Stage.NONE,
        working=None,
        shown=version,
        asked_at=None,
        due=None,
        yeses=_used(clip, version.number),
        holds=frozenset(hold for hold in clip.holds if hold.kind is not HoldKind.BASIS),
        caps=frozenset(cap for cap in clip.caps if not _ends(cap, clip, version, facts)),
        basis=need(version, facts),
        by_hand=facts.by_hand,
    )


def _used(clip: Clip, number: int) -> frozenset[Yes]:
    """The yeses to that version, which lapse no more; those to versions before it are of no use."""
    return frozenset(replace(yes, used=True) for yes in clip.yeses if yes.version == number)


@_of_a_clip_that_is
def lift(clip: Clip, facts: Facts, by: int) -> Clip:
    """[6] Somebody takes their own no back, and nobody else's."""
    _need(Hold(HoldKind.NO, by) in clip.holds, "You have not said no to this clip.", "no-hold")
    _right(by in _noes_stand(clip, facts), "This is no longer yours to decide.")
    return replace(clip, holds=clip.holds - {Hold(HoldKind.NO, by)})


def _noes_stand(clip: Clip, facts: Facts) -> frozenset[int]:
    """Whose no stands: those of H, and who asked for a deletion that was stopped."""
    return objectors(clip.people, facts) | deleters(clip.author, facts)


@_of_a_clip_that_is
def widen(clip: Clip, facts: Facts, by: int) -> Clip:
    """[6] Somebody takes back the limit that they set (R6: each loosens only their own)."""
    own = frozenset(cap for cap in clip.caps if cap.giver == by)
    _need(bool(own), "You have not limited this clip.", "no-limit")
    _right(by in limiters(clip, facts) and not facts.frozen, "This can't be made wider now.")
    return replace(clip, caps=clip.caps - own)


@_of_a_clip_that_is
def edit(clip: Clip, facts: Facts, by: int, version: Version) -> Clip:
    """[7] New words, audience, film or appearances: a new draft without any yes; what is shown and every no stay."""
    _right(by == clip.author or by in facts.owners | facts.editors, "You can't change this clip.")
    _need(not clip.is_held(HoldKind.DELETING), "This clip is being deleted.", "deleting")
    _right(version.author == clip.author and clip.named <= version.appears, "Who appears in it stays named.")
    stage = clip.stage if clip.stage in _WORDED else Stage.DRAFT
    return replace(_to_draft(clip), stage=stage, working=replace(version, number=0))


@_of_a_clip_that_is
def narrow(clip: Clip, facts: Facts, by: int, reach: Reach) -> Clip:
    """[8] Narrower at once; the yeses stay."""
    _right(by in limiters(clip, facts), "You are not among those who decide about this clip.")
    return _limit(clip, by, reach)


@_of_a_clip_that_is
def mark(clip: Clip, facts: Facts, by: int) -> Clip:
    """[8] Marked for adults: fewer see it, at once; moderators have it where a minor is in it."""
    _right(by in limiters(clip, facts) | facts.editors, "You are not among those who decide about this clip.")
    shown = clip.shown and replace(clip.shown, marked=True)
    return _narrow_to_today(replace(clip, shown=shown), facts)


def _limit(clip: Clip, giver: int, reach: Reach) -> Clip:
    own = frozenset(cap for cap in clip.caps if cap.giver == giver)
    narrower = Cap(giver, reach.meet(*(cap.reach for cap in own)), clip.last)
    return replace(clip, caps=(clip.caps - own) | {narrower})


@_of_a_clip_that_is
def recall(clip: Clip, by: int) -> Clip:
    """[9] The author takes the question back."""
    _right(by == clip.author, "Only who asked can take that back.")
    _need(clip.stage is Stage.ASKED, "Nothing is asked about this clip.", "stage")
    return _to_draft(clip)


@_of_a_clip_that_is
def expire(clip: Clip, facts: Facts) -> Clip:
    """[9] Thirty days have passed without every answer."""
    _need(lapsed(clip, facts.at), "It still has time.", "stage")
    return _to_draft(clip)


def _to_draft(clip: Clip) -> Clip:
    """What is asked is a draft again, and its yeses are void."""
    if clip.stage is not Stage.ASKED:
        return clip
    assert clip.working is not None
    kept = frozenset(yes for yes in clip.yeses if yes.version != clip.working.number)
    return replace(clip, stage=Stage.DRAFT, asked_at=None, due=None, yeses=kept)


@_of_a_clip_that_is
def changed(clip: Clip, facts: Facts) -> Clip:
    """[10, 11, 16] Somebody gained or lost a right, grew older, was away, or a setting changed: it only ever narrows.

    Noes of those who have no right any more turn into `basis`; their yeses to what is asked are void.
    """
    holders = _noes_stand(clip, facts)
    lost = {hold for hold in clip.holds if hold.kind is HoldKind.NO and hold.giver not in holders}
    waiting = _with(clip, Hold(HoldKind.BASIS, since=facts.at)) if lost else clip
    after = replace(waiting, holds=waiting.holds - lost)
    if clip.stage is Stage.ASKED and clip.working is not None:
        after = _keep_yeses(after, clip.working, facts)
    return _narrow_to_today(after, facts)


def _keep_yeses(clip: Clip, version: Version, facts: Facts) -> Clip:
    """Of the yeses to what is asked, those of people who hold a right; what was said beforehand, as far as it stands."""
    able = {*voices(version, facts), clip.author}
    others = frozenset(yes for yes in clip.yeses if yes.version != version.number)
    kept = {yes for yes in standing(version, clip.yeses - others, facts) if yes.person in able}
    return replace(clip, yeses=others | kept)


def _narrow_to_today(clip: Clip, facts: Facts) -> Clip:
    """What age or settings allow less of now stays so until something new is published."""
    shown = clip.shown
    if shown is None:
        return clip
    now_open = clip.by_hand and not facts.by_hand and has_minor(shown, facts)
    limit = today(shown.people, facts).meet(*([nearest(by_hand=False)] if now_open else []))
    narrowed = clip if shown.reach.within(limit) else _limit(clip, SERVER, limit)
    for_nobody = shown.marked and has_minor(shown, facts)
    return _with(narrowed, Hold(HoldKind.MODERATION, since=facts.at)) if for_nobody else narrowed


@_of_a_clip_that_is
def corrected(clip: Clip, facts: Facts, void: frozenset[int] = frozenset()) -> Clip:
    """[12] A guardianship never was, or somebody is younger or appears after all: what is shown must still be agreed to.

    The yeses of the people in `void` fall, unless they hold another right. What then lacks one waits under `basis`.
    """
    able = frozenset[int]().union(*(voices(each, facts) for each in (clip.shown, clip.working) if each is not None))
    left = frozenset(yes for yes in clip.yeses if yes.person not in void - able)
    after = changed(replace(clip, yeses=left), facts)
    if after.shown is None:
        return after
    if ok(after.shown, after.yeses, facts):
        return replace(after, basis=need(after.shown, facts))
    return _with(after, Hold(HoldKind.BASIS, since=facts.at))


@_of_a_clip_that_is
def restored(clip: Clip, facts: Facts) -> Clip:
    """[R17] Out of a backup, and nobody knows what was said since: no yes counts any more, and what is shown waits (13)."""
    silent = replace(_to_draft(clip), yeses=frozenset())
    return silent if clip.shown is None else _with(silent, Hold(HoldKind.BASIS, since=facts.at))


@_of_a_clip_that_is
def appear(clip: Clip, facts: Facts, person: int) -> Clip:
    """[12] Somebody is in it whom nobody had named; the facts know them already. What was asked is a draft again."""
    found = replace(_to_draft(clip), named=clip.named | {person})
    working, shown = (v and replace(v, appears=v.appears | {person}) for v in (found.working, found.shown))
    return corrected(replace(found, working=working, shown=shown), facts)


@_of_a_clip_that_is
def unname(clip: Clip, facts: Facts, by: int | None, person: int) -> Clip:
    """[11] An appearance ends, by its person from 16, or by a moderator (R5); what was asked is a draft again.

    `by` None: the server, where a claim that nobody answered is contested.
    """
    _need(person in clip.people and person != clip.author, "They do not appear in this clip.", "appearance")
    alone = by == person and facts.people[person].band in {Band.FROM_16, Band.ADULT}
    _right(alone or is_impartial(clip, facts, by), "A moderator can say that somebody does not appear in it.")
    found = replace(_to_draft(clip), named=clip.named - {person})
    working, shown = (v and replace(v, appears=v.appears - {person}) for v in (found.working, found.shown))
    return changed(replace(found, working=working, shown=shown), facts)


@_of_a_clip_that_is
def confirm(clip: Clip, facts: Facts, by: int) -> Clip:
    """[13] One of those whose yes is needed brings back what waits under `basis`, once every yes now needed stands."""
    _need(clip.is_held(HoldKind.BASIS) and clip.shown is not None, "It does not wait for this.", "basis")
    assert clip.shown is not None
    _right(by in voices(clip.shown, facts) & objectors(clip.people, facts), "You can't bring this clip back.")
    _right(not facts.frozen, "Nothing can go out here until somebody full stands for a minor.")
    _need(ok(clip.shown, clip.yeses, facts), "Somebody must still agree.", "waits")
    return replace(
        clip,
        holds=clip.holds - {Hold(HoldKind.BASIS)},
        basis=need(clip.shown, facts),
        yeses=_used(clip, clip.shown.number) | {yes for yes in clip.yeses if yes.version != clip.shown.number},
    )


def is_impartial(clip: Clip, facts: Facts, by: int | None) -> bool:
    """Whether somebody is neither a party nor a party's guardian (R11); None, the server, never is one."""
    guardians = {each.guardian for person in clip.people for each in facts.people[person].guardians}
    made_it = facts.owners.union(*(side.owners for side in facts.coauthors))
    return by not in clip.people | made_it | facts.editors | guardians


@_of_a_clip_that_is
def place(clip: Clip, facts: Facts, kind: HoldKind, cause: int = SERVER, by: int | None = None) -> Clip:
    """[14, 15] Withheld for a cause that is nobody's no. `by`: the moderator who decides; None: the server, by a rule."""
    _right(is_impartial(clip, facts, by), "Nobody decides in a case of their own.")
    _need(kind in PLACED, "This is not how such a hold begins.", "kind")
    return _with(clip, Hold(kind, cause, facts.at))


@_of_a_clip_that_is
def release(clip: Clip, facts: Facts, kind: HoldKind, cause: int = SERVER, by: int | None = None) -> Clip:
    """[14, 15] The cause has ended: that hold and no other. What is kept for the law (18) is let go by who kept it."""
    _right(is_impartial(clip, facts, by), "Nobody decides in a case of their own.")
    _right(kind is not HoldKind.PRESERVED or cause == by, "Only who kept it lets it go.")
    _need(kind in _CAUSED and Hold(kind, cause) in clip.holds, "Nothing of this kind holds it.", "no-hold")
    return replace(clip, holds=clip.holds - {Hold(kind, cause)})


@_of_a_clip_that_is
def preserve(clip: Clip, facts: Facts, by: int, ground: str) -> Clip:
    """[18] The law obliges the server to keep it, and a moderator says which: withheld, while any deletion goes on."""
    _right(is_impartial(clip, facts, by), "Nobody decides in a case of their own.")
    if not ground:
        raise Invalid("Say which law or order asks for it.", field="ground")
    return _with(clip, Hold(HoldKind.PRESERVED, by, facts.at))


def _with(clip: Clip, hold: Hold) -> Clip:
    """Held for one reason more; the same one begins only once."""
    return replace(clip, holds=clip.holds | {hold})


@_of_a_clip_that_is
def delete(clip: Clip, facts: Facts, by: int) -> Clip:
    """[17] Withheld at once, gone when its time is up."""
    _right(by in deleters(clip.author, facts), "You can't delete this clip.")
    return _with(clip, Hold(HoldKind.DELETING, by, facts.at))


def deletion_of(clip: Clip, by: int) -> Hold:
    """Somebody's own deletion of the clip. Raises Conflict when there is none."""
    found = next((hold for hold in clip.holds if hold == Hold(HoldKind.DELETING, by)), None)
    if found is None:
        raise Conflict("Nobody is deleting this clip.", code="no-hold")
    return found


def lasts(facts: Facts) -> int:
    """For how long a deletion can be taken back or stopped, in microseconds."""
    return STOP if facts.joint else UNDO


@_of_a_clip_that_is
def undelete(clip: Clip, facts: Facts, by: int) -> Clip:
    """[17] Somebody takes their own deletion back while there is time."""
    own = deletion_of(clip, by)
    if facts.at >= own.since + lasts(facts):
        raise Gone("The time to take it back is over, and the clip is gone.")
    return replace(clip, holds=clip.holds - {own})


@_of_a_clip_that_is
def stop(clip: Clip, facts: Facts, by: int, of: int) -> Clip:
    """[17] Another with the same right stops a deletion; the clip stays withheld by the no of who wanted it."""
    begun = deletion_of(clip, of)
    _right(facts.joint and by in deleters(clip.author, facts), "You can't stop this.")
    _right(by != of, "What you deleted yourself you take back.")
    _need(facts.at < begun.since + STOP, "The seven days are over.", "late")
    return _with(_to_draft(replace(clip, holds=clip.holds - {begun})), Hold(HoldKind.NO, of, facts.at))


@_of_a_clip_that_is
def erase(clip: Clip, facts: Facts) -> Clip:
    """[17] The time is up: gone, for good."""
    over = any(hold.kind is HoldKind.DELETING and facts.at >= hold.since + lasts(facts) for hold in clip.holds)
    _need(over, "It still has time.", "time")
    return replace(clip, gone=True)


@_of_a_clip_that_is
def story_end(clip: Clip, *, keep: bool) -> Clip:
    """[19] A story's day is over, held or not: gone, or private if its author chose that."""
    _need(clip.shown is not None, "It was never shown.", "stage")
    return _limit(clip, SERVER, Reach(Audience.PRIVATE)) if keep else replace(clip, gone=True)
