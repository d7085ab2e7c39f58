"""Other languages in a real browser: longer words and the other direction break no page, and what is fetched follows."""

import pytest
from playwright.sync_api import Browser, expect

from onstage.accounts.guardians import guarding
from onstage.clock import now
from onstage.db.engine import Database
from tests.browser.stage import Site
from tests.browser.test_accessible import SIGNED_IN
from tests.browser.test_watch import on_stage, watching
from tests.cast import KEYS, person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["ar", "qps"])
def test_no_page_is_wider_than_its_window(chromium: Browser, site: Site, language: str) -> None:
    page = site.page(chromium, site.cast.ola)
    page.set_viewport_size({"width": 320, "height": 568})
    for path in (*SIGNED_IN, "/explore", "/search?q=dance", "/tag/dance", f"/c/{site.slugs[0]}"):
        page.goto(f"{site.origin}{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


LARGE = "addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%' })"


def test_words_twice_as_large_make_no_page_wider(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.ola)
    page.add_init_script(LARGE)
    for path in (*SIGNED_IN, "/explore", "/search?q=dance"):
        page.goto(site.origin + path)
        assert page.evaluate("innerWidth") == 390, path  # a phone makes its window as wide as what does not fit


def test_a_long_name_makes_no_page_of_guardians_wider(chromium: Browser, site: Site, database: Database) -> None:
    page = site.page(chromium, site.cast.ola)
    page.add_init_script(LARGE)
    with database.write() as db:
        guardian, minor = person(db, "grandmother_of_all_three"), site.cast.mia.viewer
        begun = guarding.begin_for(
            db, KEYS, guardian.person or 0, minor.person or 0, site.cast.ola.viewer.person, now()
        )
    page.goto(f"{site.origin}/server/guardians")
    expect(page.get_by_text("@grandmother_of_all_three")).to_be_visible()
    assert page.evaluate("innerWidth") == 390
    with database.write() as db:
        guarding.end(db, KEYS, begun, None, now(), how="annulled")


def test_words_twice_as_large_cover_nothing_on_the_stage(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.ben)
    page.add_init_script(LARGE)
    watching(page, site, "/@ada/watch")
    for act in (".sound", "[data-act=like]", "[data-act=more]", ".rail-account a", ".clip-by a"):
        on_stage(page, act).first.click(trial=True)
    page.locator(".watch-search").click(trial=True)


def test_from_right_to_left_the_stage_is_mirrored(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.ben)
    watching(page, site, "/@ada/watch?lang=ar")
    like = on_stage(page, "[data-act=like]").bounding_box()
    handle = on_stage(page, ".clip-by a").first.bounding_box()
    assert like is not None
    assert handle is not None
    assert like["x"] < 60
    assert handle["x"] + handle["width"] > 330
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.querySelector('clip-feed').scrollTop > 300")


def test_what_is_fetched_speaks_the_language_of_its_page(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.ben)
    with page.expect_response("**/fragments/feed?**lang=qps"):
        watching(page, site, "/@ada/watch?lang=qps")
    expect(page.locator(".clip").last.locator(".clip-by .visually-hidden").first).to_have_text("[Clíp by ~]")
