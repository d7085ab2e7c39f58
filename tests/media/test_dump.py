"""ffmpeg's listing is read as it stands, and only from where no words of the file are."""

from fractions import Fraction

from onstage.media.dump import listing

INPUT = "Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'x':\n  Duration: 01:02:03.50, start: 0.000000, bitrate: 1 kb/s\n"


def output(*lines: str) -> str:
    return INPUT + "Output #0, null, to 'pipe:':\n" + "\n".join(lines) + "\n"


def test_a_phone_video() -> None:
    found = listing(
        output(
            "  Stream #0:0: Video: hevc (Main 10) (hvc1 / 0x31637668), yuv420p10le(tv, bt2020nc/bt2020/arib-std-b67), "
            "1920x1080, q=2-31, 8413 kb/s, 28.03 fps, 29.97 tbr, 600 tbn (default)",
            "    Side data:",
            "      DOVI configuration record: version: 1.0, profile: 8, level: 4, rpu flag: 1, el flag: 0, bl flag: 1",
            "      Display Matrix: rotation of -90.00 degrees",
            "  Stream #0:1: Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 140 kb/s (default)",
        )
    )
    assert found
    assert (found.container, found.duration_us) == ("mov,mp4,m4a,3gp,3g2,mj2", 3_723_500_000)
    video, audio = found.streams
    assert (video.codec, video.profile, video.pix_fmt, video.width, video.height) == (
        "hevc",
        "Main 10",
        "yuv420p10le",
        1920,
        1080,
    )
    assert (video.colors, video.full_range) == (("bt2020nc", "bt2020", "arib-std-b67"), False)
    assert (video.fps, video.tbr, video.bitrate) == (28.03, 29.97, 8_413_000)
    assert (video.rotation, video.dolby_profile, video.default) == (-90, 8, True)
    assert (audio.codec, audio.profile, audio.rate, audio.channels) == ("aac", "LC", 44100, 2)


def test_an_old_camera() -> None:
    found = listing(
        output(
            "  Stream #0:0: Video: mpeg2video (Main), yuvj420p(pc, top first), 720x576 [SAR 64:45 DAR 16:9], 1k fps",
            "  Stream #0:1: Audio: ac3, 48000 Hz, 5.1(side), fltp",
        )
    )
    assert found
    video, audio = found.streams
    assert (video.sar, video.interlaced, video.full_range, video.fps) == (Fraction(64, 45), True, True, 1000)
    assert (video.profile, video.colors, video.default, audio.channels) == ("Main", ("", "", ""), False, 6)


def test_nothing_is_taken_from_before_the_output_or_from_a_second_one() -> None:
    lie = "  Stream #0:0: Video: h264 (High), yuv420p, 9999x9999, 30 fps\n"
    text = lie + output("  Stream #0:0: Video: vp8, yuv420p, 64x48, 25 fps") + "Output #1, mov, to 'pipe:1':\n" + lie
    found = listing(text)
    assert found
    assert [(stream.codec, stream.width) for stream in found.streams] == [("vp8", 64)]


def test_no_output_is_no_listing() -> None:
    assert listing(INPUT) is None
    assert listing("") is None
