"""People: sign up, and what they see and change of themselves."""

from datetime import date
from typing import Annotated, Any

from litestar import Response, delete, get, patch, post, put
from litestar.params import JSONBody, PathParameter, RawBody
from msgspec import Meta, Struct

from onstage import clock
from onstage.accounts import age, avatars, growing, naming, permissions, profiles
from onstage.accounts.age import Row, Setter
from onstage.accounts.byline import By
from onstage.accounts.doors import passkeys, recovery, sessions
from onstage.accounts.doors.recovery import Purpose
from onstage.accounts.guardians import vouching
from onstage.accounts.profiles import Changes
from onstage.accounts.queries import own_account, password_hash, person_mail
from onstage.accounts.signup import Form, TooYoung
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing.narrowing import narrow
from onstage.clips.portraits import asking
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.errors import Invalid
from onstage.moderation import ages
from onstage.web import entry, errors
from onstage.web.api.relations import ProfileOut
from onstage.web.api.schemas import KNOWN, AccountOut, problems, told
from onstage.web.api.sessions import Credential, Handle, NewPassword, Password
from onstage.web.etag import itself
from onstage.web.http import AnyRequest, App, anyone, plain, reads, server_owner, signed_in, writes

MAIL = r"^$|^[^@\s\x00-\x1f]{1,64}@[A-Za-z0-9.-]{1,189}$"
Mail = Annotated[str, Meta(pattern=MAIL, description="A mail address for ways back in; empty: none.")]


NewHandle = Annotated[
    str, told("2 to 30 letters a to z, digits or underscores; capitals are folded.", pattern="^@?[A-Za-z0-9_]{2,30}$")
]


class PersonIn(Struct, forbid_unknown_fields=True):
    """Somebody who signs up, with a password, a passkey, or both. `zone` is an IANA name such as Europe/Berlin."""

    handle: NewHandle
    birth_date: date
    zone: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Annotated[str, Meta(max_length=200)] = ""
    password: NewPassword | None = None
    passkey: Credential | None = None
    invitation: Annotated[str, Meta(max_length=100)] | None = None
    guardian_link: Annotated[str, Meta(max_length=100, description="Of a guardian's link, for who is 13 to 15.")] = ""
    mail: Mail = ""
    locale: Annotated[str, Meta(pattern="^[A-Za-z-]{0,16}$")] = ""


class PersonOut(Struct):
    """A new person, signed in by the cookie of this answer; the codes are shown this once."""

    handle: str
    recovery_codes: list[str]


class MyAccountOut(Struct):
    """An account that you may act as."""

    account: AccountOut
    kind: str
    role: str


class RowOut(Struct):
    """What holds for you in a row of the age table, and what you may choose there, strictest first."""

    row: str
    value: str
    options: list[str]


class MeOut(Struct):
    """You, the account that you act as, and the others you may act as."""

    profile: ProfileOut
    counts_shown: bool
    accounts: list[MyAccountOut]
    mail: str
    has_password: bool
    passkeys: int
    recovery_codes: int
    checked: bool
    is_server_owner: bool
    choices: list[RowOut]


class MeIn(Struct, forbid_unknown_fields=True):
    """What is to be new; what is left out stays."""

    name: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    bio: Annotated[str, Meta(max_length=2000)] | None = None
    handle: NewHandle | None = None
    hand_accepts: bool | None = None
    counts_shown: bool | None = None
    mail: Mail | None = None


class NewPasswordIn(Struct, forbid_unknown_fields=True):
    """A new password. `current` is needed when the last sign-in check is more than five minutes ago."""

    password: NewPassword
    current: Password | None = None


class ActingIn(Struct, forbid_unknown_fields=True):
    """Which of your accounts to act as."""

    handle: Handle


class CodesOut(Struct):
    """Ten new codes; the old ones are of no use any more."""

    recovery_codes: list[str]


class ZoneIn(Struct, forbid_unknown_fields=True):
    """An IANA name such as Europe/Berlin."""

    zone: Annotated[str, Meta(min_length=1, max_length=64)]


class ZoneOut(Struct):
    """The zone, and from when it counts."""

    zone: str
    at: str


class BirthDateIn(Struct, forbid_unknown_fields=True):
    """A birth date; null: not known."""

    birth_date: date | None


class RowChoiceIn(Struct, forbid_unknown_fields=True):
    """One of the row's options."""

    value: Annotated[str, Meta(max_length=40)]


