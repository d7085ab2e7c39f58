"""Claims: say that you or your child are in a clip; follow, answer and decide such a case."""

from typing import Annotated

from litestar import get, post
from litestar.params import JSONBody, PathParameter
from litestar.types import ASGIApp
from msgspec import Meta, Struct

from onstage import clock, ids
from onstage.accounts.viewer import Viewer
from onstage.clips.queries import MediaFile
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.moderation import claims
from onstage.moderation.claim_rules import Decision, State, What
from onstage.moderation.claims import WORDS_LENGTH, Claim, Claimant
from onstage.web.api.schemas import problems
from onstage.web.http import AnyRequest, App, address, anyone, reads, server_owner, signed_in, writes
from onstage.web.media import Delivery

Secret = Annotated[str, PathParameter(max_length=60)]
Id = Annotated[int, PathParameter(ge=1, le=ids.LARGEST)]
Words = Annotated[str, Meta(max_length=WORDS_LENGTH)]


class ClaimIn(Struct, forbid_unknown_fields=True):
    """What you say of a clip (its slug) or an account (its handle).

    `adult`: you are 18 or older, for guests. `child`: the handle of the child of yours who is in it, if they are here.
    """

    what: What
    clip: Annotated[str, Meta(max_length=32)] | None = None
    account: Annotated[str, Meta(max_length=31)] | None = None
    words: Words = ""
    adult: bool = False
    child: Annotated[str, Meta(max_length=31)] = ""


class ClaimedOut(Struct):
    """The secret of the case: `/claims/SECRET` follows it. Nothing else leads there."""

    secret: str
    url: str


class ClaimOut(Struct):
    """A case, without who made it."""

    id: str
    what: What
    account: str
    clip: str | None
    words: str
    state: State
    opened_at: str
    answer_until: str
    decide_until: str | None
    contest: str
    appeal: str
    decided_at: str | None
    decision: str

    @classmethod
    def of(cls, claim: Claim) -> "ClaimOut":
        """From a row."""
        return cls(
            id=str(claim.id),
            what=claim.what,
            account=claim.handle,
            clip=claim.clip,
            words=claim.words,
            state=claim.state,
            opened_at=iso(claim.opened_at),
            answer_until=iso(claim.answer_until),
            decide_until=None if claim.decide_until is None else iso(claim.decide_until),
            contest=claim.contest,
            appeal=claim.appeal,
            decided_at=None if claim.decided_at is None else iso(claim.decided_at),
            decision=claim.decision,
        )


class ClaimsOut(Struct):
    """Cases."""

    items: list[ClaimOut]


class ClaimAnswerIn(Struct, forbid_unknown_fields=True):
    """Whether it is so; who contests says why."""

    accept: bool
    words: Words = ""


class ClaimWordsIn(Struct, forbid_unknown_fields=True):
    """Your reason."""

    words: Annotated[str, Meta(min_length=1, max_length=WORDS_LENGTH)]


class DecideIn(Struct, forbid_unknown_fields=True):
    """A decision with its reason, which both sides read; `public`: it is true, and a public act of an adult may stay."""

    decision: Decision
    words: Annotated[str, Meta(min_length=1, max_length=WORDS_LENGTH)]


def claimant(request: AnyRequest, viewer: Viewer, adult: bool) -> Claimant:
    """Who claims, as the domain wants to know it."""
    return Claimant(viewer, address(request), adult)


@post("/api/v1/claims", status_code=201, tags=["claims"], responses=problems(404, 409), operation_id="claim")
@writes(anyone)
def claim(app: App, request: AnyRequest, db: Connection, viewer: Viewer, data: JSONBody[ClaimIn]) -> ClaimedOut:
    """Say "I am in this", "my child is in this" or "this is intimate"; guests too."""
    who = claimant(request, viewer, data.adult)
    about = {"slug": data.clip, "handle": data.account}
    secret = claims.open_claim(
        db, app.keys, who, data.what, **about, words=data.words, now=clock.now(), child=data.child
    )
    return ClaimedOut(secret, f"/claims/{secret}")


