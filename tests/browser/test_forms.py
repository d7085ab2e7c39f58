"""Films and covers in newer forms, for browsers that can; films in grids; loudness through the audio graph."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete, insert, select, update

from onstage import ids, settings
from onstage.clips.models import clip_media, clips, renditions
from onstage.media.covers import lasting_cover
from onstage.media.probe import Limits, probe
from onstage.media.transcode import in_av1
from onstage.server import compose
from onstage.web.http import App
from tests.browser.stage import Site
from tests.browser.test_watch import watching
from tests.media.files import make

pytestmark = pytest.mark.browser

CAN_NOT = """
navigator.mediaCapabilities.decodingInfo = async () => ({ supported: false, smooth: false, powerEfficient: false });
"""
PLAYS_SECOND = """() => {
  const player = document.querySelectorAll("clip-player")[1];
  return player.current && player.video?.currentTime > 0 ? player.video.getAttribute("src") : null;
}"""


@pytest.fixture
def app(site: Site) -> Iterator[App]:
    """The running server's rows and objects; what the test puts there is gone afterwards."""
    opened = compose(settings.load({"ONSTAGE_DATA": str(site.server.data)}))
    yield opened
    with opened.database.write() as db:
        db.execute(delete(clip_media))
        db.execute(delete(renditions).where(renditions.c.codecs.startswith("av01")))
    opened.plays.stop()
    opened.close()


@pytest.fixture
def page(chromium: Browser) -> Page:
    return chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-US").new_page()


def _with_av1(app: App, film: Path) -> set[str]:
    """Give each clip a rendition in AV1 of its own sides; gives the addresses."""
    found = {}
    with app.database.read() as db:
        for clip, width, height in db.execute(select(clips.c.id, clips.c.width, clips.c.height)).all():
            found[clip] = {"key": f"dense{ids.slug()}.mp4", "width": width, "height": height}
    for each in found.values():
        app.storage.put(str(each["key"]), film)
    told = {"bytes": 1000, "bitrate": 1000, "codecs": "av01.0.04M.08"}
    with app.database.write() as db:
        for clip, each in found.items():
            db.execute(insert(renditions).values(clip_id=clip, **each, **told))
    return {f"/media/{each['key']}" for each in found.values()}


def _second_plays(page: Page, site: Site) -> str:
    watching(page, site)
    page.keyboard.press("ArrowDown")
    return str(page.wait_for_function(PLAYS_SECOND).json_value())


@pytest.fixture
def film(app: App, site: Site, tmp_path: Path) -> Path:
    """A film of the site in AV1."""
    source = app.storage.path(f"film{site.slugs[0]}")
    assert source is not None
    ffmpeg = str(make.FFMPEG)
    return in_av1(ffmpeg, probe(ffmpeg, source, Limits()), source, tmp_path / "dense.mp4").path


def test_av1_is_played_where_it_can_be(page: Page, site: Site, app: App, film: Path) -> None:
    dense = _with_av1(app, film)
    assert _second_plays(page, site) in dense


def test_a_browser_without_av1_plays_what_all_play(page: Page, site: Site, app: App, film: Path) -> None:
    dense = _with_av1(app, film)
    page.add_init_script(CAN_NOT)
    assert _second_plays(page, site) not in dense


def test_av1_that_breaks_gives_way(page: Page, site: Site, app: App, tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no film" * 1000)
    dense = _with_av1(app, tmp_path / "broken.mp4")
    assert _second_plays(page, site) not in dense


SHOWN = "image => image.complete && image.naturalWidth > 0 ? new URL(image.currentSrc).pathname : null"
MEAN = """image => {
  const canvas = new OffscreenCanvas(4, 4).getContext("2d");
  canvas.drawImage(image, 0, 0, 4, 4);
  return [...canvas.getImageData(0, 0, 4, 4).data];
}"""


def test_covers_come_in_avif_and_look_the_same(page: Page, site: Site, app: App, tmp_path: Path) -> None:
    source = app.storage.path(f"film{site.slugs[0]}")
    assert source is not None
    cover = lasting_cover(str(make.FFMPEG), source, tmp_path, 1_000_000)
    webp, avif = (f"as-{form}-{ids.slug()}.{form}" for form in ("webp", "avif"))
    app.storage.put(webp, cover.small)
    app.storage.put(avif, cover.avif[1])
    found = []
    for row in ({}, {"cover_small_avif": avif, "cover_avif": avif}):
        with app.database.write() as db:
            clip = db.execute(select(clips.c.id).where(clips.c.slug == site.slugs[0])).scalar_one()
            db.execute(update(clips).where(clips.c.id == clip).values(cover_small=webp))
            db.execute(delete(clip_media))
            db.execute(insert(clip_media).values(clip_id=clip, **row))
        page.goto(f"{site.origin}/@ada")
        image = page.locator(f'.grid a[href="/c/{site.slugs[0]}"] img')
        page.wait_for_function(SHOWN, arg=image.element_handle())
        found.append((image.evaluate(SHOWN), image.evaluate(MEAN), image.bounding_box()))
    (one, as_webp, box), (other, as_avif, same) = found
    assert (one, other, box) == (f"/media/{webp}", f"/media/{avif}", same)
    assert as_avif == pytest.approx(as_webp, abs=6)
    page.goto(f"{site.origin}/c/{site.slugs[0]}")
    page.wait_for_function(SHOWN, arg=page.locator(".stage-cover").first.element_handle())
    assert page.locator(".stage-cover").first.evaluate(SHOWN) == f"/media/{avif}"


def test_a_cover_comes_alive_under_a_pointer(chromium: Browser, site: Site, app: App, film: Path) -> None:
    page = site.page(chromium, site.cast.ada, phone=False)
    slug = site.slugs[0]
    with app.database.write() as db:
        clip = db.execute(select(clips.c.id).where(clips.c.slug == slug)).scalar_one()
        db.execute(insert(clip_media).values(clip_id=clip, preview=f"film{slug}"))
    page.goto(f"{site.origin}/@ada")
    cover = page.locator(f'.grid a[href="/c/{slug}"]')
    cover.hover()
    moving = cover.locator("video")
    expect(moving).to_have_js_property("muted", value=True)
    page.wait_for_function("video => video.currentTime > 0", arg=moving.element_handle())
    assert moving.bounding_box() == cover.bounding_box()
    page.locator("h1").first.hover()
    expect(page.locator(".grid video")).to_have_count(0)


def test_a_quiet_clip_is_made_louder(page: Page, site: Site, app: App) -> None:
    """Beyond the loudest that a video can be: by the audio graph, once the person has turned sound on."""
    with app.database.write() as db:
        for clip in db.execute(select(clips.c.id)).scalars().all():
            db.execute(insert(clip_media).values(clip_id=clip, gain=600))
    page.add_init_script(
        """const made = AudioContext.prototype.createGain;
        window.gains = [];
        AudioContext.prototype.createGain = function () { const node = made.call(this); window.gains.push(node); return node; };"""
    )
    watching(page, site)
    assert page.evaluate("gains.length") == 0
    page.keyboard.press("m")
    page.wait_for_function("gains.some((node) => Math.abs(node.gain.value - 10 ** (6 / 20)) < 0.01)")
    assert page.evaluate("document.querySelector('clip-feed').player.video.volume") == 1
