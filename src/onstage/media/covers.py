"""Make the covers of a clip: from one of its pictures, or from a picture that its author gives."""

import base64
import struct
from dataclasses import dataclass
from pathlib import Path

from onstage.media import sandbox
from onstage.media.probe import Unplayable, unplayable_for

_BOUNDS = sandbox.Bounds(cpu_seconds=60, file_size=64 << 20, threads=1)
# WebP means BT.601 whatever the video meant.
_COLORS = "out_color_matrix=bt601:out_range=tv"
_LARGE = f"scale=w=min(1280\\,iw):h=min(1280\\,ih):force_original_aspect_ratio=decrease:flags=bicubic:{_COLORS}"
_SMALL = f"scale=w=min(360\\,iw):h=min(360\\,ih):force_original_aspect_ratio=increase:flags=area:{_COLORS}"
_TINY = f"scale=w=min(120\\,iw):h=min(120\\,ih):force_original_aspect_ratio=increase:flags=area:{_COLORS}"
_HINT = f"scale=w=12:h=12:force_original_aspect_ratio=increase:flags=area:{_COLORS}"
_WEBP = ("-frames:v", "1", "-map_metadata", "-1", "-c:v", "libwebp", "-quality", "75", "-compression_level", "2")
# In little more than half the bytes of the WebP for as good a picture, at four times its work (ADR 29).
_AVIF = ("-frames:v", "1", "-map_metadata", "-1", "-c:v", "libaom-av1", "-usage", "allintra", "-cpu-used", "6")
_LIKE_WEBP = ("-crf", "32", "-b:v", "0")
_STILL = ("-still-picture", "1", "-threads", "1", "-f", "avif")
_MEANT = "setparams=colorspace=smpte170m:color_primaries=bt709:color_trc=iec61966-2-1:range=tv"
_NAMES = ("cover", "cover-small", "cover-tiny")
_MEAN = ("-frames:v", "1", "-f", "rawvideo", "pipe:1")
_DARK = 32  # mean of 0 to 255 up to which a picture counts as black
_LIT = f"signalstats,metadata=select:key=lavfi.signalstats.YAVG:value={_DARK + 16}:function=greater,"
_FLAT = "format=gbrap,premultiply=inplace=1,"


@dataclass(frozen=True)
class Cover:
    """The picture shown before a clip plays: `small` for grids, `tiny` for lists.

    Until it has come, `placeholder` stands in: a WebP of some pixels, in base64; and `color`, the mean as `#rrggbb`.
    `avif` is the three again, for browsers that can; empty where nobody waited for them or they could not be made.
    """

    webp: Path
    small: Path
    tiny: Path
    placeholder: str
    width: int
    height: int
    color: str
    avif: tuple[Path, ...] = ()


def quick_cover(ffmpeg: str, path: Path, folder: Path) -> Cover:
    """A cover from a rendition, in `cover.webp`, `cover-small.webp` and `cover-tiny.webp`: the first picture that isn't black.

    Raises Unplayable where no picture can be read.
    """
    first = _cover(ffmpeg, [], path, folder)
    if first and _is_dark(first):
        first = _lit(ffmpeg, path, folder) or _cover(ffmpeg, [], path, folder)
    if not first:
        raise Unplayable("no_pictures", "This video has no pictures in it that could be read.")
    return first


def lasting_cover(ffmpeg: str, path: Path, folder: Path, at_us: int | None) -> Cover:
    """A cover from the picture at that instant (microseconds from the start), in AVIF too; else the quick one.

    Raises Unplayable where no picture can be read.
    """
    chosen = None if at_us is None else _lasting(ffmpeg, ["-ss", f"{at_us / 1_000_000:.6f}"], path, folder)
    return chosen or quick_cover(ffmpeg, path, folder)


