"""Pages for finding: explore, search, a tag, a profile, the inbox."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from litestar import get
from litestar.params import FromPath, FromQuery, Parameter
from litestar.response import Redirect, Response, Template

from onstage.accounts import profiles
from onstage.accounts.byline import By
from onstage.accounts.models import Kind
from onstage.accounts.viewer import Viewer
from onstage.clips.portraits.reading import may_refuse
from onstage.db.engine import Connection
from onstage.engagement import lists
from onstage.engagement.cards import Card, cards
from onstage.engagement.counts import likes_of
from onstage.feed import explore
from onstage.feed.recommend import of_account, with_tag
from onstage.text import tag_key
from onstage.web.api.history import place
from onstage.web.cards import reposts_page, without_at
from onstage.web.http import App, anyone, page, reads, see_other, signed_in
from onstage.web.pages.asking import earlier_page, inbox_page

GRID = 30
FACES = 12
Cursor = Annotated[str | None, Parameter(max_length=400)]


@get("/explore", include_in_schema=False)
@reads(anyone, watching=True)
def exploring(db: Connection, viewer: Viewer) -> Template:
    """What is used and liked here."""
    liked = cards(db, viewer, explore.liked(db, viewer, GRID))
    return page("explore.html", viewer, tags=explore.used_tags(db), clips=liked, people=_to_follow(liked))


def _to_follow(liked: list[Card]) -> list[By]:
    """Whose clips these are, each once, without oneself and those whom one follows."""
    found = {card.account_id: card.account for card in liked if not card.mine and not card.following}
    return list(found.values())[:FACES]


@get("/search", include_in_schema=False)
@reads(anyone, watching=True)
def search(db: Connection, viewer: Viewer, app: App, q: Annotated[str, Parameter(max_length=200)] = "") -> Template:
    """Clips, accounts and tags by words."""
    found = cards(db, viewer, explore.search_clips(db, viewer, app.search, q)) if q else []
    people = explore.search_accounts(db, viewer, app.search, q) if q else []
    return page("search.html", viewer, q=q, clips=found, accounts=people, tags=explore.tags_like(db, q) if q else [])


@get("/tag/{tag:str}", include_in_schema=False)
@reads(anyone, watching=True)
def tag(
    db: Connection, viewer: Viewer, tag: Annotated[str, Parameter(max_length=60)], cursor: Cursor = None
) -> Template:
    """The clips with one tag."""
    key = tag_key(tag)
    found = with_tag(db, viewer, key, cursor, GRID)
    return page(
        "tag.html",
        viewer,
        tag=key,
        count=explore.tag_total(db, key),
        most=explore.COUNTED,
        clips=cards(db, viewer, found.clips),
        next=found.next,
    )


@dataclass(frozen=True)
class Header:
    """The head of an account's page; hidden numbers are None."""

    handle: str
    name: str
    bio: str
    kind: str
    avatar_url: str | None
    url: str
    followers: int | None
    following: int | None
    likes: int | None
    is_me: bool
    followed: Literal["no", "asked", "yes"]
    follows_me: bool
    blocked: bool
    muted: bool
    hand_accepts: bool
    joined_at: int


def _header(db: Connection, found: profiles.Profile) -> Header:
    by, relation = By(found.handle, found.name, found.avatar), found.relation
    return Header(
        handle=found.handle,
        name=found.name,
        bio=found.bio,
        kind=found.kind,
        avatar_url=by.avatar_url,
        url=by.url,
        followers=found.followers,
        following=found.following,
        likes=likes_of(db, found.id) if found.mine or found.counts_shown else None,
        is_me=found.mine,
        followed="yes" if relation.following else "asked" if relation.requested else "no",
        follows_me=relation.followed_by,
        blocked=relation.blocking,
        muted=relation.muting,
        hand_accepts=found.hand_accepts,
        joined_at=found.created_at,
    )


@get("/{handle:str}", include_in_schema=False)
@reads(anyone)
def profile(
    db: Connection,
    viewer: Viewer,
    handle: FromPath[str],
    tab: FromQuery[str] = "clips",
    cursor: Cursor = None,
) -> Template:
    """An account's page; what is liked and saved only for the account's own members."""
    found = profiles.profile(db, viewer, without_at(handle))
    if tab == "reposts":
        passed_on = reposts_page(db, viewer, found, cursor, GRID)
        ids, following = passed_on.clips, passed_on.next
    elif found.mine and tab in {"liked", "saved"}:
        ids, following = lists.kept(db, viewer, found.id, "liked" if tab == "liked" else "saved", cursor, GRID)
    else:
        tab = "clips"
        listed = of_account(db, viewer, found.id, cursor, GRID)
        ids, following = listed.clips, listed.next
    shown = cards(db, viewer, ids)
    refuses = found.kind is Kind.JOINT and may_refuse(db, viewer, found.handle)
    header = _header(db, found)
    return page("profile.html", viewer, profile=header, may_refuse=refuses, clips=shown, next=following, tab=tab)


@get("/me", include_in_schema=False)
@reads(anyone)
def me(viewer: Viewer) -> Redirect:
    """The viewer's own page."""
    return see_other(f"/@{viewer.handle}" if viewer.signed_in else "/sign-in")


@get("/inbox", include_in_schema=False)
@reads(signed_in)
def inbox(
    db: Connection, viewer: Viewer, did: FromQuery[str] = "", clip: FromQuery[str] = "", before: FromQuery[str] = ""
) -> Response[Any]:
    """What waits for an answer, who asks to follow, and what happened lately; or `before`, where a page of that ended."""
    earlier = place(before or None)
    if earlier is not None:
        return earlier_page(db, viewer, earlier)
    return inbox_page(db, viewer, did=did, about=clip)


routes = [exploring, search, tag, profile, me, inbox]
