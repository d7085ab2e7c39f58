"""A clip inside the page of another site, in Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import insert, select

from onstage.clips.models import HoldKind, clips, holds
from onstage.clock import SECOND, now
from onstage.db.engine import Database
from onstage.engagement.models import days
from tests.browser.axe import Look
from tests.browser.stage import Site

pytestmark = pytest.mark.browser


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def other_site(folder: Path, html: str) -> Iterator[str]:
    """A page of somebody else's: another address is another site to the browser."""
    (folder / "index.html").write_text(f"<!doctype html><title>A club</title><h1>Our club</h1>{html}")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_it_plays_there_when_it_is_pressed_and_counts_here(
    chromium: Browser, site: Site, database: Database, tmp_path: Path
) -> None:
    slug = site.slugs[-1]  # which no other test watches: an address adds ten views of guests to a clip
    page = site.page(chromium, phone=False)
    code = page.request.get(f"{site.origin}/api/v1/oembed?url=/c/{slug}").json()["html"]
    with other_site(tmp_path, code) as address:
        page.goto(address)
        frame = page.frame_locator("iframe")
        play = frame.get_by_role("button", name="Play")
        expect(play).to_be_visible()
        assert frame.locator("video").count() == 0, "nothing is fetched before somebody wants to see it"
        play.click()
        expect(frame.get_by_role("link", name="Watch on Onstage")).to_have_attribute("href", f"/c/{slug}")
        until = now() + 60 * SECOND
        while counted(database, slug) is None and now() < until:
            page.wait_for_timeout(200)
    assert counted(database, slug) == ({"embed"}, 1)


def counted(database: Database, slug: str) -> tuple[set[str], int] | None:
    """Where the views of a clip were, and how many; None while there is none."""
    with database.read() as db:
        found = db.execute(
            select(days.c.surface, days.c.views).join(clips).where(clips.c.slug == slug, days.c.views > 0)
        ).all()
    return ({row.surface for row in found}, sum(row.views for row in found)) if found else None


def test_what_is_taken_back_stops_there_too(chromium: Browser, site: Site, database: Database, tmp_path: Path) -> None:
    slug = site.slugs[1]
    page = site.page(chromium)
    with other_site(
        tmp_path, f'<iframe src="{site.origin}/embed/{slug}" width="300" height="533"></iframe>'
    ) as address:
        page.goto(address)
        frame = page.frame_locator("iframe")
        frame.get_by_role("button", name="Play").click()
        page.frames[1].wait_for_function("() => document.querySelector('video')?.currentTime > 0.2")
        with database.write() as db:
            clip = db.execute(select(clips.c.id).where(clips.c.slug == slug)).scalar_one()
            db.execute(insert(holds).values(clip_id=clip, kind=HoldKind.MODERATION, since=now()))
            db.execute(clips.update().where(clips.c.id == clip).values(holds=1))
        expect(frame.get_by_role("heading", name="This clip is no longer shown")).to_be_visible(timeout=15_000)
        assert frame.locator("video").count() == 0
        page.reload()
        expect(page.frame_locator("iframe").get_by_role("heading", name="This clip is not shown here")).to_be_visible()
    with database.write() as db:
        db.execute(holds.delete().where(holds.c.clip_id == clip))
        db.execute(clips.update().where(clips.c.id == clip).values(holds=0))


def test_the_code_for_a_page_stands_behind_the_dots(chromium: Browser, site: Site, look: Look) -> None:
    page = site.page(chromium)
    page.goto(f"{site.origin}/c/{site.slugs[0]}")
    page.locator("[data-act=more]").first.click()
    page.get_by_role("button", name="Show it on a website").click()
    code = page.get_by_label("Paste this into the page")
    expect(code).to_be_visible()
    assert f'src="{site.origin}/embed/{site.slugs[0]}"' in code.input_value()
    look(page, page.url)
    page.goto(f"{site.origin}/embed/{site.slugs[0]}")
    look(page, page.url)


def test_it_plays_where_half_of_it_has_no_room_and_rests_out_of_sight(
    chromium: Browser, site: Site, tmp_path: Path
) -> None:
    page = chromium.new_context(viewport={"width": 844, "height": 320}).new_page()
    frame_of = f'<iframe src="{site.origin}/embed/{site.slugs[2]}" width="405" height="720"></iframe>'
    with other_site(tmp_path, f'{frame_of}<div style="height: 3000px"></div>') as address:
        page.goto(address)
        page.locator("iframe").evaluate("frame => frame.scrollIntoView({ block: 'center' })")
        page.frame_locator("iframe").get_by_role("button", name="Play").click()
        inner = page.frames[1]
        inner.wait_for_function("() => document.querySelector('video')?.currentTime > 0.5")
        page.evaluate("scrollTo(0, 2500)")
        inner.wait_for_function(
            "() => document.querySelector('video').paused", polling=100
        )  # no frames are drawn there
        page.locator("iframe").evaluate("frame => frame.scrollIntoView({ block: 'center' })")
        inner.wait_for_function("() => !document.querySelector('video').paused")
