"""What age decides: the bands, the instants at which they change, and the whole age table as one pure function."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from types import EllipsisType, MappingProxyType
from typing import Literal, TypeAlias, overload
from zoneinfo import ZoneInfo

from onstage.clock import SECOND


class Band(StrEnum):
    """A person's age as the rules know it, strictest first."""

    UNKNOWN = "unknown"
    UNDER_13 = "under_13"
    FROM_13 = "13_15"
    FROM_16 = "16_17"
    ADULT = "adult"


_ORDER = tuple(Band)
_BIRTHDAYS = ((13, Band.FROM_13), (16, Band.FROM_16), (18, Band.ADULT))


def strictest(bands: Iterable[Band]) -> Band:
    """The band that rows about a clip follow, from those of everyone who made it and appears in it; none: unknown."""
    return min(bands, key=_ORDER.index, default=Band.UNKNOWN)


def birthday(birth_date: date, years: int, zones: Iterable[str], *, loosening: bool) -> int:
    """The instant (UTC microseconds) from which somebody counts as `years` old.

    What gets looser waits for the last of the zones' midnights, what gets stricter comes with the first. Whoever was
    born on 29 February counts as born on 1 March. Raises ZoneInfoNotFoundError for a zone that does not exist.
    """
    month, day = (3, 1) if (birth_date.month, birth_date.day) == (2, 29) else (birth_date.month, birth_date.day)
    local = datetime(birth_date.year + years, month, day)  # noqa: DTZ001 - each zone is put on below
    midnights = [local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for zone in zones for fold in (0, 1)]
    return int((max if loosening else min)(midnights).timestamp()) * SECOND


def band_of(birth_date: date | None, zone: str, server_zone: str, now: int) -> tuple[Band, int | None]:
    """The band at `now` and the instant (UTC microseconds) at which it ends; None: never."""
    if birth_date is None:
        return Band.UNKNOWN, None
    band = Band.UNDER_13
    for years, older in _BIRTHDAYS:
        turn = birthday(birth_date, years, (zone, server_zone), loosening=True)
        if now < turn:
            return band, turn
        band = older
    return band, None


def effective(band: Band, band_until: int | None, now: int) -> Band:
    """The band to act on: once `band_until` is past, the stricter of the stored band and the one that follows it."""
    if band_until is None or now < band_until:
        return band
    return strictest((band, _ORDER[min(_ORDER.index(band) + 1, len(_ORDER) - 1)]))


class Row(StrEnum):
    """The rows of the age table; two of its rows, with two matters each, are two rows here."""

    AUDIENCE = "audience"
    HAND_ACCEPTS = "hand_accepts"
    RECOMMENDED = "recommended"
    COMMENTS = "comments"
    TAKES = "takes"
    DOWNLOAD = "download"
    GUARDIANS_YES = "guardians_yes"
    LEAVES_SERVER = "leaves_server"
    SEES_MARKED = "sees_marked"
    FEED = "feed"
    AUTOPLAY = "autoplay"
    NIGHT_PUSH = "night_push"
    DAILY_LIMIT = "daily_limit"
    QUIET_HOURS = "quiet_hours"
    MESSAGES = "messages"
    COUNTS_SHOWN = "counts_shown"
    LIVE = "live"


class Reach(StrEnum):
    """How wide a new clip may go; each word is an audience."""

    PRIVATE = "private"
    FRIENDS = "friends"
    FOLLOWERS = "followers"
    PUBLIC = "public"


class Who(StrEnum):
    """From whom something is taken; `circle`: guardians and fellow members."""

    NOBODY = "nobody"
    CIRCLE = "circle"
    FRIENDS = "friends"
    FOLLOWERS = "followers"
    EVERYONE = "everyone"


NO_TAKES = frozenset({Who.NOBODY, Who.CIRCLE})
"""Values of the row of takes by which none are made: a circle is no choice there."""


class Choice(StrEnum):
    """Whether something happens."""

    NO = "no"
    YES = "yes"


