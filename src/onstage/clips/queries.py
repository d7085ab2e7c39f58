"""The one visibility seam: which clips may this viewer see. Every read of clips, anywhere, goes through it.

`VISIBLE`, `LISTED`, `FOUND` and `SUGGESTED` are conditions on the `clips` table; the viewer is a parameter of the statement
they stand in (`asked_by`), so that one compiled statement serves everybody.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, and_, bindparam, exists, not_, or_, select, true

from onstage.accounts.models import Role, blocks, follows, members, mutes
from onstage.accounts.viewer import Viewer
from onstage.clips.models import (
    ASIDE,
    MADE,
    Audience,
    HoldKind,
    Stage,
    Why,
    clip_coauthors,
    clip_media,
    clips,
    concerned,
    covers_aside,
    holds,
    renditions,
)
from onstage.db.engine import Connection
from onstage.db.hot import Hot, HotAmong
from onstage.errors import NotFound

_PERSON: Any = bindparam("viewer_person", type_=BigInteger)
_ACCOUNT: Any = bindparam("viewer_account", type_=BigInteger)
_MARKED: Any = bindparam("viewer_sees_marked", type_=BigInteger)


def asked_by(viewer: Viewer) -> dict[str, int]:
    """The parameters of the seam's conditions; nobody has the id -1."""
    return {
        "viewer_person": -1 if viewer.person is None else viewer.person,
        "viewer_account": -1 if viewer.account is None else viewer.account,
        "viewer_sees_marked": int(viewer.sees_marked),
    }


def _follows(follower: Any, target: Any) -> ColumnElement[bool]:
    edge = follows.alias()
    return exists().where(edge.c.follower_id == follower, edge.c.target_id == target, edge.c.accepted == 1)


_host: Any = clips.c.account_id
_IS_AUTHOR = clips.c.person_id == _PERSON
_IS_MEMBER = exists().where(members.c.account_id == _host, members.c.person_id == _PERSON)
_FOLLOWS_HOST = _follows(_ACCOUNT, _host)
_BLOCKED = or_(
    exists().where(blocks.c.blocker_id == _ACCOUNT, blocks.c.blocked_id == _host),
    exists(
        select(1)
        .select_from(blocks.join(members, members.c.account_id == blocks.c.blocked_id))
        .where(blocks.c.blocker_id == _host, members.c.person_id == _PERSON)
    ),
)
_with = clip_coauthors.alias()
_BLOCKED_WITH = exists().where(  # the same between the viewer and a co-author
    _with.c.clip_id == clips.c.id,
    _with.c.waits == 0,
    or_(
        exists().where(blocks.c.blocker_id == _ACCOUNT, blocks.c.blocked_id == _with.c.account_id),
        exists(
            select(1)
            .select_from(blocks.join(members, members.c.account_id == blocks.c.blocked_id))
            .where(blocks.c.blocker_id == _with.c.account_id, members.c.person_id == _PERSON)
        ),
    ),
)
_made_with = clip_coauthors.alias()
_MUTED = or_(  # the host, or a co-author: it stands on both profiles
    exists().where(mutes.c.account_id == _ACCOUNT, mutes.c.muted_id == _host),
    exists(
        select(1)
        .select_from(mutes.join(_made_with, _made_with.c.account_id == mutes.c.muted_id))
        .where(mutes.c.account_id == _ACCOUNT, _made_with.c.clip_id == clips.c.id, _made_with.c.waits == 0)
    ),
)
_IN_AUDIENCE = or_(
    clips.c.audience == Audience.PUBLIC.value,
    clips.c.audience == Audience.UNLISTED.value,
    and_(clips.c.audience == Audience.FOLLOWERS.value, or_(_FOLLOWS_HOST, _IS_MEMBER)),
    and_(clips.c.audience == Audience.FRIENDS.value, or_(and_(_FOLLOWS_HOST, _follows(_host, _ACCOUNT)), _IS_MEMBER)),
    and_(clips.c.audience == Audience.MEMBERS.value, _IS_MEMBER),
    and_(clips.c.audience == Audience.PRIVATE.value, _IS_AUTHOR),
)
SHOWN = and_(clips.c.published_at.is_not(None), clips.c.holds == 0)
_BEING_DELETED = exists().where(holds.c.clip_id == clips.c.id, holds.c.kind == HoldKind.DELETING.value)
_SHOWN_TO_VIEWER = and_(
    SHOWN, or_(clips.c.marked == 0, _MARKED == 1, _IS_AUTHOR), _IN_AUDIENCE, ~_BLOCKED, ~_BLOCKED_WITH
)

_waits = concerned.alias()
_IS_CONCERNED = exists().where(_waits.c.clip_id == clips.c.id, _waits.c.person_id == _PERSON)

