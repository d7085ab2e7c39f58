"""What a list shows of a clip: one read for all that stands around a video, in the order asked."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field
from sqlalchemy import BigInteger, bindparam, case, exists, select

from onstage.accounts.byline import By
from onstage.accounts.models import Kind, accounts, follows, members
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import coauthors
from onstage.clips.models import AVIF, Audience, clip_media, clips, renditions
from onstage.clips.queries import FOR_STRANGERS, IDS, IN_WORK, SHOWN, VISIBLE, asked_by, at_once
from onstage.db.engine import Connection
from onstage.db.hot import Hot
from onstage.engagement.models import counts, likes, reposts, saves, totals
from onstage.text import parts

_FOR_LINKS = {Audience.PUBLIC.value, Audience.UNLISTED.value}


class Rendition(Struct, frozen=True):
    """One file to play; sizes in pixels and bytes, `bitrate` in bits a second, `codecs` by RFC 6381."""

    url: str
    width: int
    height: int
    bytes: int
    bitrate: int
    codecs: str


class Scrub(Struct, frozen=True):
    """A sheet of small pictures along the clip, ten a row: the sides of one, how many, seconds from one to the next."""

    url: str
    width: int
    height: int
    count: int
    every: float


class Card(Struct):
    """A clip as a viewer sees it in a list. Instants and lengths in microseconds; hidden counts are None.

    `base` is where its files are fetched from, empty for this server. `placeholder` is a WebP of some pixels in base64,
    `av1`: a rendition for players that can; `gain` in dB brings the sound to -14 LUFS, `languages` those of its captions.
    """

    id: int
    slug: str
    account: By
    account_id: int
    caption: str
    published_at: int | None
    stage: str
    held: bool
    duration_us: int
    width: int
    height: int
    cover: str | None
    cover_small: str | None
    color: str
    audience: str
    commenters: str
    marked: bool
    recommended: bool
    leaves_server: bool
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
    shown: bool
    may_comment: bool
    may_repost: bool
    posted_by: str  # who of a joint account made it, for its members alone
    placeholder: str
    gain: float
    languages: list[str]
    cover_tiny: str | None
    cover_avif: str | None
    cover_small_avif: str | None
    cover_tiny_avif: str | None
    scrub: Scrub | None
    renditions: list[Rendition] = field(default_factory=list)
    av1: Rendition | None = None
    coauthors: list[By] = field(default_factory=list)
    play_token: str = ""
    why: str = ""
    reposted_by: By | None = None  # through whom it came to a feed
    base: str = ""

    @property
    def url(self) -> str:
        """The clip's own page."""
        return f"/c/{self.slug}"

    @property
    def embed_url(self) -> str | None:
        """Its player for other sites; only what may leave this server has one."""
        leaves = self.leaves_server and self.shown and not self.marked and self.audience in _FOR_LINKS
        return f"/embed/{self.slug}" if leaves else None

    @property
    def cover_url(self) -> str | None:
        """The poster."""
        return f"{self.base}/media/{self.cover}" if self.cover else None

    @property
    def cover_small_url(self) -> str | None:
        """The poster for a grid."""
        return f"{self.base}/media/{self.cover_small}" if self.cover_small else None

    @property
    def cover_tiny_url(self) -> str | None:
        """The poster for a list."""
        return f"{self.base}/media/{self.cover_tiny}" if self.cover_tiny else None

    @property
    def cover_avif_url(self) -> str | None:
        """The poster in half the bytes, for browsers that can; it comes later than the others."""
        return f"{self.base}/media/{self.cover_avif}" if self.cover_avif else None

    @property
    def cover_small_avif_url(self) -> str | None:
        """The poster for a grid, likewise."""
        return f"{self.base}/media/{self.cover_small_avif}" if self.cover_small_avif else None

    @property
    def cover_tiny_avif_url(self) -> str | None:
        """The poster for a list, likewise."""
        return f"{self.base}/media/{self.cover_tiny_avif}" if self.cover_tiny_avif else None

    @property
    def caption_parts(self) -> list[tuple[str, str]]:
        """The caption cut into text, tags and mentions."""
        return parts(self.caption)


_ACCOUNT: Any = bindparam("viewer_account", type_=BigInteger)
_friend_edge = follows.alias()
_theirs, _own = members.alias(), accounts.alias()
_MAKER = (
    select(_own.c.name)
    .join_from(_theirs, _own, _own.c.id == _theirs.c.account_id)
    .where(_theirs.c.person_id == clips.c.person_id, _own.c.kind == Kind.PERSONAL.value)
    .scalar_subquery()
)


