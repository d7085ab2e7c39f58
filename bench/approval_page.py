"""`approval_page_ms`: the inbox of a guardian with 200 open questions, and the page of one of them."""

import tempfile
from pathlib import Path

from bench.family import MUM, asked, cookie_of, opened
from bench.measure import Measure, percentile, ratio
from bench.serving import Answers, hammer, serving
from onstage.web.http import SESSION_COOKIE

QUESTIONS = 200
SECONDS = 4.0


def measure() -> Measure:
    """Signed in as the guardian, beside an empty answer of the same server."""
    one, many = _asked(1), _asked(QUESTIONS)
    inbox, empty = many["inbox"], many["empty"]
    more: dict[str, float | str] = {
        "cpu_ratio": ratio(inbox.cpu_ms, empty.cpu_ms),
        "kilobytes": round(inbox.size / 1000),
    }
    for what, answers in (*many.items(), ("one", one["inbox"])):
        more |= _figures(what, answers)
    value, limit = percentile(inbox.latencies, 0.5), percentile(empty.latencies, 0.5)
    note = (
        f"p50 of the inbox with {QUESTIONS} questions (one: with a single one); limit: an empty answer of that server"
    )
    return Measure(round(value, 2), "ms", round(limit, 3), ratio(value, limit), note, more)


def _asked(count: int) -> dict[str, Answers]:
    """The inbox with so many questions, one of them by the API, and an empty answer."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = opened(folder)
        slug = asked(app, count)[count // 2]
        app.close()
        cookie = f"{SESSION_COOKIE}={cookie_of(MUM)}"
        paths = {
            "inbox": ("/inbox", cookie),
            "question_api": (f"/api/v1/clips/{slug}/question", cookie),
            "empty": ("/healthz", ""),
        }
        with serving(folder) as served:
            return hammer(served, paths, SECONDS)


def _figures(what: str, answers: Answers) -> dict[str, float]:
    return {
        f"{what}_cpu_ms": round(answers.cpu_ms, 3),
        f"{what}_p50_ms": round(percentile(answers.latencies, 0.5), 2),
        f"{what}_p99_ms": round(percentile(answers.latencies, 0.99), 2),
    }
