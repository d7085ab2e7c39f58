"""People who sign up for a test, as the API would do it."""

from datetime import date

from onstage.accounts import signup
from onstage.accounts.doors import sessions
from onstage.accounts.doors.sessions import SessionKind
from onstage.accounts.signup import Form, Policy, SignedUp, SignUpPolicy
from onstage.accounts.viewer import Viewer, find
from onstage.clock import now, to_datetime
from onstage.db.engine import Database
from tests.cast import KEYS

OPEN = Policy(SignUpPolicy.OPEN, alone_from=16, server_zone="UTC")
PASSWORD = "a quiet walk at dusk"
ADULT_BORN = date(1990, 5, 4)


def born(years: int) -> date:
    """The birth date of somebody who had that birthday half a year ago."""
    today = to_datetime(now() - 180 * 86_400 * 1_000_000).date()
    return date(today.year - years, today.month, min(today.day, 28))


def form(handle: str = "nia", **other: object) -> Form:
    """A form that is filled in well."""
    values: dict[str, object] = {
        "handle": handle,
        "name": handle.title(),
        "birth_date": ADULT_BORN,
        "zone": "Europe/Berlin",
        "password": PASSWORD,
    }
    return Form(**(values | other))  # type: ignore[arg-type]


def join(database: Database, handle: str = "nia", policy: Policy = OPEN, **other: object) -> SignedUp:
    """Sign somebody up."""
    ready = signup.prepare(form(handle, **other), policy, now())
    with database.write() as db:
        return signup.sign_up(db, KEYS, policy, ready, now())


def signed_in(database: Database, who: SignedUp, kind: SessionKind = SessionKind.BROWSER) -> Viewer:
    """A new session of somebody."""
    with database.write() as db:
        begun = sessions.begin(db, who.person, who.account, kind, "Firefox on Linux", now())
    return viewer(database, begun.secret, kind)


def viewer(database: Database, secret: str, kind: SessionKind = SessionKind.BROWSER) -> Viewer:
    """The viewer behind a secret."""
    with database.read() as db:
        found = find(db, kind, secret)
    assert found is not None
    return found
