"""Signing (Ed25519, RFC 8032), sealing (AES-256-GCM) and deriving keys (HKDF, RFC 5869), all in plain bytes.

The library takes 5 MB of memory, so whoever needs this loads it `Later`.
"""

import secrets
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 1 << 20
_SALT, _TAG = 16, 16


def sign(seed: bytes, message: bytes) -> bytes:
    """The signature, 64 bytes, by the key of this seed (32 bytes)."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def public_half(seed: bytes) -> bytes:
    """The public key, 32 bytes, by which signatures of this seed are checked."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def is_signature(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the owner of this public key signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def seal(key: bytes, nonce: bytes, words: bytes) -> bytes:
    """What only the key (32 bytes) opens; a nonce (12 bytes) is good for one sealing."""
    return AESGCM(key).encrypt(nonce, words, None)


def unseal(key: bytes, nonce: bytes, sealed: bytes) -> bytes | None:
    """The words again; None for another key or changed bytes."""
    try:
        return AESGCM(key).decrypt(nonce, sealed, None)
    except InvalidTag:
        return None


def derive(material: bytes, purpose: bytes) -> bytes:
    """A key of 32 bytes for this purpose."""
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(material)


def seal_long(key: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A salt, then chunks of 1 MiB, each sealed under a key made from the salt and numbered by its nonce.

    The last chunk says by its nonce that it is the last (as in STREAM, Hoang and others, 2015), so that nothing can be
    cut off, left out or put elsewhere unnoticed.
    """
    salt = secrets.token_bytes(_SALT)
    yield salt
    own, number, waiting = derive(key, b"onstage sealed file " + salt), 0, b""
    for piece in pieces:
        waiting += piece
        while len(waiting) > CHUNK:
            yield seal(own, _nonce(number, last=False), waiting[:CHUNK])
            number, waiting = number + 1, waiting[CHUNK:]
    yield seal(own, _nonce(number, last=True), waiting)


def unseal_long(key: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes again, chunk by chunk. Raises ValueError for another key, and where something was changed or is missing."""
    whole, number, waiting, own = CHUNK + _TAG, 0, b"", b""
    for piece in pieces:
        waiting += piece
        if not own and len(waiting) >= _SALT:
            own, waiting = derive(key, b"onstage sealed file " + waiting[:_SALT]), waiting[_SALT:]
        while own and len(waiting) > whole:
            yield _chunk(own, _nonce(number, last=False), waiting[:whole])
            number, waiting = number + 1, waiting[whole:]
    yield _chunk(own, _nonce(number, last=True), waiting)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _chunk(key: bytes, nonce: bytes, sealed: bytes) -> bytes:
    words = unseal(key, nonce, sealed) if key else None
    if words is None:
        raise ValueError("sealed under another key, or changed since")
    return words
