"""Comments on clips, with one level of replies."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, exists, func, insert, or_, select, true

from onstage import ids
from onstage.accounts.byline import By
from onstage.accounts.models import accounts, blocks, members
from onstage.accounts.viewer import Viewer
from onstage.clips.models import Commenters, clips
from onstage.clips.queries import VISIBLE, Seen, asked_by, seen
from onstage.clock import MINUTE, SECOND, now
from onstage.db.engine import Connection
from onstage.engagement import counts
from onstage.engagement.acts import Act, record
from onstage.engagement.models import comment_likes, comment_rules, comments
from onstage.errors import Invalid, NotAllowed, NotFound, TooMany
from onstage.events import Commented
from onstage.jobs import queue
from onstage.text import clean, folded, parts

LONGEST = 1000
MOST, WINDOW = 30, 10 * MINUTE
"""So many comments may one person write in so long, as one account."""


class State(StrEnum):
    """How a comment stands."""

    SHOWN = "shown"
    HELD = "held"
    HIDDEN = "hidden"
    BELOW = "below"  # hidden with the comment it answers, and shown with it
    UNHEARD = "unheard"  # the same, said when that one was not shown: nobody has been told of it


AS_HIDDEN = (State.BELOW, State.UNHEARD)
"""States that are called hidden where somebody reads them."""


def state_of_new(db: Connection, account: int, said: str) -> State:
    """How a comment of somebody else begins under a clip of this account: shown, or held by the account's rules."""
    rules = db.execute(select(comment_rules).where(comment_rules.c.account_id == account)).one_or_none()
    if rules is None:
        return State.SHOWN
    words = filter(None, map(folded, rules.held_words.split("\n")))
    is_held = rules.holds_all or any(word in folded(said) for word in words)
    return State.HELD if is_held else State.SHOWN


@dataclass(slots=True)
class Comment:
    """A comment as a viewer sees it; `replies` is filled for comments of the first level.

    `state`: shown, held (waits for approval) or hidden; those two only its writer and the clip's people see. `runs`:
    whether the viewer is one of the latter.
    """

    id: int
    account: By
    words: str
    at: int
    parent: int | None
    mine: bool
    may_delete: bool
    runs: bool
    state: str
    edited_at: int | None
    pinned: bool
    likes: int
    liked: bool
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

    Under a comment that is held or hidden it is hidden too, and shown with it. Raises NotFound, NotAllowed, or Invalid when
    nothing is said or it is longer than `LONGEST` characters.
    """
    clip = seen(db, viewer, slug)
    if not may_comment(viewer, clip):
        raise NotAllowed("Comments on this clip are not open to you.", code="comments-closed")
    said = clean(words)
    if not 1 <= len(said) <= LONGEST:
        raise Invalid("A comment has 1 to %(most)s characters.", field="words", most=LONGEST)
    _not_too_often(db, viewer)
    thread, is_open = (None, True) if parent is None else _thread(db, viewer, clip, parent)
    fresh = ids.new()
    row = {"id": fresh, "clip_id": clip.id, "account_id": viewer.account, "person_id": viewer.person}
    state = State.SHOWN if clip.is_member else state_of_new(db, clip.account, said)
    if state is State.SHOWN and not is_open:
        state = State.UNHEARD
    db.execute(insert(comments).values(**row, parent_id=thread, words=said, at=now(), state=state.value))
    if state is State.SHOWN:
        counts.add(db, clip.id, "comments", 1)
        said_to(db, clip, viewer.account, said, parent, thread)
    record(db, viewer, clip.id, Act.COMMENT)
    return one(db, viewer, clip, fresh)


def said_to(
    db: Connection,
    clip: Seen,
    by: int | None,
    words: str,
    parent: int | None,
    thread: int | None,
    *,
    anew: bool = True,
) -> None:
    """Let others hear of a comment that is shown now; unless `anew`, those who have heard of this account's do not again."""
    answered = None
    if parent is not None:
        answered = db.execute(select(comments.c.account_id).where(comments.c.id == parent)).scalar()
    assert by is not None
    queue.record(db, Commented(clip.id, clip.account, by, words, answered, thread, anew))


