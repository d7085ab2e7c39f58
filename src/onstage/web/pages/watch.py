"""The pages where clips are watched: For You, Following, a tag's and an account's feed, one clip, and their fragments."""

from typing import Annotated, Any, Literal
from urllib.parse import urljoin

import msgspec
from litestar import get
from litestar.params import FromPath, FromQuery, Parameter
from litestar.response import Redirect, Template

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import parts
from onstage.clips.agreeing.inbox import waits_for
from onstage.clips.queries import seen
from onstage.clock import SECOND, iso
from onstage.db.engine import Connection
from onstage.engagement import comments
from onstage.engagement.cards import Card
from onstage.engagement.tokens import Surface
from onstage.feed import explore
from onstage.feed.recommend import Page, following, for_you, of_account, with_tag
from onstage.text import tag_key
from onstage.web.cards import dealt, title_of, with_tokens, without_at
from onstage.web.http import AnyRequest, App, anyone, page, reads, see_other
from onstage.web.pages.asking import stands
from onstage.web.viewers import known_guest, viewer_key
from onstage.web.words import gettext as _

FIRST = 5
NEXT = 8
_TALLEST, _TALLEST_SAVED = 1280, 960
Kind = Literal["for_you", "following", "tag", "account"]
Cursor = Annotated[str | None, Parameter(max_length=400)]


def _page_of(db: Connection, viewer: Viewer, key: bytes, kind: Kind, of: str, cursor: str | None, limit: int) -> Page:
    match kind:
        case "for_you":
            return for_you(db, viewer, key, cursor, limit)
        case "following":
            return following(db, viewer, cursor, limit) if viewer.signed_in else Page([], {}, None)
        case "tag":
            return with_tag(db, viewer, tag_key(of), cursor, limit)
        case "account":
            return of_account(db, viewer, explore.account_named(db, viewer, of), cursor, limit)


def _watch(
    app: App, request: AnyRequest, db: Connection, viewer: Viewer, kind: Kind, heading: str, of: str = "", at: str = ""
) -> Template:
    guest = known_guest(app, request, viewer)
    key = viewer_key(app, request, viewer, db)
    found = _page_of(db, viewer, key, kind, of, at or None, FIRST)
    shown = page(
        "watch.html",
        viewer,
        clips=dealt(app, db, viewer, key, found, Surface(kind)),
        next=found.next,
        kind=kind,
        of=of,
        heading=heading,
        tallest=_tallest(request),
        empty=_empty(viewer, kind),
    )
    if guest:
        shown.cookies.append(guest)
    return shown


def _tallest(request: AnyRequest) -> int:
    """How high, in pixels, the first film of a page may be, which begins before any script has measured the network."""
    return _TALLEST_SAVED if request.headers.get("save-data") == "on" else _TALLEST


def _empty(viewer: Viewer, kind: Kind) -> str:
    if kind == "following":
        return "following_nobody" if viewer.signed_in else "following_guest"
    return "all_seen" if kind == "for_you" else "nothing_yet"


@get("/", include_in_schema=False)
@reads(anyone, inline=True, watching=True)
def home(db: Connection, viewer: Viewer, app: App, request: AnyRequest) -> Template:
    """For You."""
    return _watch(app, request, db, viewer, "for_you", _("For You"))


@get("/following", include_in_schema=False)
@reads(anyone, inline=True, watching=True)
def followed(db: Connection, viewer: Viewer, app: App, request: AnyRequest) -> Template:
    """Clips of the accounts that the viewer follows."""
    return _watch(app, request, db, viewer, "following", _("Following"))


@get("/tag/{tag:str}/watch", include_in_schema=False)
@reads(anyone, watching=True)
def tagged(
    db: Connection, viewer: Viewer, app: App, request: AnyRequest, tag: FromPath[str], at: Cursor = None
) -> Template:
    """Watch the clips with a tag, from a place in the list."""
    return _watch(app, request, db, viewer, "tag", f"#{tag}", tag, at or "")


@get("/{handle:str}/watch", include_in_schema=False)
@reads(anyone, watching=True)
def by_account(
    db: Connection, viewer: Viewer, app: App, request: AnyRequest, handle: FromPath[str], at: Cursor = None
) -> Template:
    """Watch an account's clips, from a place in the list."""
    return _watch(app, request, db, viewer, "account", handle, without_at(handle), at or "")


@get("/fragments/feed", include_in_schema=False)
@reads(anyone, inline=True, watching=True)
def more(
    db: Connection,
    viewer: Viewer,
    app: App,
    request: AnyRequest,
    kind: FromQuery[Kind],
    of: FromQuery[str] = "",
    cursor: Cursor = None,
) -> Template:
    """The next clips of a feed as HTML."""
    key = viewer_key(app, request, viewer, db)
    found = _page_of(db, viewer, key, kind, of, cursor, NEXT)
    return page(
        "_clips.html", viewer, clips=dealt(app, db, viewer, key, found, Surface(kind)), next=found.next, kind=kind
    )


