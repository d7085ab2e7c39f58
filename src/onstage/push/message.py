"""A push message: encrypted for the device (RFC 8291, RFC 8188), signed for the push service (RFC 8292, VAPID).

The library takes 5 MB of memory, so `webpush` loads this module `Later`.
"""

import json
import secrets
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from onstage.push import Device

_RECORD = 4096
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


def signing_key(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The server's VAPID key from 32 secret bytes: the same every time."""
    return ec.derive_private_key(int.from_bytes(seed) % (_ORDER - 1) + 1, ec.SECP256R1())


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as browsers take it: 65 bytes, uncompressed."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def push_key(seed: bytes) -> str:
    """The public key in the form in which a page hands it to the browser."""
    return _word(public_bytes(signing_key(seed)))


def fresh() -> tuple[bytes, ec.EllipticCurvePrivateKey]:
    """Salt and key for one message."""
    return secrets.token_bytes(16), ec.generate_private_key(ec.SECP256R1())


def encrypt(device: Device, words: bytes, salt: bytes, own: ec.EllipticCurvePrivateKey) -> bytes:
    """One record of aes128gcm that only the device can read; `salt` (16 bytes) and `own` are fresh for each message."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), device.public_key)
    public = public_bytes(own)
    shared = own.exchange(ec.ECDH(), theirs)
    secret = _derive(shared, device.auth, b"WebPush: info\0" + device.public_key + public, 32)
    content_key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(content_key).encrypt(nonce, words + b"\x02", None)
    return salt + _RECORD.to_bytes(4) + bytes([len(public)]) + public + sealed


def _derive(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def vapid(key: ec.EllipticCurvePrivateKey, audience: str, subject: str, expires: int) -> str:
    """The Authorization header for a push service; `expires` in seconds since 1970, at most a day ahead."""
    claims = {"aud": audience, "exp": expires, "sub": subject}
    head = ".".join(_word(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(head.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={head}.{_word(r.to_bytes(32) + s.to_bytes(32))}, k={_word(public_bytes(key))}"


def _word(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
