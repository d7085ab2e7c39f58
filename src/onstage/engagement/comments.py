"""Comments on clips, with one level of replies."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, exists, func, insert, or_, select, true

from onstage import ids
from onstage.accounts.byline import By
from onstage.accounts.models import accounts, blocks, members
from onstage.accounts.viewer import Viewer
from onstage.clips.models import Commenters, clips
from onstage.clips.queries import VISIBLE, Seen, asked_by, seen
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.engagement import counts
from onstage.engagement.acts import Act, record
from onstage.engagement.models import comments
from onstage.errors import Invalid, NotAllowed, NotFound
from onstage.text import clean, parts

LONGEST = 1000


@dataclass(slots=True)
class Comment:
    """A comment as a viewer sees it; `replies` is filled for comments of the first level."""

    id: int
    account: By
    words: str
    at: int
    parent: int | None
    mine: bool
    may_delete: bool
    reply_count: int = 0
    replies: list["Comment"] = field(default_factory=list)

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The words cut into text, tags and mentions."""
        return parts(self.words)


def may_comment(viewer: Viewer, clip: Seen) -> bool:
    """Whether this viewer may comment on this clip that they see."""
    if not viewer.signed_in or not clip.shown:
        return False
    if clip.is_member:
        return clip.commenters != Commenters.NOBODY
    match Commenters(clip.commenters):
        case Commenters.EVERYONE:
            return True
        case Commenters.FOLLOWERS:
            return clip.follows
        case Commenters.FRIENDS:
            return clip.is_friend
        case Commenters.NOBODY:
            return False


def comment(db: Connection, viewer: Viewer, slug: str, words: str, parent: int | None = None) -> Comment:
    """Say something about a clip, or answer a comment of the first level (an answer to an answer joins its thread).

    Raises NotFound, NotAllowed, or Invalid when nothing is said or it is longer than `LONGEST` characters.
    """
    clip = seen(db, viewer, slug)
    if not may_comment(viewer, clip):
        raise NotAllowed("Comments on this clip are not open to you.", code="comments-closed")
    said = clean(words)
    if not 1 <= len(said) <= LONGEST:
        raise Invalid(f"A comment has 1 to {LONGEST} characters.", field="words")
    thread = None if parent is None else _thread(db, viewer, clip.id, parent)
    fresh = ids.new()
    row = {"id": fresh, "clip_id": clip.id, "account_id": viewer.account, "person_id": viewer.person}
    db.execute(insert(comments).values(**row, parent_id=thread, words=said, at=now()))
    counts.add(db, clip.id, "comments", 1)
    record(db, viewer, clip.id, Act.COMMENT)
    return _one(db, viewer, clip, fresh)


def _thread(db: Connection, viewer: Viewer, clip: int, parent: int) -> int:
    """The first comment of the thread, which now can't be deleted until this transaction ends."""
    answered = (comments.c.id == parent) & (comments.c.clip_id == clip)
    found = select(comments.c.id, comments.c.parent_id).where(answered, not_blocked(viewer))
    row = db.execute(found.with_for_update(read=True, key_share=True)).one_or_none()
    if row is None:
        raise NotFound("The comment you answer is not there any more.")
    return int(row.parent_id or row.id)