def _not_too_often(db: Connection, viewer: Viewer) -> None:
    lately = select(func.count()).where(comments.c.person_id == viewer.person, comments.c.at > now() - WINDOW)
    mine = lately.where(comments.c.account_id == viewer.account)
    if db.execute(mine).scalar_one() >= MOST:
        raise TooMany("That were many comments in a short time. Wait a little.", retry_after=WINDOW // SECOND)


def _thread(db: Connection, viewer: Viewer, clip: Seen, parent: int) -> tuple[int, bool]:
    """The first comment of the thread, and whether it is shown; until this transaction ends that stays so."""
    answered = (comments.c.id == parent) & (comments.c.clip_id == clip.id)
    found = select(comments.c.id, comments.c.parent_id).where(answered, not_blocked(viewer), _told_to(viewer, clip))
    row = db.execute(found).one_or_none()
    thread = None if row is None else int(row.parent_id or row.id)
    state = db.execute(select(comments.c.state).where(comments.c.id == thread).with_for_update(read=True)).scalar()
    if thread is None or state is None:
        raise NotFound("The comment you answer is not there any more.")
    return thread, state == State.SHOWN.value


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
    whole = or_(comments.c.parent_id == row.id, comments.c.id == row.id)
    was_shown = select(func.count()).where(whole, comments.c.state == State.SHOWN.value)
    gone = db.execute(was_shown).scalar_one()
    db.execute(delete(comments).where(comments.c.parent_id == row.id))
    db.execute(delete(comments).where(comments.c.id == row.id))
    if gone:
        counts.add(db, row.clip_id, "comments", -gone)


def heard(
    account: ColumnElement[int],
    person: Any = bindparam("viewer_person"),  # noqa: B008
    acting: Any = bindparam("viewer_account"),  # noqa: B008
) -> ColumnElement[bool]:
    """The condition that this account has blocked none of a person's, and that the one they act as has not blocked it.

    Unless they are told, person and account are parameters of the statement (`asked_by`).
    """
    mine = select(members.c.account_id).where(members.c.person_id == person)
    return ~exists().where(
        or_(
            and_(blocks.c.blocker_id == account, blocks.c.blocked_id.in_(mine)),
            and_(blocks.c.blocker_id == acting, blocks.c.blocked_id == account),
        )
    )


def not_blocked(viewer: Viewer, account: ColumnElement[int] = comments.c.account_id) -> ColumnElement[bool]:
    """The same for this viewer; a guest hears everybody."""
    return heard(account, viewer.person, viewer.account) if viewer.signed_in else true()


def shown_to(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that a comment is shown, or that the viewer wrote it or is one of those who run the clip's account.

    For statements that have the clip in them.
    """
    runs = exists().where(members.c.account_id == clips.c.account_id, members.c.person_id == viewer.person)
    return or_(comments.c.state == State.SHOWN.value, comments.c.person_id == viewer.person, runs)


_ROW = select(
    comments.c.id,
    accounts.c.handle,
    accounts.c.name,
    accounts.c.avatar,
    comments.c.words,
    comments.c.at,
    comments.c.parent_id,
    comments.c.person_id,
    comments.c.state,
    comments.c.edited_at,
    comments.c.pinned_at,
    comments.c.likes,
    comments.c.account_id,
).join_from(comments, accounts, accounts.c.id == comments.c.account_id)


def _read(db: Connection, viewer: Viewer, clip: Seen, statement: Select[Any]) -> list[Comment]:
    rows = db.execute(statement).all()
    mine = (comment_likes.c.account_id == viewer.account) & comment_likes.c.comment_id.in_([row.id for row in rows])
    liked = set(db.execute(select(comment_likes.c.comment_id).where(mine)).scalars())
    return [
        Comment(
            id=row.id,
            account=By(row.handle, row.name, row.avatar),
            words=row.words,
            at=row.at,
            parent=row.parent_id,
            mine=row.person_id == viewer.person,
            may_delete=row.person_id == viewer.person or clip.is_member,
            runs=clip.is_member,
            state=State.HIDDEN.value if row.state in AS_HIDDEN else row.state,
            edited_at=row.edited_at,
            pinned=row.pinned_at is not None,
            likes=row.likes,
            liked=row.id in liked,
        )
        for row in rows
    ]


def _told_to(viewer: Viewer, clip: Seen) -> ColumnElement[bool]:
    """The same where it is known whether the viewer runs the clip's account."""
    return (
        true() if clip.is_member else or_(comments.c.state == State.SHOWN.value, comments.c.person_id == viewer.person)
    )


def one(db: Connection, viewer: Viewer, clip: Seen, comment_id: int) -> Comment:
    """A comment of this clip as the viewer sees it."""
    return _read(db, viewer, clip, _ROW.where(comments.c.id == comment_id))[0]


def listed(
    db: Connection, viewer: Viewer, slug: str, *, parent: int | None = None, before: int | None = None, limit: int = 20
) -> tuple[list[Comment], int | None]:
    """Comments of a clip, newest first (replies: oldest first), and where the next page begins.

    Comments of the first level carry their first three replies. Raises NotFound.
    """
    clip = seen(db, viewer, slug)
    mine = _ROW.where(comments.c.clip_id == clip.id, not_blocked(viewer), _told_to(viewer, clip))
    if parent is not None:
        statement = mine.where(comments.c.parent_id == parent).order_by(comments.c.id)
        if before is not None:
            statement = statement.where(comments.c.id > before)
    else:
        statement = mine.where(comments.c.parent_id.is_(None), comments.c.pinned_at.is_(None))
        statement = statement.order_by(comments.c.id.desc())
        if before is not None:
            statement = statement.where(comments.c.id < before)
    found = _read(db, viewer, clip, statement.limit(limit + 1))
    shown = found[:limit]
    if parent is None:
        first = _read(db, viewer, clip, mine.where(comments.c.pinned_at.is_not(None))) if before is None else []
        _add_replies(db, viewer, clip, first + shown)
        return first + shown, shown[-1].id if len(found) > limit else None
    return shown, shown[-1].id if len(found) > limit else None


def _add_replies(db: Connection, viewer: Viewer, clip: Seen, shown: list[Comment]) -> None:
    by_id = {comment.id: comment for comment in shown}
    theirs = and_(comments.c.parent_id.in_(by_id), _told_to(viewer, clip))
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