@get("/fragments/comments/{slug:str}", include_in_schema=False)
@reads(anyone)
def more_comments(
    db: Connection,
    viewer: Viewer,
    app: App,
    request: AnyRequest,
    slug: FromPath[str],
    parent: Annotated[int | None, Parameter(ge=1, le=ids.LARGEST)] = None,
    before: Annotated[int | None, Parameter(ge=1, le=ids.LARGEST)] = None,
) -> Template:
    """Comments of a clip as HTML, or the replies to one."""
    card = _card(app, request, db, viewer, slug)
    found, following_id = comments.listed(db, viewer, slug, parent=parent, before=before)
    return page("_comments.html", viewer, clip=card, comments=found, next=following_id, parent=parent)


def _card(app: App, request: AnyRequest, db: Connection, viewer: Viewer, slug: str) -> Card:
    clip = seen(db, viewer, slug)
    return with_tokens(app, db, viewer, viewer_key(app, request, viewer, db), [clip.id], Surface.CLIP)[0]


@get("/c/{slug:str}", include_in_schema=False)
@reads(anyone)
def clip(db: Connection, viewer: Viewer, app: App, request: AnyRequest, slug: FromPath[str]) -> Template | Redirect:
    """One clip with its comments; what nobody is shown yet is on its author's edit page, and in the inbox of who is asked.

    Whoever may say no to what is asked, and is asked nothing, watches it here.
    """
    guest = known_guest(app, request, viewer)
    card = _card(app, request, db, viewer, slug)
    if card.published_at is None and card.mine:
        return see_other(f"/make/{card.slug}")
    if card.published_at is None and waits_for(db, viewer, card.id):
        return see_other(f"/inbox#q-{card.slug}")
    found, following_id = comments.listed(db, viewer, slug)
    shown = page(
        "clip.html",
        viewer,
        clip=card,
        contains=parts.in_clips(db, viewer, [card.id]).get(card.id, []),
        tallest=_tallest(request),
        comments=found,
        next=following_id,
        meta=_meta(app.settings.origin, card),
        json_ld=_json_ld(app.settings.origin, card),
        indexable=_indexable(card),
        standing=stands(db, viewer, card),
    )
    if guest:
        shown.cookies.append(guest)
    return shown


def _indexable(card: Card) -> bool:
    return card.embed_url is not None and card.audience == "public"


def _meta(origin: str, card: Card) -> list[tuple[str, str]]:
    """OpenGraph of a clip that may leave the server; of others only the site's name."""
    if not _indexable(card):
        return [("og:site_name", "Onstage")]
    found = [
        ("og:type", "video.other"),
        ("og:site_name", "Onstage"),
        ("og:title", title_of(card)),
        ("og:description", card.caption or title_of(card)),
        ("og:url", origin + card.url),
    ]
    if card.cover_url:
        found += [("og:image", urljoin(origin, card.cover_url))]
    if card.renditions:
        best = card.renditions[0]
        found += [
            ("og:video", urljoin(origin, best.url)),
            ("og:video:type", "video/mp4"),
            ("og:video:width", str(best.width)),
            ("og:video:height", str(best.height)),
        ]
    return [*found, ("twitter:card", "summary_large_image")]


def _json_ld(origin: str, card: Card) -> str:
    """schema.org VideoObject, safe inside a script element; empty when the clip stays on this server."""
    if not _indexable(card) or card.published_at is None:
        return ""
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": title_of(card),
        "description": card.caption or title_of(card),
        "uploadDate": iso(card.published_at),
        "duration": f"PT{card.duration_us / SECOND:.3f}S",
        "thumbnailUrl": [urljoin(origin, card.cover_url)] if card.cover_url else [],
        "url": origin + card.url,
        "embedUrl": f"{origin}{card.embed_url}",
        "author": {"@type": "Person", "name": card.account.name, "url": origin + card.account.url},
        "isFamilyFriendly": True,
        "interactionStatistic": [
            {"@type": "InteractionCounter", "interactionType": {"@type": kind}, "userInteractionCount": count}
            for kind, count in (
                ("WatchAction", card.views),
                ("LikeAction", card.likes),
                ("CommentAction", card.comments),
            )
            if count is not None
        ],
    }
    if card.renditions:
        described["contentUrl"] = urljoin(origin, card.renditions[0].url)
    return msgspec.json.encode(described).decode().replace("<", "\\u003c")


routes = [home, followed, tagged, by_account, more, more_comments, clip]
