"""The creator's page: what an account's members see of its audience, with plots that are read by eye, ear or as a table."""

from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.engagement import figures
from onstage.engagement.cards import cards
from onstage.engagement.figures import Figures
from onstage.feed.recommend import of_account
from onstage.web import plots
from onstage.web.api.figures import iso_day
from onstage.web.http import page, reads, signed_in
from onstage.web.words import gettext as _
from onstage.web.words import tenths, whole_count

CLIPS = 60


def surface_words(surface: str) -> str:
    """A surface in words."""
    return {
        "for_you": _("For You"),
        "following": _("Following"),
        "friends": _("Friends"),
        "tag": _("Tags"),
        "account": _("Your page"),
        "clip": _("The clip's own page"),
        "search": _("Search"),
        "explore": _("Explore"),
        "embed": _("Other websites"),
    }.get(surface, surface)


def watched_words(watched_ms: int) -> str:
    """A watch time in the unit in which it is some."""
    seconds = watched_ms / 1000
    if seconds < 100:
        return _("%(count)s s") % {"count": whole_count(round(seconds))}
    if seconds < 6000:
        return _("%(count)s min") % {"count": whole_count(round(seconds / 60))}
    return _("%(count)s h") % {"count": tenths(seconds / 3600)}


def _shown(found: Figures) -> dict[str, Any]:
    by_day = [(each.what, each.tally.views) for each in found.days]
    return {
        "figures": found,
        "watched": watched_words(found.total.watched_ms),
        "days": [(iso_day(day), views) for day, views in by_day],
        "bars": plots.bars(by_day, iso_day),
        "since": iso_day(plots.first_day(by_day)),
        "surfaces": [(surface_words(each.what), each.tally) for each in found.surfaces],
        "line": plots.line(found.curve) if found.curve else "",
        "seconds": plots.ticks(len(found.curve) - 1) if found.curve else [],
        "area": plots.area(found.curve) if found.curve else "",
    }


@get("/figures", include_in_schema=False)
@reads(signed_in)
def account(db: Connection, viewer: Viewer) -> Template:
    """The figures of the acting account, and of its latest clips."""
    assert viewer.account is not None
    latest = cards(db, viewer, of_account(db, viewer, viewer.account, None, CLIPS).clips)
    followers = [(iso_day(day), count) for day, count in figures.new_followers(db, viewer)]
    found = _shown(figures.of_account(db, viewer))
    return page(
        "figures.html", viewer, clip=None, clips=latest, followers=followers, source="/api/v1/me/figures", **found
    )


@get("/figures/{slug:str}", include_in_schema=False)
@reads(signed_in)
def clip(db: Connection, viewer: Viewer, slug: FromPath[str]) -> Template:
    """The figures of one clip."""
    found = figures.of_clip(db, viewer, slug)
    card = cards(db, viewer, [found.clip])[0]
    source = f"/api/v1/clips/{card.slug}/figures"
    return page("figures.html", viewer, clip=card, clips=[], followers=[], source=source, **_shown(found))


routes = [account, clip]
