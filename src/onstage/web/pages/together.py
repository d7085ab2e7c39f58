"""Together: the accounts that one runs with others, who comes in, and what they decide."""

from typing import Annotated, Any

import segno
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, Parameter
from markupsafe import Markup

from onstage import clock
from onstage.accounts import growing, guardianship, invitations, joint, notices, profiles
from onstage.accounts.guardians import beforehand, guarding, household, screen_time
from onstage.accounts.invitations import Invitation, Waits
from onstage.accounts.joint import Joint
from onstage.accounts.membership import PublishingRule
from onstage.accounts.models import JointKind, Kind, Role
from onstage.accounts.queries import name_of
from onstage.accounts.roles import Act, may
from onstage.accounts.viewer import Viewer
from onstage.clips.ending import closing
from onstage.db.engine import Connection
from onstage.errors import Conflict, Gone, Invalid, Refused
from onstage.web import entry
from onstage.web.http import App, page, plain, see_other, signed_in
from onstage.web.pages import telling
from onstage.web.pages.choices import Option
from onstage.web.pages.forms import Fields, kept, words
from onstage.web.words import gettext as _

_SAID = {
    "invitation-yes": "joins",
    "invitation-no": "stays-out",
    "member-yes": "let-in",
    "member-no": "kept-out",
    "claim-yes": "is-guardian",
    "claim-no": "no-guardian",
}
Secret = Annotated[str, Parameter(max_length=100)]


