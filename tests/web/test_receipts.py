"""Receipts outside: in one's list, by the link of somebody who has left, as a file that anybody can check."""

import contextlib
import io
import json
from pathlib import Path

import pytest

from onstage.clips.ending import deletion
from onstage.errors import Refused
from onstage.upkeep.ledger_file import check
from onstage.web.app import App
from tests.cast import Actor, Cast, make_clip
from tests.client import Answer, Client
from tests.clips.conftest import Run, run
from tests.upkeep.test_sweep import hasten, run_all

__all__ = ["run"]


def delete(app: App, actor: Actor) -> None:
    _, slug = make_clip(app.database, actor.viewer)
    with app.database.write() as db:
        deletion.delete(db, app.keys, actor.viewer, slug)
    hasten(app)


def checked(app: App, answer: Answer, file: Path, key: str = "") -> str:
    file.write_bytes(answer.body)
    words = io.StringIO()
    with contextlib.redirect_stdout(words):
        check(app.settings, act="receipt", file=str(file), head=None, key=key)
    return words.getvalue()


def test_who_deletes_a_clip_has_its_receipt(app: App, client: Client, cast: Cast, run: Run, tmp_path: Path) -> None:
    assert "You have deleted nothing yet." in client.get("/settings/deleted", cast.ada).text
    delete(app, cast.ada)
    run_all(app, run)
    (item,) = client.get("/api/v1/me/receipts", cast.ada).json["items"]
    page = client.get("/settings/deleted", cast.ada).text
    assert f'href="/settings/deleted/{item["id"]}"' in page
    assert "The last backup with it expires on" in page
    answer = client.get(f"/settings/deleted/{item['id']}", cast.ada)
    key = client.get("/.well-known/onstage-ledger").json["keys"][-1]["public"]
    said = checked(app, answer, tmp_path / "receipt.json", key)
    assert "deleted: clip" in said
    assert "does not cover evidence" in said
    assert json.loads(answer.json["receipt"]) == json.loads(item["receipt"])

    answer.body = answer.body.replace(b'clips\\": 1', b'clips\\": 2')
    with pytest.raises(Refused, match="was changed"):
        checked(app, answer, tmp_path / "receipt.json")
    with pytest.raises(Refused, match="another key"):
        checked(app, answer, tmp_path / "receipt.json", "00" * 32)

    assert client.get(f"/settings/deleted/{item['id']}", cast.ben).status == 404
    assert client.get("/api/v1/me/receipts", cast.ben).json == {"items": []}


def test_who_has_left_finds_theirs_by_its_link(app: App, client: Client, cast: Cast, run: Run) -> None:
    left = client.delete("/api/v1/me", cast.fay)
    assert left.status == 204
    link = left.header("onstage-receipt") or ""
    secret = link.removeprefix("/receipts/")
    assert "It is being erased" in client.get(link).text
    assert client.get(f"{link}/file").status == 409
    assert client.get(f"/api/v1/receipts/{secret}").json["receipt"] is None
    run_all(app, run)
    page = client.get(link)
    assert "It is gone" in page.text
    assert page.header("cache-control") == "no-store"
    assert client.get(f"{link}/file").json["signature"]
    assert json.loads(client.get(f"/api/v1/receipts/{secret}").json["receipt"])["deleted"] == "person"
    assert client.get("/receipts/nothing").status == 404
