"""Read what ffmpeg says of the streams it copies: its listing of the output, where no words of the file stand."""

import re
from dataclasses import dataclass, field
from fractions import Fraction

_CONTAINER = re.compile(r"^Input #0, (\S+), from ", re.MULTILINE)
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_OUTPUT = re.compile(r"^Output #0, ", re.MULTILINE)
_UNKNOWN_VIDEO = re.compile(r"^  Stream #0:\d+.*?: Video: none", re.MULTILINE)
_STREAM = re.compile(r"^  Stream #0:\d+(?:\[\w+\])?(?:\(\w+\))?: (Video|Audio): (.*)$")
_MATRIX = re.compile(r"Display ?[Mm]atrix: rotation of (-?[\d.]+) degrees")
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_SIZE = re.compile(r", (\d+)x(\d+)\b")
_ASPECT = re.compile(r"\bSAR (\d+):(\d+)")
_RATE = re.compile(r"([\d.]+)(k?) (fps|tbr)\b")
_AUDIO = re.compile(r"(\d+) Hz, ([^,]+)")
_DOLBY = re.compile(r"DOVI configuration record: .*?profile: (\d+)")
# Of the file, of a packet as `framecrc` lists it, or for want of both the name of what the track holds.
_ENCRYPTED = re.compile(
    r"^ +Encryption (?:initialization data|info)|^\d+, .*, Encryption info,|^  Stream #0:\d+.*: none \(enc[av] / ",
    re.MULTILINE,
)
# The muxer of MP4 says so of a packet that is copied.
_UNTIMED = re.compile(r"^\[mov @ \w+\] Timestamps are unset in a packet", re.MULTILINE)
_PICTURE = re.compile(r"^0, +-?\d+, +-?\d+,", re.MULTILINE)
_CHANNELS = {"mono": 1, "stereo": 2, "downmix": 2}


@dataclass
class Stream:
    """One video or audio stream of the listing; a field that the listing leaves open is empty, 0 or None."""

    kind: str
    codec: str
    profile: str = ""
    pix_fmt: str = ""
    width: int = 0
    height: int = 0
    sar: Fraction = Fraction(1)
    fps: float = 0
    tbr: float = 0
    bitrate: int = 0
    colors: tuple[str, str, str] = ("", "", "")  # matrix, primaries, transfer
    full_range: bool = False
    interlaced: bool = False
    rotation: float = 0
    dolby_profile: int = 0
    default: bool = False
    rate: int = 0
    channels: int = 0


@dataclass
class Listing:
    """What ffmpeg says of a file: `container` is the demuxer's name, `duration_us` the header's claim or None.

    `pictures` are those of the first stream that `framecrc` listed.
    `untimed`: the first picture has no time of its own, as far as the first packet was copied into an MP4.
    """

    container: str
    duration_us: int | None
    unknown_video: bool
    untimed: bool
    encrypted: bool
    pictures: int
    streams: list[Stream] = field(default_factory=list)


def listing(text: str) -> Listing | None:
    """Read ffmpeg's messages (level info) of a run that copies streams; None where it wrote no output."""
    outputs = list(_OUTPUT.finditer(text))
    container = _CONTAINER.search(text)
    if not outputs or not container:
        return None
    claims = list(_DURATION.finditer(text))
    unknown = _UNKNOWN_VIDEO.search(text) is not None
    claim = _microseconds(claims[-1]) if claims else None
    untimed, encrypted = _UNTIMED.search(text) is not None, _ENCRYPTED.search(text) is not None
    pictures = len(_PICTURE.findall(text))
    found = Listing(container[1].rstrip(","), claim, unknown, untimed, encrypted, pictures)
    for line in text[outputs[-1].end() :].splitlines():
        if line.startswith("Output #"):
            break
        match = _STREAM.match(line)
        if match:
            found.streams.append(_video(match[2]) if match[1] == "Video" else _audio(match[2]))
        elif found.streams:
            _side_data(found.streams[-1], line)
    return found


def _microseconds(claim: re.Match[str]) -> int:
    return round((int(claim[1]) * 3600 + int(claim[2]) * 60 + float(claim[3])) * 1_000_000)


def _video(line: str) -> Stream:
    words = _PARENTHESES.sub("", line).split(",")
    stream = Stream("video", words[0].split()[0], default="(default)" in line)
    stream.profile = _profile(line.split(",")[0])
    pixels = re.search(r", (\w+)(?:\(((?:[^()]|\([^()]*\))*)\))?, \d+x\d+\b", line)
    if pixels:
        stream.pix_fmt = "" if pixels[1] == "none" else pixels[1]
        _colors(stream, pixels[2] or "")
    size, aspect = _SIZE.search(line), _ASPECT.search(line)
    if size:
        stream.width, stream.height = int(size[1]), int(size[2])
    if aspect and int(aspect[1]) and int(aspect[2]):
        stream.sar = Fraction(int(aspect[1]), int(aspect[2]))
    rates = {name: float(number) * (1000 if kilo else 1) for number, kilo, name in _RATE.findall(line)}
    stream.fps, stream.tbr = rates.get("fps", 0), rates.get("tbr", 0)
    stream.bitrate = _bitrate(line)
    return stream


def _audio(line: str) -> Stream:
    stream = Stream("audio", line.split(",")[0].split()[0], default="(default)" in line)
    stream.profile = _profile(line.split(",")[0])
    shape = _AUDIO.search(line)
    if shape:
        stream.rate, stream.channels = int(shape[1]), _channel_count(shape[2])
    stream.bitrate = _bitrate(line)
    return stream


def _profile(words: str) -> str:
    notes = [note for note in _PARENTHESES.findall(words) if " / 0x" not in note]
    return notes[0] if notes else ""


def _colors(stream: Stream, notes: str) -> None:
    for note in notes.split(", "):
        if note in ("tv", "pc"):
            stream.full_range = note == "pc"
        elif note in ("top first", "bottom first") or "coded first" in note:
            stream.interlaced = True
        elif note and note != "progressive":
            names = ["" if name in ("unknown", "reserved") else name for name in note.split("/")]
            stream.colors = (names[0], names[1], names[2]) if len(names) == 3 else (names[0], names[0], names[0])


def _bitrate(line: str) -> int:
    match = re.search(r", (\d+) kb/s", line)
    return int(match[1]) * 1000 if match else 0


def _channel_count(layout: str) -> int:
    name = layout.split("(")[0].strip()
    if name in _CHANNELS:
        return _CHANNELS[name]
    counted = re.match(r"(\d+) channels", name)
    return int(counted[1]) if counted else sum(int(digit) for digit in re.findall(r"\d", name)) or 2


def _side_data(stream: Stream, line: str) -> None:
    matrix, dolby = _MATRIX.search(line), _DOLBY.search(line)
    if matrix:
        stream.rotation = float(matrix[1])
    if dolby:
        stream.dolby_profile = int(dolby[1])
