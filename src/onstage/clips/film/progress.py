"""How far a clip is, for those who wait for it: told by the row of its job."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, and_, or_, select

from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing.edit import own
from onstage.clips.models import Stage, clips, uploads
from onstage.clips.queries import own as made_by
from onstage.clips.upload import PUBLISH
from onstage.db.engine import Connection
from onstage.jobs.models import jobs


@dataclass(frozen=True)
class Progress:
    """A clip's way to being played: `step` is a word of the pipeline, `percent` of that step.

    While it uploads, `upload` and `length` tell where its bytes are counted.
    """

    slug: str
    stage: Stage
    step: str
    percent: int
    failure: str | None
    publish_asked: bool
    upload: str | None
    length: int


def of(db: Connection, viewer: Viewer, slug: str) -> Progress:
    """How far one clip is. Raises NotFound for somebody else's."""
    clip = own(db, viewer, slug, lock=False)
    return _progress(*db.execute(_select().where(clips.c.id == clip.id)).one())


def of_many(db: Connection, viewer: Viewer, slugs: Collection[str]) -> list[Progress]:
    """How far these of the viewer's own clips are; those that are gone are left out."""
    return [_progress(*row) for row in db.execute(_select().where(made_by(viewer), clips.c.slug.in_(slugs)))]


def watch(db: Connection, persons: Collection[int], slugs: Collection[str]) -> list[tuple[int, Progress]]:
    """What these people made that is coming or being made, and these clips of theirs whatever they are now.

    Each with the person it belongs to; a clip that is gone is left out.
    """
    coming = clips.c.stage.in_([Stage.UPLOADING.value, Stage.PROCESSING.value])
    wanted = _select().add_columns(clips.c.person_id)
    rows = db.execute(wanted.where(clips.c.person_id.in_(persons), coming | clips.c.slug.in_(slugs)))
    return [(row[-1], _progress(*row[:-1])) for row in rows]


_Rows = Select[str, str, str | None, int | None, str | None, int, str | None, int | None]


def _select() -> _Rows:
    making = and_(jobs.c.subject_id == clips.c.id, jobs.c.kind == PUBLISH)
    return (
        select(
            clips.c.slug,
            clips.c.stage,
            jobs.c.step,
            jobs.c.percent,
            clips.c.failure,
            clips.c.publish_asked,
            uploads.c.id,
            uploads.c.length,
        )
        .select_from(clips)
        .outerjoin(jobs, making)
        .outerjoin(uploads, uploads.c.clip_id == clips.c.id)
    )


def _progress(
    slug: str,
    stage: str,
    step: str | None,
    percent: int | None,
    failure: str | None,
    asked: int,
    upload: str | None,
    length: int | None,
) -> Progress:
    return Progress(slug, Stage(stage), step or "", percent or 0, failure, bool(asked), upload, length or 0)


@dataclass(frozen=True)
class Made:
    """A clip in its author's list. Instants in microseconds; `held`: it is withheld."""

    id: int
    slug: str
    stage: Stage
    caption: str
    audience: str
    commenters: str
    marked: bool
    created_at: int
    published_at: int | None
    held: bool
    failure: str | None
    publish_asked: bool
    duration_us: int
    width: int
    height: int
    cover: str | None
    cover_small: str | None
    color: str


STAGES = {
    "uploading": clips.c.stage == Stage.UPLOADING.value,
    "processing": clips.c.stage == Stage.PROCESSING.value,
    "failed": clips.c.stage == Stage.FAILED.value,
    "draft": clips.c.stage == Stage.DRAFT.value,
    "asked": clips.c.stage == Stage.ASKED.value,
    "published": clips.c.published_at.is_not(None),
}


_MADE = (
    clips.c.id,
    clips.c.slug,
    clips.c.stage,
    clips.c.caption,
    clips.c.audience,
    clips.c.commenters,
    clips.c.marked,
    clips.c.created_at,
    clips.c.published_at,
    clips.c.holds,
    clips.c.failure,
    clips.c.publish_asked,
    clips.c.duration_us,
    clips.c.width,
    clips.c.height,
    clips.c.cover,
    clips.c.cover_small,
    clips.c.color,
)


def one(db: Connection, viewer: Viewer, slug: str) -> Made:
    """One clip in the hands of somebody who may change it. Raises NotFound."""
    clip = own(db, viewer, slug, lock=False)
    return _made(db.execute(select(*_MADE).where(clips.c.id == clip.id)).one()._asdict())


def mine(db: Connection, viewer: Viewer, stages: list[str], before: int | None, limit: int) -> list[Made]:
    """The clips that the viewer made, newest first, in these of STAGES (none: in all), older than the id `before`."""
    wanted = select(*_MADE).where(made_by(viewer)).order_by(clips.c.id.desc()).limit(limit)
    if stages:
        wanted = wanted.where(or_(*(STAGES[stage] for stage in stages)))
    if before is not None:
        wanted = wanted.where(clips.c.id < before)
    return [_made(row._asdict()) for row in db.execute(wanted)]


def _made(row: dict[str, object]) -> Made:
    flags = {"marked": bool(row["marked"]), "publish_asked": bool(row["publish_asked"]), "held": bool(row["holds"])}
    kept = {name: value for name, value in row.items() if name not in {"holds", "stage"}}
    return Made(**{**kept, **flags, "stage": Stage(str(row["stage"]))})  # type: ignore[arg-type]
