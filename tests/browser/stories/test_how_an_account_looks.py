"""Beside the six stories: a club with a child in it wants another name, words and picture, and two parents decide."""

import pytest
from playwright.sync_api import FilePayload, expect
from sqlalchemy import insert

from onstage.accounts.age import Band
from onstage.accounts.models import members
from onstage.clock import now
from tests.accounts.joining import PASSWORD
from tests.accounts.test_avatars import png
from tests.browser.stories.telling import Telling
from tests.browser.stories.test_two_parents import signed_in_long_ago
from tests.cast import Actor

pytestmark = pytest.mark.browser
PICTURE = FilePayload(name="club.png", mimeType="image/png", buffer=png(200))
NAME, WORDS = "Moon Dancers of the Long Valley", "We dance every Thursday, on Sundays with lanterns 🏮."


def test_a_club_asks_how_it_may_look(tell: Telling) -> None:
    nilo = tell.comes("nilo", Band.UNDER_13)
    rosa, tavi, juna, stranger = (tell.comes(name) for name in ("rosa", "tavi", "juna", "orla"))
    tell.guards(nilo, tavi, juna)
    club = Actor(tell.shares("moonclub", rosa))
    with tell.database.write() as db:
        row = {"account_id": club.viewer.account, "person_id": nilo.viewer.person, "role": "creator", "since": now()}
        db.execute(insert(members).values(row))

    desk = tell.opens(club, "/settings/profile")
    expect(desk.get_by_text("Their guardians are asked before everyone sees")).to_be_visible()
    desk.locator("[data-portrait-file]").set_input_files(PICTURE)
    desk.get_by_role("button", name="Use this picture").click()
    expect(desk.get_by_text("Then everybody who must agree is asked.")).to_be_visible()
    desk.get_by_label("Name", exact=True).fill(NAME)
    desk.get_by_label("About you").fill(WORDS)
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("It waits for 2 more guardians.")).to_be_visible()
    expect(desk.get_by_text("Moonclub", exact=True)).to_be_visible()
    tell.looks(desk, "look-settings")
    other = tell.opens(stranger, "/@moonclub")
    expect(other.get_by_role("heading", name="Moonclub")).to_be_visible()
    expect(other.get_by_text(WORDS)).to_have_count(0)

    one = tell.opens(tavi, "/inbox")
    asked = one.get_by_role("article", name="Rosa wants to change how @moonclub looks.")
    expect(asked).to_contain_text(NAME)
    expect(asked).to_contain_text("Moonclub")
    tell.looks(one, "look-inbox")
    asked.get_by_role("button", name="Yes", exact=True).click()
    expect(one.get_by_role("status").filter(has_text="It is shown when everybody who must agree")).to_be_visible()
    tell.looks(one, "look-yes")

    child = tell.opens(nilo, "/inbox/portraits/moonclub")
    expect(child.get_by_text("It waits for one more guardian.")).to_be_visible()
    expect(child.get_by_role("button", name="No", exact=True)).to_be_visible()
    expect(child.get_by_role("button", name="Yes", exact=True)).to_have_count(0)
    tell.looks(child, "look-child")

    signed_in_long_ago(tell, juna)
    two = tell.opens(juna, "/inbox")
    two.get_by_role("button", name="Yes", exact=True).click()
    expect(two.get_by_role("heading", name="Is it you?")).to_be_visible()
    tell.looks(two, "look-is-it-you")
    two.get_by_label("Password", exact=True).fill(PASSWORD)
    two.get_by_role("button", name="It is me: Yes").click()
    expect(two.get_by_role("status").filter(has_text="It is shown now.")).to_be_visible()
    other.reload()
    expect(other.get_by_role("heading", name=NAME)).to_be_visible()
    expect(other.get_by_text(WORDS)).to_be_visible()

    tell.goes(child, "/@moonclub")
    tell.looks(child, "look-profile")
    child.get_by_role("link", name="You may say no to this").click()
    child.get_by_role("button", name="No to what is shown").click()
    expect(child.get_by_role("status").filter(has_text="It is withheld, here and now.")).to_be_visible()
    tell.looks(child, "look-withheld")
    other.reload()
    expect(other.get_by_role("heading", name="moonclub", exact=True)).to_be_visible()
    expect(other.get_by_text(WORDS)).to_have_count(0)
    desk.reload()
    expect(desk.get_by_text("Somebody who may decide said no.")).to_be_visible()
    assert "Nilo" not in desk.content()
    child.get_by_role("button", name="Take my no back").click()
    other.reload()
    expect(other.get_by_role("heading", name=NAME)).to_be_visible()
