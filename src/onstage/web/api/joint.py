"""Joint accounts: begin one, its members, invitations into it, its publishing rule."""

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from onstage import clock, ids
from onstage.accounts import invitations, joint
from onstage.accounts.byline import By
from onstage.accounts.invitations import Invitation
from onstage.accounts.joint import Joint, Member
from onstage.accounts.membership import PublishingRule
from onstage.accounts.models import JointKind, Role
from onstage.accounts.viewer import Viewer
from onstage.clips.ending import closing
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.web import entry
from onstage.web.api.people import NewHandle
from onstage.web.api.relations import Handle
from onstage.web.api.schemas import AccountOut, problems, told
from onstage.web.api.sessions import Handle as GivenHandle
from onstage.web.http import App, plain, reads, signed_in, writes

Number = Annotated[int, PathParameter(ge=1, le=ids.LARGEST)]
Secret = Annotated[str, PathParameter(min_length=1, max_length=100, description="The last part of the link.")]


class JointIn(Struct, forbid_unknown_fields=True):
    """A new account that people run together."""

    kind: JointKind
    handle: NewHandle
    name: Annotated[str, told("1 to 50 characters; empty: the handle.", maxLength=200), Meta(max_length=200)] = ""


class MemberOut(Struct):
    """A member, by their personal account. `wanted_rule`: the publishing rule that an owner wants."""

    account: AccountOut
    role: Role
    is_me: bool
    wanted_rule: PublishingRule | None
    since: str

    @classmethod
    def of(cls, member: Member) -> "MemberOut":
        """From a row."""
        by = By(member.handle, member.name, member.avatar)
        return cls(AccountOut.of(by), member.role, member.is_me, member.wanted_rule, iso(member.since))


class InvitationOut(Struct):
    """An invitation; `waits`: for whom it waits. A link's `url` is shown once, when it is made."""

    id: str
    account: str
    role: Role
    waits: str
    until: str
    starts_at: str | None
    url: str | None = None

    @classmethod
    def of(cls, found: Invitation, url: str | None = None) -> "InvitationOut":
        """From a row."""
        starts = None if found.starts_at is None else iso(found.starts_at)
        return cls(str(found.id), found.handle, found.role, found.waits.value, iso(found.until), starts, url)


class JointOut(Struct):
    """A joint account from inside. `frozen`: nothing new and nothing wider, while nobody of age owns it.

    `ends_at`: somebody ends it, and all is erased then.
    """

    account: AccountOut
    kind: JointKind
    publishing_rule: PublishingRule
    my_role: Role
    frozen: bool
    ends_at: str | None
    members: list[MemberOut]
    invitations: list[InvitationOut]


class ClosedOut(Struct):
    """The path of the receipt, signed once everything is gone; `ends_at` is null where that is now."""

    receipt: str
    ends_at: str | None


class RoleIn(Struct, forbid_unknown_fields=True):
    """A role for a member; nobody is made an owner here."""

    role: Role


class RuleIn(Struct, forbid_unknown_fields=True):
    """The publishing rule that you want."""

    rule: PublishingRule


class RuleOut(Struct):
    """The rule in force: the one you want, once every owner wants it."""

    publishing_rule: PublishingRule


class InvitationIn(Struct, forbid_unknown_fields=True):
    """Whom to ask in as what: somebody by handle, or (without one) whoever opens the link first."""

    role: Role
    handle: GivenHandle | None = None


class InvitationAnswerIn(Struct, forbid_unknown_fields=True):
    """Yes or no."""

    yes: bool


class SettledOut(Struct):
    """What the invitation waits for now: `nothing` means that it is in force, `ended` that somebody said no."""

    waits: str


class MyInvitationsOut(Struct):
    """Where you are asked in, and what waits for your yes as an owner or a guardian."""

    mine: list[InvitationOut]
    to_answer: list[InvitationOut]


ACCOUNT = "/api/v1/accounts/{handle:str}"


