"""tus 1.0 at the edge: creation, pieces, breaks, checksums, limits, ends; and never somebody else's upload."""

import asyncio
import base64
import hashlib
from typing import Any

import pytest
from sqlalchemy import select, update

from onstage.clips.models import Stage, clips, uploads
from onstage.clock import now
from onstage.jobs.models import jobs
from onstage.web.app import App
from tests.cast import Actor, Cast
from tests.client import Answer, Client

PATH = "/api/v1/uploads"
TUS = {"tus-resumable": "1.0.0"}
BYTES = TUS | {"content-type": "application/offset+octet-stream"}


@pytest.fixture
def ada(cast: Cast) -> Actor:
    return cast.ada


def create(client: Client, actor: Actor, length: int, **more: str) -> Answer:
    return client.post(PATH, actor, headers=TUS | {"upload-length": str(length)} | more)


def place(answer: Answer) -> str:
    assert answer.status == 201, answer.text
    found = answer.header("location")
    assert found is not None
    return found


def send(client: Client, actor: Actor, path: str, offset: int, body: bytes, **more: str) -> Answer:
    return client.ask("PATCH", path, actor, body=body, headers=BYTES | {"upload-offset": str(offset)} | more)


def head(client: Client, actor: Actor, path: str) -> Answer:
    return client.ask("HEAD", path, actor, headers=TUS)


def stages(app: App) -> list[str]:
    with app.database.read() as db:
        return list(db.execute(select(clips.c.stage)).scalars())


def waiting(app: App) -> list[str]:
    with app.database.read() as db:
        return list(db.execute(select(jobs.c.kind)).scalars())


def test_options_tell_what_there_is(client: Client) -> None:
    answer = client.ask("OPTIONS", PATH)
    assert answer.status == 204
    assert answer.header("tus-version") == "1.0.0"
    assert answer.header("tus-extension") == "creation,creation-with-upload,termination,expiration,checksum"
    assert answer.header("tus-max-size") == "1024000000"
    assert "sha1" in (answer.header("tus-checksum-algorithm") or "")


def test_an_upload_in_pieces_becomes_a_job(app: App, client: Client, ada: Actor) -> None:
    begun = create(client, ada, 11, **{"upload-metadata": "filename ZmlsbS5tcDQ=,empty"})
    path = place(begun)
    assert begun.header("tus-resumable") == "1.0.0"
    assert begun.header("upload-expires") is not None
    for offset, piece in ((0, b"hello"), (5, b" "), (6, b"world")):
        answer = send(client, ada, path, offset, piece)
        assert (answer.status, answer.header("upload-offset")) == (204, str(offset + len(piece)))
        assert stages(app) == [Stage.UPLOADING if offset < 6 else Stage.PROCESSING]
    told = head(client, ada, path)
    assert (told.status, told.header("upload-offset"), told.header("upload-length")) == (200, "11", "11")
    assert told.header("upload-metadata") == "filename ZmlsbS5tcDQ=,empty"
    assert told.header("cache-control") == "no-store"
    assert told.header("onstage-clip") == begun.header("onstage-clip")
    assert app.staging.path(path.rpartition("/")[2]).read_bytes() == b"hello world"
    assert waiting(app) == ["publish"]


def test_bytes_may_come_with_the_creation(app: App, client: Client, ada: Actor) -> None:
    answer = client.post(PATH, ada, body=b"hello", headers=BYTES | {"upload-length": "5"})
    assert (answer.status, answer.header("upload-offset")) == (201, "5")
    assert stages(app) == [Stage.PROCESSING]
    assert head(client, ada, place(answer)).header("upload-offset") == "5"


def test_an_empty_body_at_the_end_changes_nothing(app: App, client: Client, ada: Actor) -> None:
    path = place(client.post(PATH, ada, body=b"hello", headers=BYTES | {"upload-length": "5"}))
    again = send(client, ada, path, 5, b"")
    assert (again.status, again.header("upload-offset")) == (204, "5")
    assert waiting(app) == ["publish"]


