"""Staging: what has come is never lost and never doubled, whoever writes."""

import multiprocessing
import subprocess
from pathlib import Path

import pytest

from onstage import clock
from onstage.storage.staging import Moved, Staging


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    return Staging(tmp_path / "uploads")


def test_bytes_are_appended_and_counted(staging: Staging) -> None:
    staging.create("a")
    assert staging.append("a", 0, [b"one", b"two"]) == 6
    assert staging.append("a", 6, [b"three"]) == 11
    staging.sync("a")
    assert staging.length("a") == 11
    assert staging.path("a").read_bytes() == b"onetwothree"


@pytest.mark.parametrize("offset", [0, 2, 4])
def test_a_wrong_offset_writes_nothing(staging: Staging, offset: int) -> None:
    staging.create("a")
    staging.append("a", 0, [b"one"])
    with pytest.raises(Moved):
        staging.append("a", offset, [b"two"])
    assert staging.path("a").read_bytes() == b"one"


def test_uploads_leave_a_full_disk_room_to_delete_something(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("nobody but root can make a disk that is small")
    try:
        small = Staging(disk / "uploads")
        small.create("a")
        with pytest.raises(OSError, match="No space left"):
            small.append("a", 0, [bytes(65_536)] * 100)
        length = small.length("a") or 0
        assert 3_000_000 < length < 4_194_304 - 4_194_304 // 20
        assert small.room() < 65_536
        (disk / "something else").write_bytes(bytes(100_000))
    finally:
        subprocess.run(["umount", disk], check=True)


def test_an_unknown_upload_has_no_length_and_takes_nothing(staging: Staging) -> None:
    assert staging.length("a") is None
    with pytest.raises(FileNotFoundError):
        staging.append("a", 0, [b"one"])
    staging.remove("a")


def test_an_upload_begins_once(staging: Staging) -> None:
    staging.create("a")
    with pytest.raises(FileExistsError):
        staging.create("a")


def test_checked_bytes_are_adopted_and_the_side_file_goes(staging: Staging) -> None:
    staging.create("a")
    staging.append("a", 0, [b"one"])
    with staging.aside("a") as side:
        staging.append(side, 0, [b"two"])
        assert staging.length("a") == 3
        assert staging.adopt(side, "a", 3) == 6
    assert staging.length(side) is None
    assert staging.path("a").read_bytes() == b"onetwo"


def test_only_files_left_alone_are_old(staging: Staging) -> None:
    staging.create("a")
    assert list(staging.untouched_since(clock.now() - clock.HOUR)) == []
    assert list(staging.untouched_since(clock.now() + clock.SECOND)) == ["a"]


def _write_turns(folder: Path, letter: bytes, rounds: int) -> None:
    staging = Staging(folder)
    for _ in range(rounds):
        while True:
            length = staging.length("a")
            assert length is not None
            try:
                staging.append("a", length, [letter * 500, letter * 500])
                break
            except Moved:
                continue


def test_writers_of_several_processes_never_mix_their_bytes(staging: Staging, tmp_path: Path) -> None:
    staging.create("a")
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_turns, args=(tmp_path / "uploads", letter, 50)) for letter in (b"x", b"y")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    written = staging.path("a").read_bytes()
    blocks = [written[at : at + 1000] for at in range(0, len(written), 1000)]
    assert len(blocks) == 100
    assert {bytes(set(block)) for block in blocks} == {b"x", b"y"}