@get("/api/v1/claims/{secret:str}", tags=["claims"], responses=problems(404), operation_id="claim_by_link")
@reads(anyone)
def follow(db: Connection, secret: Secret) -> ClaimOut:
    """The case behind a link."""
    return ClaimOut.of(claims.follow(db, secret))


@post(
    "/api/v1/claims/{secret:str}/withdraw",
    status_code=204,
    tags=["claims"],
    responses=problems(404, 409),
    operation_id="withdraw_claim",
)
@writes(anyone)
def withdraw(app: App, db: Connection, secret: Secret) -> None:
    """Take your claim back, or say that it may be shown after all."""
    claims.withdraw(db, app.keys, secret)


@post(
    "/api/v1/claims/{secret:str}/appeal",
    status_code=204,
    tags=["claims"],
    responses=problems(404, 409),
    operation_id="appeal_claim",
)
@writes(anyone)
def appeal(app: App, db: Connection, secret: Secret, data: JSONBody[ClaimWordsIn]) -> None:
    """Ask once for another look at a decision against you."""
    claims.appeal(db, app.keys, claims.follow(db, secret), "claimant", data.words, clock.now())


@get("/api/v1/me/claims", tags=["claims"], responses=problems(401), operation_id="my_claims")
@reads(signed_in)
def about_me(db: Connection, viewer: Viewer) -> ClaimsOut:
    """What others say of your clips and of accounts that you own."""
    return ClaimsOut([ClaimOut.of(each) for each in claims.of_accounts(db, viewer)])


@post(
    "/api/v1/me/claims/{claim_id:int}/answer",
    status_code=204,
    tags=["claims"],
    responses=problems(401, 404, 409),
    operation_id="answer_claim",
)
@writes(signed_in)
def answer(app: App, db: Connection, viewer: Viewer, claim_id: Id, data: JSONBody[ClaimAnswerIn]) -> None:
    """Accept it, or contest it with a reason; then a moderator decides."""
    claims.answer(db, app.keys, viewer, claim_id, data.accept, data.words, clock.now())


@post(
    "/api/v1/me/claims/{claim_id:int}/appeal",
    status_code=204,
    tags=["claims"],
    responses=problems(401, 404, 409),
    operation_id="appeal_claim_as_account",
)
@writes(signed_in)
def appeal_as_account(app: App, db: Connection, viewer: Viewer, claim_id: Id, data: JSONBody[ClaimWordsIn]) -> None:
    """Ask once for another look at a decision against you."""
    claims.appeal_for_account(db, app.keys, viewer, claim_id, data.words, clock.now())


@get("/api/v1/server/claims", tags=["claims"], responses=problems(401, 403), operation_id="claims_to_decide")
@reads(server_owner)
def queue(db: Connection, viewer: Viewer) -> ClaimsOut:
    """What waits for your decision, most urgent first; never what you are a party of."""
    return ClaimsOut([ClaimOut.of(each) for each in claims.queue(db, viewer, clock.now())])


@post(
    "/api/v1/server/claims/{claim_id:int}/decide",
    status_code=204,
    tags=["claims"],
    responses=problems(401, 403, 404),
    operation_id="decide_claim",
)
@writes(server_owner)
def decide(app: App, db: Connection, viewer: Viewer, claim_id: Id, data: JSONBody[DecideIn]) -> None:
    """Decide, with a reason."""
    claims.decide(db, app.keys, viewer, claim_id, data.decision, data.words, clock.now())


@get("/server/claims/{claim_id:int}/film", include_in_schema=False)
@reads(server_owner)
def film(app: App, request: AnyRequest, db: Connection, viewer: Viewer, claim_id: Id) -> ASGIApp:
    """The film of an open case, for the moderator who has opened it to look."""
    return Delivery(app, request, MediaFile(claims.film(db, viewer, claim_id, clock.now()), "video/mp4", public=False))


routes = [claim, follow, withdraw, appeal, about_me, answer, appeal_as_account, queue, decide, film]
