"""What shuts people out: axe-core finds nothing on any page, in any state that opens over one, in light and in dark."""

import pytest
from playwright.sync_api import Browser, expect

from onstage.db.engine import Database
from tests.browser.axe import COLORS, Look
from tests.browser.stage import Site
from tests.browser.test_watch import watching

pytestmark = pytest.mark.browser

GUEST = (
    "/", "/following", "/explore", "/search", "/search?q=dance", "/search?q=nothing", "/tag/dance", "/tag/none", "/@ada",
    "/@ada/watch", "/@nobody", "/sign-up", "/sign-in", "/sign-in/recover", "/welcome/gone", "/join/gone", "/reset/gone",
    "/about", "/offline", "/unsent", "/claim?account=ada",
)  # fmt: skip
SIGNED_IN = (
    "/", "/following", "/@ada", "/@ola", "/@ola?tab=liked", "/@ola?tab=saved", "/@ola?tab=reposts",
    "/me/clips", "/figures", "/make", "/inbox", "/settings", "/settings/profile", "/settings/privacy",
    "/settings/sign-in", "/settings/sessions", "/settings/tokens", "/settings/history", "/settings/record",
    "/settings/notifications", "/settings/comments", "/settings/deleted", "/settings/leaving", "/settings/check",
    "/me/with-me", "/me/remove", "/together", "/together/new", "/children", "/guardians", "/settings/claims",
    "/server/claims", "/server/guardians",
    "/server", "/server/reports", "/server/invitations", "/server/people", "/server/bounds", "/server/set-up",
)  # fmt: skip


def test_axe_is_there_and_finds_what_is_wrong(chromium: Browser, site: Site, look: Look) -> None:
    page = site.page(chromium)
    page.goto(f"{site.origin}/about")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
    with pytest.raises(AssertionError, match="button-name"):
        look(page, "a button without a name")


@pytest.mark.parametrize("who", ["guest", "ola"])
def test_every_page(chromium: Browser, site: Site, look: Look, database: Database, who: str) -> None:
    page = site.page(chromium, site.cast.everybody[who], reduced_motion="reduce")
    for path in GUEST if who == "guest" else SIGNED_IN:
        page.goto(site.origin + path)
        look(page, path)
        page.emulate_media(color_scheme="dark")
        look(page, f"{path} in the dark", COLORS)
        page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("phone", [True, False])
def test_what_is_folded_on_a_child_s_page(chromium: Browser, site: Site, look: Look, phone: bool) -> None:
    """By keyboard alone; what stands first is on the first two screens of a phone."""
    page = site.page(chromium, site.cast.gus, phone=phone, reduced_motion="reduce")
    page.goto(f"{site.origin}/children/mia")
    assert page.evaluate("document.documentElement.scrollHeight <= 2 * 844")
    look(page, "folded")
    for part in page.locator(".fold > summary").all():
        part.focus()
        page.keyboard.press("Enter")
    expect(page.locator(".fold:not([open])")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    look(page, "open")
    page.emulate_media(color_scheme="dark")
    look(page, "open, in the dark", COLORS)
    page.goto(f"{site.origin}/children")
    page.goto(f"{site.origin}/children/mia#beforehand")
    expect(page.get_by_text("You say yes now to clips of one account")).to_be_visible()
    expect(page.get_by_label("Minutes a day")).to_be_hidden()
    page.locator("summary", has_text="Time a day, quiet hours").press("Enter")
    page.get_by_label("Minutes a day").fill("45")
    page.get_by_label("Minutes a day").press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Minutes a day")).to_have_value("45")
    expect(page.get_by_label("Minutes a day")).to_be_visible()


@pytest.mark.parametrize("phone", [True, False])
def test_keeping_for_the_law(chromium: Browser, site: Site, look: Look, phone: bool) -> None:
    """Its two steps and what stands there afterwards, without JavaScript."""
    said = {"clip": site.slugs[int(phone)], "reason": "illegal"}
    ben = site.page(chromium, site.cast.ben)
    made = ben.request.post(f"{site.origin}/api/v1/reports", data=said, headers={"origin": site.origin})
    path = f"/server/keep/report/{made.json()['id']}"
    page = site.page(chromium, site.cast.ola, phone=phone, java_script_enabled=False, reduced_motion="reduce")
    page.goto(site.origin + path)
    looked = site.page(chromium, site.cast.ola, phone=phone, reduced_motion="reduce")
    looked.goto(site.origin + path)
    look(looked, path)
    looked.get_by_label("Which law or order asks for it?").fill("Order 7")
    looked.get_by_role("button", name="Go on").click()
    look(looked, f"{path}, asked once more")
    page.get_by_label("Which law or order asks for it?").fill("Order 7 of the court " * 20)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Yes, keep it").click()
    expect(page.get_by_text("Kept for the law on")).to_be_visible()
    for place in (path, "/server/reports"):
        looked.goto(site.origin + place)
        look(looked, f"{place}, kept")
        assert looked.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
    page.goto(site.origin + path)
    page.get_by_role("button", name="No longer withhold the clip").click()
    expect(page.get_by_text("Kept for the law on")).to_be_visible()


FOCUSED = """() => {
  const at = document.activeElement;
  const foot = document.querySelector(".make-acts") ?? document.querySelector(".nav");
  const [box, over] = [at, foot].map((each) => each.getBoundingClientRect());
  const hidden = Math.min(box.bottom, over.bottom) - Math.max(box.top, over.top);
  return [at.name || at.textContent.trim(), foot.contains(at) ? 0 : hidden, at === document.body];
}"""


@pytest.mark.parametrize("where", ["/settings/notifications", "/settings/privacy", "/make/{slug}"])
def test_what_has_the_focus_is_not_covered(chromium: Browser, site: Site, where: str) -> None:
    page = site.page(chromium, site.cast.ada)
    page.goto(site.origin + where.format(slug=site.slugs[0]))
    for _ in range(60):
        page.keyboard.press("Tab")
        name, hidden, is_over = page.evaluate(FOCUSED)
        if is_over:
            break
        if hidden > 1:
            page.wait_for_timeout(1000)  # it scrolls smoothly to where the focus is
            name, hidden, _ = page.evaluate(FOCUSED)
        assert hidden <= 1, f"{hidden} px of {name} are under what stands at the foot"


@pytest.mark.parametrize("phone", [True, False])
def test_what_opens_over_a_clip(chromium: Browser, site: Site, look: Look, database: Database, phone: bool) -> None:
    page = site.page(chromium, site.cast.ben, phone=phone)
    watching(page, site)
    clip = page.locator(".clip").first
    clip.locator("[data-act=comments]").click()
    page.get_by_label("Your comment").fill("So good")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".comment[data-id]")).to_be_visible()
    page.get_by_label("Your comment").press_sequentially("@ad")
    expect(page.get_by_role("option")).to_be_visible()
    page.get_by_label("Your comment").press("ArrowDown")
    expect(page.get_by_role("option")).to_have_attribute("aria-selected", "true")
    look(page, "comments, and names that are suggested")
    page.get_by_label("Your comment").press("Escape")
    page.locator("#comments-sheet [data-close]").click()
    clip.locator("[data-act=more]").click()
    look(page, "more")
    page.locator("[data-more=report]").click()
    expect(page.locator("#report-sheet")).to_be_visible()
    look(page, "report")
    page.keyboard.press("Escape")
    clip.locator(".stage").click(position={"x": 100, "y": 300})
    expect(page.locator(".controls.is-paused")).to_be_visible()
    look(page, "paused")
    page.keyboard.press("?")
    expect(page.locator("#keys-sheet")).to_be_visible()
    look(page, "keys")


