"""Make the renditions of a clip: the first by copying streams where they play everywhere, the ladder in one decode."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from onstage.media import likeness, mp4, picture, sandbox
from onstage.media.probe import Source, Unplayable, too_long, unplayable_for

TOP = 1080  # short side of the largest rendition
_LONG_SIDE = 2560
_MAX_LEVEL = 51
_MAX_COPIED_BITRATE = 25_000_000
_CPU_PER_SECOND, _CPU_PER_SECOND_OF_4K60 = 10, 30  # about four times what honest clips took
_LEAST_BYTES_PER_SECOND = 500  # a third of what the leanest honest clip had
_CLEARLY_SMALLER = 0.9
_KEY_SECONDS = 2
_OWN_CRF, _RUNG_CRF = 20, 21  # the own rendition is what the rungs are made from
_TIMESCALE = "360000"  # a whole number of ticks for each usual frame rate, 24000/1001 and 60000/1001 among them
# Bits a second at most, by short side, at up to 30 pictures a second.
_BITRATES = {1080: 6_000_000, 720: 2_500_000, 540: 1_400_000, 360: 750_000}
_LEAST_BITRATE = 200_000
_DENSER = {"hevc": 1.2, "vp9": 1.2, "av1": 1.4}  # how many bits H.264 needs for one of theirs, at quick settings
_FAIR_SHARE = 0.8  # of the source's bits a pixel, for all that is smaller
_AV1_SHORT = 720
_AV1 = ("-c:v", "libsvtav1", "-preset", "8", "-crf", "36", "-svtav1-params", "lp=2", "-pix_fmt", "yuv420p")
_TIMED_RIGHT = {"mov", "matroska", "mpegts", "flv"}  # H.264 in the others has no presentation times to copy
# Drops units that H.264 leaves open to others (such as Dolby Vision's), and packets that are no H.264 at all, which
# would end playback in a browser.
_ONLY_PICTURES = "filter_units=remove_types=0|24-31"
# Where no sound tells when a film begins that lacks times, its own beginning would be cut off.
_AS_TOLD = ("-copyts",)
_WHOLE_PACKETS = ("-fflags", "+discardcorrupt")
_TELLING = ("-v", "level+info")
_COMPLAINT = re.compile(r"^.*(?:\[(?:error|fatal)\]|because video parameters changed).*$", re.MULTILINE)
_CLEAN = ("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-sn", "-dn")
_PLAYED_EARLY = ("-movflags", "+faststart", "-f", "mp4")

Progress = Callable[[int], None] | None


@dataclass(frozen=True)
class Encoded:
    """One rendition: sides as seen, bits a second, `codecs` by RFC 6381; `copied` where no picture was encoded.

    `mark`: that of the source (media.likeness), where it was read on the way.
    """

    path: Path
    width: int
    height: int
    duration_us: int
    bytes: int
    video_bitrate: int
    copied: bool
    codecs: str
    mark: likeness.Mark = b""


@dataclass(frozen=True)
class Ladder:
    """The smaller renditions, largest first.

    `complaints` is what the decoder said of broken pictures or sound, and of pictures that change their size midway.
    `moves` is what the film can be known by again when it was encoded anew: media.likeness.
    """

    rungs: list[Encoded]
    complaints: str
    moves: bytes


def can_copy(source: Source) -> bool:
    """Whether the pictures play everywhere as they are; browsers turn an MP4 right side up, but not all mirror it."""
    short, long = sorted((source.display_width, source.display_height))
    return (
        source.codec == "h264"
        and source.profile in ("Constrained Baseline", "Baseline", "Main", "High")
        and source.pix_fmt in ("yuv420p", "yuvj420p")
        and source.container in _TIMED_RIGHT
        and source.level is not None
        and source.level <= _MAX_LEVEL
        and short <= TOP
        and long <= _LONG_SIDE
        and source.fps <= picture.MAX_FPS + 0.5
        and source.sar == 1
        and source.rotation % 90 == 0
        and not (source.mirrored or source.interlaced or source.untimed or source.is_hdr)
        and picture.has_plain_colors(source)
        and source.bytes * 8_000_000 <= _MAX_COPIED_BITRATE * source.duration_us
    )


def first_rendition(
    ffmpeg: str,
    source: Source,
    path: Path,
    out: Path,
    on_progress: Progress = None,
    *,
    anew: bool = False,
    part: tuple[int, int] | None = None,
) -> Encoded:
    """Make the rendition that is shown first; raises Unplayable where nothing of it can be, and leaves no file then.

    With `anew` no picture and no sound is copied. `part` (which wants `anew`): only from one instant to another, in
    microseconds, to the picture and to the sample.
    """
    if can_copy(source) and not anew:
        size = (source.display_width, source.display_height)
        options = ["-map", f"0:V:{source.video}", "-c:v", "copy", "-bsf:v", _ONLY_PICTURES]
        beside = likeness.packets(source) if _copies_sound(source) else ()
        reading = (*_WHOLE_PACKETS, *_ending(source))
        try:
            read = _make(ffmpeg, source, path, [(options, out)], on_progress, reading=reading, beside=beside)
            mark = likeness.mark_of(read.stdout) if beside else b""
            return replace(_encoded(source, out, size, copied=True), mark=mark)
        except Unplayable as reason:
            if reason.code not in ("broken", "no_pictures"):
                raise
    size = picture.fitted(source, TOP, _LONG_SIDE)
    options = ["-map", f"0:V:{source.video}", "-vf", picture.filters(source, *size)]
    options += _encoding(source, min(size), _OWN_CRF)
    sound = replace(source, audio_profile=None) if anew else source
    begun = _only(part) if part else _AS_TOLD if source.untimed and not source.has_audio else ()
    reading = (*begun, *_ending(source))
    try:
        _make(ffmpeg, sound, path, [(options, out)], on_progress, reading=reading)
    except Unplayable as reason:
        if reason.code != "broken" or sound.audio is None:
            raise
        # Of the sound, too, what is broken can be decoded around, not copied.
        _make(ffmpeg, replace(source, audio_profile=None), path, [(options, out)], on_progress, reading=reading)
    return _encoded(source, out, size, copied=False)


def _ending(source: Source) -> list[str]:
    """Reading so that no picture lasts beyond the end of the film.

    A picture that is shown among the last is said to last until the next in the order of decoding, which may be long.
    """
    end, usual, shown = source.duration_us / 1_000_000, 1 / (source.fps or 30), "(PTS-STARTPTS)*TB"
    left = f"if(lt({shown}\\,{end})\\,{end}-{shown}\\,{usual})/TB"
    lasts = f"if(gt({shown}+DURATION*TB\\,{end + 0.05})\\,min(DURATION\\,{left})\\,DURATION)"
    return [f"-bsf:V:{source.video}", f"setts=pts=PTS:dts=DTS:duration={lasts}"]


def _only(part: tuple[int, int]) -> Sequence[str]:
    start, end = part
    return ("-ss", f"{start / 1_000_000:.6f}", "-t", f"{(end - start) / 1_000_000:.6f}")


def ladder(
    ffmpeg: str, source: Source, path: Path, folder: Path, rungs: Sequence[int], on_progress: Progress = None
) -> Ladder:
    """Make the smaller renditions, largest first, in one decode and one child, niced.

    `rungs` are short sides; one is left out where the source is not clearly larger. Files are `<rung>.mp4`.
    The decode also tells whether every picture of the source is whole: a browser ends at one that is not; and what moves.
    Raises Unplayable and leaves no file where they can't be made.
    """
    short = min(source.display_width, source.display_height, TOP)
    kept = [rung for rung in sorted(rungs, reverse=True) if rung <= _CLEARLY_SMALLER * short]
    tiny = folder / "tiny.gray"
    beside = likeness.thumbs(source, tiny)
    if not kept:
        return Ladder([], _complaints(ffmpeg, source, path, beside), _moves(tiny))
    sizes = [picture.fitted(source, rung, _LONG_SIDE) for rung in kept]
    outs = [folder / f"{rung}.mp4" for rung in kept]
    streams = [["-map", f"[v{number}]", *_encoding(source, rung, _RUNG_CRF)] for number, rung in enumerate(kept)]
    graph = ["-filter_complex", picture.cascade(source, sizes)]
    outputs = list(zip(streams, outs, strict=True))
    said = _make(
        ffmpeg, source, path, outputs, on_progress, reading=_TELLING, graph=graph, beside=beside, nice=10
    ).stderr
    made = [_encoded(source, out, size, copied=False) for out, size in zip(outs, sizes, strict=True)]
    return Ladder(made, "\n".join(_COMPLAINT.findall(said)), _moves(tiny))


def _moves(tiny: Path) -> bytes:
    moves = likeness.moves(tiny.read_bytes()) if tiny.exists() else b""
    tiny.unlink(missing_ok=True)
    return moves


def in_av1(ffmpeg: str, source: Source, path: Path, out: Path, on_progress: Progress = None) -> Encoded:
    """The film in AV1, in far fewer bits at several times the work, for players that can; raises as the others do."""
    size = picture.fitted(source, _AV1_SHORT, _LONG_SIDE)
    every = round(_KEY_SECONDS * min(source.fps or 30, picture.MAX_FPS))
    options = ["-map", f"0:V:{source.video}", "-vf", picture.filters(source, *size), *_AV1, "-g", str(max(1, every))]
    _make(ffmpeg, source, path, [(options, out)], on_progress, nice=15)
    return _encoded(source, out, size, copied=False)


def _complaints(ffmpeg: str, source: Source, path: Path, beside: Sequence[str]) -> str:
    bounds = sandbox.Bounds(address_space=source.memory, cpu_seconds=cpu_seconds(source), nice=10)
    try:
        said = sandbox.run(ffmpeg, [*_TELLING, "-i", str(path), "-f", "null", "-", *beside], bounds).stderr
    except sandbox.Stopped as stopped:
        raise unplayable_for(stopped) from stopped
    return "\n".join(_COMPLAINT.findall(said))


def _encoding(source: Source, short: int, crf: int) -> list[str]:
    most = str(_bitrate(source, short))
    quality = ["-crf", str(crf), "-maxrate", most, "-bufsize", str(2 * int(most)), "-pix_fmt", "yuv420p"]
    smooth = ["-fps_mode", "vfr", "-enc_time_base", f"1:{_TIMESCALE}", "-video_track_timescale", _TIMESCALE]
    # Two seconds by the clock, and by number too: the number is what the encoder plans with.
    seekable = ["-g", str(_KEY_SECONDS * picture.MAX_FPS), "-force_key_frames", f"expr:gte(t,n_forced*{_KEY_SECONDS})"]
    return ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", *quality, *smooth, *seekable]


def _bitrate(source: Source, short: int) -> int:
    """The most bits a second: by size and rate, and in fair proportion to what the source has for as many pixels."""
    most = next((rate for side, rate in sorted(_BITRATES.items()) if short <= side), _BITRATES[TOP])
    had = source.bytes * 8_000_000 / source.duration_us
    shrunk: float = (short / min(source.display_width, source.display_height)) ** 2
    fair = had * (_FAIR_SHARE * shrunk if shrunk < _CLEARLY_SMALLER else _DENSER.get(source.codec, 1))
    return round(max(_LEAST_BITRATE, min(fair, most * 1.5 if source.fps > 40 else most)))


def _copies_sound(source: Source) -> bool:
    return source.audio is None or (source.audio_codec, source.audio_profile) == ("aac", "LC")


def _sound(source: Source) -> list[str]:
    if source.audio is None:
        return ["-an"]
    mapped = ["-map", f"0:a:{source.audio}"]
    if _copies_sound(source):
        return [*mapped, "-c:a", "copy"]
    rate = source.audio_rate if source.audio_rate in (44100, 48000) else 48000
    channels = 1 if source.audio_channels == 1 else 2
    encoded = ["-c:a", "aac", "-b:a", f"{64 * channels}k", "-ac", str(channels), "-ar", str(rate)]
    return [*mapped, *encoded, "-af", "aresample=async=1:first_pts=0"]


def _make(
    ffmpeg: str,
    source: Source,
    path: Path,
    outputs: Sequence[tuple[list[str], Path]],
    on_progress: Progress,
    *,
    reading: Sequence[str] = (),
    graph: Sequence[str] = (),
    beside: Sequence[str] = (),
    nice: int = 0,
) -> sandbox.Finished:
    bounds = sandbox.Bounds(address_space=source.memory, cpu_seconds=cpu_seconds(source), nice=nice)
    arguments = ["-max_error_rate", "1", *reading, "-i", str(path), *graph]
    for options, out in outputs:
        ends = ["-t", str(source.allowed_seconds + 1), "-threads", str(bounds.threads)]
        arguments += [*options, *_sound(source), *ends, *_CLEAN, *_PLAYED_EARLY, str(_unfinished(out))]
    arguments += beside
    try:
        finished = sandbox.run(ffmpeg, arguments, bounds, on_progress)
        if finished.returncode:
            raise Unplayable("broken", "This video is damaged and can't be converted.")
        for _, out in outputs:
            _unfinished(out).replace(out)
    except sandbox.Stopped as stopped:
        raise unplayable_for(stopped) from stopped
    else:
        return finished
    finally:
        for _, out in outputs:
            _unfinished(out).unlink(missing_ok=True)


def cpu_seconds(source: Source) -> float:
    """The CPU seconds that one step of the work on it may use: by its length and size, not above what it is allowed."""
    # Whatever it claims, a file has no more seconds than this many bytes can tell of.
    seconds = min(source.duration_us / 1_000_000, source.allowed_seconds, source.bytes / _LEAST_BYTES_PER_SECOND)
    of_4k60 = source.width * source.height * min(source.fps or 60, 240) / (3840 * 2160 * 60)
    return min(source.cpu_seconds, 20 + seconds * (_CPU_PER_SECOND + _CPU_PER_SECOND_OF_4K60 * of_4k60))


def _unfinished(out: Path) -> Path:
    return out.absolute().with_name(f".{out.name}.part")


def _encoded(source: Source, out: Path, size: tuple[int, int], *, copied: bool) -> Encoded:
    try:
        index = mp4.read(out)
        if not index.duration_us or not index.tracks:
            raise Unplayable("no_pictures", "This video has no pictures in it that could be read.")
        if index.duration_us > (source.allowed_seconds + 0.5) * 1_000_000:
            raise too_long(source.allowed_seconds)
    except (ValueError, Unplayable):
        out.unlink()
        raise
    length = out.stat().st_size
    bitrate = length * 8_000_000 // index.duration_us
    codecs = ",".join(track.codec for track in index.tracks)
    return Encoded(out, *size, index.duration_us, length, bitrate, copied, codecs)
