"""`first_load_bytes`: HTML, CSS and JavaScript of a guest's first page, compressed, as a real Chromium fetches them."""

from bench.browser import chromium
from bench.measure import Measure, ratio
from bench.populate import filled
from bench.serving import serving

BUDGET = 100_000
COUNTED = {"document", "stylesheet", "script"}


def measure() -> Measure:
    """All that the first page loads but pictures, films and fonts."""
    with serving(filled(200)) as served, chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        sizes: dict[str, float | str] = {}

        def count(request: object) -> None:
            kind = request.resource_type  # type: ignore[attr-defined]
            if kind in COUNTED:
                taken = request.sizes()  # type: ignore[attr-defined]
                sizes[kind] = float(sizes.get(kind, 0)) + taken["responseBodySize"]

        page.on("requestfinished", count)
        page.goto(f"http://localhost:{served.port}/", wait_until="load")
        page.wait_for_timeout(3000)
    total = sum(float(size) for size in sizes.values())
    return Measure(total, "bytes", BUDGET, ratio(total, BUDGET), "a feed of 200 clips; limit: the budget", sizes)
