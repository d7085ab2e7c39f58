"""Where clips for a feed come from: the newest, the most liked, followed accounts, one tag, one account."""

from typing import Any

from msgspec import Struct
from sqlalchemy import BigInteger, ColumnElement, LargeBinary, Select, and_, bindparam, exists, or_, select

from onstage.accounts.byline import By
from onstage.accounts.models import accounts, follows, members, mutes
from onstage.clips.models import clip_coauthors, clip_tags, clips
from onstage.clips.queries import COMING, FOUND, LISTED, SUGGESTED
from onstage.db.hot import Hot
from onstage.engagement.models import reposts, seen
from onstage.feed.models import rankings

_BEFORE: Any = bindparam("before", type_=BigInteger)
_BEFORE_ID: Any = bindparam("before_id", type_=BigInteger)
_LIMIT: Any = bindparam("limit", type_=BigInteger)
_VIEWER: Any = bindparam("viewer_key", type_=LargeBinary)
_SINCE: Any = bindparam("seen_since", type_=BigInteger)
_UNSEEN = ~exists().where(seen.c.viewer == _VIEWER, seen.c.clip_id == clips.c.id, seen.c.at > _SINCE)


def _place(published: Any, clip: Any) -> ColumnElement[bool]:
    return and_(published <= _BEFORE, or_(published < _BEFORE, clip < _BEFORE_ID))


class Found(Struct, frozen=True):
    """A clip, its account, and its place in the list it was found in (an instant, or a rank)."""

    clip: int
    account: int
    place: int


def _newest(condition: ColumnElement[bool]) -> Select[Any]:
    return (
        select(clips.c.id, clips.c.account_id, clips.c.published_at)
        .where(condition, _place(clips.c.published_at, clips.c.id))
        .order_by(clips.c.published_at.desc(), clips.c.id.desc())
        .limit(_LIMIT)
    )


_GENERATION: Any = bindparam("generation", type_=BigInteger)
_RANK: Any = bindparam("rank", type_=BigInteger)
_RANKED_ALREADY = exists().where(
    rankings.c.generation == _GENERATION, rankings.c.rank <= _RANK, rankings.c.clip_id == clips.c.id
)
_NOT_AMONG_NEWEST = or_(
    _place(clips.c.published_at, clips.c.id), clips.c.published_at > bindparam("began", type_=BigInteger)
)

NEWEST = Hot(_newest(and_(SUGGESTED, _UNSEEN, ~_RANKED_ALREADY)), Found)
"""Suggested clips that the viewer has not had on screen, newest first, without those shown for their rank."""

MOST_LIKED = Hot(
    select(clips.c.id, clips.c.account_id, rankings.c.rank)
    .join_from(rankings, clips, clips.c.id == rankings.c.clip_id)
    .where(rankings.c.generation == _GENERATION, rankings.c.rank > _RANK, _NOT_AMONG_NEWEST, SUGGESTED, _UNSEEN)
    .order_by(rankings.c.rank)
    .limit(_LIMIT),
    Found,
)
"""The same in the order of a ranking, without those shown as new."""


class Dated(Struct, frozen=True):
    """A clip of somebody whom the viewer follows, and whether the viewer may have it in a list."""

    clip: int
    account: int
    place: int
    listed: bool


def _of_accounts(targets: Select[Any]) -> Hot[Dated]:
    """The latest clips of these accounts by index alone; the rule is then asked about these few."""
    latest = clips.alias()
    place = and_(latest.c.published_at <= _BEFORE, or_(latest.c.published_at < _BEFORE, latest.c.id < _BEFORE_ID))
    shown = select(latest.c.id).where(latest.c.holds == 0, place)
    own, shared = (
        found.order_by(latest.c.published_at.desc(), latest.c.id.desc()).limit(_LIMIT)
        for found in (
            shown.where(latest.c.account_id.in_(targets)),
            shown.where(latest.c.id.in_(_made_with(targets))),
        )
    )
    return Hot(
        select(clips.c.id, clips.c.account_id, clips.c.published_at, COMING)
        .where(or_(clips.c.id.in_(own), clips.c.id.in_(shared)))
        .order_by(clips.c.published_at.desc(), clips.c.id.desc())
        .limit(_LIMIT),
        Dated,
    )


