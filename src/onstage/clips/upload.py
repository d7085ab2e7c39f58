"""Uploads: announced with their length, taken in pieces, done when the last byte is on the disk."""

import base64
import binascii
import re
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update

from onstage import ids
from onstage.accounts.age import Row, Who
from onstage.accounts.membership import need_not_frozen
from onstage.accounts.permissions import value_for
from onstage.accounts.queries import need
from onstage.accounts.roles import Act
from onstage.accounts.viewer import Viewer
from onstage.clips.models import Audience, Commenters, Stage, clips, renditions, uploads
from onstage.clock import HOUR, now
from onstage.db.engine import Connection
from onstage.errors import Conflict, Gone, Invalid, NotFound, TooLarge
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue
from onstage.settings import Settings

PUBLISH = "publish"
_MEGABYTE = 1_000_000
_METADATA_MOST = 4096
_PAIR = re.compile(r"([!-+\--~]+)(?: ([A-Za-z0-9+/=]*))?")


@dataclass(frozen=True)
class Room:
    """What a person may upload now: bytes of one file, seconds of one clip, bytes left of their space (None: no limit)."""

    bytes: int
    seconds: int
    left: int | None


@dataclass(frozen=True)
class Upload:
    """An announced upload; `until` is when an unfinished one is thrown away, `length` in bytes."""

    id: str
    clip: int
    slug: str
    length: int
    metadata: str
    until: int
    complete: bool


def room(db: Connection, person: int, settings: Settings) -> Room:
    """What the limits leave this person."""
    left = None if settings.quota_mb == 0 else max(0, settings.quota_mb * _MEGABYTE - _used(db, person))
    return Room(settings.max_upload_mb * _MEGABYTE, settings.max_seconds, left)


def _used(db: Connection, person: int) -> int:
    stored = select(func.coalesce(func.sum(renditions.c.bytes), 0)).join_from(
        renditions, clips, clips.c.id == renditions.c.clip_id
    )
    coming = select(func.coalesce(func.sum(uploads.c.length), 0)).join_from(
        uploads, clips, clips.c.id == uploads.c.clip_id
    )
    unfinished = clips.c.stage.in_([Stage.UPLOADING.value, Stage.PROCESSING.value])
    of_person = clips.c.person_id == person
    return int(
        db.execute(stored.where(of_person)).scalar_one() + db.execute(coming.where(of_person, unfinished)).scalar_one()
    )


def check(db: Connection, viewer: Viewer, settings: Settings, length: int) -> None:
    """Raise TooLarge, in a sentence, unless there is room for a file of that length."""
    assert viewer.person is not None
    free = room(db, viewer.person, settings)
    if length > free.bytes:
        raise TooLarge(
            "This file has %(size)s, and one upload may have %(most)s. "
            "Nothing was sent. Choose a shorter video or a smaller size.",
            code="file-too-large",
            size=_megabytes(length, up=True),
            most=_megabytes(free.bytes),
        )
    if free.left is not None and length > free.left:
        raise TooLarge(
            "This file has %(size)s, and %(left)s of your space are left. "
            "Nothing was sent. Delete a clip that you no longer need, then try again.",
            code="space-used-up",
            size=_megabytes(length, up=True),
            left=_megabytes(free.left),
        )