@pytest.mark.parametrize(("offset", "status"), [(0, 409), (4, 409), (6, 409), (99, 409)])
def test_a_wrong_offset_is_refused(client: Client, ada: Actor, offset: int, status: int) -> None:
    path = place(create(client, ada, 10))
    send(client, ada, path, 0, b"hello")
    assert send(client, ada, path, offset, b"x").status == status
    assert head(client, ada, path).header("upload-offset") == "5"


def test_more_bytes_than_announced_are_not_kept(app: App, client: Client, ada: Actor) -> None:
    path = place(create(client, ada, 3))
    assert send(client, ada, path, 0, b"hello").status == 413
    assert head(client, ada, path).header("upload-offset") == "0"
    assert stages(app) == [Stage.UPLOADING]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"upload-length": "5"}, 412),
        (TUS | {}, 422),
        (TUS | {"upload-length": "-5"}, 422),
        (TUS | {"upload-length": "five"}, 422),
        (TUS | {"upload-length": "0"}, 422),
        (TUS | {"upload-length": "5", "upload-metadata": "filename not-base64!"}, 422),
        (TUS | {"upload-length": "5", "upload-metadata": "a YQ==,a YQ=="}, 422),
        (TUS | {"upload-length": "5", "upload-metadata": ""}, 201),
    ],
)
def test_creation_says_what_it_needs(client: Client, ada: Actor, headers: dict[str, str], status: int) -> None:
    answer = client.post(PATH, ada, headers=headers)
    assert answer.status == status
    assert answer.header("tus-resumable") == "1.0.0"


def test_limits_are_told_in_a_sentence_before_bytes_are_sent(app: App, client: Client, ada: Actor) -> None:
    told = client.get(f"{PATH}/limits", ada).json
    assert (told["bytes"], told["seconds"], told["left"]) == (1_024_000_000, 600, 20_000_000_000)
    assert told["audiences"][-1] == "public"
    refused = create(client, ada, told["bytes"] + 1)
    assert refused.status == 413
    assert "This file has 1,024.1 MB, and one upload may have 1,024 MB." in refused.json["detail"]
    assert stages(app) == []
    assert list(app.staging.untouched_since(now() * 2)) == []


def test_what_is_coming_counts_against_the_space(client: Client, ada: Actor) -> None:
    create(client, ada, 1_000_000_000)
    assert client.get(f"{PATH}/limits", ada).json["left"] == 19_000_000_000


def test_a_right_checksum_is_kept_and_a_wrong_one_is_not(app: App, client: Client, ada: Actor) -> None:
    path = place(create(client, ada, 10))
    right = base64.b64encode(hashlib.sha1(b"hello").digest()).decode()
    assert send(client, ada, path, 0, b"hello", **{"upload-checksum": f"sha1 {right}"}).status == 204
    assert send(client, ada, path, 5, b"hellO", **{"upload-checksum": f"sha1 {right}"}).status == 460
    assert send(client, ada, path, 5, b"hello", **{"upload-checksum": f"crc32 {right}"}).status == 400
    assert send(client, ada, path, 5, b"hello", **{"upload-checksum": "sha1 %%%"}).status == 422
    assert head(client, ada, path).header("upload-offset") == "5"
    assert send(client, ada, path, 5, b"hello", **{"upload-checksum": f"sha1 {right}"}).status == 204
    assert stages(app) == [Stage.PROCESSING]
    assert len(list(app.staging.untouched_since(now() * 2))) == 1


def test_a_body_must_say_what_it_is(client: Client, ada: Actor) -> None:
    path = place(create(client, ada, 5))
    answer = client.ask(
        "PATCH", path, ada, body=b"hello", headers=TUS | {"upload-offset": "0", "content-type": "text/plain"}
    )
    assert answer.status == 415


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_nobody_else_finds_an_upload(client: Client, cast: Cast, method: str) -> None:
    path = place(create(client, cast.ada, 5))
    for actor, status in ((cast.ben, 404), (cast.ola, 404), (cast.guest, 401)):
        answer = client.ask(method, path, actor, body=b"x", headers=BYTES | {"upload-offset": "0"})
        assert answer.status == status
    assert head(client, cast.ada, path).header("upload-offset") == "0"


def test_a_guest_can_not_begin(client: Client, cast: Cast) -> None:
    assert create(client, cast.guest, 5).status == 401
    assert client.get(f"{PATH}/limits").status == 401


