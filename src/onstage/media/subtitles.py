"""Take the written words out of a file: each track of text that came with it, as WebVTT."""

import re
from dataclasses import dataclass
from pathlib import Path

from onstage.media import sandbox

_BOUNDS = sandbox.Bounds(cpu_seconds=20, file_size=1 << 20, threads=1)
_MOST_TRACKS = 12
# With the file's own words, as languages are among them: one that lies here gives itself a track that is not there.
_LISTED = ("-map", "0:s?", "-c", "copy", "-map_chapters", "-1", "-t", "0", "-f", "null", "-")
_OUTPUT = re.compile(r"^Output #0, ", re.MULTILINE)
_TRACK = re.compile(r"^  Stream #0:\d+(?:\[\w+\])?(?:\((\w+)\))?: Subtitle: (\w+)", re.MULTILINE)
_PICTURES = {"hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub", "none"}


@dataclass(frozen=True)
class Track:
    """Words in a language (ISO 639-2, or empty), as ffmpeg writes WebVTT: not yet to be trusted."""

    language: str
    webvtt: str


def tracks(ffmpeg: str, path: Path) -> list[Track]:
    """Every track of text, in order; tracks of pictures and those that can't be read are passed over."""
    try:
        said = sandbox.run(ffmpeg, ["-v", "info", "-i", str(path), *_LISTED], _BOUNDS).stderr
        outputs = list(_OUTPUT.finditer(said))
        kinds = _TRACK.findall(said[outputs[-1].end() :]) if outputs else []
        return [
            Track(language, words)
            for number, (language, codec) in enumerate(kinds[:_MOST_TRACKS])
            if codec not in _PICTURES and (words := _words(ffmpeg, path, number))
        ]
    except sandbox.Stopped:
        return []


def _words(ffmpeg: str, path: Path, number: int) -> str:
    chosen = ["-map", f"0:s:{number}", "-c:s", "webvtt", "-map_metadata", "-1", "-f", "webvtt", "pipe:1"]
    finished = sandbox.run(ffmpeg, ["-i", str(path), *chosen], _BOUNDS)
    return "" if finished.returncode else finished.stdout.decode("utf-8", "replace")
