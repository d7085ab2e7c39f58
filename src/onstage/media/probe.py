"""Find out what an uploaded file holds, by ffmpeg in its sandbox; say clearly what can't be played."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from onstage.media import mp4, sandbox
from onstage.media.dump import Listing, Stream, listing

_BOUNDS = sandbox.Bounds(cpu_seconds=20, file_size=1 << 20)
_GRACE_US = 500_000
_PICTURE, _SOUND = ("-map", "0:V?"), ("-map", "0:a?")
_PLAIN = ("-c", "copy", "-map_metadata", "-1", "-map_chapters", "-1")
_LISTED = (*_PLAIN, "-frames:v", "2", "-frames:a", "1", "-f", "framecrc", "pipe:2")
_AS_MOV = ("-movflags", "empty_moov", "-strict", "-2", "-f", "mov", "pipe:1")
_FIRST_PACKET = ("-map", "0:V:0", *_PLAIN, "-frames:v", "1", *_AS_MOV)
_HDR = {"smpte2084", "arib-std-b67"}
_TEN_BITS = ("10le", "10be", "p010", "p210", "x2rgb10")
_WITH_ALPHA = ("yuva", "gbrap", "rgba", "bgra", "argb", "abgr", "ya", "pal8")
_TWELVE_BITS = ("12le", "12be", "14le", "16le", "16be", "p016", "48le", "48be", "64le", "64be")
# First bytes, for the words said about what ffmpeg refused; nothing else is read of an upload in this process.
_HEAD = 4096
_LISTS = (b"#EXT", b"ffconcat", b"<?xml", b"<MPD", b"v=0")
_PICTURES = (b"\xff\xd8\xff", b"BM", b"II*\x00", b"MM\x00*")
_MOVING_PICTURES = ("gif", "apng", "webp_anim")
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"avif")
_SOUNDS = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9", b"fLaC", b"#!AMR", b"FORM", b"caff")
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_OTHER_VIDEO = (b"\x1aE\xdf\xa3", b"RIFF", b"OggS", b"FLV\x01", b"GIF8", b"G@", b"\x00\x00\x01\xba", b"0&\xb2u")


class Unplayable(Exception):
    """A file that can't become a clip: `code` is stable, `sentence` is said to its author."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class Limits:
    """The most a clip may have: seconds, pixels of one picture, pictures a second, bytes, bits a second, tracks.

    `cpu_seconds` and `memory` (bytes) are what one step of the work on it may use.
    """

    max_seconds: float = 600
    max_pixels: int = 8192 * 4608
    max_fps: float = 1000
    max_bytes: int = 4 << 30
    max_bitrate: int = 1_000_000_000
    max_tracks: int = 32
    cpu_seconds: float = 7200
    memory: int = 3 * sandbox.GIB


@dataclass(frozen=True)
class Source:
    """What a file holds. `width` and `height` are as coded, `display_*` right side up with square pixels.

    `rotation` is how far the picture's horizontal is turned, in degrees clockwise; `mirrored` that it is flipped too.
    `duration_us` is what the file claims, or was counted where it claims nothing or too much; `allowed_seconds` is
    where work on it ends, whatever it claims, `cpu_seconds` and `memory` what a step of it may use. `video` and `audio`
    number the streams used, among those of their kind; `audio` is None where there is none. `level` is 10 times the
    H.264 level, None where it isn't known. `untimed`: pictures lack times, which only a decoder can give them.
    """

    container: str
    codec: str
    profile: str
    level: int | None
    pix_fmt: str
    bit_depth: int
    width: int
    height: int
    rotation: int
    mirrored: bool
    sar: Fraction
    display_width: int
    display_height: int
    fps: float
    duration_us: int
    matrix: str
    primaries: str
    transfer: str
    full_range: bool
    interlaced: bool
    untimed: bool
    is_hdr: bool
    dolby_profile: int
    audio_codec: str | None
    audio_profile: str | None
    audio_channels: int | None
    audio_rate: int | None
    bytes: int
    allowed_seconds: float
    cpu_seconds: float = Limits.cpu_seconds
    memory: int = Limits.memory
    tracks: int = 1
    video: int = 0
    audio: int | None = None

    @property
    def has_audio(self) -> bool:
        """Whether there is sound that can be decoded."""
        return self.audio is not None

    @property
    def has_alpha(self) -> bool:
        """Whether pictures may have holes in them."""
        return self.pix_fmt.startswith(_WITH_ALPHA)

    @property
    def shape(self) -> float:
        """Width by height, right side up."""
        upright = self.width * self.sar / self.height
        return float(1 / upright if self.rotation in (90, 270) else upright)


