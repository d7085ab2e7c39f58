"""Waking a browser that is not open: one method, one way of doing it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Device:
    """A browser's subscription (W3C Push API): where to send, its P-256 key (65 bytes) and its secret (16 bytes)."""

    endpoint: str
    public_key: bytes
    auth: bytes


class Gone(Exception):
    """The push service says that there is no such subscription any more."""


class Push(Protocol):
    """Sends to devices."""

    @property
    def key(self) -> str:
        """The public half of the key that push services know this server by."""

    def send(self, device: Device, words: bytes) -> None:
        """Hand over up to 3,900 bytes; by jobs only, since it waits for the network.

        Raises Gone, Invalid for an endpoint it may not call, OSError otherwise.
        """

    def accepts(self, endpoint: str) -> bool:
        """Whether that is the address of a push service that may be called."""