def _made_with(targets: Select[Any]) -> Select[Any]:
    """The clips of others of which these accounts are co-authors."""
    shared = clip_coauthors.alias()
    return select(shared.c.clip_id).where(shared.c.account_id.in_(targets), shared.c.waits == 0)


_edge, _back = follows.alias(), follows.alias()
_FOLLOWED = select(_edge.c.target_id).where(_edge.c.follower_id == bindparam("viewer_account"), _edge.c.accepted == 1)
_FOLLOWS_BACK = exists().where(
    _back.c.follower_id == _edge.c.target_id, _back.c.target_id == _edge.c.follower_id, _back.c.accepted == 1
)
FOLLOWING = _of_accounts(_FOLLOWED)
"""Clips that accounts made, alone or with others, which the viewer's account follows."""

FRIENDS = _of_accounts(_FOLLOWED.where(_FOLLOWS_BACK))
"""The same of those that follow back."""


class Reposted(Struct, frozen=True):
    """A clip that came by a repost, and by whose."""

    clip: int
    account: int
    place: int
    by: By
    listed: bool = True


def _reposted(clip: int, account: int, place: int, handle: str, name: str, avatar: str | None) -> Reposted:
    return Reposted(clip, account, place, By(handle, name, avatar))


_again = reposts.alias()
_HEARD = _FOLLOWED.where(
    ~exists().where(mutes.c.account_id == _edge.c.follower_id, mutes.c.muted_id == _edge.c.target_id)
)
_LATER = exists().where(
    _again.c.clip_id == reposts.c.clip_id,
    _again.c.account_id.in_(_HEARD),
    or_(_again.c.at > reposts.c.at, and_(_again.c.at == reposts.c.at, _again.c.account_id > reposts.c.account_id)),
)
_HOST_FOLLOWED = or_(clips.c.account_id.in_(_FOLLOWED), clips.c.id.in_(_made_with(_FOLLOWED)))
_HOST_RUN = exists().where(
    members.c.account_id == clips.c.account_id, members.c.person_id == bindparam("viewer_person")
)
REPOSTED = Hot(
    select(clips.c.id, clips.c.account_id, reposts.c.at, accounts.c.handle, accounts.c.name, accounts.c.avatar)
    .join_from(reposts, clips, clips.c.id == reposts.c.clip_id)
    .join(accounts, accounts.c.id == reposts.c.account_id)
    .where(
        reposts.c.account_id.in_(_HEARD),
        _place(reposts.c.at, reposts.c.clip_id),
        *(~_LATER, ~_HOST_FOLLOWED, ~_HOST_RUN),
        FOUND,
    )
    .order_by(reposts.c.at.desc(), reposts.c.clip_id.desc())
    .limit(_LIMIT),
    _reposted,
)
"""Clips that accounts which the viewer's account follows reposted, by the latest of them; not those it gets anyway."""

ACCOUNT = Hot(_newest(and_(LISTED, clips.c.account_id == bindparam("account"))), Found)
"""Clips of one account."""

_shared = clip_coauthors.alias()
SHARED = Hot(
    _newest(
        and_(
            LISTED,
            clips.c.id.in_(
                select(_shared.c.clip_id).where(_shared.c.account_id == bindparam("account"), _shared.c.waits == 0)
            ),
        )
    ),
    Found,
)
"""Clips of other accounts of which one is a co-author."""

TAG = Hot(
    select(clips.c.id, clips.c.account_id, clip_tags.c.published_at)
    .join_from(clip_tags, clips, clips.c.id == clip_tags.c.clip_id)
    .where(clip_tags.c.tag == bindparam("tag"), _place(clip_tags.c.published_at, clip_tags.c.clip_id), FOUND)
    .order_by(clip_tags.c.published_at.desc(), clip_tags.c.clip_id.desc())
    .limit(_LIMIT),
    Found,
)
"""Clips with one tag."""
