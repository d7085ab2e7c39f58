"""What time itself changes: birthdays come, challenges, links, attempts and unused browsers end."""

from datetime import date

from sqlalchemy import select, update

from onstage.accounts import absence, invitations, passkeys, recovery, screen_time, sessions, throttle, vouching
from onstage.accounts.age import band_of
from onstage.accounts.models import people
from onstage.db.engine import Connection
from onstage.keys import Keys


def run(db: Connection, keys: Keys, server_zone: str, origin: str, now: int) -> None:
    """All of it; worth running every few minutes. `origin`: where letters lead."""
    turn_bands(db, server_zone, now)
    vouching.turn_full(db, keys, now)
    absence.enter_returns(db, keys)
    absence.run(db, keys, origin, now)
    invitations.settle_due(db, keys, now)
    for forget in (passkeys.forget, recovery.forget, throttle.forget, sessions.forget, screen_time.forget):
        forget(db, now)


def turn_bands(db: Connection, server_zone: str, now: int) -> int:
    """Give everyone whose band has ended the next one; what was chosen or shown stays as it is. Returns how many."""
    due = db.execute(select(people.c.id, people.c.birth_date, people.c.zone).where(people.c.band_until <= now)).all()
    for person, birth_date, zone in due:
        band, until = band_of(date.fromisoformat(birth_date) if birth_date else None, zone, server_zone, now)
        db.execute(update(people).where(people.c.id == person).values(band=band.value, band_until=until))
    return len(due)