@post(
    "/api/v1/people",
    status_code=201,
    tags=["people"],
    responses=problems(403, 409, 410),
    operation_id="sign_up",
    security=[{}],
)
@plain(anyone)
def sign_up(app: App, request: AnyRequest, data: JSONBody[PersonIn]) -> Response[PersonOut]:
    """Sign up: a person and their personal account. Somebody too young is refused, and nothing of it is kept."""
    form = Form(
        handle=data.handle,
        name=data.name,
        birth_date=data.birth_date,
        zone=data.zone,
        password=data.password,
        link=data.guardian_link or data.invitation,
        link_purpose=Purpose.WARD if data.guardian_link else Purpose.INVITATION,
        mail=data.mail or None,
        locale=data.locale,
    )
    try:
        who, begun = entry.sign_up(app, request, form, data.passkey)
    except TooYoung as refused:
        problem: Response[Any] = errors.on_refused(request, refused)
        entry.remember_too_young(app, problem)
        return problem
    response = Response(PersonOut(who.handle, who.recovery_codes), status_code=201)
    entry.set_session(app, response, begun)
    return response


@get("/api/v1/me", tags=["me"], responses=KNOWN | problems(401), operation_id="me")
@reads(signed_in, same_by=itself)
def show(db: Connection, viewer: Viewer) -> MeOut:
    """Who you are here."""
    return _me(db, viewer)


@patch("/api/v1/me", tags=["me"], responses=problems(401, 403, 409), operation_id="edit_me")
@writes(signed_in)
def edit(app: App, db: Connection, viewer: Viewer, data: JSONBody[MeIn]) -> MeOut:
    """Change the account that you act as, and your mail address.

    Another name, handle or bio of a joint account with minors waits until everybody who must agree has agreed; the answer
    says what is shown, `/api/v1/accounts/{handle}/portrait` what waits.
    """
    changes = Changes(data.name, data.bio, data.handle, data.hand_accepts, data.counts_shown)
    asking.edit(db, app.keys, viewer, changes)
    if data.mail is not None:
        sessions.need_check(viewer, clock.now())
        recovery.set_mail(db, viewer, data.mail)
    return _me(db, viewer)


@delete("/api/v1/me", tags=["me"], responses=problems(401, 403, 409), operation_id="leave")
@plain(signed_in)
def leave(app: App, viewer: Viewer) -> Response[None]:
    """Delete yourself, your account and everything in it, for good; needs a fresh sign-in check.

    `Onstage-Receipt` is the path of the receipt, signed in a moment; keep it, nothing else leads there.
    """
    receipt = entry.leave(app, viewer)
    response: Response[None] = Response(None, status_code=204, headers={"onstage-receipt": receipt})
    entry.end_session(app, response)
    return response


@put(
    "/api/v1/me/avatar",
    status_code=202,
    tags=["me"],
    responses=problems(401, 403, 413),
    operation_id="set_avatar",
    request_max_body_size=avatars.MOST_BYTES + 10_000,
)
@plain(signed_in)
def set_avatar(app: App, viewer: Viewer, body: RawBody) -> None:
    """Send a JPEG, PNG or WebP as the body; it becomes the avatar of the account you act as within seconds.

    That of a joint account with minors waits until everybody who must agree has agreed.
    """
    entry.keep_avatar(app, viewer, body)


@delete("/api/v1/me/avatar", tags=["me"], responses=problems(401, 403), operation_id="remove_avatar")
@writes(signed_in)
def remove_avatar(db: Connection, viewer: Viewer) -> None:
    """Have no avatar any more."""
    avatars.remove(db, viewer)


@post("/api/v1/me/password", status_code=204, tags=["me"], responses=problems(401, 403), operation_id="change_password")
@plain(signed_in)
def change_password(app: App, request: AnyRequest, viewer: Viewer, data: JSONBody[NewPasswordIn]) -> None:
    """Set a new password; your other sessions and tokens end."""
    if data.current is not None:
        viewer = entry.confirm(app, request, viewer, data.current)
    entry.change_password(app, viewer, data.password)


@post("/api/v1/me/acting", status_code=200, tags=["me"], responses=problems(401, 404), operation_id="act_as")
@writes(signed_in)
def act_as(db: Connection, viewer: Viewer, data: JSONBody[ActingIn]) -> MyAccountOut:
    """Go on as another of your accounts, in this session only."""
    sessions.act_as(db, viewer, data.handle)
    chosen = next(own for own in profiles.own_accounts(db, viewer) if own.handle == naming.check_handle(data.handle))
    return _own(chosen)


@post(
    "/api/v1/me/recovery-codes",
    status_code=201,
    tags=["me"],
    responses=problems(401, 403),
    operation_id="new_recovery_codes",
)
@writes(signed_in)
def new_codes(db: Connection, viewer: Viewer) -> CodesOut:
    """Ten new recovery codes in place of the old ones; needs a fresh sign-in check."""
    assert viewer.person is not None
    sessions.need_check(viewer, clock.now())
    codes = recovery.new_codes()
    recovery.keep_codes(db, viewer.person, codes)
    return CodesOut(codes)


