"""Telling a cache in front of media what it must forget."""

import json
import urllib.request
from collections.abc import Sequence

_SECONDS = 10


def purge(hook: str, addresses: Sequence[str]) -> None:
    """POST the addresses to the hook that the settings name. Raises OSError unless it answers with success."""
    body = json.dumps({"urls": list(addresses)}).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "onstage"}
    request = urllib.request.Request(hook, body, headers, method="POST")  # noqa: S310, http and https alone: settings
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
        answer.read(1 << 16)
