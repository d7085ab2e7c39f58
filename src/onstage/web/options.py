"""What an address takes: an answer to OPTIONS that names exactly the methods of its handlers (RFC 9110, section 9.3.7)."""

from collections import defaultdict
from collections.abc import Iterable

from litestar import Response, route
from litestar.handlers import HTTPRouteHandler

from onstage.web.http import anyone, plain


def options_of(handlers: Iterable[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """One OPTIONS handler for each path that has none of its own."""
    methods: dict[str, set[str]] = defaultdict(set)
    for handler in handlers:
        for path in handler.paths:
            methods[path] |= {str(method) for method in handler.http_methods}
    return [_answer(path, found) for path, found in methods.items() if "OPTIONS" not in found]


def _answer(path: str, methods: set[str]) -> HTTPRouteHandler:
    allowed = ", ".join(sorted({*methods, "OPTIONS", *({"HEAD"} if "GET" in methods else ())}))

    def answer() -> Response[None]:
        """The methods of this address."""
        return Response(None, status_code=204, headers={"allow": allowed})

    return route(path, http_method="OPTIONS", status_code=204, include_in_schema=False)(plain(anyone)(answer))
