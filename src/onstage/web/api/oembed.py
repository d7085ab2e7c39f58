"""What another site asks before it shows a clip of ours in its page (oEmbed 1.0, oembed.com)."""

import re
from html import escape
from typing import Annotated
from urllib.parse import urljoin

from litestar import get
from litestar.params import Parameter, QueryParameter
from msgspec import UNSET, Struct, UnsetType

from onstage.accounts.viewer import Viewer
from onstage.clips.queries import seen
from onstage.db.engine import Connection
from onstage.engagement.cards import Card, cards
from onstage.errors import NotFound, Refused
from onstage.web.api.schemas import problems
from onstage.web.cards import title_of
from onstage.web.http import App, anyone, reads

LARGEST = 1280  # pixels of the longer side of a cover
_WIDE, _HIGH = 405, 720
_ADDRESS = re.compile(r"/(?:c|embed)/([^/?#]+)/?(?:[?#].*)?")
Pixels = Annotated[int | None, Parameter(ge=1, le=10_000, description="At most so many pixels.", required=False)]


class OtherForm(Refused):
    """Asked for as XML, which nobody makes here."""

    status = 501
    code = "only-json"


class EmbedOut(Struct):
    """A clip for another site, after oEmbed 1.0. `html` holds a frame of `width` times `height` pixels."""

    type: str
    version: str
    title: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    thumbnail_url: str | UnsetType = UNSET
    thumbnail_width: int | UnsetType = UNSET
    thumbnail_height: int | UnsetType = UNSET


@get("/api/v1/oembed", tags=["clips"], responses=problems(404, 501), operation_id="oembed")
@reads(anyone)
def oembed(
    db: Connection,
    viewer: Viewer,
    app: App,
    url: Annotated[str, Parameter(max_length=2000, description="The address of a clip's page or of its player.")],
    maxwidth: Pixels = None,
    maxheight: Pixels = None,
    form: Annotated[str, QueryParameter(name="format", max_length=20, description="`json`.")] = "json",
) -> EmbedOut:
    """The player of a clip for other sites. What may not leave this server has none, and is not found."""
    if form != "json":
        raise OtherForm("This server tells it as JSON alone.")
    card = _card_at(db, viewer, app.settings.origin, url)
    width, height = _within(card, min(maxwidth or _WIDE, _WIDE), min(maxheight or _HIGH, _HIGH))
    return _described(app, card, width, height)


def _card_at(db: Connection, viewer: Viewer, origin: str, url: str) -> Card:
    path = url[len(origin) :] if url.lower().startswith(f"{origin.lower()}/") else url
    asked = _ADDRESS.fullmatch(path)
    if asked is None:
        raise NotFound("There is no clip of this server at that address.")
    card = cards(db, viewer, [seen(db, viewer, asked[1]).id])[0]
    if card.embed_url is None:
        raise NotFound("There is no such clip, or it stays on this server.")
    return card


def _within(card: Card, most_wide: float, most_high: float) -> tuple[int, int]:
    """The largest size in which the whole picture is seen."""
    scale = min(most_wide / card.width, most_high / card.height)
    return max(1, round(card.width * scale)), max(1, round(card.height * scale))


def _described(app: App, card: Card, width: int, height: int) -> EmbedOut:
    origin, title = app.settings.origin, title_of(card)
    frame = (
        f'<iframe src="{escape(origin)}{card.embed_url}" width="{width}" height="{height}" title="{escape(title)}" '
        'allow="autoplay; fullscreen; picture-in-picture" allowfullscreen loading="lazy" '
        'style="border: 0; max-width: 100%"></iframe>'
    )
    found = EmbedOut(
        type="video", version="1.0", title=title, author_name=card.account.name,
        author_url=origin + card.account.url, provider_name=app.settings.name, provider_url=origin,
        html=frame, width=width, height=height,
    )  # fmt: skip
    if card.cover_url:
        found.thumbnail_url = urljoin(origin, card.cover_url)
        found.thumbnail_width, found.thumbnail_height = _within(
            card, min(LARGEST, card.width), min(LARGEST, card.height)
        )
    return found


routes = [oembed]
