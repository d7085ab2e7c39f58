"""Guardians: claim to be one, answer claims, check them, agree with each other, and make sign-ins for children."""

from datetime import date
from typing import Annotated, Any

from litestar import delete, get, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from onstage import clock, ids
from onstage.accounts import age, children, guardianship, joint, permissions, relations
from onstage.accounts.age import Row
from onstage.accounts.children import ChildForm
from onstage.accounts.guardians import guarding, household, vouching
from onstage.accounts.guardians.guarding import Claim
from onstage.accounts.guardians.vouching import Case, Method
from onstage.accounts.guardianship import Agreement
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing.narrowing import narrow
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.errors import Invalid
from onstage.web import entry
from onstage.web.api.people import NewHandle, RowChoiceIn
from onstage.web.api.relations import Handle, ListedPage
from onstage.web.api.schemas import problems
from onstage.web.api.sessions import Handle as GivenHandle
from onstage.web.api.sessions import NewPassword
from onstage.web.http import App, plain, reads, signed_in, writes

Number = Annotated[int, PathParameter(ge=1, le=ids.LARGEST)]
Words = Annotated[str, Meta(max_length=1000)]


class GuardianClaimIn(Struct, forbid_unknown_fields=True):
    """Whose guardian you say you are."""

    handle: GivenHandle


class GuardianClaimOut(Struct):
    """Somebody says that they are a guardian."""

    id: str
    guardian: str
    minor: str
    claimed_at: str

    @classmethod
    def of(cls, claim: Claim) -> "GuardianClaimOut":
        """From a row."""
        return cls(str(claim.id), claim.guardian_handle, claim.minor_handle, iso(claim.claimed_at))


class GuardianClaimsOut(Struct):
    """The claims that you may answer."""

    items: list[GuardianClaimOut]


class GuardianAnswerIn(Struct, forbid_unknown_fields=True):
    """Yes or no."""

    yes: bool


class GuardianOut(Struct):
    """A guardian of a person. Not `full`: a carer."""

    handle: str
    name: str
    full: bool
    absent: bool
    full_at: str | None


class ChildOut(Struct):
    """Somebody you are a guardian of, or yourself: who stands for them and what holds for them."""

    handle: str
    name: str
    band: str
    agreement: Agreement
    absence_counts: bool
    signs_in: bool
    frozen: bool
    guardians: list[GuardianOut]
    rows: dict[str, str]
    minutes_today: int


class ChildrenOut(Struct):
    """Whom you are a guardian of."""

    items: list[ChildOut]


class ChildIn(Struct, forbid_unknown_fields=True):
    """A child under 13, who has no sign-in until you are their full guardian and give them one."""

    handle: NewHandle
    birth_date: date
    zone: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Annotated[str, Meta(max_length=200)] = ""


class ChildPasswordIn(Struct, forbid_unknown_fields=True):
    """A password for the child."""

    password: NewPassword


class SignInOut(Struct):
    """The child's recovery codes, shown this once; none when they could sign in before."""

    recovery_codes: list[str]


class GuardianLinkOut(Struct):
    """A link that works once; it is shown this once."""

    url: str


class AgreementIn(Struct, forbid_unknown_fields=True):
    """Your own say: `any` holds only when every guardian wants it."""

    agreement: Agreement | None = None
    absence_counts: bool | None = None


class CheckIn(Struct, forbid_unknown_fields=True):
    """How you checked, and the one thing that is kept of it: a channel, a kind of document, a code."""

    method: Method
    channel: Annotated[str, Meta(max_length=60)] = ""
    document: Annotated[str, Meta(max_length=60)] = ""
    code: Annotated[str, Meta(max_length=20)] = ""


class CheckOut(Struct):
    """When the guardianship becomes full; null: it stays a carer's."""

    full_at: str | None


class ReasonIn(Struct, forbid_unknown_fields=True):
    """Why."""

    words: Words


class DecisionIn(Struct, forbid_unknown_fields=True):
    """`upheld`: the contest is right, and the guardianship stays a carer's."""

    upheld: bool
    reason: Words


