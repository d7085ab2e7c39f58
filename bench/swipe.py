"""`swipe_first_frame_cold`, `swipe_first_frame_preloaded`: from a swipe to the next clip's first frame, in Chromium."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.browser import chromium
from bench.measure import Measure, percentile, ratio
from bench.serving import serving

SWIPES = 30
PAUSE = 1500  # ms between them
FAR = 4  # past the two that are preloaded while the first plays, and the one after
BUDGETS = {"swipe_first_frame_cold": 400, "swipe_first_frame_preloaded": 100}
WATCH = """
(ahead) => new Promise((done) => {
  const feed = document.querySelector("clip-feed");
  const players = [...feed.querySelectorAll("clip-player, article")];
  const here = players.findIndex((each) => Math.abs(each.getBoundingClientRect().top) < innerHeight / 2);
  const next = players[here + ahead];
  if (!next) return done(null);
  const started = performance.now();
  const look = () => {
    const video = next.querySelector("video");
    if (video && video.readyState >= 2 && !video.paused && Math.abs(next.getBoundingClientRect().top) < 40) {
      return video.requestVideoFrameCallback(() => done(performance.now() - started));
    }
    requestAnimationFrame(look);
  };
  next.scrollIntoView({behavior: "instant"});
  look();
})
"""


def measure() -> dict[str, Measure]:
    """30 swipes through the demo to the next clip, which is preloaded, and 30 to one that is not."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "ONSTAGE_DATA": folder, "LOG_LEVEL": "error"}
        subprocess.run(
            [sys.executable, "-m", "onstage", "demo"], check=True, env=environment, stdout=subprocess.DEVNULL
        )
        with serving(Path(folder)) as served, chromium() as browser:
            address = f"http://localhost:{served.port}/"
            preloaded = _swipes(browser, address, 1, SWIPES)
            cold = [took for _ in range(5) for took in _swipes(browser, address, FAR, SWIPES // 5)]
    found = {}
    for name, times in (("swipe_first_frame_preloaded", preloaded), ("swipe_first_frame_cold", cold)):
        p95, budget = percentile(times, 0.95), BUDGETS[name]
        more: dict[str, float | str] = {"p50": round(percentile(times, 0.5), 1), "swipes": float(len(times))}
        found[name] = Measure(round(p95, 1), "ms", budget, ratio(p95, budget), "p95; limit: the budget", more)
    return found


def _swipes(browser: Any, address: str, ahead: int, most: int) -> list[float]:
    """Milliseconds from each swipe to a first frame, in a new browser without a cache."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(address)
    times = []
    for _ in range(most):
        page.wait_for_timeout(PAUSE)
        took = page.evaluate(WATCH, ahead)
        if took is None:
            break
        times.append(took)
    context.close()
    return times
