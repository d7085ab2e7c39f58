"""Comments on a clip and replies to them."""

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.params import JSONBody, Parameter
from msgspec import Meta, Struct

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.engagement import commenting, comments
from onstage.engagement.comments import Comment
from onstage.web.api.clips import Slug
from onstage.web.api.schemas import AccountOut, Limit, problems
from onstage.web.http import anyone, reads, signed_in, writes

Id = Annotated[str, Meta(pattern="^[0-9]{1,19}$", description="A comment's id.")]
AsId = Annotated[int | None, Parameter(ge=1, le=ids.LARGEST, required=False)]


class CommentOut(Struct):
    """A comment; `replies` holds the first three of a comment of the first level.

    `state`: `shown`, `held` (waits for approval) or `hidden`; those two only its writer and the clip's people see.
    """

    id: str
    account: AccountOut
    words: str
    at: str
    parent: str | None
    mine: bool
    may_delete: bool
    state: str
    edited_at: str | None
    pinned: bool
    likes: int
    liked: bool
    reply_count: int
    replies: list["CommentOut"]

    @classmethod
    def of(cls, comment: Comment) -> "CommentOut":
        """From a row."""
        return cls(
            id=str(comment.id),
            account=AccountOut.of(comment.account),
            words=comment.words,
            at=iso(comment.at),
            parent=None if comment.parent is None else str(comment.parent),
            mine=comment.mine,
            may_delete=comment.may_delete,
            state=comment.state,
            edited_at=None if comment.edited_at is None else iso(comment.edited_at),
            pinned=comment.pinned,
            likes=comment.likes,
            liked=comment.liked,
            reply_count=comment.reply_count,
            replies=[cls.of(reply) for reply in comment.replies],
        )


class CommentsOut(Struct):
    """A page of comments; `next` goes into `before` (for replies: the place after which they go on)."""

    items: list[CommentOut]
    next: str | None


class CommentIn(Struct, forbid_unknown_fields=True):
    """What to say, and which comment of the first level it answers."""

    words: Annotated[str, Meta(min_length=1, max_length=comments.LONGEST)]
    parent: Id | None = None


@get("/api/v1/clips/{slug:str}/comments", tags=["comments"], responses=problems(404), operation_id="comments")
@reads(anyone)
def listed(
    db: Connection, viewer: Viewer, slug: Slug, parent: AsId = None, before: AsId = None, limit: Limit = 20
) -> CommentsOut:
    """Comments, newest first; with `parent` the replies to one, oldest first."""
    found, next_id = comments.listed(db, viewer, slug, parent=parent, before=before, limit=limit)
    return CommentsOut([CommentOut.of(each) for each in found], None if next_id is None else str(next_id))


@post("/api/v1/clips/{slug:str}/comments", tags=["comments"], responses=problems(401, 403, 404), operation_id="comment")
@writes(signed_in)
def add(db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[CommentIn]) -> CommentOut:
    """Say something about a clip."""
    parent = None if data.parent is None else int(data.parent)
    return CommentOut.of(comments.comment(db, viewer, slug, data.words, parent))


@delete(
    "/api/v1/comments/{comment:int}", tags=["comments"], responses=problems(401, 403, 404), operation_id="uncomment"
)
@writes(signed_in)
def remove(db: Connection, viewer: Viewer, comment: Annotated[int, Parameter(ge=1, le=ids.LARGEST)]) -> None:
    """Delete a comment and its replies."""
    comments.remove(db, viewer, comment)


class EditIn(Struct, forbid_unknown_fields=True):
    """What it says now."""

    words: Annotated[str, Meta(min_length=1, max_length=comments.LONGEST)]


class VersionOut(Struct):
    """What a comment said, and since when."""

    words: str
    since: str


class WaitingCommentOut(Struct):
    """A comment that waits for approval, and the clip it is about."""

    clip: str
    comment: CommentOut


class RulesIO(Struct, forbid_unknown_fields=True):
    """What your account asks of comments of others: approve each, or those with one of these words or phrases."""

    holds_all: bool
    held_words: Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=commenting.MOST_WORDS)]


PathId = Annotated[int, Parameter(ge=1, le=ids.LARGEST)]
_ONE = problems(401, 403, 404)
_AT = "/api/v1/comments/{comment:int}"


