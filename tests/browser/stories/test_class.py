"""The fifth story: a class with a teacher and thirty children."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from onstage.accounts import invitations, joint
from onstage.accounts.age import Band
from onstage.accounts.doors import sessions
from onstage.accounts.models import Role
from onstage.clips.models import Audience
from onstage.clock import now
from tests.browser.stories.telling import Telling
from tests.cast import Actor

pytestmark = pytest.mark.browser
CHILDREN = [first + last for first in ("la", "me", "ni", "so", "ru") for last in ("ba", "do", "fi", "gu", "ki", "ma")]


def families(tell: Telling) -> dict[str, tuple[Actor, Actor]]:
    """Thirty children of nine, each with a parent who is their full guardian."""
    found = {}
    for name in CHILDREN:
        child, parent = tell.comes(name, Band.UNDER_13), tell.comes(f"{name}_home", name=f"{name.title()}’s parent")
        tell.guards(child, parent)
        found[name] = (child, parent)
    return found


def joins(tell: Telling, handle: str, teacher: Actor, child: Actor, parent: Actor) -> None:
    """The teacher asks, the child accepts, the guardian says yes."""
    with tell.database.write() as db:
        at, role = now(), Role.CREATOR
        one = invitations.by_handle(db, tell.keys, teacher.viewer, handle, child.viewer.handle, role, at)
        invitations.accept(db, tell.keys, child.viewer, one, at)
        invitations.answer(db, tell.keys, parent.viewer, one, True, at)


def test_a_class_with_a_teacher_and_thirty_children(tell: Telling) -> None:
    teacher, stranger = tell.comes("veda"), tell.comes("orla")
    home = families(tell)
    first, second, third, outside = "laba", "lado", "lafi", "mema"
    tell.makes_room("class4b")

    desk = tell.opens(teacher, "/together/new", phone=False)
    desk.get_by_text("A teacher and the children of a class.").click()
    desk.get_by_label("Name (if you like)").fill("Class 4b")
    desk.get_by_label("Handle").fill("class4b")
    tell.looks(desk, "5-begin")
    desk.get_by_role("button", name="Begin").click()
    expect(desk.get_by_role("heading", name="Class 4b")).to_be_visible()
    desk.get_by_label("Handle").fill(first)
    desk.get_by_role("button", name="Ask", exact=True).click()
    expect(desk.get_by_text("waits for an answer")).to_be_visible()

    child = tell.opens(home[first][0], "/inbox")  # the one inbox, for what is asked of whatever kind
    expect(child.get_by_text("You would be a creator.")).to_be_visible()
    tell.looks(child, "5-asked-in")
    child.get_by_role("button", name="Yes", exact=True).click()
    expect(child.get_by_text("waits for a guardian")).to_be_visible()
    parent = tell.opens(home[first][1], "/inbox")
    expect(parent.get_by_text("Laba would like to be a creator of Class 4b.")).to_be_visible()
    tell.looks(parent, "5-guardian")
    parent.get_by_role("button", name="Yes", exact=True).click()
    expect(parent.get_by_role("button", name="Yes", exact=True)).to_have_count(0)
    for name in CHILDREN[1:]:
        joins(tell, "class4b", teacher, *home[name])
    tell.goes(desk, "/together/class4b")
    expect(desk.locator(".member")).to_have_count(31)
    tell.looks(desk, "5-members")

    beforehand = tell.opens(home[third][1], f"/children/{third}")
    beforehand.get_by_role("heading", name="Yes beforehand").click()
    beforehand.get_by_label("Account", exact=True).fill("class4b")
    beforehand.get_by_role("button", name="Say yes beforehand").click()
    expect(beforehand.get_by_text("what people near see, until")).to_be_visible()
    tell.looks(beforehand, "5-beforehand")

    with tell.database.write() as db:
        account = joint.look(db, teacher.viewer, "class4b").id
        sessions.act_as(db, teacher.viewer, "class4b")
    slug = tell.drafts(replace(teacher.viewer, account=account), "class", "Our dance", Audience.FOLLOWERS)
    tell.goes(desk, f"/make/{slug}")
    for name in (first, second, third):
        desk.get_by_label("Name, as in @name").fill(f"@{name}")
        desk.get_by_role("button", name="Name them").click()
        named = desk.get_by_role("region", name="Who is in it", exact=True)
        expect(named.get_by_role("link", name=name.title())).to_be_visible()
    missing = desk.get_by_role("region", name="A yes is missing for")
    expect(missing.get_by_role("link")).to_have_text([re.compile("Laba"), re.compile("Lado")])
    tell.looks(desk, "5-missing")
    desk.get_by_role("button", name="Ask", exact=True).click()
    expect(desk.get_by_text("It waits for 2 more guardians.")).to_be_visible()
    for each in (home[outside][0], home[outside][1], stranger, None):
        tell.sees(each, slug, yes=False)

    tell.goes(parent, "/inbox")
    asked = parent.get_by_role("article", name="Veda asks for your yes.")
    expect(asked).to_contain_text("Laba, Lado, Lafi")
    expect(asked).to_contain_text("followers")
    tell.looks(parent, "5-inbox")
    asked.get_by_role("button", name="Yes", exact=True).click()
    expect(parent.get_by_text("Thank you. It goes out when everybody")).to_be_visible()
    tell.goes(desk, f"/make/{slug}")
    expect(desk.get_by_text("It waits for one more guardian.")).to_be_visible()
    assert "’s parent" not in desk.locator("main").inner_text()
    tell.looks(desk, "5-one-more")

    last = tell.opens(home[second][1], "/inbox")
    last.get_by_role("button", name="Yes", exact=True).click()
    expect(last.get_by_text("Thank you. It is out now.")).to_be_visible()
    tell.goes(beforehand, "/inbox")
    expect(beforehand.get_by_text("beforehand")).to_be_visible()  # told of each use
    tell.looks(beforehand, "5-used")
    for each, may in ((home[outside][0], True), (home[third][1], True), (stranger, False), (None, False)):
        tell.sees(each, slug, yes=may)
    pupil = tell.opens(home[outside][0], f"/c/{slug}")
    expect(pupil.locator("article").get_by_text("posted by Veda")).to_be_visible()
    tell.looks(pupil, "5-out")
