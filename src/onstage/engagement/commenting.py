"""What is done with comments: liked, edited, pinned, hidden, approved; and what an account asks of comments of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, insert, select, update

from onstage.accounts.queries import need
from onstage.accounts.roles import Act
from onstage.accounts.viewer import Viewer
from onstage.clips.models import clips
from onstage.clips.queries import VISIBLE, Seen, asked_by, seen
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing, insert_or_set
from onstage.engagement import counts
from onstage.engagement.comments import (
    AS_HIDDEN,
    LONGEST,
    Comment,
    State,
    not_blocked,
    one,
    said_to,
    shown_to,
    state_of_new,
)
from onstage.engagement.models import comment_likes, comment_rules, comment_versions, comments
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound
from onstage.text import clean

MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Rules:
    """What an account asks of comments of others under its clips: approve each, or those with one of these words."""

    holds_all: bool = False
    held_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """What a comment said, since when (microseconds)."""

    words: str
    since: int


def _found(db: Connection, viewer: Viewer, comment: int, *, locked: bool = True) -> tuple[Row[Any], Seen]:
    """A comment that the viewer sees, and its clip; raises NotFound alike for "there is none" and "not for you"."""
    found = (
        select(comments, clips.c.slug)
        .join_from(comments, clips, clips.c.id == comments.c.clip_id)
        .where(comments.c.id == bindparam("comment"), VISIBLE, not_blocked(viewer), shown_to(viewer))
    )
    if locked:
        found = found.with_for_update(of=comments)
    row = db.execute(found, {"comment": comment, **asked_by(viewer)}).one_or_none()
    if row is None:
        raise NotFound("There is no such comment any more.")
    return row, seen(db, viewer, row.slug)


def _run(db: Connection, viewer: Viewer, comment: int) -> tuple[Row[Any], Seen]:
    row, clip = _found(db, viewer, comment)
    if not clip.is_member:
        raise NotAllowed("Only those whose clip it is can do this.")
    return row, clip


def like(db: Connection, viewer: Viewer, comment: int) -> Comment:
    """The acting account likes a comment; twice is once. Raises NotFound."""
    row, clip = _found(db, viewer, comment)
    key = {"comment_id": comment, "account_id": viewer.account}
    if insert_missing(db, comment_likes, **key, person_id=viewer.person, at=now()):
        db.execute(update(comments).where(comments.c.id == row.id).values(likes=comments.c.likes + 1))
    return one(db, viewer, clip, comment)


def unlike(db: Connection, viewer: Viewer, comment: int) -> Comment:
    """The acting account takes its like back."""
    row, clip = _found(db, viewer, comment)
    mine = (comment_likes.c.comment_id == comment) & (comment_likes.c.account_id == viewer.account)
    if db.execute(delete(comment_likes).where(mine)).rowcount:
        db.execute(update(comments).where(comments.c.id == row.id).values(likes=comments.c.likes - 1))
    return one(db, viewer, clip, comment)


def edit(db: Connection, viewer: Viewer, comment: int, words: str) -> Comment:
    """Say it otherwise; what was said before stays to be read. Raises NotFound, NotAllowed, Invalid."""
    row, clip = _found(db, viewer, comment)
    if row.person_id != viewer.person:
        raise NotAllowed("Only who wrote a comment can edit it.")
    said = clean(words)
    if not 1 <= len(said) <= LONGEST:
        raise Invalid("A comment has 1 to %(most)s characters.", field="words", most=LONGEST)
    if said == row.words:
        return one(db, viewer, clip, comment)
    since = row.edited_at or row.at
    db.execute(insert(comment_versions).values(comment_id=comment, since=since, words=row.words))
    edited_at = max(now(), since + 1)
    db.execute(update(comments).where(comments.c.id == comment).values(words=said, edited_at=edited_at))
    if not clip.is_member and state_of_new(db, clip.account, said) is State.HELD:
        for before in (State.SHOWN, *AS_HIDDEN):
            _set(db, row.clip_id, comments.c.id == comment, before, State.HELD)
        _set(db, row.clip_id, comments.c.parent_id == comment, State.SHOWN, State.BELOW)
    return one(db, viewer, clip, comment)


def versions(db: Connection, viewer: Viewer, comment: int) -> list[Version]:
    """All that a comment has said, oldest first, for whoever sees it."""
    row, _ = _found(db, viewer, comment, locked=False)
    earlier = select(comment_versions.c.words, comment_versions.c.since).where(comment_versions.c.comment_id == comment)
    found = [Version(*each) for each in db.execute(earlier.order_by(comment_versions.c.since))]
    return [*found, Version(row.words, row.edited_at or row.at)]


def pin(db: Connection, viewer: Viewer, comment: int) -> Comment:
    """Let a comment of the first level stand first, in the place of any other that did."""
    row, clip = _run(db, viewer, comment)
    if row.parent_id is not None or row.state != State.SHOWN.value:
        raise Conflict("Only a comment that is shown, and no reply, can stand first.")
    other = (comments.c.clip_id == row.clip_id) & comments.c.pinned_at.is_not(None) & (comments.c.id != comment)
    db.execute(update(comments).where(other).values(pinned_at=None))
    db.execute(update(comments).where(comments.c.id == comment).values(pinned_at=now()))
    return one(db, viewer, clip, comment)


def unpin(db: Connection, viewer: Viewer, comment: int) -> Comment:
    """Let it stand where it was said."""
    _, clip = _run(db, viewer, comment)
    db.execute(update(comments).where(comments.c.id == comment).values(pinned_at=None))
    return one(db, viewer, clip, comment)


def hide(db: Connection, viewer: Viewer, comment: int) -> Comment:
    """Only its writer and the clip's people see it and its replies from now on."""
    row, clip = _run(db, viewer, comment)
    for before in (State.SHOWN, State.HELD, *AS_HIDDEN):
        _set(db, row.clip_id, comments.c.id == comment, before, State.HIDDEN)
    _set(db, row.clip_id, comments.c.parent_id == comment, State.SHOWN, State.BELOW)
    db.execute(update(comments).where(comments.c.id == comment).values(pinned_at=None))
    return one(db, viewer, clip, comment)