def _card(
    clip: int, slug: str, handle: str, name: str, avatar: str | None, account: int, caption: str, published: int | None,
    stage: str, holds: int, duration: int, width: int, height: int, cover: str | None, small: str | None, color: str,
    audience: str, commenters: str, marked: int, recommended: int, leaves: int, counts_shown: int, views: int | None,
    liked_by: int | None, commented: int | None, saved_by: int | None, shared: int | None, passed_on: int | None,
    liked: int, saved: int, reposted: int, following: int, follows_back: int, member: int, shown: int,
    for_strangers: int, maker: str | None, hint: str | None, gain: int | None, languages: str | None, tiny: str | None,
    avif: str | None, avif_small: str | None, avif_tiny: str | None, scrub: str | None, *scrub_shape: int,
) -> Card:  # fmt: skip
    mine = bool(member)
    visible_counts = bool(counts_shown) or mine
    reached = (
        commenters == "everyone"
        or (commenters == "followers" and bool(following))
        or (commenters == "friends" and bool(following and follows_back))
    )
    return Card(  # in the order of its fields: by their names it takes three times as long
        clip, slug, By(handle, name, avatar), account, caption, published, stage, bool(holds), duration, width, height,
        cover, small, color, audience, commenters, bool(marked), bool(recommended), bool(leaves),
        views or 0 if visible_counts else None, liked_by or 0 if visible_counts else None, commented or 0,
        saved_by or 0 if visible_counts else None, shared or 0 if visible_counts else None,
        passed_on or 0 if visible_counts else None, bool(liked), bool(saved), bool(reposted), bool(following), mine,
        bool(shown), bool(shown) and (reached or (mine and commenters != "nobody")), bool(for_strangers) and not mine,
        (maker or "") if mine else "", hint or "", (gain or 0) / 100, (languages or "").split(), tiny, avif, avif_small,
        avif_tiny, _scrub(scrub, *scrub_shape) if scrub else None,
    )  # fmt: skip


def _scrub(key: str, width: int, height: int, count: int, every_us: int) -> Scrub:
    return Scrub(f"/media/{key}", width, height, count, every_us / 1_000_000)


_CARDS = Hot(
    select(
        clips.c.id, clips.c.slug, accounts.c.handle, accounts.c.name, accounts.c.avatar, clips.c.account_id,
        case((IN_WORK, ""), else_=clips.c.caption),
        clips.c.published_at, clips.c.stage, clips.c.holds, clips.c.duration_us, clips.c.width,
        clips.c.height, clips.c.cover, clips.c.cover_small, clips.c.color, clips.c.audience, clips.c.commenters,
        clips.c.marked, clips.c.recommended, clips.c.leaves_server, accounts.c.counts_shown,
        totals.c.views, counts.c.likes, counts.c.comments, counts.c.saves, counts.c.shares,
        counts.c.reposts,
        exists().where(likes.c.clip_id == clips.c.id, likes.c.account_id == _ACCOUNT),
        exists().where(saves.c.clip_id == clips.c.id, saves.c.account_id == _ACCOUNT),
        exists().where(reposts.c.clip_id == clips.c.id, reposts.c.account_id == _ACCOUNT),
        exists().where(follows.c.follower_id == _ACCOUNT, follows.c.target_id == clips.c.account_id, follows.c.accepted == 1),
        exists().where(
            _friend_edge.c.follower_id == clips.c.account_id,
            _friend_edge.c.target_id == _ACCOUNT,
            _friend_edge.c.accepted == 1,
        ),
        exists().where(members.c.account_id == clips.c.account_id, members.c.person_id == bindparam("viewer_person")),
        SHOWN,
        FOR_STRANGERS,
        case((accounts.c.kind == Kind.JOINT.value, _MAKER)),
        clip_media.c.placeholder, clip_media.c.gain, case((IN_WORK, ""), else_=clip_media.c.languages),
        clip_media.c.cover_tiny, *AVIF,
        clip_media.c.scrub, clip_media.c.scrub_width, clip_media.c.scrub_height, clip_media.c.scrub_count, clip_media.c.scrub_us,
    )
    .join_from(clips, accounts, accounts.c.id == clips.c.account_id)
    .outerjoin(counts, counts.c.clip_id == clips.c.id)
    .outerjoin(totals, totals.c.clip_id == clips.c.id)
    .outerjoin(clip_media, clip_media.c.clip_id == clips.c.id)
    .where(clips.c.id.in_(IDS), VISIBLE),
    _card,
)  # fmt: skip

_RENDITIONS = Hot(
    select(
        renditions.c.clip_id,
        renditions.c.key,
        renditions.c.width,
        renditions.c.height,
        renditions.c.bytes,
        renditions.c.bitrate,
        renditions.c.codecs,
    )
    .where(renditions.c.clip_id.in_(IDS), renditions.c.aside == 0)
    .order_by(renditions.c.height.desc()),
    lambda clip, key, width, height, size, bitrate, codecs: (
        clip,
        Rendition(f"/media/{key}", width, height, size, bitrate, codecs),
    ),
)


def cards(db: Connection, viewer: Viewer, clip_ids: Sequence[int]) -> list[Card]:
    """The clips of these ids that the viewer may see, in this order, with renditions, best first."""
    found: dict[int, Card] = {}
    for places in at_once(clip_ids):
        found |= {card.id: card for card in _CARDS.all(db, **places, **asked_by(viewer))}
        for clip, rendition in _RENDITIONS.all(db, **places):
            if clip in found and rendition.codecs.startswith("av01"):
                found[clip].av1 = rendition
            elif clip in found:
                found[clip].renditions.append(rendition)
    for clip, made_with in coauthors.of_clips(db, list(found)).items():
        found[clip].coauthors = made_with
    return [found[clip] for clip in clip_ids if clip in found]
