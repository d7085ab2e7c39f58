"""Web Push: encrypted for the device (RFC 8291, RFC 8188), signed for the push service (RFC 8292, VAPID), sent (RFC 8030)."""

import http.client
import json
import secrets
import ssl
import time
from base64 import urlsafe_b64encode
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from onstage.errors import Invalid
from onstage.push import Device, Gone

MOST_BYTES = 3900
_RECORD = 4096
_LIFE = 12 * 3600  # seconds for which a push service keeps trying, and a VAPID token is good
_TIMEOUT = 10.0
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


class WebPush:
    """Calls the push services that are named, and nobody else: endpoints come from whoever has a browser.

    `services`: hosts, which stand for their subdomains too, or origins such as `http://127.0.0.1:9000`.
    """

    def __init__(self, seed: bytes, subject: str, services: str) -> None:
        self._key = signing_key(seed)
        self._subject = subject
        self._services = [service.strip().lower() for service in services.split(",") if service.strip()]

    def accepts(self, endpoint: str) -> bool:
        """Whether that is the address of a push service that may be called."""
        try:
            parts = urlsplit(endpoint)
            host, _port = parts.hostname or "", parts.port
        except ValueError:
            return False
        if not endpoint.isascii() or not endpoint.isprintable() or parts.username is not None or " " in endpoint:
            return False
        if f"{parts.scheme}://{parts.netloc}".lower() in self._services:
            return True
        allowed = any(host == each or host.endswith(f".{each}") for each in self._services)
        return parts.scheme == "https" and parts.port in {None, 443} and allowed

    def send(self, device: Device, words: bytes) -> None:
        """Hand a message over; raises Gone, Invalid, OSError."""
        if not self.accepts(device.endpoint):
            raise Invalid("This is not the address of a push service that this server calls.")
        if len(words) > MOST_BYTES:
            raise Invalid("A message to a device has up to 3,900 bytes.")
        parts = urlsplit(device.endpoint)
        body = encrypt(device, words, secrets.token_bytes(16), ec.generate_private_key(ec.SECP256R1()))
        audience = f"{parts.scheme}://{parts.netloc}"
        head = {
            "Authorization": vapid(self._key, audience, self._subject, int(time.time()) + _LIFE),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(_LIFE),
            "Urgency": "normal",
        }
        status = _post(parts.scheme, parts.netloc, parts.path + (f"?{parts.query}" if parts.query else ""), head, body)
        if status in {404, 410}:
            raise Gone
        if status >= 300:
            raise OSError(f"the push service answered {status}")


def _post(scheme: str, host: str, path: str, head: dict[str, str], body: bytes) -> int:
    connection: http.client.HTTPConnection
    if scheme == "https":
        connection = http.client.HTTPSConnection(host, timeout=_TIMEOUT, context=ssl.create_default_context())
    else:
        connection = http.client.HTTPConnection(host, timeout=_TIMEOUT)
    try:
        connection.request("POST", path, body, head)
        answer = connection.getresponse()
        answer.read(10_000)
    except http.client.HTTPException as error:
        raise OSError(f"the push service did not answer: {error}") from error
    else:
        return answer.status
    finally:
        connection.close()