def show(db: Connection, viewer: Viewer, comment: int) -> Comment:
    """Approve a comment that waits, or show a hidden one again, with the replies that were hidden with it, not by themselves.

    Who was not told of what was hidden hears of it now, and in any case of what was approved or nobody was told of.

    Raises NotFound, NotAllowed, or Conflict for a reply to what is not shown itself.
    """
    row, clip = _run(db, viewer, comment)
    first = select(comments.c.state).where(comments.c.id == row.parent_id).with_for_update(read=True)
    if db.execute(first).scalar() not in {None, State.SHOWN.value}:
        raise Conflict("The comment it answers is not shown. Show that one first.")
    was = State(row.state)
    if was is not State.SHOWN:
        _set(db, row.clip_id, comments.c.id == comment, was, State.SHOWN)
        said_to(db, clip, row.account_id, row.words, row.parent_id, row.parent_id, anew=was is State.HELD)
    answers = comments.c.parent_id == comment
    _set(db, row.clip_id, answers, State.BELOW, State.SHOWN)
    for each in _set(db, row.clip_id, answers, State.UNHEARD, State.SHOWN):
        said_to(db, clip, each.account_id, each.words, comment, comment)
    return one(db, viewer, clip, comment)


def _set(db: Connection, clip: int, which: ColumnElement[bool], before: State, after: State) -> Sequence[Row[Any]]:
    """Change the state of comments of a clip, and its count with those that are shown or no longer are; which they are."""
    changing = update(comments).where(comments.c.state == before.value, which).values(state=after.value)
    changed = db.execute(changing.returning(comments.c.account_id, comments.c.words)).all()
    difference = (after is State.SHOWN) - (before is State.SHOWN)
    if changed and difference:
        counts.add(db, clip, "comments", difference * len(changed))
    return changed


def waiting(db: Connection, viewer: Viewer, limit: int = 50) -> list[tuple[str, Comment]]:
    """Comments under clips of the acting account that wait for approval, oldest first, each with its clip's name."""
    rows = db.execute(
        select(comments.c.id, clips.c.slug)
        .join_from(comments, clips, clips.c.id == comments.c.clip_id)
        .where(clips.c.account_id == viewer.account, comments.c.state == State.HELD.value, VISIBLE)
        .order_by(comments.c.id)
        .limit(limit),
        asked_by(viewer),
    ).all()
    return [(row.slug, one(db, viewer, seen(db, viewer, row.slug), row.id)) for row in rows]


def rules(db: Connection, viewer: Viewer) -> Rules:
    """What the acting account asks of comments."""
    row = db.execute(select(comment_rules).where(comment_rules.c.account_id == viewer.account)).one_or_none()
    if row is None:
        return Rules()
    return Rules(bool(row.holds_all), tuple(filter(None, row.held_words.split("\n"))))


def set_rules(db: Connection, viewer: Viewer, *, holds_all: bool, held_words: list[str]) -> Rules:
    """Change them; what was said before stays as it is. Raises NotAllowed, Invalid."""
    need(db, viewer, Act.SET_COMMENTS)
    words = list(dict.fromkeys(filter(None, (" ".join(clean(each).casefold().split()) for each in held_words))))
    if len(words) > MOST_WORDS or any(len(each) > 60 for each in words):
        raise Invalid(f"These are up to {MOST_WORDS} words or phrases of up to 60 characters.", field="held_words")
    row = {"account_id": viewer.account, "holds_all": int(holds_all), "held_words": "\n".join(words)}
    insert_or_set(db, comment_rules, **row)
    return rules(db, viewer)
