"""`idle_memory`: proportional memory of the processes of an idle `onstage serve`."""

import tempfile
import time
from pathlib import Path

from bench.measure import Measure, pss_mb, ratio
from bench.serving import Client, serving

BUDGET_MB = 150


def measure() -> Measure:
    """After one page was asked for, and ten seconds of rest."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served:
        Client(served.port).get("/")
        time.sleep(10)
        parts = {"web_mb": round(pss_mb(served.web), 1), "jobs_mb": round(pss_mb(served.jobs), 1)}
        children = Path(f"/proc/{served.web}/task/{served.web}/children").read_text().split()
    total = sum(parts.values())
    note = "PSS of all processes; limit: the budget"
    more: dict[str, float | str] = {**parts, "processes": float(1 + len(children))}
    return Measure(round(total, 1), "MB", BUDGET_MB, ratio(total, BUDGET_MB), note, more)
