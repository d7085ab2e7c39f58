"""Watching in a real browser: the first clip plays at once, one swipe a clip, likes, comments, ends and failures."""

import pytest
from playwright.sync_api import Browser, Locator, Page, Response, expect
from sqlalchemy import Table, delete, func, insert, select, update

from onstage.clips.models import clips
from onstage.db.engine import Database
from onstage.engagement.models import comments, likes, plays, reposts
from tests.browser.stage import Site
from tests.serve.running import wait_for

pytestmark = pytest.mark.browser

STATE = """() => {
  const feed = document.querySelector("clip-feed");
  return {
    current: feed.current?.dataset.slug ?? null,
    live: [...document.querySelectorAll("video")].map((video) => video.closest(".clip").dataset.slug),
    paused: feed.player?.video?.paused ?? true,
    muted: feed.player?.video?.muted ?? true,
    at: feed.player?.video?.currentTime ?? 0,
  };
}"""
SHIFTS = """window.shifted = [];
  const noted = (each) => each.sources.map(({ node }) => node?.outerHTML?.slice(0, 80));
  new PerformanceObserver((list) => window.shifted.push(...list.getEntries().filter((each) => !each.hadRecentInput).map(noted)))
    .observe({ type: "layout-shift", buffered: true });"""
RESTS = "() => { const f = document.querySelector('clip-feed'); return f.scrollTop % f.clientHeight < 1 }"
PLAYS = f"slug => {{ const s = ({STATE})(); return s.current === slug && !s.paused && s.at > 0 }}"


def watching(page: Page, site: Site, path: str = "/@ada/watch") -> list[str]:
    """Open a feed, wait until its first clip plays, and give the slugs it begins with."""
    page.goto(site.origin + path)
    slugs: list[str] = page.eval_on_selector_all(".clip", "all => all.map((clip) => clip.dataset.slug)")
    page.wait_for_function(PLAYS, arg=slugs[0])
    return slugs


def count(database: Database, table: Table) -> int:
    """How many rows are in a table now."""
    with database.read() as db:
        return int(db.execute(select(func.count()).select_from(table)).scalar_one())


def test_little_stands_before_the_first_film_in_the_browsers_queue(chromium: Browser, site: Site) -> None:
    """A browser asks six things at once, and of what it finds less urgent one while styles are on their way."""
    page = site.page(chromium)
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: asked.append((request.resource_type, request.url)))
    watching(page, site)
    kinds = [kind for kind, _ in asked]
    before = asked[: kinds.index("media")]
    assert [kind for kind, _ in before].count("stylesheet") == 2
    assert len([url for kind, url in before if kind == "image" and not url.endswith("icons.svg")]) == 1  # its cover


def tap_twice(page: Page, x: int, y: int) -> None:
    """Two taps of a finger in one task: a busy machine would let them come as two single ones."""
    page.evaluate(
        """([x, y]) => {
          const touched = document.elementFromPoint(x, y);
          const finger = {bubbles: true, pointerType: "touch", pointerId: 9, clientX: x, clientY: y};
          for (const type of ["pointerdown", "pointerup", "pointerdown", "pointerup"]) {
            touched.dispatchEvent(new PointerEvent(type, finger));
          }
        }""",
        [x, y],
    )


