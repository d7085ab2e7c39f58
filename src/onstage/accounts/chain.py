"""The ledger's chain without a database: how an entry is committed to, linked and signed (docs/build/ledger-format.md)."""

import hashlib
from dataclasses import dataclass

from onstage.keys import Keys
from onstage.later import Later

_ciphers = Later("onstage.ciphers")

FORMAT = 1
"""Of hashes, signatures and copies; a change of any of them is another number."""

_PURPOSE = "ledger signature"


@dataclass(frozen=True)
class Head:
    """The last entry of a chain: whoever holds one notices every later change to what came before it."""

    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.position}.{self.hash.hex()}"


def read_head(words: str) -> Head:
    """A head as receipts and mails carry it, `POSITION.HASH`; one from before the first entry proves nothing. Raises ValueError."""
    position, _, digest = words.strip().partition(".")
    head = Head(int(position), bytes.fromhex(digest))
    if head.position < 1 or len(head.hash) != 32:
        raise ValueError(words)
    return head


def start(ledger: str) -> bytes:
    """What stands before the first entry of the ledger with this name."""
    return _hash("onstage ledger", ledger)


def bind(part: str, salt: str, words: str) -> bytes:
    """Binds to a part of an entry (`act` or `fields`) without telling it: nobody guesses it without the salt."""
    return _hash(part, salt, words)


def join(act: bytes, fields: bytes) -> bytes:
    """The commitment of an entry, out of those of its two parts."""
    return _hash("entry", act.hex(), fields.hex())


def link(position: int, before: bytes, commitment: bytes) -> bytes:
    """The hash of an entry: it covers every entry before it."""
    return _hash("link", str(position), before.hex(), commitment.hex())


def sign(key: bytes, ledger: str, head: Head) -> bytes:
    """The server's signature (Ed25519, RFC 8032) of a head, 64 bytes."""
    return _sign(key, _signed_words(ledger, head))


def is_signed(public: bytes, signature: bytes, ledger: str, head: Head) -> bool:
    """Whether the owner of this public key (32 bytes) signed the head."""
    return is_signature(public, signature, _signed_words(ledger, head))


def sign_file(key: bytes, ledger: str, digest: bytes) -> bytes:
    """The server's signature of an export; `digest` is SHA-256 of every line before the last."""
    return _sign(key, file_words(ledger, digest))


def file_words(ledger: str, digest: bytes) -> bytes:
    """The message of `sign_file`."""
    return _lines("onstage ledger file", ledger, digest.hex())


def sign_receipt(key: bytes, words: str) -> bytes:
    """The server's signature of a receipt's text."""
    return _sign(key, receipt_words(words))


def receipt_words(words: str) -> bytes:
    """The message of `sign_receipt`."""
    return _lines("onstage receipt", words)


def is_signature(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether this is the Ed25519 signature of a message by the owner of a public key."""
    return bool(_ciphers.is_signature(public, signature, message))


def signing_keys(keys: Keys) -> list[bytes]:
    """The private key in force (32 bytes), then the one before it while the previous secret is still given."""
    return keys.derive_each(_PURPOSE)


def public_bytes(key: bytes) -> bytes:
    """The public half, 32 bytes."""
    public: bytes = _ciphers.public_half(key)
    return public


def hand_over(key: bytes, successor: bytes) -> bytes:
    """The signature by which a key says which public key comes after it."""
    return _sign(key, handing_over(successor))


def handing_over(successor: bytes) -> bytes:
    """The message of `hand_over`."""
    return _lines("onstage ledger key", successor.hex())


def _sign(key: bytes, message: bytes) -> bytes:
    signature: bytes = _ciphers.sign(key, message)
    return signature


def _signed_words(ledger: str, head: Head) -> bytes:
    return _lines("onstage ledger head", ledger, str(head.position), head.hash.hex())


def _hash(*parts: str) -> bytes:
    return hashlib.sha256(_lines(*parts)).digest()


def _lines(*parts: str) -> bytes:
    return "\n".join(parts).encode()
