"""Slower and slower: failed sign-ins are counted per handle and per address, on any number of machines."""

import ipaddress
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import delete, func, insert, select, text

from onstage import ids
from onstage.accounts.models import attempts
from onstage.accounts.queries import kept_form
from onstage.clock import DAY, SECOND
from onstage.db.engine import Connection
from onstage.errors import TooMany
from onstage.keys import Keys


@dataclass(frozen=True)
class _Patience:
    free: int  # attempts in a day that cost nothing
    most: int  # seconds; the delay doubles with each further one up to this


_HANDLE = _Patience(free=5, most=60)  # a stranger must not be able to lock somebody out for long
_ADDRESS = _Patience(free=30, most=900)


@dataclass(frozen=True)
class Attempt:
    """One try at signing in, counted as failed until `passed` says otherwise."""

    handle_key: bytes
    address_row: int


def enter(db: Connection, keys: Keys, handle: str, address: str, now: int) -> Attempt:
    """Count one try at a handle (or at whatever else is guessed) before the secret is looked at.

    Raises TooMany with the seconds to wait.

    It commits before the slow check, so that a thousand tries at the same time are a thousand tries.
    """
    handle_key = keys.digest("attempts", b"handle " + (kept_form(handle) or handle).encode())
    address_key = keys.digest("attempts", b"address " + network(address).encode())
    for key, patience in ((handle_key, _HANDLE), (address_key, _ADDRESS)):
        _wait(db, key, patience, now)
    attempt = Attempt(handle_key, ids.new())
    rows = [{"id": ids.new(), "key": handle_key, "at": now}, {"id": attempt.address_row, "key": address_key, "at": now}]
    db.execute(insert(attempts), rows)
    return attempt


def passed(db: Connection, attempt: Attempt) -> None:
    """The secret was right: forget this handle's failures and this one try of the address."""
    db.execute(delete(attempts).where(attempts.c.key == attempt.handle_key))
    db.execute(delete(attempts).where(attempts.c.id == attempt.address_row))


def forget(db: Connection, now: int) -> int:
    """Remove what no longer counts; returns how many rows."""
    return db.execute(delete(attempts).where(attempts.c.at <= now - DAY)).rowcount


def _wait(db: Connection, key: bytes, patience: _Patience, now: int) -> None:
    if db.dialect.name == "postgresql":  # SQLite writes one at a time anyway
        lock = int.from_bytes(key[:8], "big", signed=True)
        db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
    count, last = db.execute(
        select(func.count(), func.max(attempts.c.at)).where(attempts.c.key == key, attempts.c.at > now - DAY)
    ).one()
    if count < patience.free:
        return
    delay = min(patience.most, 2 ** min(count - patience.free, 30)) * SECOND
    if now < last + delay:
        seconds = -(-(last + delay - now) // SECOND)
        raise TooMany("Too many tries. Wait a little, then try again.", retry_after=seconds)


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """An address as it is counted: IPv6 by its /64, which is one household."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False))
