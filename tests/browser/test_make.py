"""Making a clip in a real browser: from a file and from the camera, across breaks and reloads, to those who may see it."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.browser.stage import Site

pytestmark = pytest.mark.browser
SENT = "/api/v1/uploads"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of moving picture with sound, about three megabytes."""
    made = tmp_path_factory.mktemp("films") / "dusk.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=s=540x960:d=6:r=30"]
    sound = ["-f", "lavfi", "-i", "sine=330:d=6"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "4M", "-pix_fmt", "yuv420p", "-g", "30", "-c:a", "aac"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *picture, *sound, *codecs, str(made)], check=True)
    return made


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """Fay on the first step."""
    made = site.page(chromium, site.cast.fay, permissions=["camera", "microphone"])
    made.set_default_timeout(60_000)
    made.goto(f"{site.origin}/make")
    yield made
    assert made.evaluate("window.failed") is None
    made.context.close()


def choose(page: Page, film: Path | dict[str, Any]) -> None:
    """Bring a file."""
    page.locator("input[data-file]:not([capture])").set_input_files(film)  # type: ignore[arg-type]


def ready(page: Page) -> None:
    """Wait until the clip can be played."""
    expect(page.locator("[data-words]")).to_have_text("Ready")


def slug_of(page: Page) -> str:
    """The clip on whose page one is."""
    expect(page).to_have_url(re.compile(r"/make/\w{16}"))
    return page.url.rpartition("/")[2]


def posted(page: Page) -> list[str]:
    """The uploads that the page announces from now on."""
    found: list[str] = []

    def look(request: Request) -> None:
        if request.method == "POST" and request.url.endswith(SENT):
            found.append(request.url)

    page.on("request", look)
    return found


