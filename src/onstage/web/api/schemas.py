"""What several resources of the API take and answer with."""

from typing import Annotated

from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter
from msgspec import Meta, Struct
from msgspec.structs import replace

from onstage.accounts.byline import By
from onstage.clock import DAY, iso, now
from onstage.engagement.cards import Card, Rendition, Scrub
from onstage.feed.recommend import Page

Cursor = Annotated[str | None, Parameter(description="`next` of the page before.", max_length=400, required=False)]
Limit = Annotated[int, Parameter(ge=1, le=50, description="How many items at most.", required=False)]


class Problem(Struct):
    """What went wrong (RFC 9457). `title` is stable, `detail` is a sentence for people."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None


KNOWN = {304: ResponseSpec(data_container=None, description="You have it: its ETag is what you sent as If-None-Match.")}


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The documented refusals of a handler, beside those that every handler has (401: a token that is not valid)."""
    return {
        status: ResponseSpec(
            data_container=Problem,
            description="See `detail`.",
            generate_examples=False,
            media_type="application/problem+json",
        )
        for status in {400, 401, 422, 429, *statuses}
    }


def told(description: str, **limits: object) -> Meta:
    """Limits that the schema tells and the domain checks, which has a sentence of its own for each."""
    return Meta(extra_json_schema={"description": description, "extra": limits})


class AccountOut(Struct):
    """An account beside something."""

    handle: str
    name: str
    url: str
    avatar_url: str | None

    @classmethod
    def of(cls, by: By) -> "AccountOut":
        """From a row."""
        return cls(by.handle, by.name, by.url, by.avatar_url)


class ScrubOut(Struct):
    """A WebP with small pictures along the clip, ten a row: sides of one, how many, seconds from one to the next."""

    url: str
    width: int
    height: int
    count: int
    every_seconds: float


class CaptionsRef(Struct):
    """Captions in one language (BCP 47), as WebVTT."""

    language: str
    url: str


class ClipOut(Struct):
    """A clip as the caller sees it. Counts that the account hides are null.

    `reposted_by`: through whom it came to the Following feed, if not by its own account.
    `posted_by`: who made a clip of a joint account, for its members; else empty.
    `renditions`: H.264, best first, which play everywhere; then one in AV1, where there is one, for players that can.
    Covers are WebP, and later AVIF too, in half the bytes. `placeholder` is a picture of some pixels as a data URL;
    `gain_db` brings the sound to -14 LUFS. `embed_url` is its player for other sites, null for what stays on this server.
    """

    slug: str
    url: str
    account: AccountOut
    caption: str
    stage: str
    held: bool
    published_at: str | None
    duration_seconds: float
    width: int
    height: int
    cover_url: str | None
    cover_small_url: str | None
    cover_tiny_url: str | None
    cover_avif_url: str | None
    cover_small_avif_url: str | None
    cover_tiny_avif_url: str | None
    color: str
    placeholder: str | None
    gain_db: float
    captions: list[CaptionsRef]
    scrub: ScrubOut | None
    renditions: list[Rendition]
    audience: str
    commenters: str
    marked: bool
    views: int | None
    likes: int | None
    comments: int
    saves: int | None
    shares: int | None
    reposts: int | None
    liked: bool
    saved: bool
    reposted: bool
    following: bool
    mine: bool
    may_comment: bool
    may_repost: bool
    play_token: str
    embed_url: str | None
    why: str
    reposted_by: AccountOut | None
    posted_by: str
    coauthors: list[AccountOut]

    @classmethod
    def of(cls, card: Card) -> "ClipOut":
        """From a card."""
        return cls(  # in the order of its fields: by their names it takes three times as long
            card.slug, card.url, AccountOut.of(card.account), card.caption, card.stage, card.held,
            None if card.published_at is None else iso(card.published_at), card.duration_us / 1_000_000, card.width,
            card.height, card.cover_url, card.cover_small_url, card.cover_tiny_url, card.cover_avif_url,
            card.cover_small_avif_url, card.cover_tiny_avif_url, card.color,
            f"data:image/webp;base64,{card.placeholder}" if card.placeholder else None, card.gain,
            [captions_ref(card.slug, language) for language in card.languages], _scrub(card.scrub),
            [*card.renditions, *filter(None, [card.av1])], card.audience, card.commenters, card.marked, card.views,
            card.likes, card.comments, card.saves, card.shares, card.reposts, card.liked, card.saved, card.reposted,
            card.following, card.mine, card.may_comment, card.may_repost, card.play_token, card.embed_url, card.why,
            AccountOut.of(card.reposted_by) if card.reposted_by else None, card.posted_by,
            [AccountOut.of(each) for each in card.coauthors],
        )  # fmt: skip


def without_token(clip: ClipOut) -> ClipOut:
    """What makes two answers the same clip: the token is another each time, and good for longer than its day."""
    return replace(clip, play_token=str(now() // DAY))


def captions_ref(slug: str, language: str) -> CaptionsRef:
    """Where the captions of a clip in that language are."""
    return CaptionsRef(language, f"/api/v1/clips/{slug}/captions/{language}")


def _scrub(scrub: Scrub | None) -> ScrubOut | None:
    return ScrubOut(scrub.url, scrub.width, scrub.height, scrub.count, scrub.every) if scrub else None


class ClipsOut(Struct):
    """A page of clips; `next` continues it, null at the end."""

    items: list[ClipOut]
    next: str | None

    @classmethod
    def of(cls, dealt: list[Card], page: Page) -> "ClipsOut":
        """From the cards of a page."""
        return cls([ClipOut.of(card) for card in dealt], page.next)


class WordsOut(Struct):
    """Captions in one language, as WebVTT."""

    language: str
    words: str
