"""Turns painted frames, a tune and pieces of footage into small MP4 files through ffmpeg."""

import subprocess
import wave
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import imageio_ffmpeg  # type: ignore[import-untyped,unused-ignore]
import numpy as np
from canvas import Frame, Scene
from numpy.typing import NDArray

FFMPEG: str = imageio_ffmpeg.get_ffmpeg_exe()
RATE = 44100
COLOURS = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
QUIET = ["-hide_banner", "-v", "error", "-y"]


def picture_settings(fps: int, crf: int) -> list[str]:
    """H.264 High, a closed group of at most two seconds, slow enough to be small."""
    group = f"open-gop=0:keyint={2 * fps}:min-keyint={fps // 2}:rc-lookahead=60:aq-mode=3:aq-strength=0.9"
    codec = ["-c:v", "libx264", "-profile:v", "high", "-preset", "veryslow", "-crf", str(crf), "-threads", "1"]
    return [*codec, "-pix_fmt", "yuv420p", "-x264-params", group, *COLOURS]


def container_settings(seconds: float) -> list[str]:
    """An exact length, the index first, and nothing about the machine that made the file."""
    plain = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]
    return ["-t", f"{seconds:.3f}", *plain, "-movflags", "+faststart", "-f", "mp4"]


SOUND_SETTINGS = ["-c:a", "aac", "-b:a", "56k", "-ac", "2", "-ar", str(RATE)]


def write_wave(path: Path, samples: NDArray[np.float64]) -> None:
    """Stereo samples, shape (n, 2) in -1..1, as a 16-bit file."""
    whole = (np.clip(samples, -1, 1) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(whole.tobytes())


@cache
def _dither(height: int, width: int) -> NDArray[np.float32]:
    """A fixed fine pattern in 0..1 that keeps slow gradients from banding."""
    y, x = np.mgrid[0:height, 0:width]
    pattern: NDArray[np.float32] = ((52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1.0)) % 1.0).astype(np.float32)
    return pattern[:, :, None]


def pixels(frame: Frame) -> bytes:
    """A frame as rgb24."""
    whole: NDArray[np.uint8] = np.clip(frame * 255.0 + _dither(*frame.shape[:2]), 0, 255).astype(np.uint8)
    return whole.tobytes()


def frames(scene: Scene) -> Iterator[Frame]:
    """Every frame of a scene, once around its loop."""
    painter = scene.paint(scene.canvas())
    count = round(scene.seconds * scene.fps)
    for index in range(count):
        yield painter((index / count + scene.begin) % 1.0)


def write_master(scene: Scene, target: Path) -> None:
    """Paints a scene into a large file that loses next to nothing, so that it can be encoded again without painting."""
    drawn = scene.canvas()
    source = [
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-s",
        f"{drawn.width}x{drawn.height}",
        "-r",
        str(scene.fps),
        "-i",
        "-",
    ]
    unfinished = target.with_suffix(".part")
    codec = [
        "-c:v",
        "libx264rgb",
        "-preset",
        "ultrafast",
        "-qp",
        "6",
        "-threads",
        "1",
        "-f",
        "matroska",
        str(unfinished),
    ]
    with subprocess.Popen([FFMPEG, *QUIET, *source, *codec], stdin=subprocess.PIPE) as encoder:  # noqa: S603
        assert encoder.stdin is not None
        for frame in frames(scene):
            encoder.stdin.write(pixels(frame))
        encoder.stdin.close()
    if encoder.returncode:
        raise RuntimeError(f"{scene.name} could not be painted")
    unfinished.rename(target)


def write_scene(scene: Scene, master: Path, sound: Path | None, target: Path) -> None:
    """Encodes one painted scene; `sound` is a wave file of the same length."""
    heard = ["-i", str(sound), *SOUND_SETTINGS] if sound else []
    shown = f"{scene.size.width}:{scene.size.height}:flags=lanczos+accurate_rnd"
    matrix = ["-vf", f"scale={shown}:out_color_matrix=bt709:out_range=tv"]
    settings = [*picture_settings(scene.fps, scene.crf), "-tune", "animation", *container_settings(scene.seconds)]
    run(["-i", str(master), *heard, *matrix, *settings, str(target)])


def run(arguments: list[str]) -> None:
    """One call of ffmpeg that must succeed."""
    subprocess.run([FFMPEG, *QUIET, *arguments], check=True)  # noqa: S603


def write_still(frame: Frame, target: Path) -> None:
    """One frame as a WebP picture."""
    height, width = frame.shape[:2]
    command = [FFMPEG, *QUIET, "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-i", "-"]
    command += ["-frames:v", "1", "-c:v", "libwebp", "-quality", "78", "-map_metadata", "-1", str(target)]
    subprocess.run(command, input=pixels(frame), check=True)  # noqa: S603