def _joint(db: Connection, viewer: Viewer, found: Joint) -> JointOut:
    ends = closing.of(db, viewer, found.id)
    return JointOut(
        account=AccountOut.of(By(found.handle, found.name, found.avatar)),
        kind=found.kind,
        publishing_rule=found.rule,
        my_role=found.role,
        frozen=found.frozen,
        ends_at=None if ends is None else iso(ends.until),
        members=[MemberOut.of(member) for member in found.members],
        invitations=[InvitationOut.of(each) for each in invitations.of_account(db, found.id, clock.now())],
    )


@post("/api/v1/accounts", status_code=201, tags=["together"], responses=problems(403, 409), operation_id="begin_joint")
@writes(signed_in)
def begin(app: App, db: Connection, viewer: Viewer, data: JSONBody[JointIn]) -> JointOut:
    """Begin an account that several people run; you are its first owner. An adult begins it."""
    joint.begin(db, app.keys, viewer, data.kind, data.handle, data.name, clock.now())
    return _joint(db, viewer, joint.look(db, viewer, data.handle))


@get(f"{ACCOUNT}/members", tags=["together"], responses=problems(404), operation_id="members")
@reads(signed_in)
def members(db: Connection, viewer: Viewer, handle: Handle) -> JointOut:
    """Who runs the account, for its members alone."""
    return _joint(db, viewer, joint.look(db, viewer, handle))


@patch(
    f"{ACCOUNT}/members/{{member:str}}",
    status_code=204,
    tags=["together"],
    responses=problems(403, 404, 409),
    operation_id="change_role",
)
@writes(signed_in)
def change_role(
    app: App, db: Connection, viewer: Viewer, handle: Handle, member: Handle, data: JSONBody[RoleIn]
) -> None:
    """Make a creator an editor or the other way round; or step down from being an owner yourself."""
    joint.change_role(db, app.keys, viewer, handle, member, data.role, clock.now())


@delete(f"{ACCOUNT}/members/me", tags=["together"], responses=problems(404, 409), operation_id="leave_joint")
@writes(signed_in)
def leave(app: App, db: Connection, viewer: Viewer, handle: Handle) -> None:
    """Be a member no longer. The last adult owner hands the account over first."""
    joint.leave(db, app.keys, viewer, handle, clock.now())


@delete(
    f"{ACCOUNT}/members/{{member:str}}", tags=["together"], responses=problems(403, 404), operation_id="remove_member"
)
@writes(signed_in)
def remove(app: App, db: Connection, viewer: Viewer, handle: Handle, member: Handle) -> None:
    """Let an editor or a creator go. Owners can't remove one another."""
    joint.remove(db, app.keys, viewer, handle, member, clock.now())


@put(f"{ACCOUNT}/publishing-rule", tags=["together"], responses=problems(403, 404), operation_id="want_rule")
@writes(signed_in)
def want_rule(app: App, db: Connection, viewer: Viewer, handle: Handle, data: JSONBody[RuleIn]) -> RuleOut:
    """Say how many owners' yes a clip should take; it is so once all owners say the same."""
    return RuleOut(joint.want_rule(db, app.keys, viewer, handle, data.rule, clock.now()))


@delete(ACCOUNT, status_code=200, tags=["together"], responses=problems(403, 404, 409), operation_id="close_joint")
@plain(signed_in)
def close(app: App, viewer: Viewer, handle: Handle) -> ClosedOut:
    """End a joint account with everything in it, for good: at once where you are alone in it, else after seven days.

    Until then its clips are withheld, and another adult owner can stop it.
    """
    receipt, until = entry.close_joint(app, viewer, handle)
    return ClosedOut(receipt, None if until is None else iso(until))


