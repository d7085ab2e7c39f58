"""The server's own room, for its owner: reports, invitations, people, how it is set."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromQuery, Parameter

from onstage import clock, ids
from onstage.accounts.doors import recovery
from onstage.accounts.doors.recovery import Purpose
from onstage.accounts.queries import person_named
from onstage.accounts.viewer import Viewer
from onstage.clips.queries import seen
from onstage.db.engine import Connection
from onstage.engagement.cards import cards
from onstage.errors import NotFound, Refused
from onstage.keys import Keys
from onstage.moderation import preserving, reports, withheld
from onstage.moderation.reports import Outcome, Reason, Report
from onstage.settings import SETTINGS, Settings
from onstage.web.http import App, page, plain, reads, see_other, server_owner
from onstage.web.pages import keeping
from onstage.web.pages.forms import Fields, kept, words
from onstage.web.words import gettext as _

_SECRET = {"ONSTAGE_SECRET", "ONSTAGE_SECRET_PREVIOUS"}
_WITH_PASSWORD = {"DATABASE_URL", "MAIL_URL", "STORAGE_URL"}


@dataclass(frozen=True)
class Case:
    """A report as the page shows it. `cover_url` only where its reader may see the clip anyway."""

    id: str
    reason: str
    title: str
    words: str
    said: str | None
    at: int
    handle: str
    clip_url: str | None
    cover_url: str | None
    may_hold: bool
    may_doubt: bool
    typed: str
    kept: list[str]


@dataclass(frozen=True)
class Fact:
    """A setting and what it is now."""

    name: str
    value: str
    meaning: str


@get("/server", include_in_schema=False)
@reads(server_owner)
def index(viewer: Viewer) -> Response[Any]:
    """Where everything is."""
    return page("server.html", viewer, said="", error=None)


@get("/server/reports", include_in_schema=False)
@plain(server_owner)
def open_reports(
    app: App,
    viewer: Viewer,
    did: FromQuery[str] = "",
    before: Annotated[int | None, Parameter(ge=1, le=ids.LARGEST)] = None,
) -> Response[Any]:
    """What people say is wrong."""
    said: dict[str, str] = {
        "let-go": _("It is no longer withheld by you."),
        Outcome.HOLD: _("The clip is withheld. Nobody but its author sees it."),
        Outcome.DOUBT: _("Their age counts as unknown. Their clips are withheld until somebody has checked it."),
        Outcome.DISMISS: _("Left as it is."),
    }
    return _reports_page(app, viewer, before=before, said=said.get(did, ""))


@post("/server/reports", include_in_schema=False, status_code=200)
@plain(server_owner)
def settle(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Decide one, with a reason, or let go what was withheld."""
    if words(data, "do") == "let-go":
        return _let_go(app, viewer, words(data, "clip"))
    named = words(data, "report")
    typed = words(data, f"words-{named}")
    try:
        wanted = words(data, "do")
        outcome = Outcome(wanted) if wanted in set(Outcome) else Outcome.DISMISS
        report = int(named) if named.isdecimal() and len(named) < 20 else 0
        with app.database.write() as db:
            reports.settle(db, app.keys, viewer, report, outcome, typed, clock.now())
    except Refused as error:
        error.field = f"words-{named}" if error.field == "words" else error.field
        return _reports_page(app, viewer, error=error, at=named, typed=typed)
    return see_other(f"/server/reports?did={outcome.value}")


def _let_go(app: App, viewer: Viewer, slug: str) -> Response[Any]:
    try:
        with app.database.write() as db:
            withheld.let_go(db, app.keys, viewer, slug)
    except Refused as error:
        return _reports_page(app, viewer, error=error)
    return see_other("/server/reports?did=let-go")


def _reports_page(
    app: App,
    viewer: Viewer,
    *,
    before: int | None = None,
    said: str = "",
    error: Refused | None = None,
    at: str = "",
    typed: str = "",
) -> Response[Any]:
    with app.database.read() as db:
        found, following = reports.open_reports(db, viewer, before=before, limit=20)
        held = [] if before else [*withheld.mine(db, viewer), *withheld.by_rule(db, viewer)]
        cases = [_case(db, app.keys, viewer, report, typed if str(report.id) == at else "") for report in found]
    return page(
        "server_reports.html",
        viewer,
        status=error.status if error else 200,
        reports=cases,
        withheld=held,
        next=following,
        said=said,
        error=error,
        error_at=at,
    )