def remove(db: Connection, viewer: Viewer, comment_id: int) -> None:
    """Delete a comment and its replies: the person who wrote it, or a member of the clip's account, may."""
    row = db.execute(
        select(comments.c.id, comments.c.clip_id, comments.c.person_id, clips.c.account_id)
        .join_from(comments, clips, clips.c.id == comments.c.clip_id)
        .where(comments.c.id == comment_id, or_(VISIBLE, comments.c.person_id == bindparam("viewer_person")))
        .with_for_update(of=comments),
        asked_by(viewer),
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such comment any more.")
    is_member = exists().where(members.c.account_id == row.account_id, members.c.person_id == viewer.person)
    if row.person_id != viewer.person and not db.execute(select(is_member)).scalar_one():
        raise NotAllowed("Only who wrote a comment, or whose clip it is, can delete it.")
    gone = db.execute(delete(comments).where(comments.c.parent_id == row.id)).rowcount
    gone += db.execute(delete(comments).where(comments.c.id == row.id)).rowcount
    counts.add(db, row.clip_id, "comments", -gone)


def not_blocked(viewer: Viewer, account: ColumnElement[int] = comments.c.account_id) -> ColumnElement[bool]:
    """The condition that this account has blocked none of the viewer's, and that the acting one has not blocked it."""
    if not viewer.signed_in:
        return true()
    mine = select(members.c.account_id).where(members.c.person_id == viewer.person)
    return ~exists().where(
        or_(
            and_(blocks.c.blocker_id == account, blocks.c.blocked_id.in_(mine)),
            and_(blocks.c.blocker_id == viewer.account, blocks.c.blocked_id == account),
        )
    )


_ROW = select(
    comments.c.id,
    accounts.c.handle,
    accounts.c.name,
    accounts.c.avatar,
    comments.c.words,
    comments.c.at,
    comments.c.parent_id,
    comments.c.person_id,
).join_from(comments, accounts, accounts.c.id == comments.c.account_id)


def _read(db: Connection, viewer: Viewer, clip: Seen, statement: Select[Any]) -> list[Comment]:
    return [
        Comment(
            id=row.id,
            account=By(row.handle, row.name, row.avatar),
            words=row.words,
            at=row.at,
            parent=row.parent_id,
            mine=row.person_id == viewer.person,
            may_delete=row.person_id == viewer.person or clip.is_member,
        )
        for row in db.execute(statement)
    ]


def _one(db: Connection, viewer: Viewer, clip: Seen, comment_id: int) -> Comment:
    return _read(db, viewer, clip, _ROW.where(comments.c.id == comment_id))[0]


def listed(
    db: Connection, viewer: Viewer, slug: str, *, parent: int | None = None, before: int | None = None, limit: int = 20
) -> tuple[list[Comment], int | None]:
    """Comments of a clip, newest first (replies: oldest first), and where the next page begins.

    Comments of the first level carry their first three replies. Raises NotFound.
    """
    clip = seen(db, viewer, slug)
    mine = _ROW.where(comments.c.clip_id == clip.id, not_blocked(viewer))
    if parent is not None:
        statement = mine.where(comments.c.parent_id == parent).order_by(comments.c.id)
        if before is not None:
            statement = statement.where(comments.c.id > before)
    else:
        statement = mine.where(comments.c.parent_id.is_(None)).order_by(comments.c.id.desc())
        if before is not None:
            statement = statement.where(comments.c.id < before)
    found = _read(db, viewer, clip, statement.limit(limit + 1))
    shown = found[:limit]
    if parent is None:
        _add_replies(db, viewer, clip, shown)
    return shown, shown[-1].id if len(found) > limit else None


def _add_replies(db: Connection, viewer: Viewer, clip: Seen, shown: list[Comment]) -> None:
    by_id = {comment.id: comment for comment in shown}
    theirs = comments.c.parent_id.in_(by_id)
    totals = (
        select(comments.c.parent_id, func.count()).where(theirs, not_blocked(viewer)).group_by(comments.c.parent_id)
    )
    for parent, total in db.execute(totals):
        by_id[parent].reply_count = total
    place = func.row_number().over(partition_by=comments.c.parent_id, order_by=comments.c.id)
    ranked = select(comments.c.id, place.label("place")).where(theirs, not_blocked(viewer)).subquery()
    first = select(ranked.c.id).where(ranked.c.place <= 3)
    for reply in _read(db, viewer, clip, _ROW.where(comments.c.id.in_(first)).order_by(comments.c.id)):
        by_id[reply.parent or 0].replies.append(reply)
