"""The first story: Nilo, who is 9, posts a dance, and two parents decide."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from onstage.accounts.age import Band
from onstage.accounts.doors.passwords import hashed
from onstage.accounts.models import people, sessions
from onstage.clock import MINUTE, now
from tests.accounts.joining import PASSWORD
from tests.browser.stories.telling import Telling
from tests.browser.test_doors import with_device
from tests.cast import Actor

pytestmark = pytest.mark.browser


def brings(page: Page, tell: Telling) -> str:
    """Pick a film, say who may see it, and ask; gives the clip's name."""
    page.locator("input[data-file]:not([capture])").set_input_files(tell.films["solo"])
    expect(page.locator("[data-words]")).to_have_text("Ready")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Caption").fill("My moon dance")
    page.get_by_text("Those who follow you and whom you follow.").click()
    tell.looks(page, "1-ask")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name="They are asked")).to_be_visible()
    tell.looks(page, "1-asked")
    return page.url.rpartition("/")[2]


def signed_in_long_ago(tell: Telling, actor: Actor) -> None:
    """Their last check is ten minutes old, and they have a password."""
    with tell.database.write() as db:
        mine = people.c.id == actor.viewer.person
        db.execute(update(people).where(mine).values(password_hash=hashed(PASSWORD)))
        ago = now() - 10 * MINUTE
        db.execute(update(sessions).where(sessions.c.person_id == actor.viewer.person).values(checked_at=ago))


def test_a_child_posts_and_two_parents_decide(tell: Telling) -> None:
    nilo = tell.comes("nilo", Band.UNDER_13)
    tavi, juna, pim, stranger = (tell.comes(name) for name in ("tavi", "juna", "pim", "orla"))
    tell.guards(nilo, tavi, juna)
    tell.befriends(nilo, pim)
    others = (pim, stranger, None)

    child = tell.opens(nilo, "/make")
    slug = brings(child, tell)
    child.get_by_role("link", name="See how far it is").click()
    expect(child.get_by_text("It waits for 2 more guardians.")).to_be_visible()
    for each in others:
        tell.sees(each, slug, yes=False)

    one = tell.opens(tavi, "/inbox")
    asked = one.get_by_role("article", name="Nilo asks for your yes.")
    expect(asked).to_contain_text("My moon dance")
    expect(asked).to_contain_text("friends")
    expect(one.get_by_text("asks for your yes")).to_have_count(1)  # and not once more under Lately
    tell.looks(one, "1-inbox")
    asked.get_by_role("button", name="Yes", exact=True).click()
    expect(one.get_by_role("status").filter(has_text="Thank you. It goes out when everybody")).to_be_visible()
    expect(asked).to_have_count(0)
    tell.looks(one, "1-yes")
    child.reload()
    expect(child.get_by_text("It waits for one more guardian.")).to_be_visible()
    assert "Tavi" not in child.content()
    assert "Juna" not in child.content()
    tell.looks(child, "1-one-more")
    tell.goes(child, "/me/clips")
    expect(child.get_by_text("It waits for one more guardian.")).to_be_visible()
    for each in others:
        tell.sees(each, slug, yes=False)

    signed_in_long_ago(tell, juna)
    other = tell.opens(juna, "/inbox")
    other.get_by_role("button", name="Yes", exact=True).click()
    expect(other.get_by_role("heading", name="Is it you?")).to_be_visible()
    other.get_by_label("Password", exact=True).fill("not this one at all")
    other.get_by_role("button", name="It is me: Yes").click()
    expect(other.get_by_role("alert")).to_contain_text("not")
    tell.sees(pim, slug, yes=False)
    tell.looks(other, "1-is-it-you")
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="It is me: Yes").click()
    expect(other.get_by_role("status").filter(has_text="Thank you. It is out now.")).to_be_visible()

    for each, may in ((pim, True), (nilo, True), (tavi, True), (stranger, False), (None, False)):
        tell.sees(each, slug, yes=may)
    friend = tell.opens(pim, f"/c/{slug}")
    expect(friend.locator("article").get_by_text("My moon dance")).to_be_visible()
    tell.goes(child, "/me/clips?show=published")
    expect(child.get_by_text("Published", exact=True).last).to_be_visible()
    expect(child.get_by_text(re.compile("waits", re.I))).to_have_count(0)


def test_a_passkey_is_one_tap_and_the_yes_is_not_lost(tell: Telling) -> None:
    nilo, tavi = tell.comes("nilo", Band.UNDER_13), tell.comes("tavi")
    tell.guards(nilo, tavi)
    slug = tell.drafts(nilo.viewer, "solo", "With a tap")
    tell.asks(nilo, slug)
    page = tell.opens(tavi, "/settings/sign-in")
    with_device(page)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    signed_in_long_ago(tell, tavi)
    tell.goes(page, "/inbox")
    page.get_by_role("button", name="Yes", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Thank you. It is out now.")).to_be_visible()


def test_from_right_to_left_and_in_the_dark(tell: Telling) -> None:
    nilo, tavi = tell.comes("nilo", Band.UNDER_13, name="نيلو 🌙"), tell.comes("tavi")
    tell.guards(nilo, tavi)
    long = "رقصة القمر على السطح " * 12
    tell.asks(nilo, tell.drafts(nilo.viewer, "solo", long))
    page = tell.opens(tavi, "/inbox?lang=ar")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("article")).to_contain_text("رقصة القمر")
    tell.looks(page, "0-right-to-left")
    page.emulate_media(color_scheme="dark")
    tell.pictures(page, "0-dark")
    for path in ("/me/with-me", "/children/nilo", "/together"):
        tell.goes(page, f"{path}?lang=ar")
        tell.looks(page, f"0{path.replace('/', '-')}")


def test_yes_and_no_by_keyboard_alone(tell: Telling) -> None:
    """From the top of the page to the answer with Tab and Enter, in the order in which things stand."""
    nilo, tavi = tell.comes("nilo", Band.UNDER_13), tell.comes("tavi")
    tell.guards(nilo, tavi)
    slug = tell.drafts(nilo.viewer, "solo", "By keys")
    tell.asks(nilo, slug)
    page = tell.opens(tavi, f"/inbox#q-{slug}", phone=False)
    page.locator("main").focus()
    reached = [_named(page) for _ in range(6)]
    assert reached == ["Clips with you", "Together", "Play the clip", "Yes", "No", "Say something, or ask for a change"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    notice = page.get_by_role("status").filter(has_text="It is withheld, here and now.")
    expect(notice).to_be_visible()
    page.locator("main").focus()
    assert [_named(page) for _ in range(3)] == ["Clips with you", "Together", "Take my no back"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Your no is taken back.")).to_be_visible()


def _named(page: Page) -> str:
    page.keyboard.press("Tab")
    found: str = page.evaluate(
        "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent).trim()"
    )
    return found
