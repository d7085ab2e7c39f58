"""Entity tags (RFC 9110, 8.8.3): who has an answer already is told so, instead of being given it again."""

from hashlib import blake2b
from typing import Any

import msgspec
from litestar import Response


def names(header: str, tag: str) -> bool:
    """Whether If-None-Match names this tag; comparison is weak (RFC 9110, 13.1.2)."""
    given = [each.strip().removeprefix("W/") for each in header.split(",")]
    return "*" in given or tag.removeprefix("W/") in given


def itself(answer: object) -> object:
    """For answers that are the same when all of them is."""
    return answer


def tagged(answer: Any, same_by: object, if_none_match: str) -> Response[Any]:
    """The answer under a tag made of `same_by`, or 304 when the client has it; to be asked for again before each use."""
    tag = f'W/"{blake2b(msgspec.json.encode(same_by), digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if names(if_none_match, tag):
        return Response(None, status_code=304, headers=headers)
    return Response(answer, headers=headers)
