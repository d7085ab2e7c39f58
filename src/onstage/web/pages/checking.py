"""The room of those who check guardians: what waits for them, and how they checked."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery

from onstage import clock
from onstage.accounts import growing
from onstage.accounts.guardians import signed_forms, vouching
from onstage.accounts.guardians.vouching import Method
from onstage.accounts.queries import person_named
from onstage.accounts.viewer import Viewer
from onstage.errors import Invalid, NotAllowed, NotFound, Refused
from onstage.moderation import ages
from onstage.web.http import App, page, plain, see_other, signed_in
from onstage.web.pages import telling
from onstage.web.pages.doors import birth_date, month_names
from onstage.web.pages.forms import Fields, kept, words
from onstage.web.words import gettext as _


@get("/server/guardians", include_in_schema=False)
@plain(signed_in)
def index(app: App, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """Guardianships to check, for the server's owner and whom they named. `did`: what was done a moment ago."""
    return index_page(app, viewer, said=_said().get(did, ""))


def _said() -> dict[str, str]:
    return {
        "check": _("Entered. Those concerned are told."),
        "refuse-form": _("They read your reason. They can make another form."),
        "right": _("Decided: they stay a carer. Those concerned read your reason."),
        "wrong": _("Decided: they are the guardian. Those concerned read your reason."),
        "annul": _("Decided: they never were the guardian. Their yeses do not count any more."),
        "end": _("Ended from now on. What they said until now stays said."),
        "age": _("The age is entered. They are told."),
        "name": _("They can check guardians now."),
        "unname": _("They no longer check guardians."),
        "household": _("Saved."),
        "eid": _("Saved."),
    }


def index_page(
    app: App,
    viewer: Viewer,
    error: Refused | None = None,
    at: str = "",
    data: dict[str, Any] | None = None,
    said: str = "",
) -> Response[Any]:
    """That room, after a refusal about the case `at` if there was one. Raises NotAllowed."""
    with app.database.read() as db:
        if not vouching.is_voucher(db, viewer.person):
            raise NotAllowed(_("Only who was named to check guardians can see this."), code="not-a-voucher")
        found = vouching.cases(db, viewer, clock.now())
        household = vouching.is_one_household(db)
        eid_is_enough = vouching.eid_is_enough(db)
        named = vouching.vouchers(db)
        unknown = growing.whose_age_is_unknown(db, viewer)
    return page(
        "server_guardians.html",
        viewer,
        status=error.status if error else 200,
        waiting=[(case, telling.day(case.full_at) if case.full_at else "") for case in found if case.waits],
        checked=[(case, "") for case in found if not case.waits],
        household=household,
        issuer=app.settings.oidc_issuer,
        eid_is_enough=eid_is_enough,
        vouchers=named,
        unknown=unknown,
        months=month_names(),
        form=kept(data or {}, "person", "day", "month", "year"),
        error=error,
        error_at=at,
        said=said,
    )


@post("/server/guardians", include_in_schema=False, status_code=200)
@plain(signed_in)
def act(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Enter a check, decide a contest, end a guardianship, enter an age, name who checks."""
    one, now = words(data, "case"), clock.now()
    number = int(one) if one.isdecimal() and len(one) < 20 else 0
    try:
        with app.database.write() as db:
            match words(data, "do"):
                case "check":
                    method = words(data, "method")
                    if method not in set(Method):
                        raise Invalid(_("Choose how you checked."), field="method")
                    kept = words(data, "kept")
                    said = dict.fromkeys(("channel", "document", "code"), kept)
                    vouching.check(db, app.keys, viewer, number, Method(method), said, now)
                case "refuse-form":
                    signed_forms.refuse(db, viewer, number, words(data, "reason"), now)
                case "right" | "wrong" as verdict:
                    reason = words(data, "reason")
                    vouching.decide(db, app.keys, viewer, number, verdict == "right", reason, now)
                case "annul" | "end" as how:
                    reason = words(data, "reason")
                    vouching.judge_end(db, app.keys, viewer, number, reason, now, annul=how == "annul")
                case "age":
                    person = vouching.whose_age(db, viewer, words(data, "person").strip().removeprefix("@"))
                    ages.settle(db, app.keys, viewer, person, birth_date(data), now)
                case "name" | "unname" as naming:
                    who = person_named(db, words(data, "handle"))
                    if who is None:
                        raise NotFound(_("There is nobody of that name here."), field="handle")
                    vouching.name_voucher(db, viewer, who.person, naming == "name")
                case "household":
                    vouching.say_one_household(db, viewer, is_one=bool(words(data, "household")))
                case "eid":
                    vouching.say_eid_is_enough(db, viewer, is_enough=bool(words(data, "eid")))
    except Refused as error:
        return index_page(app, viewer, error, one, data)
    return see_other(f"/server/guardians?did={words(data, 'do')}")


routes = [index, act]
