"""The third story: a friend who appears in a clip withdraws."""

import pytest
from playwright.sync_api import expect

from onstage.clips.models import Audience
from tests.browser.stories.telling import Telling

pytestmark = pytest.mark.browser


def test_a_friend_who_appears_withdraws(tell: Telling) -> None:
    ione, pim, reader = tell.comes("ione"), tell.comes("pim"), tell.comes("orla")
    tell.befriends(ione, pim)
    slug = tell.drafts(ione.viewer, "two", "Two moons", Audience.PUBLIC)

    maker = tell.opens(ione, f"/make/{slug}")
    maker.get_by_label("Name, as in @name").fill("@nobody_here")
    maker.get_by_role("button", name="Name them").click()
    expect(maker.get_by_role("alert")).to_be_visible()  # says what to do; the draft is as it was
    maker.get_by_label("Name, as in @name").fill("@pim")
    maker.get_by_role("button", name="Name them").click()
    named = maker.get_by_role("region", name="Who is in it", exact=True)
    expect(named.get_by_role("link", name="Pim")).to_be_visible()
    tell.looks(maker, "3-named")
    maker.get_by_role("button", name="Ask", exact=True).click()
    expect(maker.get_by_text("It waits for one more who appears in it.")).to_be_visible()
    tell.sees(reader, slug, yes=False)

    friend = tell.opens(pim, "/inbox")
    asked = friend.get_by_role("article", name="Ione asks for your yes.")
    expect(asked).to_contain_text("Ione, Pim")
    asked.get_by_role("button", name="Yes", exact=True).click()
    expect(friend.get_by_text("Thank you. It is out now.")).to_be_visible()
    tell.sees(None, slug, yes=True)

    watching = tell.opens(reader, f"/c/{slug}", phone=False)
    expect(watching.locator("article video")).to_have_count(1)
    tell.goes(friend, "/me/with-me")
    row = friend.get_by_role("listitem").filter(has_text="Two moons")
    tell.looks(friend, "3-with-you")
    row.get_by_role("button", name="No, withhold it").click()
    expect(friend.get_by_text("Nobody is told that it was you.")).to_be_visible()
    expect(watching.get_by_role("alert").filter(has_text="This clip is no longer shown")).to_be_visible()
    expect(watching.locator("article video")).to_have_count(0)
    for each in (reader, None):
        tell.sees(each, slug, yes=False)

    tell.goes(maker, f"/make/{slug}")
    expect(maker.get_by_text("Somebody who must agree said no.")).to_be_visible()
    gone = tell.opens(reader, f"/c/{slug}")
    expect(gone.get_by_role("heading", level=1)).to_be_visible()
    tell.looks(gone, "3-gone")

    friend.get_by_role("button", name="Take my no back").click()
    expect(friend.get_by_text("Your no is taken back.")).to_be_visible()
    tell.sees(None, slug, yes=True)


def test_a_feed_stops_as_well_and_leads_on(tell: Telling) -> None:
    ione, reader = tell.comes("ione"), tell.comes("orla")
    older, newer = (tell.drafts(ione.viewer, scene, scene, Audience.PUBLIC) for scene in ("solo", "four"))
    for slug in (older, newer):
        tell.asks(ione, slug)
    page = tell.opens(reader, "/@ione/watch")
    first, second = (page.locator(f"article[data-slug='{slug}']") for slug in (newer, older))
    expect(first.locator("video")).to_have_count(1)
    tell.refuses(ione, newer)
    card = first.get_by_role("alert")
    expect(card).to_contain_text("This clip is no longer shown")
    expect(first.locator("video, img")).to_have_count(0)
    expect(first.get_by_role("button", name="Like")).to_have_count(0)
    card.get_by_role("button", name="Next clip").click()
    expect(second).to_be_in_viewport(ratio=0.9)
    expect(second.locator("video")).to_have_count(1)
