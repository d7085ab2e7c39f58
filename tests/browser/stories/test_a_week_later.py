"""The second story: a week later a parent says no."""

import pytest
from playwright.sync_api import expect

from onstage.accounts.age import Band
from tests.browser.stories.telling import Telling

pytestmark = pytest.mark.browser


def test_a_parent_says_no_a_week_later(tell: Telling) -> None:
    nilo = tell.comes("nilo", Band.UNDER_13)
    tavi, juna, pim = (tell.comes(name) for name in ("tavi", "juna", "pim"))
    tell.guards(nilo, tavi, juna)
    tell.befriends(nilo, pim)
    slug = tell.drafts(nilo.viewer, "solo", "On the roof at dusk")
    tell.asks(nilo, slug, tavi, juna)
    tell.passes(7, nilo, tavi, juna, pim)
    tell.sees(pim, slug, yes=True)

    friend = tell.opens(pim, f"/c/{slug}")
    expect(friend.locator("article video")).to_have_count(1)
    parent = tell.opens(tavi, "/children/nilo")
    row = parent.get_by_role("listitem").filter(has_text="On the roof at dusk")
    expect(row).to_contain_text("For friends")
    tell.looks(parent, "2-their-clips")
    row.get_by_role("button", name="No, withhold it").click()  # a no asks nobody who is there
    expect(parent.get_by_text("It is withheld, here and now. Nobody is told that it was you.")).to_be_visible()
    tell.looks(parent, "2-no")

    card = friend.get_by_role("alert").filter(has_text="This clip is no longer shown")
    expect(card).to_be_visible()  # the open player has stopped by itself
    expect(friend.locator("article video")).to_have_count(0)
    assert "On the roof" not in friend.locator("main").inner_text()
    assert "avi" not in friend.locator("main").inner_text()
    tell.looks(friend, "2-stopped")
    tell.sees(pim, slug, yes=False)
    tell.sees(juna, slug, yes=False)

    child = tell.opens(nilo, f"/make/{slug}")
    expect(child.get_by_text("Somebody who must agree said no.")).to_be_visible()
    assert not {"Tavi", "tavi", "Juna", "juna"} & set(child.locator("main").inner_text().split())
    tell.looks(child, "2-the-child")
    tell.goes(child, "/me/clips?show=published")
    expect(child.get_by_text("Withheld", exact=True)).to_be_visible()
    other = tell.opens(juna, "/children/nilo")
    expect(other.get_by_text("None is out.")).to_be_visible()
    expect(other.get_by_text("On the roof at dusk")).to_have_count(0)

    tell.goes(parent, "/me/with-me")
    expect(parent.get_by_text("Withheld by you").first).to_be_visible()
    tell.looks(parent, "2-take-back")
    parent.get_by_role("button", name="Take my no back").click()
    expect(parent.get_by_text("Your no is taken back.")).to_be_visible()
    tell.sees(pim, slug, yes=True)
