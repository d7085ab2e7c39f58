"""Make the test media that nobody can give away or that needs no keeping: forms, lies and traps, some seconds long."""

import re
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
PATTERN = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=2")
TONE = ("-f", "lavfi", "-i", "sine=frequency=440:duration=2")
H264 = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")


def run(out: Path, *arguments: str) -> None:
    """Let ffmpeg write `out`."""
    subprocess.run([FFMPEG, "-v", "error", "-nostdin", "-y", *arguments, str(out)], check=True)


def output(*arguments: str) -> bytes:
    """What ffmpeg writes to its standard output."""
    return subprocess.run([FFMPEG, "-v", "error", "-nostdin", *arguments, "-"], check=True, capture_output=True).stdout


def flash(out: Path, *form: str) -> None:
    """White, and a tone, from one second on; black and silence before."""
    light = "color=black:size=320x180:rate=30:duration=2,drawbox=color=white:thickness=fill:enable=gte(t\\,1)"
    tone = "sine=frequency=1000:sample_rate=48000:duration=2,volume=0:enable=lt(t\\,1)"
    run(out, "-f", "lavfi", "-i", light, "-f", "lavfi", "-i", tone, *form)


def plain(out: Path) -> None:
    """H.264 and AAC, index in front: what is copied."""
    run(out, *PATTERN, *TONE, *H264, "-c:a", "aac", "-shortest", "-movflags", "+faststart")


def corners(out: Path, *turned: str) -> None:
    """White, blue, red and green corners, in this order from the left above, marked as `turned`."""
    boxes = "color=red:s=320x180:r=30:d=1,drawbox=160:0:160:90:blue:fill,drawbox=0:0:160:90:white:fill"
    upright = out.with_suffix(".upright.mp4")
    run(upright, "-f", "lavfi", "-i", f"{boxes},drawbox=160:90:160:90:green:fill", *H264)
    run(out, *turned, "-i", str(upright), "-c", "copy")
    upright.unlink()


def gif(out: Path) -> None:
    """An animated GIF, of odd size."""
    run(out, "-f", "lavfi", "-i", "testsrc2=size=161x91:rate=10:duration=1", "-f", "gif")


def webp(out: Path) -> None:
    """An animated WebP."""
    run(out, "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10:duration=1", "-c:v", "libwebp_anim", "-f", "webp")


def recorded(out: Path) -> None:
    """WebM as a browser's recorder writes it: no duration, no index, sizes left open."""
    form = ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", "-shortest", "-f", "webm", "-live", "1")
    arguments = [FFMPEG, "-v", "error", "-nostdin", *PATTERN, *TONE, *form, "pipe:1"]
    out.write_bytes(subprocess.run(arguments, check=True, capture_output=True).stdout)


def uneven(out: Path) -> None:
    """Pictures at uneven times: every third and fifth of 30 a second left out."""
    dropped = "select=mod(n\\,3)*mod(n\\,5)"
    run(out, *PATTERN, "-vf", dropped, "-fps_mode", "vfr", *H264)


def fast(out: Path) -> None:
    """120 pictures a second."""
    run(out, "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=120:duration=1", *H264)


def interlaced(out: Path) -> None:
    """MPEG-2 of two fields in a transport stream."""
    fields = ("-vf", "interlace", "-flags", "+ildct+ilme", "-c:v", "mpeg2video", "-b:v", "1M", "-f", "mpegts")
    run(out, *PATTERN, *fields)


def motion_jpeg(out: Path) -> None:
    """Motion JPEG and PCM in AVI, as old cameras write."""
    run(out, *PATTERN, *TONE, "-c:v", "mjpeg", "-pix_fmt", "yuvj422p", "-c:a", "pcm_s16le", "-shortest")


def two_tracks(out: Path) -> None:
    """A second, larger video track, and a first sound track of six channels."""
    second = ("-f", "lavfi", "-i", "testsrc=size=640x360:rate=1:duration=2")
    sound = ("-f", "lavfi", "-i", "sine=duration=2,pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0")
    run(out, *PATTERN, *second, *sound, "-map", "0:v", "-map", "1:v", "-map", "2:a", *H264, "-c:a", "ac3")


def changing(out: Path, *form: str) -> None:
    """A second of 320 by 180, then one of 180 by 320; in both a white square of 90 by 90 in the middle of red."""
    parts = []
    for size in ("320x180", "180x320"):
        parts.append(out.with_name(f"{size}-{out.name}"))
        square = "drawbox=(iw-90)/2:(ih-90)/2:90:90:white:fill"
        run(parts[-1], "-f", "lavfi", "-i", f"color=red:s={size}:r=30:d=1,{square}", *form)
    told = out.with_suffix(".txt")
    told.write_text("".join(f"file '{part}'\n" for part in parts))
    run(out, "-f", "concat", "-safe", "0", "-i", str(told), "-c", "copy", *form[-2:])
    for each in (*parts, told):
        each.unlink()


