"""Signing (Ed25519, RFC 8032), sealing (AES-256-GCM) and deriving keys (HKDF, RFC 5869), all in plain bytes.

The library takes 5 MB of memory, so whoever needs this loads it `Later`.
"""

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


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
