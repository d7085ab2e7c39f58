"""Long files, sealed chunk by chunk: they open whole and unchanged, or not at all."""

from collections.abc import Iterator

import pytest

from onstage.ciphers import CHUNK, seal_long, unseal_long

KEY, OTHER = b"k" * 32, b"o" * 32


def pieces(words: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(words), size):
        yield words[start : start + size]


def opened(sealed: bytes, key: bytes = KEY) -> bytes:
    return b"".join(unseal_long(key, pieces(sealed, 70_001)))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5])
def test_it_opens_as_it_was(size: int) -> None:
    words = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    sealed = b"".join(seal_long(KEY, pieces(words, 300_007)))
    assert opened(sealed) == words
    assert size < 16 or words[:16] not in sealed
    assert b"".join(seal_long(KEY, pieces(words, 9_999_999))) != sealed, "each has a salt of its own"


def test_nothing_opens_that_was_changed_cut_or_put_elsewhere() -> None:
    words = b"a" * CHUNK + b"b" * CHUNK + b"c"
    sealed = b"".join(seal_long(KEY, [words]))
    salt, chunks = sealed[:16], [sealed[start : start + CHUNK + 16] for start in range(16, len(sealed), CHUNK + 16)]
    assert len(chunks) == 3
    broken = [
        b"",
        sealed[:10],
        sealed[:16],
        sealed[:-1],
        sealed + b"x",
        salt + chunks[0] + chunks[1],
        salt + chunks[1] + chunks[0] + chunks[2],
        salt + chunks[0] + chunks[2],
        bytes([sealed[0] ^ 1]) + sealed[1:],
        sealed[:500] + bytes([sealed[500] ^ 1]) + sealed[501:],
    ]
    for each in broken:
        with pytest.raises(ValueError, match="sealed"):
            opened(each)
    with pytest.raises(ValueError, match="sealed"):
        opened(sealed, OTHER)
