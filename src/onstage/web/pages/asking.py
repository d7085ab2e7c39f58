"""Deciding together, as pages: the questions in the inbox, the answers to them, and the clips that name somebody."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from onstage.accounts import notices, relations
from onstage.accounts.byline import By
from onstage.accounts.notices import Notice
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import answers, appearances, coauthors, inbox, wishing
from onstage.clips.agreeing.inbox import Progress, Waiting
from onstage.clips.agreeing.parts import Part
from onstage.clips.ending import deletion
from onstage.clips.models import Audience, Stage
from onstage.clips.portraits import reading as portraits
from onstage.clips.rules.waiting import Standing
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.engagement.cards import Card, cards
from onstage.errors import Conflict, Invalid, NotFound, Refused
from onstage.media.cues import parse
from onstage.notifications import inbox as told
from onstage.web.http import AnyRequest, App, page, plain, reads, see_other, signed_in
from onstage.web.pages import telling, who_is_there
from onstage.web.pages.claims import cases_to_answer
from onstage.web.pages.forms import Fields, kept, ticked, words
from onstage.web.pages.telling import Line, day
from onstage.web.pages.together import answered, asks
from onstage.web.words import gettext as _
from onstage.web.words import ngettext

_GRID = 30
_AS_QUESTIONS = {
    Notice.INVITED: "asked",
    Notice.AGREE_TO_MEMBER: "to_answer",
    Notice.GUARDIAN_CLAIMED: "claims",
    Notice.MORE_TIME_ASKED: "more_time",
}
_ALL = " 0:00.0–"  # how a change names the place of somebody who is in all of it


@dataclass(frozen=True)
class Question:
    """A card of the inbox: the clip, what is asked about it, and what is otherwise since the last yes, in words."""

    clip: Card
    video_url: str | None
    cover_url: str | None
    captions: list[tuple[str, str]]  # language, and what is read
    slug: str
    why: str
    version: int
    account: By
    author: By
    coauthors: list[By]
    caption: str
    for_whom: str
    marked: bool
    appears: list[By]
    leaves: bool
    since: int
    changed: list[str]
    is_again: bool
    takes: bool
    contains: list[Part]


def questions(db: Connection, viewer: Viewer) -> list[Question]:
    """What waits for the viewer, oldest first."""
    found = inbox.waiting(db, viewer)
    shown = {card.id: card for card in cards(db, viewer, [each.clip for each in found])}
    return [_question(each, shown[each.clip]) for each in found if each.clip in shown]


def _question(each: Waiting, card: Card) -> Question:
    return Question(
        clip=card,
        video_url=_video_url(each, card),
        cover_url=f"/media/{each.cover}" if each.cover else None,
        captions=[(language, read(text)) for language, _source, text in each.captions],
        slug=each.slug,
        why=each.why.value,
        version=each.version,
        account=each.account,
        author=each.author,
        coauthors=each.coauthors,
        caption=each.content.caption,
        for_whom=for_whom(each.content.audience),
        marked=each.content.marked,
        appears=each.appears,
        leaves=each.leaves,
        since=each.since,
        changed=[change_words(change.what, change.before, change.after) for change in each.changed or ()],
        is_again=each.changed is not None,
        takes=each.content.takes,
        contains=each.contains,
    )


def _video_url(each: Waiting, card: Card) -> str | None:
    if each.cut is not None:
        return f"/media/{each.cut}"
    return card.renditions[-1].url if card.renditions else None


def read(webvtt: str) -> str:
    """What is read in captions, a line for each."""
    return "\n".join(cue.words for cue in parse(webvtt))


def for_whom(audience: Audience) -> str:
    """Who will see it, as a part of a sentence."""
    return {
        Audience.PUBLIC: _("everyone"),
        Audience.UNLISTED: _("everyone with the link"),
        Audience.FOLLOWERS: _("followers"),
        Audience.FRIENDS: _("friends"),
        Audience.MEMBERS: _("members"),
        Audience.PRIVATE: _("its author only"),
    }[audience]


def change_words(what: str, before: str, after: str) -> str:
    """One thing that is otherwise than before, as a sentence."""
    match what:
        case "caption":
            return _("The words were: %(before)s") % {"before": before or _("none")}
        case "audience":
            seen = {"before": for_whom(Audience(before)), "after": for_whom(Audience(after))}
            return _("It was for %(before)s, now for %(after)s.") % seen
        case "marked":
            return _("It is marked for adults now.") if after == "True" else _("It is no longer marked for adults.")
        case "leaves":
            return _("It may leave this server now.") if after == "True" else _("It no longer leaves this server.")
        case "takes":
            return (
                _("Others may use it in theirs now.")
                if after == "True"
                else _("Others may no longer use it in theirs.")
            )
        case "recommended":
            return _("Strangers may meet it now.") if after == "True" else _("Strangers no longer meet it.")
        case "cut":
            return _("Another part of the film is shown.")
        case "cover":
            return _("It has another cover.")
        case _any:
            return _list_words(what, before, after)


def _list_words(what: str, before: str, after: str) -> str:
    """One thing that came, went, or is otherwise where there can be several."""
    came, went, otherwise = {
        "captions": (
            _("New captions: %(after)s"),
            _("Captions that are gone: %(before)s"),
            _("Captions were: %(before)s Now: %(after)s"),
        ),
        "appears": (
            _("New in it: %(after)s"),
            _("No longer named in it: %(before)s"),
            _("In it was %(before)s, now %(after)s"),
        ),
        "labels": (
            _("New in it, without an account: %(after)s"),
            _("No longer said to be in it: %(before)s"),
            _("In it was %(before)s, now %(after)s"),
        ),
        "children": (
            _("A child who is not here is in it: %(after)s"),
            _("A child who is not here is no longer said to be in it: %(before)s"),
            _("A child in it was %(before)s, now %(after)s"),
        ),
        "contains": (
            _("It contains a clip of %(after)s."),
            _("It no longer contains a clip of %(before)s."),
            _("It contained a clip of %(before)s, now %(after)s."),
        ),
        "coauthors": (_("It would also stand on %(after)s."), _("It no longer stands on %(before)s."), ""),
    }[what]
    said = came if not before else went if not after else otherwise
    return said % {"before": _without_all(before), "after": _without_all(after)}


def _without_all(named: str) -> str:
    """Somebody without the time, where they are in all of it."""
    return named if named.endswith(f",{_ALL}") else named.removesuffix(_ALL)


def state(far: Progress) -> str:
    """Where a clip of one's own stands, in one sentence; empty: nothing keeps it."""
    if far.deleting:
        return _("It is being deleted.")
    if far.moderated:
        return _("Whoever looks after this server withholds it. Nobody but you sees it.")
    if far.in_doubt:
        return _("It waits until your age is settled. Settings, Your age, says how.")
    if far.claimed:
        return _("Somebody says that they are in it. It waits until that case is decided: Settings, Who is in it.")
    if far.contains:
        return _("It contains a clip that is not shown now. It is back with that clip, or without that part.")
    if far.erased_at is not None:
        said = _("Somebody in it wants to be gone. Make a version without them; this one is erased on %(day)s.")
        return said % {"day": day(far.erased_at)}
    if far.own_no:
        return _("You said no. Nobody else sees it until you take that back.")
    if far.refused:
        return _("Somebody who must agree said no. It stays withheld until they take that back.")
    if far.ready:
        return _("Everybody has agreed. It waits for you.")
    if far.standing is None:
        return _("It is shown to fewer people, because somebody limits it.") if far.limited else ""
    people = ngettext("one more who appears in it", "%(number)s more who appear in it", far.standing.people)
    return waits_for(far.standing, people) or _("Everybody has agreed, but it goes further than somebody allows.")


