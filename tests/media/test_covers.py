"""A cover is bright where it can be, small, right side up, and tells nothing."""

import base64
import re
from pathlib import Path

import pytest

from onstage.media.covers import Cover, cover_from_image, lasting_cover, quick_cover
from onstage.media.probe import Limits, Unplayable, probe
from onstage.media.transcode import first_rendition
from tests.media.conftest import KEPT, corner_names, listing_of, pixels
from tests.media.files import make


def mean(picture: bytes) -> tuple[int, int, int]:
    red, green, blue = (sum(picture[channel::3]) * 3 // len(picture) for channel in range(3))
    return red, green, blue


def size(path: Path) -> tuple[int, int]:
    """As ffmpeg reads it, not as we do."""
    found = re.search(r"Video: (?:webp|av1).*?, (\d+)x(\d+)", listing_of(path))
    assert found
    return int(found[1]), int(found[2])


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def close(cover: Cover, color: tuple[int, int, int]) -> bool:
    found = bytes.fromhex(cover.color.removeprefix("#"))
    return all(abs(one - other) <= 12 for one, other in zip(found, color, strict=True))


def test_a_cover_of_the_first_picture(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    cover = quick_cover(ffmpeg, made / "plain.mp4", tmp_path)
    assert (cover.width, cover.height) == size(cover.webp) == (320, 180)
    assert names(tmp_path) == {"cover.webp", "cover-small.webp", "cover-tiny.webp"}
    assert close(cover, mean(pixels(made / "plain.mp4", width=16, height=16)))


def test_a_large_picture_is_made_small(ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    make.run(path, "-f", "lavfi", "-i", "testsrc2=size=1080x1920:duration=0.2", *make.H264)
    cover = quick_cover(ffmpeg, path, tmp_path)
    assert (cover.width, cover.height) == size(cover.webp) == (720, 1280)
    assert size(cover.small) == (360, 640)
    assert cover.small.stat().st_size < cover.webp.stat().st_size < 100_000


def test_a_dark_start_is_passed_over(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    assert max(mean(pixels(made / "dark-start.mp4", width=16, height=16))) < 10
    cover = quick_cover(ffmpeg, made / "dark-start.mp4", tmp_path)
    assert max(bytes.fromhex(cover.color[1:])) > 32


def test_what_is_all_dark_has_a_dark_cover(ffmpeg: str, tmp_path: Path) -> None:
    make.run(tmp_path / "dark.mp4", "-f", "lavfi", "-i", "color=black:size=64x64:duration=1", *make.H264)
    cover = quick_cover(ffmpeg, tmp_path / "dark.mp4", tmp_path)
    assert max(bytes.fromhex(cover.color[1:])) < 10
    assert size(cover.webp) == (64, 64)


def test_the_authors_choice(ffmpeg: str, tmp_path: Path) -> None:
    two = "color=red:size=64x64:duration=1[r];color=blue:size=64x64:duration=1[b];[r][b]concat"
    make.run(tmp_path / "two.mp4", "-f", "lavfi", "-i", two, *make.H264)
    path = tmp_path / "two.mp4"
    assert close(lasting_cover(ffmpeg, path, tmp_path, 0), (253, 0, 0))
    assert close(lasting_cover(ffmpeg, path, tmp_path, 1_500_000), (0, 0, 253))
    assert close(lasting_cover(ffmpeg, path, tmp_path, 90_000_000), (253, 0, 0))


@pytest.mark.parametrize("name", ["turned-90.mp4", "mirrored.mp4"])
def test_right_side_up(ffmpeg: str, made: Path, tmp_path: Path, name: str) -> None:
    cover = quick_cover(ffmpeg, made / name, tmp_path)
    assert corner_names(cover.webp) == corner_names(cover.small) == corner_names(made / name)


@pytest.mark.parametrize("form", ["png", "mjpeg", "libwebp"])
def test_the_authors_own_picture(ffmpeg: str, tmp_path: Path, form: str) -> None:
    path = tmp_path / "mine"
    told = ("-metadata", "comment=at home")
    make.run(path, *make.PATTERN, "-frames:v", "1", "-c:v", form, *told, "-f", "image2", "-update", "1")
    cover = cover_from_image(ffmpeg, path, tmp_path)
    assert (cover.width, cover.height) == size(cover.webp) == (320, 180)
    assert close(cover, mean(pixels(path, width=16, height=16)))
    assert not any(b"at home" in each.read_bytes() for each in (cover.webp, cover.small, *cover.avif))


def test_a_jpeg_is_turned_by_its_exif(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    make.run(path, "-noautorotate", "-i", str(made / "turned-180.mp4"), "-frames:v", "1", "-q:v", "2")
    plain = path.read_bytes()
    orientation = bytes.fromhex("ffe1002245786966000049492a0008000000010012010300010000000600000000000000")
    path.write_bytes(plain[:2] + orientation + plain[2:])
    assert corner_names(cover_from_image(ffmpeg, path, tmp_path).webp) == ["red", "white", "green", "blue"]


@pytest.mark.parametrize("name", ["plain.mp4", "moving.gif", "words.mp4", "empty.mp4"])
def test_what_is_no_picture(ffmpeg: str, made: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(Unplayable) as caught:
        cover_from_image(ffmpeg, made / name, tmp_path)
    assert caught.value.code == "not_a_picture"
    assert names(tmp_path) == set()


def test_no_pictures_at_all(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    with pytest.raises(Unplayable):
        quick_cover(ffmpeg, made / "sound-only.mp4", tmp_path)
    assert names(tmp_path) == set()


def test_three_sizes_and_a_hint(ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    make.run(path, "-f", "lavfi", "-i", "testsrc2=size=1080x1920:duration=0.2", *make.H264)
    cover = quick_cover(ffmpeg, path, tmp_path)
    assert [size(each) for each in (cover.webp, cover.small, cover.tiny)] == [(720, 1280), (360, 640), (120, 213)]
    hint = tmp_path / "hint.webp"
    hint.write_bytes(base64.b64decode(cover.placeholder))
    assert size(hint) == (12, 21)
    assert len(cover.placeholder) < 400


@pytest.mark.parametrize("name", ["sample_simple.mp4", "with-gps.mov", "dolbyVision-hdr.MOV"])
def test_what_lasts_is_in_avif_too(ffmpeg: str, tmp_path: Path, name: str) -> None:
    made = first_rendition(ffmpeg, probe(ffmpeg, KEPT / name, Limits()), KEPT / name, tmp_path / "film.mp4")
    cover = lasting_cover(ffmpeg, made.path, tmp_path, 0)
    webp = (cover.webp, cover.small, cover.tiny)
    assert [size(each) for each in cover.avif] == [size(each) for each in webp]
    assert sum(each.stat().st_size for each in cover.avif) < 0.75 * sum(each.stat().st_size for each in webp)
    for one, other in zip(cover.avif, webp, strict=True):
        assert list(pixels(one, width=8, height=8)) == pytest.approx(list(pixels(other, width=8, height=8)), abs=6)


def test_a_tiny_film_has_covers_too(ffmpeg: str, tmp_path: Path) -> None:
    make.run(tmp_path / "tiny.mp4", "-f", "lavfi", "-i", "color=red:size=2x6:duration=1", *make.H264)
    cover = lasting_cover(ffmpeg, tmp_path / "tiny.mp4", tmp_path, 0)
    assert {size(each) for each in (cover.webp, *cover.avif)} == {(2, 6)}


def test_covers_come_without_avif_where_it_fails(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    (tmp_path / "cover-small.avif").symlink_to(tmp_path)  # where nothing can be written
    cover = lasting_cover(ffmpeg, made / "plain.mp4", tmp_path, 0)
    assert cover.avif == ()
    assert size(cover.webp) == (320, 180)
