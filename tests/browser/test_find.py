"""Finding people and clips in a real browser: explore, search, a tag, an account's page, the inbox, errors."""

import pytest
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import delete, select, update

from onstage.accounts.models import accounts, follows
from onstage.db.engine import Database
from tests.browser.stage import Site

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/following",
    "/explore",
    "/search",
    "/search?q=dance",
    "/tag/dance",
    "/@ada",
    "/about",
    "/offline",
    "/unsent",
    "/nothing",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("phone", [True, False])
def test_a_page_breaks_no_rule_of_its_policy_and_fits(chromium: Browser, site: Site, path: str, phone: bool) -> None:
    page = site.page(chromium, site.cast.ben, phone=phone)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(site.origin + path)
    page.wait_for_timeout(300)
    assert [words for words in said if "404" not in words] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1


@pytest.mark.parametrize("path", ["/explore", "/@ada", "/inbox", "/c/{}"])
def test_a_narrow_screen_with_large_letters_loses_nothing(chromium: Browser, site: Site, path: str) -> None:
    page = site.page(chromium, site.cast.ada)
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(site.origin + path.format(site.slugs[0]))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= 320")


def test_follow_and_unfollow_on_a_page(chromium: Browser, site: Site, database: Database) -> None:
    page = site.page(chromium, site.cast.ola)
    page.goto(site.origin + "/@ada")
    button = page.locator("[data-relation=follow]")
    button.click()
    expect(button).to_have_text("Following")
    page.reload()
    expect(button).to_have_text("Following")
    button.click()
    expect(button).to_have_text("Follow")


def test_who_accepts_by_hand_is_asked_and_answers_in_the_inbox(
    chromium: Browser, site: Site, database: Database
) -> None:
    fay, ola = site.cast.fay.viewer, site.cast.ola.viewer
    with database.write() as db:
        db.execute(update(accounts).where(accounts.c.id == fay.account).values(hand_accepts=1))
    page = site.page(chromium, site.cast.ola)
    page.goto(site.origin + "/@fay")
    page.locator("[data-relation=follow]").click()
    expect(page.locator("[data-relation=follow]")).to_have_text("Asked")
    inbox = site.page(chromium, site.cast.fay)
    inbox.goto(site.origin + "/inbox")
    inbox.get_by_role("button", name="Accept").click()
    expect(inbox.get_by_text("@ola follows you now.")).to_be_visible()
    expect(inbox.locator(".request")).to_have_count(0)
    with database.write() as db:
        accepted = select(follows.c.accepted).where(follows.c.follower_id == ola.account)
        assert db.execute(accepted).scalars().all() == [1]
        db.execute(delete(follows).where(follows.c.follower_id == ola.account))


def test_blocking_hides_the_clips_and_can_be_lifted(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.ola)
    page.goto(site.origin + "/@ada")
    expect(page.locator(".grid .cover").first).to_be_visible()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Block").click()
    expect(page.get_by_role("heading", name="You blocked @ada")).to_be_visible()
    page.get_by_role("button", name="Lift the block").click()
    expect(page.locator(".grid .cover").first).to_be_visible()


def test_what_is_pressed_before_the_scripts_have_come_is_done_once_they_have(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.max)
    held: list[Route] = []
    page.route("**/js/find.js", lambda route: held.append(route))
    page.goto(site.origin + "/@ada", wait_until="commit")
    page.get_by_role("button", name="Follow", exact=True).click()
    page.wait_for_timeout(200)
    expect(page.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    for route in held:
        route.continue_()
    expect(page.get_by_role("button", name="Following")).to_be_visible()
    page.get_by_role("button", name="Following").click()
    expect(page.get_by_role("button", name="Follow", exact=True)).to_be_visible()


def test_the_way_back_goes_back_also_when_it_is_pressed_before_the_scripts_have_come(
    chromium: Browser, site: Site
) -> None:
    page = site.page(chromium, site.cast.max, service_workers="block")
    page.goto(site.origin + "/guardians")
    held: list[Route] = []
    page.route("**/js/main.js", lambda route: held.append(route))
    page.goto(site.origin + "/unsent", wait_until="commit")
    page.get_by_role("link", name="Back").click(no_wait_after=True)
    page.wait_for_timeout(200)
    expect(page.get_by_role("heading", name="That may not have arrived")).to_be_visible()
    for route in held:
        route.continue_()
    expect(page).to_have_url(site.origin + "/guardians")


def test_an_account_is_reported_with_a_reason(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.max)
    page.goto(site.origin + "/@ada")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Report").click()
    page.get_by_text("Bullying").click()
    page.get_by_label("In your words, if you want").fill("It is about my friend.")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("Thank you. Who runs this server looks at it.")).to_be_visible()
    expect(page.locator("#report-sheet")).to_be_hidden()


def test_a_guest_who_wants_to_follow_is_shown_both_doors(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    page.goto(site.origin + "/@ada")
    page.locator("[data-relation=follow]").click()
    expect(page.get_by_role("heading", name="Sign in to follow")).to_be_visible()


def test_search_finds_and_an_error_leads_on(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, phone=False)
    page.goto(site.origin + "/explore")
    page.get_by_role("searchbox").fill("nothing like that")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.goto(site.origin + "/@nobody")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="Back to the stage").click()
    expect(page).to_have_url(site.origin + "/")


def test_a_name_that_reads_the_other_way_stays_beside_its_picture(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.ben)
    page.goto(site.origin + "/together")
    lefts = page.evaluate("""() => {
      const name = document.querySelector(".list-row .line[dir=auto]");
      name.textContent = "\u0646\u0648\u0631";
      return [name, name.nextElementSibling].map((line) => {
        const words = document.createRange();
        words.selectNodeContents(line);
        return words.getBoundingClientRect().left;
      });
    }""")
    assert abs(lefts[0] - lefts[1]) < 3


def test_the_shell_is_there_without_a_network(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    page.goto(site.origin + "/explore")
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.goto(site.origin + "/@ada")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.button.primary')).backgroundImage") != "none"
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page).to_have_url(site.origin + "/@ada")
    expect(page.get_by_role("heading", name="Ada")).to_be_visible()


def test_what_is_pressed_without_a_network_says_that_it_may_not_have_arrived(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.max)
    page.goto(site.origin + "/guardians")
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.get_by_role("button", name="Ask somebody to look after you").click()
    expect(page.get_by_role("heading", name="That may not have arrived")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(site.origin + "/guardians")
    page.get_by_role("button", name="Ask somebody to look after you").click()
    expect(page.get_by_role("status").filter(has_text="/guardian/")).to_be_visible()


def test_a_person_with_two_accounts_chooses_as_which_to_act(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.ben)
    page.goto(site.origin + "/@ben")
    page.get_by_role("button", name="Act as another account").click()
    page.get_by_role("button", name="Duo").click()
    expect(page).to_have_url(site.origin + "/@duo")
    assert page.locator("html").get_attribute("data-signed-in") == "duo"
    page.get_by_role("button", name="Act as another account").click()
    page.get_by_role("button", name="Ben").click()
    expect(page).to_have_url(site.origin + "/@ben")
