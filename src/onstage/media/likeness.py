"""What a film can be known by again: its pictures and sound packet by packet, and what moves in it where and when.

No face and no voice is recognised: only whether two films are the same film.
"""

import hashlib
import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from onstage.media import sandbox
from onstage.media.probe import Source, unplayable_for

Mark = bytes
"""What a film has in common with its copies; empty where nobody has read it."""

SAME = 0.7
"""From here on two films are the same. Different ones reached 0.58 at most, the same one at few bits mostly 0.8 and more."""

_BOUNDS = sandbox.Bounds(cpu_seconds=60, file_size=1 << 20, threads=1)
# What containers put beside the pictures is left out: the same film has the same mark in MP4, Matroska, MPEG-TS and FLV.
_ONLY_PICTURES = {"h264": "filter_units=pass_types=1-5", "hevc": "filter_units=pass_types=0-31"}
_RATE, _SIDE = 8, 12  # pictures a second, and their sides
_CELLS = _SIDE * _SIDE
_STEADY = 4  # so many pictures in a row count as one, which is compared with the next so many: half a second
_MOVES = 2 * _STEADY  # of 0 to 255, for each of them: less is noise
_LEAST_TIME = 24  # in pictures: three seconds
_LEAST_MOVES = 250  # cells that move in that time; what stands still is like everything that does


def mark(ffmpeg: str, path: Path, source: Source) -> Mark:
    """What is the same for the same pictures with the same sound, whatever the container and the words in it say.

    A copy of a film has its mark; one that was encoded anew has another. Empty where the packets can't be read.
    """
    for output in (packets(source), packets(source, bare=False)):
        try:
            read = sandbox.run(ffmpeg, ["-i", str(path), *output], _BOUNDS)
        except sandbox.Stopped as stopped:
            raise unplayable_for(stopped) from stopped
        if not read.returncode and read.stdout:
            return mark_of(read.stdout)
    return b""


def packets(source: Source, *, bare: bool = True) -> list[str]:
    """The output of a run of ffmpeg that reads the film anyway: a hash of each stream, for `mark_of`."""
    output = ["-map", f"0:V:{source.video}"]
    if source.audio is not None:
        output += ["-map", f"0:a:{source.audio}"]
    output += ["-c", "copy"]
    if bare and source.codec in _ONLY_PICTURES:
        output += ["-bsf:v", _ONLY_PICTURES[source.codec]]
    if bare and source.audio_codec == "aac":
        output += ["-bsf:a", "aac_adtstoasc"]
    return [*output, "-f", "streamhash", "-hash", "sha256", "pipe:1"]


def mark_of(hashes: bytes) -> Mark:
    """The mark of the film whose streams have these hashes."""
    return hashlib.sha256(hashes).digest()


def thumbs(source: Source, out: Path) -> list[str]:
    """The output of a run of ffmpeg that decodes the film anyway: tiny pictures along it, for `moves`."""
    tiny = f"fps={_RATE}:start_time=0,scale={_SIDE}:{_SIDE}:flags=area,format=gray"
    return ["-map", f"0:V:{source.video}", "-vf", tiny, "-c:v", "rawvideo", "-f", "rawvideo", str(out)]


def looked_into(ffmpeg: str, path: Path, source: Source, tiny: Path) -> bytes:
    """`moves` of a film that nothing else has to be made of; raises Unplayable where it is too much work."""
    bounds = sandbox.Bounds(address_space=source.memory, cpu_seconds=source.cpu_seconds, nice=10)
    try:
        sandbox.run(ffmpeg, ["-i", str(path), *thumbs(source, tiny)], bounds)
    except sandbox.Stopped as stopped:
        raise unplayable_for(stopped) from stopped
    return moves(tiny.read_bytes()) if tiny.exists() else b""


def moves(pictures: bytes) -> bytes:
    """What grows brighter or darker than the rest of the picture, cell by cell along the film; empty where nothing does."""
    brighter, darker = bytearray(), bytearray()
    for before, after in _steps([pictures[at : at + _CELLS] for at in range(0, len(pictures) - _CELLS + 1, _CELLS)]):
        changes = [there - here for here, there in zip(before, after, strict=True)]
        usual = sorted(changes)[_CELLS // 2]
        brighter += _row(change - usual > _MOVES for change in changes)
        darker += _row(usual - change > _MOVES for change in changes)
    return zlib.compress(brighter + darker) if any(brighter) or any(darker) else b""


def _row(cells: Iterable[bool]) -> bytes:
    return sum(1 << cell for cell, moves in enumerate(cells) if moves).to_bytes(_CELLS // 8, "little")


def _steps(pictures: Sequence[bytes]) -> Iterator[tuple[list[int], list[int]]]:
    """Half a second and the next half, summed by cell, from each picture on."""
    sums = [[sum(cells) for cells in zip(*some, strict=True)] for some in _windows(pictures)]
    yield from zip(sums, sums[_STEADY:], strict=False)


def _windows(pictures: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (pictures[at : at + _STEADY] for at in range(len(pictures) - _STEADY + 1))


@dataclass(frozen=True)
class _Moves:
    """Cells as bits, the first picture lowest."""

    count: int
    brighter: int
    darker: int

    def since(self, start: int, count: int) -> "_Moves":
        whole = (1 << count * _CELLS) - 1
        return _Moves(count, self.brighter >> start * _CELLS & whole, self.darker >> start * _CELLS & whole)

    @property
    def energy(self) -> int:
        return (self.brighter | self.darker).bit_count()


def alike(one: bytes, other: bytes) -> float:
    """How alike what moves in two films is, 0 to 1, where one is laid along the other best; parts of three seconds count."""
    if not one or not other:
        return 0.0
    here, there = _read(one), _read(other)
    return max((_at(here, there, later) for later in _places(here, there)), default=0.0)


def _places(here: _Moves, there: _Moves) -> range:
    return range(_LEAST_TIME - there.count, here.count - _LEAST_TIME + 1)


def _read(packed: bytes) -> _Moves:
    both = zlib.decompress(packed)
    length = len(both) // 2
    brighter, darker = (int.from_bytes(half, "little") for half in (both[:length], both[length:]))
    return _Moves(length * 8 // _CELLS, brighter, darker)


def _at(here: _Moves, there: _Moves, later: int) -> float:
    """With the other film beginning so many pictures `later` (or earlier): the correlation of what moves in both."""
    start, begun = max(0, later), max(0, -later)
    count = min(here.count - start, there.count - begun)
    one, other = here.since(start, count), there.since(begun, count)
    energies = one.energy, other.energy
    if count < _LEAST_TIME or min(energies) < _LEAST_MOVES:
        return 0.0
    together = (one.brighter & other.brighter).bit_count() + (one.darker & other.darker).bit_count()
    against = (one.brighter & other.darker).bit_count() + (one.darker & other.brighter).bit_count()
    return max(0.0, (together - against) / math.sqrt(energies[0] * energies[1]))