def cover_from_image(ffmpeg: str, path: Path, folder: Path) -> Cover:
    """A cover from the author's own JPEG, PNG or WebP, turned right side up, without its metadata.

    Raises Unplayable where it is none of these.
    """
    cover = _lasting(ffmpeg, [], path, folder, before=_FLAT, formats=sandbox.PICTURES)
    if not cover:
        raise Unplayable("not_a_picture", "This is not a picture that can be read here. Choose a JPEG, PNG or WebP.")
    return cover


def _lit(ffmpeg: str, path: Path, folder: Path) -> Cover | None:
    """The first picture with light in it: among the key frames of a minute, else among all of five seconds."""
    key_frames = _cover(ffmpeg, ["-skip_frame", "nokey", "-t", "60"], path, folder, before=_LIT)
    return key_frames or _cover(ffmpeg, ["-t", "5"], path, folder, before=_LIT)


def _lasting(
    ffmpeg: str, options: list[str], path: Path, folder: Path, *, before: str = "", formats: str = sandbox.FORMATS
) -> Cover | None:
    """With AVIF, or without where this ffmpeg can't."""
    made = _cover(ffmpeg, options, path, folder, before=before, formats=formats, in_avif=True)
    return made or _cover(ffmpeg, options, path, folder, before=before, formats=formats)


def _cover(
    ffmpeg: str,
    options: list[str],
    path: Path,
    folder: Path,
    *,
    before: str = "",
    formats: str = sandbox.FORMATS,
    in_avif: bool = False,
) -> Cover | None:
    outs = {name: folder.absolute() / f"{name}.webp" for name in (*_NAMES, "cover-hint")}
    avif = {name: folder.absolute() / f"{name}.avif" for name in _NAMES} if in_avif else {}
    graph = (
        f"[0:v]{before}split[a][b];[a]{_LARGE},format=yuv420p[cover];"
        f"[b]{_SMALL},split=4[c][d][e][f];[c]format=yuv420p[cover-small];[e]{_TINY},format=yuv420p[cover-tiny];"
        f"[f]{_HINT},format=yuv420p[cover-hint];[d]format=gbrp,scale=1:1:flags=area,format=rgb24[mean]"
    )
    for name in avif:
        graph = f"{graph.replace(f'[{name}]', f',split[{name}][{name}-too]')};[{name}-too]{_MEANT}[{name}-avif]"
    arguments = [*options, "-i", str(path), "-filter_complex", graph, "-map", "[mean]", *_MEAN]
    for name, out in outs.items():
        arguments += ["-map", f"[{name}]", *_WEBP, "-f", "webp", str(out)]
    for name, out in avif.items():
        arguments += ["-map", f"[{name}-avif]", *_AVIF, *_LIKE_WEBP, *_STILL, str(out)]
    try:
        finished = sandbox.run(ffmpeg, arguments, _BOUNDS, formats=formats)
    except sandbox.Stopped as stopped:
        _remove(*outs.values(), *avif.values())
        raise unplayable_for(stopped) from stopped
    size = _size(outs["cover"])
    mean = finished.stdout
    if len(mean) != 3 or not size or (in_avif and finished.returncode):
        _remove(*outs.values(), *avif.values())
        return None
    hint = outs.pop("cover-hint")
    placeholder = base64.b64encode(hint.read_bytes()).decode()
    hint.unlink()
    large, small, tiny = outs.values()
    return Cover(large, small, tiny, placeholder, *size, f"#{mean.hex()}", tuple(avif.values()))


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _is_dark(cover: Cover) -> bool:
    return max(bytes.fromhex(cover.color[1:])) <= _DARK


def _size(webp: Path) -> tuple[int, int] | None:
    """The sides in the header of a lossy WebP (RFC 9649, 2.5), which our own encoder wrote."""
    if not webp.exists():
        return None
    head = webp.read_bytes()[:30]
    if len(head) < 30 or head[12:16] != b"VP8 ":
        return None
    width, height = struct.unpack_from("<2H", head, 26)
    return width & 0x3FFF, height & 0x3FFF
