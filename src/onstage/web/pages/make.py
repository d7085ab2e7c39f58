"""Making clips: the first step, a clip's own page for those who made it, and the list of one's clips."""

from os import SEEK_END
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery

from onstage.accounts.age import Band
from onstage.accounts.avatars import MOST_BYTES
from onstage.accounts.membership import is_frozen
from onstage.accounts.queries import personal_account
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import answers, appearances, coauthors, edit, inbox, parts, publish, unregistered
from onstage.clips.ending import deletion
from onstage.clips.film import finish, part_out, progress, trim
from onstage.clips.film.part_out import Left
from onstage.clips.models import Audience, Commenters, Stage
from onstage.clips.queries import seen
from onstage.clips.upload import Room, room
from onstage.clock import SECOND
from onstage.db.engine import Connection
from onstage.engagement.cards import cards
from onstage.errors import Invalid, NotFound, Refused
from onstage.web import tus
from onstage.web.api.clips_edit import own_picture
from onstage.web.http import App, page, plain, see_other, signed_in
from onstage.web.pages.asking import state
from onstage.web.pages.contains import Contained
from onstage.web.pages.forms import Fields, Parts, bytes_of, kept, only_signed_in, ticked, words
from onstage.web.pages.in_work import in_work, new_words, one_of, part_of, words_of
from onstage.web.words import gettext as _
from onstage.web.words import ngettext

_WHOLE = 200_000_000  # bytes of a request that carries a film
_LISTED = 96
_DID = {Stage.NONE: "publish&show=published", Stage.ASKED: "ask"}
_UNDER_WAY = ["uploading", "processing", "failed", "draft"]
_COMING = [*_UNDER_WAY, "asked"]


@get("/make", include_in_schema=False)
@plain(signed_in)
def start(app: App, viewer: Viewer) -> Response[Any]:
    """Record or bring a clip."""
    return _start_page(app, viewer)


def _start_page(app: App, viewer: Viewer, error: Refused | None = None) -> Response[Any]:
    assert viewer.person is not None
    with app.database.read() as db:
        limits = room(db, viewer.person, app.settings)
        drafts = in_work(app, db, viewer, [made.id for made in progress.mine(db, viewer, _UNDER_WAY, None, 8)])
        form = new_words(db, viewer)
        rests = _rests(db, viewer)
    return page(
        "make.html",
        viewer,
        status=error.status if error else 200,
        form=form,
        clip=None,
        part=None,
        drafts=drafts,
        error=error,
        asks=viewer.band in _ASK_FIRST,
        rests=rests,
        longest=_short(limits.seconds),
        limits_sentence=_limits(limits),
    )


_ASK_FIRST = frozenset({Band.UNDER_13, Band.FROM_13})  # guardians say yes before anything of theirs goes out


def _rests(db: Connection, viewer: Viewer) -> bool:
    """Whether nothing of the viewer's can go out yet, because nobody was checked as their guardian."""
    return viewer.band in _ASK_FIRST and is_frozen(db, personal_account(db, viewer.person or 0), viewer.person or 0)