def _case(db: Connection, keys: Keys, viewer: Viewer, report: Report, typed: str) -> Case:
    about, may_hold = {"name": f"@{report.handle}"}, report.clip is not None and report.comment is None
    if report.comment is not None:
        title = _("A comment by %(name)s") % about
    elif report.clip is not None:
        title = _("A clip of %(name)s") % about
    else:
        title = _("The account %(name)s") % about
    return Case(
        id=str(report.id),
        reason=reason_words(report.reason),
        title=title,
        words=report.words,
        said=report.said,
        at=report.at,
        handle=report.handle,
        clip_url=f"/c/{report.clip}" if report.clip else None,
        cover_url=_cover(db, viewer, report.clip) if report.clip else None,
        may_hold=may_hold,
        may_doubt=report.reason is Reason.AGE and report.is_of_one,
        typed=typed,
        kept=keeping.told(db, keys, viewer, preserving.Case(preserving.Kind.REPORT, report.id)) if may_hold else [],
    )


def _cover(db: Connection, viewer: Viewer, slug: str) -> str | None:
    try:
        clip = seen(db, viewer, slug)
    except NotFound:
        return None
    return next((card.cover_small_url for card in cards(db, viewer, [clip.id])), None)


def reason_words(reason: Reason) -> str:
    """What a report is about, in words."""
    return {
        Reason.INTIMATE: _("Intimate pictures"),
        Reason.CHILD_IN_DANGER: _("A child in danger"),
        Reason.VIOLENCE: _("Violence"),
        Reason.HATE: _("Hate"),
        Reason.HARASSMENT: _("Harassment"),
        Reason.SELF_HARM: _("Self-harm"),
        Reason.ILLEGAL: _("Against the law"),
        Reason.RIGHTS: _("Somebody else's work"),
        Reason.SPAM: _("Spam"),
        Reason.AGE: _("Younger than they say"),
        Reason.OTHER: _("Something else"),
    }[reason]


@get("/server/invitations", include_in_schema=False)
@plain(server_owner)
def invitations(app: App, viewer: Viewer) -> Response[Any]:
    """Links that let somebody in."""
    return _invitations_page(app, viewer)


@post("/server/invitations", include_in_schema=False, status_code=200)
@plain(server_owner)
def invite(app: App, viewer: Viewer) -> Response[Any]:
    """A link for one person, shown this once."""
    with app.database.write() as db:
        secret = recovery.make_link(db, Purpose.INVITATION, clock.now(), made_by=viewer.person)
    return _invitations_page(app, viewer, f"{app.settings.origin}/join/{secret}")


def _invitations_page(app: App, viewer: Viewer, link: str = "") -> Response[Any]:
    policy = {
        "open": _("Everybody may sign up here; an invitation is a kind way to ask somebody in."),
        "invite": _("People come to this server by invitation only."),
        "closed": _("Sign-up is closed; an invitation lets one person in all the same."),
    }
    sentence = policy[app.settings.sign_up]
    shown = page("server_invitations.html", viewer, policy_sentence=sentence, link=link, said="", error=None)
    shown.headers["cache-control"] = "no-store"
    return shown


@get("/server/people", include_in_schema=False)
@plain(server_owner)
def people(viewer: Viewer) -> Response[Any]:
    """A way back in for somebody who has lost theirs."""
    return _people_page(viewer, {})


@post("/server/people", include_in_schema=False, status_code=200)
@plain(server_owner)
def reset_link(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """A link with which one person chooses a new password, shown this once."""
    try:
        with app.database.write() as db:
            who = person_named(db, words(data, "handle"))
            if who is None:
                raise NotFound(_("There is nobody of that name here."), field="handle")
            secret = recovery.make_link(db, Purpose.RESET, clock.now(), person=who.person, made_by=viewer.person)
    except Refused as error:
        return _people_page(viewer, data, error=error)
    return _people_page(viewer, data, link=f"{app.settings.origin}/reset/{secret}")


def _people_page(viewer: Viewer, data: dict[str, Any], link: str = "", error: Refused | None = None) -> Response[Any]:
    form = {"handle": kept(data, "handle")["handle"].strip().removeprefix("@")}
    status = error.status if error else 200
    shown = page("server_people.html", viewer, status=status, form=form, link=link, error=error, said="")
    shown.headers["cache-control"] = "no-store"
    return shown


@get("/server/set-up", include_in_schema=False)
@plain(server_owner)
def set_up(app: App, viewer: Viewer) -> Response[Any]:
    """How the server is set, to read; secrets and passwords are not shown."""
    facts = [Fact(row.name, _shown(app.settings, row.name, row.field), row.meaning) for row in SETTINGS]
    return page("server_setup.html", viewer, facts=facts, said="", error=None)


def _shown(settings: Settings, name: str, field: str) -> str:
    value = str(getattr(settings, field))
    if not value:
        return "–"
    if name in _SECRET:
        return _("set")
    if name in _WITH_PASSWORD and "@" in value:
        scheme, _separator, rest = value.partition("://")
        return f"{scheme}://…@{rest.rpartition('@')[2]}"
    return value


routes = [index, open_reports, settle, invitations, invite, people, reset_link, set_up]