VISIBLE: ColumnElement[bool] = or_(_SHOWN_TO_VIEWER, and_(_IS_AUTHOR, ~_BEING_DELETED), _IS_CONCERNED)
"""May be opened by its link: what is shown to the viewer, the author's own in any stage and under any hold, and what waits
for the viewer, or was withheld by them (consent.md I3)."""

LISTED: ColumnElement[bool] = and_(_SHOWN_TO_VIEWER, or_(clips.c.audience != Audience.UNLISTED.value, _IS_MEMBER))
"""May stand in the list of somebody whom the viewer came to see: shown, and not by link only."""

COMING: ColumnElement[bool] = and_(LISTED, ~_MUTED)
"""May come to somebody who follows one of those who made it: listed, and nobody who made it is muted."""

FOUND: ColumnElement[bool] = and_(LISTED, ~_MUTED, or_(clips.c.recommended == 1, _FOLLOWS_HOST, _IS_MEMBER))
"""May be met by search, tag and exploring: listed, and open to strangers unless the viewer is none (the age table)."""

SUGGESTED: ColumnElement[bool] = and_(
    clips.c.recommended == 1, clips.c.audience == Audience.PUBLIC.value, _SHOWN_TO_VIEWER, ~_MUTED, ~_IS_MEMBER
)
"""May be put in front of a viewer who did not ask for it."""

FOR_STRANGERS: ColumnElement[bool] = and_(SHOWN, clips.c.audience == Audience.PUBLIC.value, clips.c.recommended == 1)
"""May be passed on to people who do not follow its account (the age table); whether they may see it is asked of each."""

OPEN_TO_GUESTS: ColumnElement[bool] = and_(SHOWN, clips.c.audience == Audience.PUBLIC.value, clips.c.marked == 0)
"""What every guest may see: the base of an account's totals, and what caches may keep for a minute."""

OPEN_TO_TAKES: ColumnElement[bool] = and_(OPEN_TO_GUESTS, clips.c.takes == 1)
"""What may be in clips that others make: withheld with it is what contains it (consent.md R15)."""

FOR_ALL: ColumnElement[bool] = and_(OPEN_TO_GUESTS, clips.c.recommended == 1)
"""What every guest may meet: the base of public totals and rankings, the same for all."""


IN_WORK: ColumnElement[bool] = and_(
    clips.c.stage == Stage.DRAFT.value, clips.c.published_at.is_(None), not_(or_(_IS_AUTHOR, _IS_MEMBER))
)
"""A draft of others that was never out, which one sees because one said no to it: what they write in it is theirs (R10)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What most acts need to know of a clip that the viewer may see."""

    id: int
    slug: str
    account: int
    person: int
    stage: Stage
    audience: Audience
    commenters: str
    shown: bool
    is_member: bool
    follows: bool
    is_friend: bool
    is_for_strangers: bool


def _seen(*row: Any) -> Seen:
    clip, slug, account, person, stage, audience, commenters, *facts = row
    return Seen(clip, slug, account, person, Stage(stage), Audience(audience), commenters, *map(bool, facts))


_BY_SLUG = Hot(
    select(
        clips.c.id,
        clips.c.slug,
        clips.c.account_id,
        clips.c.person_id,
        clips.c.stage,
        clips.c.audience,
        clips.c.commenters,
        SHOWN,
        _IS_MEMBER,
        _FOLLOWS_HOST,
        and_(_FOLLOWS_HOST, _follows(_host, _ACCOUNT)),
        FOR_STRANGERS,
    ).where(clips.c.slug == bindparam("slug"), VISIBLE),
    _seen,
)