def complaints(page: Page) -> list[str]:
    """What the browser writes to its console from now on that is an error or a warning."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def on_stage(page: Page, act: str) -> Locator:
    """A part of the clip on stage."""
    slug = page.evaluate(STATE)["current"]
    return page.locator(f'.clip[data-slug="{slug}"] {act}')


def swipe_up(page: Page) -> None:
    """A finger that moves up the screen once the feed stands still."""
    page.wait_for_function(RESTS)
    session = page.context.new_cdp_session(page)
    for kind, points in (("touchStart", [700]), *(("touchMove", [y]) for y in range(690, 150, -20)), ("touchEnd", [])):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": 195, "y": y} for y in points]})


def test_the_first_clip_plays_at_once_and_without_sound(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    watching(page, site, "/")
    assert page.evaluate(STATE)["muted"]
    expect(page.get_by_role("button", name="Tap for sound")).to_be_visible()


def test_sound_is_chosen_once(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    slugs = watching(page, site)
    page.locator(".sound").click()
    page.keyboard.press("ArrowDown")
    page.wait_for_function(PLAYS, arg=slugs[1])
    assert not page.evaluate(STATE)["muted"]
    page.keyboard.press("m")
    assert page.evaluate(STATE)["muted"]
    page.reload()
    expect(page.locator(".sound-words")).to_be_hidden()


def test_a_swipe_is_one_clip_and_three_videos_live(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    slugs = watching(page, site)
    for place in (1, 2, 3):
        swipe_up(page)
        page.wait_for_function(PLAYS, arg=slugs[place])
    page.wait_for_function("() => document.querySelectorAll('video').length === 3")
    assert set(page.evaluate(STATE)["live"]) == set(slugs[2:5])


def test_the_wheel_moves_one_clip_however_far_it_turns(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, phone=False)
    slugs = watching(page, site)
    page.mouse.move(640, 400)
    page.mouse.wheel(0, 2400)
    page.wait_for_function(PLAYS, arg=slugs[1])
    page.wait_for_timeout(500)
    assert page.evaluate(STATE)["current"] == slugs[1]


def test_keys_do_what_the_list_of_keys_says(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, phone=False)
    slugs = watching(page, site)
    for key, place in (("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0)):
        page.keyboard.press(key)
        page.wait_for_function(PLAYS, arg=slugs[place])
    page.keyboard.press(" ")
    page.wait_for_function(f"() => ({STATE})().paused")
    page.keyboard.press(" ")
    page.wait_for_function(f"() => !({STATE})().paused")
    page.keyboard.press("c")
    expect(page.locator("#comments-sheet")).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator("#comments-sheet")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard")).to_be_visible()
    page.get_by_role("switch", name="Single-letter keys").click()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_timeout(300)
    assert page.evaluate(STATE)["current"] == slugs[0]


def test_a_tap_pauses_and_two_taps_like(chromium: Browser, site: Site, database: Database) -> None:
    page = site.page(chromium, site.cast.ben)
    slugs = watching(page, site)
    page.touchscreen.tap(150, 350)
    page.wait_for_function(f"() => ({STATE})().paused")
    page.touchscreen.tap(150, 350)
    page.wait_for_function(f"() => !({STATE})().paused")
    page.wait_for_timeout(400)
    tap_twice(page, 150, 350)
    like = page.locator(f'.clip[data-slug="{slugs[0]}"] .like')
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like.locator(".count")).to_have_text("1")
    page.wait_for_timeout(500)
    assert not page.evaluate(STATE)["paused"]
    page.reload()
    expect(like).to_have_attribute("aria-pressed", "true")
    like.click()
    expect(like.locator(".count")).to_have_text("0")
    wait_for(lambda: count(database, likes) == 0)


def test_holding_plays_twice_as_fast(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, phone=False)
    watching(page, site)
    page.mouse.move(560, 300)
    page.mouse.down()
    page.wait_for_function("() => document.querySelector('clip-feed').player.video.playbackRate === 2")
    page.mouse.up()
    page.wait_for_function("() => document.querySelector('clip-feed').player.video.playbackRate === 1")
    assert not page.evaluate(STATE)["paused"]


def press(page: Page, x: int, y: int, *, milliseconds: int) -> None:
    """A finger that rests on the screen."""
    session = page.context.new_cdp_session(page)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    page.wait_for_timeout(milliseconds)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_holds_at_the_side_and_presses_long_in_the_middle(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    watching(page, site)
    page.evaluate(
        "() => document.querySelector('clip-feed').player.video.addEventListener("
        "'ratechange', (event) => (window.rates ??= []).push(event.target.playbackRate))"
    )
    press(page, 50, 400, milliseconds=700)
    page.wait_for_function("() => window.rates?.join() === '2,1'")
    press(page, 195, 400, milliseconds=700)
    expect(page.locator("#more-sheet")).to_be_visible()
    page.wait_for_timeout(300)
    expect(page.locator("#more-sheet")).to_be_visible()
    assert not page.evaluate(STATE)["paused"]


def test_the_mouse_has_a_button_for_the_menu(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, phone=False)
    watching(page, site)
    page.mouse.click(560, 300, button="right")
    expect(page.locator("#more-sheet")).to_be_visible()


def test_what_is_not_wanted_leaves_the_feed_and_is_logged(chromium: Browser, site: Site, database: Database) -> None:
    page = site.page(chromium, site.cast.ben)
    slugs = watching(page, site, "/")
    on_stage(page, "[data-act=more]").click()
    with page.expect_response("**/api/v1/plays"):
        page.get_by_role("button", name="Not interested").click()
    page.wait_for_function(PLAYS, arg=slugs[1])
    expect(page.locator(f'.clip[data-slug="{slugs[0]}"]')).to_have_count(0)
    with database.read() as db:
        unwanted = (
            select(clips.c.slug).join(plays, plays.c.clip_id == clips.c.id).where(plays.c.kind == "not_interested")
        )
        assert db.execute(unwanted).scalar_one() == slugs[0]


def test_when_nothing_is_left_the_feed_says_so(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.ben)
    watching(page, site)
    page.evaluate("() => { const f = document.querySelector('clip-feed'); f.next = null; f.without(f.articles) }")
    expect(page.get_by_text("That was the last one")).to_be_visible()


def test_the_picture_that_was_chosen_is_played_from_the_same_moment(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.ben)
    watching(page, site)
    video = "document.querySelector('clip-feed').player.video"
    light, sharp = ("/media/light.mp4", page.evaluate(f"{video}.getAttribute('src')"))
    page.evaluate(
        "([light, sharp]) => { document.querySelector('clip-feed').player.dataset.files ="
        " JSON.stringify([[960, 540, 1, sharp], [480, 270, 1, light]]) }",
        [light, sharp],
    )
    page.route(f"**{light}", lambda route: route.continue_(url=site.origin + sharp))
    on_stage(page, "[data-act=more]").click()
    page.get_by_label("Least data").check()
    page.wait_for_function(f"() => {video}.getAttribute('src') === '{light}' && {video}.currentTime > 0")
    page.reload()
    on_stage(page, "[data-act=more]").click()
    expect(page.get_by_label("Least data")).to_be_checked()


def test_a_refused_like_is_taken_back_with_a_sentence(chromium: Browser, site: Site, database: Database) -> None:
    page = site.page(chromium, site.cast.ben)
    slugs = watching(page, site)
    with database.write() as db:
        db.execute(update(clips).where(clips.c.slug == slugs[0]).values(holds=1))
    try:
        like = page.locator(f'.clip[data-slug="{slugs[0]}"] .like')
        like.click()
        expect(page.locator(".toast")).to_be_visible()
        expect(like).to_have_attribute("aria-pressed", "false")
        expect(like.locator(".count")).to_have_text("0")
    finally:
        with database.write() as db:
            db.execute(update(clips).where(clips.c.slug == slugs[0]).values(holds=0))


def test_a_guest_is_shown_both_doors_and_the_back_button_closes(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    slugs = watching(page, site)
    page.locator(f'.clip[data-slug="{slugs[0]}"] .like').click()
    sheet = page.locator("#guest-sheet")
    expect(sheet.get_by_role("heading")).to_have_text("Sign in to like")
    door = sheet.get_by_role("link", name="Sign in").get_attribute("href")
    assert door == site.origin + "/sign-in?next=%2F%40ada%2Fwatch"
    expect(sheet.get_by_role("link", name="Make an account")).to_be_visible()
    page.go_back()
    expect(sheet).to_be_hidden()
    assert page.url == site.origin + "/@ada/watch"


def test_comments_are_there_before_the_server_answers_and_stay(
    chromium: Browser, site: Site, database: Database
) -> None:
    page = site.page(chromium, site.cast.ben)
    slugs = watching(page, site)
    opener = page.locator(f'.clip[data-slug="{slugs[0]}"] [data-act=comments]')
    opener.click()
    expect(page.get_by_text("No comments yet")).to_be_visible()
    page.get_by_label("Your comment").fill("What a <b>light</b>")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".comment-words")).to_have_text("What a <b>light</b>")
    expect(page.locator('.comment[aria-busy="true"]')).to_have_count(0)
    page.get_by_role("button", name="Reply").click()
    page.get_by_label("Your comment").fill("And a shadow")
    page.keyboard.press("Enter")
    expect(page.locator(".reply .comment-words")).to_have_text("And a shadow")
    expect(page.locator("#comments-title")).to_have_text("Comments · 2")
    expect(page.locator('.comment[aria-busy="true"]')).to_have_count(0)
    page.reload()
    opener.click()
    expect(page.locator(".reply .comment-words")).to_have_text("And a shadow")
    page.locator(".comments > .comment > .comment-body > .comment-acts [data-act=delete-comment]").dblclick()
    expect(page.get_by_text("No comments yet")).to_be_visible()
    wait_for(lambda: count(database, comments) == 0)


def test_a_sheet_follows_the_finger_away(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    watching(page, site)
    page.locator("[data-act=comments]").first.click()
    head = page.locator("#comments-sheet .sheet-head")
    expect(head).to_be_visible()
    page.wait_for_function("() => document.getAnimations().every((each) => each.playState !== 'running')")
    box = head.bounding_box()
    assert box is not None
    page.mouse.move(60, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(60, box["y"] + 200, steps=6)
    page.mouse.up()
    expect(page.locator("#comments-sheet")).to_be_hidden()


def test_every_clip_comes_once_and_then_an_end(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    watching(page, site)
    met = []
    for _ in range(len(site.slugs) + 2):
        current = page.evaluate(STATE)["current"]
        if current is None:
            break
        met.append(current)
        page.keyboard.press("ArrowDown")
        page.wait_for_function(f"before => ({STATE})().current !== before", arg=current)
    expect(page.get_by_role("heading", name="That was the last one")).to_be_visible()
    mine = [slug for place, slug in enumerate(site.slugs) if place % 4 != 3]
    assert met == mine
    page.get_by_role("button", name="Back to the first").click()
    page.wait_for_function(PLAYS, arg=met[0])


@pytest.mark.parametrize("phone", [True, False])
def test_a_long_way_down_no_clip_comes_again_and_none_is_left_out(
    chromium: Browser, site: Site, database: Database, phone: bool
) -> None:
    page = site.page(chromium, site.cast.ben, phone=phone)
    complained = complaints(page)
    page.add_init_script(SHIFTS)
    slugs = watching(page, site, "/")
    page.evaluate("() => { document.querySelector('clip-feed').most = 5 }")
    passed = [slugs[0]]
    while True:
        if phone:
            swipe_up(page)
        else:
            page.keyboard.press("ArrowDown")
        page.wait_for_function(f"slug => ({STATE})().current !== slug", arg=passed[-1])
        current = page.evaluate(STATE)["current"]
        if current is None:
            break
        passed.append(current)
        page.wait_for_function(RESTS)
        page.wait_for_timeout(280)  # old clips go
    assert sorted(passed) == sorted(slug for place, slug in enumerate(site.slugs) if place % 4 != 3)
    page.wait_for_function("() => document.querySelectorAll('.clip').length === 5")
    assert complained == []
    assert page.evaluate("shifted") == []


def test_the_sound_stands_beside_the_way_back(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    watching(page, site)
    on_stage(page, ".sound").click()
    on_stage(page, ".sound:not(.is-asking)").click(trial=True)
    page.locator(".watch-search").click(trial=True)
    page.locator(".watch-back").click()
    expect(page).to_have_url(f"{site.origin}/@ada")


def test_the_back_button_leads_to_the_clip_that_was_left(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    complained = complaints(page)
    slugs = watching(page, site)
    for place in (1, 2, 3):
        page.keyboard.press("ArrowDown")
        page.wait_for_function(PLAYS, arg=slugs[place])
    page.wait_for_function(RESTS)  # else the click's own scrolling could lead on to the next clip
    page.locator(f'.clip[data-slug="{slugs[3]}"] .clip-by a').first.click()
    expect(page).to_have_url(site.origin + "/@ada")
    page.go_back()
    page.wait_for_function(PLAYS, arg=slugs[3])
    page.keyboard.press("ArrowUp")
    page.wait_for_function(PLAYS, arg=slugs[2])
    assert complained == []


def test_without_a_network_the_feed_says_so_and_goes_on_later(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    page.route("**/fragments/feed*", lambda route: route.abort())
    slugs = watching(page, site)
    page.wait_for_selector(".feed-state.is-broken", state="attached")
    for slug in slugs:
        page.wait_for_function(f"slug => ({STATE})().current === slug", arg=slug)
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("heading", name="The next clips did not come")).to_be_visible()
    page.unroute("**/fragments/feed*")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_function(
        f"slugs => {{ const now = ({STATE})().current; return now && !slugs.includes(now) }}", arg=slugs
    )


def test_a_clip_that_fails_says_so_and_is_passed_by(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    page.route(f"**/media/film{site.slugs[1]}", lambda route: route.fulfill(status=404))
    slugs = watching(page, site)
    assert slugs[1] == site.slugs[1]
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("This clip can't be played right now.")).to_be_visible()
    page.wait_for_function(PLAYS, arg=slugs[2])


def test_a_muted_account_leaves_the_feed_at_once(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.fay)
    page.goto(site.origin + "/tag/dance/watch")
    expect(page.locator('.clip[data-handle="duo"]').first).to_be_attached()
    page.wait_for_function(f"() => ({STATE})().current !== null && !({STATE})().paused")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.querySelector('clip-feed').current?.dataset.handle === 'duo'")
    on_stage(page, "[data-act=more]").click()
    page.get_by_role("button", name="Mute").click()
    expect(page.locator('.clip[data-handle="duo"]')).to_have_count(0)
    page.wait_for_function(f"() => ({STATE})().current !== null && !({STATE})().paused")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("@duo is back.")).to_be_visible()


def test_what_was_watched_reaches_the_log(chromium: Browser, site: Site, database: Database) -> None:
    with database.write() as db:
        db.execute(delete(plays))
    page = site.page(chromium)
    slugs = watching(page, site, "/")
    page.wait_for_function("() => document.querySelector('clip-feed').player.stay.watched > 2000")
    with page.expect_response("**/api/v1/plays") as answered:
        page.keyboard.press("ArrowDown")
        page.wait_for_function(PLAYS, arg=slugs[1])
    outcomes = answered.value.json()["outcomes"]
    assert {outcome["outcome"] for outcome in outcomes} <= {"stored", "duplicate"}
    page.goto("about:blank")
    with database.read() as db:
        rows = db.execute(select(plays.c.kind, plays.c.watched_ms).where(plays.c.surface == "for_you")).all()
    assert {"impression", "start", "progress", "end"} <= {row.kind for row in rows}
    assert max(row.watched_ms for row in rows) >= 2000


def test_without_scripts_clips_play_and_links_lead_on(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, java_script_enabled=False)
    page.goto(site.origin + "/@ada/watch")
    assert page.locator("video[controls]").count() == page.locator(".clip").count()
    page.locator("[data-act=comments]").first.click()
    assert page.url.endswith("#comments")
    expect(page.locator("#comments-sheet")).to_be_visible()


def test_nothing_jumps_and_the_first_load_is_small(chromium: Browser, site: Site) -> None:
    page = site.page(chromium)
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(_packed(answer)) if "/media/" not in answer.url else None)
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())"
        " if (!entry.hadRecentInput) window.shift += entry.value }).observe({ type: 'layout-shift', buffered: true })"
    )
    watching(page, site, "/")
    assert page.evaluate("window.shift") == 0
    assert sum(sizes) <= 100_000


def _packed(answer: Response) -> int:
    return int(answer.headers.get("content-length", "0"))


def test_the_page_of_a_clip_has_its_comments_and_goes_on(chromium: Browser, site: Site, database: Database) -> None:
    slug = site.slugs[0]
    with database.write() as db:
        clip = db.execute(select(clips.c.id).where(clips.c.slug == slug)).scalar_one()
        ben = site.cast.ben.viewer
        words = {"id": 7, "clip_id": clip, "account_id": ben.account, "person_id": ben.person}
        db.execute(insert(comments).values(**words, words="Seen by link", at=1))
    page = site.page(chromium, phone=False)
    page.goto(f"{site.origin}/c/{slug}")
    page.wait_for_function(PLAYS, arg=slug)
    expect(page.get_by_text("Seen by link")).to_be_visible()
    assert page.locator('meta[property="og:video"]').count() == 1
    page.keyboard.press("ArrowDown")
    page.wait_for_function(f"slug => ({STATE})().current !== slug && !({STATE})().paused", arg=slug)
    expect(page.get_by_text("No comments yet")).to_be_visible()


def test_names_and_tags_are_suggested_while_one_writes(chromium: Browser, site: Site, database: Database) -> None:
    page = site.page(chromium, site.cast.ben)
    slugs = watching(page, site)
    page.locator(f'.clip[data-slug="{slugs[0]}"] [data-act=comments]').click()
    field = page.get_by_label("Your comment")
    options = page.locator("#comments-sheet").get_by_role("option")
    field.press_sequentially("look @ad")
    expect(options).to_have_text(["@adaAda"])
    expect(options).to_have_attribute("aria-selected", "false")
    field.press("ArrowDown")
    expect(options).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.get_attribute("id")
    field.press("Enter")
    expect(field).to_have_value("look @ada ")
    expect(options).to_have_count(0)
    field.press_sequentially("#danc")
    options.first.click()
    expect(field).to_have_value("look @ada #dance ")
    expect(field).to_be_focused()
    field.press_sequentially("@ad")
    expect(options).to_have_count(1)
    field.press("Escape")
    expect(options).to_have_count(0)
    expect(page.locator("#comments-sheet")).to_be_visible()
    field.press("Enter")
    expect(page.locator(".comment-words")).to_have_text("look @ada #dance @ad")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    field.fill("and @ada")
    field.press("Enter")  # before the pause is over, after which names are asked for
    expect(page.locator(".comment-words")).to_have_count(2)
    page.wait_for_timeout(400)
    assert [url for url in asked if url.endswith("suggestions?q=")] == []


def test_a_repost_is_made_and_taken_back(chromium: Browser, site: Site, database: Database) -> None:
    page = site.page(chromium, site.cast.ben)
    slugs = watching(page, site)
    dots = page.locator(f'.clip[data-slug="{slugs[0]}"] [data-act=more]')
    dots.click()
    page.get_by_role("button", name="Repost").click()
    wait_for(lambda: count(database, reposts) == 1)
    expect(page.get_by_text("Reposted. It is on your page")).to_be_visible()
    dots.click()
    page.get_by_role("button", name="Take your repost back").click()
    wait_for(lambda: count(database, reposts) == 0)
