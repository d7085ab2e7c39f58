"""The words of the interface: gettext, and how numbers and times are written."""

import gettext as _gettext
import re
from contextvars import ContextVar

from babel import Locale
from babel.dates import format_timedelta
from babel.numbers import format_compact_decimal, format_decimal

from onstage.clock import SECOND, iso, now, to_datetime
from onstage.errors import Refused

__all__ = ["ago", "clock", "gettext", "iso", "language", "ngettext", "said", "short_count", "whole_count"]

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


def _locale() -> Locale:
    return Locale.parse("en" if language.get() == "qps" else language.get())


def short_count(number: int) -> str:
    """8,812,345 as 8.8M."""
    if number < 10_000:
        return whole_count(number)
    return str(format_compact_decimal(number, format_type="short", locale=_locale(), fraction_digits=1))


def whole_count(number: int) -> str:
    """The exact number with its separators."""
    return str(format_decimal(number, locale=_locale()))


def ago(instant: int) -> str:
    """How long ago an instant was, in the largest unit that fits: `3 hours ago`."""
    passed = max(0, now() - instant)
    if passed < 60 * SECOND:
        return gettext("just now")
    elapsed = to_datetime(now() - passed) - to_datetime(now())
    return str(format_timedelta(elapsed, add_direction=True, locale=_locale()))


def clock(duration: int) -> str:
    """A length in microseconds as minutes and seconds, 0:14."""
    seconds = round(duration / SECOND)
    return f"{seconds // 60}:{seconds % 60:02}"