def _short(seconds: int) -> str:
    return _("%(count)d s") % {"count": seconds} if seconds < 120 else _("%(count)d min") % {"count": seconds // 60}


def _limits(limits: Room) -> str:
    if limits.seconds < 120:
        length = ngettext("%(count)d second", "%(count)d seconds", limits.seconds) % {"count": limits.seconds}
    else:
        minutes = limits.seconds // 60
        length = ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    megabytes = limits.bytes // 1_000_000
    space = f"{round(megabytes / 1000, 1):g} GB" if megabytes >= 1000 else f"{megabytes} MB"
    return _("Up to %(length)s and %(space)s. MP4, MOV, WebM and most other kinds.") % {
        "length": length,
        "space": space,
    }


@post("/make", include_in_schema=False, status_code=200, request_max_body_size=_WHOLE, guards=[only_signed_in])
@plain(signed_in)
def bring(app: App, viewer: Viewer, data: Parts) -> Response[Any]:
    """A whole file in one request, from a browser without scripts; it can't go on after a break."""
    file = data.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _start_page(app, viewer, Invalid(_("Choose a film first."), field="file"))
    try:
        length = file.file.seek(0, SEEK_END)
        begun = tus.announce(app, viewer, length, "")
        file.file.seek(0)
        app.staging.append(begun.id, 0, iter(lambda: file.file.read(1 << 20), b""))
        tus.keep(app, viewer, begun, length)
    except Refused as error:
        return _start_page(app, viewer, error)
    return see_other(f"/make/{begun.slug}")


@get("/make/{slug:str}", include_in_schema=False)
@plain(signed_in)
def clip(app: App, viewer: Viewer, slug: FromPath[str], did: FromQuery[str] = "") -> Response[Any]:
    """One clip in the hands of those who made it."""
    said = {
        "save": _("Saved."),
        "name": _("They are in it, and are asked when you ask."),
        "label": _("They are in it."),
        "unname": _("They are out."),
        "unlabel": _("They are out."),
        "part": _("It is said. What withholds that clip withholds yours."),
        "unpart": _("It is not in your clip."),
        "part_out": _("It is being taken out. Your clip is as it was until that is done."),
        "recall": _("The question is taken back. It is a draft again."),
    }
    return _clip_page(app, viewer, slug, said=said.get(did, ""))


def _clip_page(
    app: App,
    viewer: Viewer,
    slug: str,
    *,
    said: str = "",
    link: str = "",
    typed: dict[str, Any] | None = None,
    people: dict[str, Any] | None = None,
    error: Refused | None = None,
) -> Response[Any]:
    with app.database.read() as db:
        found = seen(db, viewer, slug)
        if found.person != viewer.person and not found.is_member:
            raise NotFound(_("There is no such clip among yours."))
        far = inbox.progress(db, viewer, slug)
        named, labels = appearances.named_in(db, viewer, slug)
        shown_card = cards(db, viewer, [found.id])[0]
        form = words_of(db, viewer, shown_card, far.draft, typed)
        shown = in_work(app, db, viewer, [found.id])[0]
        cover = far.draft.cover if far.draft is not None else None
        heard = finish.sound_note(db, viewer, slug)
        may_trim = found.person == viewer.person
        part = part_of(db, viewer, shown) if may_trim else None
        asks = inbox.asks_others(db, viewer, slug)
        rests = _rests(db, viewer)
        made_with = coauthors.of_clips(db, [found.id], waiting=True).get(found.id, [])
        taken_by = cards(db, viewer, parts.takes_of(db, viewer, slug, None, _LISTED))
        is_cut = may_trim and trim.of(db, viewer, slug) is not None
        contains = [Contained.of(each, shown_card, trimmed=is_cut) for each in parts.in_clip(db, viewer, slug)]
    status = error.status if error else 200
    return page(
        "clip_edit.html",
        viewer,
        status=status,
        clip=shown,
        form=form,
        said=said,
        sound_note=heard,
        error=error,
        part=part,
        may_trim=may_trim,
        far=far,
        standing=state(far),
        named=named,
        labels=labels,
        link=link,
        people=kept(people or {}, *_TYPED),
        contains=contains,
        is_cut=is_cut,
        taken_by=taken_by,
        made_with=made_with,
        cover_waits=cover if cover != shown_card.cover else None,
        asks=asks,
        rests=rests,
    )


@post("/make/{slug:str}", include_in_schema=False, status_code=200, request_max_body_size=MOST_BYTES + 30_000)
@plain(signed_in)
def change(app: App, viewer: Viewer, slug: FromPath[str], data: Parts) -> Response[Any]:
    """Save the words, choose the picture, publish or delete, by the button that was pressed."""
    act = words(data, "do")
    try:
        picture = bytes_of(data, "cover")
        if picture and act != "delete":
            own_picture(app, viewer, slug, picture)
        with app.database.write() as db:
            if act == "delete":
                _delete(app, db, viewer, slug)
                return see_other(f"/me/clips?did=delete&clip={slug}&show={_list(data)}")
            if act == "guardian":
                link = _guardian_link(app, db, viewer, slug, data)
            elif act in _ABOUT_PEOPLE:
                _ABOUT_PEOPLE[act](app, db, viewer, slug, data)
                return see_other(f"/make/{slug}?did={act}")
            else:
                link = ""
                if "caption" in data:
                    _save(app, db, viewer, slug, data)
                _say_who(app, db, viewer, slug, data)
            stage = publish.publish(db, app.keys, viewer, slug) if act == "publish" else None
    except Refused as error:
        if error.status == NotFound.status and not error.field:
            raise
        typed = data if "caption" in data else None
        return _clip_page(app, viewer, slug, typed=typed, people=data, error=error)
    if link:
        return _clip_page(app, viewer, slug, link=link)
    if stage is None:
        return see_other(f"/make/{slug}?did={act if act in _SAYS_WHO else 'save'}")
    return see_other(f"/me/clips?did={_DID.get(stage, 'publish-later')}")


def _guardian_link(app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> str:
    origin, mail = app.settings.origin, words(data, "mail").strip()
    secret = unregistered.name_guardian(db, app.keys, viewer, slug, _number(data), origin, mail)
    return f"{origin}/answer/{secret}"


def _name(app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> None:
    start, end = words(data, "from_seconds").strip(), words(data, "to_seconds").strip()
    handle = words(data, "handle")
    from_us, to_us = _seconds(start, "from_seconds") if start else 0, _seconds(end, "to_seconds") if end else None
    appearances.name(db, app.keys, viewer, slug, handle, from_us, to_us)


def _unname(app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> None:
    appearances.unname(db, app.keys, viewer, slug, words(data, "named"))


def _recall(app: App, db: Connection, viewer: Viewer, slug: str, _data: dict[str, Any]) -> None:
    inbox.recall(db, app.keys, viewer, slug)


def _whole(app: App, db: Connection, viewer: Viewer, slug: str, _data: dict[str, Any]) -> None:
    trim.whole(db, app.keys, viewer, slug)


def _label(app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> None:
    appearances.label(db, app.keys, viewer, slug, words(data, "label"), minor=words(data, "age") != "adult")


def _unlabel(app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> None:
    appearances.unlabel(db, app.keys, viewer, slug, _number(data))


def _number(data: dict[str, Any]) -> int:
    typed = words(data, "of")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 20 else 0


def _add_coauthor(app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> None:
    coauthors.add(db, app.keys, viewer, slug, words(data, "coauthor").strip().removeprefix("@"))


def _take_coauthor_out(app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> None:
    coauthors.take_out(db, app.keys, viewer, slug, words(data, "coauthor"))


def _add_part(app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> None:
    start, end = words(data, "part_starts").strip(), words(data, "part_ends").strip()
    from_us, to_us = _seconds(start, "part_starts") if start else 0, _seconds(end, "part_ends") if end else None
    source = words(data, "source").strip().rstrip("/").rpartition("/")[2]
    try:
        parts.add(db, app.keys, viewer, slug, source, from_us, to_us)
    except Invalid as error:
        error.field = {"from_seconds": "part_starts", "to_seconds": "part_ends"}.get(error.field or "", error.field)
        raise


def _take_part_back(app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> None:
    parts.take_back(db, app.keys, viewer, slug, _number(data))


def _take_part_out(_app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> None:
    left = Left.BEFORE if words(data, "left") == Left.BEFORE.value else Left.AFTER
    part_out.take_out(db, viewer, slug, _number(data), left)


def _bring_back(app: App, db: Connection, viewer: Viewer, slug: str, _data: dict[str, Any]) -> None:
    answers.bring_back(db, app.keys, viewer, slug)


def _say_who(app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> None:
    """Name whoever was typed, whichever button was pressed: nobody who stands in a field is forgotten."""
    for act, (field, verb) in _SAYS_WHO.items():
        if words(data, "do") == act or words(data, field).strip():
            try:
                verb(app, db, viewer, slug, data)
            except Refused as error:
                error.field = error.field or field
                raise


_SAYS_WHO = {
    "name": ("handle", _name),
    "label": ("label", _label),
    "coauthor": ("coauthor", _add_coauthor),
    "part": ("source", _add_part),
}
_TYPED = ("handle", "from_seconds", "to_seconds", "label", "age", "coauthor", "source", "part_starts", "part_ends")
_ABOUT_PEOPLE = {
    "unname": _unname,
    "recall": _recall,
    "unlabel": _unlabel,
    "bring_back": _bring_back,
    "uncoauthor": _take_coauthor_out,
    "whole": _whole,
    "unpart": _take_part_back,
    "part_out": _take_part_out,
}


def _save(app: App, db: Connection, viewer: Viewer, slug: str, data: dict[str, Any]) -> None:
    edit.change(
        db,
        app.keys,
        viewer,
        slug,
        caption=words(data, "caption"),
        audience=one_of(Audience, words(data, "audience")),
        commenters_=one_of(Commenters, words(data, "commenters")),
        marked=ticked(data, "marked"),
    )
    end = words(data, "part_to").strip()
    if end:
        trim.trim(db, app.keys, viewer, slug, _seconds(words(data, "part_from").strip() or "0"), _seconds(end))
    at = words(data, "at_seconds").strip()
    if at:
        edit.choose_cover(db, app.keys, viewer, slug, at_us=_seconds(at), image=None)


def _seconds(typed: str, field: str = "at_seconds") -> int:
    """Microseconds."""
    try:
        return round(float(typed.replace(",", ".")) * SECOND)
    except (ValueError, OverflowError):
        raise Invalid(_("This is not a number of seconds."), field=field) from None


@get("/me/clips", include_in_schema=False)
@plain(signed_in)
def mine(
    app: App,
    viewer: Viewer,
    did: FromQuery[str] = "",
    clip: FromQuery[str] = "",
    show: FromQuery[str] = "drafts",
    before: FromQuery[int | None] = None,
) -> Response[Any]:
    """The clips that one made: what is not out yet, and what is."""
    return _mine_page(app, viewer, did=did, about=clip, show=show, before=before)


@post("/me/clips", include_in_schema=False, status_code=200)
@plain(signed_in)
def change_mine(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Delete a clip, or take the deletion back."""
    slug = words(data, "clip")
    show = _list(data)
    try:
        with app.database.write() as db:
            if words(data, "do") == "restore":
                deletion.restore(db, app.keys, viewer, slug)
                return see_other(f"/me/clips?did=restore&show={show}")
            _delete(app, db, viewer, slug)
    except Refused as error:
        return _mine_page(app, viewer, show=show, error=error)
    return see_other(f"/me/clips?did=delete&clip={slug}&show={show}")


def _delete(app: App, db: Connection, viewer: Viewer, slug: str) -> None:
    """Pressed twice it is done once: what the second press shows has the way back too."""
    try:
        deletion.delete(db, app.keys, viewer, slug)
    except NotFound:
        if not deletion.is_own(db, viewer, slug):
            raise


def _list(data: dict[str, Any]) -> str:
    return "published" if words(data, "show") == "published" else "drafts"


def _mine_page(
    app: App,
    viewer: Viewer,
    *,
    did: str = "",
    about: str = "",
    show: str = "drafts",
    before: int | None = None,
    error: Refused | None = None,
) -> Response[Any]:
    said = {
        "save": _("Saved."),
        "publish": _("Your clip is out."),
        "ask": _("Everybody who must agree is asked. It goes out when the last of them has said yes."),
        "publish-later": _("Your clip goes out by itself as soon as it is playable."),
        "restore": _("It is back."),
    }
    with app.database.read() as db:
        listed = progress.mine(db, viewer, ["published"] if show == "published" else _COMING, before, _LISTED)
        clips = in_work(app, db, viewer, [made.id for made in listed])
    return page(
        "drafts.html",
        viewer,
        status=error.status if error else 200,
        clips=clips,
        show=show,
        said=said.get(did, ""),
        about=about,
        deleted=about if did == "delete" else "",
        undo_seconds=deletion.UNDO // SECOND,
        next=listed[-1].id if len(listed) == _LISTED else None,
        error=error,
    )


routes = [start, bring, clip, change, mine, change_mine]