def probe(ffmpeg: str, path: Path, limits: Limits) -> Source:
    """What the file holds; raises Unplayable with the reason, and what `sandbox.run` raises beside Stopped."""
    size = path.stat().st_size
    if size == 0:
        raise Unplayable("empty", "This file is empty. Choose another one, or record again.")
    if size > limits.max_bytes:
        raise Unplayable("too_large", f"This file is larger than {limits.max_bytes // 1_000_000} MB.")
    if _is_picture(_head(path)):
        raise Unplayable("picture", "This is a picture, not a video.")
    found, index = _listing(ffmpeg, path)
    if found.encrypted:
        raise Unplayable("encrypted", "This video is locked by its seller (DRM), so it can't be shown here.")
    if found.container in _MOVING_PICTURES and found.pictures == 1:
        raise Unplayable("picture", "This is a picture, not a video.")
    video = _chosen(found, "video")
    if video is None and found.unknown_video:
        raise Unplayable(
            "unknown_codec", "This video is in a form that can't be read here. Save it as MP4 and try again."
        )
    if video is None:
        raise Unplayable("no_video", "This file has no video in it, only sound or other data.")
    source = _source(found, index, size, limits)
    if source.duration_us > limits.max_seconds * 1_000_000 + _GRACE_US or not source.duration_us:
        source = _counted(ffmpeg, path, source, limits)
    _check(source, limits)
    return source


def _listing(ffmpeg: str, path: Path) -> tuple[Listing, mp4.Index | None]:
    # The first packet as MP4 tells the turn of the picture and the level. Not every codec fits in; then without,
    # and at last without sound, when that is what can't be read.
    said = ""
    for options in (_PICTURE + _SOUND + _LISTED + _FIRST_PACKET, _PICTURE + _SOUND + _LISTED, _PICTURE + _LISTED):
        finished = _run(ffmpeg, ["-v", "info", "-i", str(path), "-ignore_unknown", *options])
        found = listing(finished.stderr)
        if found and not finished.returncode:
            return found, _parsed(finished.stdout)
        said = said or finished.stderr
    raise _why(path, said)


def _parsed(first_packet: bytes) -> mp4.Index | None:
    try:
        return mp4.parse(first_packet)
    except ValueError:
        return None


def _run(ffmpeg: str, arguments: list[str], on_progress: Callable[[int], None] | None = None) -> sandbox.Finished:
    try:
        return sandbox.run(ffmpeg, arguments, _BOUNDS, on_progress)
    except sandbox.Stopped as stopped:
        raise unplayable_for(stopped) from stopped


def unplayable_for(stopped: sandbox.Stopped) -> Unplayable:
    """The words for a file whose work met a bound of the sandbox."""
    if stopped.reason in ("cpu", "memory", "size"):
        return Unplayable("too_heavy", "This video is more work than one clip may be. Try a shorter one.")
    return Unplayable("broken", "This video is damaged and can't be read.")


def _why(path: Path, said: str) -> Unplayable:
    head = _head(path)
    if head.lstrip(b"\xef\xbb\xbf").startswith(_LISTS):
        return Unplayable("playlist", "This is a list of videos, not a video. Choose the video file itself.")
    is_sound = head.startswith(_SOUNDS) or (head.startswith(b"RIFF") and head[8:12] == b"WAVE")
    if is_sound or "does not contain any stream" in said or "matches no streams" in said:
        return Unplayable("no_video", "This file has no video in it, only sound or other data.")
    if head[4:8] in _MP4_BOXES and "moov atom not found" in said:
        return Unplayable("cut_short", "This file ends before its index, as after a broken copy. Copy it again.")
    if head[4:8] in _MP4_BOXES or head.startswith(_OTHER_VIDEO):
        return Unplayable("broken", "This video is damaged and can't be read.")
    return Unplayable("not_media", "This is not a video file that Onstage knows. MP4, MOV and WebM always work.")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _is_picture(head: bytes) -> bool:
    still_webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP" and (head[12:16] != b"VP8X" or not head[20] & 2)
    still_png = head.startswith(b"\x89PNG") and b"acTL" not in head.partition(b"IDAT")[0]
    return (
        still_webp
        or still_png
        or head.startswith(_PICTURES)
        or (head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS)
    )


def _chosen(found: Listing, kind: str) -> int | None:
    """The first that is meant to be shown; of an animated AVIF not its still, which alone has no rate of bits."""
    numbers = [number for number, stream in enumerate(found.streams) if stream.kind == kind and stream.codec != "none"]
    meant = [number for number in numbers if found.streams[number].default] or numbers
    return next((number for number in meant if found.streams[number].bitrate), meant[0] if meant else None)


