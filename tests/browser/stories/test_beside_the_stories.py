"""What the six stories don't come by: pages about getting out, ending, naming and being checked, each as its people open it."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import insert

from onstage.accounts import invitations
from onstage.accounts.age import Band
from onstage.accounts.guardians import signed_forms
from onstage.accounts.models import Role
from onstage.clips.agreeing import answers, appearances, publish
from onstage.clips.models import Audience
from onstage.clips.models import appearances as appearances_table
from onstage.clock import now
from tests.browser.stories.telling import Telling
from tests.cast import Actor, make_clip, stand_for

pytestmark = pytest.mark.browser
WRONG, SCAN = (
    FilePayload(name="form.jpg", mimeType="image/jpeg", buffer=bytes_) for bytes_ in (b"<svg>", b"\xff\xd8\xff signed")
)


def goes_out(tell: Telling, by: Actor, slug: str, *named: Actor) -> None:
    """A clip that names these, who have said yes."""
    with tell.database.write() as db:
        for each in named:
            appearances.name(db, tell.keys, by.viewer, slug, each.viewer.handle or "", 0, None)
    tell.asks(by, slug, *named)


def press(page: Page, name: str) -> None:
    """Like somebody without a mouse: to the button, then Enter."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")


def test_out_of_every_clip_and_never_again(tell: Telling) -> None:
    nils, lena = tell.comes("nils"), tell.comes("lena")
    tell.befriends(nils, lena)
    for caption in ("At the lake, all of us and two dogs, the whole long weekend 🏊", "عيد ميلاد سعيد"):
        goes_out(tell, nils, tell.drafts(nils.viewer, "two", caption), lena)
    own = tell.drafts(lena.viewer, "solo", "Only me")
    tell.asks(lena, own)

    phone = tell.opens(lena, "/me/with-me")
    tell.looks(phone, "6-with-me")
    phone.get_by_label("Name, as in @name").fill("nobodyatall")
    press(phone, "Never by them")
    expect(phone.get_by_role("alert")).to_be_visible()
    tell.looks(phone, "6-never-nobody")
    phone.get_by_label("Name, as in @name").fill("nils")
    press(phone, "Never by them")
    expect(phone.get_by_role("button", name="They may again")).to_be_visible()
    tell.looks(phone, "6-never")
    phone.get_by_role("link", name="Remove everything with me").click()
    expect(phone.get_by_role("heading", name="What will happen")).to_be_visible()
    tell.looks(phone, "6-remove")
    press(phone, "Remove it all")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Nobody sees them now")
    tell.looks(phone, "6-removed")
    tell.goes(phone, "/me/remove")
    expect(phone.get_by_role("heading", name="There is nothing to remove")).to_be_visible()
    tell.looks(phone, "6-nothing-to-remove")


def test_a_mother_says_no_to_every_clip_with_her_child(tell: Telling) -> None:
    child, mother = tell.comes("tyra", Band.FROM_13), tell.comes("inga")
    tell.guards(child, mother)
    slug = tell.drafts(child.viewer, "solo", "My first dance")
    tell.asks(child, slug, mother)
    desk = tell.opens(mother, "/children/tyra/remove", phone=False)
    tell.looks(desk, "6-remove-child")
    press(desk, "No to all of them")
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    tell.looks(desk, "6-removed-child")


def test_two_owners_end_what_they_run_together(tell: Telling) -> None:
    one, other = tell.comes("arno"), tell.comes("bela")
    shared = tell.shares("twobikes", one, other)
    tell.asks(Actor(shared, "twobikes"), tell.drafts(shared, "two", "Over the pass"))
    desk = tell.opens(one, "/together/twobikes", phone=False)
    desk.locator("summary", has_text="End this account").click()
    tell.looks(desk, "6-end")
    press(desk, "End it for everybody")
    expect(desk.get_by_text("This account ends")).to_be_visible()
    tell.looks(desk, "6-ends-mine")
    desk.get_by_role("link", name="receipt").click()
    tell.looks(desk, "6-ends-receipts")
    phone = tell.opens(other, "/together")
    tell.looks(phone, "6-ends-told")
    tell.goes(phone, "/together/twobikes")
    tell.looks(phone, "6-ends-other")
    press(phone, "Stop that")
    expect(phone.get_by_text("This account ends")).to_be_hidden()


