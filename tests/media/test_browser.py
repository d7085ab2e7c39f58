"""What leaves here plays in a real browser: right side up, to its end, as long as we say."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from onstage.media.probe import Limits, probe
from onstage.media.transcode import first_rendition, ladder
from tests.media.conftest import KEPT, corner_names, names_of

pytestmark = pytest.mark.browser

PLAY = """async ({encoded, rate}) => {
  const bytes = Uint8Array.from(atob(encoded), letter => letter.charCodeAt(0));
  const video = document.createElement("video");
  video.muted = true;
  video.src = URL.createObjectURL(new Blob([bytes], {type: "video/mp4"}));
  document.body.replaceChildren(video);
  const happens = name => new Promise((done, failed) => {
    video.addEventListener(name, done, {once: true});
    video.addEventListener("error", () => failed(new Error(video.error.message)), {once: true});
  });
  await happens("loadeddata");
  const ended = happens("ended");
  const painted = new Promise(done => video.requestVideoFrameCallback(done));
  video.playbackRate = rate;
  await video.play();
  await ended;
  await Promise.race([painted, new Promise(done => setTimeout(done, 300))]);  // one that is all there comes no more
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [20, 20];
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 20, 20);
  return {
    width: video.videoWidth, height: video.videoHeight, seconds: video.duration,
    broken: video.getVideoPlaybackQuality().corruptedVideoFrames,
    pixels: Array.from(context.getImageData(0, 0, 20, 20).data).filter((_, place) => place % 4 < 3),
  };
}"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page in Chromium."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def played(page: Page, path: Path) -> dict[str, Any]:
    encoded = base64.b64encode(path.read_bytes()).decode()
    found: dict[str, Any] = page.evaluate(PLAY, {"encoded": encoded, "rate": 4})
    return found


@pytest.mark.parametrize(
    "name", ["turned-90.mp4", "turned-180.mp4", "turned-270.mp4", "mirrored.mp4", "mirrored-turned.mp4"]
)
def test_right_side_up(page: Page, ffmpeg: str, made: Path, tmp_path: Path, name: str) -> None:
    source = probe(ffmpeg, made / name, Limits())
    encoded = first_rendition(ffmpeg, source, made / name, tmp_path / "first.mp4")
    rung = ladder(ffmpeg, source, made / name, tmp_path, [90]).rungs[0]
    for each in (encoded, rung):
        found = played(page, each.path)
        assert (found["width"], found["height"]) == (each.width, each.height)
        assert names_of(bytes(found["pixels"])) == corner_names(made / name)


@pytest.mark.parametrize(
    "name",
    [
        "plain.mp4",
        "truncated.mp4",
        "uneven.mp4",
        "recorded.webm",
        "moving.gif",
        "fast.mp4",
        "two-tracks.mov",
        "sample_with_invalid_nalu.mp4",
        "sample_edit_list_only_preroll_sync_sample.mp4",
        "sample_fragmented.mp4",
        "sample_shorter_audio.mp4",
        "sample_with_pgs_subtitles.mkv",
        "with-gps.mov",
        "dolbyVision-hdr.MOV",
        "water_180_mvhevc_5frames.mov",
        "tiny_av1.mp4",
    ],
)
def test_plays_to_its_end(page: Page, ffmpeg: str, made: Path, tmp_path: Path, name: str) -> None:
    path = made / name if (made / name).exists() else KEPT / name
    source = probe(ffmpeg, path, Limits())
    encoded = first_rendition(ffmpeg, source, path, tmp_path / "first.mp4")
    found = played(page, encoded.path)
    assert (found["width"], found["height"], found["broken"]) == (encoded.width, encoded.height, 0)
    assert found["seconds"] * 1_000_000 == pytest.approx(encoded.duration_us, abs=35_000)
