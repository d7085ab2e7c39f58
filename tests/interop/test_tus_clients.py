"""Uploads by two clients that nobody here wrote: tuspy, and tus-js-client under node."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from tests.interop.conftest import Somebody

pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


def slug_of(somebody: Somebody, url: str) -> str:
    path = url.removeprefix(f"http://127.0.0.1:{somebody.server.port}")
    told = somebody.ask("HEAD", path, headers={"Tus-Resumable": "1.0.0"})
    return told.headers["Onstage-Clip"]


@contextmanager
def tuspy(somebody: Somebody, film: Path, **options: Any) -> Iterator[Any]:
    """An uploader of tuspy."""
    client = TusClient(somebody.uploads, headers={"Authorization": f"Bearer {somebody.token}"})
    with film.open("rb") as stream:
        yield client.uploader(file_stream=stream, **options)


@pytest.mark.parametrize("chunk", [7_001, 100_000, 10_000_000])
def test_tuspy_uploads_in_any_pieces(somebody: Somebody, short_film: Path, chunk: int) -> None:
    with tuspy(somebody, short_film, chunk_size=chunk, metadata={"filename": "film.mp4"}) as sending:
        sending.upload()
    clip = somebody.ready(slug_of(somebody, sending.url))
    assert clip["duration_seconds"] == pytest.approx(2, abs=0.1)


def test_tuspy_goes_on_where_another_left_off(somebody: Somebody, short_film: Path) -> None:
    with tuspy(somebody, short_film, chunk_size=10_000) as first:
        for _ in range(3):
            first.upload_chunk()
    with tuspy(somebody, short_film, chunk_size=50_000, url=first.url) as second:
        assert second.offset == 30_000
        second.upload()
    somebody.ready(slug_of(somebody, second.url))


def test_tuspy_sends_checksums(somebody: Somebody, short_film: Path) -> None:
    with tuspy(somebody, short_film, chunk_size=60_000, upload_checksum=True) as sending:
        sending.upload()
    somebody.ready(slug_of(somebody, sending.url))


def test_tuspy_is_refused_without_a_token(somebody: Somebody, short_film: Path) -> None:
    with short_film.open("rb") as stream, pytest.raises(TusCommunicationError):
        TusClient(somebody.uploads).uploader(file_stream=stream).upload()


def test_what_arrives_is_what_was_sent(somebody: Somebody, short_film: Path) -> None:
    with tuspy(somebody, short_film, chunk_size=33_333) as sending:
        for _ in range(3):
            sending.upload_chunk()
    staged = somebody.server.data / "uploads" / sending.url.rpartition("/")[2]
    assert staged.read_bytes() == short_film.read_bytes()[: 3 * 33_333]


Js = Callable[..., CompletedProcess[str]]


@pytest.mark.parametrize("with_creation", ["0", "1"])
def test_tus_js_client_uploads(somebody: Somebody, short_film: Path, tus_js: Js, with_creation: str) -> None:
    done = tus_js(str(short_film), somebody.uploads, TOKEN=somebody.token, WITH_CREATION=with_creation)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert somebody.ready(told["clip"])["duration_seconds"] == pytest.approx(2, abs=0.1)


def test_tus_js_client_goes_on_after_it_stopped(somebody: Somebody, short_film: Path, tus_js: Js) -> None:
    done = tus_js(str(short_film), somebody.uploads, TOKEN=somebody.token, CHUNK="20000", ABORT_AFTER="50000")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    somebody.ready(told["clip"])
