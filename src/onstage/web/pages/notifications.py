"""Settings of notifications, and of comments under your clips."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery

from onstage.accounts.queries import person_mail
from onstage.accounts.viewer import Viewer
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.engagement import commenting
from onstage.notifications import choices
from onstage.notifications.choices import Wanted
from onstage.web.http import App, page, reads, see_other, signed_in, writes
from onstage.web.pages.forms import Fields, ticked, words
from onstage.web.words import gettext as _


def _label(kind: str) -> str:
    return {
        "like": _("Somebody likes your clip"),
        "repost": _("Somebody reposts your clip"),
        "comment": _("Somebody comments on your clip"),
        "reply": _("Somebody answers you"),
        "follow": _("Somebody follows you"),
        "ask": _("Somebody asks to follow you"),
        "mention": _("Somebody mentions you"),
        "question": _("Somebody asks for your yes"),
        "portrait": _("An account with children wants to look different"),
        "come_back": _("A child may need you as a guardian"),
        "beforehand": _("Your yes beforehand was used"),
        "again": _("A film that you said no to is here once more"),
        "claim": _("Somebody says that they are in a clip of yours"),
    }.get(kind, kind)


@get("/settings/notifications", include_in_schema=False)
@reads(signed_in)
def show(db: Connection, viewer: Viewer, app: App, did: FromQuery[str] = "") -> Response[Any]:
    """What comes into the inbox, what may wake a device, the letter of the day."""
    kinds = [(each.kind, _label(each.kind), each.inbox, each.push) for each in choices.chosen(db, viewer)]
    return page(
        "settings_notifications.html",
        viewer,
        kinds=kinds,
        digest=choices.has_digest(db, viewer),
        mail=person_mail(db, viewer),
        push_key=app.push.key,
        said=_("Saved.") if did else "",
        error=None,
    )


@post("/settings/notifications", include_in_schema=False)
@writes(signed_in)
def change(db: Connection, viewer: Viewer, data: Fields) -> Response[Any]:
    """Have it as the boxes say."""
    for each in choices.chosen(db, viewer):
        wanted = Wanted(each.kind, ticked(data, f"inbox-{each.kind}"), ticked(data, f"push-{each.kind}"))
        choices.choose(db, viewer, wanted)
    choices.set_digest(db, viewer, on=ticked(data, "digest"), now=now())
    return see_other("/settings/notifications?did=save")


@get("/settings/comments", include_in_schema=False)
@reads(signed_in)
def comments(db: Connection, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """What the account asks of comments, and those that wait."""
    return page(
        "settings_comments.html",
        viewer,
        rules=commenting.rules(db, viewer),
        waiting=commenting.waiting(db, viewer),
        said=_("Saved.") if did else "",
        error=None,
    )


@post("/settings/comments", include_in_schema=False)
@writes(signed_in)
def change_comments(db: Connection, viewer: Viewer, data: Fields) -> Response[Any]:
    """Change the rules, approve a comment, or hide it."""
    comment, act = words(data, "comment"), words(data, "do")
    if act in {"show", "hide"}:
        number = int(comment) if comment.isdecimal() and len(comment) < 19 else 0
        (commenting.show if act == "show" else commenting.hide)(db, viewer, number)
    else:
        held = words(data, "held_words").splitlines()
        commenting.set_rules(db, viewer, holds_all=ticked(data, "holds_all"), held_words=held)
    return see_other("/settings/comments?did=save")


routes = [show, change, comments, change_comments]
