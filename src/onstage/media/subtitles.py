"""Take the written words out of a file: each track of text that came with it, as WebVTT."""

import re
from dataclasses import dataclass
from pathlib import Path

from onstage.media import sandbox
from onstage.media.cues import ended

_BOUNDS = sandbox.Bounds(cpu_seconds=20, file_size=1 << 20, threads=1)
_MOST_TRACKS = 12
# With the file's own words, as languages are among them: one that lies here gives itself a track that is not there.
_LISTED = ("-map", "0:s?", "-c", "copy", "-map_chapters", "-1", "-t", "0", "-f", "null", "-")
_OUTPUT = re.compile(r"^Output #0, ", re.MULTILINE)
_TRACK = re.compile(r"^  Stream #0:\d+(?:\[\w+\])?(?:\((\w+)\))?: Subtitle: (\w+)", re.MULTILINE)
# Captions in the pictures' own data (CEA-608, CEA-708) run from the first picture on, mostly as silence.
_FIRST_PICTURES = ("-map", "0:V:0", "-frames:v", "8", "-vf", "showinfo", "-f", "null", "-")
_INSIDE = "Closed Captions: ("
_READ_BOUNDS = sandbox.Bounds(cpu_seconds=30, file_size=1 << 20)
_PICTURES = {"hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub", "none"}


@dataclass(frozen=True)
class Track:
    """Words in a language (ISO 639-2, or empty), as ffmpeg writes WebVTT: not yet to be trusted."""

    language: str
    webvtt: str


def tracks(ffmpeg: str, path: Path) -> list[Track]:
    """Every track of text, in order; tracks of pictures and those that can't be read are passed over.

    Where there is none: what is said in the pictures' own data, as broadcasters and some cameras put it there.
    """
    return _beside(ffmpeg, path) or _inside(ffmpeg, path)


def _inside(ffmpeg: str, path: Path) -> list[Track]:
    graph = sandbox.movie(str(path), _READ_BOUNDS, "[out+subcc]")
    read = ["-f", "lavfi", "-i", graph, "-map", "0:s", "-c:s", "webvtt", "-f", "webvtt", "pipe:1"]
    try:
        first = sandbox.run(ffmpeg, ["-v", "info", "-i", str(path), *_FIRST_PICTURES], _BOUNDS).stderr
        if _INSIDE not in first:
            return []
        finished = sandbox.run(ffmpeg, read, _READ_BOUNDS, formats="lavfi", also=[str(path)])
    except sandbox.Stopped:
        return []
    words = finished.stdout.decode("utf-8", "replace")
    return [Track("", ended(words))] if not finished.returncode and "-->" in words else []


def _beside(ffmpeg: str, path: Path) -> list[Track]:
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
