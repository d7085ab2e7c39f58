"""The page behind a guardian's link: a film with a child who is not here, a yes, a no, and taking that back."""

from typing import Any

from litestar import Response, get, post

from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import unregistered
from onstage.clips.agreeing.unregistered import Question
from onstage.clips.models import Audience
from onstage.db.engine import Connection
from onstage.errors import Invalid, Refused
from onstage.web.api.answering import Secret, Which
from onstage.web.http import App, anyone, page, plain, reads, see_other
from onstage.web.pages.asking import change_words, for_whom, read
from onstage.web.pages.forms import Fields, words
from onstage.web.words import gettext as _


@get("/answer/{secret:str}", include_in_schema=False)
@reads(anyone)
def look(db: Connection, viewer: Viewer, secret: Secret, which: Which = "") -> Response[Any]:
    """The film and what is asked about it."""
    return _page(viewer, secret, unregistered.question(db, secret, which), None)


def _page(viewer: Viewer, secret: str, found: Question, error: Refused | None) -> Response[Any]:
    look_ = found.look
    changed = [change_words(each.what, each.before, each.after) for each in (look_ and look_.changed) or ()]
    shown = page(
        "answer_link.html",
        viewer,
        status=error.status if error else 200,
        q=found,
        secret=secret,
        film=f"/answer/{secret}/film{_of(found)}",
        cover=f"/answer/{secret}/cover{_of(found)}",
        captions=[(language, read(text)) for language, _source, text in (look_.captions if look_ else ())],
        for_whom=for_whom(look_.content.audience) if look_ else "",
        is_wide=look_ is not None and look_.content.audience in {Audience.PUBLIC, Audience.UNLISTED},
        state=_state(found),
        changed=changed,
        error=error,
    )
    shown.headers["cache-control"] = "no-store"
    return shown


def _of(found: Question) -> str:
    return f"?clip={found.slug}" if found.again else ""


def _state(found: Question) -> str:
    if found.deleting:
        return _("It is being deleted. Nobody sees it any more.")
    if found.refused:
        return _("You said no. Nobody sees this film until you take that back.")
    if found.agreed:
        return _("You said yes to this version. You can withdraw that at any time.")
    if found.why is None:
        return _(
            "Nothing is asked of you now. Without your yes nobody but its author sees it. If you are asked, it stands here."
        )
    return ""


@post("/answer/{secret:str}", include_in_schema=False, status_code=200)
@plain(anyone)
def answer(app: App, viewer: Viewer, secret: Secret, data: Fields, which: Which = "") -> Response[Any]:
    """Yes, no, or take the no back, by the button that was pressed."""
    try:
        with app.database.write() as db:
            match words(data, "do"):
                case "yes":
                    typed = words(data, "version")
                    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
                    unregistered.say_yes(db, app.keys, secret, number, which)
                case "no":
                    unregistered.say_no(db, app.keys, secret, which)
                case "lift":
                    unregistered.lift(db, app.keys, secret, which)
                case _any:
                    raise Invalid(_("Choose what to answer."))
    except Refused as error:
        if error.status == 404:
            raise
        with app.database.read() as db:
            return _page(viewer, secret, unregistered.question(db, secret, which), error)
    return see_other(f"/answer/{secret}" + (f"?clip={which}" if which else ""))


routes = [look, answer]
