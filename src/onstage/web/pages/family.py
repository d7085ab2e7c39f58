"""Guardians and children: whom one looks after, what one sets for them, and what a child sees of all that."""

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, Parameter

from onstage import clock
from onstage.accounts import age, children, joint, membership, notices, permissions, profiles, relations
from onstage.accounts.age import Band, DailyLimit, QuietHours, Row
from onstage.accounts.children import ChildForm
from onstage.accounts.doors import recovery, sessions
from onstage.accounts.doors.recovery import Purpose
from onstage.accounts.guardians import beforehand, eid, guarding, household, screen_time, vouching
from onstage.accounts.guardians.beforehand import LONGEST, Said
from onstage.accounts.guardians.household import Child, Stands
from onstage.accounts.guardians.screen_time import Time
from onstage.accounts.guardianship import Agreement, minors_of
from onstage.accounts.models import Kind
from onstage.accounts.queries import name_of
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import inbox
from onstage.clips.agreeing.narrowing import narrow
from onstage.clock import DAY
from onstage.db.engine import Connection
from onstage.engagement.cards import cards
from onstage.errors import Conflict, Gone, Invalid, NotFound, Refused
from onstage.web import entry
from onstage.web.http import App, page, plain, see_other, signed_in
from onstage.web.pages import table_words, telling
from onstage.web.pages.doors import birth_date, month_names
from onstage.web.pages.forms import Fields, kept, words
from onstage.web.words import gettext as _

Secret = Annotated[str, Parameter(max_length=100)]
CHECK = "/settings/check?next="
_MONTHS = {"1": 30 * DAY, "6": 182 * DAY, "12": LONGEST}


@get("/children", include_in_schema=False)
@plain(signed_in)
def index(app: App, viewer: Viewer) -> Response[Any]:
    """Whom one looks after, and the ways to begin."""
    return _index_page(app, viewer, {})


def _index_page(
    app: App, viewer: Viewer, data: dict[str, Any], error: Refused | None = None, link: str = "", said: str = ""
) -> Response[Any]:
    with app.database.read() as db:
        wards = [household.child(db, viewer, each.minor, clock.now()) for each in minors_of(db, viewer.person or 0)]
        claimed = guarding.own_claims(db, viewer)
    shown = page(
        "children.html",
        viewer,
        status=error.status if error else 200,
        children=wards,
        claimed=claimed,
        may_add=app.settings.child_sign_in,
        own_from=app.settings.own_account_from,
        alone_from=app.settings.alone_from,
        months=month_names(),
        form=kept(data, "handle", "name", "day", "month", "year", "guarded"),
        error=error,
        link=link,
        said=said,
    )
    shown.headers["cache-control"] = "no-store"
    return shown