@get("/together", include_in_schema=False)
@plain(signed_in)
def index(app: App, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """Everything that several people have to do with each other. `did`: what was done a moment ago."""
    return _index_page(app, viewer, said=answered().get(did, ""))


def answered() -> dict[str, str]:
    """What a page says after an answer to somebody, or after something ended that is not there any more."""
    return {
        "joins": _("Thank you. Whoever must agree is asked."),
        "stays-out": _("You are not in it."),
        "let-in": _("Thank you. They come in when everybody who must agree has said yes."),
        "kept-out": _("They do not come in. Nobody is told that it was you."),
        "is-guardian": _("They look after you or your child now, as a carer. What they can see stands under Together."),
        "no-guardian": _("They stay a stranger, and see nothing."),
        "left": _("You have left it."),
        "guards-no-longer": _("You no longer look after them."),
        "chosen": _("All is as you want it. Your own choices count from now on."),
    }


def _index_page(app: App, viewer: Viewer, error: Refused | None = None, said: str = "") -> Response[Any]:
    person, now = viewer.person or 0, clock.now()
    with app.database.write() as db:
        told = notices.told(db, person, limit=20)
        notices.seen(db, viewer, now)
        wards = [household.child(db, viewer, each.minor, now) for each in guardianship.minors_of(db, person)]
        return page(
            "together.html",
            viewer,
            status=error.status if error else 200,
            accounts=[own for own in profiles.own_accounts(db, viewer) if own.kind is Kind.JOINT],
            **asks(db, viewer, now),
            children=wards,
            guarded=bool(guardianship.guardians_of(db, [person])),
            may_begin=viewer.band == "adult",
            choosing=growing.is_choosing(db, person),
            lines=telling.lines(told, person),
            error=error,
            said=said,
        )


def asks(db: Connection, viewer: Viewer, now: int) -> dict[str, Any]:
    """Who asks the viewer in, whom they may let in, who says that they look after a child, and who asks for more time."""
    return {
        "asked": [_card(each) for each in invitations.of_guest(db, viewer, now)],
        "to_answer": [_card(each, _guest_name(db, each)) for each in invitations.to_answer(db, viewer, now)],
        "claims": guarding.open_claims(db, viewer),
        "more_time": [household.child(db, viewer, minor, now) for minor in screen_time.asking(db, viewer, now)],
    }


def _card(found: Invitation, guest: str = "") -> dict[str, Any]:
    """An invitation as the pages show it."""
    waits = {
        Waits.ACCEPT: _("waits for an answer"),
        Waits.OWNERS: _("waits for all owners"),
        Waits.GUARDIANS: _("waits for a guardian"),
        Waits.TIME: _("begins on %(day)s; guardians of children there were told"),
        Waits.NOTHING: "",
    }[found.waits]
    return {
        "id": found.id,
        "handle": found.handle,
        "name": found.account_name,
        "role": telling.role_words(found.role),
        "guest": guest,
        "is_link": found.guest is None,
        "accepted": found.accepted_at is not None,
        "waits": waits % {"day": telling.day(found.starts_at or 0)},
    }


def _guest_name(db: Connection, found: Invitation) -> str:
    return "" if found.guest is None else name_of(db, found.guest)


@post("/together", include_in_schema=False, status_code=200)
@plain(signed_in)
def answer(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Say yes or no to what one is asked."""
    one, yes, now = _number(words(data, "id")), words(data, "do").endswith("yes"), clock.now()
    try:
        with app.database.write() as db:
            match words(data, "do").partition("-")[0]:
                case "invitation" if yes:
                    invitations.accept(db, app.keys, viewer, one, now)
                case "invitation":
                    invitations.decline(db, app.keys, viewer, one, now)
                case "member":
                    invitations.answer(db, app.keys, viewer, one, yes, now)
                case "claim":
                    guarding.answer(db, app.keys, viewer, one, yes, now)
    except Refused as error:
        return _index_page(app, viewer, error)
    did = _SAID.get(words(data, "do"), "")
    return see_other(f"{'/inbox' if words(data, 'from') == 'inbox' else '/together'}?did={did}")


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 20 else 0


@get("/together/new", include_in_schema=False)
@plain(signed_in)
def new(viewer: Viewer) -> Response[Any]:
    """An empty form for an account that people run together."""
    return _new_page(viewer, {})


def _new_page(viewer: Viewer, data: dict[str, Any], error: Refused | None = None) -> Response[Any]:
    chosen = words(data, "kind") or JointKind.FAMILY
    described = {
        JointKind.FAMILY: (_("Family"), _("Parents and children. What a child makes waits for the guardians.")),
        JointKind.GROUP: (_("Group"), _("Equals: a band, friends, a club.")),
        JointKind.CLASS: (_("Class"), _("A teacher and the children of a class.")),
    }
    kinds = [Option(kind.value, *described[kind], kind == chosen, possible=True) for kind in JointKind]
    form = kept(data, "handle", "name")
    status = error.status if error else 200
    return page("together_new.html", viewer, status=status, kinds=kinds, form=form, error=error, said="")


@post("/together/new", include_in_schema=False, status_code=200)
@plain(signed_in)
def begin(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Begin it."""
    handle = words(data, "handle").strip().removeprefix("@").lower()
    try:
        kind = JointKind(words(data, "kind")) if words(data, "kind") in set(JointKind) else None
        if kind is None:
            raise Invalid(_("Choose what it is."), field="kind")
        with app.database.write() as db:
            joint.begin(db, app.keys, viewer, kind, words(data, "handle"), words(data, "name"), clock.now())
    except Refused as error:
        if not (error.status == Conflict.status and _is_in(app, viewer, handle, words(data, "name"))):
            return _new_page(viewer, data, error)
    return see_other(f"/together/{handle}")


def _is_in(app: App, viewer: Viewer, handle: str, name: str) -> bool:
    """Whether the account of that name is one of theirs already: they pressed twice."""
    with app.database.read() as db:
        theirs = {(own.handle, own.name) for own in profiles.own_accounts(db, viewer) if own.kind is Kind.JOINT}
        return (handle, name.strip() or handle) in theirs


@get("/together/{handle:str}", include_in_schema=False)
@plain(signed_in)
def inside(app: App, viewer: Viewer, handle: FromPath[str]) -> Response[Any]:
    """Who runs an account, for its members."""
    return _inside_page(app, viewer, handle)


def _inside_page(
    app: App,
    viewer: Viewer,
    handle: str,
    error: Refused | None = None,
    link: str = "",
    typed: dict[str, str] | None = None,
) -> Response[Any]:
    with app.database.read() as db:
        found = joint.look(db, viewer, handle)
        ends = closing.of(db, viewer, found.id)
        asked = [_card(each, _guest_name(db, each)) for each in invitations.of_account(db, found.id, clock.now())]
        said_here = _said_here(db, found)
    shown = page(
        "together_inside.html",
        viewer,
        status=error.status if error else 200,
        account=found,
        invitations=asked,
        said_here=said_here,
        ends=ends,
        ends_on=telling.day(ends.until) if ends else "",
        may={act.value: may(found.role, act, viewer.band) for act in Act},
        rules=_rules(found),
        kind=_kind_words(found.kind),
        roles={role.value: name for role, name in _role_names().items()},
        link=link,
        qr=Markup(segno.make(link, micro=False).svg_inline(border=2, omitsize=True)) if link else "",  # noqa: S704 - drawn here
        typed=typed or kept({}, "guest", "role"),
        error=error,
        said="",
    )
    shown.headers["cache-control"] = "no-store"
    return shown


def _said_here(db: Connection, found: Joint) -> list[tuple[str, int, int]]:
    """Each minor for whom guardians have said yes beforehand to near clips here: name, how many, of how many."""
    minors = [each for each in found.members if each.is_minor]
    said = beforehand.how_many(db, found.id, [each.person for each in minors], clock.now())
    return [(each.name, *said[each.person]) for each in minors if each.person in said]


def _role_names() -> dict[Role, str]:
    return {Role.OWNER: _("Owner"), Role.EDITOR: _("Editor"), Role.CREATOR: _("Creator")}


def _kind_words(kind: JointKind) -> str:
    return {JointKind.FAMILY: _("Family"), JointKind.GROUP: _("Group"), JointKind.CLASS: _("Class")}[kind]


def _rules(found: Joint) -> list[dict[str, Any]]:
    """The three rules, and which owners want each."""
    described = {
        PublishingRule.ONE: (_("One owner says yes"), _("Quick. Each owner can put a clip out.")),
        PublishingRule.MOST: (_("Most owners say yes"), _("More than half of the owners.")),
        PublishingRule.ALL: (_("All owners say yes"), _("One no stops it.")),
    }
    mine = next((member.wanted_rule for member in found.members if member.is_me), None) or found.rule
    owners = [member for member in found.members if member.role is Role.OWNER]
    return [
        {
            "option": Option(rule.value, *described[rule], rule is mine, possible=True),
            "in_force": rule is found.rule,
            "wanted_by": [member.name for member in owners if member.wanted_rule is rule and rule is not found.rule],
        }
        for rule in PublishingRule
    ]


@post("/together/{handle:str}", include_in_schema=False, status_code=200)
@plain(signed_in)
def act(app: App, viewer: Viewer, handle: FromPath[str], data: Fields) -> Response[Any]:
    """What its members do with it; a new link is shown this once."""
    try:
        if words(data, "do") == "close":
            receipt, until = entry.close_joint(app, viewer, handle)
            return see_other(receipt if until is None else f"/together/{handle}")
        with app.database.write() as db:
            went = _acted(app, db, viewer, handle, data)
    except Refused as error:
        asks = words(data, "do") == "ask" and not words(data, "member")
        if asks and error.field != "role":
            error.field = "guest"
        try:
            return _inside_page(app, viewer, handle, error, typed=kept(data, "guest", "role") if asks else None)
        except Refused:
            raise error from None
    if went.startswith("http"):
        return _inside_page(app, viewer, handle, link=went)
    return see_other(went)


def _acted(app: App, db: Connection, viewer: Viewer, handle: str, data: dict[str, Any]) -> str:
    """Where to go on, or the link that was made."""
    now, stay = clock.now(), f"/together/{handle}"
    member, role = (
        words(data, "member"),
        Role(words(data, "role")) if words(data, "role") in set(Role) else Role.CREATOR,
    )
    match words(data, "do"):
        case "link":
            _id, secret = invitations.by_link(db, app.keys, viewer, handle, role, now)
            return f"{app.settings.origin}/together/join/{secret}"
        case "ask" if not (words(data, "guest") or member):
            raise Invalid(_("Say whom you ask, by their handle; or make a link."), field="guest")
        case "ask":
            invitations.by_handle(db, app.keys, viewer, handle, words(data, "guest") or member, role, now)
        case "take-back":
            invitations.take_back(db, viewer, handle, _number(words(data, "id")))
        case "remove":
            joint.remove(db, app.keys, viewer, handle, member, now)
        case "role":
            joint.change_role(db, app.keys, viewer, handle, member, role, now)
        case "rule" if words(data, "rule") in set(PublishingRule):
            joint.want_rule(db, app.keys, viewer, handle, PublishingRule(words(data, "rule")), now)
        case "keep":
            closing.stop(db, app.keys, viewer, handle)
        case "leave":
            joint.leave(db, app.keys, viewer, handle, now)
            return "/together"
    return stay


@get("/together/join/{secret:str}", include_in_schema=False)
@plain(signed_in)
def invited(app: App, viewer: Viewer, secret: Secret) -> Response[Any]:
    """Who asks one in, as what, by a link."""
    return _invited_page(app, viewer, secret)


def _invited_page(app: App, viewer: Viewer, secret: str, error: Refused | None = None) -> Response[Any]:
    try:
        with app.database.read() as db:
            found = invitations.find(db, secret, clock.now())
            asking = name_of(db, found.made_by)
    except Gone as gone:
        return page("link_ended.html", viewer, status=gone.status, sentence=str(gone))
    status = error.status if error else 200
    shown = page("together_join.html", viewer, status=status, asking=asking, found=_card(found), error=error, said="")
    shown.headers["cache-control"] = "no-store"
    return shown


@post("/together/join/{secret:str}", include_in_schema=False, status_code=200)
@plain(signed_in)
def join(app: App, viewer: Viewer, secret: Secret, data: Fields) -> Response[Any]:
    """Say yes by the link; a no needs nothing but to go away."""
    if words(data, "do") != "yes":
        return see_other("/together")
    try:
        with app.database.write() as db:
            invitations.take_up(db, app.keys, viewer, secret, clock.now())
    except Refused as error:
        return _invited_page(app, viewer, secret, error)
    return see_other("/together")


routes = [index, answer, new, begin, inside, act, invited, join]
