"""Comments on a clip and replies to them."""

from typing import Annotated

from litestar import delete, get, post
from litestar.params import JSONBody, Parameter
from msgspec import Meta, Struct

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.engagement import comments
from onstage.engagement.comments import Comment
from onstage.web.api.clips import Slug
from onstage.web.api.schemas import AccountOut, Limit, problems
from onstage.web.http import anyone, reads, signed_in, writes

Id = Annotated[str, Meta(pattern="^[0-9]{1,19}$", description="A comment's id.")]
AsId = Annotated[int | None, Parameter(ge=1, le=ids.LARGEST, required=False)]


class CommentOut(Struct):
    """A comment; `replies` holds the first three of a comment of the first level."""

    id: str
    account: AccountOut
    words: str
    at: str
    parent: str | None
    mine: bool
    may_delete: bool
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


routes = [listed, add, remove]
