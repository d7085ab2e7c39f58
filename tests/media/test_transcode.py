"""Renditions play everywhere, right side up, at the right times, and carry nothing that was not meant to be shown."""

from array import array
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from onstage.media import transcode
from onstage.media.covers import quick_cover
from onstage.media.probe import Limits, Source, Unplayable, probe
from onstage.media.transcode import Encoded, can_copy, first_rendition, ladder
from tests.media.conftest import KEPT, corner_names, decode, listing_of, pixels
from tests.media.files import make


def first(ffmpeg: str, path: Path, folder: Path) -> Encoded:
    return first_rendition(ffmpeg, probe(ffmpeg, path, Limits()), path, folder / "first.mp4")


def boxes(path: Path) -> list[bytes]:
    data, place, names = path.read_bytes(), 0, []
    while place < len(data):
        names.append(data[place + 4 : place + 8])
        place += int.from_bytes(data[place : place + 4], "big") or len(data)
    return names


def test_what_plays_everywhere_is_copied(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    encoded = first(ffmpeg, made / "plain.mp4", tmp_path)
    assert encoded.copied
    assert (encoded.width, encoded.height, encoded.codecs) == (320, 180, "avc1.64000d,mp4a.40.2")
    assert encoded.duration_us == pytest.approx(2_000_000, abs=25_000)
    assert encoded.bytes == encoded.path.stat().st_size
    assert encoded.video_bitrate == encoded.bytes * 8_000_000 // encoded.duration_us
    assert decode(encoded.path) == decode(made / "plain.mp4")


@pytest.mark.parametrize("name", ["plain.mp4", "moving.gif"])
def test_the_index_comes_first(ffmpeg: str, made: Path, tmp_path: Path, name: str) -> None:
    assert boxes(first(ffmpeg, made / name, tmp_path).path)[:2] == [b"ftyp", b"moov"]


@pytest.mark.parametrize(
    ("name", "copied"),
    [
        ("two-tracks.mov", True),  # its sound is encoded, its pictures are not
        ("turned-90.mp4", True),
        ("uneven.mp4", True),
        ("mirrored.mp4", False),
        ("fast.mp4", False),
        ("recorded.webm", False),
        ("interlaced.ts", False),
    ],
)
def test_copied_or_encoded(ffmpeg: str, made: Path, tmp_path: Path, name: str, copied: bool) -> None:
    encoded = first(ffmpeg, made / name, tmp_path)
    assert encoded.copied == copied
    assert can_copy(probe(ffmpeg, encoded.path, Limits()))
    assert decode(encoded.path).complaints == ""


UPRIGHT = ["white", "blue", "red", "green"]


@pytest.mark.parametrize(
    ("name", "corners"),
    [
        ("turned-90.mp4", ["red", "white", "green", "blue"]),
        ("turned-180.mp4", ["green", "red", "blue", "white"]),
        ("turned-270.mp4", ["blue", "green", "white", "red"]),
        ("mirrored.mp4", ["blue", "white", "green", "red"]),
        ("mirrored-turned.mp4", ["green", "blue", "red", "white"]),
    ],
)
def test_right_side_up(ffmpeg: str, made: Path, tmp_path: Path, name: str, corners: list[str]) -> None:
    path = made / name
    source = probe(ffmpeg, path, Limits())
    encoded = first_rendition(ffmpeg, source, path, tmp_path / "first.mp4")
    rungs = ladder(ffmpeg, source, path, tmp_path, [90]).rungs
    assert corner_names(path) == corners
    assert [corner_names(each.path) for each in (encoded, *rungs)] == [corners, corners]
    assert [each.width > each.height for each in (encoded, *rungs)] == [source.rotation % 180 == 0] * 2


@pytest.mark.parametrize(
    "name", ["sample_simple.mp4", "with-gps.mov", "bt601.mov", "dolbyVision-hdr.MOV", "sample_av1.mp4"]
)
def test_no_place_and_no_camera_is_told(ffmpeg: str, tmp_path: Path, name: str) -> None:
    told = (b"+40.6", b"+51.5", b"+34.", b"\xa9xyz", b"loci", b"com.apple", b"Apple", b"iPhone", b"ISO6709", b"Lavf")
    assert any(word in (KEPT / name).read_bytes() for word in told)
    encoded = first(ffmpeg, KEPT / name, tmp_path)
    assert [word for word in told if word in encoded.path.read_bytes()] == []
    assert "creation_time" not in listing_of(encoded.path)


def test_uneven_times_stay(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    source = probe(ffmpeg, made / "uneven.mp4", Limits())
    times = decode(made / "uneven.mp4").times_us
    copied = first_rendition(ffmpeg, source, made / "uneven.mp4", tmp_path / "first.mp4")
    rung = ladder(ffmpeg, source, made / "uneven.mp4", tmp_path, [90]).rungs[0]
    assert len(set(gaps(times))) > 1
    assert decode(copied.path).times_us == times
    assert decode(rung.path).times_us == pytest.approx(times, abs=5)


@pytest.mark.parametrize("name", ["recorded.webm", "motion-jpeg.avi", "moving.gif"])
def test_each_picture_keeps_its_time(ffmpeg: str, made: Path, tmp_path: Path, name: str) -> None:
    encoded = first(ffmpeg, made / name, tmp_path)
    wanted = decode(made / name).times_us
    assert decode(encoded.path).times_us == pytest.approx(wanted, abs=1000)  # WebM tells times in milliseconds


def test_more_than_sixty_a_second_are_thinned(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    times = decode(first(ffmpeg, made / "fast.mp4", tmp_path).path).times_us
    assert len(times) == 60
    assert set(gaps(times)) <= {16666, 16667}


def test_a_rate_that_only_the_container_claims_thins_nothing(ffmpeg: str, tmp_path: Path) -> None:
    path = KEPT / "sample_with_srt.mkv"
    assert probe(ffmpeg, path, Limits()).fps == 1000
    assert len(decode(first(ffmpeg, path, tmp_path).path).times_us) == 30


@pytest.mark.parametrize("name", ["hlg10-color-test.mp4", "sample_with_it35_track.mp4", "video.mp4", "sample_av1.mp4"])
def test_colours_are_what_browsers_take_for_granted(ffmpeg: str, tmp_path: Path, name: str) -> None:
    encoded = first(ffmpeg, KEPT / name, tmp_path)
    assert "yuv420p(tv, bt709, progressive)" in listing_of(encoded.path)
    assert encoded.codecs.startswith("avc1.64")


@pytest.mark.parametrize("transfer", ["arib-std-b67", "smpte2084"])
@pytest.mark.parametrize(("shade", "shown"), [("white", 0xB7), ("0xC0C0C0", 0x88), ("gray", 0x56)])
def test_paper_in_hdr_is_as_bright_as_chromium_shows_it(
    ffmpeg: str, tmp_path: Path, transfer: str, shade: str, shown: int
) -> None:
    path = tmp_path / "paper.mp4"
    make.paper(path, transfer, shade)
    found = pixels(first(ffmpeg, path, tmp_path).path, width=2, height=2)
    assert max(abs(value - shown) for value in found) <= 16


@pytest.mark.parametrize(
    "form",
    [
        ("-c:v", "libwebp_anim", "-f", "webp"),
        ("-f", "apng"),
        ("-c:v", "qtrle", "-f", "mov"),
        ("-c:v", "prores_ks", "-pix_fmt", "yuva444p10le", "-f", "mov"),
    ],
)
def test_nothing_is_white_as_paper(ffmpeg: str, tmp_path: Path, form: tuple[str, ...]) -> None:
    path = tmp_path / "sticker"
    make.sticker(path, *form)
    found = pixels(first(ffmpeg, path, tmp_path).path, width=160, height=90)
    assert [found[at : at + 3] for at in (0, 3 * (40 * 160 + 80))] == [
        pytest.approx((255, 255, 255), abs=4),
        pytest.approx((0, 255, 0), abs=12),
    ]


def test_a_long_gap_is_no_longer_than_it_was(ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "gap.mp4"
    make.gap(path)
    source = probe(ffmpeg, path, Limits())
    assert source.duration_us == 20_000_000
    copied = first_rendition(ffmpeg, source, path, tmp_path / "first.mp4")
    anew = first_rendition(ffmpeg, source, path, tmp_path / "anew.mp4", anew=True)
    assert [copied.copied, anew.copied] == [True, False]
    for each in (copied, anew):
        assert each.duration_us == pytest.approx(20_000_000, abs=34_000)
        assert decode(each.path).times_us == pytest.approx(decode(path).times_us, abs=5)


def test_a_cut_file_plays_as_far_as_it_goes(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    encoded = first(ffmpeg, made / "truncated.mp4", tmp_path)
    times = decode(encoded.path).times_us
    assert encoded.duration_us == pytest.approx(times[-1] + 33_333, abs=40_000)
    assert 1_000_000 < encoded.duration_us < 1_600_000


def test_a_packet_that_browsers_choke_on_is_dropped(ffmpeg: str, tmp_path: Path) -> None:
    path = KEPT / "sample_with_invalid_nalu.mp4"
    assert "Error splitting" in decode(path).complaints
    encoded = first(ffmpeg, path, tmp_path)
    assert encoded.copied
    assert decode(encoded.path).complaints == ""


def test_what_follows_the_end_does_not_come_along(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    assert b"<script>" in (made / "trailed.mp4").read_bytes()
    assert b"<script>" not in first(ffmpeg, made / "trailed.mp4", tmp_path).path.read_bytes()


def test_longer_than_it_claims_is_still_too_long(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    path = made / "plain.mp4"
    source = probe(ffmpeg, path, Limits())
    short = Source(**{**vars(source), "allowed_seconds": 0.4})
    with pytest.raises(Unplayable) as caught:
        first_rendition(ffmpeg, short, path, tmp_path / "first.mp4")
    assert caught.value.code == "too_long"
    assert list(tmp_path.iterdir()) == []


def large(folder: Path) -> Path:
    path = folder / "large.mp4"
    pattern = ("-f", "lavfi", "-i", "testsrc2=size=1080x1920:rate=30:duration=3")
    make.run(path, *pattern, *make.TONE, *make.H264, "-g", "30", "-b:v", "6M", "-c:a", "aac")
    return path


def gaps(times: Sequence[int]) -> list[int]:
    return [later - earlier for earlier, later in pairwise(times)]


def test_the_ladder(ffmpeg: str, tmp_path: Path) -> None:
    path = large(tmp_path)
    seen: list[int] = []
    rungs = ladder(ffmpeg, probe(ffmpeg, path, Limits()), path, tmp_path, [360, 720, 540], seen.append).rungs
    assert [(each.width, each.height) for each in rungs] == [(720, 1280), (540, 960), (360, 640)]
    assert [each.path.name for each in rungs] == ["720.mp4", "540.mp4", "360.mp4"]
    assert sorted((each.video_bitrate for each in rungs), reverse=True) == [each.video_bitrate for each in rungs]
    assert not any(each.copied for each in rungs)
    for each in rungs:
        assert each.duration_us == pytest.approx(3_000_000, abs=25_000)
        assert max(gaps(decode(each.path, "-skip_frame", "nokey").times_us)) <= 2_000_000
        assert boxes(each.path)[:2] == [b"ftyp", b"moov"]
        assert decode(each.path).complaints == ""
    assert seen
    assert {file.name for file in tmp_path.iterdir()} == {"large.mp4", "720.mp4", "540.mp4", "360.mp4"}


@pytest.mark.parametrize(("rungs", "made_of"), [([720, 540, 360], []), ([170], []), ([160, 90], [160, 90])])
def test_no_rung_is_as_large_as_the_source(
    ffmpeg: str, made: Path, tmp_path: Path, rungs: Sequence[int], made_of: list[int]
) -> None:
    source = probe(ffmpeg, made / "plain.mp4", Limits())
    found = ladder(ffmpeg, source, made / "plain.mp4", tmp_path, rungs).rungs
    assert [each.height for each in found] == made_of


def test_sound_of_six_channels_becomes_stereo(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    assert "Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo" in listing_of(
        first(ffmpeg, made / "two-tracks.mov", tmp_path).path
    )


def test_no_sound_is_no_track(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    assert "Audio" not in listing_of(first(ffmpeg, made / "fast.mp4", tmp_path).path)


def test_a_failure_leaves_nothing(ffmpeg: str, made: Path, tmp_path: Path) -> None:
    source = probe(ffmpeg, made / "plain.mp4", Limits())
    for make_it in (
        lambda: first_rendition(ffmpeg, source, made / "words.mp4", tmp_path / "first.mp4"),
        lambda: ladder(ffmpeg, source, made / "words.mp4", tmp_path, [90]),
    ):
        with pytest.raises(Unplayable):
            make_it()
    assert list(tmp_path.iterdir()) == []


def in_step(path: Path) -> int:
    """How much later the light of `make.flash` comes than its sound, in microseconds."""
    light = next(at for at, shade in zip(decode(path).times_us, brightness(path), strict=True) if shade > 128)
    samples = sound(path)
    onset = next(place for place, sample in enumerate(samples) if abs(sample) > 3000)
    return light - onset * 1_000_000 // 48_000


def brightness(path: Path) -> bytes:
    return make.output("-i", str(path), "-fps_mode", "passthrough", "-vf", "scale=1:1,format=gray", "-f", "rawvideo")


def sound(path: Path) -> "array[int]":
    filled = ("-af", "aresample=48000:async=1:first_pts=0", "-ac", "1", "-f", "s16le")
    return array("h", make.output("-i", str(path), *filled))


@pytest.mark.parametrize(
    ("form", "copied"),
    [
        (("-f", "mp4", *make.H264, "-c:a", "aac"), True),
        (("-f", "mp4", *make.H264, "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"), True),
        (("-f", "matroska", *make.H264, "-c:a", "pcm_s16le"), True),
        (("-f", "mpegts", *make.H264, "-c:a", "aac"), True),
        (("-f", "webm", "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"), False),
        (("-f", "avi", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "libmp3lame"), False),
    ],
)
def test_sound_and_picture_stay_in_step(ffmpeg: str, tmp_path: Path, form: tuple[str, ...], copied: bool) -> None:
    path = tmp_path / "flash"
    make.flash(path, *form)
    source = probe(ffmpeg, path, Limits())
    encoded = first_rendition(ffmpeg, source, path, tmp_path / "first.mp4")
    rung = ladder(ffmpeg, source, path, tmp_path, [90]).rungs[0]
    assert encoded.copied == copied
    assert [abs(in_step(each.path) - in_step(path)) <= 20_000 for each in (encoded, rung)] == [True, True]


BEFORE_ZERO = ("-avoid_negative_ts", "disabled", "-f", "matroska", "-output_ts_offset")


@pytest.mark.parametrize("begins", ["-0.02", "-0.5", "-3"])
@pytest.mark.parametrize("codecs", [(*make.H264, "-c:a", "aac"), ("-c:v", "libvpx", "-c:a", "libopus")])
def test_a_film_that_begins_before_zero(ffmpeg: str, tmp_path: Path, begins: str, codecs: tuple[str, ...]) -> None:
    """Matroska's reader gives such pictures no time: copied, some would be lost, and where all are, it seemed empty."""
    path = tmp_path / "flash"
    make.flash(path, *codecs, *BEFORE_ZERO, begins)
    encoded = first(ffmpeg, path, tmp_path)
    assert encoded.duration_us == pytest.approx(2_000_000, abs=34_000)
    assert len(decode(encoded.path).times_us) == 60
    assert abs(in_step(encoded.path)) <= 34_000


@pytest.mark.parametrize("begins", ["-0.02", "-3"])
def test_a_silent_film_that_begins_before_zero(ffmpeg: str, tmp_path: Path, begins: str) -> None:
    path = tmp_path / "silent"
    make.run(path, *make.PATTERN, *make.H264, *BEFORE_ZERO, begins)
    assert probe(ffmpeg, path, Limits()).duration_us == pytest.approx(2_000_000, abs=34_000)
    encoded = first(ffmpeg, path, tmp_path)
    assert encoded.duration_us == pytest.approx(2_000_000, abs=34_000)
    assert len(decode(encoded.path).times_us) == 60


@pytest.mark.parametrize(
    "form", [("-f", "mp4", *make.H264, "-c:a", "aac"), ("-f", "matroska", *make.H264, "-c:a", "pcm_s16le")]
)
def test_a_part_begins_and_ends_where_it_was_chosen(ffmpeg: str, tmp_path: Path, form: tuple[str, ...]) -> None:
    path = tmp_path / "flash"
    make.flash(path, *form)
    source = probe(ffmpeg, path, Limits())
    part = first_rendition(ffmpeg, source, path, tmp_path / "part.mp4", anew=True, part=(450_000, 1_710_000))
    light = next(at for at, shade in zip(decode(part.path).times_us, brightness(part.path), strict=True) if shade > 128)
    assert abs(in_step(part.path)) <= 20_000
    assert abs(light - 550_000) <= 34_000  # a picture lasts so long
    assert abs(part.duration_us - 1_260_000) <= 34_000


@pytest.mark.parametrize("name", ["ycgco.mp4", "constant-light.mp4"])
def test_colors_that_few_programs_read_are_made_plain(ffmpeg: str, made: Path, tmp_path: Path, name: str) -> None:
    made_plain = first(ffmpeg, made / name, tmp_path)
    assert not made_plain.copied
    assert corner_names(made_plain.path) == ["white", "blue", "red", "green"]
    quick_cover(ffmpeg, made_plain.path, tmp_path)


def test_what_is_derived_has_square_pixels(ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "wide.mp4"
    make.run(path, "-f", "lavfi", "-i", "testsrc2=size=2048x1080:rate=5:duration=1", *make.H264)
    for each in ladder(ffmpeg, probe(ffmpeg, path, Limits()), path, tmp_path, [360, 180]).rungs:
        assert "SAR 1:1" in listing_of(each.path)


def test_broken_pictures_are_told_and_made_anew(ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.mp4"
    make.broken_pictures(path)
    source = probe(ffmpeg, path, Limits())
    copied = first_rendition(ffmpeg, source, path, tmp_path / "first.mp4")
    assert copied.copied
    assert ladder(ffmpeg, probe(ffmpeg, copied.path, Limits()), copied.path, tmp_path, [90]).complaints
    anew = first_rendition(ffmpeg, source, path, tmp_path / "anew.mp4", anew=True)
    assert not anew.copied
    assert decode(anew.path).complaints == ""
    assert ladder(ffmpeg, probe(ffmpeg, anew.path, Limits()), anew.path, tmp_path, [90]).complaints == ""


@pytest.mark.parametrize(
    "form",
    [
        (*make.H264, "-f", "mpegts"),
        ("-c:v", "libvpx", "-f", "webm"),
        ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-f", "webm"),
    ],
)
def test_pictures_that_change_their_shape_are_not_stretched(ffmpeg: str, tmp_path: Path, form: tuple[str, ...]) -> None:
    path = tmp_path / "changing"
    make.changing(path, *form)
    encoded = first(ffmpeg, path, tmp_path)
    source = probe(ffmpeg, encoded.path, Limits())
    told = ladder(ffmpeg, source, encoded.path, tmp_path, [90])
    if encoded.copied:
        assert told.complaints
        encoded = first_rendition(ffmpeg, source, encoded.path, tmp_path / "anew.mp4", anew=True)
    assert (encoded.width, encoded.height) == (320, 180)
    for each in (encoded, *told.rungs):
        begin, end = (square_in(each.path, at) for at in ("0.5", "1.5"))
        assert begin == pytest.approx((90, 90), abs=4)
        assert end == pytest.approx((90 * 180 / 320, 90 * 180 / 320), abs=4)


def square_in(path: Path, at: str) -> tuple[int, int]:
    """Width and height of what is white in that picture, in pixels of 320 by 180."""
    gray = ("-frames:v", "1", "-vf", "scale=320:180,format=gray", "-f", "rawvideo")
    shades = make.output("-ss", at, "-i", str(path), *gray)
    rows = [shades[320 * row : 320 * (row + 1)] for row in range(180)]
    return max(sum(shade > 160 for shade in row) for row in rows), sum(max(row) > 160 for row in rows)


def test_a_small_file_that_claims_hours_gets_the_time_of_a_small_file(ffmpeg: str, made: Path) -> None:
    source = replace(probe(ffmpeg, made / "plain.mp4", Limits()), duration_us=600_000_000, bytes=64_000)
    assert transcode.cpu_seconds(source) < 20 + 128 * 40
    assert transcode.cpu_seconds(replace(source, cpu_seconds=30)) == 30
