"""What a measure gives: a value beside its limit, and how a running server is watched from outside."""

import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Measure:
    """One row of the table; `ratio` is how many times the limit the value is (for rates: how many times below it)."""

    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    note: str = ""
    more: dict[str, float | str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The object in bench/latest.json."""
        found = asdict(self)
        more = found.pop("more")
        return {key: value for key, value in {**found, **more}.items() if value is not None}


def ratio(value: float, limit: float) -> float:
    """How many times the limit, to three digits."""
    return round(value / limit, 3) if limit else 0.0


def cpu_seconds(process: int) -> float:
    """User and system seconds that a process and its ended children have used."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(fields[place]) for place in (11, 12, 13, 14)) / TICKS


def cpu_clock(process: int) -> float:
    """CPU seconds that a running process has used in all its threads, to the nanosecond; without its children."""
    return time.clock_gettime(~process << 3 | 2)  # the clock's number as clock_getcpuclockid(3) makes it


def pss_mb(process: int) -> float:
    """Proportional memory of a process in MB."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def children(process: int) -> list[int]:
    """The processes that a process has started and that run."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