def waits_for(far: Standing, people: str) -> str:
    """For how many something waits, as a sentence; `people`: how those are called of whom it is. Empty: for nobody."""
    waits = [
        ngettext("one more guardian", "%(number)s more guardians", far.guardians),
        people,
        ngettext("one more owner", "%(number)s more owners", far.owners),
    ]
    counts = (far.guardians, far.people, far.owners)
    missing = [said % {"number": count} for said, count in zip(waits, counts, strict=True) if count]
    return _("It waits for %(whom)s.") % {"whom": _(" and ").join(missing)} if missing else ""


def stands(db: Connection, viewer: Viewer, card: Card) -> str:
    """What is to be said of a clip that waits or is withheld to whoever may open it all the same; empty: nothing."""
    if not card.held and card.stage != Stage.ASKED.value:
        return ""
    with suppress(NotFound):  # a fellow member sees it, and does not decide about it
        return state(inbox.progress(db, viewer, card.slug))
    if not card.held:
        return "" if card.published_at else _("It is not out yet: it waits for a yes.")
    if card.id in inbox.withheld_by(db, viewer):
        return _("You said no. Nobody else sees it until you take that back.")
    return _("It is withheld: only those who may act on it see it.")


@post("/inbox/{slug:str}", include_in_schema=False, status_code=200)
@plain(signed_in)
def answer(app: App, request: AnyRequest, viewer: Viewer, slug: FromPath[str], data: Fields) -> Response[Any]:
    """Answer what is asked, by the button that was pressed.

    If the last check was long ago, a yes asks first who is there, and goes on with what they show.
    """
    try:
        viewer = who_is_there.checked(app, request, viewer, data)
        with app.database.write() as db:
            said = _answer(app, db, viewer, slug, data)
    except Refused as error:
        if who_is_there.is_asked(error):
            return _who_is_there(app, viewer, slug, data, who_is_there.shown(error))
        with app.database.read() as db:
            own_no = inbox.said_no(db, viewer, slug)
            if own_no and words(data, "do") == "yes":
                error = Conflict(_("You said no to this clip. Take that back first; then you can be asked again."))
            elif error.status == NotFound.status:
                gone = _("This is no longer asked of you: it was taken back, or decided. Nothing was changed.")
                error = NotFound(gone)
            typed = {"slug": slug, **kept(data, "words", "known")}
            return inbox_page(db, viewer, error=error, about=slug if own_no else "", typed=typed)
    return see_other(f"/inbox?did={said}")


