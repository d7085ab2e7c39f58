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
BUDGETS = {"swipe_first_frame_cold": 400, "swipe_first_frame_preloaded": 100}
WATCH = """
() => new Promise((done) => {
  const feed = document.querySelector("clip-feed");
  const players = [...feed.querySelectorAll("clip-player, article")];
  const here = players.findIndex((each) => Math.abs(each.getBoundingClientRect().top) < innerHeight / 2);
  const next = players[here + 1];
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
    """30 swipes through the demo with time to preload, and 30 without."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "ONSTAGE_DATA": folder, "LOG_LEVEL": "error"}
        subprocess.run(
            [sys.executable, "-m", "onstage", "demo"], check=True, env=environment, stdout=subprocess.DEVNULL
        )
        with serving(Path(folder)) as served, chromium() as browser:
            address = f"http://localhost:{served.port}/"
            preloaded = _swipes(browser, address, pause=1500)
            cold = _cold(browser, address)
    found = {}
    for name, times in (("swipe_first_frame_preloaded", preloaded), ("swipe_first_frame_cold", cold)):
        p95, budget = percentile(times, 0.95), BUDGETS[name]
        more: dict[str, float | str] = {"p50": round(percentile(times, 0.5), 1), "swipes": float(len(times))}
        found[name] = Measure(round(p95, 1), "ms", budget, ratio(p95, budget), "p95; limit: the budget", more)
    return found


def _swipes(browser: Any, address: str, pause: int) -> list[float]:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(address)
    times = []
    for _ in range(SWIPES):
        page.wait_for_timeout(pause)
        took = page.evaluate(WATCH)
        if took is None:
            break
        times.append(took)
    page.close()
    return times


def _cold(browser: Any, address: str) -> list[float]:
    """A new browser without a cache each time: from the request for the page to the first frame of the first clip."""
    times = []
    for _ in range(10):
        context = browser.new_context(viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.goto(address, wait_until="commit")
        times.append(
            page.evaluate(
                """() => new Promise((done) => {
                  const look = () => {
                    const video = document.querySelector("clip-feed video");
                    if (video && video.readyState >= 2) return done(performance.now());
                    requestAnimationFrame(look);
                  };
                  look();
                })"""
            )
        )
        context.close()
    return times
