"""Records that laws about children in paid clips ask for: to read, to take along as CSV or PDF, to enter income and deposits."""

import csv
import io
from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Annotated, Any

from litestar import Response, get, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct, to_builtins

from onstage.accounts.viewer import Viewer
from onstage.clips import records
from onstage.clips.record_rules import Month, Rule
from onstage.clips.records import WORDS_LENGTH, Record
from onstage.clock import iso, now
from onstage.db.engine import Connection
from onstage.web import pdf
from onstage.web.api.schemas import problems
from onstage.web.http import App, reads, signed_in, writes
from onstage.web.words import gettext as _
from onstage.web.words import tenths

Handle = Annotated[str, PathParameter(max_length=31)]
_NOTE = 58  # characters of a line of the PDF that are left for words


class MonthOut(Struct):
    """A month (UTC). `share` is of the seconds, `rolling_share` the highest of any 30 days that end in it; amounts in cents."""

    month: str
    clips: int
    seconds: float
    clips_with: int
    seconds_with: float
    share: float
    rolling_share: float
    income: int
    to_set_aside: int | None
    deposited: int

    @classmethod
    def of(cls, month: Month) -> "MonthOut":
        """From the record."""
        return cls(
            month.month, month.clips, month.us / 1e6, month.clips_with, month.us_with / 1e6, round(month.share, 4),
            round(month.rolling, 4), month.income, month.to_set_aside, month.deposited,
        )  # fmt: skip


class RecordOut(Struct):
    """The record of one minor on one account. A record and not advice."""

    account: str
    minor: str
    rule: Rule
    currency: str
    months: list[MonthOut]
    may_enter: bool

    @classmethod
    def of(cls, record: Record) -> "RecordOut":
        """From the domain."""
        subject = record.subject
        rows = [MonthOut.of(month) for month in record.months]
        return cls(subject.account_handle, subject.minor_handle, record.rule, record.currency, rows, subject.may_enter)


class RecordsOut(Struct):
    """Every record that you may read: your own, and those of minors on accounts that you own as an adult."""

    items: list[RecordOut]


class LawIn(Struct, forbid_unknown_fields=True):
    """By which law amounts are worked out, and in which currency (ISO 4217)."""

    rule: Rule
    currency: Annotated[str, Meta(max_length=3)]


class EntryIn(Struct, forbid_unknown_fields=True):
    """Income of the account in a month, or a deposit for the minor. A mistake is put right by a negative amount."""

    month: Annotated[str, Meta(max_length=7)]
    cents: int
    words: Annotated[str, Meta(max_length=WORDS_LENGTH)] = ""
    deposit: bool = False


@get("/api/v1/me/records", tags=["records"], responses=problems(401), operation_id="records")
@reads(signed_in)
def listed(db: Connection, viewer: Viewer) -> RecordsOut:
    """The records that you may read."""
    return RecordsOut([RecordOut.of(records.read(db, each)) for each in records.subjects(db, viewer)])


@put(
    "/api/v1/records/{account:str}/{minor:str}/rule",
    status_code=204,
    tags=["records"],
    responses=problems(401, 403, 404),
    operation_id="choose_record_rule",
)
@writes(signed_in)
def choose(db: Connection, viewer: Viewer, account: Handle, minor: Handle, data: JSONBody[LawIn]) -> None:
    """Choose the law and the currency of an account's records."""
    records.choose(db, records.find(db, viewer, account, minor), data.rule, data.currency)


@post(
    "/api/v1/records/{account:str}/{minor:str}/entries",
    status_code=204,
    tags=["records"],
    responses=problems(401, 403, 404),
    operation_id="enter_in_record",
)
@writes(signed_in)
def enter(db: Connection, viewer: Viewer, account: Handle, minor: Handle, data: JSONBody[EntryIn]) -> None:
    """Enter income or a deposit."""
    subject = records.find(db, viewer, account, minor)
    records.enter(db, viewer, subject, month=data.month, cents=data.cents, words=data.words, deposit=data.deposit)


@get("/records/{account:str}/{minor:str}/csv", include_in_schema=False)
@reads(signed_in)
def as_csv(db: Connection, viewer: Viewer, account: Handle, minor: Handle) -> Response[bytes]:
    """The record month by month, as a table for other programs: amounts in the currency, not in cents."""
    record = records.read(db, records.find(db, viewer, account, minor))
    rows = (
        {
            **to_builtins(MonthOut.of(month)),
            "income": _plain(month.income),
            "to_set_aside": "" if month.to_set_aside is None else _plain(month.to_set_aside),
            "deposited": _plain(month.deposited),
            "currency": record.currency,
            "rule": record.rule.value,
        }
        for month in record.months
    )
    return _table(record, [*MonthOut.__struct_fields__, "currency", "rule"], rows, "csv")