class Marked(StrEnum):
    """Whether somebody sees clips for adults; `proved`: once somebody who checks ages here has entered theirs."""

    NO = "no"
    PROVED = "proved"
    YES = "yes"


class Accepting(StrEnum):
    """How followers come in."""

    GUARDIAN = "guardian"
    BY_HAND = "by_hand"
    AT_ONCE = "at_once"


class GuardiansYes(StrEnum):
    """Whether guardians must say yes; `open_only`: near goes without; `told`: they hear of it and may object."""

    ALWAYS = "always"
    OPEN_ONLY = "open_only"
    TOLD = "told"
    NO = "no"


class Personal(StrEnum):
    """What the personal feed may use: nothing but follows and topics, explicit signals, or everything."""

    OFF = "off"
    EXPLICIT = "explicit"
    ON = "on"


@dataclass(frozen=True)
class DailyLimit:
    """Minutes of watching a day; `ends`: it stops there, else a reminder."""

    minutes: int
    ends: bool


@dataclass(frozen=True)
class QuietHours:
    """From one full hour to another, in the person's zone; `silent`: nothing closes, nothing makes a sound."""

    start: int
    end: int
    silent: bool


class Setter(StrEnum):
    """Whose value it is: the person's own, what their guardians together say (`of_guardians`), or the server's owner's."""

    SELF = "self"
    GUARDIANS = "guardians"
    SERVER = "server"


Scale: TypeAlias = Reach | Who | Choice | Marked | Accepting | GuardiansYes | Personal
Value: TypeAlias = Scale | DailyLimit | QuietHours | None
Choices: TypeAlias = Mapping[Setter, Value]

NO_CHOICES: Choices = MappingProxyType({})

_ReachRow: TypeAlias = Literal[Row.AUDIENCE]
_WhoRow: TypeAlias = Literal[Row.COMMENTS, Row.TAKES, Row.MESSAGES, Row.LIVE]
_ChoiceRow: TypeAlias = Literal[
    Row.RECOMMENDED,
    Row.DOWNLOAD,
    Row.LEAVES_SERVER,
    Row.AUTOPLAY,
    Row.NIGHT_PUSH,
    Row.COUNTS_SHOWN,
]


@dataclass(frozen=True)
class _Cell:
    """What holds without a choice; the loosest that all of `by` together may make it (minutes and hours: anything)."""

    value: Value
    loosest: Scale | None = None
    by: frozenset[Setter] = frozenset()


_MINOR = frozenset({Setter.SELF})
_GUARDIANS = frozenset({Setter.GUARDIANS})
_BOTH = _MINOR | _GUARDIANS


def _free(value: Scale, loosest: Scale | None = None) -> _Cell:
    """An adult's cell: theirs to change, up to `loosest`."""
    return _Cell(value, loosest or value, _MINOR)


_Cells: TypeAlias = tuple[_Cell, _Cell, _Cell, _Cell]

