"""axe-core in a page: what it finds shuts somebody out."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

Look = Callable[..., None]
ALL = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLORS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
AT_REST = """() => Promise.all(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().iterations !== Infinity)
  .map((each) => each.finished.catch(() => undefined)))"""
RUN = "runOnly => axe.run(document, { runOnly, resultTypes: ['violations'] })"


def finds_nothing(axe: str) -> Look:
    """Fails with what axe says of a page as it is now; `rules` are those it looks at, all that there are by default."""

    def look(page: Page, state: str, run: dict[str, Any] = ALL) -> None:
        page.evaluate(AT_REST)
        page.evaluate(axe)
        found: dict[str, Any] = page.evaluate(RUN, run)
        said = [f"{each['id']}: {node['html'][:120]}" for each in found["violations"] for node in each["nodes"]]
        assert said == [], f"{state}: {said}"

    return look
