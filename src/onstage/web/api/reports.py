"""Reports: say that something is wrong; read and settle what others said."""

from typing import Annotated, Literal

from litestar import delete, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta, Struct

from onstage import clock, ids
from onstage.accounts.queries import by_handle
from onstage.accounts.viewer import Viewer
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.errors import Invalid
from onstage.moderation import reports, withheld
from onstage.moderation.reports import WORDS_LENGTH, Outcome, Reason, Report
from onstage.web.api.schemas import Limit, problems
from onstage.web.api.sessions import RowId
from onstage.web.http import App, reads, server_owner, signed_in, writes

Words = Annotated[str, Meta(max_length=WORDS_LENGTH)]
Before = Annotated[
    int | None, QueryParameter(ge=1, le=ids.LARGEST, required=False, description="`next` of the page before.")
]


class ReportIn(Struct, forbid_unknown_fields=True):
    """What is reported: exactly one of a clip (its slug), an account (its handle) and a comment (its id)."""

    reason: Reason
    words: Words = ""
    clip: Annotated[str, Meta(max_length=32)] | None = None
    account: Annotated[str, Meta(max_length=31)] | None = None
    comment: Annotated[str, Meta(pattern="^[0-9]{1,19}$")] | None = None


class ReportMadeOut(Struct):
    """The report's id; who is named never reads the report."""

    id: str


class ReadersOut(Struct):
    """How many people a report would reach. None: seek help outside of this server."""

    readers: int


class ReportOut(Struct):
    """A report to settle. `said` is the comment in question."""

    id: str
    account: str
    clip: str | None
    comment: str | None
    said: str | None
    reason: Reason
    words: str
    at: str

    @classmethod
    def of(cls, report: Report) -> "ReportOut":
        """From a row."""
        return cls(
            id=str(report.id),
            account=report.handle,
            clip=report.clip,
            comment=None if report.comment is None else str(report.comment),
            said=report.said,
            reason=report.reason,
            words=report.words,
            at=iso(report.at),
        )


class ReportsOut(Struct):
    """A page of open reports, newest first; `next` goes into `before`."""

    items: list[ReportOut]
    next: str | None


class SettleIn(Struct, forbid_unknown_fields=True):
    """`hold` withholds the clip until you end that; `dismiss` leaves everything as it is. A reason is kept.

    `doubt`, where the report is about somebody's age: it counts as unknown until somebody who checks ages settles it.
    """

    outcome: Literal["hold", "doubt", "dismiss"]
    words: Annotated[str, Meta(min_length=1, max_length=WORDS_LENGTH)]


@post("/api/v1/reports", status_code=201, tags=["reports"], responses=problems(401, 404), operation_id="report")
@writes(signed_in)
def report(db: Connection, viewer: Viewer, data: JSONBody[ReportIn]) -> ReportMadeOut:
    """Report a clip, an account or a comment that you can see."""
    now = clock.now()
    match (data.clip, data.account, data.comment):
        case (str(slug), None, None):
            made = reports.report_clip(db, viewer, slug, data.reason, data.words, now)
        case (None, str(handle), None):
            made = reports.report_account(db, viewer, handle, data.reason, data.words, now)
        case (None, None, str(comment)):
            made = reports.report_comment(db, viewer, min(int(comment), 2**63 - 1), data.reason, data.words, now)
        case _:
            raise Invalid("Report one thing: a clip, an account or a comment.", field="clip")
    return ReportMadeOut(str(made))


@get("/api/v1/reports/readers", tags=["reports"], responses=problems(401, 404), operation_id="report_readers")
@reads(signed_in)
def readers(
    db: Connection, viewer: Viewer, account: Annotated[str, QueryParameter(max_length=31, description="A handle.")]
) -> ReadersOut:
    """How many people would read a report about this account; nobody who belongs to it does."""
    return ReadersOut(reports.readers(db, viewer, by_handle(db, viewer, account)["id"]))


@get("/api/v1/reports", tags=["reports"], responses=problems(401, 403), operation_id="reports")
@reads(server_owner)
def listed(db: Connection, viewer: Viewer, before: Before = None, limit: Limit = 50) -> ReportsOut:
    """The open reports, without those that name you."""
    found, following = reports.open_reports(db, viewer, before=before, limit=limit)
    return ReportsOut([ReportOut.of(each) for each in found], None if following is None else str(following))


@post(
    "/api/v1/reports/{report_id:int}/settle",
    status_code=204,
    tags=["reports"],
    responses=problems(401, 403, 404, 409),
    operation_id="settle_report",
)
@writes(server_owner)
def settle(app: App, db: Connection, viewer: Viewer, report_id: RowId, data: JSONBody[SettleIn]) -> None:
    """Hold the clip, share the doubt about an age, or dismiss the report."""
    reports.settle(db, app.keys, viewer, report_id, Outcome(data.outcome), data.words, clock.now())


class WithheldOut(Struct):
    """A clip that you can let go again. `words`: your reason; empty where you don't withhold it."""

    clip: str
    account: str
    since: str
    words: str


@get("/api/v1/server/withheld", tags=["reports"], responses=problems(401, 403), operation_id="withheld")
@reads(server_owner)
def withheld_clips(db: Connection, viewer: Viewer) -> list[WithheldOut]:
    """What you withhold, then what shows a minor and is for adults, or whose moderator is none now, unless it concerns you."""
    found = [*withheld.mine(db, viewer), *withheld.by_rule(db, viewer)]
    return [WithheldOut(each.slug, each.handle, iso(each.since), each.words) for each in found]


@delete(
    "/api/v1/server/withheld/{slug:str}",
    tags=["reports"],
    responses=problems(401, 403, 404, 409),
    operation_id="let_go",
)
@writes(server_owner)
def let_go(app: App, db: Connection, viewer: Viewer, slug: Annotated[str, PathParameter(max_length=32)]) -> None:
    """End your hold on this clip, or nobody's; not while it is for adults and shows a minor."""
    withheld.let_go(db, app.keys, viewer, slug)


routes = [report, readers, listed, settle, withheld_clips, let_go]