@put(f"{_AT}/like", tags=["comments"], responses=_ONE, operation_id="like_comment")
@writes(signed_in)
def like(db: Connection, viewer: Viewer, comment: PathId) -> CommentOut:
    """Like a comment; twice is once."""
    return CommentOut.of(commenting.like(db, viewer, comment))


@delete(f"{_AT}/like", status_code=200, tags=["comments"], responses=_ONE, operation_id="unlike_comment")
@writes(signed_in)
def unlike(db: Connection, viewer: Viewer, comment: PathId) -> CommentOut:
    """Take the like back."""
    return CommentOut.of(commenting.unlike(db, viewer, comment))


@patch(_AT, tags=["comments"], responses=_ONE, operation_id="edit_comment")
@writes(signed_in)
def edit(db: Connection, viewer: Viewer, comment: PathId, data: JSONBody[EditIn]) -> CommentOut:
    """Say it otherwise; what it said before stays to be read."""
    return CommentOut.of(commenting.edit(db, viewer, comment, data.words))


@get(f"{_AT}/versions", tags=["comments"], responses=problems(404), operation_id="comment_versions")
@reads(anyone)
def versions(db: Connection, viewer: Viewer, comment: PathId) -> list[VersionOut]:
    """All that a comment has said, oldest first."""
    return [VersionOut(each.words, iso(each.since)) for each in commenting.versions(db, viewer, comment)]


@put(f"{_AT}/pin", tags=["comments"], responses=problems(401, 403, 404, 409), operation_id="pin_comment")
@writes(signed_in)
def pin(db: Connection, viewer: Viewer, comment: PathId) -> CommentOut:
    """Let a comment under your clip stand first."""
    return CommentOut.of(commenting.pin(db, viewer, comment))


@delete(f"{_AT}/pin", status_code=200, tags=["comments"], responses=_ONE, operation_id="unpin_comment")
@writes(signed_in)
def unpin(db: Connection, viewer: Viewer, comment: PathId) -> CommentOut:
    """Let it stand where it was said."""
    return CommentOut.of(commenting.unpin(db, viewer, comment))


@put(f"{_AT}/hidden", tags=["comments"], responses=_ONE, operation_id="hide_comment")
@writes(signed_in)
def hide(db: Connection, viewer: Viewer, comment: PathId) -> CommentOut:
    """Hide a comment under your clip, with its replies, from all but its writer and you."""
    return CommentOut.of(commenting.hide(db, viewer, comment))


@delete(f"{_AT}/hidden", status_code=200, tags=["comments"], responses=_ONE, operation_id="show_comment")
@writes(signed_in)
def show(db: Connection, viewer: Viewer, comment: PathId) -> CommentOut:
    """Approve a comment that waits, or show a hidden one again."""
    return CommentOut.of(commenting.show(db, viewer, comment))


@get("/api/v1/me/comments/waiting", tags=["comments"], responses=problems(401), operation_id="waiting_comments")
@reads(signed_in)
def waiting(db: Connection, viewer: Viewer) -> list[WaitingCommentOut]:
    """Comments under clips of the account you act as that wait for approval."""
    return [WaitingCommentOut(slug, CommentOut.of(each)) for slug, each in commenting.waiting(db, viewer)]


@get("/api/v1/me/comments/rules", tags=["comments"], responses=problems(401), operation_id="comment_rules")
@reads(signed_in)
def rules(db: Connection, viewer: Viewer) -> RulesIO:
    """What the account you act as asks of comments."""
    found = commenting.rules(db, viewer)
    return RulesIO(found.holds_all, list(found.held_words))


@put("/api/v1/me/comments/rules", tags=["comments"], responses=problems(401, 403), operation_id="set_comment_rules")
@writes(signed_in)
def set_rules(db: Connection, viewer: Viewer, data: JSONBody[RulesIO]) -> RulesIO:
    """Change them; what was said before stays as it is."""
    found = commenting.set_rules(db, viewer, holds_all=data.holds_all, held_words=data.held_words)
    return RulesIO(found.holds_all, list(found.held_words))


routes = [
    *(listed, add, remove, like, unlike, edit, versions, pin, unpin, hide, show),
    *(waiting, rules, set_rules),
]
