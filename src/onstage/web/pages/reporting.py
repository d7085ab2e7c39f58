"""Reporting as a page of its own, for who has no scripts: of a clip, an account, or a comment of an account."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromQuery, Parameter

from onstage import clock, ids
from onstage.accounts.queries import by_handle
from onstage.accounts.viewer import Viewer
from onstage.clips.queries import seen
from onstage.db.engine import Connection
from onstage.errors import Invalid, NotFound, Refused
from onstage.moderation import reports
from onstage.moderation.reports import Reason
from onstage.web.http import App, page, plain, reads, see_other, signed_in
from onstage.web.pages.forms import Fields, kept
from onstage.web.words import gettext as _

Short = Annotated[str, Parameter(max_length=40, required=False)]
_WHAT = ("clip", "account", "comment")


@get("/report", include_in_schema=False)
@reads(signed_in)
def form(
    db: Connection, viewer: Viewer, clip: Short = "", account: Short = "", comment: Short = "", did: FromQuery[str] = ""
) -> Response[Any]:
    """Say what is wrong: one choice and a few words."""
    typed = {"clip": clip, "account": account, "comment": comment, "reason": "", "words": ""}
    return _page(db, viewer, typed, sent=bool(did))


def _page(
    db: Connection, viewer: Viewer, typed: dict[str, str], error: Refused | None = None, *, sent: bool = False
) -> Response[Any]:
    author = None
    if typed["clip"]:
        found = seen(db, viewer, typed["clip"])
        account, author = found.account, found.person
    else:
        account = int(by_handle(db, viewer, typed["account"])["id"])
    nobody = reports.readers(db, viewer, account, author) == 0
    status = error.status if error else 200
    return page("report.html", viewer, status=status, form=typed, nobody=nobody, sent=sent, error=error)


@post("/report", include_in_schema=False, status_code=200)
@plain(signed_in)
def send(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Send it; whoever is named in it never reads it."""
    typed = kept(data, *_WHAT, "reason", "words")
    try:
        if typed["reason"] not in set(Reason):
            raise Invalid(_("Choose what is wrong."), field="reason")
        with app.database.write() as db:
            _report(db, viewer, typed, clock.now())
    except NotFound:
        raise
    except Refused as error:
        with app.database.read() as db:
            return _page(db, viewer, typed, error)
    return see_other(f"/report?{urlencode({name: typed[name] for name in _WHAT if typed[name]})}&did=sent")


def _report(db: Connection, viewer: Viewer, typed: dict[str, str], now: int) -> None:
    reason, said = Reason(typed["reason"]), typed["words"]
    if typed["clip"]:
        reports.report_clip(db, viewer, typed["clip"], reason, said, now)
    elif typed["comment"]:
        number = int(typed["comment"]) if typed["comment"].isdecimal() and len(typed["comment"]) < 20 else 0
        reports.report_comment(db, viewer, min(number, ids.LARGEST), reason, said, now)
    else:
        reports.report_account(db, viewer, typed["account"], reason, said, now)


routes = [form, send]
