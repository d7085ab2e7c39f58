"""A reported clip of ada's that ola, the server's owner, keeps for the law."""

from dataclasses import dataclass

from sqlalchemy import update

from onstage.clips.agreeing import edit, publish
from onstage.clips.upload import Upload
from onstage.clock import now
from onstage.engagement import comments
from onstage.jobs.models import jobs
from onstage.moderation import preserving, reports
from onstage.moderation.preserving import Case, Kind
from onstage.moderation.reports import Reason
from onstage.web.app import App
from tests.cast import Cast
from tests.clips.conftest import Film, Run, send

CAPTION, SAID, WHY = "Wunderkerze im Garten", "zucchini-in-the-comment", "report-about-the-sparkler"
GROUND = "Order 7 Gs 12 of the court of Hollow Brook"
WORDS = (CAPTION, SAID, WHY, GROUND)


@dataclass(frozen=True)
class Reported:
    """The clip, and the open report about it."""

    upload: Upload
    case: Case

    @property
    def clip(self) -> int:
        """Its id."""
        return self.upload.clip


def reported(app: App, cast: Cast, film: Film, run: Run) -> Reported:
    """A published clip with a comment, both of them reported by fay."""
    made = send(app, cast.ada.viewer, film().read_bytes())
    run()
    with app.database.write() as db:
        edit.change(db, app.keys, cast.ada.viewer, made.slug, caption=CAPTION)
        publish.publish(db, app.keys, cast.ada.viewer, made.slug)
    with app.database.write() as db:
        said = comments.comment(db, cast.ben.viewer, made.slug, SAID)
        reports.report_comment(db, cast.fay.viewer, said.id, Reason.ILLEGAL, "", now())
        report = reports.report_clip(db, cast.fay.viewer, made.slug, Reason.CHILD_IN_DANGER, WHY, now())
    run()
    return Reported(made, Case(Kind.REPORT, report))


def keep(app: App, cast: Cast, about: Reported, days: int = 365) -> int:
    """What the moderator does; gives the item's id."""
    with app.database.write() as db:
        return preserving.keep(db, app.keys, cast.ola.viewer, about.case, GROUND, days)


def hasten(app: App) -> None:
    """Whatever is due later is due now."""
    with app.database.write() as db:
        db.execute(update(jobs).where(jobs.c.due_at.is_not(None)).values(due_at=now()))
