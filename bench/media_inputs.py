"""Films to measure with, made by ffmpeg once: 15 s and 60 s of 1080x1920 at 9 Mbit/s, and the same as 10-bit HEVC."""

import subprocess
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

HERE = Path(__file__).parent / "inputs"
PICTURE = (
    "gradients=s=1080x1920:r=30:n=6:speed=0.02:seed=7,noise=alls=14:allf=t,"
    "drawgrid=w=120:h=120:t=2:c=white@0.25,format=yuv420p"
)
SOUND = "sine=f=220:r=48000,tremolo=f=3,aformat=channel_layouts=stereo"
SHOT = 15
X265 = ["-preset", "ultrafast", "-x265-params", "log-level=error"]
CODECS = {
    "h264": ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-pix_fmt", "yuv420p"],
    "hevc10": ["-c:v", "libx265", *X265, "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1"],
}


def film(codec: str, seconds: int) -> Path:
    """The path of such a film."""
    path = HERE / f"{codec}_{seconds}.mp4"
    if not path.exists():
        HERE.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.mp4")
        if seconds > SHOT:
            run(["-stream_loop", str(seconds // SHOT - 1), "-i", str(film(codec, SHOT)), "-c", "copy", str(part)])
        else:
            _shoot(codec, part)
        part.rename(path)
    return path


def _shoot(codec: str, path: Path) -> None:
    rate = ["-b:v", "9M", "-maxrate", "9M", "-bufsize", "9M", "-g", "60"]
    inputs = ["-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", SOUND]
    sound = ["-c:a", "aac", "-b:a", "128k"]
    run([*inputs, "-t", str(SHOT), *CODECS[codec], *rate, *sound, str(path)])


def run(arguments: list[str]) -> None:
    """ffmpeg, quietly; raises when it fails."""
    subprocess.run([get_ffmpeg_exe(), "-v", "error", "-y", "-nostdin", *arguments], check=True)
