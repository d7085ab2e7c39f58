"""Measure the sound of a clip: how loud it is, whether it is silent or distorted, and what it can be known by again."""

import re
from dataclasses import dataclass
from pathlib import Path

from onstage.media import sandbox
from onstage.media.probe import unplayable_for

TARGET = -14.0  # LUFS (EBU R 128), as the large platforms play
_PEAK = -1.0  # dBTP that no gain goes beyond
_MOST_GAIN, _LEAST_GAIN = 12.0, -24.0
_SILENT = -60.0
_FLAT = 10.0  # astats: how flat the tops are; undistorted sound has 0
_LOUD = re.compile(r"^    I: +(-?[\d.]+) LUFS", re.MULTILINE)
_TRUE_PEAK = re.compile(r"^    Peak: +(-?[\d.]+|-inf) dBFS", re.MULTILINE)
_TOP = re.compile(r"Peak level dB: (-?[\d.]+|-inf)")
_FLATNESS = re.compile(r"Flat factor: ([\d.]+)")
_MEASURE = (
    "ebur128=peak=true:framelog=quiet,astats=measure_perchannel=none:measure_overall=Peak_level+Flat_factor+Peak_count"
)


@dataclass(frozen=True)
class Sound:
    """How a clip sounds: `loudness` in LUFS, `gain` in dB that brings it to TARGET without clipping.

    `fingerprint` is chromaprint's, 32 bits for each eighth of a second, empty for less than three seconds.
    """

    loudness: float
    gain: float
    silent: bool
    clipped: bool
    fingerprint: bytes


def measure(ffmpeg: str, path: Path) -> Sound | None:
    """Measure the first sound track, in one decode; None where there is none. Raises Unplayable where it is too much."""
    first = ["-map", "0:a:0", "-vn"]
    outputs = [
        *first,
        "-af",
        _MEASURE,
        "-f",
        "null",
        "-",
        *first,
        "-ac",
        "2",
        "-f",
        "chromaprint",
        "-fp_format",
        "raw",
        "pipe:1",
    ]
    bounds = sandbox.Bounds(cpu_seconds=120, nice=10, threads=1)
    try:
        finished = sandbox.run(ffmpeg, ["-v", "info", "-i", str(path), *outputs], bounds)
    except sandbox.Stopped as stopped:
        raise unplayable_for(stopped) from stopped
    loud = _LOUD.findall(finished.stderr)
    if finished.returncode or not loud:
        return None
    loudness, peak = float(loud[-1]), _last(_TRUE_PEAK, finished.stderr)
    silent = loudness <= _SILENT
    clipped = _last(_TOP, finished.stderr) > -0.1 and _last(_FLATNESS, finished.stderr) > _FLAT
    return Sound(loudness, 0.0 if silent else _gain(loudness, peak), silent, clipped, finished.stdout)


def _last(pattern: re.Pattern[str], text: str) -> float:
    found = pattern.findall(text)
    return float(found[-1]) if found else 0.0


def _gain(loudness: float, peak: float) -> float:
    wanted = min(TARGET - loudness, max(0.0, _PEAK - peak)) if loudness < TARGET else TARGET - loudness
    return round(max(_LEAST_GAIN, min(_MOST_GAIN, wanted)), 2)