@get("/records/{account:str}/{minor:str}/entries", include_in_schema=False)
@reads(signed_in)
def entries_as_csv(db: Connection, viewer: Viewer, account: Handle, minor: Handle) -> Response[bytes]:
    """What the adults entered, as a table for other programs, marked as UTF-8 so that spreadsheets read its words."""
    record = records.read(db, records.find(db, viewer, account, minor))
    rows = (
        {
            "month": note.month,
            "kind": "deposit" if note.is_deposit else "income",
            "amount": _plain(note.cents),
            "currency": record.currency,
            "words": _no_formula(note.words),
        }
        for note in record.notes
    )
    return _table(record, ["month", "kind", "amount", "currency", "words"], rows, "entries.csv", "utf-8-sig")


@get("/records/{account:str}/{minor:str}/pdf", include_in_schema=False)
@reads(signed_in)
def as_pdf(app: App, db: Connection, viewer: Viewer, account: Handle, minor: Handle) -> Response[bytes]:
    """The record to print."""
    record = records.read(db, records.find(db, viewer, account, minor))
    title = _("Record of @%(minor)s on @%(account)s") % {"minor": minor, "account": account}
    return _file(record, pdf.document(title, _printed(record, title, app.settings.origin)), "application/pdf", "pdf")


def _table(
    record: Record, head: Sequence[str], rows: Iterable[dict[str, Any]], ending: str, encoding: str = "utf-8"
) -> Response[bytes]:
    file = io.StringIO()
    table = csv.DictWriter(file, head)
    table.writeheader()
    table.writerows(rows)
    return _file(record, file.getvalue().encode(encoding), "text/csv", ending)


def _file(record: Record, content: bytes, media_type: str, ending: str) -> Response[bytes]:
    subject = record.subject
    name = f"record-{subject.account_handle}-{subject.minor_handle}.{ending}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return Response(content, media_type=media_type, headers=headers)


def rule_words(rule: Rule) -> str:
    """A rule by the name of where it holds."""
    return {
        Rule.NONE: _("None"),
        Rule.ILLINOIS: _("Illinois"),
        Rule.CALIFORNIA: _("California"),
        Rule.MINNESOTA: _("Minnesota"),
        Rule.UTAH: _("Utah"),
        Rule.FRANCE: _("France"),
    }[rule]


def _no_formula(words: str) -> str:
    """Words that a spreadsheet would work out stay words."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@")) else words


def _plain(cents: int) -> str:
    """An amount as programs read it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def money(cents: int | None) -> str:
    """An amount with two decimals; a dash where a rule gives none."""
    if cents is None:
        return "–"
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02}"


def _printed(record: Record, title: str, origin: str) -> list[str]:
    form = "{:<9}{:>6}{:>8} {:>6}{:>8}{:>7}{:>8}{:>13}{:>13}{:>13}"
    rule = rule_words(record.rule)
    lines = [
        title,
        f"{origin}, {iso(now())[:10]}",
        "",
        _("This is a record and not advice. Months are in UTC, amounts in %s.") % record.currency,
        _("Amounts to set aside by the rule: %s.") % rule,
        "",
        form.format("", _("all"), "", _("with"), _("them"), "", _("in 30"), "", _("set"), ""),
        form.format(
            _("month"), _("clips"), _("minutes"), _("clips"), _("minutes"), _("share"), _("days"), _("income"),
            _("aside"), _("deposited"),
        ),
        "-" * 92,
    ]  # fmt: skip
    for month in record.months:
        with_them = (month.clips_with, tenths(month.us_with / 6e7))
        amounts = (money(month.income), money(month.to_set_aside), money(month.deposited))
        shares = (f"{month.share:.0%}", f"{month.rolling:.0%}")
        lines.append(form.format(month.month, month.clips, tenths(month.us / 6e7), *with_them, *shares, *amounts))
    lines += ["", _("What was entered:")]
    for note in record.notes:
        kind = _("deposit") if note.is_deposit else _("income")
        first, *more = wrap(pdf.latin(note.words), _NOTE) or [""]
        lines += [
            f"{note.month}  {kind:<9}{money(note.cents):>14}  {first}".rstrip(),
            *(" " * 34 + each for each in more),
        ]
    if any("?" in pdf.latin(note.words.replace("?", "")) for note in record.notes):
        lines += ["", _("Where a question mark stands for a letter, the file of entries has it.")]
    return lines


routes = [listed, choose, enter, as_csv, entries_as_csv, as_pdf]
