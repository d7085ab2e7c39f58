"""The one clock: UTC as whole microseconds since 1970."""

import time
from datetime import UTC, datetime
from functools import lru_cache

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SERVER_ZONE = "UTC"


def now() -> int:
    """This instant in microseconds since 1970-01-01 UTC, as every column stores it."""
    return time.time_ns() // 1000


def to_datetime(instant: int) -> datetime:
    """The aware UTC datetime of an instant in microseconds."""
    return datetime.fromtimestamp(instant / SECOND, tz=UTC)


@lru_cache(maxsize=4096)
def iso(instant: int) -> str:
    """RFC 3339 with milliseconds and a Z, as the API and the pages give it."""
    return to_datetime(instant).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_instant(words: str) -> int | None:
    """The instant in microseconds that a client tells (RFC 3339); None for words that are no instant, or have no zone."""
    try:
        told = datetime.fromisoformat(words)
    except ValueError:
        return None
    return None if told.tzinfo is None else round(told.timestamp() * SECOND)
