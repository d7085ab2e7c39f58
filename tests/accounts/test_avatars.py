"""Avatars: re-encoded by a real ffmpeg, put in the place of the old one, nothing left lying about."""

import struct
import zlib
from functools import partial
from pathlib import Path

import imageio_ffmpeg
import pytest
from sqlalchemy import select

from onstage.accounts import avatars
from onstage.accounts.models import accounts
from onstage.accounts.queries import has_avatar
from onstage.accounts.viewer import GUEST, Viewer
from onstage.clips.portraits.asking import put_picture
from onstage.errors import Invalid, NotAllowed
from onstage.jobs import queue
from onstage.jobs.models import Lane
from onstage.jobs.owner import this_process
from onstage.jobs.worker import Job
from onstage.storage.objects import new_key
from onstage.web.app import App
from tests.cast import Cast


def png(side: int = 64) -> bytes:
    """A green picture with words in it that a camera might write."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x20\xc0\x40" * side for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    text = chunk(b"tEXt", b"Location\0home")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + text + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def put(app: App, folder: Path, picture: bytes) -> str:
    source = folder / "picture"
    source.unlink(missing_ok=True)
    source.write_bytes(picture)
    key = new_key(".picture")
    app.storage.put(key, source)
    return key


def work(app: App) -> None:
    """Do the waiting avatar jobs."""
    while True:
        with app.database.write() as db:
            claim = queue.claim(db, Lane.PUBLISH, this_process())
        if claim is None:
            return
        show = partial(put_picture, app.keys)
        avatars.make(app.storage, imageio_ffmpeg.get_ffmpeg_exe(), show, Job(app.database, claim))
        with app.database.write() as db:
            queue.finish(db, claim)


def avatar(app: App, viewer: Viewer) -> str | None:
    with app.database.read() as db:
        kept: str | None = db.execute(select(accounts.c.avatar).where(accounts.c.id == viewer.account)).scalar_one()
        return kept


def stored(app: App) -> set[str]:
    return {one.key for one in app.storage.list()}


def test_a_picture_becomes_the_avatar_and_only_it_stays(cast: Cast, tmp_path: Path) -> None:
    app, ada = cast.app, cast.ada.viewer
    for _ in range(2):
        key = put(app, tmp_path, png())
        with app.database.write() as db:
            avatars.ask(db, ada, key)
        work(app)
    kept = avatar(app, ada)
    assert kept
    assert stored(app) == {kept}
    size = app.storage.size(kept)
    assert size
    made = app.storage.read(kept, 0, size)
    assert made[8:12] == b"WEBP"
    assert b"home" not in made
    with app.database.read() as db:
        assert has_avatar(db, GUEST, kept)
        assert not has_avatar(db, cast.eve.viewer, kept), "she is blocked"


def test_what_is_no_picture_after_all_changes_nothing(cast: Cast, tmp_path: Path) -> None:
    app, ada = cast.app, cast.ada.viewer
    key = put(app, tmp_path, b"\x89PNG\r\n\x1a\n" + b"nothing of the kind" * 20)
    with app.database.write() as db:
        avatars.ask(db, ada, key)
    work(app)
    assert avatar(app, ada) is None
    assert stored(app) == set()


def test_it_can_be_taken_away(cast: Cast, tmp_path: Path) -> None:
    app, ada = cast.app, cast.ada.viewer
    key = put(app, tmp_path, png())
    with app.database.write() as db:
        avatars.ask(db, ada, key)
    work(app)
    with app.database.write() as db:
        avatars.remove(db, ada)
    work(app)
    assert avatar(app, ada) is None
    assert stored(app) == set()


def test_a_guest_has_none_to_set(cast: Cast) -> None:
    with cast.app.database.write() as db, pytest.raises(NotAllowed):
        avatars.ask(db, GUEST, "x")


@pytest.mark.parametrize("start", [b"", b"GIF89a", b"<svg", b"RIFF1234AVI ", b"\x00\x00\x00\x20ftypheic"])
def test_other_files_are_refused_before_they_are_kept(start: bytes) -> None:
    with pytest.raises(Invalid):
        avatars.check_picture(start + bytes(50))
