"""The fourth story: a band of four equals, who all decide."""

import pytest
from playwright.sync_api import expect

from onstage.accounts.membership import PublishingRule
from onstage.clips.models import Audience
from tests.browser.stories.telling import Telling

pytestmark = pytest.mark.browser


def test_a_band_of_four_equals(tell: Telling) -> None:
    kesh, lumo, rika, dano = (tell.comes(name) for name in ("kesh", "lumo", "rika", "dano"))
    band = tell.shares("quartz", kesh, lumo, rika, dano)
    tell.wants("quartz", PublishingRule.ALL, lumo, rika, dano)

    first = tell.opens(kesh, "/together/quartz")
    first.get_by_text("All owners say yes").click()
    tell.looks(first, "4-rule")
    first.get_by_role("button", name="I want this").click()
    expect(first.get_by_role("radio", name="All owners say yes now")).to_be_checked()

    slug = tell.drafts(band, "four", "Rehearsal, take nine", Audience.PUBLIC)
    tell.goes(first, f"/make/{slug}")
    first.get_by_role("button", name="Ask", exact=True).click()
    expect(first.get_by_text("It waits for 3 more owners.")).to_be_visible()

    second = tell.opens(lumo, "/inbox")
    asked = second.get_by_role("article", name="Kesh asks for your yes.")
    expect(asked).to_contain_text("As @quartz")
    expect(asked).to_contain_text("everyone")
    asked.get_by_text("Say something, or ask for a change").click()
    asked.get_by_label("Words for whoever asks").fill("A little shorter at the end?")
    asked.get_by_label("Say that it is from me").check()
    tell.looks(second, "4-change")
    asked.get_by_role("button", name="Ask for a change").click()
    expect(second.get_by_text("Your words are with whoever asked.")).to_be_visible()
    tell.goes(first, f"/make/{slug}")
    expect(first.get_by_text("A little shorter at the end?")).to_be_visible()
    tell.looks(first, "4-words")

    second.get_by_role("button", name="Yes", exact=True).click()
    expect(second.get_by_text("Thank you. It goes out when everybody")).to_be_visible()
    third = tell.opens(rika, "/inbox", phone=False)
    third.get_by_role("button", name="No", exact=True).click()
    expect(third.get_by_text("Nobody is told that it was you.")).to_be_visible()
    fourth = tell.opens(dano, "/inbox")
    expect(fourth.get_by_role("article")).to_have_count(0)  # nothing is asked any more
    first.reload()
    expect(first.get_by_text("Somebody who must agree said no.")).to_be_visible()
    assert "rika" not in first.locator("main").inner_text().lower()

    third.get_by_role("button", name="Take my no back").click()
    first.reload()
    first.get_by_role("button", name="Ask", exact=True).click()
    expect(first.get_by_text("It waits for 3 more owners.")).to_be_visible()
    for each in (second, third, fourth):
        tell.goes(each, "/inbox")
        tell.sees(None, slug, yes=False)
        each.get_by_role("button", name="Yes", exact=True).click()
        expect(each.get_by_text("Thank you.")).to_be_visible()
    tell.sees(None, slug, yes=True)
    tell.goes(fourth, "/@quartz")
    expect(fourth.get_by_role("link", name="Rehearsal, take nine")).to_be_visible()
    tell.looks(fourth, "4-out")
