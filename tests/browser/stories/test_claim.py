"""The sixth story: a stranger's claim for an untagged child, by a guest, and how it is decided."""

import pytest
from playwright.sync_api import expect

from onstage.clips.models import Audience
from tests.browser.stories.telling import Telling

pytestmark = pytest.mark.browser


def test_a_guest_claims_for_a_child_and_a_moderator_decides(tell: Telling) -> None:
    ione, reader, moderator = tell.comes("ione"), tell.comes("orla"), tell.site.cast.ola
    slug = tell.drafts(ione.viewer, "two", "At the fair", Audience.PUBLIC)
    tell.asks(ione, slug)

    guest = tell.opens(None, f"/c/{slug}")
    guest.locator("article").get_by_role("button", name="More").click()
    guest.get_by_role("link", name="I am in this").click()
    expect(guest.get_by_role("heading", name="Who is in it")).to_be_visible()
    guest.get_by_role("button", name="Send it").click()
    expect(guest.get_by_role("alert")).to_contain_text("Choose what it is.")
    guest.get_by_text("My child is in this").click()
    guest.get_by_label("In your words, if you want").fill("The one with the green shirt.")
    tell.looks(guest, "6-claim")
    guest.get_by_role("button", name="Send it").click()
    expect(guest.get_by_text("Nobody sees it now.")).to_be_visible()
    tell.looks(guest, "6-case")
    for each in (reader, None):
        tell.sees(each, slug, yes=False)

    maker = tell.opens(ione, "/settings/claims")
    case = maker.get_by_role("article")
    expect(case).to_contain_text("The one with the green shirt.")
    case.get_by_role("button", name="It is not so").click()
    expect(maker.get_by_role("alert")).to_be_visible()  # says that a reason is needed; nothing has changed
    maker.get_by_label("If it is not so: why?").fill("They are both eighteen.")
    tell.looks(maker, "6-answer")
    maker.get_by_role("button", name="It is not so").click()
    expect(maker.get_by_text("Your answer is kept.")).to_be_visible()
    expect(maker.get_by_text("A moderator decides.")).to_be_visible()

    guest.reload()
    expect(guest.get_by_text("They are both eighteen.")).to_be_visible()
    expect(guest.get_by_text("Nobody sees it now.")).to_be_visible()

    room = tell.opens(moderator, "/server/claims", phone=False)
    waits = room.get_by_role("article").filter(has_text="They are both eighteen.")
    expect(waits).to_contain_text("The one with the green shirt.")
    tell.sees(moderator, slug, yes=False)  # nobody looks but in the case, and each look is written down
    waits.get_by_role("button", name="Look at the clip").click()
    expect(waits.locator("video")).to_be_visible()
    tell.looks(room, "6-queue")
    waits.get_by_label("Your reason").fill("One of them is at most twelve.")
    waits.get_by_role("button", name="It is so").click()
    expect(room.get_by_text("Decided.")).to_be_visible()

    guest.reload()
    expect(guest.get_by_text("A moderator decided: it is so.")).to_be_visible()
    expect(guest.get_by_text("One of them is at most twelve.")).to_be_visible()
    tell.looks(guest, "6-decided")
    for each in (reader, None):
        tell.sees(each, slug, yes=False)
    maker.reload()
    expect(maker.get_by_text("One of them is at most twelve.")).to_be_visible()
    expect(maker.get_by_role("button", name="Ask for another look")).to_be_visible()
