"""A clip in its makers' hands: words, audience, cover, publishing, deleting, and how far it is."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from litestar import delete, get, patch, post
from litestar.params import JSONBody, PathParameter, QueryParameter, RawBody
from msgspec import Meta, Struct

from onstage.accounts.avatars import MOST_BYTES, check_picture
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import edit, publish
from onstage.clips.ending import deletion
from onstage.clips.film import progress, trim
from onstage.clips.film.progress import Made, Progress
from onstage.clips.models import Audience, Commenters, Cutting, Stage
from onstage.clips.trimmed import Trim
from onstage.clock import SECOND, iso
from onstage.db.engine import Connection
from onstage.errors import Invalid, TooLarge
from onstage.storage.objects import new_key
from onstage.web.api.schemas import Cursor, Limit, problems
from onstage.web.http import AnyRequest, App, plain, reads, signed_in, writes
from onstage.web.words import gettext as _

Slug = Annotated[str, PathParameter(max_length=32, description="A clip's public name.")]
StageName = Literal["uploading", "processing", "failed", "draft", "published"]


class ClipChangeIn(Struct, forbid_unknown_fields=True):
    """What changes; what is left out stays."""

    caption: Annotated[str, Meta(max_length=20_000)] | None = None
    audience: Audience | None = None
    commenters: Commenters | None = None
    marked: bool | None = None


class CoverIn(Struct, forbid_unknown_fields=True):
    """The moment whose picture becomes the cover, in seconds."""

    at_seconds: Annotated[float, Meta(ge=0, le=86_400)]


class TrimIn(Struct, forbid_unknown_fields=True):
    """The part that is left, in seconds of the whole film."""

    from_seconds: Annotated[float, Meta(ge=0, le=86_400)]
    to_seconds: Annotated[float, Meta(ge=0, le=86_400)]


class TrimOut(Struct):
    """The part that was chosen, in seconds of the whole film: it waits to be cut, is done, or could not be cut."""

    from_seconds: float
    to_seconds: float
    state: Cutting

    @classmethod
    def of(cls, found: Trim | None) -> "TrimOut | None":
        """From a row; None: it is shown as it came."""
        return cls(found.from_us / SECOND, found.to_us / SECOND, found.state) if found else None


class MadeClipOut(Struct):
    """A clip as those who made it see it. `stage` is `none` once it is published; `failure` says why it failed."""

    slug: str
    url: str
    stage: Stage
    caption: str
    audience: str
    commenters: str
    marked: bool
    created_at: str
    published_at: str | None
    publish_asked: bool
    held: bool
    failure: str | None
    duration_seconds: float
    width: int
    height: int
    cover_url: str | None
    cover_small_url: str | None
    color: str

    @classmethod
    def of(cls, made: Made) -> "MadeClipOut":
        """From a row."""
        return cls(
            slug=made.slug, url=f"/c/{made.slug}", stage=made.stage, caption=made.caption, audience=made.audience,
            commenters=made.commenters, marked=made.marked, created_at=iso(made.created_at),
            published_at=None if made.published_at is None else iso(made.published_at),
            publish_asked=made.publish_asked, held=made.held, failure=made.failure,
            duration_seconds=made.duration_us / SECOND, width=made.width, height=made.height,
            cover_url=f"/media/{made.cover}" if made.cover else None,
            cover_small_url=f"/media/{made.cover_small}" if made.cover_small else None, color=made.color,
        )  # fmt: skip


class MadePage(Struct):
    """A page of one's own clips; `next` continues it, null at the end."""

    items: list[MadeClipOut]
    next: str | None


class ProgressOut(Struct):
    """How far a clip is: `percent` of what `words` say; `failure` once it has failed.

    `seconds_left` of this step, as far as the stream has seen it move; null where nothing can be said yet.
    """

    slug: str
    stage: Stage
    percent: int
    words: str
    failure: str | None
    publish_asked: bool
    seconds_left: int | None = None

    @classmethod
    def of(cls, far: Progress, came: int = 0) -> "ProgressOut":
        """From the rows; `came` are the bytes of an upload that is still coming."""
        percent = far.percent
        if far.stage is Stage.UPLOADING and far.length:
            percent = came * 100 // far.length
        elif far.stage not in {Stage.UPLOADING, Stage.PROCESSING}:
            percent = 100
        return cls(far.slug, far.stage, percent, in_words(far), far.failure, far.publish_asked)


