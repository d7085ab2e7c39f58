"""Records as a page: a table for each minor and account, and forms for the adults who own the account."""

from decimal import Decimal, InvalidOperation
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery

from onstage.accounts.viewer import Viewer
from onstage.clips import records
from onstage.clips.record_rules import Rule
from onstage.db.engine import Connection
from onstage.errors import Invalid, Refused
from onstage.web.api.records import money, rule_words
from onstage.web.http import App, page, plain, reads, see_other, signed_in
from onstage.web.pages.forms import Fields, kept, words
from onstage.web.words import gettext as _


@get("/settings/records", include_in_schema=False)
@reads(signed_in)
def show(db: Connection, viewer: Viewer, did: FromQuery[str] = "") -> Response[Any]:
    """Every record that the viewer may read."""
    return _page(db, viewer, _("Saved.") if did else "", None)


def _page(
    db: Connection, viewer: Viewer, said: str, error: Refused | None, data: dict[str, Any] | None = None
) -> Response[Any]:
    found = [records.read(db, each) for each in records.subjects(db, viewer)]
    rules = [(rule.value, rule_words(rule)) for rule in Rule]
    status = error.status if error else 200
    typed = kept(data or {}, "account", "minor", "do", "month", "amount", "words", "currency")
    in_words = {"money": money, "rule_words": rule_words}
    return page(
        "settings_records.html",
        viewer,
        status=status,
        records=found,
        rules=rules,
        typed=typed,
        said=said,
        error=error,
        **in_words,
    )


@post("/settings/records", include_in_schema=False, status_code=200)
@plain(signed_in)
def change(app: App, viewer: Viewer, data: Fields) -> Response[Any]:
    """Choose the rule, or enter income or a deposit."""
    try:
        with app.database.write() as db:
            subject = records.find(db, viewer, words(data, "account"), words(data, "minor"))
            if words(data, "do") == "rule":
                records.choose(db, subject, _rule(words(data, "rule")), words(data, "currency").strip().upper())
            else:
                entry = {"month": words(data, "month").strip(), "words": words(data, "words")}
                deposit = words(data, "do") == "deposit"
                records.enter(db, viewer, subject, **entry, cents=_cents(words(data, "amount")), deposit=deposit)
    except Refused as error:
        if error.field:  # a page with several records has a field for each
            error.field = f"{error.field}-{words(data, 'account')}-{words(data, 'minor')}"
        with app.database.read() as db:
            return _page(db, viewer, "", error, data)
    return see_other("/settings/records?did=save")


def _rule(named: str) -> Rule:
    if named not in set(Rule):
        raise Invalid(_("Choose a rule."), field="rule")
    return Rule(named)


def _cents(typed: str) -> int:
    """What was typed, with a point or a comma for the cents."""
    try:
        amount = Decimal(typed.strip().replace(",", "."))
        cents = amount * 100
        if not cents.is_finite() or cents != cents.to_integral_value():
            raise InvalidOperation
        return int(cents)
    except (InvalidOperation, OverflowError):
        raise Invalid(_("An amount looks like 120.50."), field="amount") from None


routes = [show, change]
