"""The player of a clip inside the pages of other sites."""

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from onstage.accounts.viewer import Viewer
from onstage.clips.queries import seen
from onstage.db.engine import Connection
from onstage.engagement.tokens import Surface
from onstage.errors import NotFound
from onstage.web.cards import title_of, with_tokens
from onstage.web.http import AnyRequest, App, anyone, page, reads
from onstage.web.viewers import viewer_key


@get("/embed/{slug:str}", include_in_schema=False)
@reads(anyone, watching=True)
def embed(db: Connection, viewer: Viewer, app: App, request: AnyRequest, slug: FromPath[str]) -> Template:
    """One clip that may leave this server, with nothing to press but what plays it and what opens its page."""
    clip = seen(db, viewer, slug)
    key = viewer_key(app, request, viewer, db)
    card = with_tokens(app, db, viewer, key, [clip.id], Surface.EMBED)[0]
    if card.embed_url is None:
        raise NotFound("There is no such clip, or it stays on this server.")
    return page("embed.html", viewer, clip=card, title=title_of(card))


routes = [embed]
