"""Who is in a clip and whose it is too: appearances, labels for those who are not here, and co-authors."""

from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import appearances, coauthors, unregistered
from onstage.clips.agreeing.appearances import Appearance, Label
from onstage.clock import SECOND, iso
from onstage.db.engine import Connection
from onstage.engagement.cards import cards
from onstage.web.api.agreeing import ACT, CLIP, Slug
from onstage.web.api.reports import Before
from onstage.web.api.schemas import AccountOut, ClipOut, Limit, problems
from onstage.web.http import App, reads, signed_in, writes

Handle = Annotated[str, PathParameter(max_length=31, description="An account's name, without @.")]
LabelId = Annotated[int, PathParameter(ge=1, le=ids.LARGEST)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]


class PlaceIn(Struct, forbid_unknown_fields=True):
    """From and to in the clip; left out: from its beginning, to its end."""

    from_seconds: Seconds = 0
    to_seconds: Seconds | None = None


class LabelIn(Struct, forbid_unknown_fields=True):
    """Somebody who is not here. `minor` is true where their age is not known."""

    words: Annotated[str, Meta(max_length=400)]
    minor: bool
    from_seconds: Seconds = 0
    to_seconds: Seconds | None = None


class AppearanceOut(Struct):
    """Somebody named in a clip. `asked`: their name stays until they take it out."""

    account: AccountOut
    from_seconds: float
    to_seconds: float | None
    asked: bool

    @classmethod
    def of(cls, each: Appearance) -> "AppearanceOut":
        """From a row."""
        end = None if each.to_us is None else each.to_us / SECOND
        return cls(AccountOut.of(each.by), each.from_us / SECOND, end, each.asked)


class LabelGuardianIn(Struct, forbid_unknown_fields=True):
    """Where each question about the clip is written to as well; left out: you hand the link over."""

    mail: Annotated[str, Meta(max_length=254)] = ""


class LabelLinkOut(Struct):
    """A link for whoever answers for a child who is not here. It is shown once."""

    url: str


class LabelOut(Struct):
    """Somebody in a clip who is not here. `has_guardian`: somebody answers for this minor; `answered`: they did once."""

    id: str
    words: str
    minor: bool
    from_seconds: float
    to_seconds: float | None
    has_guardian: bool = False
    answered: bool = False

    @classmethod
    def of(cls, each: Label) -> "LabelOut":
        """From a row."""
        end = None if each.to_us is None else each.to_us / SECOND
        said = {"has_guardian": each.has_guardian, "answered": each.answered}
        return cls(str(each.id), each.words, each.minor, each.from_us / SECOND, end, **said)


class AppearancesOut(Struct):
    """Who is in a clip."""

    named: list[AppearanceOut]
    labels: list[LabelOut]


class AppearancePage(Struct):
    """Clips that name you; `next` continues, null at the end."""

    items: list[ClipOut]
    next: int | None


class NeverOut(Struct):
    """An account that never names you, since."""

    account: AccountOut
    since: str


class NeversOut(Struct):
    """The accounts that never name you."""

    items: list[NeverOut]


@get("/api/v1/me/appearances", tags=["together"], responses=problems(401), operation_id="my_appearances")
@reads(signed_in)
def with_me(db: Connection, viewer: Viewer, before: Before = None, limit: Limit = 20) -> AppearancePage:
    """Clips that name you, newest first."""
    found = appearances.with_me(db, viewer, before, limit)
    shown = cards(db, viewer, found)
    return AppearancePage([ClipOut.of(card) for card in shown], found[-1] if len(found) == limit else None)


@get(CLIP + "/appearances", tags=["together"], responses=problems(401, 404), operation_id="appearances")
@reads(signed_in)
def named(db: Connection, viewer: Viewer, slug: Slug) -> AppearancesOut:
    """Who is in it, as far as you may know."""
    found, labels = appearances.named_in(db, viewer, slug)
    return AppearancesOut([AppearanceOut.of(each) for each in found], [LabelOut.of(each) for each in labels])


@put(
    CLIP + "/appearances/{handle:str}",
    status_code=204,
    tags=["together"],
    responses=ACT,
    operation_id="name_somebody",
)
@writes(signed_in)
def name(app: App, db: Connection, viewer: Viewer, slug: Slug, handle: Handle, data: JSONBody[PlaceIn]) -> None:
    """Say that a friend or fellow member appears in your clip. They are asked when you ask."""
    start, end = _place(data.from_seconds, data.to_seconds)
    appearances.name(db, app.keys, viewer, slug, handle, start, end)


def _place(start: float, end: float | None) -> tuple[int, int | None]:
    return round(start * SECOND), None if end is None else round(end * SECOND)


@delete(CLIP + "/appearances/{handle:str}", tags=["together"], responses=ACT, operation_id="take_name_out")
@writes(signed_in)
def unname(app: App, db: Connection, viewer: Viewer, slug: Slug, handle: Handle) -> None:
    """Take a name out that nobody was asked about yet."""
    appearances.unname(db, app.keys, viewer, slug, handle)


