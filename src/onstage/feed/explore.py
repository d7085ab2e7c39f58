"""What there is to find without a feed: tags that are used, clips that are liked, search by words."""

from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select

from onstage.accounts.byline import By
from onstage.accounts.models import accounts, blocks, follows, members
from onstage.accounts.viewer import Viewer
from onstage.clips.models import clip_tags, clips
from onstage.clips.queries import FOR_ALL, FOUND, asked_by
from onstage.clock import DAY, now
from onstage.db.engine import Connection
from onstage.errors import NotFound
from onstage.feed.models import rankings
from onstage.search import Search
from onstage.text import tag_key

TAG_WINDOW = 30 * DAY
LATELY = 2000  # clips: so many tell which tags are used now, however many there are
COUNTED = 1000  # clips with one tag: where there are more, nobody needs to know how many
TAGS_LOOKED_AT = 30
FOUND_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag and how many clips that everybody may see carry it."""

    tag: str
    count: int


def used_tags(db: Connection, limit: int = 24, *, beginning: str = "") -> list[TagCount]:
    """The tags of the newest clips by how many accounts used them, and how many of these clips; the same for all."""
    newest = (
        select(clips.c.id, clips.c.account_id)
        .where(FOR_ALL, clips.c.published_at > now() - TAG_WINDOW)
        .order_by(clips.c.published_at.desc())
        .limit(LATELY)
        .subquery()
    )
    statement = (
        select(clip_tags.c.tag, func.count())
        .join_from(newest, clip_tags, clip_tags.c.clip_id == newest.c.id)
        .where(*_begins(clip_tags.c.tag, beginning))
        .group_by(clip_tags.c.tag)
        .order_by(func.count(newest.c.account_id.distinct()).desc(), func.count().desc(), clip_tags.c.tag)
        .limit(limit)
    )
    return [TagCount(tag, count) for tag, count in db.execute(statement)]


def tag_total(db: Connection, tag: str, *, most: int = COUNTED) -> int:
    """How many clips that everybody may see carry the tag; counting ends at `most`."""
    shown = select(FOR_ALL).where(clips.c.id == clip_tags.c.clip_id).scalar_subquery()
    some = select(clip_tags.c.clip_id).where(clip_tags.c.tag == tag, shown).limit(most)
    return int(db.execute(select(func.count()).select_from(some.subquery())).scalar_one())


def tags_like(db: Connection, beginning: str, limit: int = 10) -> list[TagCount]:
    """Tags that begin so: those that most accounts use now, then the others by the alphabet."""
    key = tag_key(beginning)
    if not key:
        return []
    used = [each.tag for each in used_tags(db, limit, beginning=key)]
    counted = (TagCount(tag, tag_total(db, tag)) for tag in dict.fromkeys([*used, *_by_alphabet(db, key)]))
    return list(islice((each for each in counted if each.count), limit))


def _by_alphabet(db: Connection, key: str) -> list[str]:
    """The first tags that begin so, from one to the next by their index, whoever may see their clips."""
    from_key, until = _begins(clip_tags.c.tag, key)
    walk = select(func.min(clip_tags.c.tag).label("tag")).where(from_key, until).cte("walk", recursive=True)
    following = select(func.min(clip_tags.c.tag)).where(clip_tags.c.tag > walk.c.tag, until)
    walk = walk.union_all(select(following.scalar_subquery()).where(walk.c.tag.is_not(None)))
    statement = select(walk.c.tag).where(walk.c.tag.is_not(None)).limit(TAGS_LOOKED_AT)
    return list(db.execute(statement).scalars())


def _begins(column: ColumnElement[str], beginning: str) -> list[ColumnElement[bool]]:
    return [column >= beginning, column < beginning + "\U0010ffff"] if beginning else []


def liked(db: Connection, viewer: Viewer, limit: int = 30) -> list[int]:
    """Clip ids of the latest ranking that this viewer may meet, filled up with the newest."""
    latest = select(func.max(rankings.c.generation)).scalar_subquery()
    ranked = (
        select(clips.c.id)
        .join_from(rankings, clips, clips.c.id == rankings.c.clip_id)
        .where(rankings.c.generation == latest, FOUND)
        .order_by(rankings.c.rank)
        .limit(limit)
    )
    found = list(db.execute(ranked, asked_by(viewer)).scalars())
    if len(found) == limit:
        return found
    newest = (
        select(clips.c.id).where(FOUND, clips.c.recommended == 1).order_by(clips.c.published_at.desc()).limit(limit)
    )
    return list(dict.fromkeys([*found, *db.execute(newest, asked_by(viewer)).scalars()]))[:limit]


def search_clips(db: Connection, viewer: Viewer, search: Search, query: str, limit: int = 30) -> list[int]:
    """Ids of clips with these words that this viewer may meet, best first."""
    sought = search.find(db, "clip", query, FOUND_AT_MOST)
    statement = select(clips.c.id).where(clips.c.id.in_(sought), FOUND)
    allowed = set(db.execute(statement, asked_by(viewer)).scalars())
    return [clip for clip in sought if clip in allowed][:limit]


def search_accounts(db: Connection, viewer: Viewer, search: Search, query: str, limit: int = 20) -> list[By]:
    """Accounts whose handle or name has these words, without those that have blocked the viewer."""
    sought = search.find(db, "account", query, FOUND_AT_MOST)
    statement = select(accounts.c.id, accounts.c.handle, accounts.c.name, accounts.c.avatar).where(
        accounts.c.id.in_(sought), ~_hidden_from_viewer()
    )
    found = {row.id: By(row.handle, row.name, row.avatar) for row in db.execute(statement, asked_by(viewer))}
    return [found[account] for account in sought if account in found][:limit]


def handles(db: Connection, viewer: Viewer, beginning: str, limit: int = 8) -> list[By]:
    """Accounts whose handle begins so, among those that the acting account follows or that follow it.

    Strangers find nobody here: who may be found by them is for search and the age table.
    """
    key = beginning.lower()
    tied = or_(
        *(
            exists().where(one == viewer.account, other == accounts.c.id, follows.c.accepted == 1)
            for one, other in (
                (follows.c.follower_id, follows.c.target_id),
                (follows.c.target_id, follows.c.follower_id),
            )
        )
    )
    statement = (
        select(accounts.c.handle, accounts.c.name, accounts.c.avatar)
        .where(accounts.c.handle >= key, accounts.c.handle < key + "\U0010ffff", tied, ~_hidden_from_viewer())
        .order_by(accounts.c.handle)
        .limit(limit)
    )
    return [By(*row) for row in db.execute(statement, asked_by(viewer))]


def _hidden_from_viewer() -> ColumnElement[bool]:
    by_them = exists(
        select(1)
        .select_from(blocks.join(members, members.c.account_id == blocks.c.blocked_id))
        .where(blocks.c.blocker_id == accounts.c.id, members.c.person_id == bindparam("viewer_person"))
    )
    return or_(
        by_them,
        exists().where(blocks.c.blocker_id == bindparam("viewer_account"), blocks.c.blocked_id == accounts.c.id),
    )


def account_named(db: Connection, viewer: Viewer, handle: str) -> int:
    """The id of the account with that handle; raises NotFound when there is none or it has blocked the viewer."""
    statement = select(accounts.c.id).where(accounts.c.handle == handle.lower(), ~_hidden_from_viewer())
    found = db.execute(statement, asked_by(viewer)).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no such account, or it is not for you to see.")
    return int(found)