def test_a_clip_of_two_accounts(tell: Telling) -> None:
    host, guest = tell.comes("carla"), tell.comes("dora")
    tell.befriends(host, guest)
    slug = tell.drafts(host.viewer, "two", "Four hands", Audience.PUBLIC)
    phone = tell.opens(host, f"/make/{slug}#coauthors")
    phone.get_by_label("Account of a friend, or one that you run").fill("nobodyatall")
    phone.get_by_role("button", name="Add this account").click()
    expect(phone.get_by_role("alert").first).to_be_visible()
    tell.looks(phone, "6-coauthor-nobody")
    phone.get_by_label("Account of a friend, or one that you run").fill("dora")
    phone.get_by_role("button", name="Add this account").click()
    expect(phone.get_by_role("button", name="Take out")).to_be_visible()
    phone.locator("#coauthors").scroll_into_view_if_needed()
    tell.looks(phone, "6-coauthor")
    with tell.database.write() as db:
        publish.publish(db, tell.keys, host.viewer, slug)
    theirs = tell.opens(guest, "/inbox")
    tell.looks(theirs, "6-coauthor-asked")
    with tell.database.write() as db:
        answers.say_yes(db, tell.keys, guest.viewer, slug, 1)
    tell.goes(theirs, "/me/with-me")
    tell.looks(theirs, "6-coauthored")
    press(theirs, "Take it off @dora")
    expect(theirs.get_by_role("heading", name="Made with others")).to_be_hidden()


def test_a_parent_answers_without_an_account(tell: Telling) -> None:
    host = tell.comes("edda")
    slug = tell.drafts(host.viewer, "class", "Birthday")
    phone = tell.opens(host, f"/make/{slug}#not-here")
    tell.looks(phone, "6-not-here")
    with tell.database.write() as db:
        label = appearances.label(db, tell.keys, host.viewer, slug, "Tim, in the red cap", minor=True)
    tell.goes(phone, f"/make/{slug}?did=label#not-here")
    phone.get_by_role("button", name="Make the link").click()
    expect(phone.locator("a.code")).to_be_visible()
    tell.looks(phone, "6-not-here-link")
    path = "/answer/" + phone.locator("a.code").inner_text().rpartition("/")[2]
    parent = tell.opens(None, path)
    tell.looks(parent, "6-link-early")
    with tell.database.write() as db:
        publish.publish(db, tell.keys, host.viewer, slug)
    tell.goes(parent, path)
    tell.looks(parent, "6-link-asked")
    press(parent, "Yes, it may be shown")
    expect(parent.get_by_text("You said yes to this version")).to_be_visible()
    tell.looks(parent, "6-link-yes")
    press(parent, "Withdraw: nobody may see it")
    expect(parent.get_by_role("button", name="Take my no back")).to_be_visible()
    tell.looks(parent, "6-link-no")
    assert label
    tell.goes(parent, "/answer/gone")
    tell.looks(parent, "6-link-gone")