def test_what_a_guest_is_asked(chromium: Browser, site: Site, look: Look, database: Database) -> None:
    page = site.page(chromium)
    watching(page, site)
    page.locator(".clip").first.locator("[data-act=like]").click()
    expect(page.locator("#guest-sheet")).to_be_visible()
    look(page, "the doors")


def test_the_page_of_a_clip_and_an_account(chromium: Browser, site: Site, look: Look, database: Database) -> None:
    page = site.page(chromium, site.cast.ben, phone=False)
    page.goto(f"{site.origin}/c/{site.slugs[0]}")
    look(page, "clip")
    page.goto(f"{site.origin}/@ada")
    page.get_by_role("button", name="More").click()
    expect(page.locator("#account-sheet")).to_be_visible()
    look(page, "account sheet")


def test_what_may_wake_a_browser(chromium: Browser, site: Site, look: Look) -> None:
    page = site.page(chromium, site.cast.ben, permissions=["notifications"])
    page.goto(f"{site.origin}/settings/notifications")
    page.get_by_role("button", name="Wake this browser").click()
    page.get_by_role("dialog").get_by_role("button", name="Wake this browser").click()
    look(page, "what may wake it, and nothing ticked")


def test_what_was_wrong_in_a_form(chromium: Browser, site: Site, look: Look) -> None:
    page = site.page(chromium)
    page.goto(f"{site.origin}/sign-up")
    page.get_by_role("button", name="Make my account").click()
    expect(page.locator("#birth_date-error")).to_be_visible()
    look(page, "an empty form")


def test_the_camera_and_a_clip_of_ones_own(chromium: Browser, site: Site, look: Look) -> None:
    page = site.page(chromium, site.cast.ada, permissions=["camera", "microphone"])
    page.goto(f"{site.origin}/make")
    page.get_by_role("button", name="Record").first.click()
    expect(page.locator("clip-recorder")).to_be_visible()
    look(page, "camera")
    page.get_by_role("button", name="Close the camera").click()
    page.goto(f"{site.origin}/make/{site.slugs[0]}")
    look(page, "edit")


def test_the_end_of_a_feed_and_a_feed_without_a_network(
    chromium: Browser, site: Site, look: Look, database: Database
) -> None:
    page = site.page(chromium, site.cast.ben)
    page.goto(f"{site.origin}/tag/none/watch")
    look(page, "an empty feed")
    watching(page, site)
    page.evaluate("document.querySelector('clip-feed').end()")
    page.locator(".feed-state").scroll_into_view_if_needed()
    look(page, "the end")


def test_without_scripts(chromium: Browser, site: Site, look: Look, database: Database) -> None:
    page = site.page(chromium, site.cast.ola)
    page.route("**/*.js", lambda route: route.abort())
    for path in ("/", f"/c/{site.slugs[0]}", "/make", f"/make/{site.slugs[0]}"):
        page.goto(site.origin + path)
        page.evaluate("document.documentElement.classList.remove('js')")
        look(page, f"{path} without scripts")
