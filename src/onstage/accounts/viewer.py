"""Who asks: a person acting as one of their accounts, or a guest."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from onstage.accounts.age import Band, effective
from onstage.accounts.models import accounts, people, sessions
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.hot import Hot


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks. A guest has neither person nor account; age unknown shows nothing marked for adults."""

    person: int | None = None
    account: int | None = None
    handle: str = ""
    name: str = ""
    avatar: str | None = None
    band: Band = Band.UNKNOWN
    sees_marked: bool = False
    is_server_owner: bool = False
    session: int | None = None
    seen_at: int = 0
    checked_at: int = 0

    @property
    def signed_in(self) -> bool:
        """Whether a person stands behind the request."""
        return self.person is not None


GUEST = Viewer()


def _viewer(*row: Any) -> Viewer:
    session, seen_at, checked_at, account, handle, name, avatar, person, band, band_until, marked, owner = row
    current = effective(Band(band), band_until, now())
    return Viewer(
        person=person,
        account=account,
        handle=handle,
        name=name,
        avatar=avatar,
        band=current,
        sees_marked=bool(marked) and current is Band.ADULT,
        is_server_owner=bool(owner),
        session=session,
        seen_at=seen_at,
        checked_at=checked_at,
    )


_BY_SECRET = Hot(
    select(
        sessions.c.id,
        sessions.c.seen_at,
        sessions.c.checked_at,
        sessions.c.account_id,
        accounts.c.handle,
        accounts.c.name,
        accounts.c.avatar,
        people.c.id,
        people.c.band,
        people.c.band_until,
        people.c.sees_marked,
        people.c.is_server_owner,
    )
    .join_from(sessions, people, people.c.id == sessions.c.person_id)
    .join(accounts, accounts.c.id == sessions.c.account_id)
    .where(sessions.c.secret_hash == bindparam("secret"), sessions.c.kind == bindparam("kind")),
    _viewer,
)


def secret_hash(secret: str) -> bytes:
    """How a session's secret, a token or a link is kept: SHA-256, enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def find(db: Connection, kind: str, secret: str) -> Viewer | None:
    """The viewer behind a cookie (`browser`) or a bearer token (`token`), or None when it stands for nobody."""
    return _BY_SECRET.first(db, secret=secret_hash(secret), kind=kind)


def acting(db: Connection, person: int, account: int) -> Viewer:
    """A person as they would see things, acting as one of their accounts: for jobs, which have nobody's session."""
    of = select(people.c.band, people.c.band_until, people.c.sees_marked).where(people.c.id == person)
    row = db.execute(of).one()
    band = effective(Band(row.band), row.band_until, now())
    return Viewer(person=person, account=account, band=band, sees_marked=bool(row.sees_marked) and band is Band.ADULT)
