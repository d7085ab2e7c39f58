"""Cards with what only the edge can add: a play token for this viewer, and why a clip is here."""

import hashlib
import struct
from collections.abc import Sequence

from onstage.accounts.viewer import Viewer
from onstage.clock import DAY, now
from onstage.db.engine import Connection
from onstage.engagement.cards import Card, cards
from onstage.engagement.plays import token
from onstage.errors import NotFound
from onstage.feed.recommend import Page
from onstage.web.http import GUEST_COOKIE, AnyRequest, App, address
from onstage.web.words import gettext as _


def viewer_key(app: App, request: AnyRequest, viewer: Viewer) -> bytes:
    """What stands for a viewer in the log of plays: the account, or for a guest a hash that can't be turned back.

    A guest is known by a cookie that ends with the browser; without one, by address and browser under a daily salt.
    """
    if viewer.account is not None:
        return b"a" + struct.pack(">q", viewer.account)
    cookie = request.cookies.get(GUEST_COOKIE)
    if cookie:
        return b"g" + hashlib.sha256(cookie.encode()).digest()[:15]
    who = f"{now() // DAY} {address(request)} {request.headers.get('user-agent', '')}"
    return b"g" + app.keys.digest("guest", who.encode())[:15]


def dealt(app: App, db: Connection, viewer: Viewer, key: bytes, page: Page) -> list[Card]:
    """The cards of a page of a feed, each with its token and its reason."""
    found, moment = cards(db, viewer, page.clips), now()
    for card in found:
        card.play_token = token(app.keys, key, card.id, moment)
        card.why = why(page.why.get(card.id, ""))
    return found


def with_tokens(app: App, db: Connection, viewer: Viewer, key: bytes, clip_ids: Sequence[int]) -> list[Card]:
    """The cards of these clips, each with its token."""
    return dealt(app, db, viewer, key, Page(list(clip_ids), {}, None))


def why(code: str) -> str:
    """The reason in words a person understands; empty where the viewer asked for the list."""
    match code:
        case "new":
            return _("New here.")
        case "liked":
            return _("Liked by many people here.")
        case _other:
            return ""


def without_at(word: str) -> str:
    """The handle in the first part of an address, `@ada`; raises NotFound for any other word that stands there."""
    if not word.startswith("@"):
        raise NotFound(_("There is nothing at this address."))
    return word[1:]
