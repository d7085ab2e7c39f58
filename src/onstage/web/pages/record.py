"""Your record: what was agreed, refused and ended by you or about you, to read and to take along."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import Parameter, PathParameter

from onstage import ids
from onstage.accounts import ledger, record
from onstage.accounts.acts import Act
from onstage.accounts.record import Told
from onstage.accounts.viewer import Viewer
from onstage.clips import queries
from onstage.clips.ending import receipts
from onstage.clips.ending.receipts import Receipt
from onstage.clock import SECOND
from onstage.db.engine import Connection
from onstage.web.http import anyone, page, reads, signed_in
from onstage.web.words import gettext as _


@dataclass(frozen=True)
class Line:
    """An entry as the page shows it. `at` in microseconds."""

    position: int
    who: str
    what: str
    about: str
    clip: str | None
    words: str
    at: int


@get("/settings/record", include_in_schema=False)
@reads(signed_in)
def show(
    db: Connection, viewer: Viewer, before: Annotated[int | None, Parameter(ge=1, le=ids.LARGEST)] = None
) -> Response[Any]:
    """The entries of the ledger that concern the reader, newest first."""
    assert viewer.person is not None
    told, following = record.of_person(db, viewer.person, partial(_clip_names, viewer), before=before)
    lines = [_line(each) for each in told]
    head = ledger.head(db)
    return page("settings_record.html", viewer, lines=lines, next=following, head=head, said="", error=None)


def _clip_names(viewer: Viewer, db: Connection, clips: Any) -> dict[int, str]:
    return queries.names(db, viewer, clips)


def _line(told: Told) -> Line:
    about = [*told.about, *([told.account] if told.account else [])]
    return Line(
        position=told.position,
        who=_who(told),
        what=_WHAT.get(told.act, lambda: told.act.value)(),
        about=", ".join(dict.fromkeys(about)),
        clip=told.clip,
        words=told.words,
        at=round(datetime.fromisoformat(told.at).timestamp() * SECOND),
    )


def _who(told: Told) -> str:
    if told.mine:
        return _("You")
    if told.by_server:
        return _("The server")
    return told.by or _("Somebody")


_WHAT: dict[Act, Callable[[], str]] = {
    Act.UPLOADED: lambda: _("uploaded a clip"),
    Act.EDITED: lambda: _("began a new version"),
    Act.ASKED: lambda: _("asked for a yes"),
    Act.RECALLED: lambda: _("took the question back"),
    Act.EXPIRED: lambda: _("the question ran out"),
    Act.DRAFT_AGAIN: lambda: _("made it a draft again"),
    Act.YES: lambda: _("said yes"),
    Act.NO: lambda: _("said no"),
    Act.LIFTED: lambda: _("took a no back"),
    Act.YES_VOIDED: lambda: _("a yes no longer counts"),
    Act.STANDING_YES: lambda: _("said yes beforehand"),
    Act.STANDING_YES_ENDED: lambda: _("ended a yes that was given beforehand"),
    Act.SCHEDULED: lambda: _("chose a time for it"),
    Act.PUBLISHED: lambda: _("published a clip"),
    Act.CONFIRMED: lambda: _("brought a clip back"),
    Act.NARROWED: lambda: _("made it visible to fewer"),
    Act.WIDENED: lambda: _("made it visible to more"),
    Act.HOLD_PLACED: lambda: _("withheld a clip"),
    Act.HOLD_ENDED: lambda: _("no longer withholds a clip"),
    Act.APPEARANCE_NAMED: lambda: _("said who is in a clip"),
    Act.APPEARANCE_ANSWERED: lambda: _("answered about being in a clip"),
    Act.APPEARANCE_ENDED: lambda: _("is no longer named in a clip"),
    Act.PART_NAMED: lambda: _("said that a clip contains another"),
    Act.PART_ENDED: lambda: _("a clip does not contain another any more"),
    Act.PORTRAIT_ASKED: lambda: _("asked for another name, picture or words of an account"),
    Act.PORTRAIT_YES: lambda: _("said yes to how an account looks"),
    Act.PORTRAIT_YES_VOIDED: lambda: _("a yes to how an account looks no longer counts"),
    Act.PORTRAIT_RECALLED: lambda: _("took back how an account was to look"),
    Act.PORTRAIT_EXPIRED: lambda: _("the question how an account looks ran out"),
    Act.PORTRAIT_REFUSED: lambda: _("said no to how an account was to look"),
    Act.PORTRAIT_ENDED: lambda: _("the question how an account looks ended"),
    Act.PORTRAIT_SHOWN: lambda: _("an account shows another name, picture or words"),
    Act.PORTRAIT_NO: lambda: _("said no to how an account looks"),
    Act.PORTRAIT_LIFTED: lambda: _("took a no to how an account looks back"),
    Act.PORTRAIT_NO_ENDED: lambda: _("a no to how an account looks no longer counts"),
    Act.GUARDIANSHIP_CLAIMED: lambda: _("said to be a guardian"),
    Act.GUARDIANSHIP_REFUSED: lambda: _("did not accept a guardian"),
    Act.GUARDIANSHIP_ACCEPTED: lambda: _("accepted a guardian"),
    Act.GUARDIANSHIP_NOTICED: lambda: _("announced a full guardian"),
    Act.GUARDIANSHIP_FULL: lambda: _("made somebody a full guardian"),
    Act.GUARDIANSHIP_CONTESTED: lambda: _("contested a guardian"),
    Act.GUARDIANSHIP_DECIDED: lambda: _("decided about a guardian"),
    Act.GUARDIANSHIP_ENDED: lambda: _("ended a guardianship"),
    Act.GUARDIANSHIP_ANNULLED: lambda: _("annulled a guardianship"),
    Act.GUARDIANS_AGREED: lambda: _("said how many guardians it takes, or whether an absent one is passed over"),
    Act.GUARDIAN_ABSENT: lambda: _("counts a guardian as absent"),
    Act.GUARDIAN_BACK: lambda: _("a guardian is back"),
    Act.ACCOUNT_MADE: lambda: _("made an account"),
    Act.MEMBER_INVITED: lambda: _("invited somebody"),
    Act.MEMBER_JOINED: lambda: _("joined"),
    Act.MEMBER_DECLINED: lambda: _("did not join"),
    Act.MEMBER_LEFT: lambda: _("left"),
    Act.MEMBER_REMOVED: lambda: _("removed a member"),
    Act.MEMBER_ROLE: lambda: _("changed a role"),
    Act.RULE_CHANGED: lambda: _("changed a rule"),
    Act.SETTING_CHANGED: lambda: _("changed a setting"),
    Act.SIGN_IN_MADE: lambda: _("made a sign-in"),
    Act.SIGN_IN_RESET: lambda: _("reset a sign-in"),
    Act.AGE_CHANGED: lambda: _("noted how old somebody is"),
    Act.DELETION_BEGUN: lambda: _("asked for deletion"),
    Act.DELETION_STOPPED: lambda: _("stopped a deletion"),
    Act.DELETION_DONE: lambda: _("deleted for good"),
    Act.MODERATOR_LOOKED: lambda: _("looked at a clip as a moderator"),
    Act.MODERATOR_DECIDED: lambda: _("decided as a moderator"),
    Act.CLAIM_OPENED: lambda: _("said to be in a clip"),
    Act.CLAIM_ACCEPTED: lambda: _("accepted that somebody is in a clip"),
    Act.CLAIM_CONTESTED: lambda: _("contested that somebody is in a clip"),
    Act.CLAIM_DECIDED: lambda: _("decided who is in a clip"),
    Act.CLAIM_APPEALED: lambda: _("asked for another look"),
    Act.RESTORED: lambda: _("was restored from a backup"),
    Act.VAULT: lambda: _("opened the vault"),
}


@get("/settings/deleted", include_in_schema=False)
@reads(signed_in)
def deleted(db: Connection, viewer: Viewer) -> Response[Any]:
    """The receipts of what the reader has deleted."""
    lines = [_receipt(each) for each in receipts.mine(db, viewer)]
    return page("settings_deleted.html", viewer, receipts=lines, said="", error=None)


@get("/receipts/{secret:str}", include_in_schema=False)
@reads(anyone)
def receipt_page(db: Connection, viewer: Viewer, secret: Annotated[str, PathParameter(max_length=60)]) -> Response[Any]:
    """A receipt by its link, for somebody who has left."""
    shown = page("receipt.html", viewer, receipt=_receipt(receipts.by_secret(db, secret)), link=f"/receipts/{secret}")
    shown.headers["cache-control"] = "no-store"
    return shown


def _receipt(receipt: Receipt) -> "ReceiptLine":
    what = {"clip": _("A clip"), "person": _("You and everything of yours"), "account": _("An account")}
    what["appearances"] = _("Clips with you, or with a child of yours")
    until = str(receipt.said.get("last_backup_expires", ""))
    erases = receipt.kind != "appearances"
    return ReceiptLine(receipt.id, what[receipt.kind], receipt.asked_at, until, receipt.document is not None, erases)


@dataclass(frozen=True)
class ReceiptLine:
    """A receipt as the pages show it. `backups_until` is a date, empty before it is done; `erases`: nothing else was asked."""

    id: int
    what: str
    asked_at: int
    backups_until: str
    done: bool
    erases: bool


routes = [show, deleted, receipt_page]