class EndIn(Struct, forbid_unknown_fields=True):
    """`annul`: it never was one; else it ends from now on, for who has been gone for 180 days."""

    annul: bool
    reason: Words


class CaseOut(Struct):
    """A guardianship to be checked or decided. `contest`: what the minor or another guardian says against it.

    `has_form`: one was printed and waits; `has_scan`: it was handed in; `eid`: who says who they are, empty for nobody.
    """

    id: str
    guardian: str
    minor: str
    is_accepted: bool
    is_full: bool
    full_at: str | None
    method: Method | None
    kept: dict[str, Any]
    contest: str
    has_form: bool
    has_scan: bool
    eid: str

    @classmethod
    def of(cls, case: Case) -> "CaseOut":
        """From a row."""
        return cls(
            id=str(case.claim.id),
            guardian=case.claim.guardian_handle,
            minor=case.claim.minor_handle,
            is_accepted=case.is_accepted,
            is_full=case.is_full,
            full_at=None if case.full_at is None else iso(case.full_at),
            method=case.method,
            kept=dict(case.kept),
            contest=case.contest,
            has_form=case.form,
            has_scan=case.scan,
            eid=case.eid,
        )


class CasesOut(Struct):
    """What you may check or decide."""

    items: list[CaseOut]


def _child(db: Connection, found: household.Child) -> ChildOut:
    return ChildOut(
        handle=found.handle,
        name=found.name,
        band=found.band.value,
        agreement=found.agreement,
        absence_counts=found.absence_counts,
        signs_in=found.signs_in,
        frozen=found.frozen,
        guardians=[
            GuardianOut(
                each.handle, each.name, each.full, each.absent, None if each.full_at is None else iso(each.full_at)
            )
            for each in found.guardians
        ],
        rows={row.value: age.written(permissions.value_for(db, found.person, row)) for row in Row},
        minutes_today=found.minutes_today,
    )


@post(
    "/api/v1/guardianships",
    status_code=202,
    tags=["guardians"],
    responses=problems(403, 404, 409),
    operation_id="claim_guardianship",
)
@writes(signed_in)
def claim(app: App, db: Connection, viewer: Viewer, data: JSONBody[GuardianClaimIn]) -> None:
    """Say that you are somebody's guardian. You see nothing of theirs until it is accepted."""
    guarding.claim(db, app.keys, viewer, data.handle, clock.now())


@get("/api/v1/guardianships", tags=["guardians"], responses=problems(), operation_id="guardianships")
@reads(signed_in)
def claims(db: Connection, viewer: Viewer) -> GuardianClaimsOut:
    """The claims that you may answer: about yourself, and about whom you are a full guardian of."""
    return GuardianClaimsOut([GuardianClaimOut.of(each) for each in guarding.open_claims(db, viewer)])


@post(
    "/api/v1/guardianships/{guardianship:int}/answer",
    status_code=204,
    tags=["guardians"],
    responses=problems(403, 404),
    operation_id="answer_guardianship",
)
@writes(signed_in)
def answer(app: App, db: Connection, viewer: Viewer, guardianship: Number, data: JSONBody[GuardianAnswerIn]) -> None:
    """Accept somebody as a carer, or refuse."""
    guarding.answer(db, app.keys, viewer, guardianship, data.yes, clock.now())


@post(
    "/api/v1/guardianships/{guardianship:int}/contest",
    status_code=204,
    tags=["guardians"],
    responses=problems(404, 409),
    operation_id="contest_guardianship",
)
@writes(signed_in)
def contest(app: App, db: Connection, viewer: Viewer, guardianship: Number, data: JSONBody[ReasonIn]) -> None:
    """Say that somebody should not become a full guardian of yours, or of whom you are a guardian of."""
    vouching.contest(db, app.keys, viewer, guardianship, data.words, clock.now())


@get("/api/v1/guardian-cases", tags=["guardians"], responses=problems(), operation_id="guardian_cases")
@reads(signed_in)
def cases(db: Connection, viewer: Viewer) -> CasesOut:
    """What you may check or decide, if you were named to check guardians."""
    return CasesOut([CaseOut.of(each) for each in vouching.cases(db, viewer, clock.now())])


