"""Web Push: messages for devices, sent to their push services (RFC 8030)."""

import http.client
import ssl
import time
from functools import cached_property
from urllib.parse import urlsplit

from onstage.errors import Invalid
from onstage.later import Later
from onstage.push import Device, Gone

MOST_BYTES = 3900
_LIFE = 12 * 3600  # seconds for which a push service keeps trying, and a VAPID token is good
_TIMEOUT = 10.0
_message = Later("onstage.push.message")


class WebPush:
    """Calls the push services that are named, and nobody else: endpoints come from whoever has a browser.

    `services`: hosts, which stand for their subdomains too, or origins such as `http://127.0.0.1:9000`.
    """

    def __init__(self, seed: bytes, subject: str, services: str) -> None:
        self._seed = seed
        self._subject = subject
        self._services = [service.strip().lower() for service in services.split(",") if service.strip()]

    @cached_property
    def key(self) -> str:
        """The public key in the form in which a page hands it to the browser."""
        return str(_message.push_key(self._seed))

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
        body = _message.encrypt(device, words, *_message.fresh())
        audience = f"{parts.scheme}://{parts.netloc}"
        head = {
            "Authorization": _message.vapid(
                _message.signing_key(self._seed), audience, self._subject, int(time.time()) + _LIFE
            ),
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
