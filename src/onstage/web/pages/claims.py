"""Claims as pages: making one, following it by its link, answering it, deciding it."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromQuery, Parameter

from onstage import clock, ids
from onstage.accounts.guardians import household
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import appearances, inbox
from onstage.clips.agreeing.appearances import Label
from onstage.db.engine import Connection
from onstage.errors import NotFound, Refused
from onstage.keys import Keys
from onstage.moderation import claim_rules, claims, preserving
from onstage.moderation.claim_rules import Decision, State, Weight, What
from onstage.moderation.claims import Claim
from onstage.web.api.claims import Secret, claimant
from onstage.web.http import AnyRequest, App, anyone, page, plain, reads, see_other, server_owner, signed_in
from onstage.web.pages import keeping, telling
from onstage.web.pages.forms import Fields, kept, words
from onstage.web.words import gettext as _

Short = Annotated[str, Parameter(max_length=40, required=False)]
_ONCE = re.compile(r"[\w-]{43}")  # of `ids.token`


@dataclass(frozen=True)
class Option:
    """One of the things that can be said."""

    value: str
    label: str
    sentence: str
    chosen: bool
    possible: bool = True


@dataclass(frozen=True)
class Case:
    """A claim in the inbox, and until when it is to be answered."""

    id: int
    what: str
    clip: str | None
    handle: str
    words: str
    until: str


def what_words(what: What) -> str:
    """What a claim says, in words."""
    return {What.ME: _("I am in this"), What.CHILD: _("My child is in this"), What.INTIMATE: _("This is intimate")}[
        what
    ]


def state_words(claim: Claim) -> str:
    """How far a case is, in words for both sides."""
    if claim.state is State.CONTESTED and claim.appeal:
        return _("Another look was asked for. A moderator decides once more.")
    return {
        State.OPEN: _("Those who made it are asked. They have three days to answer."),
        State.ACCEPTED: _("They say that it is so. Nobody sees the clip until whoever it shows allows it."),
        State.PRESUMED: _("Nobody answered, so it counts as true. Nobody sees the clip."),
        State.CONTESTED: _("They say that it is not so. A moderator decides."),
        State.UPHELD: _("A moderator decided: it is so. Nobody sees the clip."),
        State.REJECTED: _("A moderator decided: it is not so."),
        State.PUBLIC: _("A moderator decided: it was in public, and the clip may stay."),
        State.WITHDRAWN: _("This was taken back."),
    }[claim.state]


@get("/claim", include_in_schema=False)
@reads(anyone)
def form(db: Connection, viewer: Viewer, clip: Short = "", account: Short = "") -> Response[Any]:
    """Say it: three choices and a few words. Whose no counts anyway is shown that shorter way first."""
    typed = {"clip": clip, "account": account, "what": "", "words": "", "adult": "", "child": "", "once": ids.token()}
    return _form_page(db, viewer, typed, None)


def _labels(db: Connection, viewer: Viewer, clip: str) -> list[Label]:
    """Those in a clip who are not here, one of whom may be the viewer after all."""
    if not viewer.signed_in or not clip:
        return []
    try:
        return appearances.named_in(db, viewer, clip)[1]
    except NotFound:
        return []


def _form_page(db: Connection, viewer: Viewer, typed: dict[str, str], error: Refused | None) -> Response[Any]:
    sentences = {
        What.ME: _("I can be seen or heard in it."),
        What.CHILD: _("A child whom I take care of can be seen or heard in it."),
        What.INTIMATE: _("It shows somebody as nobody should be shown without their yes."),
    }
    options = [Option(what.value, what_words(what), sentences[what], typed["what"] == what.value) for what in What]
    labels = _labels(db, viewer, typed["clip"][:32])
    wards = household.wards(db, viewer)
    status = error.status if error else 200
    may_refuse = bool(typed["clip"]) and viewer.signed_in and inbox.may_say_no(db, viewer, typed["clip"])
    context = {"options": options, "labels": labels, "wards": wards, "may_refuse": may_refuse}
    shown = page("claim_form.html", viewer, status=status, form=typed, error=error, **context)
    shown.headers["cache-control"] = "no-store"
    return shown


@post("/claim", include_in_schema=False, status_code=200)
@plain(anyone)
def make(app: App, request: AnyRequest, viewer: Viewer, data: Fields) -> Response[Any]:
    """Make it, and go to the page that follows the case."""
    typed = kept(data, "clip", "account", "what", "words", "adult", "child", "once")
    once = typed["once"] if _ONCE.fullmatch(typed["once"]) else None
    try:
        if words(data, "do") == "that_is_me":
            with app.database.write() as db:
                appearances.take_over(db, app.keys, viewer, typed["clip"][:32], _number(words(data, "of")))
            return see_other("/inbox")
        if typed["what"] not in set(What):
            raise Refused(_("Choose what it is."), field="what")
        who = claimant(request, viewer, words(data, "adult") == "yes")
        slug, handle, child = typed["clip"][:32] or None, typed["account"][:31] or None, words(data, "child")[:31]
        with app.database.write() as db:
            what, now = What(typed["what"]), clock.now()
            said = typed["words"]
            secret = claims.open_claim(
                db, app.keys, who, what, slug=slug, handle=handle, words=said, now=now, child=child, secret=once
            )
    except Refused as error:
        with app.database.read() as db:
            return _form_page(db, viewer, typed, error)
    return see_other(f"/claims/{secret}")


@get("/claims/{secret:str}", include_in_schema=False)
@reads(anyone)
def case(db: Connection, viewer: Viewer, secret: Secret) -> Response[Any]:
    """The case by its link."""
    return _case_page(viewer, claims.follow(db, secret), None)


def _case_page(viewer: Viewer, claim: Claim, error: Refused | None) -> Response[Any]:
    may_withdraw = claim.stands
    may_appeal = claim.may_be_appealed and claim.state in {State.REJECTED, State.PUBLIC}
    context = {
        "what": what_words(claim.what),
        "state": state_words(claim),
        "until": _until(claim),
        "now": _shown(claim),
    }
    shown = page(
        "claim_case.html",
        viewer,
        status=error.status if error else 200,
        claim=claim,
        error=error,
        may_withdraw=may_withdraw,
        may_appeal=may_appeal,
        **context,
    )
    shown.headers["cache-control"] = "no-store"
    return shown


def _until(claim: Claim) -> str:
    if claim.state not in {State.OPEN, State.CONTESTED}:
        return ""
    instant = claim.decide_until or (claim.answer_until if claim.state is State.OPEN else None)
    return telling.day(instant) if instant else ""


def _shown(claim: Claim) -> str:
    """Who sees the clip while the case is undecided, in a sentence; a decision says it itself."""
    if claim.state not in {State.OPEN, State.CONTESTED}:
        return ""
    waits_for_look = claim.state is State.OPEN and claim.decide_until is not None
    weight = Weight(claim.what, claim.minor, waits_for_look)
    if claim_rules.holds(weight, claim.state):
        return _("Nobody sees it now.")
    if claim_rules.stops_spread(weight, claim.state):
        return _("It goes no further than where it is now.")
    return ""


@post("/claims/{secret:str}", include_in_schema=False, status_code=200)
@plain(anyone)
def act(app: App, viewer: Viewer, secret: Secret, data: Fields) -> Response[Any]:
    """Take it back, or ask for another look."""
    try:
        with app.database.write() as db:
            if words(data, "do") == "appeal":
                claims.appeal(db, app.keys, claims.follow(db, secret), "claimant", words(data, "words"), clock.now())
            elif words(data, "do") == "withdraw":
                claims.withdraw(db, app.keys, secret)
    except Refused as error:
        with app.database.read() as db:
            return _case_page(viewer, claims.follow(db, secret), error)
    return see_other(f"/claims/{secret}")


@get("/settings/claims", include_in_schema=False)
@reads(signed_in)
def about_me(db: Connection, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """What others say of one's clips, to answer."""
    return _answers_page(db, viewer, _("Your answer is kept.") if did else "", None)


