"""Publishing: only a person's act shows a clip to others, at once or as soon as it can be played."""

from sqlalchemy import select, update

from onstage.accounts.age import Choice, Row
from onstage.accounts.membership import need_not_frozen
from onstage.accounts.permissions import value_for
from onstage.accounts.viewer import Viewer
from onstage.clips.edit import may_show, own
from onstage.clips.models import Audience, Stage, clip_tags, clips
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotAllowed
from onstage.events import ClipShown
from onstage.jobs.queue import record


def publish(db: Connection, viewer: Viewer, slug: str) -> Stage:
    """Publish a draft; one that is still coming or being made is published when it can be played.

    Gives the stage after it: `none` once it is out. Doing it twice changes nothing. Raises NotFound, Conflict for a
    clip that failed or is held, NotAllowed where age says that somebody must agree first.
    """
    clip = own(db, viewer, slug)
    if clip.stage is Stage.NONE:
        return clip.stage
    if clip.stage is Stage.FAILED:
        raise Conflict("This clip could not be made playable, so it can't be published.", code="failed")
    if clip.holds:
        raise Conflict("This clip is withheld, so it can't be published now.", code="held")
    need_not_frozen(db, viewer, clip.account)
    if not may_show(db, clip.person, clip.audience):
        sentence = "At your age this clip can't be shown that widely yet. Choose a smaller audience; the draft is kept."
        raise NotAllowed(sentence, field="audience", code="age")
    if clip.stage is Stage.DRAFT:
        show(db, clip.id, clip.person)
        return Stage.NONE
    db.execute(update(clips).where(clips.c.id == clip.id).values(publish_asked=1))
    return clip.stage


def show_if_asked(db: Connection, clip: int) -> bool:
    """Publish a draft whose author pressed Publish before it could be played; whether it is out now.

    What has come between (a hold, a stricter age) leaves it a draft.
    """
    person, audience, asked, held = db.execute(
        select(clips.c.person_id, clips.c.audience, clips.c.publish_asked, clips.c.holds)
        .where(clips.c.id == clip, clips.c.stage == Stage.DRAFT.value)
        .with_for_update()
    ).one()
    if not asked or held or not may_show(db, person, Audience(audience)):
        return False
    show(db, clip, person)
    return True


def show(db: Connection, clip: int, person: int) -> None:
    """Put a draft out: the caller has checked that its author wants it and that nothing stands against it."""
    moment = now()
    strangers = value_for(db, person, Row.RECOMMENDED) is Choice.YES
    leaves = value_for(db, person, Row.LEAVES_SERVER) is Choice.YES
    db.execute(
        update(clips)
        .where(clips.c.id == clip)
        .values(
            stage=Stage.NONE.value,
            published_at=moment,
            publish_asked=0,
            recommended=int(strangers),
            leaves_server=int(leaves),
        )
    )
    db.execute(update(clip_tags).where(clip_tags.c.clip_id == clip).values(published_at=moment))
    record(db, ClipShown(clip))
