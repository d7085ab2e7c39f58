"""Avatars: a person's picture comes in as it is and goes out re-encoded, without what the camera wrote into it."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from onstage.accounts.queries import need
from onstage.accounts.roles import Act
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import Invalid
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue
from onstage.jobs.worker import Job
from onstage.media.covers import cover_from_image
from onstage.media.probe import Unplayable
from onstage.storage.objects import Objects, new_key

JOB = "avatar"
Put = Callable[[Connection, int, int | None, str | None], list[str]]
"""Has an account show a picture (None: none) that somebody chose, or asks for it; gives the keys that nothing needs."""
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


def make(objects: Objects, ffmpeg: str, put: Put, job: Job) -> None:
    """The job: re-encode, put in place, delete the picture as it came and what nothing needs any more."""
    account, picture = int(job.payload["account"]), job.payload["picture"]
    dropped: list[str] = []
    if picture is None:
        dropped = job.change("swap", list[str], lambda db: put(db, account, job.person, None))
    else:
        with suppress(Unplayable), tempfile.TemporaryDirectory(prefix="onstage-work-") as folder:
            key = job.step("encode", str, lambda: _encoded(objects, ffmpeg, picture, Path(folder)))
            dropped = job.change("swap", list[str], lambda db: put(db, account, job.person, key))
        dropped.append(picture)
    objects.delete(dropped)


def _encoded(objects: Objects, ffmpeg: str, picture: str, folder: Path) -> str:
    came, key = folder / "came", new_key(".webp")
    objects.fetch(picture, came)
    objects.put(key, cover_from_image(ffmpeg, came, folder).small)
    return key
