"""A short, silent, small film of a clip for grids, where many move at once."""

from pathlib import Path

from onstage.media import sandbox
from onstage.media.probe import Unplayable, unplayable_for

SECONDS = 4
_SHORT = 240
_BOUNDS = sandbox.Bounds(cpu_seconds=60, file_size=4 << 20, nice=10, threads=1)
_FILM = ("-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", "30", "-maxrate", "300k", "-bufsize", "600k")
_PLAYED = ("-pix_fmt", "yuv420p", "-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4")


def make(ffmpeg: str, path: Path, out: Path, duration_us: int) -> Path:
    """Seconds from a third of the clip on, at 15 pictures a second. Raises Unplayable and leaves no file."""
    start = max(0.0, min(duration_us / 3, duration_us - SECONDS * 1_000_000) / 1_000_000)
    small = f"fps=15,scale=w={_SHORT}:h={_SHORT}:force_original_aspect_ratio=increase:force_divisible_by=2,setsar=1"
    begin = ["-ss", f"{start:.3f}", "-t", str(SECONDS), "-i", str(path)]
    try:
        finished = sandbox.run(ffmpeg, [*begin, "-vf", small, *_FILM, *_PLAYED, str(out)], _BOUNDS)
    except sandbox.Stopped as stopped:
        out.unlink(missing_ok=True)
        raise unplayable_for(stopped) from stopped
    if finished.returncode:
        out.unlink(missing_ok=True)
        raise Unplayable("no_pictures", "This video has no pictures in it that could be read.")
    return out