def cases_to_answer(db: Connection, viewer: Viewer) -> list[Case]:
    """What somebody says of the viewer's clips and nobody has answered, for the inbox."""
    return [
        Case(each.id, what_words(each.what), each.clip, each.handle, each.words, _until(each))
        for each in claims.of_accounts(db, viewer)
        if each.state is State.OPEN
    ]


def _answers_page(db: Connection, viewer: Viewer, said: str, error: Refused | None) -> Response[Any]:
    cases = [(each, what_words(each.what), state_words(each), _until(each)) for each in claims.of_accounts(db, viewer)]
    status = error.status if error else 200
    return page("settings_claims.html", viewer, status=status, cases=cases, said=said, error=error)


@post("/settings/claims", include_in_schema=False, status_code=200)
@plain(signed_in)
def answer(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Accept, contest, or ask for another look."""
    claim = _number(words(data, "claim"))
    typed = words(data, f"words-{claim}")
    try:
        with app.database.write() as db:
            if words(data, "do") == "appeal":
                claims.appeal_for_account(db, app.keys, viewer, claim, typed, clock.now())
            else:
                claims.answer(db, app.keys, viewer, claim, words(data, "do") == "accept", typed, clock.now())
    except Refused as error:
        _name_field(error, claim)
        with app.database.read() as db:
            return _answers_page(db, viewer, "", error)
    return see_other("/inbox" if words(data, "from") == "inbox" else "/settings/claims?did=answer")


@get("/server/claims", include_in_schema=False)
@reads(server_owner)
def queue(app: App, db: Connection, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """What waits for a decision."""
    return _queue_page(db, app.keys, viewer, _("Decided.") if did else "", None)


def _queue_page(
    db: Connection, keys: Keys, viewer: Viewer, said: str, error: Refused | None, looked: int | None = None
) -> Response[Any]:
    waiting = claims.queue(db, viewer, clock.now())
    late = {each.id for each in waiting if each.decide_until is not None and each.decide_until < clock.now()}
    cases = [(each, what_words(each.what), _until(each), _kept(db, keys, viewer, each)) for each in waiting]
    status = error.status if error else 200
    return page(
        "server_claims.html", viewer, status=status, cases=cases, late=late, looked=looked, said=said, error=error
    )


def _kept(db: Connection, keys: Keys, viewer: Viewer, claim: Claim) -> list[str] | None:
    """What was kept for the law; None: it is not about a clip, or the reader is a party and keeps nothing."""
    try:
        return keeping.told(db, keys, viewer, preserving.Case(preserving.Kind.CLAIM, claim.id))
    except NotFound:
        return None


@post("/server/claims", include_in_schema=False, status_code=200)
@plain(server_owner)
def decide(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Look at the clip of a case (which is entered in the ledger), or decide it with a reason."""
    claim, do = _number(words(data, "claim")), words(data, "do")
    try:
        with app.database.write() as db:
            if do == "look":
                claims.look(db, app.keys, viewer, claim, clock.now())
                return _queue_page(db, app.keys, viewer, "", None, looked=claim)
            if do not in set(Decision):
                raise Refused(_("Choose a decision."))
            claims.decide(db, app.keys, viewer, claim, Decision(do), words(data, f"words-{claim}"), clock.now())
    except Refused as error:
        _name_field(error, claim)
        with app.database.read() as db:
            return _queue_page(db, app.keys, viewer, "", error)
    return see_other("/server/claims?did=decide")


def _name_field(error: Refused, claim: int) -> None:
    """A page with several cases has a field for each."""
    if error.field == "words":
        error.field = f"words-{claim}"


def _number(words_: str) -> int:
    return int(words_) if words_.isdecimal() and len(words_) < 20 else 0


routes = [form, make, case, act, about_me, answer, queue, decide]
