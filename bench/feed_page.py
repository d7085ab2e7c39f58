"""`feed_page_200`, `feed_page_20k`, `feed_page_1m`: a page of 15 over HTTP, beside an empty answer of the same server."""

from bench.measure import Measure, percentile, ratio
from bench.populate import SECRET, filled
from bench.serving import Answers, Served, hammer, serving
from onstage.web.http import SESSION_COOKIE

SIZES = {"feed_page_200": 200, "feed_page_20k": 20_000, "feed_page_1m": 1_000_000}
SECONDS = 3.0
LISTS = {
    "signed_in": "/api/v1/feed?limit=15",
    "following": "/api/v1/feed?kind=following&limit=15",
    "friends": "/api/v1/feed?kind=friends&limit=15",
    "hashtag": "/api/v1/tags/hot/clips?limit=15",
    "most_liked": "/explore",
}


def run(names: set[str]) -> dict[str, Measure]:
    """The measures of the sizes that are asked for."""
    found = {}
    for name, count in SIZES.items():
        if name in names:
            with serving(filled(count)) as served:
                found[name] = _measure(served)
    return found


def _measure(served: Served) -> Measure:
    empty = hammer(served, "/healthz", SECONDS)
    api = hammer(served, "/api/v1/feed?limit=15", SECONDS)
    html = hammer(served, "/fragments/feed?kind=for_you", SECONDS)
    more: dict[str, float | str] = {
        **_figures("api", api),
        **_figures("html", html),
        "empty_cpu_ms": round(empty.cpu_ms, 3),
    }
    cookie = f"{SESSION_COOKIE}={SECRET}"
    for name, path in LISTS.items():
        more |= _figures(name, hammer(served, path, SECONDS / 2, cookie))
    return Measure(
        value=round(api.per_second, 1),
        unit="req/s",
        limit=round(empty.per_second, 1),
        ratio=ratio(empty.per_second, api.per_second),
        note="guest, API, 15 clips (html: a fragment of 8; most_liked: a page of 30); limit: an empty answer of the same server",
        more=more,
    )


def _figures(name: str, answers: Answers) -> dict[str, float]:
    return {
        f"{name}_cpu_ms": round(answers.cpu_ms, 3),
        f"{name}_p50_ms": round(percentile(answers.latencies, 0.5), 2),
        f"{name}_p99_ms": round(percentile(answers.latencies, 0.99), 2),
    }
