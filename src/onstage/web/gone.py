"""Noticing that a client has gone: an answer to nobody is not sent on, whatever the server makes of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

Receive = Callable[[], Awaitable[Any]]


@contextmanager
def watching(receive: Receive) -> Iterator["asyncio.Future[None]"]:
    """A future that is done once the client has hung up; what is left of the request's body is dropped."""
    left = asyncio.ensure_future(_until_gone(receive))
    try:
        yield left
    finally:
        left.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
