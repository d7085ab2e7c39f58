"""The doors and settings in a real browser: passkeys by a virtual authenticator, and all that scripts improve."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from onstage import settings
from onstage.db.engine import Database
from onstage.notifications import choices
from onstage.notifications.models import devices
from tests.accounts.joining import PASSWORD
from tests.browser.stage import Site

pytestmark = pytest.mark.browser
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_device(page: Page) -> None:
    """Give the browser an authenticator of its own."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def fill_in(page: Page, handle: str) -> None:
    """Everything of the sign-up form but how to sign in."""
    page.get_by_label("Handle", exact=True).fill(handle)
    page.get_by_label("Name", exact=True).fill(handle.title())
    page.get_by_label("Day").fill("4")
    page.get_by_label("Month").select_option("5")
    page.get_by_label("Year").fill("1990")


def joined(chromium: Browser, site: Site, handle: str) -> Page:
    """Somebody new who has kept their codes."""
    page = site.page(chromium)
    page.goto(f"{site.origin}/sign-up")
    fill_in(page, handle)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    page.get_by_label("I have kept them").check()
    page.get_by_role("button", name="Go to the stage").click()
    expect(page).to_have_url(re.compile(rf"{site.origin}/\??$"))
    return page


def test_signing_up_and_keeping_the_codes(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    page.goto(f"{site.origin}/sign-up")
    fill_in(page, "ada")
    expect(page.get_by_text("@ada is taken.")).to_be_visible()
    page.get_by_label("Handle", exact=True).fill("marit")
    expect(page.get_by_text("@marit is free.")).to_be_visible()
    assert page.locator("[data-zone]").input_value() == page.evaluate(
        "Intl.DateTimeFormat().resolvedOptions().timeZone"
    )
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Show the password").click()
    assert page.get_by_label("Password", exact=True).get_attribute("type") == "text"
    page.get_by_role("button", name="Make my account").click()
    shown = page.locator(".codes-list code").all_inner_texts()
    assert len(shown) == 10
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    kept = Path(download.value.path()).read_text()
    assert all(code in kept for code in shown)
    page.get_by_role("button", name="Go to the stage").click()
    assert "/sign-up" in page.url  # the box is not ticked yet


def test_what_is_wrong_gets_the_focus(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    page.goto(f"{site.origin}/sign-up")
    fill_in(page, "sina")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Make my account").click()
    expect(page.locator("#problem")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#password")).to_be_focused()


def test_a_passkey_from_sign_up_to_sign_in(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    with_device(page)
    page.goto(f"{site.origin}/sign-up")
    fill_in(page, "tove")
    page.get_by_role("button", name="Use a passkey instead of a password").click()
    expect(page.locator(".codes-list code")).to_have_count(10)
    page.context.clear_cookies()
    page.goto(f"{site.origin}/sign-in?next=/settings/profile")
    # The browser offers the passkey beside the handle; the authenticator says yes at once.
    expect(page).to_have_url(f"{site.origin}/settings/profile")
    expect(page.get_by_label("Handle", exact=True)).to_have_value("tove")


def test_a_passkey_by_its_button(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    page.add_init_script("if (window.PublicKeyCredential) delete PublicKeyCredential.isConditionalMediationAvailable")
    with_device(page)
    page.goto(f"{site.origin}/sign-up")
    fill_in(page, "uma")
    page.get_by_role("button", name="Use a passkey instead of a password").click()
    expect(page.locator(".codes-list code")).to_have_count(10)
    page.context.clear_cookies()
    page.goto(f"{site.origin}/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{site.origin}/")


def test_a_handle_that_can_not_be_is_said_before_a_passkey_is_made(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    with_device(page)
    page.goto(f"{site.origin}/sign-up")
    fill_in(page, "a b")
    page.get_by_role("button", name="Use a passkey instead of a password").click()
    expect(page.locator("[data-problem]")).to_contain_text("2 to 30 letters")


def test_another_passkey_in_settings(chromium: Browser, site: Site) -> None:
    page = joined(chromium, site, "vera")
    with_device(page)
    page.goto(f"{site.origin}/settings/sign-in")
    page.get_by_label("What to call it").fill("Blue telephone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    expect(page.get_by_text("Blue telephone")).to_be_visible()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("This device has a passkey of yours already.")).to_be_visible()
    page.get_by_role("button", name="Remove Blue telephone").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()


def test_where_passkeys_are_impossible_the_page_says_what_they_need(chromium: Browser, site: Site) -> None:
    page = joined(chromium, site, "vito")
    needs = page.get_by_text("Adding a passkey needs an https address")
    page.goto(f"{site.origin}/settings/sign-in")
    expect(page.get_by_role("button", name="Add a passkey")).to_be_visible()
    expect(needs).to_be_hidden()
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")  # as over plain http
    page.reload()
    expect(needs).to_be_visible()
    expect(page.get_by_role("button", name="Add a passkey")).to_be_hidden()


def test_a_picture_is_cut_and_sent(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.fay)
    page.goto(f"{site.origin}/settings/profile")
    drawn = page.evaluate(
        """async () => {
            const canvas = new OffscreenCanvas(300, 200);
            canvas.getContext("2d").fillRect(0, 0, 150, 200);
            const blob = await canvas.convertToBlob({ type: "image/png" });
            return [...new Uint8Array(await blob.arrayBuffer())];
        }"""
    )
    page.set_input_files("[data-portrait-file]", {"name": "me.png", "mimeType": "image/png", "buffer": bytes(drawn)})
    expect(page.get_by_role("dialog", name="Your picture")).to_be_visible()
    page.locator("[data-crop]").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Use this picture").last.click()
    expect(page.get_by_text("Your picture is being prepared.")).to_be_visible()


# A push service is not on this machine: what a browser gets from one.
SUBSCRIBES = """(service) => {
  const kept = { on: null };
  const key = (length) => btoa("x".repeat(length)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
  const keys = { p256dh: key(65), auth: key(16) };
  const made = { endpoint: `https://${service}/send/one`, toJSON() { return { endpoint: this.endpoint, keys }; } };
  made.unsubscribe = async () => Boolean((kept.on = null)) || true;
  PushManager.prototype.getSubscription = async () => kept.on;
  PushManager.prototype.subscribe = async () => (kept.on = made);
}"""
SERVICE = settings.load({}).push_services.partition(",")[0].strip()


def test_who_wakes_a_browser_says_what_for(whole_chromium: Browser, site: Site, database: Database) -> None:
    page = site.page(whole_chromium, site.cast.fay, permissions=["notifications"])
    page.add_init_script(f"({SUBSCRIBES})('{SERVICE}')")
    page.goto(f"{site.origin}/settings/notifications")
    page.get_by_role("button", name="Wake this browser").click()
    asked = page.get_by_role("dialog", name="What may wake it?")
    expect(asked.get_by_role("checkbox", checked=True)).to_have_count(0)
    asked.get_by_role("button", name="Wake this browser").click()
    expect(asked.get_by_role("alert")).to_contain_text("at least one")
    asked.get_by_label("Somebody answers you").check()
    asked.get_by_role("button", name="Wake this browser").click()
    expect(page.get_by_text("It is woken by what you tick")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Somebody answers you Devices")).to_be_checked()
    with database.read() as db:
        pushed = [each.kind for each in choices.chosen(db, site.cast.fay.viewer) if each.push]
        assert pushed == ["reply"]
        assert db.execute(select(func.count()).select_from(devices)).scalar_one() == 1
    page.get_by_role("button", name="Let it sleep").click()
    expect(page.get_by_text("Nothing wakes it.")).to_be_visible()


def test_deleting_oneself_waits_for_the_handle(chromium: Browser, site: Site) -> None:
    page = joined(chromium, site, "wilma")
    page.goto(f"{site.origin}/settings/leaving")
    button = page.get_by_role("button", name="Delete my account for good")
    expect(button).to_be_disabled()
    page.get_by_label("Type your handle to confirm").fill("@Wilma")
    expect(button).to_be_enabled()
    button.click()
    expect(page).to_have_url(re.compile(r"/receipts/"))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("erased"))
    page.goto(f"{site.origin}/sign-in")
    page.get_by_label("Handle", exact=True).fill("wilma")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#password-error")).to_be_visible()


PLACES = (
    "/sign-up", "/sign-in", "/sign-in/recover", "/settings", "/settings/profile", "/settings/privacy",
    "/settings/sign-in", "/settings/sessions", "/settings/tokens", "/settings/leaving", "/settings/check",
    "/server", "/server/reports", "/server/invitations", "/server/people", "/server/set-up", "/make", "/me/clips",
)  # fmt: skip


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_window(chromium: Browser, site: Site, width: int) -> None:
    guest, owner = site.page(chromium), site.page(chromium, site.cast.ola)
    for place in PLACES:
        page = guest if place.startswith("/sign") else owner
        page.set_viewport_size({"width": width, "height": 700})
        page.goto(site.origin + place)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