def test_yes_beforehand_and_who_may_do_what_in_an_account(tell: Telling) -> None:
    child, mother, owner, editor = (
        tell.comes("finn", Band.UNDER_13),
        tell.comes("gesa"),
        tell.comes("hans"),
        tell.comes("ines"),
    )
    tell.guards(child, mother)
    tell.shares("choir", owner)
    with tell.database.write() as db:
        for who, role in ((editor, Role.EDITOR), (child, Role.CREATOR)):
            one = invitations.by_handle(db, tell.keys, owner.viewer, "choir", who.viewer.handle or "", role, now())
            invitations.accept(db, tell.keys, who.viewer, one, now())
            if who is child:
                invitations.answer(db, tell.keys, mother.viewer, one, True, now())
    desk = tell.opens(mother, "/children/finn#beforehand", phone=False)
    desk.locator("#account").fill("nobodyatall")
    press(desk, "Say yes beforehand")
    expect(desk.get_by_role("alert").first).to_be_visible()
    desk.locator("#account").fill("choir")
    press(desk, "Say yes beforehand")
    expect(desk.get_by_role("button", name=re.compile("Stop for")).first).to_be_visible()
    desk.locator("#beforehand").scroll_into_view_if_needed()
    tell.looks(desk, "6-beforehand")
    for who, name in ((owner, "owner"), (editor, "editor"), (child, "child")):
        page = tell.opens(who, "/together/choir")
        if who is owner:
            page.locator("summary[aria-label='What you can do about Ines']").press("Enter")
            tell.looks(page, "6-account-menu")
            press(page, "Make a link")
            expect(page.get_by_role("img", name="The same link")).to_be_visible()
        tell.looks(page, f"6-account-{name}")


def test_a_carer_hands_in_a_form(tell: Telling) -> None:
    child, carer, owner = tell.comes("jona", Band.FROM_13), tell.comes("karl"), tell.site.cast.ola
    with tell.database.write() as db:
        stand_for(db, carer.viewer, child.viewer)
    desk = tell.opens(carer, "/children/jona", phone=False)
    tell.looks(desk, "6-carer")
    desk.get_by_role("link", name="The form").click()
    tell.looks(desk, "6-form-none")
    press(desk, "Make the form")
    expect(desk.get_by_text("shown this one time")).to_be_visible()
    tell.looks(desk, "6-form")
    desk.emulate_media(media="print")
    expect(desk.get_by_role("button", name="Make another form")).to_be_hidden()
    expect(desk.locator(".paper .code")).to_be_visible()
    tell.pictures(desk, "6-form-print")
    desk.emulate_media(media="screen")
    desk.get_by_label("Picture or PDF of the signed form").set_input_files(WRONG)
    press(desk, "Send the picture")
    expect(desk.get_by_role("alert")).to_be_visible()
    tell.looks(desk, "6-form-wrong")
    desk.get_by_label("Picture or PDF of the signed form").set_input_files(SCAN)
    press(desk, "Send the picture")
    expect(desk.get_by_text("It was sent.")).to_be_visible()
    tell.looks(desk, "6-form-sent")
    room = tell.opens(owner, "/server/guardians")
    with room.expect_download() as came:
        room.get_by_role("link", name="Save the file").click()
    assert came.value.suggested_filename == "form.jpg"
    room.locator("summary", has_text="The form is not right").first.click()
    tell.looks(room, "6-check")
    tell.goes(desk, "/children/jona/form")
    press(desk, "Throw the form away")
    expect(desk.get_by_text("The form is gone")).to_be_visible()
    tell.goes(desk, "/eid/back?code=x&state=y")
    tell.looks(desk, "6-eid-ended")
    with tell.database.write() as db:
        signed_forms.take_back(db, carer.viewer, child.viewer.person or 0)


def test_a_record_of_time_and_money(tell: Telling) -> None:
    child, mother = tell.comes("ylvi", Band.FROM_13), tell.comes("runa")
    tell.guards(child, mother)
    clip = make_clip(tell.database, mother.viewer, caption="Breakfast")[0]
    with tell.database.write() as db:
        row = {"clip_id": clip, "person_id": child.viewer.person, "sticks": 1, "at": now()}
        db.execute(insert(appearances_table).values(**row))
    page = tell.opens(mother, "/settings/records")
    page.locator("summary", has_text="Enter income").click()
    page.get_by_label("Month", exact=True).fill("2026-11")
    page.get_by_label("Amount in EUR").fill("1200.50")
    page.get_by_label("Who paid").fill("A shop, for a clip about breakfast")
    press(page, "It is income")
    expect(page.get_by_text("A shop, for a clip")).to_be_visible()
    tell.looks(page, "6-records")
    theirs = tell.opens(child, "/settings/records")
    expect(theirs.get_by_role("heading", name="@ylvi on @runa")).to_be_visible()
    tell.looks(theirs, "6-records-child")