def seen(db: Connection, viewer: Viewer, slug: str) -> Seen:
    """The clip of that name if the viewer may see it; raises NotFound alike for "there is none" and "not for you"."""
    found = _BY_SLUG.first(db, slug=slug, **asked_by(viewer))
    if found is None:
        raise NotFound("There is no such clip, or it is not for you to see.")
    return found


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A stored file of a clip that this viewer may fetch now. `public`: every guest may, and caches may keep it a minute.

    `own`: of a clip that they made. `leaves`: pages of other sites may show it too.
    """

    key: str
    content_type: str
    public: bool
    own: bool = False
    leaves: bool = False


# The whole of a draft that was cut is its author's alone; a cut beside what is published is looked at by those asked.
_SEES_ASIDE = or_(_IS_AUTHOR, and_(clips.c.published_at.is_not(None), _IS_CONCERNED))
_RENDITION = Hot(
    select(renditions.c.key, and_(OPEN_TO_GUESTS, renditions.c.aside == 0), _IS_AUTHOR)
    .join_from(renditions, clips, clips.c.id == renditions.c.clip_id)
    .where(renditions.c.key == bindparam("key"), VISIBLE, or_(renditions.c.aside == 0, _SEES_ASIDE)),
    lambda key, public, own: MediaFile(key, "video/mp4", bool(public), bool(own)),
)
_KEY: Any = bindparam("key", type_=Text)
_COVER = Hot(
    select(_KEY, OPEN_TO_GUESTS, clips.c.leaves_server).where(
        or_(clips.c.cover == _KEY, clips.c.cover_small == _KEY), VISIBLE
    ),
    lambda key, public, leaves: MediaFile(key, "image/webp", bool(public), leaves=bool(leaves)),
)
_KINDS = {"mp4": "video/mp4", "avif": "image/avif"}


def _kind(key: str) -> str:
    return _KINDS.get(key.rpartition(".")[2], "image/webp")


_BESIDE = Hot(
    select(_KEY, OPEN_TO_GUESTS)
    .join_from(clip_media, clips, clips.c.id == clip_media.c.clip_id)
    .where(or_(*(column == _KEY for column in MADE)), VISIBLE),
    lambda key, public: MediaFile(key, _kind(key), bool(public)),
)


_mine = members.alias()
_IS_ASKED = exists().where(
    _waits.c.clip_id == clips.c.id, _waits.c.person_id == _PERSON, _waits.c.why == Why.ANSWER.value
)
_EDITS = exists().where(
    _mine.c.account_id == _host,
    _mine.c.person_id == _PERSON,
    or_(_mine.c.role == Role.OWNER.value, _mine.c.role == Role.EDITOR.value),
)
_COVER_ASIDE = Hot(  # what waits beside what is published is for who made it and who is asked about it
    select(_KEY)
    .join_from(covers_aside, clips, clips.c.id == covers_aside.c.clip_id)
    .where(
        or_(*(column == _KEY for column in ASIDE)),
        VISIBLE,
        or_(_IS_AUTHOR, _EDITS, and_(clips.c.stage == Stage.ASKED.value, _IS_ASKED)),
    ),
    lambda key: MediaFile(key, _kind(key), public=False),
)


def media_for(db: Connection, viewer: Viewer, key: str) -> MediaFile | None:
    """The rendition, cover or other picture or film of that key, if this viewer may see its clip at this moment."""
    found = _RENDITION.first(db, key=key, **asked_by(viewer))
    found = found or _COVER.first(db, key=key, **asked_by(viewer))
    found = found or _BESIDE.first(db, key=key, **asked_by(viewer))
    return found or _COVER_ASIDE.first(db, key=key, **asked_by(viewer))


def own(viewer: Viewer) -> ColumnElement[bool]:
    """Clips that this viewer made, in every stage, but for those being deleted."""
    return and_(clips.c.person_id == viewer.person, ~_BEING_DELETED) if viewer.signed_in else ~true()


AT_ONCE = 16
IDS = [bindparam(f"id{place}", type_=BigInteger) for place in range(AT_ONCE)]
"""For hot statements about some clips; `at_once` gives what they are bound to."""


def at_once(clip_ids: Collection[int]) -> Iterator[dict[str, int]]:
    """The ids sixteen at a time, as parameters; nobody has the id -1."""
    given = list(clip_ids)
    for start in range(0, len(given), AT_ONCE):
        batch = given[start : start + AT_ONCE]
        yield {f"id{place}": clip for place, clip in enumerate(batch + [-1] * (AT_ONCE - len(batch)))}


_LENGTHS = Hot(
    select(clips.c.id, clips.c.duration_us).where(clips.c.id.in_(IDS), VISIBLE), lambda clip, length: (clip, length)
)


def lengths(db: Connection, viewer: Viewer, clip_ids: Collection[int]) -> dict[int, int]:
    """Those of the clips that the viewer may see now, and how long each is (microseconds)."""
    asked = asked_by(viewer)
    return {clip: length for some in at_once(clip_ids) for clip, length in _LENGTHS.all(db, **some, **asked)}


def names(db: Connection, viewer: Viewer, clip_ids: Collection[int]) -> dict[int, str]:
    """The paths `/c/…` of those of the clips that the viewer may see now."""
    found = select(clips.c.id, clips.c.slug).where(clips.c.id.in_(clip_ids), VISIBLE)
    return {row[0]: f"/c/{row[1]}" for row in db.execute(found, asked_by(viewer))}


_ACCOUNTS = HotAmong(select(clips.c.id, clips.c.account_id), [clips.c.id])
_NOT_ERASED = HotAmong(select(clips.c.id, clips.c.account_id).with_for_update(read=True, key_share=True), [clips.c.id])


def accounts_of(db: Connection, clip_ids: Collection[int]) -> dict[int, int]:
    """Whose each of these clips is, for sums that tell of no single clip; erased ones are not in it."""
    return dict(_ACCOUNTS.all(db, [(clip,) for clip in clip_ids]))


def not_erased(db: Connection, clip_ids: Collection[int]) -> dict[int, int]:
    """Those of the clips that have not been erased, with their account; none can be until this transaction ends."""
    return dict(_NOT_ERASED.all(db, [(clip,) for clip in clip_ids]))
