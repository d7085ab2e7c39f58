"""One clip: see it, like it, save it, pass it on."""

from typing import Annotated

from litestar import delete, get, put
from litestar.params import Parameter
from msgspec import Struct

from onstage.accounts.viewer import Viewer
from onstage.clips.queries import seen
from onstage.db.engine import Connection
from onstage.engagement import likes
from onstage.engagement.cards import cards
from onstage.engagement.tokens import Surface
from onstage.web.api.schemas import KNOWN, ClipOut, problems, without_token
from onstage.web.cards import with_tokens
from onstage.web.http import AnyRequest, App, anyone, reads, signed_in, writes
from onstage.web.viewers import viewer_key

Slug = Annotated[str, Parameter(max_length=32, description="A clip's public name.")]


class SharesOut(Struct):
    """How many accounts passed the clip on; null where that is hidden."""

    shares: int | None


class Mine(Struct):
    """What the acting account has done with a clip, and the numbers now (null where they are hidden)."""

    liked: bool
    saved: bool
    likes: int | None
    saves: int | None
    reposted: bool
    reposts: int | None


def _mine(db: Connection, viewer: Viewer, slug: str) -> Mine:
    card = cards(db, viewer, [seen(db, viewer, slug).id])[0]
    return Mine(card.liked, card.saved, card.likes, card.saves, card.reposted, card.reposts)


@get("/api/v1/clips/{slug:str}", tags=["clips"], responses=KNOWN | problems(404), operation_id="clip")
@reads(anyone, same_by=without_token)
def show(db: Connection, viewer: Viewer, app: App, request: AnyRequest, slug: Slug) -> ClipOut:
    """The clip of that name, if the caller may see it."""
    clip = seen(db, viewer, slug)
    return ClipOut.of(with_tokens(app, db, viewer, viewer_key(app, request, viewer, db), [clip.id], Surface.CLIP)[0])


@put("/api/v1/clips/{slug:str}/like", tags=["clips"], responses=problems(401, 404), operation_id="like")
@writes(signed_in)
def like(db: Connection, viewer: Viewer, slug: Slug) -> Mine:
    """Like the clip; doing it twice changes nothing."""
    likes.like(db, viewer, slug)
    return _mine(db, viewer, slug)


@delete(
    "/api/v1/clips/{slug:str}/like",
    status_code=200,
    tags=["clips"],
    responses=problems(401, 404),
    operation_id="unlike",
)
@writes(signed_in)
def unlike(db: Connection, viewer: Viewer, slug: Slug) -> Mine:
    """Take the like back."""
    likes.unlike(db, viewer, slug)
    return _mine(db, viewer, slug)


@put("/api/v1/clips/{slug:str}/save", tags=["clips"], responses=problems(401, 404), operation_id="save")
@writes(signed_in)
def save(db: Connection, viewer: Viewer, slug: Slug) -> Mine:
    """Keep the clip in the acting account's list."""
    likes.save(db, viewer, slug)
    return _mine(db, viewer, slug)


@delete(
    "/api/v1/clips/{slug:str}/save",
    status_code=200,
    tags=["clips"],
    responses=problems(401, 404),
    operation_id="unsave",
)
@writes(signed_in)
def unsave(db: Connection, viewer: Viewer, slug: Slug) -> Mine:
    """Take the clip off the list."""
    likes.unsave(db, viewer, slug)
    return _mine(db, viewer, slug)


@put("/api/v1/clips/{slug:str}/share", tags=["clips"], responses=problems(401, 404), operation_id="share")
@writes(signed_in)
def share(db: Connection, viewer: Viewer, slug: Slug) -> SharesOut:
    """Say that you passed the clip on; each account counts once."""
    likes.share(db, viewer, slug)
    return SharesOut(cards(db, viewer, [seen(db, viewer, slug).id])[0].shares)


@put("/api/v1/clips/{slug:str}/repost", tags=["clips"], responses=problems(401, 404, 409), operation_id="repost")
@writes(signed_in)
def repost(db: Connection, viewer: Viewer, slug: Slug) -> Mine:
    """Have your followers meet the clip too, where they may see it; only what may be shown to strangers can be reposted."""
    likes.repost(db, viewer, slug)
    return _mine(db, viewer, slug)


@delete(
    "/api/v1/clips/{slug:str}/repost",
    status_code=200,
    tags=["clips"],
    responses=problems(401, 404),
    operation_id="unrepost",
)
@writes(signed_in)
def unrepost(db: Connection, viewer: Viewer, slug: Slug) -> Mine:
    """Take the repost back."""
    likes.unrepost(db, viewer, slug)
    return _mine(db, viewer, slug)


routes = [share, show, like, unlike, save, unsave, repost, unrepost]
