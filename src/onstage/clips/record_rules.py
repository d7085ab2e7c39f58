"""What laws about children in paid clips ask to be counted and set aside, as pure arithmetic.

It counts and multiplies; whether a law applies to somebody, and what it asks of them, it does not know. Sources: Illinois
820 ILCS 206/95 and /100; California Family Code 6650 to 6656; Minnesota 181A.13; Utah 34-23-501 ff.; France, law 2020-1266
and decree 2022-727 (whose thresholds are not computed here).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

THRESHOLD = 0.30
ROLLING = 30  # days
CALIFORNIA = 0.65
UTAH, UTAH_FROM = 0.15, 15_000_000  # of a year's income, in cents


class Rule(StrEnum):
    """By which law an amount is worked out."""

    NONE = "none"
    ILLINOIS = "illinois"
    CALIFORNIA = "california"
    MINNESOTA = "minnesota"
    UTAH = "utah"
    FRANCE = "france"


@dataclass(frozen=True)
class Shown:
    """Clips of one day: how many, how long, and how much of it with the minor (microseconds)."""

    day: date
    clips: int
    us: int
    clips_with: int
    us_with: int


@dataclass(frozen=True)
class Month:
    """A month of a record. `share` of the time with the minor, 0 to 1; `rolling` its highest in any 30 days that end in it.

    Amounts in cents; `to_set_aside` is None where the rule gives no amount.
    """

    month: str
    clips: int
    us: int
    clips_with: int
    us_with: int
    share: float
    rolling: float
    income: int
    to_set_aside: int | None
    deposited: int


def month_of(day: date) -> str:
    """As `2026-11`."""
    return f"{day:%Y-%m}"


def months(
    shown: Sequence[Shown], income: Mapping[str, int], deposits: Mapping[str, int], rule: Rule, birth: date | None
) -> list[Month]:
    """The record month by month, oldest first; months in which nothing happened are left out."""
    named = sorted({month_of(each.day) for each in shown} | set(income) | set(deposits))
    return [_month(name, shown, income, deposits, rule, birth) for name in named]


def _month(
    name: str,
    shown: Sequence[Shown],
    income: Mapping[str, int],
    deposits: Mapping[str, int],
    rule: Rule,
    birth: date | None,
) -> Month:
    within = [each for each in shown if month_of(each.day) == name]
    us, us_with = sum(each.us for each in within), sum(each.us_with for each in within)
    share = us_with / us if us else 0.0
    rolling = max((highest for highest in _rolling(name, shown)), default=0.0)
    earned = income.get(name, 0)
    year = sum(cents for month, cents in income.items() if month[:4] == name[:4])
    return Month(
        month=name,
        clips=sum(each.clips for each in within),
        us=us,
        clips_with=sum(each.clips_with for each in within),
        us_with=us_with,
        share=share,
        rolling=rolling,
        income=earned,
        to_set_aside=_set_aside(rule, earned, share, rolling, year, _age(birth, name)),
        deposited=deposits.get(name, 0),
    )


def _rolling(name: str, shown: Sequence[Shown]) -> Iterable[float]:
    """The share of each 30 days that end on a day of the month."""
    day = date.fromisoformat(f"{name}-01")
    while month_of(day) == name:
        window = [each for each in shown if day - timedelta(days=ROLLING - 1) <= each.day <= day]
        us = sum(each.us for each in window)
        yield sum(each.us_with for each in window) / us if us else 0.0
        day += timedelta(days=1)


def _age(birth: date | None, name: str) -> int | None:
    """In years on the first day of the month."""
    if birth is None:
        return None
    first = date.fromisoformat(f"{name}-01")
    return first.year - birth.year - ((first.month, first.day) < (birth.month, birth.day))


def _set_aside(rule: Rule, income: int, share: float, rolling: float, year: int, age: int | None) -> int | None:
    """In cents, rounded up: never less than the rule gives."""
    match rule:
        case Rule.ILLINOIS:
            return _up(income * share / 2) if rolling >= THRESHOLD and (age is None or age < 16) else 0
        case Rule.CALIFORNIA:
            return _up(income * share * CALIFORNIA) if share >= THRESHOLD else 0
        case Rule.MINNESOTA:
            if rolling < THRESHOLD:
                return 0
            return income if age is not None and age < 14 else _up(income * share / 2)
        case Rule.UTAH:
            return _up(income * UTAH) if year > UTAH_FROM and share > 0 else 0
        case Rule.FRANCE:
            return None
        case Rule.NONE:
            return 0


def _up(cents: float) -> int:
    return -int(-cents // 1)