@post(
    "/api/v1/guardian-cases/{guardianship:int}/check",
    status_code=200,
    tags=["guardians"],
    responses=problems(403, 404, 409),
    operation_id="check_guardian",
)
@writes(signed_in)
def check(app: App, db: Connection, viewer: Viewer, guardianship: Number, data: JSONBody[CheckIn]) -> CheckOut:
    """Enter how you checked that somebody is a guardian. Those concerned hear of it seven days ahead."""
    said = {"channel": data.channel, "document": data.document, "code": data.code}
    full_at = vouching.check(db, app.keys, viewer, guardianship, data.method, said, clock.now())
    return CheckOut(None if full_at is None else iso(full_at))


@post(
    "/api/v1/guardian-cases/{guardianship:int}/decision",
    status_code=204,
    tags=["guardians"],
    responses=problems(403, 404),
    operation_id="decide_contest",
)
@writes(signed_in)
def decide(app: App, db: Connection, viewer: Viewer, guardianship: Number, data: JSONBody[DecisionIn]) -> None:
    """Decide what was contested, with a reason."""
    vouching.decide(db, app.keys, viewer, guardianship, data.upheld, data.reason, clock.now())


@post(
    "/api/v1/guardian-cases/{guardianship:int}/end",
    status_code=204,
    tags=["guardians"],
    responses=problems(403, 404),
    operation_id="end_guardianship",
)
@writes(signed_in)
def end_case(app: App, db: Connection, viewer: Viewer, guardianship: Number, data: JSONBody[EndIn]) -> None:
    """End a guardianship, with a reason."""
    now = clock.now()
    vouching.judge_end(db, app.keys, viewer, guardianship, data.reason, now, annul=data.annul)


@get("/api/v1/children", tags=["guardians"], responses=problems(), operation_id="children")
@reads(signed_in)
def mine(db: Connection, viewer: Viewer) -> ChildrenOut:
    """Whom you are a guardian of: who stands for them, what holds for them, minutes watched today. Nothing more."""
    wards = guardianship.minors_of(db, viewer.person or 0)
    return ChildrenOut([_child(db, household.child(db, viewer, each.minor, clock.now())) for each in wards])


@post("/api/v1/children", status_code=201, tags=["guardians"], responses=problems(403, 409), operation_id="add_child")
@writes(signed_in)
def add(app: App, db: Connection, viewer: Viewer, data: JSONBody[ChildIn]) -> ChildOut:
    """Enter a child under 13. They sign in once you are their full guardian and give them a password."""
    form = ChildForm(data.handle, data.name, data.birth_date, data.zone)
    now = clock.now()
    person = children.add(db, app.keys, viewer, form, entry.signing_policy(app.settings), now)
    return _child(db, household.child(db, viewer, person, now))


@put(
    "/api/v1/children/{handle:str}/sign-in",
    tags=["guardians"],
    responses=problems(403, 404),
    operation_id="child_sign_in",
)
@plain(signed_in)
def sign_in(app: App, viewer: Viewer, handle: Handle, data: JSONBody[ChildPasswordIn]) -> SignInOut:
    """Give a child a password: their first one, or a new one, of which they are told."""
    return SignInOut(entry.child_sign_in(app, viewer, handle, data.password))


@post(
    "/api/v1/children/{handle:str}/own-word",
    status_code=200,
    tags=["guardians"],
    responses=problems(403, 404, 409),
    operation_id="own_word",
)
@writes(signed_in)
def own_word(app: App, db: Connection, viewer: Viewer, handle: Handle) -> CheckOut:
    """On a server for one household its owner's own word makes them a full guardian."""
    minor = household.minor_named(db, viewer, handle)
    return CheckOut(iso(vouching.own_word(db, app.keys, viewer, minor, clock.now())))


