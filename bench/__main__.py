"""`make bench`: every measure, or those named; prints the table and writes bench/latest.json."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bench import (
    approval_page,
    browser,
    clone,
    deletion_complete,
    feed_page,
    first_load,
    ladder,
    ledger_verify,
    media_range,
    player,
    plays,
    states_explored,
    swipe,
    upload_to_playable,
    withhold_latency,
)
from bench.measure import Measure

Run = Callable[[], Mapping[str, Measure]]
LATEST = Path(__file__).parent / "latest.json"


def _named(name: str, measure: Callable[[], Measure]) -> tuple[tuple[str, ...], Run]:
    return (name,), lambda: {name: measure()}


MEASURES: tuple[tuple[tuple[str, ...], Run], ...] = (
    _named("upload_to_playable", upload_to_playable.measure),
    _named("upload_to_playable_hevc10", lambda: upload_to_playable.measure("hevc10", 15)),
    _named("upload_to_playable_60s", lambda: upload_to_playable.measure("h264", 60)),
    (ladder.NAMES, ladder.measure),
    *(((name,), lambda name=name: feed_page.run({name})) for name in feed_page.SIZES),
    _named("media_range", media_range.measure),
    (("swipe_first_frame_preloaded", "swipe_first_frame_cold"), swipe.measure),
    (player.NAMES, player.measure),
    (("plays_per_second", "view_write_cpu_us"), plays.per_second),
    _named("count_read_flatness", plays.read_flatness),
    _named("write_wait_ms", plays.write_wait),
    (("kill9_lost", "kill9_double"), plays.kill9),
    _named("sse_connections", plays.listeners),
    _named("first_load_bytes", first_load.measure),
    _named("approval_page_ms", approval_page.measure),
    _named("withhold_latency", withhold_latency.measure),
    _named("states_explored", states_explored.measure),
    _named("deletion_complete", deletion_complete.measure),
    _named("ledger_verify", ledger_verify.measure),
    (clone.NAMES, clone.measure),
)
NEED_BROWSER = {"swipe_first_frame_preloaded", "swipe_first_frame_cold", "first_load_bytes", *player.NAMES}


def main(asked: set[str]) -> None:
    """Run, print, write. Measures that need a browser are left out, and said to be, where there is none."""
    known = {name for names, _ in MEASURES for name in names}
    if asked - known:
        raise SystemExit(
            f"There is no measure named {', '.join(sorted(asked - known))}; there are {', '.join(sorted(known))}."
        )
    found = json.loads(LATEST.read_text()) if LATEST.exists() and asked else {}
    print(f"{'measure':<30}{'value':>12}{'limit':>12}{'ratio':>9}  unit, note")
    for names, run in MEASURES:
        if asked and not asked & set(names):
            continue
        if NEED_BROWSER & set(names) and browser.path() is None:
            print(f"{names[0]:<30} left out: no Chromium on the path")
            continue
        for name, measure in run().items():
            found[name] = measure.as_json()
            _print(name, measure)
    LATEST.write_text(json.dumps(found, indent=1) + "\n")


def _print(name: str, measure: Measure) -> None:
    more = ", ".join(
        f"{key} {value:g}" if isinstance(value, float) else f"{key} {value}" for key, value in measure.more.items()
    )
    print(
        f"{name:<30}{measure.value:>12g}{measure.limit or 0:>12g}{measure.ratio or 0:>9g}  {measure.unit}; {measure.note}; {more}"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main(set(sys.argv[1:]))
