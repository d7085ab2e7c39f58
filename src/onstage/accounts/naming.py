"""What people type of themselves, checked: handle, name, birth date, time zone."""

from datetime import date
from functools import cache
from zoneinfo import available_timezones

from sqlalchemy import exists, select

from onstage.accounts.models import accounts
from onstage.accounts.queries import kept_form
from onstage.clock import to_datetime
from onstage.db.engine import Connection
from onstage.errors import Invalid
from onstage.text import clean

_OLDEST_YEAR = 1900
_RESERVED_WORDS = """
about account accounts admin administrator api app assets c clip clips discover events everyone explore favicon
feed following followers fragments healthz help home inbox instance join live local localhost login logout mail
mailer make manifest me media metrics moderator moderators nodeinfo null official offline onstage owner postmaster
privacy register report reports reset root search security server settings sign_in sign_out sign_up signin signup
sound sounds source static status stories story support sw system tag tags terms time together trending undefined
upload uploads children child guardian guardians watch webmaster welcome well_known www you
"""
_RESERVED = frozenset(_RESERVED_WORDS.split())


def check_handle(handle: str) -> str:
    """The handle in its kept form; raises Invalid when it has a wrong letter or is the server's own."""
    folded = kept_form(handle)
    if not folded:
        raise Invalid("A handle has 2 to 30 letters a to z, digits or underscores.", field="handle")
    if folded in _RESERVED:
        raise Invalid("This handle is kept for the server itself. Choose another.", field="handle")
    return folded


def is_free(db: Connection, handle: str) -> bool:
    """Whether nobody has this handle, given in its kept form."""
    return not db.execute(select(exists().where(accounts.c.handle == handle))).scalar()


def check_name(name: str) -> str:
    """A name as it is kept: 1 to 50 characters; raises Invalid."""
    cleaned = " ".join(clean(name).split())
    if not 1 <= len(cleaned) <= 50:
        raise Invalid("A name has 1 to 50 characters.", field="name")
    return cleaned


def check_zone(zone: str) -> None:
    """Raise Invalid unless this is a time zone of the IANA's list."""
    if zone not in _zones():
        raise Invalid("This time zone is not known here.", field="zone")


def check_birth_date(birth_date: date, now: int) -> None:
    """Raise Invalid for a day on which nobody who lives can be born."""
    if birth_date.year < _OLDEST_YEAR or birth_date > to_datetime(now).date():
        raise Invalid("This is not a day on which somebody who types can be born.", field="birth_date")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
