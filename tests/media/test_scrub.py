"""The sheet shows each place of the clip; the cover is the sharpest picture that shows something; a preview is short."""

import re
from pathlib import Path

from onstage.media import preview, scrub
from tests.media.conftest import decode, listing_of, names_of, pixels
from tests.media.files import make


def test_a_sheet_of_pictures(ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    two = "color=red:size=90x160:rate=5:duration=12[r];color=blue:size=90x160:rate=5:duration=12[b];[r][b]concat"
    make.run(path, "-f", "lavfi", "-i", two, *make.H264, "-g", "10")
    sheet = scrub.sheet(ffmpeg, path, tmp_path / "sheet.webp", (90, 160), 24_000_000)
    assert sheet is not None
    assert (sheet.width, sheet.height, sheet.count, sheet.every_us) == (90, 160, 12, 2_000_000)
    found = re.search(r"Video: webp.*?, (\d+)x(\d+)", listing_of(sheet.webp))
    assert found
    assert (int(found[1]), int(found[2])) == (900, 320)
    picture = pixels(sheet.webp, width=10, height=2)
    reds = [picture[3 * place] > 150 for place in range(12)]
    assert reds == [True] * 6 + [False] * 6


def test_the_best_moment_is_sharp_and_light(ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "moments.mp4"
    parts = "[0:v]split=3[a][b][c];[a]eq=brightness=-1[dark];[b]gblur=sigma=12[soft];[dark][soft][c]concat=n=3"
    source = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10:duration=2")
    make.run(path, *source, "-filter_complex", parts, *make.H264, "-g", "10")
    at = scrub.best_moment(ffmpeg, path)
    assert at is not None
    assert 4_000_000 <= at < 6_000_000


def test_what_is_all_dark_has_no_best_moment(ffmpeg: str, tmp_path: Path) -> None:
    make.run(tmp_path / "dark.mp4", "-f", "lavfi", "-i", "color=black:size=64x64:duration=1", *make.H264)
    assert scrub.best_moment(ffmpeg, tmp_path / "dark.mp4") is None


def test_a_preview_is_short_small_and_silent(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    out = preview.make(ffmpeg, made / "turned-90.mp4", tmp_path / "preview.mp4", 1_000_000)
    assert "240x426" in listing_of(out)
    assert names_of(pixels(out, width=20, height=20)) == ["red", "white", "green", "blue"]
    long = tmp_path / "long.mp4"
    make.run(
        long, *make.PATTERN[:3], "testsrc2=size=320x180:rate=30:duration=12", *make.TONE, *make.H264, "-c:a", "aac"
    )
    out = preview.make(ffmpeg, long, tmp_path / "preview.mp4", 12_000_000)
    assert "Audio" not in listing_of(out)
    assert 3_900_000 <= decode(out).times_us[-1] + 66_667 <= 4_100_000
    assert out.stat().st_size < 200_000