@post(
    f"{ACCOUNT}/keep", status_code=204, tags=["together"], responses=problems(403, 404, 409), operation_id="keep_joint"
)
@writes(signed_in)
def keep(app: App, db: Connection, viewer: Viewer, handle: Handle) -> None:
    """Stop the end of a joint account. What another wanted gone stays withheld by their no."""
    closing.stop(db, app.keys, viewer, handle)


@post(
    f"{ACCOUNT}/invitations",
    status_code=201,
    tags=["together"],
    responses=problems(403, 404, 409),
    operation_id="ask_in",
)
@writes(signed_in)
def ask_in(app: App, db: Connection, viewer: Viewer, handle: Handle, data: JSONBody[InvitationIn]) -> InvitationOut:
    """Ask somebody in, by handle or by a link that one person can use; good for 14 days."""
    now, url = clock.now(), None
    if data.handle is not None:
        made = invitations.by_handle(db, app.keys, viewer, handle, data.handle, data.role, now)
    else:
        made, secret = invitations.by_link(db, app.keys, viewer, handle, data.role, now)
        url = f"{app.settings.origin}/together/join/{secret}"
    account = joint.look(db, viewer, handle).id
    found = next(each for each in invitations.of_account(db, account, now) if each.id == made)
    return InvitationOut.of(found, url)


@delete(
    f"{ACCOUNT}/invitations/{{invitation:int}}",
    tags=["together"],
    responses=problems(403, 404),
    operation_id="take_invitation_back",
)
@writes(signed_in)
def take_back(db: Connection, viewer: Viewer, handle: Handle, invitation: Number) -> None:
    """End an open invitation."""
    invitations.take_back(db, viewer, handle, invitation)


@get("/api/v1/me/invitations", tags=["together"], responses=problems(), operation_id="my_invitations")
@reads(signed_in)
def mine(db: Connection, viewer: Viewer) -> MyInvitationsOut:
    """Where you are asked in, and whom you are asked about."""
    now = clock.now()
    return MyInvitationsOut(
        [InvitationOut.of(each) for each in invitations.of_guest(db, viewer, now)],
        [InvitationOut.of(each) for each in invitations.to_answer(db, viewer, now)],
    )


@post(
    "/api/v1/me/invitations/links/{secret:str}",
    status_code=200,
    tags=["together"],
    responses=problems(403, 409, 410),
    operation_id="take_up_invitation",
)
@writes(signed_in)
def take_up(app: App, db: Connection, viewer: Viewer, secret: Secret) -> SettledOut:
    """Say yes to an invitation by its link."""
    return SettledOut(invitations.take_up(db, app.keys, viewer, secret, clock.now()).waits.value)


@post(
    "/api/v1/me/invitations/{invitation:int}",
    status_code=200,
    tags=["together"],
    responses=problems(403, 404, 409),
    operation_id="answer_invitation",
)
@writes(signed_in)
def accept(
    app: App, db: Connection, viewer: Viewer, invitation: Number, data: JSONBody[InvitationAnswerIn]
) -> SettledOut:
    """Say yes or no to an invitation of your own."""
    if not data.yes:
        invitations.decline(db, app.keys, viewer, invitation, clock.now())
        return SettledOut("ended")
    return SettledOut(invitations.accept(db, app.keys, viewer, invitation, clock.now()).waits.value)


@post(
    "/api/v1/invitations/{invitation:int}/answer",
    status_code=200,
    tags=["together"],
    responses=problems(403, 404),
    operation_id="agree_to_member",
)
@writes(signed_in)
def agree(
    app: App, db: Connection, viewer: Viewer, invitation: Number, data: JSONBody[InvitationAnswerIn]
) -> SettledOut:
    """As an owner of the account, or as a guardian of who joins: say yes or no. One no ends it."""
    settled = invitations.answer(db, app.keys, viewer, invitation, data.yes, clock.now())
    return SettledOut("ended" if settled is None else settled.waits.value)


routes = [
    *(begin, members, change_role, leave, remove, want_rule, close, keep),
    *(ask_in, take_back, mine, take_up, accept, agree),
]
