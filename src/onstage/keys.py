"""Keys derived per purpose from the server's one secret (HMAC-SHA-256, RFC 2104), and short words signed with them.

The signature is keyed BLAKE2b (RFC 7693): a page of a feed signs a word for each clip, and HMAC takes three times as long.
"""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from pathlib import Path


class Keys:
    """Signs with the secret in force; verifies with it and with the one before it."""

    def __init__(self, secret: bytes, previous: bytes | None = None) -> None:
        self._secrets = [secret] if previous is None else [secret, previous]

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes that is of use for this purpose only."""
        return _derive(self._secrets[0], purpose)

    def derive_each(self, purpose: str) -> list[bytes]:
        """The key for this purpose in force, then the one before it where there is one."""
        return [_derive(secret, purpose) for secret in self._secrets]

    def digest(self, purpose: str, message: bytes) -> bytes:
        """The keyed hash of a message, 32 bytes."""
        return hmac.digest(self.derive(purpose), message, "sha256")

    def digests(self, purpose: str, message: bytes) -> list[bytes]:
        """The keyed hash of a message by the secret in force, then by the one before it where there is one."""
        return [hmac.digest(key, message, "sha256") for key in self.derive_each(purpose)]

    def seal(self, purpose: str, message: bytes) -> str:
        """The message with its signature (16 bytes), URL-safe; anybody can read it, nobody else can make it."""
        return urlsafe_b64encode(_signature(self.derive(purpose), message) + message).rstrip(b"=").decode()

    def open(self, purpose: str, sealed: str) -> bytes | None:
        """The message of a sealed word, or None when it was not sealed here for this purpose."""
        try:
            raw = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        except ValueError:
            return None
        signature, message = raw[:16], raw[16:]
        for secret in self._secrets:
            if hmac.compare_digest(signature, _signature(_derive(secret, purpose), message)):
                return message
        return None


def _signature(key: bytes, message: bytes) -> bytes:
    return hashlib.blake2b(message, key=key, digest_size=16).digest()


@lru_cache(maxsize=64)
def _derive(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, b"onstage " + purpose.encode(), hashlib.sha256)


def load(data: Path, given: str, previous: str) -> Keys:
    """The keys of this server: from the given secret, else from `secret` in the data folder (0600), made when missing."""
    secret = given.encode() if given else _kept(data / "secret")
    return Keys(secret, previous.encode() or None)


def _kept(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes().strip()
