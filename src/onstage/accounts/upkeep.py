"""What time itself changes: birthdays come, challenges, links, attempts and unused browsers end."""

from datetime import date

from sqlalchemy import delete, select, update

from onstage.accounts import recovery, sessions, throttle
from onstage.accounts.age import band_of
from onstage.accounts.models import challenges, people
from onstage.db.engine import Connection


def run(db: Connection, server_zone: str, now: int) -> None:
    """All of it; worth running every few minutes."""
    turn_bands(db, server_zone, now)
    for forget in (forget_challenges, recovery.forget, throttle.forget, sessions.forget):
        forget(db, now)


def forget_challenges(db: Connection, now: int) -> int:
    """Remove what passkeys were asked and nobody answered in time; returns how many.

    Here and not beside passkeys, so that the process that does the jobs need not load all of WebAuthn.
    """
    return db.execute(delete(challenges).where(challenges.c.until <= now)).rowcount


def turn_bands(db: Connection, server_zone: str, now: int) -> int:
    """Give everyone whose band has ended the next one; what was chosen or shown stays as it is. Returns how many."""
    due = db.execute(select(people.c.id, people.c.birth_date, people.c.zone).where(people.c.band_until <= now)).all()
    for person, birth_date, zone in due:
        band, until = band_of(date.fromisoformat(birth_date) if birth_date else None, zone, server_zone, now)
        db.execute(update(people).where(people.c.id == person).values(band=band.value, band_until=until))
    return len(due)
