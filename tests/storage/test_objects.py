"""Objects: whole or absent, found again, gone when deleted, whatever holds them."""

import os
from pathlib import Path

import pytest

from onstage.storage.objects import Objects, new_key, open_objects


@pytest.fixture(params=["", "memory:"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    return open_objects(request.param, tmp_path / "objects")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(bytes(range(256)) * 1000)
    return path


def test_what_was_put_is_read_back_by_range(objects: Objects, source: Path) -> None:
    key = new_key(".mp4")
    objects.put(key, source)
    assert objects.size(key) == 256_000
    assert objects.read(key, 255, 258) == b"\xff\x00\x01"


def test_fetch_copies_the_whole_object(objects: Objects, source: Path, tmp_path: Path) -> None:
    key = new_key(".mp4")
    objects.put(key, source)
    objects.fetch(key, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()


def test_a_deleted_object_is_gone_and_deleting_again_is_no_error(objects: Objects, source: Path) -> None:
    key = new_key(".mp4")
    objects.put(key, source)
    objects.delete([key, key])
    assert objects.size(key) is None
    with pytest.raises(FileNotFoundError):
        objects.read(key, 0, 1)


def test_the_list_names_every_key(objects: Objects, source: Path) -> None:
    keys = {new_key(".mp4") for _ in range(5)}
    for key in keys:
        objects.put(key, source)
    assert {stored.key for stored in objects.list()} == keys
    assert {stored.bytes for stored in objects.list()} == {256_000}


def test_a_local_object_outlives_its_source(tmp_path: Path, source: Path) -> None:
    objects = open_objects("", tmp_path / "objects")
    key = new_key(".webp")
    objects.put(key, source)
    source.unlink()
    path = objects.path(key)
    assert path is not None
    assert path.stat().st_size == 256_000


def test_a_local_put_from_another_file_system_copies(tmp_path: Path) -> None:
    shared_memory = Path("/dev/shm")
    if not shared_memory.is_dir() or shared_memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("this machine has one file system only")
    source = shared_memory / f"onstage-{os.getpid()}"
    source.write_bytes(b"elsewhere")
    try:
        objects = open_objects("", tmp_path / "objects")
        key = new_key(".mp4")
        objects.put(key, source)
        assert objects.read(key, 0, 9) == b"elsewhere"
    finally:
        source.unlink()


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "short", "..", ""])
def test_a_key_never_leaves_the_folder(objects: Objects, key: str, source: Path) -> None:
    with pytest.raises(FileNotFoundError):
        objects.put(key, source)
    with pytest.raises(FileNotFoundError):
        objects.read(key, 0, 1)
    objects.delete([key])
    assert objects.size(key) is None