# under 13, 13-15, 16-17, adult
_TABLE: Mapping[Row, _Cells] = {
    Row.AUDIENCE: (
        _Cell(Reach.FOLLOWERS, Reach.PUBLIC, _GUARDIANS),
        _Cell(Reach.FOLLOWERS, Reach.PUBLIC, _BOTH),
        _Cell(Reach.FOLLOWERS, Reach.PUBLIC, _MINOR),
        _free(Reach.PUBLIC),
    ),
    Row.HAND_ACCEPTS: (
        _Cell(Accepting.GUARDIAN),
        _Cell(Accepting.BY_HAND, Accepting.AT_ONCE, _BOTH),
        _Cell(Accepting.BY_HAND, Accepting.AT_ONCE, _MINOR),
        _free(Accepting.AT_ONCE),
    ),
    Row.RECOMMENDED: (
        _Cell(Choice.NO),
        _Cell(Choice.NO, Choice.YES, _BOTH),
        _Cell(Choice.NO, Choice.YES, _MINOR),
        _free(Choice.YES),
    ),
    Row.COMMENTS: (
        _Cell(Who.FRIENDS, Who.FOLLOWERS, _GUARDIANS),
        _Cell(Who.FRIENDS, Who.EVERYONE, _BOTH),
        _Cell(Who.FRIENDS, Who.EVERYONE, _MINOR),
        _free(Who.EVERYONE),
    ),
    Row.TAKES: (
        _Cell(Who.NOBODY),
        _Cell(Who.NOBODY, Who.EVERYONE, _BOTH),
        _Cell(Who.FRIENDS, Who.EVERYONE, _MINOR),
        _free(Who.EVERYONE),
    ),
    Row.DOWNLOAD: (_Cell(Choice.NO), _Cell(Choice.NO), _Cell(Choice.NO), _free(Choice.NO, Choice.YES)),
    Row.GUARDIANS_YES: (
        _Cell(GuardiansYes.ALWAYS),
        _Cell(GuardiansYes.ALWAYS, GuardiansYes.OPEN_ONLY, _GUARDIANS),
        _Cell(GuardiansYes.TOLD),
        _Cell(GuardiansYes.NO),
    ),
    Row.LEAVES_SERVER: (
        _Cell(Choice.NO, Choice.YES, _GUARDIANS),
        _Cell(Choice.NO, Choice.YES, _BOTH),
        _Cell(Choice.NO, Choice.YES, _MINOR),
        _free(Choice.YES),
    ),
    Row.SEES_MARKED: (_Cell(Marked.NO), _Cell(Marked.NO), _Cell(Marked.NO), _free(Marked.NO, Marked.YES)),
    Row.FEED: (
        _Cell(Personal.OFF),
        _Cell(Personal.EXPLICIT, Personal.ON, _BOTH),
        _Cell(Personal.EXPLICIT, Personal.ON, _MINOR),
        _free(Personal.ON),
    ),
    Row.AUTOPLAY: (
        _Cell(Choice.NO),
        _Cell(Choice.NO),
        _Cell(Choice.NO, Choice.YES, _MINOR),
        _free(Choice.NO, Choice.YES),
    ),
    Row.NIGHT_PUSH: (_Cell(Choice.NO), _Cell(Choice.NO), _Cell(Choice.NO), _free(Choice.NO, Choice.YES)),
    Row.DAILY_LIMIT: (
        _Cell(DailyLimit(60, ends=True), by=_GUARDIANS),
        _Cell(DailyLimit(60, ends=True), by=_GUARDIANS),
        _Cell(DailyLimit(60, ends=False), by=_GUARDIANS),
        _Cell(None),
    ),
    Row.QUIET_HOURS: (
        _Cell(QuietHours(21, 7, silent=False), by=_GUARDIANS),
        _Cell(QuietHours(22, 7, silent=False), by=_GUARDIANS),
        _Cell(QuietHours(22, 7, silent=True), by=_GUARDIANS),
        _Cell(None),
    ),
    Row.MESSAGES: (
        _Cell(Who.CIRCLE, Who.FRIENDS, _GUARDIANS),
        _Cell(Who.FRIENDS),
        _Cell(Who.FRIENDS),
        _free(Who.EVERYONE),
    ),
    Row.COUNTS_SHOWN: (
        _Cell(Choice.NO, Choice.YES, _GUARDIANS),
        _Cell(Choice.NO, Choice.YES, _BOTH),
        _Cell(Choice.NO, Choice.YES, _MINOR),
        _free(Choice.YES),
    ),
    Row.LIVE: (_Cell(Who.NOBODY), _Cell(Who.NOBODY), _Cell(Who.FRIENDS, Who.EVERYONE, _MINOR), _free(Who.EVERYONE)),
}

# Unknown age limits what is shown and published, and who may write; a time limit needs a birth date (consent.md R13).
_AS_ADULT_WHEN_UNKNOWN = frozenset({Row.FEED, Row.AUTOPLAY, Row.NIGHT_PUSH, Row.DAILY_LIMIT, Row.QUIET_HOURS})


