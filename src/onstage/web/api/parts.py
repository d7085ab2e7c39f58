"""What a clip contains of other clips: said by its author, withheld with them, taken out by a job."""

from typing import Annotated

from litestar import delete, get, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import parts
from onstage.clips.agreeing.parts import Part
from onstage.clips.film import part_out
from onstage.clips.film.part_out import Left
from onstage.clips.models import Cutting
from onstage.clock import SECOND
from onstage.db.engine import Connection
from onstage.engagement.cards import cards
from onstage.web.api.agreeing import ACT, CLIP, Seconds, Slug
from onstage.web.api.reports import Before
from onstage.web.api.schemas import AccountOut, ClipOut, Limit, problems
from onstage.web.http import App, anyone, reads, signed_in, writes

PartId = Annotated[int, PathParameter(ge=1, le=ids.LARGEST)]


class PartIn(Struct, forbid_unknown_fields=True):
    """The other clip by its public name, and from where to where in yours it is seen or heard; left out: in all of it."""

    source: Annotated[str, Meta(max_length=32)]
    from_seconds: Seconds = 0
    to_seconds: Seconds | None = None


class PartOutIn(Struct, forbid_unknown_fields=True):
    """What is left of the film: what comes before the part, or after it."""

    left: Left


class PartOut(Struct):
    """A part of another clip; `source` and `account` are null where that clip is not shown to you.

    `withholds`: yours is withheld because of it; `taking_out`: how far the job is that takes it out.
    """

    id: str
    source: str | None
    account: AccountOut | None
    from_seconds: float
    to_seconds: float | None
    withholds: bool
    taking_out: Cutting | None

    @classmethod
    def of(cls, each: Part) -> "PartOut":
        """From what the domain says."""
        end = None if each.to_us is None else each.to_us / SECOND
        by = None if each.by is None else AccountOut.of(each.by)
        start = each.from_us / SECOND
        return cls(str(each.id), each.slug, by, start, end, each.withholds, each.taking_out)


class PartsOut(Struct):
    """The parts of other clips in one, in the order of the film."""

    items: list[PartOut]


class TakesPage(Struct):
    """Clips that contain a part of one; `next` continues, null at the end."""

    items: list[ClipOut]
    next: int | None


@get(CLIP + "/parts", tags=["together"], responses=problems(404), operation_id="parts")
@reads(anyone)
def listed(db: Connection, viewer: Viewer, slug: Slug) -> PartsOut:
    """What a clip contains of other clips that you may see; in your own, of all."""
    return PartsOut([PartOut.of(each) for each in parts.in_clip(db, viewer, slug)])


@get(CLIP + "/takes", tags=["together"], responses=problems(404), operation_id="takes")
@reads(anyone)
def takes(db: Connection, viewer: Viewer, slug: Slug, before: Before = None, limit: Limit = 20) -> TakesPage:
    """Clips that contain a part of this one, newest first; what withholds this one withholds them."""
    found = parts.takes_of(db, viewer, slug, before, limit)
    shown = [ClipOut.of(card) for card in cards(db, viewer, found)]
    return TakesPage(shown, found[-1] if len(found) == limit else None)


@post(CLIP + "/parts", tags=["together"], responses=ACT, operation_id="say_part")
@writes(signed_in)
def say(app: App, db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[PartIn]) -> PartOut:
    """Say that your clip contains a part of another, where all in that one allow it. What withholds it withholds yours."""
    start, end = round(data.from_seconds * SECOND), None if data.to_seconds is None else round(data.to_seconds * SECOND)
    said = parts.add(db, app.keys, viewer, slug, data.source, start, end)
    return next(PartOut.of(each) for each in parts.in_clip(db, viewer, slug) if each.id == said)


@delete(CLIP + "/parts/{part_id:int}", tags=["together"], responses=ACT, operation_id="take_part_back")
@writes(signed_in)
def take_back(app: App, db: Connection, viewer: Viewer, slug: Slug, part_id: PartId) -> None:
    """Say that a part is not in your clip after all. Once the clip is out, the part has to be taken out of the film."""
    parts.take_back(db, app.keys, viewer, slug, part_id)


@post(
    CLIP + "/parts/{part_id:int}/out", status_code=202, tags=["together"], responses=ACT, operation_id="take_part_out"
)
@writes(signed_in)
def take_out(db: Connection, viewer: Viewer, slug: Slug, part_id: PartId, data: JSONBody[PartOutIn]) -> None:
    """Have a part cut out of your clip, for good. It is shown again without it, and nobody is asked anew."""
    part_out.take_out(db, viewer, slug, part_id, data.left)


routes = [listed, takes, say, take_back, take_out]