@delete(CLIP + "/appearance", tags=["together"], responses=ACT, operation_id="take_own_name_out")
@writes(signed_in)
def unname_me(app: App, db: Connection, viewer: Viewer, slug: Slug) -> None:
    """Take your own name out. The clip stays as it is; say no to withhold it."""
    appearances.unname(db, app.keys, viewer, slug)


@post(CLIP + "/labels", tags=["together"], responses=ACT, operation_id="label_somebody")
@writes(signed_in)
def label(app: App, db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[LabelIn]) -> LabelOut:
    """Name somebody who is not here. With a minor in it, a clip is for its author until a guardian agrees."""
    start, end = _place(data.from_seconds, data.to_seconds)
    made = appearances.label(db, app.keys, viewer, slug, data.words, minor=data.minor, from_us=start, to_us=end)
    return LabelOut(str(made), data.words, data.minor, data.from_seconds, data.to_seconds)


@delete(CLIP + "/labels/{label_id:int}", tags=["together"], responses=ACT, operation_id="take_label_out")
@writes(signed_in)
def unlabel(app: App, db: Connection, viewer: Viewer, slug: Slug, label_id: LabelId) -> None:
    """Take a label out that nobody was asked about."""
    appearances.unlabel(db, app.keys, viewer, slug, label_id)


@post(CLIP + "/labels/{label_id:int}/guardian", tags=["together"], responses=ACT, operation_id="name_guardian_of_label")
@writes(signed_in)
def guardian(
    app: App, db: Connection, viewer: Viewer, slug: Slug, label_id: LabelId, data: JSONBody[LabelGuardianIn]
) -> LabelLinkOut:
    """Say who answers for a child who is not here, as an adult; they need no account, only the link."""
    origin = app.settings.origin
    secret = unregistered.name_guardian(db, app.keys, viewer, slug, label_id, origin, data.mail.strip())
    return LabelLinkOut(f"{origin}/answer/{secret}")


@post(CLIP + "/labels/{label_id:int}/me", status_code=204, tags=["together"], responses=ACT, operation_id="that_is_me")
@writes(signed_in)
def that_is_me(app: App, db: Connection, viewer: Viewer, slug: Slug, label_id: LabelId) -> None:
    """Say that a label means you: you count as named from now on, and the clip waits for your yes."""
    appearances.take_over(db, app.keys, viewer, slug, label_id)


@put("/api/v1/accounts/{handle:str}/never", status_code=204, tags=["together"], responses=ACT, operation_id="never")
@writes(signed_in)
def never(db: Connection, viewer: Viewer, handle: Handle) -> None:
    """Never be named by this account."""
    appearances.never(db, viewer, handle)


@delete("/api/v1/accounts/{handle:str}/never", tags=["together"], responses=ACT, operation_id="end_never")
@writes(signed_in)
def end_never(db: Connection, viewer: Viewer, handle: Handle) -> None:
    """Let this account name you again, if you are friends or fellow members."""
    appearances.end_never(db, viewer, handle)


@get("/api/v1/me/nevers", tags=["together"], responses=problems(401), operation_id="nevers")
@reads(signed_in)
def nevers(db: Connection, viewer: Viewer) -> NeversOut:
    """The accounts that never name you, newest first."""
    return NeversOut([NeverOut(AccountOut.of(each.by), iso(each.at)) for each in appearances.nevers(db, viewer)])


@put(CLIP + "/coauthors/{handle:str}", status_code=204, tags=["together"], responses=ACT, operation_id="add_coauthor")
@writes(signed_in)
def add_coauthor(app: App, db: Connection, viewer: Viewer, slug: Slug, handle: Handle) -> None:
    """Say that a friend's account made your clip as well. Its owners are asked with everybody else."""
    coauthors.add(db, app.keys, viewer, slug, handle)


@delete(CLIP + "/coauthors/{handle:str}", tags=["together"], responses=ACT, operation_id="take_coauthor_out")
@writes(signed_in)
def take_coauthor_out(app: App, db: Connection, viewer: Viewer, slug: Slug, handle: Handle) -> None:
    """Take a co-author out whom nobody was asked about, or who has not agreed to what is out."""
    coauthors.take_out(db, app.keys, viewer, slug, handle)


@delete(
    "/api/v1/accounts/{handle:str}/coauthored/{slug:str}", tags=["together"], responses=ACT, operation_id="leave_clip"
)
@writes(signed_in)
def leave_clip(app: App, db: Connection, viewer: Viewer, handle: Handle, slug: Slug) -> None:
    """As an owner of a co-author: have the clip stand on its profile no more. It stays where it is."""
    coauthors.leave(db, app.keys, viewer, slug, handle)


routes = [
    with_me,
    named,
    name,
    unname,
    unname_me,
    label,
    unlabel,
    guardian,
    that_is_me,
    never,
    end_never,
    nevers,
    add_coauthor,
    take_coauthor_out,
    leave_clip,
]
