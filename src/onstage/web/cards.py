"""Cards with what only the edge can add: a play token for this viewer, and why a clip is here."""

from collections.abc import Sequence

from msgspec.structs import replace

from onstage.accounts.profiles import Profile
from onstage.accounts.viewer import Viewer
from onstage.clips.models import Audience
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.engagement import lists
from onstage.engagement.cards import Card, cards
from onstage.engagement.tokens import MILLION, Surface, Token, seal
from onstage.errors import NotFound
from onstage.feed.recommend import Page
from onstage.web.http import App
from onstage.web.words import gettext as _

_ALONE = {Surface.CLIP, Surface.EMBED}  # where a clip stands in no list


def dealt(
    app: App, db: Connection, viewer: Viewer, key: bytes, page: Page, surface: Surface, *, alone: bool = False
) -> list[Card]:
    """The cards of a page of a feed, each with its token and its reason. `alone`: the clip stands in no list."""
    found, moment = cards(db, viewer, page.clips), now()
    elsewhere, cdn = app.settings.media_delivery == "s3", app.settings.cdn_url.rstrip("/")
    reasons = {code: why(code) for code in {*page.why.values()}}
    for place, card in enumerate(found, 1):
        likely = page.propensity.get(card.id, 0)
        given = Token(card.id, key, moment, surface, 0 if alone else place, round(likely * MILLION))
        card.play_token = seal(app.keys, given)
        card.reposted_by = page.reposted_by.get(card.id)
        card.why = reasons.get(page.why.get(card.id, ""), "")
        if elsewhere:
            card.gain = min(0.0, card.gain)  # what comes from elsewhere can't be made louder in the page
        if cdn and _is_open(card):
            _move(card, cdn)
    return found


def _is_open(card: Card) -> bool:
    """Whether every guest may see it, so that a cache may have it."""
    return card.shown and card.audience == Audience.PUBLIC.value and not card.marked


def _move(card: Card, base: str) -> None:
    card.base = base
    card.renditions = [replace(each, url=base + each.url) for each in card.renditions]
    card.av1 = card.av1 and replace(card.av1, url=base + card.av1.url)
    if card.scrub:
        card.scrub = replace(card.scrub, url=base + card.scrub.url)


def with_tokens(
    app: App, db: Connection, viewer: Viewer, key: bytes, clip_ids: Sequence[int], surface: Surface
) -> list[Card]:
    """The cards of these clips, each with its token."""
    return dealt(app, db, viewer, key, Page(list(clip_ids), {}, None), surface, alone=surface in _ALONE)


def title_of(card: Card) -> str:
    """A clip in a line: the first of its caption, or whose it is."""
    return card.caption.split("\n")[0][:90] or _("A clip by %(name)s") % {"name": card.account.name}


def why(code: str) -> str:
    """The reason in words a person understands; empty where the viewer asked for the list."""
    match code:
        case "new":
            return _("New here.")
        case "liked":
            return _("Liked by many people here.")
        case _other:
            return ""


def reposts_page(db: Connection, viewer: Viewer, of: Profile, cursor: str | None, limit: int) -> Page:
    """What an account reposted, for whoever may look at its lists."""
    if of.hand_accepts and not (of.mine or of.relation.following):
        return Page([], {}, None)
    ids, following = lists.reposted(db, viewer, of.id, cursor, limit)
    return Page(ids, {}, following)


def without_at(word: str) -> str:
    """The handle in the first part of an address, `@ada`; raises NotFound for any other word that stands there."""
    if not word.startswith("@"):
        raise NotFound(_("There is nothing at this address."))
    return word[1:]
