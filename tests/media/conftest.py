"""The ffmpeg, the files, and a way to look at what came out."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.media.files import make

KEPT = Path(make.__file__).parent


@dataclass(frozen=True)
class Decoded:
    """What a full decode gave: the time of each picture in microseconds, and what the decoder complained of."""

    times_us: tuple[int, ...]
    complaints: str


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    """The ffmpeg that comes along."""
    return str(make.FFMPEG)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that `make.py` makes."""
    folder = tmp_path_factory.mktemp("made")
    make.every(folder)
    return folder


def running() -> list[psutil.Process]:
    """The children that are ffmpeg or become it; a test process has others, such as a database and a browser."""
    children = psutil.Process().children()
    return [child for child in children if "ffmpeg" in child.name() or "ffmpeg" in " ".join(child.cmdline())]


def decode(path: Path, *options: str, sound: bool = True) -> Decoded:
    """Decode every picture and sound of a file outside the sandbox, as a player would; `options` are ffmpeg's."""
    every = [
        "-map",
        "0:v:0",
        *(["-map", "0:a?"] if sound else []),
        "-fps_mode",
        "passthrough",
        "-enc_time_base",
        "1:1000000",
    ]
    command = [make.FFMPEG, "-v", "error", "-nostdin", *options, "-i", str(path), *every, "-f", "framecrc", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    times = re.findall(r"^0, +-?\d+, +(-?\d+),", done.stdout, re.MULTILINE)
    return Decoded(tuple(int(time) for time in times), done.stderr)


_MADE_PLAIN = "zscale=p=bt709:t=bt709:m=bt709,format=yuv420p,"
_READ = dict.fromkeys(("ycgco.mp4", "constant-light.mp4"), _MADE_PLAIN)  # which ffmpeg's own scaler can't read


def pixels(path: Path, *, width: int, height: int) -> bytes:
    """The first picture of a file as `width` x `height` RGB, right side up."""
    small = f"{_READ.get(path.name, '')}format=gbrp,scale={width}:{height}:flags=area"
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24"]
    return make.output("-i", str(path), "-map", "0:v:0", "-frames:v", "1", "-vf", small, *raw)


def corner_names(path: Path) -> list[str]:
    """The colours in the corners of `make.corners`: left above, right above, left below, right below."""
    return names_of(pixels(path, width=20, height=20))


def names_of(shape: bytes) -> list[str]:
    """The same, of a picture of 20 by 20."""
    names = {(1, 1, 1): "white", (0, 0, 1): "blue", (1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 0): "black"}
    places = (2 * 20 + 2, 2 * 20 + 17, 17 * 20 + 2, 17 * 20 + 17)
    found = [shape[3 * place : 3 * place + 3] for place in places]
    return [names[(red > 100, green > 60, blue > 100)] for red, green, blue in found]  # "green" is half bright


def listing_of(path: Path) -> str:
    """What ffmpeg says of a file."""
    command = [make.FFMPEG, "-hide_banner", "-nostdin", "-i", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr
