"""Publishing: the author asks, and it goes out once everybody who must agree has agreed; at once where nobody else must."""

from sqlalchemy import select, update

from onstage.accounts.viewer import Viewer
from onstage.clips import trimmed
from onstage.clips.agreeing import rows
from onstage.clips.agreeing.asking import ask, check
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.edit import own
from onstage.clips.agreeing.rows import Record
from onstage.clips.models import Stage, clips
from onstage.clips.rules import consent
from onstage.clips.rules.life import Clip
from onstage.db.engine import Connection
from onstage.errors import Conflict, Refused
from onstage.keys import Keys


def publish(db: Connection, keys: Keys, viewer: Viewer, slug: str, *, due: int | None = None) -> Stage:
    """Publish a draft, or ask everybody who must agree; one that is still being made, or cut, is asked about when it plays.

    Gives the stage after it: `none` once it is out, `asked` while it waits. Doing it twice changes nothing. `due` is when
    it is to go out (UTC microseconds). Raises NotFound, Conflict for a clip that failed or is held, NotAllowed where age
    says no or nobody is there who could agree.
    """
    clip = own(db, viewer, slug)
    if clip.stage is Stage.NONE:
        return clip.stage
    if clip.stage is Stage.FAILED:
        raise Conflict("This clip could not be made playable, so it can't be published.", code="failed")
    assert viewer.person is not None
    is_cut = clip.stage is Stage.DRAFT and clip.published_at is None and trimmed.waits(db, clip.id)
    if clip.stage in {Stage.UPLOADING, Stage.PROCESSING} or is_cut:
        check(rows.load(db, clip.id))
        db.execute(update(clips).where(clips.c.id == clip.id).values(publish_asked=1))
        return clip.stage
    if clip.stage is Stage.ASKED:
        return _go(db, keys, viewer.person, clip.id)
    return ask(db, keys, viewer.person, clip.id, due=due).stage


def _go(db: Connection, keys: Keys, by: int, clip: int) -> Stage:
    """What is asked about goes out if it only waits for its author."""

    def rule(record: Record) -> Clip:
        if not consent.is_ready(record.clip, record.facts):
            return record.clip
        return consent.go(record.clip, record.facts, by)

    return decide(db, keys, clip, rule, by=by).stage


def show_if_asked(db: Connection, keys: Keys, clip: int) -> bool:
    """Ask about a draft whose author pressed Publish before it could be played; whether that was so.

    What has come between (a hold, a stricter age) leaves it a draft.
    """
    person, asked = db.execute(
        select(clips.c.person_id, clips.c.publish_asked).where(clips.c.id == clip, clips.c.stage == Stage.DRAFT.value)
    ).one()
    if not asked:
        return False
    db.execute(update(clips).where(clips.c.id == clip).values(publish_asked=0))
    try:
        ask(db, keys, person, clip)
    except Refused:
        return False
    return True
