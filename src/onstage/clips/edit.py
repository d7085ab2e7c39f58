"""What the people who run a clip's account change about it: its words, who may see it, who may comment, its cover."""

from dataclasses import dataclass

from sqlalchemy import and_, delete, exists, insert, or_, select, update

from onstage.accounts.age import Band, GuardiansYes, Reach, Row, Who, options
from onstage.accounts.models import Role, accounts, members
from onstage.accounts.permissions import band, value_for
from onstage.accounts.viewer import Viewer
from onstage.clips.models import Audience, Commenters, HoldKind, Stage, clip_mentions, clip_tags, clips, holds
from onstage.clips.queries import VISIBLE, asked_by
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Invalid, NotAllowed, NotFound
from onstage.events import ClipShown
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue, record
from onstage.text import clean, mentions, tags

CAPTION_MOST = 2200
COVER = "cover"


@dataclass(frozen=True)
class Own:
    """A clip in the hands of somebody who may change it."""

    id: int
    slug: str
    account: int
    person: int
    stage: Stage
    caption: str
    audience: Audience
    marked: bool
    published_at: int | None
    holds: int
    duration_us: int


_MAY_EDIT = (Role.OWNER.value, Role.EDITOR.value)
_DELETING = exists().where(holds.c.clip_id == clips.c.id, holds.c.kind == HoldKind.DELETING.value)


def own(db: Connection, viewer: Viewer, slug: str, *, deleting: bool = False, lock: bool = True) -> Own:
    """The clip of that name, locked until the transaction ends, if the viewer made it or edits for its account and sees it.

    One that is being deleted is found by `deleting` only, by its author and by who deletes it; where nothing is written,
    it can't be locked. Raises NotFound.
    """
    edits = exists().where(
        members.c.account_id == clips.c.account_id,
        members.c.person_id == viewer.person,
        members.c.role.in_(_MAY_EDIT),
    )
    for_others = _DELETING.where(holds.c.giver_id == viewer.person) if deleting else VISIBLE
    wanted = select(
        clips.c.id,
        clips.c.slug,
        clips.c.account_id,
        clips.c.person_id,
        clips.c.stage,
        clips.c.caption,
        clips.c.audience,
        clips.c.marked,
        clips.c.published_at,
        clips.c.holds,
        clips.c.duration_us,
    ).where(
        clips.c.slug == slug,
        or_(clips.c.person_id == viewer.person, and_(edits, for_others)),
        _DELETING if deleting else ~_DELETING,
    )
    found = db.execute(wanted.with_for_update(of=clips) if lock else wanted, asked_by(viewer)).first()
    if found is None or not viewer.signed_in:
        raise NotFound("There is no such clip among yours.")
    clip, name, account, person, stage, caption, audience, marked, *rest = found
    return Own(clip, name, account, person, Stage(stage), caption, Audience(audience), bool(marked), *rest)


def audiences(author: Band) -> list[Audience]:
    """To whom somebody of that age may show a clip by themselves, narrowest first."""
    reach = options(Row.AUDIENCE, author)
    near = [Audience.PRIVATE, Audience.MEMBERS]
    wider = [
        (Reach.FRIENDS, Audience.FRIENDS),
        (Reach.FOLLOWERS, Audience.FOLLOWERS),
        (Reach.PUBLIC, Audience.UNLISTED),
        (Reach.PUBLIC, Audience.PUBLIC),
    ]
    return near + [audience for needed, audience in wider if needed in reach]


def commenters(author: Band) -> list[Commenters]:
    """From whom somebody of that age may take comments by themselves, fewest first."""
    who = options(Row.COMMENTS, author)
    wider = [
        (Who.FRIENDS, Commenters.FRIENDS),
        (Who.FOLLOWERS, Commenters.FOLLOWERS),
        (Who.EVERYONE, Commenters.EVERYONE),
    ]
    return [Commenters.NOBODY, *(each for needed, each in wider if needed in who)]