def _who_is_there(app: App, viewer: Viewer, slug: str, data: dict[str, Any], error: Refused | None) -> Response[Any]:
    """Ask who presses Yes; the answer is kept in the form, so that nobody presses it twice."""
    with app.database.read() as db:
        asked = inbox.one(db, viewer, slug)
        (card,) = cards(db, viewer, [asked.clip])
        ways = who_is_there.ways(db, viewer)
    return page(
        "answer_check.html",
        viewer,
        status=error.status if error else 200,
        clip=card,
        asked=asked,
        leaves=ticked(data, "leaves"),
        typed=kept(data, "words", "known"),
        **ways,
        error=error,
    )


def _answer(app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> str:
    wish, known = words(data, "words").strip(), ticked(data, "known")
    match words(data, "do"):
        case "yes":
            if wish:
                wishing.wish(db, viewer, slug, wish, known=known)
            after = answers.say_yes(db, app.keys, viewer, slug, _version(data), leaves=ticked(data, "leaves"))
            return f"{'out' if after.visible and after.working is None else 'yes'}&clip={slug}"
        case "no":
            answers.say_no(db, app.keys, viewer, slug, words=wish, known=known)
            return f"no&clip={slug}"
        case "wish":
            wishing.wish(db, viewer, slug, wish, known=known)
            return "wish"
        case "lift":
            return "shown" if answers.lift(db, app.keys, viewer, slug).visible else "lift"
        case "bring_back":
            answers.bring_back(db, app.keys, viewer, slug)
            return "bring_back"
        case "stop":
            deletion.stop(db, app.keys, viewer, slug)
            return "stop"
        case "unname":
            appearances.unname(db, app.keys, viewer, slug)
            return "unname"
        case _any:
            raise Invalid(_("Choose what to answer."))


def _version(data: dict[str, Any]) -> int:
    typed = words(data, "version")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def inbox_page(
    db: Connection,
    viewer: Viewer,
    *,
    did: str = "",
    about: str = "",
    error: Refused | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response[Any]:
    """What waits for an answer, who asks to follow, and what happened lately."""
    asked, looks = questions(db, viewer), portraits.waiting(db, viewer)
    waiting, _more = relations.requests(db, viewer)
    who_asks = asks(db, viewer, now())
    return page(
        "inbox.html",
        viewer,
        status=error.status if error else 200,
        questions=asked,
        portraits=looks,
        requests=[By(each.handle, each.name, each.avatar) for each in waiting],
        cases=cases_to_answer(db, viewer),
        **who_asks,
        **_lately(
            db,
            viewer,
            {each.slug for each in asked} | {each.account.url for each in looks},
            above={name for name, found in who_asks.items() if found},
        ),
        error=error,
        said=done(did),
        did=did if done(did) else "",
        about=about,
        typed=typed or {"slug": ""},
    )


def earlier_page(db: Connection, viewer: Viewer, before: told.Place) -> Response[Any]:
    """What happened before that; what waits for an answer stands on the first page."""
    waits = ("questions", "portraits", "requests", "cases", "asked", "to_answer", "claims", "more_time")
    shown = _lately(db, viewer, set(), before=before) | dict.fromkeys(waits, ())
    return page("inbox.html", viewer, **shown, error=None, said="", did="", about="")


def _lately(
    db: Connection,
    viewer: Viewer,
    asked: set[str],
    above: Collection[str] = (),
    before: told.Place | None = None,
) -> dict[str, Any]:
    """What happened, to the acting account and to the viewer, latest first; but for what stands `above` as a question."""
    found, following = told.listed(db, viewer, before)
    said = notices.told(
        db,
        viewer.person or 0,
        since=found[-1].at if found and following else 0,
        before=before[0] if before else None,
    )
    lines = [each for each in said if each.kind is not Notice.COME_BACK and _AS_QUESTIONS.get(each.kind) not in above]
    items = [item for item in found if not _stands_above(item, asked)]
    latest: list[told.Item | Line] = [*items, *telling.lines(lines, viewer.person or 0)]
    latest.sort(key=lambda each: each.at, reverse=True)
    return {
        "items": latest,
        "until": latest[0].at if latest else None,
        "next": f"{following[0]}-{following[1]}" if following else "",
    }


def _stands_above(item: told.Item, asked: set[str]) -> bool:
    """Whether what it tells of waits for an answer further up the page."""
    if item.kind == "portrait" and item.account is not None:
        return item.account.url in asked
    return item.kind == "claim" or (item.kind == "question" and item.clip is not None and item.clip.slug in asked)


def done(did: str) -> str:
    """What a page says after an answer."""
    return {
        "yes": _("Thank you. It goes out when everybody who must agree has said yes."),
        "out": _("Thank you. It is out now."),
        "no": _("It is withheld, here and now. Nobody is told that it was you."),
        "wish": _("Your words are with whoever asked."),
        "lift": _("Your no is taken back. If it was asked of you before, who made it asks again."),
        "shown": _("Your no is taken back. It is shown again."),
        "bring_back": _("It is shown again."),
        "stop": _("It is not deleted. It stays withheld by the no of who wanted that."),
        "unname": _("Your name is out."),
        "accepted": _("They follow you now."),
        "declined": _("They do not follow you, and are not told."),
        **answered(),
    }.get(did, "")


@post("/inbox/followers", include_in_schema=False, status_code=200)
@plain(signed_in)
def let_follow(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Accept or decline somebody who asks to follow."""
    handle, yes = words(data, "handle"), words(data, "do") == "accept"
    try:
        with app.database.write() as db:
            if yes:
                relations.accept(db, viewer, handle, now())
            else:
                relations.decline(db, viewer, handle)
    except Refused as error:
        with app.database.read() as db:
            return inbox_page(db, viewer, error=error)
    return see_other(f"/inbox?did={'accepted' if yes else 'declined'}")


@get("/me/with-me", include_in_schema=False)
@reads(signed_in)
def with_me(db: Connection, viewer: Viewer, before: FromQuery[int | None] = None) -> Response[Any]:
    """Clips that name the viewer, what else their no would withhold, and what they withheld."""
    return _with_me_page(db, viewer, before)


def _with_me_page(
    db: Connection, viewer: Viewer, before: int | None = None, error: Refused | None = None
) -> Response[Any]:
    found = appearances.with_me(db, viewer, before, _GRID)
    withheld = inbox.withheld_by(db, viewer)
    return page(
        "with_me.html",
        viewer,
        status=error.status if error else 200,
        error=error,
        clips=cards(db, viewer, [clip for clip in found if clip not in withheld]),
        others=[] if before else cards(db, viewer, inbox.may_refuse(db, viewer)),
        withheld=[] if before else cards(db, viewer, withheld),
        next=found[-1] if len(found) == _GRID else None,
        nevers=appearances.nevers(db, viewer),
        coauthored=_coauthored(db, viewer),
    )


def _coauthored(db: Connection, viewer: Viewer) -> list[tuple[Card, str]]:
    """Clips of others that stand on accounts which the viewer owns, and on which."""
    on = coauthors.on_accounts_of(db, viewer)
    return [(card, on[card.id]) for card in cards(db, viewer, list(on))]


@post("/me/with-me", include_in_schema=False, status_code=200)
@plain(signed_in)
def change_nevers(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Never be named by an account, or end that; or be a co-author of a clip no longer."""
    act, handle = words(data, "do"), words(data, "handle").strip().removeprefix("@")
    try:
        with app.database.write() as db:
            match act:
                case "leave":
                    coauthors.leave(db, app.keys, viewer, words(data, "clip"), handle)
                case "end":
                    appearances.end_never(db, viewer, handle)
                case _:
                    appearances.never(db, viewer, handle)
    except Refused as error:
        if act in {"leave", "end"}:
            raise
        error.field = "handle"
        with app.database.read() as db:
            return _with_me_page(db, viewer, error=error)
    return see_other("/me/with-me#coauthored" if act == "leave" else "/me/with-me#nevers")


routes = [answer, let_follow, with_me, change_nevers]
