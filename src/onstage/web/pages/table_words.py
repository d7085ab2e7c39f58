"""The age table in words: what each row is about, each value, and who may say what."""

from dataclasses import dataclass

from onstage.accounts import age, permissions
from onstage.accounts.age import (
    Accepting,
    Band,
    Choice,
    DailyLimit,
    GuardiansYes,
    Marked,
    Personal,
    QuietHours,
    Reach,
    Row,
    Setter,
    Value,
    Who,
)
from onstage.accounts.guardians.household import Child
from onstage.db.engine import Connection
from onstage.web.pages.choices import Option
from onstage.web.words import gettext as _


@dataclass(frozen=True)
class Cell:
    """One row for one person. `options`: what this reader may say, empty for nothing; `others`: who said what."""

    row: str
    title: str
    holds: str
    options: list[Option]
    others: list[str]
    why: str


def cells(db: Connection, child: Child, reader: int) -> list[Cell]:
    """Every cell of the age table for a child, as one of their guardians or they themselves read it."""
    return [_cell(db, child, reader, row) for row in Row]


def _cell(db: Connection, child: Child, reader: int, row: Row) -> Cell:
    mine = next((each for each in child.guardians if each.person == reader), None)
    setter = Setter.SELF if mine is None else Setter.GUARDIANS
    said = permissions.said(db, child.person, row)
    own = said.own if mine is None else said.guardians.get(reader, ...)
    open_ = age.settable(row, child.band, setter, full=mine is None or mine.full)
    usual = age.value(row, child.band)
    chosen = usual if own is ... else own
    options = [Option(step.value, value_words(step), "", step == chosen, possible=True) for step in open_]
    names = {each.person: each.name for each in child.guardians}
    others = [
        _("%(name)s says: %(value)s") % {"name": names[who], "value": value_words(value, row)}
        for who, value in said.guardians.items()
        if who in names and who != reader
    ]
    if mine is not None and said.own is not ...:
        others.append(_("%(name)s says: %(value)s") % {"name": child.name, "value": value_words(said.own, row)})
    return Cell(
        row=row.value,
        title=title(row, own=mine is None),
        holds=value_words(permissions.value_for(db, child.person, row), row),
        options=options if len(options) > 1 else [],
        others=others,
        why=why(row, child.band, may_narrow=mine is not None and len(options) > 1),
    )


def title(row: Row, *, own: bool) -> str:
    """A row as a heading, for who it is about (`own`) or for a guardian of theirs."""
    whose = {
        Row.RECOMMENDED: (_("Strangers are shown your clips"), _("Strangers are shown their clips")),
        Row.TAKES: (_("Who may use your clips and sound"), _("Who may use their clips and sound")),
        Row.DOWNLOAD: (_("Others may keep a copy of your clips"), _("Others may keep a copy of their clips")),
        Row.LEAVES_SERVER: (_("Your clips may leave this server"), _("Their clips may leave this server")),
        Row.SEES_MARKED: (_("You see clips for adults"), _("They see clips for adults")),
        Row.MESSAGES: (_("Who may write to you"), _("Who may write to them")),
        Row.COUNTS_SHOWN: (_("Others see how many like and follow you"), _("Others see their counts")),
        Row.LIVE: (_("Who may see you live"), _("Who may see them live")),
    }
    if row in whose:
        return whose[row][0 if own else 1]
    return {
        Row.AUDIENCE: _("Who sees a new clip"),
        Row.HAND_ACCEPTS: _("New followers"),
        Row.COMMENTS: _("Who may comment"),
        Row.GUARDIANS_YES: _("A guardian says yes before a clip goes out"),
        Row.FEED: _("What For You learns from"),
        Row.AUTOPLAY: _("The next clip starts by itself"),
        Row.NIGHT_PUSH: _("Messages from the app at night"),
        Row.DAILY_LIMIT: _("Time a day"),
        Row.QUIET_HOURS: _("Quiet hours"),
    }[row]


def value_words(value: Value, row: Row | None = None) -> str:
    """A value in words, of that row where it matters."""
    match value:
        case None:
            return _("none") if row is Row.QUIET_HOURS else _("no limit")
        case DailyLimit():
            words = _("%(minutes)s minutes, then it ends") if value.ends else _("a reminder after %(minutes)s minutes")
            return words % {"minutes": value.minutes}
        case QuietHours():
            words = _("from %(start)s to %(end)s, without a sound") if value.silent else _("from %(start)s to %(end)s")
            return words % {"start": f"{value.start}:00", "end": f"{value.end}:00"}
        case Choice() | Marked():
            return {"yes": _("yes"), "no": _("no"), "proved": _("with proof of age")}[value]
    return _steps()[value]


def _steps() -> dict[Value, str]:
    return {
        Reach.PRIVATE: _("nobody else"),
        Reach.FRIENDS: _("friends"),
        Reach.FOLLOWERS: _("followers"),
        Reach.PUBLIC: _("everyone"),
        Who.NOBODY: _("nobody"),
        Who.CIRCLE: _("guardians and fellow members"),
        Who.FRIENDS: _("friends"),
        Who.FOLLOWERS: _("followers"),
        Who.EVERYONE: _("everyone"),
        Accepting.GUARDIAN: _("a guardian lets each one in"),
        Accepting.BY_HAND: _("let in one by one"),
        Accepting.AT_ONCE: _("come in at once"),
        GuardiansYes.ALWAYS: _("always"),
        GuardiansYes.OPEN_ONLY: _("only for what strangers could see"),
        GuardiansYes.TOLD: _("no; guardians are told"),
        GuardiansYes.NO: _("no"),
        Personal.OFF: _("nothing; followed accounts and topics"),
        Personal.EXPLICIT: _("likes, follows, and what they say"),
        Personal.ON: _("also how they watch"),
    }


def why(row: Row, band: Band, *, may_narrow: bool = False) -> str:
    """Why a row can or can't be changed at this age, in one sentence."""
    if row in {Row.DOWNLOAD, Row.SEES_MARKED, Row.NIGHT_PUSH}:
        return _("Always so until 18.")
    by = age.loosened_by(row, band)
    if row in age.LIMITS:
        return _("Each guardian sets their own; the strictest holds.")
    if not by:
        return _("Never wider at this age.") if may_narrow else _("Always so at this age.")
    if by == {Setter.GUARDIANS}:
        return _("Wider only when every full guardian says so.")
    if by == {Setter.SELF}:
        return _("From 16 they decide this themselves.")
    return _("Wider only when they and every full guardian say so.")