def change(
    db: Connection,
    viewer: Viewer,
    slug: str,
    *,
    caption: str | None = None,
    audience: Audience | None = None,
    commenters_: Commenters | None = None,
    marked: bool | None = None,
) -> None:
    """Change what is given and leave the rest. Raises NotFound, Invalid, and NotAllowed where age says no."""
    clip = own(db, viewer, slug)
    author = band(db, clip.person)
    if audience is not None and not _may_choose(db, clip, author, audience):
        raise NotAllowed("At your age a clip can't be shown that widely.", field="audience", code="age")
    if commenters_ is not None and commenters_ not in commenters(author):
        raise NotAllowed("At your age not everybody can comment.", field="commenters", code="age")
    if marked and author is not Band.ADULT:
        raise NotAllowed("Only adults can show something marked for adults.", field="marked", code="age")
    if viewer.person != clip.person and _is_wider(clip, audience, marked):
        raise NotAllowed("Only who made a clip can show it to more people.", field="audience", code="not-the-author")
    words = None if caption is None else clean(caption)
    if words is not None and len(words) > CAPTION_MOST:
        raise Invalid(
            "A caption has at most %(most)s characters. Nothing was lost.", field="caption", most=CAPTION_MOST
        )
    given = {"caption": words, "audience": audience, "commenters": commenters_, "marked": marked}
    values: dict[str, object] = {name: _stored(value) for name, value in given.items() if value is not None}
    if not values:
        return
    if clip.published_at is not None:
        values["edited_at"] = now()
    db.execute(update(clips).where(clips.c.id == clip.id).values(values))
    if words is not None:
        _point_to(db, clip, words)
    if clip.published_at is not None and clip.holds == 0:
        record(db, ClipShown(clip.id))


def _may_choose(db: Connection, clip: Own, author: Band, audience: Audience) -> bool:
    return audience in audiences(author) if clip.published_at is None else may_show(db, clip.person, audience)


def _is_wider(clip: Own, audience: Audience | None, marked: bool | None) -> bool:
    """Whether more people would see it; that is for its author alone to want (consent.md R2)."""
    widths = audiences(Band.ADULT)
    return (clip.marked and marked is False) or (
        audience is not None and widths.index(audience) > widths.index(clip.audience)
    )


def may_show(db: Connection, person: int, audience: Audience) -> bool:
    """Whether somebody's clip may be shown to this audience now.

    Whom nobody but oneself sees needs no guardian; all else is as wide as the age table lets the author go alone.
    """
    if audience is Audience.PRIVATE:
        return True
    guardians = value_for(db, person, Row.GUARDIANS_YES)
    alone = guardians not in {GuardiansYes.ALWAYS, GuardiansYes.OPEN_ONLY}
    return alone and audience in audiences(band(db, person))


def _stored(value: object) -> object:
    match value:
        case Audience() | Commenters():
            return value.value
        case bool():
            return int(value)
        case _:
            return value


def _point_to(db: Connection, clip: Own, caption: str) -> None:
    """The tags and the mentioned accounts of a caption, as rows that lists are made from."""
    db.execute(delete(clip_tags).where(clip_tags.c.clip_id == clip.id))
    db.execute(delete(clip_mentions).where(clip_mentions.c.clip_id == clip.id))
    found = tags(caption)
    if found:
        db.execute(
            insert(clip_tags),
            [{"clip_id": clip.id, "tag": tag, "published_at": clip.published_at} for tag in found],
        )
    known = db.execute(select(accounts.c.id).where(accounts.c.handle.in_(mentions(caption)))).scalars().all()
    if known:
        db.execute(insert(clip_mentions), [{"clip_id": clip.id, "account_id": account} for account in known])


def choose_cover(db: Connection, viewer: Viewer, slug: str, *, at_us: int | None, image: str | None) -> None:
    """Have a new cover made: from the picture at `at_us`, or from the author's own under the object key `image`.

    Raises NotFound, and Invalid when there is no picture at that time yet.
    """
    clip = own(db, viewer, slug)
    if at_us is not None:
        if clip.stage not in {Stage.DRAFT, Stage.NONE}:
            raise Invalid("The clip can't be played yet. Choose its cover in a moment.", field="at_seconds")
        if not 0 <= at_us <= clip.duration_us:
            raise Invalid("The clip is shorter than that.", field="at_seconds")
    payload = {"at_us": at_us, "image": image}
    enqueue(db, COVER, payload, lane=Lane.PUBLISH, subject=clip.id, person=viewer.person)
