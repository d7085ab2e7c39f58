"""Sound is measured as it will be heard, and known again."""

from pathlib import Path

import pytest

from onstage.media import sound
from tests.media.files import make


def tone(path: Path, *filters: str, seconds: int = 6) -> Path:
    """A tone through some filters, beside a picture."""
    picture = ("-f", "lavfi", "-i", f"color=size=64x64:duration={seconds}")
    source = f"sine=frequency=997:sample_rate=48000:duration={seconds},{','.join(filters)}"
    make.run(path, *picture, "-f", "lavfi", "-i", source, *make.H264, "-c:a", "aac", "-b:a", "192k")
    return path


def test_loudness_and_gain(ffmpeg: str, tmp_path: Path) -> None:
    quiet = sound.measure(ffmpeg, tone(tmp_path / "quiet.mp4", "volume=-6dB"))
    loud = sound.measure(ffmpeg, tone(tmp_path / "loud.mp4", "volume=12dB"))
    assert quiet is not None
    assert loud is not None
    assert loud.loudness - quiet.loudness == pytest.approx(18, abs=0.5)
    assert quiet.gain == 12  # the most there is
    assert loud.loudness + loud.gain == pytest.approx(-14, abs=0.2)
    assert (quiet.silent, quiet.clipped, loud.clipped) == (False, False, False)


def test_six_channels_are_measured_and_known(ffmpeg: str, tmp_path: Path) -> None:
    around = sound.measure(ffmpeg, tone(tmp_path / "around.mp4", "pan=5.1|FL=c0|FR=c0|FC=c0|LFE=0*c0|BL=c0|BR=c0"))
    assert around is not None
    assert around.loudness > -25
    assert len(around.fingerprint) > 50


def test_no_gain_makes_peaks_clip(ffmpeg: str, tmp_path: Path) -> None:
    bursts = sound.measure(
        ffmpeg, tone(tmp_path / "bursts.mp4", "volume=17dB", "volume=0.01:enable=gt(mod(t\\,1)\\,0.02)")
    )
    assert bursts is not None
    assert bursts.loudness < -16
    assert bursts.gain < 2


def test_silence_and_distortion_are_found(ffmpeg: str, tmp_path: Path) -> None:
    silent = sound.measure(ffmpeg, tone(tmp_path / "silent.mp4", "volume=0"))
    harsh = tmp_path / "harsh.mov"
    make.run(
        harsh, "-f", "lavfi", "-i", "color=size=64x64:duration=4", "-f", "lavfi", "-i",
        "sine=d=4,volume=30dB", *make.H264, "-c:a", "pcm_s16le",
    )  # fmt: skip
    distorted = sound.measure(ffmpeg, harsh)
    assert silent is not None
    assert silent.silent
    assert silent.gain == 0
    assert distorted is not None
    assert distorted.clipped
    assert not distorted.silent


def test_no_track_no_measure(ffmpeg: str, made: Path) -> None:
    assert sound.measure(ffmpeg, made / "fast.mp4") is None


def test_the_same_sound_is_known_again(ffmpeg: str, tmp_path: Path) -> None:
    changing = "asetrate=48000*1", "tremolo=f=2:d=0.9", "vibrato=f=5:d=0.9"
    first = sound.measure(ffmpeg, tone(tmp_path / "first.mp4", *changing, seconds=10))
    again = sound.measure(ffmpeg, tone(tmp_path / "again.mp4", *changing, "volume=-8dB", seconds=10))
    assert first is not None
    assert again is not None
    words = len(first.fingerprint) // 4
    assert words > 40
    pairs = zip(first.fingerprint, again.fingerprint, strict=True)
    assert sum((one ^ other).bit_count() for one, other in pairs) / (words * 32) < 0.15