@put("/api/v1/me/zone", tags=["me"], responses=problems(401), operation_id="set_zone")
@writes(signed_in)
def set_zone(app: App, db: Connection, viewer: Viewer, data: JSONBody[ZoneIn]) -> ZoneOut:
    """Be in another time zone: an adult at once, a minor a day later."""
    at = growing.set_zone(db, app.keys, viewer, data.zone, clock.SERVER_ZONE, clock.now())
    return ZoneOut(data.zone, iso(at))


@put(
    "/api/v1/me/birth-date",
    status_code=204,
    tags=["me"],
    responses=problems(401, 403),
    operation_id="correct_birth_date",
)
@writes(signed_in)
def correct_birth_date(app: App, db: Connection, viewer: Viewer, data: JSONBody[BirthDateIn]) -> None:
    """Say that you are younger than you said, or that your age is not known; needs a fresh sign-in check."""
    assert viewer.person is not None
    sessions.need_check(viewer, clock.now())
    growing.correct_birth_date(db, app.keys, viewer, viewer.person, data.birth_date, clock.SERVER_ZONE, clock.now())
    narrow(db, app.keys, viewer.person)


@put(
    "/api/v1/people/{handle:str}/birth-date",
    status_code=204,
    tags=["server"],
    responses=problems(401, 403, 404),
    operation_id="set_birth_date",
)
@writes(signed_in)
def set_birth_date(
    app: App,
    db: Connection,
    viewer: Viewer,
    handle: Annotated[str, PathParameter(max_length=31)],
    data: JSONBody[BirthDateIn],
) -> None:
    """As somebody who checks guardians and ages here: enter what you saw. Never for yourself or a child of yours."""
    person = vouching.whose_age(db, viewer, handle)
    ages.settle(db, app.keys, viewer, person, data.birth_date, clock.now())


@put(
    "/api/v1/server/choices/{row:str}",
    status_code=204,
    tags=["server"],
    responses=problems(401, 403),
    operation_id="bound",
)
@writes(server_owner)
def bound(db: Connection, row: Annotated[str, PathParameter(max_length=40)], data: JSONBody[RowChoiceIn]) -> None:
    """Bound a row of the age table for everybody here: what is out narrows at once, and nothing new gets wider."""
    known, value = _read(row, data.value)
    permissions.choose_for_all(db, known, value)


def _read(row: str, words: str) -> tuple[Row, age.Value]:
    try:
        known = Row(row)
        return known, age.read(known, words)
    except ValueError:
        raise Invalid("There is no such row or no such value.", field="value") from None


@put("/api/v1/me/choices/{row:str}", tags=["me"], responses=problems(401, 403, 404), operation_id="choose")
@writes(signed_in)
def choose(
    app: App,
    db: Connection,
    viewer: Viewer,
    row: Annotated[str, PathParameter(max_length=40)],
    data: JSONBody[RowChoiceIn],
) -> RowOut:
    """Loosen or tighten a row of the age table for yourself. Looser counts for new clips, stricter at once for all."""
    assert viewer.person is not None
    known, value = _read(row, data.value)
    permissions.choose(db, viewer, known, value)
    narrow(db, app.keys, viewer.person)
    return _row(db, viewer.person, known)


def _me(db: Connection, viewer: Viewer) -> MeOut:
    assert viewer.person is not None
    account = own_account(db, viewer)
    return MeOut(
        profile=ProfileOut.of(profiles.profile(db, viewer, account["handle"])),
        counts_shown=bool(account["counts_shown"]),
        accounts=[_own(own) for own in profiles.own_accounts(db, viewer)],
        mail=person_mail(db, viewer),
        has_password=password_hash(db, viewer.person) is not None,
        passkeys=len(passkeys.mine(db, viewer)),
        recovery_codes=recovery.codes_left(db, viewer.person),
        checked=sessions.is_checked(viewer, clock.now()),
        is_server_owner=viewer.is_server_owner,
        choices=[_row(db, viewer.person, row) for row in Row if age.settable(row, viewer.band, Setter.SELF)],
    )


def _own(own: profiles.Own) -> MyAccountOut:
    return MyAccountOut(AccountOut.of(By(own.handle, own.name, own.avatar)), own.kind.value, own.role.value)


def _row(db: Connection, person: int, row: Row) -> RowOut:
    value = permissions.value_for(db, person, row)
    options = [option.value for option in age.settable(row, permissions.band(db, person), Setter.SELF)]
    return RowOut(row.value, age.written(value), options)


routes = [
    sign_up,
    show,
    edit,
    leave,
    set_avatar,
    remove_avatar,
    change_password,
    act_as,
    new_codes,
    choose,
    set_zone,
    correct_birth_date,
    set_birth_date,
    bound,
]