def _source(found: Listing, index: mp4.Index | None, size: int, limits: Limits) -> Source:
    number, sound = _chosen(found, "video"), _chosen(found, "audio")
    assert number is not None
    video, audio = found.streams[number], None if sound is None else found.streams[sound]
    first = index.tracks[0] if index and index.tracks and number == 0 else None
    rotation, mirrored = _turn(first.turn) if first else (_whole(-video.rotation), False)
    width, height = _upright(video, rotation)
    videos = sum(stream.kind == "video" for stream in found.streams)
    return Source(
        container=found.container.split(",")[0],
        codec=video.codec,
        profile=video.profile,
        level=_level(first),
        pix_fmt=video.pix_fmt,
        bit_depth=_depth(video.pix_fmt),
        width=video.width,
        height=video.height,
        rotation=rotation,
        mirrored=mirrored,
        sar=video.sar,
        display_width=width,
        display_height=height,
        fps=video.fps or video.tbr,
        duration_us=found.duration_us or 0,
        matrix=_matrix(video),
        primaries=video.colors[1],
        transfer=video.colors[2],
        full_range=video.full_range,
        interlaced=video.interlaced,
        untimed=found.untimed,
        is_hdr=video.colors[2] in _HDR,
        dolby_profile=video.dolby_profile,
        audio_codec=audio.codec if audio else None,
        audio_profile=audio.profile if audio else None,
        audio_channels=audio.channels if audio else None,
        audio_rate=audio.rate if audio else None,
        bytes=size,
        allowed_seconds=limits.max_seconds,
        cpu_seconds=limits.cpu_seconds,
        memory=limits.memory,
        tracks=len(found.streams),
        video=number,
        audio=None if sound is None else sound - videos,
    )


def _matrix(video: Stream) -> str:
    """What the file says, but for the nonsense that pictures in YUV are in RGB: then it says nothing."""
    return "" if video.colors[0] == "gbr" and video.pix_fmt.startswith("yuv") else video.colors[0]


def _turn(matrix: tuple[int, int, int, int]) -> tuple[int, bool]:
    """As players read it: each column by its own length, so that a matrix that also stretches turns no further."""
    a, b, c, d = matrix
    along, across = math.hypot(a, c), math.hypot(b, d)
    if not along or not across:
        return 0, False
    return _whole(math.degrees(math.atan2(b / across, a / along))), a * d < b * c


def _whole(degrees: float) -> int:
    return round(degrees) % 360


def _counted(ffmpeg: str, path: Path, source: Source, limits: Limits) -> Source:
    reached = [0]
    counting = ["-i", str(path), "-map", f"0:V:{source.video}", "-c", "copy", "-t", str(limits.max_seconds + 1), "-f"]
    _run(ffmpeg, [*counting, "null", "-"], reached.append)
    if not reached[-1] and source.fps:  # without any times, as where all of a Matroska lies before zero
        pictures = _run(ffmpeg, [*counting, "framecrc", "pipe:1"]).stdout.count(b"\n0,")
        reached.append(round(pictures * 1_000_000 / source.fps))
    if not reached[-1]:
        raise Unplayable("no_pictures", "This video has no pictures in it that could be read.")
    return replace(source, duration_us=reached[-1])


def _check(source: Source, limits: Limits) -> None:
    if not source.pix_fmt or not source.width or not source.height:
        raise Unplayable("broken", "This video is damaged: none of its pictures can be read.")
    if source.width * source.height > limits.max_pixels:
        raise Unplayable(
            "too_many_pixels", f"This video has {source.width} by {source.height} pixels, which is too many."
        )
    if source.duration_us > limits.max_seconds * 1_000_000 + _GRACE_US:
        raise too_long(limits.max_seconds)
    if source.fps > limits.max_fps:
        raise Unplayable("too_fast", f"This video has more than {limits.max_fps:g} pictures a second.")
    if source.bytes * 8_000_000 > limits.max_bitrate * max(source.duration_us, 1_000_000):
        raise Unplayable("too_dense", f"This video has more than {limits.max_bitrate // 1_000_000} Mbit a second.")
    if source.tracks > limits.max_tracks:
        raise Unplayable("too_many_tracks", f"This file has {source.tracks} tracks of picture and sound, too many.")
    if source.dolby_profile == 5:
        raise Unplayable("dolby_vision", "This kind of Dolby Vision can't be converted. Save the video as HDR or SDR.")


def too_long(seconds: float) -> Unplayable:
    """The words for a video longer than a clip may be."""
    most = f"{seconds:g} seconds" if seconds < 120 else f"{seconds / 60:g} minutes"
    return Unplayable("too_long", f"This video is longer than {most}. Shorten it and try again.")


def _upright(video: Stream, rotation: int) -> tuple[int, int]:
    sar = video.sar if Fraction(1, 10) <= video.sar <= 10 else Fraction(1)
    width, height = max(1, round(video.width * sar)), video.height
    return (height, width) if rotation in (90, 270) else (width, height)


def _level(first: mp4.Track | None) -> int | None:
    if not first or not first.codec.startswith("avc1."):
        return None
    return int(first.codec[-2:], 16)


def _depth(pix_fmt: str) -> int:
    if any(mark in pix_fmt for mark in _TEN_BITS):
        return 10
    return 12 if any(mark in pix_fmt for mark in _TWELVE_BITS) else 8
