"""How many requests a minute one session, token or address may send (a fixed window in each web process)."""

import hashlib
import math
import threading
import time
from dataclasses import dataclass

from onstage.accounts.doors.throttle import network

WINDOW = 60
BEHIND_ONE_ADDRESS = 20  # so many busy people may share one; whoever makes up cookies gets no further


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a window: `remaining` requests for `seconds`."""

    limit: int
    remaining: int
    seconds: int
    exceeded: bool

    def headers(self) -> list[tuple[bytes, bytes]]:
        """RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers), and Retry-After when it is too many."""
        if not self.limit:
            return []
        found = [
            (b"ratelimit-policy", f'"default";q={self.limit};w={WINDOW}'.encode()),
            (b"ratelimit", f'"default";r={self.remaining};t={self.seconds}'.encode()),
        ]
        if self.exceeded:
            found.append((b"retry-after", str(self.seconds).encode()))
        return found


class RateLimit:
    """Counts requests by who sends them; `limit` 0 counts nothing."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._window = 0
        self._counts: dict[bytes, int] = {}
        self._lock = threading.Lock()

    def take(self, headers: dict[str, str], address: str) -> Left:
        """Count one request; those behind one address are told apart by what they carry, and counted together as well."""
        if not self._limit:
            return Left(0, 0, 0, exceeded=False)
        address = network(address)
        carried = headers.get("authorization") or headers.get("cookie") or ""
        moment = time.time()
        with self._lock:
            if int(moment // WINDOW) != self._window:
                self._window = int(moment // WINDOW)
                self._counts.clear()
            together = self._one_more(address)
            crowded = together > self._limit * BEHIND_ONE_ADDRESS
            count = together if crowded else self._one_more(f"{address} {carried}")
        seconds = math.ceil(WINDOW - moment % WINDOW)
        return Left(self._limit, max(0, self._limit - count), seconds, exceeded=crowded or count > self._limit)

    def _one_more(self, who: str) -> int:
        key = hashlib.blake2b(who.encode(), digest_size=12).digest()
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return count
