"""What comes beside the pictures: captions by choice, even loudness, pictures while scrubbing, grids that come alive."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import delete, insert, select

from onstage import ids, settings
from onstage.clips.models import captions, clip_media, clips
from onstage.db.engine import Database
from onstage.server import compose
from tests.browser.stage import Site
from tests.browser.test_watch import watching
from tests.media.files import make

pytestmark = pytest.mark.browser


@pytest.fixture
def database(site: Site) -> Iterator[Database]:
    """The running server's database, with captions, a sheet and a gain for every clip until the test ends."""
    opened = compose(settings.load({"ONSTAGE_DATA": str(site.server.data)}))
    key = f"sheet{ids.slug()}.webp"
    path = site.server.data / key
    make.run(path, "-f", "lavfi", "-i", "color=red:size=900x160", "-frames:v", "1", "-c:v", "libwebp", "-f", "webp")
    opened.storage.put(key, path)
    words = "WEBVTT\n\n00:00:00.000 --> 00:00:59.000\nHello from the stage\n"
    shape = {"scrub_width": 90, "scrub_height": 160, "scrub_count": 10, "scrub_us": 100_000}
    with opened.database.write() as db:
        db.execute(delete(clip_media))
        for clip in db.execute(select(clips.c.id)).scalars().all():
            db.execute(insert(clip_media).values(clip_id=clip, gain=-600, languages="en", scrub=key, **shape))
            db.execute(insert(captions).values(clip_id=clip, language="en", words=words, source="person", changed_at=1))
    yield opened.database
    with opened.database.write() as db:
        db.execute(delete(captions))
        db.execute(delete(clip_media))
    opened.close()


@pytest.fixture
def page(chromium: Browser) -> Page:
    return chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-US").new_page()


SHOWN = """() => [...document.querySelector("clip-feed").player.video.textTracks].flatMap(
  (track) => [...(track.activeCues ?? [])].map((cue) => cue.text),
)"""


def test_captions_are_shown_by_choice_and_the_choice_stays(page: Page, site: Site, database: Database) -> None:
    watching(page, site)
    assert page.evaluate(SHOWN) == []
    button = page.locator(".captions-toggle")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    page.wait_for_function(f"() => ({SHOWN})().includes('Hello from the stage')")
    page.keyboard.press("ArrowDown")
    page.wait_for_function(f"() => ({SHOWN})().includes('Hello from the stage')")
    page.reload()
    page.wait_for_function(f"() => ({SHOWN})().includes('Hello from the stage')")
    page.locator(".captions-toggle").click()
    page.wait_for_function(f"() => !({SHOWN})().length")


def test_a_loud_clip_plays_more_quietly(page: Page, site: Site, database: Database) -> None:
    watching(page, site)
    page.wait_for_function(
        "() => Math.abs(document.querySelector('clip-feed').player.video.volume - 10 ** (-6 / 20)) < 0.01"
    )


def test_the_place_is_shown_while_scrubbing(page: Page, site: Site, database: Database) -> None:
    watching(page, site)
    page.evaluate(
        """() => {
          const range = document.querySelector("clip-feed").player.querySelector(".scrub input");
          range.value = 500;
          range.dispatchEvent(new Event("input", { bubbles: true }));
        }"""
    )
    picture = page.locator(".scrub-picture")
    expect(picture).to_be_visible()
    assert picture.evaluate("each => [each.style.width, each.style.height]") == ["90px", "160px"]
    assert "-0px" not in picture.evaluate("each => each.style.backgroundPosition").split(" ")[0]


def test_an_address_that_runs_out_is_renewed_where_it_was(page: Page, site: Site) -> None:
    """As with addresses at S3, which live for a minute: what was not fetched by then is refused."""
    counted = {"asked": 0, "refused": 0}
    films: dict[str, bytes] = {}

    def answer(route: Route) -> None:
        request = route.request
        asked = request.headers.get("range", "bytes=0-")
        counted["asked"] += 1
        first = int(asked.removeprefix("bytes=").split("-")[0])
        if first and not counted["refused"]:
            counted["refused"] = 1
            route.fulfill(status=403)
            return
        whole = films.setdefault(request.url, route.fetch(headers={}).body())
        end = len(whole) if counted["refused"] else min(len(whole), first + len(whole) * 2 // 3)
        about = {"content-range": f"bytes {first}-{end - 1}/{len(whole)}", "content-type": "video/mp4"}
        route.fulfill(status=206, body=whole[first:end], headers=about)

    page.route("**/media/film*", answer)
    page.goto(f"{site.origin}/c/{site.slugs[0]}")
    runs = "() => { const v = document.querySelector('clip-feed')?.player?.video; return !!v && !v.paused && v.currentTime > 0 }"
    for _ in range(120):
        page.wait_for_timeout(500)
        if counted["refused"] and page.evaluate(runs):
            break
    assert counted["refused"] == 1
    assert page.evaluate(runs)
    expect(page.locator(".stage-failed")).to_have_count(0)


def test_captions_are_written_along_the_time(chromium: Browser, site: Site, database: Database) -> None:
    page = site.page(chromium, site.cast.ada, phone=False)
    page.goto(f"{site.origin}/make/{site.slugs[0]}/captions?language=fr")
    page.get_by_role("button", name="Add words here").click()
    page.get_by_label("Words").fill("Bonjour <toi> & moi")
    page.get_by_label("Ends").fill("1.5")
    page.get_by_label("Ends").press("Tab")
    assert page.locator(".captions-part").count() == 1
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**did=save*")
    with database.read() as db:
        words = db.execute(select(captions.c.words).where(captions.c.language == "fr")).scalar()
    assert words == "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nBonjour &lt;toi&gt; &amp; moi\n"
    assert page.locator("[data-list] textarea").input_value() == "Bonjour <toi> & moi"
