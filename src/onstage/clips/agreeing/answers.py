"""Answers: yes, no, taking a no back, narrower, "bring it back"; each belongs to its person and is theirs alone."""

from sqlalchemy import or_, select

from onstage.accounts.acts import Act
from onstage.accounts.doors.sessions import is_checked
from onstage.accounts.membership import need_rested
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import rows, wishing
from onstage.clips.agreeing.deciding import concerning, decide
from onstage.clips.models import Audience, HoldKind, Stage, clip_consents, clips, holds
from onstage.clips.rules import consent
from onstage.clips.rules.life import Clip
from onstage.clips.rules.need import Reach, objectors
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.keys import Keys


def say_yes(db: Connection, keys: Keys, viewer: Viewer, slug: str, version: int, *, leaves: bool = False) -> Clip:
    """Agree to exactly that version; `leaves`: also to its leaving the server.

    Raises NotFound, NotAllowed for one who isn't asked or whose last sign-in check is older than five minutes
    (`check-needed`), and Conflict (`version`) when it is no longer what they looked at.
    """
    clip, by = concerning(db, viewer, slug), _person(viewer)
    checked = is_checked(viewer, now())
    rows.show_name(db, clip, by)
    return decide(
        db,
        keys,
        clip,
        lambda record: consent.say_yes(record.clip, record.facts, by, version, checked=checked, leaves=leaves),
        Act.YES,
        by=by,
    )


def say_no(db: Connection, keys: Keys, viewer: Viewer, slug: str, *, words: str = "", known: bool = False) -> Clip:
    """Withhold the clip at once, in every version, until it is lifted. `words` reach its author, and never refuse it.

    What was asked about or is out can be refused also while it is not shown to them, whatever withholds it: when that
    ends, their no stands.
    `known`: others may know whose no it is. Raises NotFound, and NotAllowed for one whose no does not count.
    """
    by = _person(viewer)
    clip = _out_of_sight(db, by, slug) or concerning(db, viewer, slug)
    after = decide(
        db,
        keys,
        clip,
        lambda record: consent.say_no(record.clip, record.facts, by),
        Act.NO,
        by=by,
        fields={"known": known},
    )
    wishing.beside_no(db, viewer, clip, words, known=known)
    return after


def _out_of_sight(db: Connection, by: int, slug: str) -> int | None:
    """The clip of that name, if this person's no counts, it was asked about or is out, and it may not be shown to them now."""
    known = or_(clip_consents.c.last > 0, clips.c.published_at.is_not(None))
    hidden = or_(clips.c.holds > 0, clips.c.stage == Stage.DRAFT.value)
    of_clip = select(clips.c.id).outerjoin(clip_consents).where(clips.c.slug == slug, known, hidden)
    clip = db.execute(of_clip).scalar()
    if clip is None:
        return None
    record = rows.load(db, clip)
    return int(clip) if by in objectors(record.clip.people, record.facts) else None


def lift(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> Clip:
    """Take one's own no back, also while the clip is not shown to them; nobody else's goes with it.

    Raises NotFound, NotAllowed, Conflict.
    """
    by = _person(viewer)
    clip = _refused(db, by, slug) or concerning(db, viewer, slug)
    need_rested(db, by, now())
    return decide(db, keys, clip, lambda record: consent.lift(record.clip, record.facts, by), Act.LIFTED, by=by)


def _refused(db: Connection, by: int, slug: str) -> int | None:
    """The clip of that name, if a no of this person's stands on it, be it shown to them or not."""
    mine = (holds.c.kind == HoldKind.NO.value) & (holds.c.giver_id == by)
    return db.execute(
        select(clips.c.id).join(holds, holds.c.clip_id == clips.c.id).where(clips.c.slug == slug, mine)
    ).scalar()


def narrow(db: Connection, keys: Keys, viewer: Viewer, slug: str, audience: Audience) -> Clip:
    """Let it go no further than this from now on; every yes stays. Raises NotFound, NotAllowed."""
    clip, by, reach = concerning(db, viewer, slug), _person(viewer), limit(audience)
    return decide(
        db,
        keys,
        clip,
        lambda record: consent.narrow(record.clip, record.facts, by, reach),
        Act.NARROWED,
        by=by,
    )


def limit(audience: Audience) -> Reach:
    """What a limit to this audience leaves: strangers meet, others embed and take, only what is open."""
    is_public = audience is Audience.PUBLIC
    return Reach(audience, recommended=is_public, leaves=is_public or audience is Audience.UNLISTED, takes=is_public)


def widen(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> Clip:
    """Take back the limit that one has set. Raises NotFound, NotAllowed, Conflict."""
    clip, by = concerning(db, viewer, slug), _person(viewer)
    return decide(db, keys, clip, lambda record: consent.widen(record.clip, record.facts, by), Act.WIDENED, by=by)


def bring_back(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> Clip:
    """Show again what waits because a right has changed, once everybody agrees. Raises NotFound, NotAllowed, Conflict."""
    clip, by = concerning(db, viewer, slug), _person(viewer)
    return decide(db, keys, clip, lambda record: consent.confirm(record.clip, record.facts, by), Act.CONFIRMED, by=by)


def _person(viewer: Viewer) -> int:
    assert viewer.person is not None
    return viewer.person
