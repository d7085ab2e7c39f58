"""What the people who run a clip's account change about it: its words, who may see it, who may comment, its cover."""

from dataclasses import dataclass

from sqlalchemy import and_, exists, or_, select, update

from onstage.accounts.age import Band, Row, options
from onstage.accounts.age import Reach as Width
from onstage.accounts.models import Role, members
from onstage.accounts.permissions import band
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import commenting, rows
from onstage.clips.agreeing.facts import of_person, server_limit
from onstage.clips.agreeing.revising import revise, reword
from onstage.clips.agreeing.sources import people_within
from onstage.clips.models import Audience, Commenters, HoldKind, Stage, clip_yeses, clips, holds
from onstage.clips.pointers import point
from onstage.clips.queries import VISIBLE, asked_by
from onstage.clips.rules.need import WIDTHS, Reach
from onstage.clips.trimmed import COVER
from onstage.db.engine import Connection
from onstage.errors import Invalid, NotAllowed, NotFound
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue
from onstage.keys import Keys
from onstage.text import clean

CAPTION_MOST = 2200


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

    One that is being deleted is found by `deleting` only, by its author, by who deletes it and by who may stop that; where
    nothing is written, it can't be locked. Raises NotFound.
    """
    edits = exists().where(
        members.c.account_id == clips.c.account_id,
        members.c.person_id == viewer.person,
        members.c.role.in_(_MAY_EDIT),
    )
    for_others = or_(_DELETING.where(holds.c.giver_id == viewer.person), VISIBLE) if deleting else VISIBLE
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


def need_place(clip: Own, from_us: int, to_us: int | None) -> None:
    """Raise Invalid for an instant that is not in the clip."""
    end = clip.duration_us if to_us is None else to_us
    if not 0 <= from_us <= end or (clip.duration_us and end > clip.duration_us):
        raise Invalid("The clip is shorter than that.", field="from_seconds")


def audiences(author: Band) -> list[Audience]:
    """To whom somebody of that age may show a clip by themselves, narrowest first."""
    reach = options(Row.AUDIENCE, author)
    near = [Audience.PRIVATE, Audience.MEMBERS]
    wider = [
        (Width.FRIENDS, Audience.FRIENDS),
        (Width.FOLLOWERS, Audience.FOLLOWERS),
        (Width.PUBLIC, Audience.UNLISTED),
        (Width.PUBLIC, Audience.PUBLIC),
    ]
    return near + [audience for needed, audience in wider if needed in reach]


def commenters_for(db: Connection, person: int, clip: int | None = None) -> list[Commenters]:
    """From whom somebody may take comments, fewest first: as far as age, guardians and the server's owner let them.

    On a clip also as far as everybody else who is in it lets them.
    """
    if clip is None:
        return commenting.up_to(commenting.most(db, person))
    facts = rows.load(db, clip).facts
    others = (facts.people.keys() | people_within(db, clip)) - {person}
    return commenting.up_to(commenting.most(db, person, others, children=bool(facts.children)))


def change(
    db: Connection,
    keys: Keys,
    viewer: Viewer,
    slug: str,
    *,
    caption: str | None = None,
    audience: Audience | None = None,
    commenters_: Commenters | None = None,
    marked: bool | None = None,
) -> bool:
    """Change what is given and leave the rest; whether there is a new draft now of something that was published.

    What makes a published clip narrower counts at once. What makes it another one is a draft beside it, which its author
    asks about. Raises NotFound, Invalid, and NotAllowed where age says no.
    """
    clip = own(db, viewer, slug)
    author = band(db, clip.person)
    if audience is not None and audience not in open_to(db, clip.person):
        raise NotAllowed("At your age a clip can't be shown that widely.", field="audience", code="age")
    if commenters_ is not None and commenters_ not in commenters_for(db, clip.person, clip.id):
        raise NotAllowed("So many people can't comment on this clip.", field="commenters", code="age")
    if marked and author is not Band.ADULT:
        raise NotAllowed("Only adults can show something marked for adults.", field="marked", code="age")
    if viewer.person != clip.person and _is_wider(clip, audience, marked):
        raise NotAllowed("Only who made a clip can show it to more people.", field="audience", code="not-the-author")
    words = None if caption is None else clean(caption)
    if words is not None and len(words) > CAPTION_MOST:
        raise Invalid(
            "A caption has at most %(most)s characters. Nothing was lost.", field="caption", most=CAPTION_MOST
        )
    if commenters_ is not None:
        db.execute(update(clips).where(clips.c.id == clip.id).values(commenters=commenters_.value))
    if clip.published_at is None:
        _change_draft(db, keys, viewer, clip, words, audience, marked)
        return False
    return revise(db, keys, viewer, clip.id, caption=words, audience=audience, marked=marked)


def _change_draft(
    db: Connection,
    keys: Keys,
    viewer: Viewer,
    clip: Own,
    caption: str | None,
    audience: Audience | None,
    marked: bool | None,
) -> None:
    given = {"caption": caption, "audience": audience, "marked": marked}
    values: dict[str, object] = {name: _stored(value) for name, value in given.items() if value is not None}
    if not values:
        return
    if clip.stage is Stage.ASKED:
        reword(db, keys, viewer, clip.id)
    db.execute(update(clips).where(clips.c.id == clip.id).values(values))
    if caption is not None:
        point(db, clip.id, caption, None)


def open_to(db: Connection, person: int) -> list[Audience]:
    """To whom somebody can show a clip, narrowest first: as far as their age goes, guardians agreeing where they must."""
    theirs, limit = of_person(db, person), server_limit(db)
    if theirs.band in {Band.UNDER_13, Band.FROM_13} and any(each.full for each in theirs.guardians):
        return [audience for audience in WIDTHS if Reach(audience).within(theirs.widest.meet(limit))]
    return [audience for audience in audiences(theirs.band) if Reach(audience).within(limit)]


def _is_wider(clip: Own, audience: Audience | None, marked: bool | None) -> bool:
    """Whether more people would see it; that is for its author alone to want (consent.md R2)."""
    return (clip.marked and marked is False) or (
        audience is not None and WIDTHS.index(audience) > WIDTHS.index(clip.audience)
    )


def _stored(value: object) -> object:
    match value:
        case Audience():
            return value.value
        case bool():
            return int(value)
        case _:
            return value


def is_decided(db: Connection, clip: int) -> bool:
    """Whether others than its author are asked about a clip, or have agreed to it."""
    asked = exists().where(clips.c.id == clip, clips.c.stage == Stage.ASKED.value)
    others = exists().where(clip_yeses.c.clip_id == clip, clip_yeses.c.person_id != clips.c.person_id)
    agreed = exists().where(clips.c.id == clip, others)
    return bool(db.execute(select(or_(asked, agreed))).scalar())


def choose_cover(
    db: Connection, keys: Keys, viewer: Viewer, slug: str, *, at_us: int | None, image: str | None
) -> None:
    """Have a new cover made: from the picture at `at_us`, or from the author's own under the object key `image`.

    What was asked before anything was published is a draft again; beside what is published the cover waits for every yes.
    Raises NotFound, NotAllowed, and Invalid when there is no picture at that time yet.
    """
    clip = own(db, viewer, slug)
    if at_us is not None:
        if clip.stage not in {Stage.DRAFT, Stage.ASKED, Stage.NONE}:
            raise Invalid("The clip can't be played yet. Choose its cover in a moment.", field="at_seconds")
        if not 0 <= at_us <= clip.duration_us:
            raise Invalid("The clip is shorter than that.", field="at_seconds")
    if clip.published_at is None and clip.stage is Stage.ASKED:
        reword(db, keys, viewer, clip.id)
    payload = {"at_us": at_us, "image": image}
    enqueue(db, COVER, payload, lane=Lane.PUBLISH, subject=clip.id, person=viewer.person)
