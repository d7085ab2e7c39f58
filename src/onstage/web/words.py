"""The words of the interface: gettext, and how numbers and times are written."""

import gettext as _gettext
import re
from contextvars import ContextVar
from datetime import date, timedelta
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from onstage.clock import MINUTE, SECOND, iso, now
from onstage.errors import Refused

__all__ = [
    "ago",
    "calendar",
    "clock",
    "day",
    "gettext",
    "iso",
    "language",
    "month",
    "ngettext",
    "percent",
    "said",
    "short_count",
    "tenths",
    "whole_count",
]

language: ContextVar[str] = ContextVar("language", default="en")
RIGHT_TO_LEFT = {"ar", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"}
_none = _gettext.NullTranslations()
_PSEUDO_END = " ~]"
_PLACES = re.compile(r"(%\(\w+\)\w|%%|<[^>]*>|\{\w+\})")  # what is no words: places, markup
_PSEUDO = str.maketrans("aeiouAEIOUcn", "áéíóúÁÉÍÓÚçñ")


def gettext(message: str) -> str:
    """The message in the reader's language; `qps` is a made-up one that shows what is not translated."""
    return _pseudo(message) if language.get() == "qps" else _none.gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """The message for that number of things."""
    message = _none.ngettext(one, many, count)
    return _pseudo(message) if language.get() == "qps" else message


def said(error: Refused) -> str:
    """The sentence of a refusal in the reader's language."""
    sentence = gettext(error.sentence)
    return sentence % error.values if error.values else sentence


def _pseudo(message: str) -> str:
    if message.endswith(_PSEUDO_END):
        return message
    pieces = _PLACES.split(message)
    pieces[::2] = [words.translate(_PSEUDO) for words in pieces[::2]]
    return "[" + "".join(pieces) + _PSEUDO_END


@cache
def _locale(tongue: str) -> Locale:
    return Locale.parse("en" if tongue == "qps" else tongue)


def calendar() -> Locale:
    """How days are written in the reader's language: in English, 3 December."""
    tongue = language.get()
    return _locale("en_001" if tongue in {"en", "qps"} else tongue)


def short_count(number: int) -> str:
    """8,812,345 as 8.8M."""
    return whole_count(number) if number < 10_000 else _short(number, language.get())


def whole_count(number: int) -> str:
    """The exact number with its separators."""
    return _whole(number, language.get())


def tenths(number: float) -> str:
    """With one digit behind the point: 12.3."""
    return str(format_decimal(number, format="#,##0.0", locale=_locale(language.get())))


def percent(share: float) -> str:
    """A share in whole percents: 0.5 as 50%."""
    return str(format_percent(share, locale=_locale(language.get())))


def ago(instant: int) -> str:
    """How long ago an instant was, in the largest unit that fits: `3 hours ago`."""
    minutes = (now() - instant) // MINUTE
    return _ago(minutes, language.get()) if minutes > 0 else gettext("just now")


@lru_cache(4096)
def _short(number: int, tongue: str) -> str:
    return str(format_compact_decimal(number, format_type="short", locale=_locale(tongue), fraction_digits=1))


@lru_cache(4096)
def _whole(number: int, tongue: str) -> str:
    return str(format_decimal(number, locale=_locale(tongue)))


@lru_cache(4096)
def _ago(minutes: int, tongue: str) -> str:
    return str(format_timedelta(timedelta(minutes=-minutes), add_direction=True, locale=_locale(tongue)))


def day(written: str) -> str:
    """A day such as 2026-01-31 as people write it: 31 Jan 2026."""
    return str(format_date(date.fromisoformat(written), format="medium", locale=calendar()))


def month(written: str) -> str:
    """A month such as 2026-01 as people write it: January 2026."""
    return str(format_skeleton("yMMMM", date.fromisoformat(f"{written}-01"), locale=calendar()))


def clock(duration: int) -> str:
    """A length in microseconds as minutes and seconds, 0:14."""
    seconds = round(duration / SECOND)
    return f"{seconds // 60}:{seconds % 60:02}"
