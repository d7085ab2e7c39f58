"""Small pictures along a clip: a sheet of them to look through while scrubbing, and which of them is the best cover."""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from onstage.media import sandbox
from onstage.media.probe import unplayable_for

FROM_US = 20_000_000  # shorter clips are scrubbed by their own pictures
COLUMNS = 10
_MOST = 100
_LEAST_SECONDS = 2  # apart, as the key frames are
_BOX = 160
_BOUNDS = sandbox.Bounds(cpu_seconds=300, file_size=16 << 20, nice=10, threads=1)
_KEY_FRAMES = ("-skip_frame", "nokey")
_WEBP = ("-frames:v", "1", "-map_metadata", "-1", "-c:v", "libwebp", "-quality", "60", "-f", "webp")
_LOOK = (
    "scale=w=270:h=270:force_original_aspect_ratio=decrease,signalstats,blurdetect=block_pct=50,"
    "metadata=mode=print:file=-"
)
_DARK, _BRIGHT = 40.0, 225.0  # mean light of 0 to 255 beyond which a picture tells nothing
_FRAME = re.compile(r"pts_time:([\d.]+)")
_VALUE = re.compile(r"lavfi\.(signalstats\.YAVG|blur)=([\d.]+|nan)")


@dataclass(frozen=True)
class Sheet:
    """A sheet of `count` pictures, COLUMNS a row, each `width` by `height`, `every_us` apart from the start on."""

    webp: Path
    width: int
    height: int
    count: int
    every_us: int


def sheet(ffmpeg: str, path: Path, out: Path, size: tuple[int, int], duration_us: int) -> Sheet | None:
    """A sheet of the key frames of a rendition with sides `size`; None where it has none that can be read."""
    every = max(_LEAST_SECONDS, math.ceil(duration_us / 1_000_000 / _MOST))
    count = max(1, math.ceil(duration_us / 1_000_000 / every))
    factor = _BOX / max(size)
    width, height = (max(2, 2 * round(side * factor / 2)) for side in size)
    rows = math.ceil(count / COLUMNS)
    steps = f"fps=1/{every}:start_time=0:round=near,scale={width}:{height},tile={COLUMNS}x{rows}"
    finished = _run(ffmpeg, [*_KEY_FRAMES, "-i", str(path), "-vf", steps, *_WEBP, str(out)])
    if finished.returncode or not out.exists() or not out.stat().st_size:
        out.unlink(missing_ok=True)
        return None
    return Sheet(out, width, height, count, every * 1_000_000)


def best_moment(ffmpeg: str, path: Path) -> int | None:
    """Where, in microseconds, the sharpest key frame of the first minute is that is neither dark nor blank.

    None where there is none to choose from.
    """
    looked = _run(ffmpeg, [*_KEY_FRAMES, "-t", "60", "-i", str(path), "-an", "-vf", _LOOK, "-f", "null", "-"])
    found = list(_looks(looked.stdout.decode("utf-8", "replace")))
    clear = [(blur, at) for at, light, blur in found if _DARK < light < _BRIGHT and not math.isnan(blur)]
    return round(min(clear)[1] * 1_000_000) if clear else None


def _looks(text: str) -> list[tuple[float, float, float]]:
    found: list[tuple[float, float, float]] = []
    values: dict[str, float] = {}
    at = 0.0
    for line in text.splitlines():
        frame, value = _FRAME.search(line), _VALUE.search(line)
        if frame:
            at, values = float(frame[1]), {}
        elif value:
            values[value[1]] = float(value[2])
            if len(values) == 2:
                found.append((at, values["signalstats.YAVG"], values["blur"]))
    return found


def _run(ffmpeg: str, arguments: list[str]) -> sandbox.Finished:
    try:
        return sandbox.run(ffmpeg, arguments, _BOUNDS)
    except sandbox.Stopped as stopped:
        raise unplayable_for(stopped) from stopped
