"""The index of a file is read back, or there is none; nothing else can come of bytes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onstage.media import mp4
from tests.media.files import make


def test_the_index_of_a_plain_file(made: Path) -> None:
    index = mp4.read(made / "plain.mp4")
    assert index.duration_us == pytest.approx(2_000_000, abs=25_000)
    assert [track.codec for track in index.tracks] == ["avc1.64000d", "mp4a.40.2"]
    assert index.tracks[0].turn == (65536, 0, 0, 65536)
    assert index == mp4.parse((made / "plain.mp4").read_bytes())


def test_an_index_at_the_end_is_found(made: Path) -> None:
    assert mp4.read(made / "uneven.mp4").duration_us == pytest.approx(2_000_000, abs=1000)


def test_the_turn(made: Path) -> None:
    assert mp4.read(made / "turned-90.mp4").tracks[0].turn == (0, 65536, -65536, 0)


def test_no_index(made: Path) -> None:
    for name in ("without-index.mp4", "empty.mp4", "words.mp4"):
        with pytest.raises(ValueError, match="no index"):
            mp4.read(made / name)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("mp4") / "plain.mp4"
    make.plain(path)
    data = path.read_bytes()
    return data[: data.index(b"mdat")]


@given(changes=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=20), cut=st.integers(0, 3000))
def test_broken_bytes_give_an_index_or_none(whole: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(whole)
    for place, value in changes:
        data[place % len(data)] = value
    try:
        index = mp4.parse(bytes(data[:cut]))
    except ValueError:
        return
    assert index.duration_us >= 0
