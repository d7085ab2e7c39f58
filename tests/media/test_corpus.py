"""Every file that people may bring ends as a clip that plays, or with a reason; nothing is left behind."""

import os
import random
import re
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onstage.media.covers import quick_cover
from onstage.media.probe import Limits, Source, Unplayable, probe
from onstage.media.transcode import Encoded, first_rendition
from tests.media.conftest import KEPT, decode, pixels
from tests.media.files import make


def kept() -> list[Path]:
    """The files that come along, and those of the folder that ONSTAGE_CLIPS names."""
    files = [path for path in KEPT.iterdir() if path.suffix not in (".py", ".md") and path.is_file()]
    given = Path(os.environ.get("ONSTAGE_CLIPS", "/there/is/none"))
    files += [path for path in given.rglob("*") if path.is_file() and path.suffix not in (".tsv", ".md", ".txt")]
    return sorted(files)


def children() -> set[psutil.Process]:
    """What runs below this process but a browser, which begins processes as it likes: never an ffmpeg that was left."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "chrom" not in child.name():
                found.add(child)
    return found


def through(ffmpeg: str, path: Path, folder: Path) -> tuple[Source, Encoded]:
    source = probe(ffmpeg, path, Limits())
    encoded = first_rendition(ffmpeg, source, path, folder / "first.mp4")
    cover = quick_cover(ffmpeg, encoded.path, folder)
    assert {file.name for file in folder.iterdir()} == {
        "first.mp4",
        "cover.webp",
        "cover-small.webp",
        "cover-tiny.webp",
    }
    assert cover.width <= 1280
    assert abs(cover.width * encoded.height - cover.height * encoded.width) <= 2 * max(encoded.width, encoded.height)
    return source, encoded


def difference(one: Path, other: Path) -> float:
    """Mean difference of the first pictures, 0 to 255."""
    first, second = (pixels(path, width=32, height=32) for path in (one, other))
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / len(first)


def plays(path: Path, source: Source, encoded: Encoded) -> None:
    begin = ("-t", "20")
    wanted, got = decode(path, *begin, sound=False), decode(encoded.path, *begin)
    assert encoded.duration_us == pytest.approx(source.duration_us, abs=1_000_000) or source.duration_us < 60_000_000
    assert got.complaints == ""
    assert got.times_us
    frame_us = 1_000_000 / min(source.fps or 30, 60)
    lasts = got.times_us[-1] - got.times_us[0] - (wanted.times_us[-1] - wanted.times_us[0])
    assert abs(lasts) <= max(frame_us, 34_000)
    if source.fps <= 60:
        assert abs(len(got.times_us) - len(wanted.times_us)) <= 1
    assert encoded.duration_us >= got.times_us[-1]
    if not source.is_hdr and not source.dolby_profile:
        assert difference(path, encoded.path) < 6


# A decoder shows something of these, and it is noise: all but one are encrypted.
NOISE = ("invalid-bitstream", "sample_fragmented_uuid", "sgpd", "clearkey")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("path", kept(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_kept_files(ffmpeg: str, path: Path, tmp_path: Path) -> None:
    """What a decoder can show ends as a clip that plays; all else is refused with a reason."""
    before = children()
    try:
        source, encoded = through(ffmpeg, path, tmp_path)
    except Unplayable as reason:
        refused(reason, tmp_path)
        assert any(word in path.name for word in NOISE) or not decode(path, sound=False).times_us
    else:
        plays(path, source, encoded)
    assert children() <= before


@pytest.mark.parametrize("name", make.GOOD)
def test_made_files(ffmpeg: str, made: Path, name: str, tmp_path: Path) -> None:
    plays(made / name, *through(ffmpeg, made / name, tmp_path))


def test_an_animated_avif_moves(ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "moving.avif"
    make.moving_avif(path)
    (tmp_path / "out").mkdir()
    _, encoded = through(ffmpeg, path, tmp_path / "out")
    assert len(decode(encoded.path).times_us) == 12
    assert difference(path, encoded.path) < 6


def refused(reason: Unplayable, folder: Path) -> None:
    assert reason.sentence[0].isupper()
    assert reason.sentence.endswith(".")
    assert {file.name for file in folder.iterdir()} <= {"first.mp4"}  # there when only its cover can't be made


def test_a_matrix_that_stretches_beyond_reason_turns_as_far_as_players_turn_it(
    ffmpeg: str, made: Path, tmp_path: Path
) -> None:
    """One bit, and a picture is as good as turned by 90 degrees, but for players, who measure each column by itself."""
    data = bytearray((made / "plain.mp4").read_bytes())
    matrix = data.index(b"tkhd") + 44  # a, b, u, c, d, …: ISO 14496-12, 8.3.2
    data[matrix + 4] ^= 0x40
    (tmp_path / "out").mkdir()
    (tmp_path / "stretched.mp4").write_bytes(data)
    through(ffmpeg, tmp_path / "stretched.mp4", tmp_path / "out")


SEEDS = (
    "plain.mp4",
    "recorded.webm",
    "moving.gif",
    "motion-jpeg.avi",
    "interlaced.ts",
    "moving.webp",
    "two-tracks.mov",
    "uneven.mp4",
)
SECONDS = float(os.environ.get("ONSTAGE_FUZZ_SECONDS", "0"))  # CI gives a minute; 0: by number


@pytest.fixture(scope="module")
def until() -> float:
    return time.monotonic() + (SECONDS or float("inf"))


@settings(
    max_examples=1000 if SECONDS else settings().max_examples // 5,  # `make fuzz` gives many more
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=st.sampled_from(SEEDS), seed=st.integers(0, 1 << 32))
def test_damaged_files(
    ffmpeg: str, made: Path, tmp_path_factory: pytest.TempPathFactory, until: float, name: str, seed: int
) -> None:
    """Bits turned, pieces cut out and sizes changed: a clip or a reason, and nothing left."""
    if time.monotonic() > until:
        return
    path, folder = tmp_path_factory.mktemp("damaged") / "upload", tmp_path_factory.mktemp("made of it")
    path.write_bytes(damaged((made / name).read_bytes(), random.Random(seed)))
    before = children()
    try:
        _, encoded = through(ffmpeg, path, folder)
    except Unplayable as reason:
        refused(reason, folder)
    else:
        assert decode(encoded.path).times_us
    assert children() <= before


def damaged(whole: bytes, chance: random.Random) -> bytes:
    data = bytearray(whole)
    for _ in range(chance.choice((1, 10, 100))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    if chance.random() < 0.5:
        place = chance.choice(_size_fields(data) or [chance.randrange(512)])
        data[place : place + 4] = chance.choice((chance.randbytes(4), b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\1"))
    if chance.random() < 0.5:
        begin = chance.randrange(len(data))
        del data[begin : begin + chance.randrange(1, len(data))]
    return bytes(data)


_BOXES = re.compile(
    rb"(?<=....)(?:moov|trak|mdia|stbl|stsd|stts|ctts|stsc|stsz|stco|stss|elst|mvhd|tkhd|mdat|LIST|movi|idx1|VP8X|ANMF)"
)


def _size_fields(data: bytearray) -> list[int]:
    """Where boxes and chunks tell their sizes and counts: before and after their names."""
    return [match.start() + step for match in _BOXES.finditer(bytes(data)) for step in (-4, 4, 8, 12)]
