"""What stands for a viewer in the log: an account, or a name of the day that nobody can turn back.

A guest, and a person who keeps no history, are known by a hash under the day's own random salt. Four days later the salt
is gone, and with it the only way from an address to what was watched from it.
"""

import hashlib
import hmac
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from sqlalchemy import bindparam, delete, select

from onstage.accounts.viewer import Viewer
from onstage.clock import DAY
from onstage.db.engine import Connection
from onstage.db.hot import Hot
from onstage.db.inserts import insert_missing
from onstage.engagement.models import salts, untold

NOBODY = b"x"
"""Stands in the log where somebody left or deleted their history."""
SALTS_KEPT = 4  # days: a token lives for three
_SIZE = 15


@dataclass(frozen=True, slots=True)
class Names:
    """Under which names a viewer may stand in the log; `key` is the one for what is dealt now.

    `groups`: names of the same viewer by different days, apart from names by which others may be known too.
    """

    key: bytes
    groups: tuple[tuple[bytes, ...], ...]

    def same(self, key: bytes) -> tuple[bytes, ...] | None:
        """The names of whoever is known by this key, or None when it is not this viewer's."""
        return next((group for group in self.groups if key in group), None)


def of_account(account: int) -> bytes:
    """The name of an account."""
    return b"a" + struct.pack(">q", account)


def account_of(key: bytes) -> int | None:
    """The account that a name stands for; None: a guest, or nobody any more."""
    return int.from_bytes(key[1:]) if key[:1] == b"a" and len(key) == 9 else None


def of_the_day(salt: bytes, who: str) -> bytes:
    """The name of a day (16 bytes) of whoever is told apart by these words."""
    return b"g" + hmac.digest(salt, who.encode(), hashlib.sha256)[:_SIZE]


def names(
    viewer: Viewer, seeds: tuple[str, ...], salts_of: Mapping[int, bytes], day: int, *, tells: bool = True
) -> Names:
    """The names of a viewer today.

    `seeds`: what a guest is told apart by, best first. `salts_of`: the salts that are left, by day. `tells`: whether
    the person keeps a history.
    """
    key = name(viewer, seeds, salts_of[day], tells=tells)
    if viewer.account is not None:
        private = tuple(of_the_day(salt, f"account {viewer.account}") for salt in salts_of.values())
        return Names(key, ((of_account(viewer.account), *private),))
    return Names(key, tuple(tuple(of_the_day(salt, seed) for salt in salts_of.values()) for seed in seeds))


def name(viewer: Viewer, seeds: tuple[str, ...], salt: bytes, *, tells: bool = True) -> bytes:
    """The name for what is dealt to a viewer on the day of this salt; the others are for comparing (`names`)."""
    if viewer.account is None:
        return of_the_day(salt, seeds[0])
    return of_account(viewer.account) if tells else of_the_day(salt, f"account {viewer.account}")


def network(address: str) -> str:
    """The address, or for IPv6 the /64 that one household has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network(f"{address.partition('%')[0]}/64", strict=False).network_address)


def kept_salts(db: Connection, day: int) -> dict[int, bytes]:
    """The salts of this day and of those before it that are left, by day."""
    rows = db.execute(select(salts.c.day, salts.c.salt).where(salts.c.day > day - SALTS_KEPT, salts.c.day <= day))
    return {row.day: row.salt for row in rows}


def make_salt(db: Connection, day: int) -> None:
    """Have a salt for this day, and none older than the tokens that were dealt under it."""
    insert_missing(db, salts, day=day, salt=secrets.token_bytes(32))
    db.execute(delete(salts).where(salts.c.day <= day - SALTS_KEPT))


_UNTOLD: Hot[int] = Hot(select(untold.c.person_id).where(untold.c.person_id == bindparam("person")), int)


def tells(db: Connection, viewer: Viewer) -> bool:
    """Whether the log may know this person by their account."""
    return viewer.person is None or _UNTOLD.first(db, person=viewer.person) is None


def day_of(instant: int) -> int:
    """Days since 1970, UTC."""
    return instant // DAY
