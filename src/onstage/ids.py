"""Names for rows: sortable integers inside, unguessable words outside."""

import secrets
import threading
import time

LARGEST = 9 * 10**18
"""No id is larger; as a decimal it survives the floating point of JSON schemas."""

_EPOCH_MS = 1_767_225_600_000  # 2026-01-01: 41 bits of milliseconds last until 2094
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_lock = threading.Lock()
_last = 0


def new() -> int:
    """A positive 63-bit integer, later ones larger within a process: milliseconds since 2026, then 22 random bits."""
    global _last
    with _lock:
        fresh = (time.time_ns() // 1_000_000 - _EPOCH_MS << 22) | secrets.randbits(22)
        _last = fresh if fresh > _last else _last + 1
        return _last


def slug() -> str:
    """The public name of a clip: 80 random bits as 16 letters and digits (Crockford's base 32), safe in any URL."""
    bits = secrets.randbits(80)
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(75, -5, -5))


def token() -> str:
    """A secret for a cookie, a link or an API token: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)