def test_an_upload_that_is_given_up_leaves_nothing(app: App, client: Client, ada: Actor) -> None:
    path = place(create(client, ada, 10))
    send(client, ada, path, 0, b"hello")
    assert client.ask("DELETE", path, ada, headers=TUS).status == 204
    assert head(client, ada, path).status == 404
    assert stages(app) == []
    assert list(app.staging.untouched_since(now() * 2)) == []


def test_a_complete_upload_can_not_be_given_up(app: App, client: Client, ada: Actor) -> None:
    path = place(client.post(PATH, ada, body=b"hello", headers=BYTES | {"upload-length": "5"}))
    assert client.ask("DELETE", path, ada, headers=TUS).status == 409
    assert stages(app) == [Stage.PROCESSING]


def test_an_upload_ends_with_its_time(app: App, client: Client, ada: Actor) -> None:
    path = place(create(client, ada, 10))
    with app.database.write() as db:
        db.execute(update(uploads).values(until=now() - 1))
    assert head(client, ada, path).status == 410
    assert send(client, ada, path, 0, b"hello").status == 410


def test_a_full_disk_is_told_and_what_came_is_kept(app: App, client: Client, ada: Actor) -> None:
    path = place(create(client, ada, 10))
    staged = app.staging.path(path.rpartition("/")[2])
    staged.unlink()
    staged.symlink_to("/dev/full")
    answer = send(client, ada, path, 0, b"hello")
    assert (answer.status, answer.json["title"]) == (507, "disk-full")
    assert "What has come is kept" in answer.json["detail"]
    staged.unlink()
    staged.touch()
    assert send(client, ada, path, 0, b"hello").status == 204


def test_a_client_that_can_only_post_names_its_method(client: Client, ada: Actor) -> None:
    path = place(create(client, ada, 5))
    more = {"upload-offset": "0", "x-http-method-override": "PATCH"}
    assert client.post(path, ada, body=b"hello", headers=BYTES | more).header("upload-offset") == "5"
    assert client.post(path, ada, headers=TUS).status == 404


def test_a_server_that_went_after_the_last_byte_goes_on_when_asked(app: App, client: Client, ada: Actor) -> None:
    path = place(create(client, ada, 5))
    app.staging.append(path.rpartition("/")[2], 0, [b"hello"])
    assert stages(app) == [Stage.UPLOADING]
    assert head(client, ada, path).header("upload-offset") == "5"
    assert (stages(app), waiting(app)) == ([Stage.PROCESSING], ["publish"])


def test_bytes_before_a_broken_connection_are_kept(app: App, client: Client, ada: Actor) -> None:
    path = place(create(client, ada, 10))
    broken = _Breaking(client, ada)
    broken.patch(path, 0, [b"hel", b"lo"])
    assert head(client, ada, path).header("upload-offset") == "5"
    right = base64.b64encode(hashlib.sha1(b"world").digest()).decode()
    broken.patch(path, 5, [b"wor"], **{"upload-checksum": f"sha1 {right}"})
    assert head(client, ada, path).header("upload-offset") == "5", "what was to be checked could not be"
    assert send(client, ada, path, 5, b"world").status == 204
    assert stages(app) == [Stage.PROCESSING]


class _Breaking:
    """A client whose connection breaks after some pieces of a body."""

    def __init__(self, client: Client, actor: Actor) -> None:
        self._client = client
        self._actor = actor

    def patch(self, path: str, offset: int, pieces: list[bytes], **more: str) -> None:
        (cookie,) = self._actor.cookies.items()
        headers = BYTES | {"upload-offset": str(offset), "cookie": "=".join(cookie), "host": "localhost:8000"} | more
        messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": piece, "more_body": True} for piece in pieces
        ]
        messages.append({"type": "http.disconnect"})
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "PATCH",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 40_000),
            "server": ("127.0.0.1", 8000),
            "state": {},
        }

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop(0)
            await asyncio.Event().wait()
            raise AssertionError

        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asked = self._client._asgi(scope, receive, send)
        self._client.run(asyncio.wait_for(asked, 60))
        assert sent == []
