"""`player_start` and `stalls` on three networks: from the request for the page to moving pictures, and stops after that."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.browser import chromium
from bench.measure import Measure, percentile, ratio
from bench.serving import serving

NETWORKS = {"wifi": (50, 10.0), "mobile": (150, 3.0), "poor": (400, 0.7)}  # round trip in ms, Mbit/s
NAMES = tuple(f"{what}_{name}" for name in NETWORKS for what in ("player_start", "stalls"))
STARTS, WATCHED_SECONDS = 5, 12
STARTED = """() => new Promise((done) => {
  const look = () => {
    const video = document.querySelector("video");
    if (video && !video.paused && video.currentTime > 0) return done(performance.now());
    requestAnimationFrame(look);
  };
  look();
})"""
COUNT = """() => {
  window.stalls = 0;
  document.addEventListener("waiting", (event) => {
    const video = event.target;
    if (video.currentTime > 0.1 && !video.seeking) window.stalls += 1;
  }, true);
}"""


def measure() -> dict[str, Measure]:
    """A phone-sized browser with an empty cache opens the demo's first clip, several times on each network."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "ONSTAGE_DATA": folder, "LOG_LEVEL": "error"}
        demo = [sys.executable, "-m", "onstage", "demo"]
        subprocess.run(demo, check=True, env=environment, stdout=subprocess.DEVNULL)
        with serving(Path(folder)) as served, chromium() as browser:
            for name, (delay, rate) in NETWORKS.items():
                origin, note = f"http://localhost:{served.port}", f"{delay} ms, {rate:g} Mbit/s"
                runs = [_watch(browser, f"{origin}/", delay, rate) for _ in range(STARTS)]
                bare = [_watch(browser, run.film, delay, rate, seconds=0).start for run in runs]
                p95, limit = percentile([run.start for run in runs], 0.95), percentile(bare, 0.95)
                more: dict[str, float | str] = {"p50": round(percentile([run.start for run in runs], 0.5))}
                note += "; limit: the same film alone in a tab"
                found[f"player_start_{name}"] = Measure(
                    round(p95), "ms", round(limit), ratio(p95, limit), f"p95; {note}", more
                )
                stalls = sum(run.stalls for run in runs)
                said = f"in {STARTS} times {WATCHED_SECONDS} s; {delay} ms, {rate:g} Mbit/s"
                found[f"stalls_{name}"] = Measure(stalls, "", None, None, said)
    return found


@dataclass(frozen=True)
class Run:
    """Milliseconds to moving pictures, how often they stopped after that, and the film's address."""

    start: float
    stalls: int
    film: str


def _watch(browser: Any, address: str, delay: int, rate: float, seconds: int = WATCHED_SECONDS) -> Run:
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    page = context.new_page()
    session = context.new_cdp_session(page)
    throughput = rate * 1_000_000 / 8
    limits = {"latency": delay, "downloadThroughput": throughput, "uploadThroughput": throughput, "offline": False}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", limits)
    page.goto(address, wait_until="commit", timeout=60_000)
    page.evaluate(COUNT)
    start = page.evaluate(STARTED)
    film = page.evaluate("() => document.querySelector('video').currentSrc")
    page.wait_for_timeout(seconds * 1000)
    stalls = page.evaluate("() => window.stalls")
    context.close()
    return Run(start, stalls, film)