class Line:
    """The connection of a page, which can be slow."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")

    def carries(self, bytes_a_second: int) -> None:
        """So many bytes go up in a second; -1: as many as can."""
        limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second}
        self._session.send("Network.emulateNetworkConditions", limits)


def test_a_file_becomes_a_clip_that_others_see(chromium: Browser, site: Site, page: Page, film: Path) -> None:
    choose(page, film)
    slug = slug_of(page)
    ready(page)
    strip = page.locator("[data-at]")
    strip.focus()
    page.keyboard.press("End")
    expect(page.locator("[data-cover-state]")).to_have_text("The cover is saved.")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Caption").fill("Dusk on the roof #Dusk with @ada, not a#b")
    assert page.locator(".caption-mirror mark").all_inner_texts() == ["#Dusk", "@ada"]
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Your clip is out")).to_be_visible()
    expect(page.locator("[data-link]")).to_have_text(f"{site.origin}/c/{slug}")
    guest = site.page(chromium)
    answer = guest.goto(f"{site.origin}/c/{slug}")
    assert answer is not None
    assert answer.status == 200
    expect(guest.get_by_text("Dusk on the roof").first).to_be_visible()


def test_what_lies_between_two_handles_is_left(site: Site, page: Page, film: Path) -> None:
    choose(page, film)
    slug = slug_of(page)
    start, end = page.get_by_role("slider", name="Beginning"), page.get_by_role("slider", name="End")
    expect(start).to_be_visible()
    start.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")  # by 0.05 seconds each
    expect(start).to_have_attribute("aria-valuetext", "1 second")
    box = end.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 10, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.up()
    left = float(page.get_by_label("To second").input_value())
    assert 2 < left < 4
    page.wait_for_function("document.querySelector('[data-preview]').currentTime >= 1")
    page.evaluate("document.querySelector('[data-preview]').currentTime = 5.5")
    page.wait_for_function("left => document.querySelector('[data-preview]').currentTime < left", arg=left)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Your clip is out")).to_be_visible()
    made = page.request.get(f"{site.origin}/api/v1/clips/{slug}").json()
    assert abs(made["duration_seconds"] - (left - 1)) < 0.1


def test_a_film_of_any_length_goes_out(page: Page, tmp_path: Path) -> None:
    odd = tmp_path / "odd.mp4"  # 2.367 seconds: not a hundredth, which is as fine as the fields of the cut are
    picture = ["-f", "lavfi", "-i", "testsrc2=s=270x480:r=30", "-frames:v", "71", "-pix_fmt", "yuv420p"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *picture, str(odd)], check=True)
    choose(page, odd)
    ready(page)
    expect(page.get_by_role("slider", name="End")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Your clip is out")).to_be_visible(timeout=20_000)


def test_publishing_does_not_wait_for_the_upload(page: Page, film: Path) -> None:
    line = Line(page)
    line.carries(400_000)
    choose(page, film)
    slug_of(page)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="It goes out by itself")).to_be_visible()
    line.carries(-1)
    expect(page.get_by_role("heading", name="Your clip is out")).to_be_visible(timeout=60_000)


def test_an_upload_goes_on_after_a_reload(page: Page, film: Path) -> None:
    announced, line = posted(page), Line(page)
    line.carries(400_000)
    choose(page, film)
    slug = slug_of(page)
    expect(page.locator("[data-words]")).to_contain_text("left")
    page.wait_for_function(
        """async (slug) => {
            const open = indexedDB.open("onstage-make", 1);
            const base = await new Promise((resolve) => (open.onsuccess = () => resolve(open.result)));
            const get = base.transaction("files").objectStore("files").get(`clip ${slug}`);
            const file = await new Promise((resolve) => (get.onsuccess = () => resolve(get.result)));
            base.close();
            return Boolean(file);
        }""",
        arg=slug,
    )
    page.reload()
    expect(page.locator("[data-words]")).to_contain_text("Uploading")
    line.carries(-1)
    ready(page)
    assert slug_of(page) == slug
    assert len(announced) == 1


def test_an_upload_pauses_and_goes_on(page: Page, film: Path) -> None:
    line = Line(page)
    line.carries(300_000)
    choose(page, film)
    expect(page.locator("[data-pause]")).to_have_text("Pause")
    page.locator("[data-pause]").click()
    expect(page.locator("[data-words]")).to_contain_text("Paused at")
    line.carries(-1)
    page.locator("[data-pause]").click()
    ready(page)


def test_what_can_not_be_is_said_before_a_byte_is_sent(page: Page) -> None:
    announced = posted(page)
    choose(page, {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Dear all"})
    expect(page.locator("[data-refusal]")).to_contain_text("This is not a video.")
    page.evaluate("document.querySelector('clip-maker').limits.bytes = 1000")
    choose(page, {"name": "long.mp4", "mimeType": "video/mp4", "buffer": bytes(200_000)})
    expect(page.locator("[data-refusal]")).to_contain_text("This file has 200 kB. Files here are up to 1 kB.")
    assert announced == []


def test_a_file_that_is_no_film_fails_with_a_reason(page: Page, site: Site) -> None:
    choose(page, {"name": "odd.mp4", "mimeType": "video/mp4", "buffer": b"not a film at all " * 500})
    expect(page.locator("[data-words]")).to_contain_text("not a video")
    expect(page.get_by_role("link", name="Choose another file")).to_be_visible()
    page.goto(f"{site.origin}/me/clips")
    expect(page.get_by_text("It did not work").first).to_be_visible()


def test_the_way_back_keeps_the_clip(page: Page, film: Path, site: Site) -> None:
    choose(page, film)
    slug = slug_of(page)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Caption").fill("Not lost")
    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.get_by_role("button", name="Next")).to_be_visible()
    page.go_forward()
    expect(page.get_by_label("Caption")).to_have_value("Not lost")
    page.go_back()
    page.go_back()
    expect(page.get_by_text("it is in your drafts")).to_be_visible()
    page.goto(f"{site.origin}/me/clips")
    expect(page.locator(f"#clip-{slug}")).to_be_visible()


def test_two_takes_become_one_clip(page: Page, site: Site) -> None:
    page.get_by_role("button", name="Record").click()
    shutter = page.locator("[data-act=record]")
    for _ in range(3):
        shutter.click()
        page.wait_for_timeout(1200)
        shutter.click()
        expect(page.locator("[data-act=next]")).to_be_visible()
    expect(page.locator(".ring-marks line")).to_have_count(3)
    page.locator("[data-act=undo]").click()
    expect(page.locator(".ring-marks line")).to_have_count(2)
    page.locator("[data-act=next]").click()
    slug = slug_of(page)
    ready(page)
    made = page.request.get(f"{site.origin}/api/v1/me/clips?limit=5").json()["items"]
    clip = next(item for item in made if item["slug"] == slug)
    assert clip["duration_seconds"] > 0
    assert (clip["width"], clip["height"]) == (720, 1280)


@pytest.mark.parametrize(
    "kind", ["video/webm;codecs=vp8,opus", "video/webm;codecs=vp9,opus", "video/mp4;codecs=vp9,opus"]
)
def test_takes_of_every_kind_are_joined(page: Page, tmp_path: Path, kind: str) -> None:
    page.get_by_role("heading", name="New clip").click()  # sound needs a person who has touched the page
    joined = page.evaluate(
        """async ([module, kind]) => {
            if (!MediaRecorder.isTypeSupported(kind)) return null;
            const { join } = await import(module);
            const canvas = Object.assign(document.createElement("canvas"), { width: 180, height: 320 });
            const context = canvas.getContext("2d");
            const draw = setInterval(() => {
                context.fillStyle = `hsl(${performance.now() / 10} 80% 50%)`;
                context.fillRect(0, 0, 180, 320);
            }, 30);
            const audio = new AudioContext();
            await audio.resume();
            const sound = audio.createMediaStreamDestination();
            const tone = audio.createOscillator();
            tone.connect(sound);
            tone.start();
            const takes = [];
            for (let i = 0; i < 3; i++) {
                const stream = canvas.captureStream(30);
                stream.addTrack(sound.stream.getAudioTracks()[0]);
                const recorder = new MediaRecorder(stream, { mimeType: kind });
                const pieces = [];
                recorder.ondataavailable = (event) => pieces.push(event.data);
                recorder.start(100);
                const size = () => pieces.reduce((sum, piece) => sum + piece.size, 0);
                for (let waits = 0; waits < 200 && (waits < 9 || size() < 4000); waits++) {
                    await new Promise((resolve) => setTimeout(resolve, 100));
                }
                const ended = new Promise((resolve) => (recorder.onstop = resolve));
                recorder.stop();
                await ended;
                takes.push(new Blob(pieces, { type: kind.split(";")[0] }));
            }
            clearInterval(draw);
            const whole = await join(takes);
            return [...new Uint8Array(await whole.arrayBuffer())];
        }""",
        [
            page.evaluate("document.querySelector('script[src*=\"js/make/maker\"]').src").replace(
                "maker.js", "join.js"
            ),
            kind,
        ],
    )
    if joined is None:
        pytest.skip(f"this Chromium does not record {kind}")
    file = tmp_path / "joined"
    file.write_bytes(bytes(joined))
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "warning", "-xerror", "-i", str(file)]
    read = subprocess.run([*ffmpeg, "-f", "framecrc", "-"], capture_output=True, text=True, check=True)
    assert read.stderr == ""
    pictures = [line.split(",") for line in read.stdout.splitlines() if line.startswith("0,")]
    sounds = [line.split(",") for line in read.stdout.splitlines() if line.startswith("1,")]
    for stamps in ([int(row[1]) for row in pictures], [int(row[1]) for row in sounds]):
        assert stamps == sorted(set(stamps))
    assert len(pictures) > 5


def test_without_a_camera_a_file_is_offered(chromium: Browser, site: Site) -> None:
    page = site.page(chromium, site.cast.fay)
    page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    page.goto(f"{site.origin}/make")
    expect(page.get_by_text("Recording in the browser needs a camera and an https address.")).to_be_visible()
    expect(page.get_by_role("button", name="Record")).to_be_hidden()
    expect(page.get_by_text("Film with the camera app")).to_be_visible()


def test_deleting_is_taken_back_in_place(page: Page, film: Path, site: Site) -> None:
    choose(page, film)
    slug = slug_of(page)
    ready(page)
    page.goto(f"{site.origin}/me/clips")
    row = page.locator(f"#clip-{slug}")
    row.get_by_role("button", name=re.compile("Delete")).click()
    expect(row).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    page.reload()
    expect(row).to_be_visible()


def test_a_published_clip_is_changed(page: Page, site: Site) -> None:
    slug = site.slugs[1]
    ada = site.page(page.context.browser, site.cast.ada)  # type: ignore[arg-type]
    ada.goto(f"{site.origin}/make/{slug}")
    ada.get_by_label("Caption").fill("Changed words")
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_text("Saved.")).to_be_visible()
    expect(ada.get_by_label("Caption")).to_have_value("Changed words")


def captioning(chromium: Browser, site: Site, *, phone: bool) -> tuple[Page, Locator]:
    """Ada at a clip of hers, and the field of its caption, empty."""
    page = site.page(chromium, site.cast.ada, phone=phone)
    page.goto(f"{site.origin}/make/{site.slugs[0]}")
    field = page.get_by_role("textbox", name="Caption")
    expect(page.locator("caption-field.is-lit")).to_be_visible()
    field.fill("")
    return page, field


def test_names_and_tags_go_on_by_keyboard_in_a_caption(chromium: Browser, site: Site) -> None:
    page, field = captioning(chromium, site, phone=False)
    expect(field).to_have_attribute("aria-autocomplete", "list")
    expect(field).to_have_attribute("aria-haspopup", "listbox")
    field.press_sequentially("We all #dan")
    shown = page.get_by_role("listbox", name="Suggestions")
    expect(shown.get_by_role("option")).to_have_text([re.compile("#dance")])
    expect(page.get_by_role("status").filter(has_text="Suggestions: 1.")).to_have_count(1)
    assert field.get_attribute("aria-controls") == shown.get_attribute("id")
    field.press("Enter")  # nothing is chosen yet, so it is a new line
    field.press("Backspace")
    expect(shown.get_by_role("option")).to_have_count(1)
    field.press("ArrowDown")
    expect(shown.get_by_role("option", selected=True)).to_have_text(re.compile("#dance"))
    pointed = shown.get_by_role("option", selected=True).get_attribute("id")
    assert field.get_attribute("aria-activedescendant") == pointed
    expect(field).to_be_focused()
    field.press("Tab")
    expect(field).to_have_value("We all #dance ")
    expect(field).to_be_focused()
    expect(shown).to_have_count(0)
    assert field.get_attribute("aria-activedescendant") is None
    field.press_sequentially("@fa")
    expect(shown.get_by_role("option")).to_have_text(["@fayFay"])
    field.press("Escape")
    expect(shown).to_have_count(0)
    expect(field).to_have_value("We all #dance @fa")
    expect(page.locator("caption-field mark")).to_have_text(["#dance", "@fa"])


def test_names_and_tags_go_on_by_a_finger_in_a_caption(chromium: Browser, site: Site) -> None:
    page, field = captioning(chromium, site, phone=True)
    field.tap()
    field.press_sequentially("With @fa")
    option = page.get_by_role("option", name="@fay")
    expect(option).to_be_in_viewport(ratio=1)
    box = option.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    option.tap()
    expect(field).to_have_value("With @fay ")
    expect(field).to_be_focused()
    expect(page.get_by_role("listbox")).to_have_count(0)
    field.press_sequentially("at me@fa")  # an address
    page.wait_for_timeout(400)
    expect(page.get_by_role("listbox")).to_have_count(0)
