"""Read back the index (moov) of an MP4 that our own ffmpeg wrote: duration, turn of the picture, codec names."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_INDEX_MOST = 32 << 20
_IDENTITY = (1 << 16, 0, 0, 1 << 16)


@dataclass(frozen=True)
class Track:
    """One track: `codec` is its name by RFC 6381, `turn` are a, b, c, d of its matrix (ISO 14496-12, 6.2.2)."""

    codec: str
    turn: tuple[int, int, int, int]


@dataclass(frozen=True)
class Index:
    """The index of a file: microseconds as a player shows them, and its tracks in order."""

    duration_us: int
    tracks: tuple[Track, ...]


def read(path: Path) -> Index:
    """The index of the file, wherever it stands in it; raises ValueError where there is none."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, name = struct.unpack(">I4s", head)
            begun = 8
            if size == 1:
                size, begun = struct.unpack(">Q", file.read(8))[0], 16
            if name == b"moov":
                return _index(file.read(min(size - begun, _INDEX_MOST)))
            if size < begun:
                break
            file.seek(size - begun, 1)
    raise ValueError("no index")


def parse(data: bytes) -> Index:
    """The index in these bytes of a file; raises ValueError where there is none."""
    for name, content in _boxes(data):
        if name == b"moov":
            return _index(content)
    raise ValueError("no index")


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        if size < 8:
            return
        yield name, data[place + 8 : place + size]
        place += size


def _index(moov: bytes) -> Index:
    try:
        duration = max((_duration(content) for name, content in _boxes(moov) if name == b"mvhd"), default=0)
        tracks = tuple(_track(content) for name, content in _boxes(moov) if name == b"trak")
    except (struct.error, IndexError) as error:
        raise ValueError("a broken index") from error
    return Index(duration, tracks)


def _duration(mvhd: bytes) -> int:
    scale, length = struct.unpack_from(">IQ", mvhd, 20) if mvhd[0] else struct.unpack_from(">II", mvhd, 12)
    return round(length * 1_000_000 / scale) if scale else 0


def _track(trak: bytes) -> Track:
    turn, codec = _IDENTITY, ""
    for name, content in _boxes(trak):
        if name == b"tkhd":
            a, b, _, c, d = struct.unpack_from(">5i", content, 52 if content[0] else 40)
            turn = (a, b, c, d)
        if name == b"mdia":
            codec = _codec(_inside(content, b"minf", b"stbl", b"stsd"))
    return Track(codec, turn)


def _inside(data: bytes, *names: bytes) -> bytes:
    for wanted in names:
        data = next((content for name, content in _boxes(data) if name == wanted), b"")
    return data


def _codec(stsd: bytes) -> str:
    for name, entry in _boxes(stsd[8:]):
        if name == b"avc1":
            head = _inside(entry[78:], b"avcC")
            return f"avc1.{head[1:4].hex()}" if len(head) > 3 else "avc1"
        if name == b"av01":
            return _av1(_inside(entry[78:], b"av1C"))
        if name == b"mp4a":
            return "mp4a.40.2"
        return name.decode("latin-1")
    return ""


def _av1(head: bytes) -> str:
    """AV1 Codec ISO Media File Format Binding, 5: profile, level, tier and depth."""
    if len(head) < 3:
        return "av01"
    tier, depth = "HM"[not head[2] & 0x80], (8, 10, 10, 12)[head[2] >> 5 & 3]
    return f"av01.{head[1] >> 5}.{head[1] & 31:02}{tier}.{depth:02}"
