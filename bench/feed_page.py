"""`feed_page_200`, `feed_page_20k`, `feed_page_1m`: a page of 15 over HTTP, beside an empty answer of the same server."""

from bench.measure import Measure, percentile, ratio
from bench.populate import SECRET, filled
from bench.serving import Answers, Served, hammer, serving
from onstage.web.http import SESSION_COOKIE

SIZES = {"feed_page_200": 200, "feed_page_20k": 20_000, "feed_page_1m": 1_000_000}
SECONDS = 3.0
API_BUDGET, HTML_BUDGET = 0.7, 1.5  # ms of CPU
COOKIE = f"{SESSION_COOKIE}={SECRET}"
GUEST = {
    "empty": ("/healthz", ""),
    "api": ("/api/v1/feed?limit=15", ""),
    "html": ("/fragments/feed?kind=for_you", ""),
    "page": ("/", ""),
}
SIGNED_IN = {
    "signed_in": ("/api/v1/feed?limit=15", COOKIE),
    "signed_in_page": ("/", COOKIE),
    "following": ("/api/v1/feed?kind=following&limit=15", COOKIE),
    "friends": ("/api/v1/feed?kind=friends&limit=15", COOKIE),
    "hashtag": ("/api/v1/tags/hot/clips?limit=15", COOKIE),
    "most_liked": ("/explore", COOKIE),
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
    answers = {**hammer(served, GUEST, SECONDS), **hammer(served, SIGNED_IN, SECONDS / 2)}
    empty, api = answers["empty"], answers["api"]
    more: dict[str, float | str] = {"api_cpu_ratio": ratio(api.cpu_ms, empty.cpu_ms), "api_budget_ms": API_BUDGET}
    more |= {"html_cpu_ratio": ratio(answers["html"].cpu_ms, empty.cpu_ms), "html_budget_ms": HTML_BUDGET}
    for name, found in answers.items():
        more |= _figures(name, found)
    return Measure(
        value=round(api.per_second, 1),
        unit="req/s",
        limit=round(empty.per_second, 1),
        ratio=ratio(empty.per_second, api.per_second),
        note="guest, API, 15 clips (html: a fragment of 8; page: a whole one with 5; most_liked: a page of 30); "
        "limit: an empty answer of the same server; cpu_ratio: CPU beside that of the empty answer",
        more=more,
    )


def _figures(name: str, answers: Answers) -> dict[str, float]:
    return {
        f"{name}_cpu_ms": round(answers.cpu_ms, 3),
        f"{name}_p50_ms": round(percentile(answers.latencies, 0.5), 2),
        f"{name}_p99_ms": round(percentile(answers.latencies, 0.99), 2),
    }
