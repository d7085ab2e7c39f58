"""Lists of clips: the feeds, a tag's and an account's clips, and search."""

from typing import Annotated, Literal

from litestar import get
from litestar.params import FromQuery, Parameter
from msgspec import Struct

from onstage.accounts import profiles
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.engagement.tokens import Surface
from onstage.errors import SignInNeeded
from onstage.feed import explore
from onstage.feed.recommend import following, for_you, friends, of_account, with_tag
from onstage.text import tag_key
from onstage.web.api.schemas import AccountOut, ClipOut, ClipsOut, Cursor, Limit, problems
from onstage.web.cards import dealt, reposts_page, with_tokens
from onstage.web.http import AnyRequest, App, anyone, reads, signed_in
from onstage.web.viewers import viewer_key

Kind = Literal["for_you", "following", "friends"]


@get("/api/v1/feed", tags=["feeds"], responses=problems(403, 404), operation_id="feed")
@reads(anyone, inline=True, watching=True)
def feed(
    db: Connection,
    viewer: Viewer,
    app: App,
    request: AnyRequest,
    kind: FromQuery[Kind] = "for_you",
    cursor: Cursor = None,
    limit: Limit = 10,
) -> ClipsOut:
    """The next clips of For You, Following or Friends; never one twice on the way down."""
    key = viewer_key(app, request, viewer, db)
    if kind != "for_you" and not viewer.signed_in:
        raise SignInNeeded("Sign in to see the clips of accounts you follow.")
    match kind:
        case "for_you":
            page = for_you(db, viewer, key, cursor, limit)
        case "following":
            page = following(db, viewer, cursor, limit)
        case "friends":
            page = friends(db, viewer, cursor, limit)
    return ClipsOut.of(dealt(app, db, viewer, key, page, Surface(kind)), page)


@get("/api/v1/tags/{tag:str}/clips", tags=["feeds"], responses=problems(403, 404), operation_id="tag_clips")
@reads(anyone, watching=True)
def of_tag(
    db: Connection,
    viewer: Viewer,
    app: App,
    request: AnyRequest,
    tag: Annotated[str, Parameter(max_length=60)],
    cursor: Cursor = None,
    limit: Limit = 10,
) -> ClipsOut:
    """Clips with a tag, newest first."""
    page = with_tag(db, viewer, tag_key(tag), cursor, limit)
    return ClipsOut.of(dealt(app, db, viewer, viewer_key(app, request, viewer, db), page, Surface.TAG), page)


@get("/api/v1/accounts/{handle:str}/clips", tags=["feeds"], responses=problems(403, 404), operation_id="account_clips")
@reads(anyone, watching=True)
def of_one_account(
    db: Connection,
    viewer: Viewer,
    app: App,
    request: AnyRequest,
    handle: Annotated[str, Parameter(max_length=30)],
    cursor: Cursor = None,
    limit: Limit = 10,
) -> ClipsOut:
    """An account's clips, newest first."""
    account = explore.account_named(db, viewer, handle)
    page = of_account(db, viewer, account, cursor, limit)
    return ClipsOut.of(dealt(app, db, viewer, viewer_key(app, request, viewer, db), page, Surface.ACCOUNT), page)


@get(
    "/api/v1/accounts/{handle:str}/reposts",
    tags=["feeds"],
    responses=problems(403, 404),
    operation_id="account_reposts",
)
@reads(anyone, watching=True)
def reposts_of(
    db: Connection,
    viewer: Viewer,
    app: App,
    request: AnyRequest,
    handle: Annotated[str, Parameter(max_length=30)],
    cursor: Cursor = None,
    limit: Limit = 10,
) -> ClipsOut:
    """What an account reposted and the caller may meet, latest first; of one that accepts by hand, for its followers."""
    page = reposts_page(db, viewer, profiles.profile(db, viewer, handle), cursor, limit)
    return ClipsOut.of(dealt(app, db, viewer, viewer_key(app, request, viewer, db), page, Surface.ACCOUNT), page)


class TagOut(Struct):
    """A tag and how many clips that everybody may see carry it."""

    tag: str
    count: int


class FoundOut(Struct):
    """What a search found, best first."""

    clips: list[ClipOut]
    accounts: list[AccountOut]
    tags: list[TagOut]


@get("/api/v1/search", tags=["feeds"], responses=problems(403), operation_id="search")
@reads(anyone, watching=True)
def search(
    db: Connection,
    viewer: Viewer,
    app: App,
    request: AnyRequest,
    q: Annotated[str, Parameter(min_length=1, max_length=200, description="Words; the last may be a beginning.")],
) -> FoundOut:
    """Clips, accounts and tags by words."""
    key = viewer_key(app, request, viewer, db)
    found = with_tokens(app, db, viewer, key, explore.search_clips(db, viewer, app.search, q), Surface.SEARCH)
    return FoundOut(
        clips=[ClipOut.of(card) for card in found],
        accounts=[AccountOut.of(by) for by in explore.search_accounts(db, viewer, app.search, q)],
        tags=[TagOut(each.tag, each.count) for each in explore.tags_like(db, q)],
    )


class SuggestionsOut(Struct):
    """How a word that begins with @ or # may go on."""

    accounts: list[AccountOut]
    tags: list[TagOut]


@get("/api/v1/suggestions", tags=["feeds"], responses=problems(401), operation_id="suggestions")
@reads(signed_in)
def suggestions(
    db: Connection,
    viewer: Viewer,
    q: Annotated[str, Parameter(min_length=2, max_length=61, description="@ or # and how the word begins.")],
) -> SuggestionsOut:
    """Handles or tags that begin so, for whoever is typing one."""
    if q.startswith("@"):
        found = explore.handles(db, viewer, q[1:])
        return SuggestionsOut([AccountOut.of(each) for each in found], [])
    tags = explore.tags_like(db, q[1:], 8) if q.startswith("#") else []
    return SuggestionsOut([], [TagOut(each.tag, each.count) for each in tags])


routes = [suggestions, feed, of_tag, of_one_account, reposts_of, search]
