"""Deciding together about a clip: what waits for you, yes, no, limits, who appears, and how far it is."""

from datetime import datetime
from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clips import answers, appearances, coauthors, deletion, inbox, publish, unregistered
from onstage.clips.appearances import Appearance, Label
from onstage.clips.inbox import Progress, Waiting
from onstage.clips.models import Audience, Why
from onstage.clock import SECOND, iso
from onstage.db.engine import Connection
from onstage.engagement.cards import cards
from onstage.errors import Invalid
from onstage.web.api.reports import Before
from onstage.web.api.schemas import AccountOut, ClipOut, Limit, problems
from onstage.web.http import App, reads, signed_in, writes

Slug = Annotated[str, PathParameter(max_length=32, description="A clip's public name.")]
Handle = Annotated[str, PathParameter(max_length=31, description="An account's name, without @.")]
Wish = Annotated[str, Meta(max_length=4000)]
LabelId = Annotated[int, PathParameter(ge=1, le=ids.LARGEST)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
_ACT = problems(401, 403, 404, 409)
_CLIP = "/api/v1/clips/{slug:str}"


class ClipYesIn(Struct, forbid_unknown_fields=True):
    """The version that was looked at. `leaves`: yes also to its leaving the server."""

    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    leaves: bool = False


class NoIn(Struct, forbid_unknown_fields=True):
    """Words are for whoever asks, and as optional as the name."""

    words: Wish = ""
    known: bool = False


class WishIn(Struct, forbid_unknown_fields=True):
    """What should be otherwise."""

    words: Wish
    known: bool = False


class LimitIn(Struct, forbid_unknown_fields=True):
    """How far it may go, whatever was agreed to."""

    audience: Audience


class TimeIn(Struct, forbid_unknown_fields=True):
    """When it is to go out."""

    at: datetime


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


class ChangeOut(Struct):
    """One thing that is otherwise than in the version you last agreed to."""

    what: str
    before: str
    after: str


class QuestionOut(Struct):
    """A clip that waits for you. `changed` is null where you have agreed to nothing of it before."""

    slug: str
    url: str
    why: Why
    since: str
    version: int
    account: AccountOut
    author: AccountOut
    coauthors: list[AccountOut]
    caption: str
    audience: Audience
    marked: bool
    appears: list[AccountOut]
    leaves: bool
    changed: list[ChangeOut] | None

    @classmethod
    def of(cls, each: Waiting) -> "QuestionOut":
        """From what the domain says."""
        return cls(
            slug=each.slug, url=f"/c/{each.slug}", why=each.why, since=iso(each.since), version=each.version,
            account=AccountOut.of(each.account), author=AccountOut.of(each.author),
            coauthors=[AccountOut.of(by) for by in each.coauthors], caption=each.content.caption,
            audience=each.content.audience, marked=each.content.marked,
            appears=[AccountOut.of(by) for by in each.appears], leaves=each.leaves,
            changed=None
            if each.changed is None
            else [ChangeOut(change.what, change.before, change.after) for change in each.changed],
        )  # fmt: skip


class WishOut(Struct):
    """What somebody who is asked wrote; without a name unless they wanted it known."""

    words: str
    by: AccountOut | None


class AgreeingOut(Struct):
    """How far a clip of yours is. `refused`: somebody who must agree said no; nobody is told who.

    `owners`, `guardians` and `people` are how many yeses are missing; `ready`: it waits for you alone.
    `erased_at`: somebody in it wants to be gone, and it is erased then; make a version without them.
    """

    given: int
    needed: int
    owners: int
    guardians: int
    people: int
    refused: bool
    waits: bool
    limited: bool
    ready: bool
    deleting: bool
    revised: bool
    due_at: str | None
    erased_at: str | None
    wishes: list[WishOut]

    @classmethod
    def of(cls, far: Progress) -> "AgreeingOut":
        """From what the domain says."""
        now = far.standing
        return cls(
            given=now.given if now else 0, needed=now.needed if now else 0, owners=now.owners if now else 0,
            guardians=now.guardians if now else 0, people=now.people if now else 0, refused=far.refused,
            waits=far.waits_for_basis, limited=far.limited, ready=far.ready, deleting=far.deleting,
            revised=far.revised, erased_at=None if far.erased_at is None else iso(far.erased_at),
            due_at=None if far.due_at is None else iso(far.due_at),
            wishes=[WishOut(words, None if by is None else AccountOut.of(by)) for words, by in far.wishes],
        )  # fmt: skip


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


@get("/api/v1/me/questions", tags=["together"], responses=problems(401), operation_id="questions")
@reads(signed_in)
def waiting(db: Connection, viewer: Viewer) -> list[QuestionOut]:
    """Clips that wait for your answer, oldest first."""
    return [QuestionOut.of(each) for each in inbox.waiting(db, viewer)]


@get("/api/v1/me/appearances", tags=["together"], responses=problems(401), operation_id="my_appearances")
@reads(signed_in)
def with_me(db: Connection, viewer: Viewer, before: Before = None, limit: Limit = 20) -> AppearancePage:
    """Clips that name you, newest first."""
    found = appearances.with_me(db, viewer, before, limit)
    shown = cards(db, viewer, found)
    return AppearancePage([ClipOut.of(card) for card in shown], found[-1] if len(found) == limit else None)


@get(_CLIP + "/question", tags=["together"], responses=problems(401, 404), operation_id="question")
@reads(signed_in)
def question(db: Connection, viewer: Viewer, slug: Slug) -> QuestionOut:
    """What exactly is asked of you about this clip."""
    return QuestionOut.of(inbox.one(db, viewer, slug))


@get(_CLIP + "/agreeing", tags=["together"], responses=problems(401, 404), operation_id="agreeing")
@reads(signed_in)
def agreeing(db: Connection, viewer: Viewer, slug: Slug) -> AgreeingOut:
    """How far your clip is among those who must agree: how many, never whose no it was."""
    return AgreeingOut.of(inbox.progress(db, viewer, slug))


@post(_CLIP + "/yes", status_code=204, tags=["together"], responses=_ACT, operation_id="say_yes")
@writes(signed_in)
def yes(app: App, db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[ClipYesIn]) -> None:
    """Agree to exactly this version. Needs a sign-in check of the last five minutes (403 `check-needed`)."""
    answers.say_yes(db, app.keys, viewer, slug, data.version, leaves=data.leaves)


@post(_CLIP + "/no", status_code=204, tags=["together"], responses=_ACT, operation_id="say_no")
@writes(signed_in)
def no(app: App, db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[NoIn]) -> None:
    """Withhold the clip at once, in every version, until you lift that. No reason is needed."""
    if data.words:
        inbox.wish(db, viewer, slug, data.words, known=data.known)
    answers.say_no(db, app.keys, viewer, slug, known=data.known)


@delete(_CLIP + "/no", tags=["together"], responses=_ACT, operation_id="lift_no")
@writes(signed_in)
def lift(app: App, db: Connection, viewer: Viewer, slug: Slug) -> None:
    """Take your no back; nobody else's goes with it."""
    answers.lift(db, app.keys, viewer, slug)


@post(_CLIP + "/wish", status_code=204, tags=["together"], responses=_ACT, operation_id="wish_for_a_change")
@writes(signed_in)
def wish(db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[WishIn]) -> None:
    """Ask for a change: neither yes nor no."""
    inbox.wish(db, viewer, slug, data.words, known=data.known)


@put(_CLIP + "/limit", status_code=204, tags=["together"], responses=_ACT, operation_id="limit_clip")
@writes(signed_in)
def limit(app: App, db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[LimitIn]) -> None:
    """Let it go no further than this, from now on."""
    answers.narrow(db, app.keys, viewer, slug, data.audience)


@delete(_CLIP + "/limit", tags=["together"], responses=_ACT, operation_id="end_limit")
@writes(signed_in)
def end_limit(app: App, db: Connection, viewer: Viewer, slug: Slug) -> None:
    """Take your own limit back."""
    answers.widen(db, app.keys, viewer, slug)


@post(_CLIP + "/bring-back", status_code=204, tags=["together"], responses=_ACT, operation_id="bring_back")
@writes(signed_in)
def bring_back(app: App, db: Connection, viewer: Viewer, slug: Slug) -> None:
    """Show again what waits because somebody's right has changed."""
    answers.bring_back(db, app.keys, viewer, slug)


@post(_CLIP + "/recall", status_code=204, tags=["together"], responses=_ACT, operation_id="recall")
@writes(signed_in)
def recall(app: App, db: Connection, viewer: Viewer, slug: Slug) -> None:
    """Take your question back: a draft again."""
    inbox.recall(db, app.keys, viewer, slug)


@post(_CLIP + "/stop", status_code=204, tags=["together"], responses=_ACT, operation_id="stop_deletion")
@writes(signed_in)
def stop(app: App, db: Connection, viewer: Viewer, slug: Slug) -> None:
    """Stop others' deletion in an account you run; the clip stays withheld by the no of who wanted it."""
    deletion.stop(db, app.keys, viewer, slug)


@post(_CLIP + "/schedule", status_code=204, tags=["together"], responses=_ACT, operation_id="schedule")
@writes(signed_in)
def schedule(app: App, db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[TimeIn]) -> None:
    """Ask everybody who must agree, and have it go out at that time if they have."""
    if data.at.tzinfo is None:
        raise Invalid("A time needs its zone, such as 2030-01-31T18:00:00Z.", field="at")
    publish.publish(db, app.keys, viewer, slug, due=int(data.at.timestamp() * SECOND))


@get(_CLIP + "/appearances", tags=["together"], responses=problems(401, 404), operation_id="appearances")
@reads(signed_in)
def named(db: Connection, viewer: Viewer, slug: Slug) -> AppearancesOut:
    """Who is in it, as far as you may know."""
    found, labels = appearances.named_in(db, viewer, slug)
    return AppearancesOut([AppearanceOut.of(each) for each in found], [LabelOut.of(each) for each in labels])


@put(
    _CLIP + "/appearances/{handle:str}",
    status_code=204,
    tags=["together"],
    responses=_ACT,
    operation_id="name_somebody",
)
@writes(signed_in)
def name(app: App, db: Connection, viewer: Viewer, slug: Slug, handle: Handle, data: JSONBody[PlaceIn]) -> None:
    """Say that a friend or fellow member appears in your clip. They are asked when you ask."""
    start, end = _place(data.from_seconds, data.to_seconds)
    appearances.name(db, app.keys, viewer, slug, handle, start, end)


def _place(start: float, end: float | None) -> tuple[int, int | None]:
    return round(start * SECOND), None if end is None else round(end * SECOND)


@delete(_CLIP + "/appearances/{handle:str}", tags=["together"], responses=_ACT, operation_id="take_name_out")
@writes(signed_in)
def unname(app: App, db: Connection, viewer: Viewer, slug: Slug, handle: Handle) -> None:
    """Take a name out that nobody was asked about yet."""
    appearances.unname(db, app.keys, viewer, slug, handle)


@delete(_CLIP + "/appearance", tags=["together"], responses=_ACT, operation_id="take_own_name_out")
@writes(signed_in)
def unname_me(app: App, db: Connection, viewer: Viewer, slug: Slug) -> None:
    """Take your own name out. The clip stays as it is; say no to withhold it."""
    appearances.unname(db, app.keys, viewer, slug)


@post(_CLIP + "/labels", tags=["together"], responses=_ACT, operation_id="label_somebody")
@writes(signed_in)
def label(db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[LabelIn]) -> LabelOut:
    """Name somebody in a draft who is not here. With a minor in it, a clip is for its author until a guardian agrees."""
    start, end = _place(data.from_seconds, data.to_seconds)
    made = appearances.label(db, viewer, slug, data.words, minor=data.minor, from_us=start, to_us=end)
    return LabelOut(str(made), data.words, data.minor, data.from_seconds, data.to_seconds)


@delete(_CLIP + "/labels/{label_id:int}", tags=["together"], responses=_ACT, operation_id="take_label_out")
@writes(signed_in)
def unlabel(db: Connection, viewer: Viewer, slug: Slug, label_id: LabelId) -> None:
    """Take a label out of a draft that nobody was asked about."""
    appearances.unlabel(db, viewer, slug, label_id)


@post(
    _CLIP + "/labels/{label_id:int}/guardian", tags=["together"], responses=_ACT, operation_id="name_guardian_of_label"
)
@writes(signed_in)
def guardian(
    app: App, db: Connection, viewer: Viewer, slug: Slug, label_id: LabelId, data: JSONBody[LabelGuardianIn]
) -> LabelLinkOut:
    """Say who answers for a child who is not here, as an adult; they need no account, only the link."""
    origin = app.settings.origin
    secret = unregistered.name_guardian(db, app.keys, viewer, slug, label_id, origin, data.mail.strip())
    return LabelLinkOut(f"{origin}/answer/{secret}")


@post(
    _CLIP + "/labels/{label_id:int}/me", status_code=204, tags=["together"], responses=_ACT, operation_id="that_is_me"
)
@writes(signed_in)
def that_is_me(app: App, db: Connection, viewer: Viewer, slug: Slug, label_id: LabelId) -> None:
    """Say that a label means you: you count as named from now on, and the clip waits for your yes."""
    appearances.take_over(db, app.keys, viewer, slug, label_id)


@put("/api/v1/accounts/{handle:str}/never", status_code=204, tags=["together"], responses=_ACT, operation_id="never")
@writes(signed_in)
def never(db: Connection, viewer: Viewer, handle: Handle) -> None:
    """Never be named by this account."""
    appearances.never(db, viewer, handle)


@delete("/api/v1/accounts/{handle:str}/never", tags=["together"], responses=_ACT, operation_id="end_never")
@writes(signed_in)
def end_never(db: Connection, viewer: Viewer, handle: Handle) -> None:
    """Let this account name you again, if you are friends or fellow members."""
    appearances.end_never(db, viewer, handle)


@get("/api/v1/me/nevers", tags=["together"], responses=problems(401), operation_id="nevers")
@reads(signed_in)
def nevers(db: Connection, viewer: Viewer) -> NeversOut:
    """The accounts that never name you, newest first."""
    return NeversOut([NeverOut(AccountOut.of(each.by), iso(each.at)) for each in appearances.nevers(db, viewer)])


@put(_CLIP + "/coauthors/{handle:str}", status_code=204, tags=["together"], responses=_ACT, operation_id="add_coauthor")
@writes(signed_in)
def add_coauthor(app: App, db: Connection, viewer: Viewer, slug: Slug, handle: Handle) -> None:
    """Say that a friend's account made your draft as well. Its owners are asked with everybody else."""
    coauthors.add(db, app.keys, viewer, slug, handle)


@delete(_CLIP + "/coauthors/{handle:str}", tags=["together"], responses=_ACT, operation_id="take_coauthor_out")
@writes(signed_in)
def take_coauthor_out(db: Connection, viewer: Viewer, slug: Slug, handle: Handle) -> None:
    """Take a co-author out of a draft that nobody was asked about."""
    coauthors.take_out(db, viewer, slug, handle)


@delete(
    "/api/v1/accounts/{handle:str}/coauthored/{slug:str}", tags=["together"], responses=_ACT, operation_id="leave_clip"
)
@writes(signed_in)
def leave_clip(app: App, db: Connection, viewer: Viewer, handle: Handle, slug: Slug) -> None:
    """As an owner of a co-author: have the clip stand on its profile no more. It stays where it is."""
    coauthors.leave(db, app.keys, viewer, slug, handle)


routes = [
    waiting,
    with_me,
    question,
    agreeing,
    yes,
    no,
    lift,
    wish,
    limit,
    end_limit,
    bring_back,
    recall,
    stop,
    schedule,
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
