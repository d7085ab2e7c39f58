"""Avatars: a person's picture comes in as it is and goes out re-encoded, without what the camera wrote into it."""

import tempfile
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select, update

from onstage.accounts.models import accounts
from onstage.accounts.queries import need
from onstage.accounts.roles import Act
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import Invalid
from onstage.events import AccountChanged
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue, record
from onstage.jobs.worker import Job
from onstage.media.covers import cover_from_image
from onstage.media.probe import Unplayable
from onstage.storage.objects import Objects, new_key

JOB = "avatar"
MOST_BYTES = 8_000_000


def check_picture(picture: bytes) -> None:
    """Raise Invalid unless it begins like a JPEG, PNG or WebP; what is in it is looked at by the job only."""
    known = picture.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        picture.startswith(b"RIFF") and picture[8:12] == b"WEBP"
    )
    if not known:
        raise Invalid("This is not a picture that can be read here. Choose a JPEG, PNG or WebP.", field="avatar")


def ask(db: Connection, viewer: Viewer, picture: str) -> None:
    """Have the stored picture of that key made into the avatar of the viewer's account; the key is the job's from now."""
    need(db, viewer, Act.DESCRIBE)
    enqueue(db, JOB, {"account": viewer.account, "picture": picture}, lane=Lane.PUBLISH, person=viewer.person)


def remove(db: Connection, viewer: Viewer) -> None:
    """Have no avatar any more; its object goes soon after."""
    need(db, viewer, Act.DESCRIBE)
    enqueue(db, JOB, {"account": viewer.account, "picture": None}, lane=Lane.PUBLISH, person=viewer.person)


def make(objects: Objects, ffmpeg: str, job: Job) -> None:
    """The job: re-encode, put in place, delete what was there and the picture as it came."""
    account, picture = int(job.payload["account"]), job.payload["picture"]
    dropped: list[str] = []
    if picture is None:
        dropped = job.change("swap", list[str], lambda db: _swap(db, account, None))
    else:
        with suppress(Unplayable), tempfile.TemporaryDirectory(prefix="onstage-work-") as folder:
            key = job.step("encode", str, lambda: _encoded(objects, ffmpeg, picture, Path(folder)))
            dropped = job.change("swap", list[str], lambda db: _swap(db, account, key))
        dropped.append(picture)
    objects.delete(dropped)


def _encoded(objects: Objects, ffmpeg: str, picture: str, folder: Path) -> str:
    came, key = folder / "came", new_key(".webp")
    objects.fetch(picture, came)
    objects.put(key, cover_from_image(ffmpeg, came, folder).small)
    return key


def _swap(db: Connection, account: int, key: str | None) -> list[str]:
    """What can be deleted: the avatar before, or the new one where the account is gone."""
    row = db.execute(select(accounts.c.avatar).where(accounts.c.id == account).with_for_update()).first()
    if row is None:
        return [key] if key else []
    db.execute(update(accounts).where(accounts.c.id == account).values(avatar=key))
    record(db, AccountChanged(account))
    return [row.avatar] if row.avatar else []