def _cell(row: Row, band: Band) -> _Cell:
    cells = _TABLE[row]
    if band is not Band.UNKNOWN:
        return cells[_ORDER.index(band) - 1]
    return cells[-1] if row in _AS_ADULT_WHEN_UNKNOWN else _Cell(cells[0].value)


@overload
def value(row: _ReachRow, band: Band, choices: Choices = ...) -> Reach: ...
@overload
def value(row: _WhoRow, band: Band, choices: Choices = ...) -> Who: ...
@overload
def value(row: _ChoiceRow, band: Band, choices: Choices = ...) -> Choice: ...
@overload
def value(row: Literal[Row.SEES_MARKED], band: Band, choices: Choices = ...) -> Marked: ...
@overload
def value(row: Literal[Row.HAND_ACCEPTS], band: Band, choices: Choices = ...) -> Accepting: ...
@overload
def value(row: Literal[Row.GUARDIANS_YES], band: Band, choices: Choices = ...) -> GuardiansYes: ...
@overload
def value(row: Literal[Row.FEED], band: Band, choices: Choices = ...) -> Personal: ...
@overload
def value(row: Literal[Row.DAILY_LIMIT], band: Band, choices: Choices = ...) -> DailyLimit | None: ...
@overload
def value(row: Literal[Row.QUIET_HOURS], band: Band, choices: Choices = ...) -> QuietHours | None: ...
@overload
def value(row: Row, band: Band, choices: Choices = ...) -> Value: ...
def value(row: Row, band: Band, choices: Choices = NO_CHOICES) -> Value:
    """What the age table says in a row for a person of that band whose setters have made these choices of that row.

    It gets looser only when everyone who must has loosened it, and then as far as the strictest of them says and the
    table goes; a stricter choice always holds, whoever made it. None: no limit.
    """
    cell = _cell(row, band)
    if row in LIMITS:
        given = [choices.get(Setter.GUARDIANS, cell.value), choices.get(Setter.SELF)] if cell.by else [cell.value]
        return tightest(given)
    assert isinstance(cell.value, Scale)
    chosen = {setter: choice for setter, choice in choices.items() if isinstance(choice, type(cell.value))}
    bound = cell.loosest if cell.loosest is not None and cell.by <= chosen.keys() else cell.value
    return min((bound, *chosen.values()), key=looseness)


LIMITS = frozenset({Row.DAILY_LIMIT, Row.QUIET_HOURS})
"""The rows whose values are minutes and hours."""

NO_LIMIT = "none"


def read(row: Row, words: str) -> Value:
    """The value of a row that these words name; raises ValueError.

    Minutes are `60` or `60 reminder`, hours `21-7` or `22-7 silent`, both or neither `none`.
    """
    if row not in LIMITS:
        kind = type(_TABLE[row][0].value)
        assert issubclass(kind, Scale)
        return kind(words)
    if words == NO_LIMIT:
        return None
    figures, _, mild = words.partition(" ")
    if row is Row.DAILY_LIMIT and mild in {"", "reminder"} and 0 <= int(figures) <= 1440:
        return DailyLimit(int(figures), ends=not mild)
    start, _, end = figures.partition("-")
    if row is Row.QUIET_HOURS and mild in {"", "silent"} and int(start) in range(24) and int(end) in range(24):
        return QuietHours(int(start), int(end), silent=bool(mild))
    raise ValueError(f"{words!r} is no value of {row}")


def written(given: Value) -> str:
    """The words that `read` reads as this value."""
    match given:
        case None:
            return NO_LIMIT
        case DailyLimit():
            return f"{given.minutes}{'' if given.ends else ' reminder'}"
        case QuietHours():
            return f"{given.start}-{given.end}{' silent' if given.silent else ''}"
    return given.value