def _megabytes(count: int, *, up: bool = False) -> str:
    tenth = _MEGABYTE // 10
    tenths = -(-count // tenth) if up else count // tenth  # what is too large never reads as what may be
    return f"{tenths / 10:,.1f}".removesuffix(".0") + " MB"


def begin(db: Connection, viewer: Viewer, settings: Settings, name: str, length: int, metadata: str) -> Upload:
    """Announce an upload under the id `name` and make its clip, shown to whom the age table says by default.

    Raises TooLarge, NotAllowed where nothing new may be made, and Invalid for an empty file or metadata that is not
    as tus 1.0 says.
    """
    assert viewer.person is not None
    if length == 0:
        raise Invalid("This file is empty. Choose another one, or record again.", code="empty")
    _check_metadata(metadata)
    need(db, viewer, Act.MAKE)
    need_not_frozen(db, viewer)
    check(db, viewer, settings, length)
    moment = now()
    clip, slug = ids.new(), ids.slug()
    db.execute(
        insert(clips).values(
            id=clip,
            slug=slug,
            account_id=viewer.account,
            person_id=viewer.person,
            stage=Stage.UPLOADING.value,
            audience=Audience(str(value_for(db, viewer.person, Row.AUDIENCE))).value,
            commenters=_default_commenters(db, viewer.person).value,
            created_at=moment,
        )
    )
    until = moment + settings.upload_hours * HOUR
    db.execute(
        insert(uploads).values(
            id=name,
            person_id=viewer.person,
            clip_id=clip,
            length=length,
            metadata=metadata,
            created_at=moment,
            until=until,
        )
    )
    return Upload(name, clip, slug, length, metadata, until, complete=False)


def _default_commenters(db: Connection, person: int) -> Commenters:
    who = value_for(db, person, Row.COMMENTS)
    return Commenters.NOBODY if who is Who.CIRCLE else Commenters(str(who))


def _check_metadata(metadata: str) -> None:
    """Pairs of a key and base64, separated by commas (tus 1.0, Upload-Metadata); empty is fine."""
    if len(metadata) > _METADATA_MOST:
        raise Invalid("The upload's metadata is too long.", field="Upload-Metadata")
    pairs = [pair.strip() for pair in metadata.split(",")] if metadata.strip() else []
    found = [_PAIR.fullmatch(pair) for pair in pairs]
    keys = [match[1] for match in found if match]
    if len(keys) != len(pairs) or len(set(keys)) != len(keys):
        raise Invalid("The upload's metadata is not pairs of a key and base64.", field="Upload-Metadata")
    try:
        for match in found:
            base64.b64decode((match and match[2]) or "", validate=True)
    except binascii.Error:
        raise Invalid("The upload's metadata is not base64.", field="Upload-Metadata") from None


def find(db: Connection, viewer: Viewer, name: str) -> Upload:
    """The viewer's own upload of that id. Raises NotFound, and Gone for one whose time is over."""
    row = db.execute(
        select(
            uploads.c.id,
            uploads.c.clip_id,
            clips.c.slug,
            uploads.c.length,
            uploads.c.metadata,
            uploads.c.until,
            uploads.c.complete,
        )
        .join_from(uploads, clips, clips.c.id == uploads.c.clip_id)
        .where(uploads.c.id == name, uploads.c.person_id == viewer.person)
    ).first()
    if row is None:
        raise NotFound("There is no such upload among yours.")
    upload = Upload(*row[:6], complete=bool(row[6]))
    if not upload.complete and upload.until < now():
        raise Gone("This upload was not finished in time. Start it again.")
    return upload


def complete(db: Connection, viewer: Viewer, upload: Upload, original: str | None) -> None:
    """All bytes are on the disk: have the clip made playable, in this same transaction. Twice is once.

    `original` is the object key of the upload where other machines must be able to read it.
    """
    done = update(uploads).where(uploads.c.id == upload.id, uploads.c.complete == 0).values(complete=1)
    if db.execute(done).rowcount != 1:
        return
    processing = {"stage": Stage.PROCESSING.value, "original": original}
    db.execute(update(clips).where(clips.c.id == upload.clip).values(processing))
    payload = {"upload": upload.id, "original": original}
    enqueue(db, PUBLISH, payload, lane=Lane.PUBLISH, subject=upload.clip, person=viewer.person)


def abandon(db: Connection, viewer: Viewer, name: str) -> None:
    """The uploader does not go on: forget the upload and its clip. Raises NotFound, and Conflict once it is complete."""
    upload = find(db, viewer, name)
    if upload.complete:
        raise Conflict("This upload has come in whole. Delete the clip instead.")
    db.execute(delete(clips).where(clips.c.id == upload.clip, clips.c.stage == Stage.UPLOADING.value))


def expire(db: Connection) -> list[str]:
    """Forget uploads whose time is over, unfinished ones with their clips; gives the ids whose files can go."""
    over = uploads.c.until < now()
    unfinished = db.execute(select(uploads.c.id, uploads.c.clip_id).where(over, uploads.c.complete == 0)).all()
    clip_ids = [clip for _, clip in unfinished]
    db.execute(delete(clips).where(clips.c.id.in_(clip_ids), clips.c.stage == Stage.UPLOADING.value))
    settled = clips.c.stage.not_in([Stage.UPLOADING.value, Stage.PROCESSING.value])
    done = select(uploads.c.id).join_from(uploads, clips, clips.c.id == uploads.c.clip_id).where(over, settled)
    db.execute(delete(uploads).where(uploads.c.id.in_(done.scalar_subquery())))
    return [name for name, _ in unfinished]