def gap(out: Path) -> None:
    """Two seconds, one picture that stands for eighteen, then the end; some pictures are decoded before others that come first."""
    run(out, *PATTERN[:-1], f"{PATTERN[-1]}0", "-vf", "select=lt(n\\,60)+gt(n\\,596)", "-fps_mode", "vfr", *H264)


def sticker(out: Path, *form: str) -> None:
    """A green square on nothing, which is red below; a dot comes later, so that there is more than one picture."""
    nothing = "color=red@0:s=160x90:r=10:d=1,format=rgba"
    dot = "drawbox=156:86:4:4:blue@1:fill:replace=1:enable=gt(t\\,0.5)"
    run(out, "-f", "lavfi", "-i", f"{nothing},drawbox=60:20:40:40:lime@1:fill:replace=1,{dot}", *form)


def paper(out: Path, transfer: str, shade: str) -> None:
    """HDR of one shade, where white is as bright as paper: 203 cd/m² (ITU-R BT.2408)."""
    bright = f"zscale=tin=bt709:pin=bt709:min=gbr:t={transfer}:p=bt2020:m=bt2020nc:npl=203,format=yuv420p10le"
    picture = ("-f", "lavfi", "-i", f"color={shade}:s=64x64:r=10:d=1,format=gbrpf32le,{bright}")
    told = ("-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc")
    run(out, *picture, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", *told)


def still_gif(out: Path) -> None:
    run(out, *PATTERN, "-frames:v", "1", "-f", "gif")


def still_apng(out: Path) -> None:
    run(out, *PATTERN, "-frames:v", "1", "-c:v", "apng", "-f", "apng")


def dark_start(out: Path) -> None:
    """Black for half a second, then light, with one key frame."""
    run(out, *PATTERN, "-vf", "fade=in:15:15", "-g", "600", *H264)


def odd_colors(out: Path, matrix: str, *told: str) -> None:
    """Four corners in colours that are told in a way that few programs read."""
    corners(out)
    upright = out.replace(out.with_suffix(".upright.mp4"))
    read = "zscale=min=bt709:pin=bt709:tin=bt709"
    run(out, "-i", str(upright), "-vf", f"{read}:m={matrix}:{':'.join(told)},format=yuv420p", *H264)
    upright.unlink()


def truncated(out: Path) -> None:
    """The first two thirds of `plain`."""
    plain(out)
    whole = out.read_bytes()
    out.write_bytes(whole[: len(whole) * 2 // 3])


def broken_pictures(out: Path, size: str = "320x180") -> None:
    """H.264 that is copied as it stands, and whose first picture has a hole that decoders notice."""
    pattern = ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=30:duration=2")
    run(out, *pattern, *TONE, *H264, "-coder", "0", "-c:a", "aac", "-shortest")
    data = bytearray(out.read_bytes())
    inside = data.index(b"mdat") + 3000
    data[inside : inside + 300] = b"\xa5" * 300
    out.write_bytes(bytes(data))


def without_index(out: Path) -> None:
    """An MP4 whose index was to come last and never came."""
    run(out, *PATTERN, *H264)
    out.write_bytes(out.read_bytes().split(b"moov")[0])


def trailed(out: Path) -> None:
    """A good file with a web page after its end."""
    plain(out)
    out.write_bytes(out.read_bytes() + b"<html><script>alert(1)</script></html>" * 100)


def empty(out: Path) -> None:
    """No bytes."""
    out.write_bytes(b"")


def words(out: Path) -> None:
    """Plain text named .mp4."""
    out.write_text("This is not a video.\n" * 50)


def picture(out: Path) -> None:
    """One PNG named .mp4."""
    run(out, *PATTERN, "-frames:v", "1", "-c:v", "png", "-f", "image2", "-update", "1")


def sound_only(out: Path) -> None:
    """AAC without video."""
    run(out, *TONE, "-c:a", "aac")


def song(out: Path) -> None:
    """MP3 with a tag before it."""
    run(out, *TONE, "-c:a", "libmp3lame", "-f", "mp3")


def huge_claim(out: Path) -> None:
    """A small AVI that claims 65,535 by 65,535 pixels."""
    run(out, *PATTERN, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p")
    data = bytearray(out.read_bytes())
    for marker, offset in ((b"avih", 40), (b"strf", 12)):
        struct.pack_into("<2I", data, data.index(marker) + offset, 65535, 65535)
    place = data.find(b"\xff\xc0")
    while place >= 0:
        struct.pack_into(">2H", data, place + 5, 65535, 65535)
        place = data.find(b"\xff\xc0", place + 2)
    out.write_bytes(bytes(data))


def locked(out: Path) -> None:
    """Common Encryption (ISO 23001-7) that tells of no seller: its key is told by nobody."""
    key = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "5" * 32, "-encryption_kid", "7" * 32)
    run(out, *PATTERN, *TONE, *H264, "-c:a", "aac", *key)


def locked_without_a_word(out: Path) -> None:
    """The same, in which nothing but the name of the pictures' form says so."""
    locked(out)
    data = out.read_bytes()
    for box in (b"sinf", b"senc", b"saiz", b"saio"):
        data = data.replace(box, b"free")
    out.write_bytes(data)


def long_claim(out: Path) -> None:
    """Sixty pictures whose index stretches them over ten hours."""
    run(out, *PATTERN, *H264, "-bf", "0", "-video_track_timescale", "1000")
    data = bytearray(out.read_bytes())
    for marker, offset in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24), (b"elst", 12)):
        struct.pack_into(">I", data, data.index(marker) + offset, 36_000_000)
    place = data.index(b"stts")
    entries = struct.unpack_from(">I", data, place + 8)[0]
    for entry in range(entries):
        struct.pack_into(">I", data, place + 16 + 8 * entry, 600_000)
    out.write_bytes(bytes(data))


def interlaced_prores(out: Path) -> None:
    fields = ("-vf", "setfield=tff", "-c:v", "prores_ks", "-flags", "+ildct")
    run(out, *PATTERN, *fields)


def broken_sound(out: Path) -> None:
    """As a recording of the air is: whole pictures, and frames of sound with a wrong head."""
    run(out, *PATTERN, *TONE, *H264, "-c:a", "aac", "-f", "mpegts")
    data = bytearray(out.read_bytes())
    heads = [match.start() for match in re.finditer(rb"\xff[\xf0\xf1]\x50", data)]
    for place in heads[3::4]:
        data[place : place + 3] = b"\0\0\0"
    out.write_bytes(data)


def moving_png(out: Path) -> None:
    run(out, "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10:duration=1", "-c:v", "apng", "-f", "apng")


def moving_avif(out: Path) -> None:
    """An animated AVIF: a still picture, and beside it the film."""
    run(out, *PATTERN, "-frames:v", "12", "-c:v", "libaom-av1", "-cpu-used", "8", "-f", "avif")


def wrong_matrix(out: Path) -> None:
    """Enhanced FLV by ffmpeg, which says RGB of pictures that are not."""
    run(
        out,
        *PATTERN,
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=none",
        "-pix_fmt",
        "yuv420p",
    )


GOOD: dict[str, Callable[[Path], None]] = {
    "plain.mp4": plain,
    "turned-90.mp4": lambda out: corners(out, "-display_rotation", "270"),
    "turned-180.mp4": lambda out: corners(out, "-display_rotation", "180"),
    "turned-270.mp4": lambda out: corners(out, "-display_rotation", "90"),
    "mirrored.mp4": lambda out: corners(out, "-display_hflip"),
    "mirrored-turned.mp4": lambda out: corners(out, "-display_rotation", "90", "-display_hflip"),
    "moving.gif": gif,
    "moving.webp": webp,
    "recorded.webm": recorded,
    "uneven.mp4": uneven,
    "fast.mp4": fast,
    "interlaced.ts": interlaced,
    "motion-jpeg.avi": motion_jpeg,
    "two-tracks.mov": two_tracks,
    "dark-start.mp4": dark_start,
    "ycgco.mp4": lambda out: odd_colors(out, "ycgco", "p=bt709", "t=bt709"),
    "constant-light.mp4": lambda out: odd_colors(out, "bt2020c", "p=bt2020", "t=bt2020-10"),
    "truncated.mp4": truncated,
    "trailed.mp4": trailed,
    "interlaced.mov": interlaced_prores,
    "broken-sound.ts": broken_sound,
    "moving.png": moving_png,
    "wrong-matrix.flv": wrong_matrix,
}
BAD: dict[str, Callable[[Path], None]] = {
    "without-index.mp4": without_index,
    "empty.mp4": empty,
    "words.mp4": words,
    "picture.mp4": picture,
    "still.gif": still_gif,
    "still.png": still_apng,
    "sound-only.mp4": sound_only,
    "song.mp4": song,
    "huge-claim.avi": huge_claim,
    "long-claim.mp4": long_claim,
    "locked.mp4": locked,
    "locked-without-a-word.mp4": locked_without_a_word,
}


def every(folder: Path) -> None:
    """Make them all in `folder`."""
    for name, make in {**GOOD, **BAD}.items():
        make(folder / name)


if __name__ == "__main__":
    every(Path(sys.argv[1]))
