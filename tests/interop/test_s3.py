"""The same storage on a server that speaks S3: objects, ranges, lists, and a clip's whole way."""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3  # type: ignore[import-untyped]
import pytest
from moto.server import ThreadedMotoServer

from onstage.clips.ending import deletion
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from onstage.storage.objects import Objects, new_key, open_objects
from onstage.upkeep.vault import vault
from onstage.web.app import App
from tests.cast import Cast
from tests.clips.conftest import Film
from tests.interop.conftest import Somebody, sign_up
from tests.moderation.keeping import hasten, keep, reported
from tests.serve.running import free_port, serving, wait_for

pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "onstage", "AWS_SECRET_ACCESS_KEY": "only for tests", "AWS_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server that speaks S3, with one bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port())
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    bucket(url).create()
    yield url
    server.stop()


def bucket(url: str) -> "boto3.resources.base.ServiceResource":
    resource = boto3.resource(
        "s3",
        endpoint_url=url,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )
    return resource.Bucket("stage")


@pytest.fixture
def objects(endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Objects:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return open_objects("s3://stage/media", tmp_path, endpoint)


@pytest.mark.parametrize("size", [0, 1, 300_000, 12_000_000])
def test_an_object_is_put_read_listed_and_deleted(objects: Objects, tmp_path: Path, size: int) -> None:
    source, copy = tmp_path / "source", tmp_path / "copy"
    source.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    key = new_key(".mp4")
    objects.put(key, source)
    assert objects.size(key) == size
    objects.fetch(key, copy)
    assert copy.read_bytes() == source.read_bytes()
    if size > 256:
        assert objects.read(key, 255, 258) == b"\xff\x00\x01"
    assert [(stored.key, stored.bytes) for stored in objects.list()] == [(key, size)]
    objects.delete([key, key])
    assert objects.size(key) is None
    assert list(objects.list()) == []
    with pytest.raises(FileNotFoundError):
        objects.fetch(key, copy)


@pytest.fixture(scope="module")
def on_s3(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Somebody]:
    """A person on a server that stores on S3."""
    settings = CREDENTIALS | {"STORAGE_URL": "s3://stage/clips", "STORAGE_ENDPOINT": endpoint, "RATE_LIMIT": "0"}
    with serving(tmp_path_factory.mktemp("s3") / "data", **settings) as server:
        yield sign_up(server)


def test_a_clip_goes_its_whole_way_on_s3(on_s3: Somebody, endpoint: str, short_film: Path) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(short_film.stat().st_size)}
    more = {"Content-Type": "application/offset+octet-stream"}
    slug = on_s3.ask("POST", "/api/v1/uploads", headers=headers | more, content=short_film.read_bytes()).headers[
        "onstage-clip"
    ]
    clip = on_s3.ready(slug)
    best = clip["renditions"][0]
    whole = on_s3.ask("GET", best["url"])
    assert (whole.status_code, len(whole.content)) == (200, best["bytes"])
    part = on_s3.ask("GET", best["url"], headers={"Range": "bytes=100-1000099"})
    assert (part.status_code, part.content) == (206, whole.content[100:1_000_100])
    stored = {each.key.rpartition("/")[2] for each in bucket(endpoint).objects.filter(Prefix="clips/")}
    assert best["url"].rpartition("/")[2] in stored
    wait_for(lambda: _count(endpoint) == 7)  # the original has gone; a rendition and twice a cover in three sizes stay
    assert list((on_s3.server.data / "uploads").iterdir()) == []
    on_s3.ask("DELETE", f"/api/v1/clips/{slug}").raise_for_status()
    wait_for(lambda: _count(endpoint) == 0)


def test_the_vault_on_s3(app: App, cast: Cast, objects: Objects, endpoint: str, film: Film, tmp_path: Path) -> None:
    chosen = replace(app.settings, storage_url="s3://stage/media", storage_endpoint=endpoint)
    there = replace(app, settings=chosen, storage=objects)

    def run() -> int:
        return run_due(there.database, job_kinds(there))

    about = reported(there, cast, film, run)
    item = keep(there, cast, about)
    with there.database.write() as db:
        deletion.delete(db, there.keys, cast.ada.viewer, about.upload.slug)
    hasten(there)
    while run():
        hasten(there)
    stored = list(bucket(endpoint).objects.filter(Prefix="media/"))
    assert sorted(each.key.rpartition("/")[0] for each in stored) == ["media/vault", "media/vault"]
    assert not any(b"ftyp" in each.get()["Body"].read()[:100] for each in stored)
    vault(chosen, act="export", item=item, file=str(tmp_path / "out.zip"))
    with zipfile.ZipFile(tmp_path / "out.zip") as made:
        assert made.read("film.mp4")[4:8] == b"ftyp"
    vault(chosen, act="erase", item=item, file=None)
    while run():
        hasten(there)
    assert list(bucket(endpoint).objects.filter(Prefix="media/")) == []


def _count(endpoint: str) -> int:
    return sum(1 for _ in bucket(endpoint).objects.filter(Prefix="clips/"))
