"""What time itself changes: birthdays come, challenges, links, attempts and unused browsers end."""

from sqlalchemy import delete

from onstage.accounts import growing, invitations
from onstage.accounts.doors import recovery, sessions, throttle
from onstage.accounts.guardians import absence, beforehand, eid, screen_time, signed_forms, vouching
from onstage.accounts.models import challenges
from onstage.db.engine import Connection
from onstage.keys import Keys


def run(db: Connection, keys: Keys, server_zone: str, origin: str, now: int) -> None:
    """All of it; worth running every few minutes. `origin`: where letters lead."""
    growing.change_zones(db, keys, server_zone, now)
    growing.announce(db, now)
    growing.turn_bands(db, keys, server_zone, now)
    vouching.turn_full(db, keys, now)
    absence.enter_returns(db, keys)
    absence.run(db, keys, origin, now)
    invitations.settle_due(db, keys, now)
    beforehand.forget_over(db, now)
    signed_forms.forget_old(db, now)
    eid.forget_old(db, now)
    for forget in (forget_challenges, recovery.forget, throttle.forget, sessions.forget, screen_time.forget):
        forget(db, now)


def forget_challenges(db: Connection, now: int) -> int:
    """Remove what passkeys were asked and nobody answered in time; returns how many.

    Here and not beside passkeys, so that the process that does the jobs need not load all of WebAuthn.
    """
    return db.execute(delete(challenges).where(challenges.c.until <= now)).rowcount