class Deleted(Struct):
    """The clip is withheld from everybody; until this instant it can be restored."""

    slug: str
    until: str


def in_words(far: Progress) -> str:
    """What is happening with a clip, in a few words."""
    match far.stage, far.step:
        case Stage.UPLOADING, _any:
            return _("Uploading")
        case Stage.DRAFT, _any if far.publish_asked:
            return _("Cutting it")
        case Stage.PROCESSING, "looking":
            return _("Looking at the file")
        case Stage.PROCESSING, "making":
            return _("Making it playable")
        case Stage.PROCESSING, "no room":
            return _("Waiting: this server's disk is full. Nothing is lost, and it goes on when there is room.")
        case Stage.PROCESSING, "cover":
            return _("Choosing a cover")
        case Stage.PROCESSING, _any:
            return _("Waiting for its turn")
        case Stage.FAILED, _any:
            return far.failure or ""
        case _any:
            return _("Ready")


def _made(db: Connection, viewer: Viewer, slug: str) -> MadeClipOut:
    return MadeClipOut.of(progress.one(db, viewer, slug))


@get("/api/v1/me/clips", tags=["clips"], responses=problems(401), operation_id="my_clips")
@reads(signed_in)
def mine(
    db: Connection,
    viewer: Viewer,
    stage: Annotated[
        list[StageName] | None, QueryParameter(required=False, description="Only these; none: all.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> MadePage:
    """The clips that you made, newest first, in every stage."""
    found = progress.mine(db, viewer, list(stage or ()), _before(cursor), limit + 1)
    following = str(found[limit - 1].id) if len(found) > limit else None
    return MadePage([MadeClipOut.of(made) for made in found[:limit]], following)


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise Invalid("This cursor is not one of ours.", field="cursor")
    return int(cursor)


@patch("/api/v1/clips/{slug:str}", tags=["clips"], responses=problems(401, 403, 404), operation_id="change_clip")
@writes(signed_in)
def change(app: App, db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[ClipChangeIn]) -> MadeClipOut:
    """Change the words, who may see the clip and who may comment."""
    edit.change(
        db,
        app.keys,
        viewer,
        slug,
        caption=data.caption,
        audience=data.audience,
        commenters_=data.commenters,
        marked=data.marked,
    )
    return _made(db, viewer, slug)


@post(
    "/api/v1/clips/{slug:str}/publish",
    status_code=200,
    tags=["clips"],
    responses=problems(401, 403, 404, 409),
    operation_id="publish_clip",
)
@writes(signed_in)
def publish_it(app: App, db: Connection, viewer: Viewer, slug: Slug) -> MadeClipOut:
    """Publish the clip: at once, when everybody who must agree has (`asked`), or once it can be played (`publish_asked`)."""
    publish.publish(db, app.keys, viewer, slug)
    return _made(db, viewer, slug)


@post(
    "/api/v1/clips/{slug:str}/cover",
    status_code=202,
    tags=["clips"],
    responses=problems(401, 404, 413),
    operation_id="choose_cover",
    request_max_body_size=MOST_BYTES + 10_000,
)
@plain(signed_in)
def cover(app: App, viewer: Viewer, request: AnyRequest, slug: Slug, body: RawBody) -> ProgressOut:
    """Choose the cover: JSON with `at_seconds`, or a JPEG, PNG or WebP as the body. It changes within seconds."""
    if request.headers.get("content-type", "").startswith("image/"):
        own_picture(app, viewer, slug, body)
    else:
        try:
            at_us = round(msgspec.json.decode(body, type=CoverIn).at_seconds * SECOND)
        except msgspec.MsgspecError:
            raise Invalid("A cover is a picture, or a moment in seconds.", field="at_seconds") from None
        with app.database.write() as db:
            edit.choose_cover(db, app.keys, viewer, slug, at_us=at_us, image=None)
    with app.database.read() as db:
        return ProgressOut.of(progress.of(db, viewer, slug))


def own_picture(app: App, viewer: Viewer, slug: str, picture: bytes) -> None:
    """Keep a picture of the author's own, to become the cover soon. Raises NotFound, Invalid or TooLarge."""
    if len(picture) > MOST_BYTES:
        raise TooLarge(f"A picture has at most {MOST_BYTES // 1_000_000} MB.", field="cover")
    check_picture(picture)
    with app.database.read() as db:
        edit.own(db, viewer, slug, lock=False)
    key = new_key(".picture")
    with tempfile.NamedTemporaryFile(dir=app.settings.data) as file:
        file.write(picture)
        file.flush()
        app.storage.put(key, Path(file.name))
    with app.database.write() as db:
        edit.choose_cover(db, app.keys, viewer, slug, at_us=None, image=key)


@post(
    "/api/v1/clips/{slug:str}/trim",
    status_code=202,
    tags=["clips"],
    responses=problems(401, 403, 404, 409),
    operation_id="trim_clip",
)
@writes(signed_in)
def trim_it(app: App, db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[TrimIn]) -> TrimOut | None:
    """Cut a part out of your clip, at least a second long; null where that is all of it.

    Others see the cut alone. Until the clip goes out the whole can be chosen again; beside what is published the cut
    waits for everybody who must agree.
    """
    start, end = round(data.from_seconds * SECOND), round(data.to_seconds * SECOND)
    return TrimOut.of(trim.trim(db, app.keys, viewer, slug, start, end))


@get("/api/v1/clips/{slug:str}/trim", tags=["clips"], responses=problems(401, 404), operation_id="clip_trim")
@reads(signed_in)
def trim_of(db: Connection, viewer: Viewer, slug: Slug) -> TrimOut | None:
    """Which part of your clip you chose; null where it is shown as it came."""
    return TrimOut.of(trim.of(db, viewer, slug))


@delete(
    "/api/v1/clips/{slug:str}/trim",
    status_code=200,
    tags=["clips"],
    responses=problems(401, 403, 404),
    operation_id="untrim_clip",
)
@writes(signed_in)
def untrim(app: App, db: Connection, viewer: Viewer, slug: Slug) -> MadeClipOut:
    """Choose the whole film again. What was cut off a clip that went out since is gone."""
    trim.whole(db, app.keys, viewer, slug)
    return _made(db, viewer, slug)


@delete(
    "/api/v1/clips/{slug:str}",
    status_code=200,
    tags=["clips"],
    responses=problems(401, 404),
    operation_id="delete_clip",
)
@writes(signed_in)
def remove(app: App, db: Connection, viewer: Viewer, slug: Slug) -> Deleted:
    """Delete the clip. Nobody sees it from now on; until the time given it can be restored, then it is gone for good."""
    return Deleted(slug, iso(deletion.delete(db, app.keys, viewer, slug)))


@post(
    "/api/v1/clips/{slug:str}/restore",
    status_code=200,
    tags=["clips"],
    responses=problems(401, 403, 404, 410),
    operation_id="restore_clip",
)
@writes(signed_in)
def restore(app: App, db: Connection, viewer: Viewer, slug: Slug) -> MadeClipOut:
    """Take your own deletion back, within its time."""
    deletion.restore(db, app.keys, viewer, slug)
    return _made(db, viewer, slug)


@get("/api/v1/clips/{slug:str}/progress", tags=["clips"], responses=problems(401, 404), operation_id="clip_progress")
@plain(signed_in)
def how_far(app: App, viewer: Viewer, slug: Slug) -> ProgressOut:
    """How far the clip is on its way to being played."""
    with app.database.read() as db:
        far = progress.of(db, viewer, slug)
    return ProgressOut.of(far, app.staging.length(far.upload or "") or 0)


routes = [mine, change, publish_it, cover, trim_it, trim_of, untrim, remove, restore, how_far]
