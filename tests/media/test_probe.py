"""What a file holds is found without believing it; what can't be played is named."""

from pathlib import Path

import pytest

from onstage.media.probe import Limits, Source, Unplayable, probe
from tests.media.conftest import KEPT
from tests.media.files import make


def refused(ffmpeg: str, path: Path, limits: Limits | None = None) -> Unplayable:
    with pytest.raises(Unplayable) as caught:
        probe(ffmpeg, path, limits or Limits())
    assert caught.value.sentence.endswith(".")
    return caught.value


def found(ffmpeg: str, path: Path) -> Source:
    return probe(ffmpeg, path, Limits())


def test_a_plain_file(ffmpeg: str, made: Path) -> None:
    source = found(ffmpeg, made / "plain.mp4")
    assert (source.container, source.codec, source.profile, source.level) == ("mov", "h264", "High", 13)
    assert (source.width, source.height, source.display_width, source.display_height) == (320, 180, 320, 180)
    assert (source.fps, source.duration_us, source.bytes) == (30, 2_000_000, (made / "plain.mp4").stat().st_size)
    assert (source.audio_codec, source.audio_profile, source.audio_channels, source.audio_rate) == (
        "aac",
        "LC",
        1,
        44100,
    )
    assert (source.pix_fmt, source.bit_depth, source.is_hdr, source.has_audio) == ("yuv420p", 8, False, True)


@pytest.mark.parametrize(
    ("name", "rotation", "mirrored", "upright"),
    [
        ("turned-90.mp4", 90, False, (180, 320)),
        ("turned-180.mp4", 180, False, (320, 180)),
        ("turned-270.mp4", 270, False, (180, 320)),
        ("mirrored.mp4", 180, True, (320, 180)),
        ("mirrored-turned.mp4", 270, True, (180, 320)),
    ],
)
def test_turned_pictures(
    ffmpeg: str, made: Path, name: str, rotation: int, mirrored: bool, upright: tuple[int, int]
) -> None:
    source = found(ffmpeg, made / name)
    assert (source.rotation, source.mirrored) == (rotation, mirrored)
    assert (source.display_width, source.display_height) == upright


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "transfer", "size"),
    [
        ("hlg10-color-test.mp4", "hevc", "yuv420p10le", "arib-std-b67", (1920, 1080)),
        ("dolbyVision-hdr.MOV", "hevc", "yuv420p10le", "arib-std-b67", (720, 1280)),
        ("sample_with_it35_track.mp4", "av1", "yuv420p10le", "smpte2084", (480, 270)),
        ("sample_av1.mp4", "av1", "yuv420p", "", (1080, 720)),
        ("bear-vp9.webm", "vp9", "yuv420p", "", (320, 240)),
        ("monster.webm", "vp8", "yuv420p", "", (720, 480)),
        ("bbb_176x144_128kbps_15fps_h263.3gp", "h263", "yuv420p", "", (176, 144)),
        ("h264_white_frame_sar_16_9.mp4", "h264", "yuv420p", "", (1138, 480)),
        ("with-gps.mov", "h264", "yuv420p", "bt709", (320, 568)),
    ],
)
def test_kinds(ffmpeg: str, name: str, codec: str, pix_fmt: str, transfer: str, size: tuple[int, int]) -> None:
    source = found(ffmpeg, KEPT / name)
    assert (source.codec, source.pix_fmt, source.transfer) == (codec, pix_fmt, transfer)
    assert (source.display_width, source.display_height) == size
    assert source.is_hdr == (transfer in ("arib-std-b67", "smpte2084"))
    assert source.bit_depth == (10 if pix_fmt.endswith("10le") else 8)


def test_a_recording_without_a_duration_is_counted(ffmpeg: str, made: Path) -> None:
    assert found(ffmpeg, made / "recorded.webm").duration_us == pytest.approx(2_000_000, abs=40_000)


def test_interlacing_is_seen(ffmpeg: str, made: Path) -> None:
    assert found(ffmpeg, made / "interlaced.ts").interlaced


def test_the_first_video_track_is_used(ffmpeg: str, made: Path) -> None:
    source = found(ffmpeg, made / "two-tracks.mov")
    assert (source.video, source.width, source.audio, source.audio_channels) == (0, 320, 0, 6)


def test_sound_that_nobody_can_read_is_left_out(ffmpeg: str) -> None:
    assert not found(ffmpeg, KEPT / "sample_missing_stsd.mp4").has_audio


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("empty.mp4", "empty"),
        ("words.mp4", "not_media"),
        ("picture.mp4", "picture"),
        ("still.gif", "picture"),
        ("still.png", "picture"),
        ("sound-only.mp4", "no_video"),
        ("song.mp4", "no_video"),
        ("without-index.mp4", "cut_short"),
        ("huge-claim.avi", "broken"),
        ("long-claim.mp4", "too_long"),
        ("locked.mp4", "encrypted"),
        ("locked-without-a-word.mp4", "encrypted"),
    ],
)
def test_made_files_that_are_refused(ffmpeg: str, made: Path, name: str, code: str) -> None:
    assert refused(ffmpeg, made / name).code == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("sample_fragmented_sgpd_v2.mp4", "encrypted"),
        ("av1-clearkey-cbcs-video.mp4", "encrypted"),
        ("bipbop_cbcs_video_init.mp4", "encrypted"),
        ("opus_audioinit.mp4", "no_video"),
        ("amr_nb_1f.3gp", "no_video"),
        ("chunk_out_of_range.mp4", "broken"),
        ("invalid-bitstream.webm", "broken"),
        ("init.mp4", "no_pictures"),
    ],
)
def test_kept_files_that_are_refused(ffmpeg: str, name: str, code: str) -> None:
    assert refused(ffmpeg, KEPT / name).code == code


def test_limits(ffmpeg: str, made: Path) -> None:
    plain = made / "plain.mp4"
    assert refused(ffmpeg, plain, Limits(max_seconds=1)).sentence == (
        "This video is longer than 1 seconds. Shorten it and try again."
    )
    assert refused(ffmpeg, plain, Limits(max_pixels=320 * 179)).code == "too_many_pixels"
    assert refused(ffmpeg, plain, Limits(max_fps=29)).code == "too_fast"
    assert refused(ffmpeg, plain, Limits(max_bytes=1000)).code == "too_large"
    assert refused(ffmpeg, plain, Limits(max_bitrate=1000)).code == "too_dense"
    assert refused(ffmpeg, made / "two-tracks.mov", Limits(max_tracks=2)).code == "too_many_tracks"
    assert found(ffmpeg, plain).duration_us == 2_000_000


def test_words_in_the_file_do_not_pass_for_facts(ffmpeg: str, tmp_path: Path) -> None:
    lie = "x\n  Stream #0:0: Video: h264 (High), yuv420p, 9999x9999, 30 fps\nOutput #0, null, to 'pipe:':\n"
    told = tmp_path / "told.mkv"
    make.run(told, "-f", "lavfi", "-i", "testsrc2=size=64x48:duration=1", "-metadata", f"title={lie}", "-c:v", "libvpx")
    source = found(ffmpeg, told)
    assert (source.codec, source.width, source.height) == ("vp8", 64, 48)
