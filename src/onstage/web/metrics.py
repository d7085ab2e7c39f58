"""Figures for Prometheus: requests by method and status, how long they took, and what waits in the queue."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}  # a client can make up any other word


class Metrics:
    """One registry a web process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "onstage_requests_total", "Answered requests.", ["method", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "onstage_request_seconds",
            "Time to answer.",
            buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
            registry=self._registry,
        )
        self._waiting = Gauge("onstage_jobs_waiting", "Jobs that wait or run.", ["lane"], registry=self._registry)

    def answered(self, method: str, status: int, seconds: float) -> None:
        """One request was answered."""
        self._requests.labels(method if method in _METHODS else "other", str(status)).inc()
        self._seconds.observe(seconds)

    def waiting(self, lane: str, count: int) -> None:
        """So many jobs are in this lane."""
        self._waiting.labels(lane).set(count)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)