@post("/children", include_in_schema=False, status_code=200)
@plain(signed_in)
def begin(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Add a child, make a link for one from 13, or say whom one looks after."""
    now = clock.now()
    try:
        match words(data, "do"):
            case "add":
                form = ChildForm(words(data, "handle"), words(data, "name"), birth_date(data), _zone(app, viewer, data))
                policy = entry.signing_policy(app.settings)
                with app.database.write() as db:
                    person = children.add(db, app.keys, viewer, form, policy, now)
                    handle = household.child(db, viewer, person, now).handle
                return see_other(f"/children/{handle}")
            case "link":
                with app.database.write() as db:
                    secret = children.ward_link(db, viewer, now)
                return _index_page(app, viewer, {}, link=f"{app.settings.origin}/join/guarded/{secret}")
            case "claim":
                with app.database.write() as db:
                    guarding.claim(db, app.keys, viewer, words(data, "guarded"), now)
                return _index_page(app, viewer, {}, said=_("They are told. You see nothing until it is accepted."))
    except Refused as error:
        handle = words(data, "handle").strip().removeprefix("@").lower()
        if (
            words(data, "do") == "add"
            and error.status == Conflict.status
            and _is_ward(app, viewer, handle, words(data, "name"))
        ):
            return see_other(f"/children/{handle}")  # pressed twice
        if words(data, "do") == "claim" and error.field == "handle":
            error.field = "guarded"
        return _index_page(app, viewer, data, error)
    return see_other("/children")


def _is_ward(app: App, viewer: Viewer, handle: str, name: str) -> bool:
    with app.database.read() as db:
        return (handle, name.strip() or handle) in {(each.handle, each.name) for each in household.wards(db, viewer)}


def _zone(app: App, viewer: Viewer, data: dict[str, Any]) -> str:
    with app.database.read() as db:
        return words(data, "zone") or screen_time.zone_name(db, viewer.person or 0)


@get("/children/{handle:str}", include_in_schema=False)
@plain(signed_in)
def child(
    app: App, viewer: Viewer, handle: FromPath[str], account: FromQuery[str] = "", months: FromQuery[str] = ""
) -> Response[Any]:
    """A child's page for their guardian; `account`, `months`: what was typed before they showed who they are."""
    return _child_page(app, viewer, handle, typed={"account": account, "months": months})


def _child_page(
    app: App,
    viewer: Viewer,
    handle: str,
    error: Refused | None = None,
    *,
    typed: dict[str, Any] | None = None,
    said: str = "",
    did: str = "",
    link: str = "",
    codes: list[str] | None = None,
) -> Response[Any]:
    """`did`: the button that was pressed, whose part of the page stays open."""
    person = viewer.person or 0
    with app.database.read() as db:
        found = household.child(db, viewer, household.minor_named(db, viewer, handle), clock.now())
        mine = next(each for each in found.guardians if each.person == person)
        limits = {row: permissions.said(db, found.person, row).guardians.get(person, ...) for row in age.LIMITS}
        time = screen_time.how(db, found.person, clock.now())
        given = screen_time.given(db, viewer, found.person, clock.now())
        waits = [each.clip for each in inbox.waiting(db, viewer)]
        theirs = inbox.may_refuse(db, viewer, about=found.person)
        shown = page(
            "child.html",
            viewer,
            status=error.status if error else 200,
            child=found,
            clips=cards(db, viewer, [clip for clip in theirs if clip not in waits]),
            questions=len(set(theirs) & set(waits)),
            withheld=inbox.withheld_by(db, viewer),
            mine=mine,
            cells=table_words.cells(db, found, person),
            time=time,
            given=given,
            kept_back=_is_kept_back(limits[Row.DAILY_LIMIT], found, given, time),
            most_more=screen_time.MOST_MORE,
            asks_more=found.person in screen_time.asking(db, viewer, clock.now()),
            days=screen_time.minutes(db, found.person),
            limit=_limit_form(limits[Row.DAILY_LIMIT], age.value(Row.DAILY_LIMIT, found.band)),
            quiet=_quiet_form(limits[Row.QUIET_HOURS], age.value(Row.QUIET_HOURS, found.band)),
            waiting=relations.requests_of_child(db, viewer, found.person) if found.band is Band.UNDER_13 else [],
            said_beforehand=_said_beforehand(db, found.person, person),
            accounts=[each for each in profiles.accounts_of(db, found.person) if each.kind is Kind.JOINT],
            own_word=viewer.is_server_owner and vouching.is_one_household(db),
            may_own_word=viewer.is_server_owner,
            may_eid=bool(app.settings.oidc_issuer) and vouching.eid_is_enough(db),
            eid_from=eid.shown_at(db, viewer, found.person),
            checked=sessions.is_checked(viewer, clock.now()),
            full_days={each.id: telling.day(each.full_at) for each in found.guardians if each.full_at},
            contestable=any(_is_contestable(each, person) for each in found.guardians),
            full_on=telling.day(mine.full_at) if mine.full_at and not mine.full else "",
            error=error,
            typed=kept(typed or {}, "minutes", "account", "months", "words"),
            said=said,
            did=did,
            link=link,
            codes=codes or [],
        )
    shown.headers["cache-control"] = "no-store"
    return shown


def _is_contestable(guardian: Stands, reader: int) -> bool:
    """Whether another guardian is to become full, and it can still be said that this is not right."""
    soon = guardian.full_at is not None and not guardian.full and not guardian.contested
    return soon and guardian.person != reader


def _is_kept_back(own: object, child: Child, given: int, time: Time) -> bool:
    """Whether what a guardian gave on top changes nothing, because another's limit is narrower."""
    value = age.value(Row.DAILY_LIMIT, child.band) if own is ... else own
    if not given or time.limit is None:
        return False
    return not isinstance(value, DailyLimit) or time.limit < value.minutes + given


def _said_beforehand(db: Connection, minor: int, guardian: int) -> list[tuple[Said, str]]:
    """What a guardian has said beforehand, each with the day until which it counts."""
    found = beforehand.of_minor(db, minor, clock.now(), guardian=guardian)
    return [(each, "" if each.until is None else telling.day(each.until)) for each in found]


def _limit_form(own: object, usual: object) -> dict[str, Any]:
    value = usual if own is ... else own
    return {"minutes": value.minutes if isinstance(value, DailyLimit) else "", "ends": getattr(value, "ends", True)}


def _quiet_form(own: object, usual: object) -> dict[str, Any]:
    value = usual if own is ... else own
    is_set = isinstance(value, QuietHours)
    return {
        "start": value.start if isinstance(value, QuietHours) else 21,
        "end": value.end if isinstance(value, QuietHours) else 7,
        "on": is_set,
        "silent": isinstance(value, QuietHours) and value.silent,
    }


@post("/children/{handle:str}", include_in_schema=False, status_code=200)
@plain(signed_in)
def set_child(app: App, viewer: Viewer, handle: FromPath[str], data: Fields) -> Response[Any]:
    """What a guardian changes: the table, time, how guardians agree, the sign-in."""
    try:
        if words(data, "do") == "sign-in":
            return _sign_in(app, viewer, handle, data)
        with app.database.write() as db:
            found = household.child(db, viewer, household.minor_named(db, viewer, handle), clock.now())
            answered = _acted(app, db, viewer, found, data)
    except Refused as error:
        if error.code == "check-needed":
            typed = urlencode(kept(data, "account", "months"))
            return see_other(f"{CHECK}{quote(f'/children/{handle}?{typed}#beforehand')}")
        return _child_page(app, viewer, handle, error, typed=data, did=words(data, "do"))
    if answered.startswith("/"):
        return see_other(answered)
    if answered.startswith("http"):
        return _child_page(app, viewer, handle, did="link", link=answered)
    said = _("Saved. %(name)s sees what you changed.") % {"name": found.name}
    return _child_page(app, viewer, handle, said=said, did=words(data, "do"))


def _sign_in(app: App, viewer: Viewer, handle: str, data: dict[str, Any]) -> Response[Any]:
    if not sessions.is_checked(viewer, clock.now()):
        return see_other(f"{CHECK}/children/{handle}%23sign-in")
    codes = entry.child_sign_in(app, viewer, handle, words(data, "password"))
    return _child_page(
        app,
        viewer,
        handle,
        said=_("The new password holds. They are told that you made it."),
        did="sign-in",
        codes=codes,
    )


def _acted(app: App, db: Connection, viewer: Viewer, found: Child, data: dict[str, Any]) -> str:
    """Where to go on, the link that was made, or nothing: the page again."""
    now, minor = clock.now(), found.person
    match words(data, "do"):
        case "table":
            _save_table(app, db, viewer, found, data)
        case "time":
            _save_time(app, db, viewer, minor, data)
        case "more":
            screen_time.give(db, app.keys, viewer, minor, _whole(words(data, "minutes"), "minutes"), now)
        case "agreement":
            wanted = Agreement.ANY if words(data, "agreement") == "any" else Agreement.ALL
            guarding.set_agreement(db, app.keys, viewer, minor, wanted, now)
            guarding.set_absence_counts(db, app.keys, viewer, minor, bool(words(data, "absence")), now)
        case "own-word":
            if words(data, "household"):
                vouching.say_one_household(db, viewer)
            vouching.own_word(db, app.keys, viewer, minor, now)
        case "link":
            return f"{app.settings.origin}/guardian/{guarding.ask_in(db, viewer, minor, now)}"
        case "let-in" | "send-away" as answer:
            follower = words(data, "follower")
            relations.answer_for_child(db, viewer, minor, follower, answer == "let-in", now)
        case "take-out":
            joint.take_out(db, app.keys, viewer, minor, words(data, "account"), now)
        case "say-beforehand":
            _say_beforehand(app, db, viewer, minor, data)
        case "stop-beforehand":
            beforehand.stop(db, app.keys, viewer, minor, words(data, "account"), now)
        case "contest":
            one = words(data, "guardianship")
            vouching.contest(
                db, app.keys, viewer, int(one) if one.isdecimal() and len(one) < 20 else 0, words(data, "words"), now
            )
        case "end":
            guarding.end_own(db, app.keys, viewer, minor, now)
            return "/together?did=guards-no-longer"
    return ""


def _say_beforehand(app: App, db: Connection, viewer: Viewer, minor: int, data: dict[str, Any]) -> None:
    months = words(data, "months")
    if months not in _MONTHS:
        raise Invalid(_("Choose how long it counts."), field="months")
    until = clock.now() + _MONTHS[months]
    handle = words(data, "account").strip().removeprefix("@")
    try:
        beforehand.say(db, app.keys, viewer, minor, handle, until, clock.now())
    except NotFound as error:
        raise Invalid(str(error), field="account") from None


def _save_table(app: App, db: Connection, viewer: Viewer, found: Child, data: dict[str, Any]) -> None:
    """Only what is another value than what stood there is a choice."""
    for cell in table_words.cells(db, found, viewer.person or 0):
        wanted = words(data, cell.row)
        chosen = next((option.value for option in cell.options if option.chosen), None)
        if wanted and wanted != chosen and wanted in {option.value for option in cell.options}:
            row = Row(cell.row)
            permissions.choose_for(db, app.keys, viewer, found.person, row, age.read(row, wanted), clock.now())
    narrow(db, app.keys, found.person)


def _save_time(app: App, db: Connection, viewer: Viewer, minor: int, data: dict[str, Any]) -> None:
    now = clock.now()
    minutes = words(data, "minutes").strip()
    limit = DailyLimit(_whole(minutes, "minutes"), ends=words(data, "ends") != "remind") if minutes else None
    hours = None
    if words(data, "quiet"):
        start, end = (_whole(words(data, name), name) for name in ("start", "end"))
        if start not in range(24) or end not in range(24):
            raise Invalid(_("Quiet hours begin and end at a full hour, 0 to 23."), field="start")
        hours = QuietHours(start, end, silent=bool(words(data, "silent")))
    for row, value in ((Row.DAILY_LIMIT, limit), (Row.QUIET_HOURS, hours)):
        permissions.choose_for(db, app.keys, viewer, minor, row, value, now)


def _whole(typed: str, field: str) -> int:
    if not typed.isdecimal() or len(typed) > 4 or int(typed) > 1440:
        raise Invalid(_("Give a whole number, at most 1440: the minutes of a day."), field=field)
    return int(typed)


@get("/guardians", include_in_schema=False)
@plain(signed_in)
def mine(app: App, viewer: Viewer) -> Response[Any]:
    """What my guardians can see and set, and what they did: the child's own page."""
    return _mine_page(app, viewer)


def _mine_page(app: App, viewer: Viewer, error: Refused | None = None, link: str = "") -> Response[Any]:
    person = viewer.person or 0
    with app.database.read() as db:
        found = household.child(db, viewer, person, clock.now())
        did = notices.told(db, person, limit=30, by=[each.person for each in found.guardians])
        shown = page(
            "guardians.html",
            viewer,
            status=error.status if error else 200,
            child=found,
            is_young=membership.is_young(db, person),
            cells=table_words.cells(db, found, person),
            time=screen_time.how(db, person, clock.now()) if screen_time.is_limited(viewer) else None,
            lines=telling.lines(did, person),
            contestable=[
                (each, telling.day(each.full_at)) for each in found.guardians if each.full_at and not each.full
            ],
            may_ask=viewer.band in {"13_15", "16_17"},
            from_16=viewer.band == "16_17",
            error=error,
            link=link,
            said="",
        )
    shown.headers["cache-control"] = "no-store"
    return shown


@post("/guardians", include_in_schema=False, status_code=200)
@plain(signed_in)
def say(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Ask a guardian in, contest one, give one's own voice, or ask for more time."""
    now, person = clock.now(), viewer.person or 0
    link = ""
    try:
        with app.database.write() as db:
            match words(data, "do"):
                case "link":
                    link = f"{app.settings.origin}/guardian/{guarding.ask_in(db, viewer, person, now)}"
                case "contest":
                    one = words(data, "guardianship")
                    number = int(one) if one.isdecimal() and len(one) < 20 else 0
                    vouching.contest(db, app.keys, viewer, number, words(data, "words"), now)
                case "more":
                    screen_time.ask(db, viewer, now)
    except Refused as error:
        return _mine_page(app, viewer, error)
    return _mine_page(app, viewer, link=link) if link else see_other("/guardians")


@get("/guardian/{secret:str}", include_in_schema=False)
@plain(signed_in)
def asked(app: App, viewer: Viewer, secret: Secret) -> Response[Any]:
    """Who asks one to look after them, by a link."""
    return _asked_page(app, viewer, secret)


def _asked_page(app: App, viewer: Viewer, secret: str, error: Refused | None = None) -> Response[Any]:
    try:
        with app.database.read() as db:
            link = recovery.peek(db, Purpose.GUARDIAN, secret, clock.now())
            name = name_of(db, link.person or 0)
    except Gone as gone:
        return page("link_ended.html", viewer, status=gone.status, sentence=str(gone))
    status = error.status if error else 200
    shown = page("guardian_link.html", viewer, status=status, name=name, error=error, said="")
    shown.headers["cache-control"] = "no-store"
    return shown


@post("/guardian/{secret:str}", include_in_schema=False, status_code=200)
@plain(signed_in)
def look_after(app: App, viewer: Viewer, secret: Secret) -> Response[Any]:
    """Say yes to that."""
    try:
        with app.database.write() as db:
            minor = guarding.come_in(db, app.keys, viewer, secret, clock.now())
            handle = household.child(db, viewer, minor, clock.now()).handle
    except Refused as error:
        return _asked_page(app, viewer, secret, error)
    return see_other(f"/children/{handle}")


routes = [index, begin, child, set_child, mine, say, asked, look_after]