@put(
    "/api/v1/children/{handle:str}/agreement",
    status_code=204,
    tags=["guardians"],
    responses=problems(403, 404),
    operation_id="agree_with_guardians",
)
@writes(signed_in)
def agree(app: App, db: Connection, viewer: Viewer, handle: Handle, data: JSONBody[AgreementIn]) -> None:
    """Whether one guardian is enough for what can be undone, and whether an absent one is passed over: your own say."""
    minor, now = household.minor_named(db, viewer, handle), clock.now()
    if data.agreement is not None:
        guarding.set_agreement(db, app.keys, viewer, minor, data.agreement, now)
    if data.absence_counts is not None:
        guarding.set_absence_counts(db, app.keys, viewer, minor, data.absence_counts, now)


@put(
    "/api/v1/children/{handle:str}/choices/{row:str}",
    status_code=204,
    tags=["guardians"],
    responses=problems(403, 404),
    operation_id="choose_for",
)
@writes(signed_in)
def choose_for(
    app: App,
    db: Connection,
    viewer: Viewer,
    handle: Handle,
    row: Annotated[str, PathParameter(max_length=40)],
    data: JSONBody[RowChoiceIn],
) -> None:
    """Give your voice to a row of the age table for a child; the strictest of all voices holds, and they are told."""
    minor = household.minor_named(db, viewer, handle)
    try:
        known = Row(row)
        value = age.read(known, data.value)
    except ValueError:
        raise Invalid("There is no such row or no such value.", field="value") from None
    permissions.choose_for(db, app.keys, viewer, minor, known, value, clock.now())
    narrow(db, app.keys, minor)


@delete("/api/v1/children/{handle:str}", tags=["guardians"], responses=problems(404), operation_id="end_own")
@writes(signed_in)
def end_own(app: App, db: Connection, viewer: Viewer, handle: Handle) -> None:
    """Be somebody's guardian no longer."""
    guarding.end_own(db, app.keys, viewer, household.minor_named(db, viewer, handle), clock.now())


@get(
    "/api/v1/children/{handle:str}/follow-requests",
    tags=["guardians"],
    responses=problems(404),
    operation_id="child_follow_requests",
)
@reads(signed_in)
def follow_requests(db: Connection, viewer: Viewer, handle: Handle) -> ListedPage:
    """Who waits to follow a child."""
    minor = household.minor_named(db, viewer, handle)
    return ListedPage.of(relations.requests_of_child(db, viewer, minor), None)


@put(
    "/api/v1/children/{handle:str}/follow-requests/{follower:str}",
    status_code=204,
    tags=["guardians"],
    responses=problems(403, 404),
    operation_id="answer_child_follow_request",
)
@writes(signed_in)
def answer_follow_request(
    db: Connection, viewer: Viewer, handle: Handle, follower: Handle, data: JSONBody[GuardianAnswerIn]
) -> None:
    """Let a follower of a child under 13 in, or send them away."""
    minor = household.minor_named(db, viewer, handle)
    relations.answer_for_child(db, viewer, minor, follower, data.yes, clock.now())


@delete(
    "/api/v1/children/{handle:str}/accounts/{account:str}",
    tags=["guardians"],
    responses=problems(404),
    operation_id="take_out",
)
@writes(signed_in)
def take_out(app: App, db: Connection, viewer: Viewer, handle: Handle, account: Handle) -> None:
    """Take a child out of a joint account."""
    joint.take_out(db, app.keys, viewer, household.minor_named(db, viewer, handle), account, clock.now())


@post("/api/v1/guardian-links", status_code=201, tags=["guardians"], responses=problems(403), operation_id="ward_link")
@writes(signed_in)
def ward_link(app: App, db: Connection, viewer: Viewer) -> GuardianLinkOut:
    """A link with which somebody from 13 signs up, whose carer you then are; good for seven days."""
    return GuardianLinkOut(f"{app.settings.origin}/join/guarded/{children.ward_link(db, viewer, clock.now())}")


routes = [
    *(claim, claims, answer, contest, cases, check, decide, end_case),
    *(
        mine,
        add,
        sign_in,
        own_word,
        agree,
        choose_for,
        end_own,
        take_out,
        ward_link,
        follow_requests,
        answer_follow_request,
    ),
]