def tightest(given: Iterable[Value]) -> Value:
    """The strictest of several values of one row: an end before a reminder, then the fewest minutes.

    Of quiet hours it is the shortest stretch of the day that has all of them in it.
    """
    values = [each for each in given if each is not None]
    limits = [each for each in values if isinstance(each, DailyLimit)]
    hours = [each for each in values if isinstance(each, QuietHours)]
    steps = [each for each in values if isinstance(each, Scale)]
    if limits:
        return min(limits, key=lambda each: (not each.ends, each.minutes))
    if hours:
        covered = {hour for each in hours for hour in quiet(each)}
        stretches = [(start, end) for start in range(24) for end in range(24) if covered <= set(_stretch(start, end))]
        start, end = min(stretches, key=lambda each: len(_stretch(*each)), default=(0, 0))
        return QuietHours(start, end, silent=all(each.silent for each in hours))
    return min(steps, key=looseness) if steps else None


def quiet(hours: QuietHours) -> list[int]:
    """The full hours of the day that are quiet; from an hour to itself is the whole day."""
    return _stretch(hours.start, hours.end)


def _stretch(start: int, end: int) -> list[int]:
    return [(start + passed) % 24 for passed in range((end - start) % 24 or 24)]


def of_guardians(row: Row, band: Band, full: Iterable[Value | EllipsisType], carers: Iterable[Value]) -> Value:
    """What guardians together say: full ones who said nothing (`...`) mean what the table says; carers only tighten."""
    usual = _cell(row, band).value
    said = [usual if each is ... else each for each in full] or [usual]
    return tightest([*said, *carers])


def looseness(scale: Scale) -> int:
    """Where a value stands on its scale; 0 is the strictest."""
    return list(type(scale)).index(scale)


def loosened_by(row: Row, band: Band) -> frozenset[Setter]:
    """Who must say so, all of them, before a row gets looser; nobody: it never does."""
    cell = _cell(row, band)
    return cell.by if cell.loosest is not None or row in LIMITS else frozenset()


_OF_OTHERS = frozenset({Accepting.GUARDIAN, Marked.PROVED})  # nobody's own to choose


def settable(row: Row, band: Band, setter: Setter, *, full: bool = True) -> tuple[Scale, ...]:
    """The values that a setter may give their own voice to, strictest first; what holds then, `value` says.

    A carer (not `full`) only tightens. At 16 and 17 guardians set limits in time and nothing else.
    """
    cell = _cell(row, band)
    if row in LIMITS or (setter is Setter.GUARDIANS and band in {Band.FROM_16, Band.ADULT}):
        return ()
    if row is Row.GUARDIANS_YES and setter is not Setter.GUARDIANS:
        return ()
    assert isinstance(cell.value, Scale)
    loosens = cell.loosest is not None and setter in cell.by and (full or setter is not Setter.GUARDIANS)
    limit = (cell.loosest if loosens else None) or cell.value
    steps = (step for step in type(cell.value) if step not in _OF_OTHERS or cell.value is step)
    return tuple(step for step in steps if looseness(step) <= looseness(limit))


def options(row: Row, band: Band) -> tuple[Scale, ...]:
    """What a person of that band may choose in a row by themselves, strictest first; empty: nothing."""
    cell = _cell(row, band)
    if isinstance(cell.value, DailyLimit | QuietHours | GuardiansYes) or cell.value is None:
        return ()
    limit = cell.loosest if cell.by == _MINOR and cell.loosest is not None else cell.value
    steps = (step for step in type(cell.value) if step not in _OF_OTHERS)
    return tuple(step for step in steps if looseness(step) <= looseness(limit))


def bounds(row: Row) -> tuple[Scale, ...]:
    """What the server's owner may bound a row to, for everybody, strictest first; empty for minutes and hours."""
    usual = _cell(row, Band.ADULT).value
    return tuple(step for step in type(usual) if step is not Accepting.GUARDIAN) if isinstance(usual, Scale) else ()
