"""Deciding together about a clip: what waits for you, yes, no, limits, and how far it is."""

from datetime import datetime
from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import answers, inbox, publish, wishing
from onstage.clips.agreeing.inbox import Missing, Progress, Waiting
from onstage.clips.ending import deletion
from onstage.clips.models import Audience, Why
from onstage.clock import SECOND, iso
from onstage.db.engine import Connection
from onstage.errors import Invalid
from onstage.web.api.schemas import AccountOut, WordsOut, problems
from onstage.web.http import App, reads, signed_in, writes

Slug = Annotated[str, PathParameter(max_length=32, description="A clip's public name.")]
Handle = Annotated[str, PathParameter(max_length=31, description="An account's name, without @.")]
Wish = Annotated[str, Meta(max_length=4000)]
LabelId = Annotated[int, PathParameter(ge=1, le=ids.LARGEST)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
ACT = problems(401, 403, 404, 409)
CLIP = "/api/v1/clips/{slug:str}"


class ClipYesIn(Struct, forbid_unknown_fields=True):
    """The version that was looked at. `leaves`: yes also to its leaving the server."""

    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    leaves: bool = False


class NoIn(Struct, forbid_unknown_fields=True):
    """Words are for whoever asks, and as optional as the name; of more than 1000 characters the first are kept."""

    words: str = ""
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


class ChangeOut(Struct):
    """One thing that is otherwise than in the version you last agreed to."""

    what: str
    before: str
    after: str


class QuestionOut(Struct):
    """A clip that waits for you, as it would be shown. `changed` is null where you have agreed to nothing of it before.

    `takes`: others may use it in theirs; `contains`: whose clips it shows a part of.
    """

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
    cover_url: str | None
    captions: list[WordsOut]
    changed: list[ChangeOut] | None
    takes: bool
    contains: list[AccountOut]

    @classmethod
    def of(cls, each: Waiting) -> "QuestionOut":
        """From what the domain says."""
        return cls(
            slug=each.slug, url=f"/c/{each.slug}", why=each.why, since=iso(each.since), version=each.version,
            account=AccountOut.of(each.account), author=AccountOut.of(each.author),
            coauthors=[AccountOut.of(by) for by in each.coauthors], caption=each.content.caption,
            audience=each.content.audience, marked=each.content.marked,
            appears=[AccountOut.of(by) for by in each.appears], leaves=each.leaves,
            cover_url=f"/media/{each.cover}" if each.cover else None,
            captions=[WordsOut(language, text) for language, _source, text in each.captions],
            changed=None
            if each.changed is None
            else [ChangeOut(change.what, change.before, change.after) for change in each.changed],
            takes=each.content.takes, contains=[AccountOut.of(part.by) for part in each.contains if part.by],
        )  # fmt: skip


class WishOut(Struct):
    """What somebody who is asked wrote; without a name unless they wanted it known."""

    words: str
    by: AccountOut | None


class MissingOut(Struct):
    """Somebody in it for whom a yes is missing: their own, or those of so many of their guardians."""

    account: AccountOut
    own: bool
    guardians: int

    @classmethod
    def of(cls, each: Missing) -> "MissingOut":
        """From what the domain says."""
        return cls(AccountOut.of(each.by), each.own, each.guardians)


class AgreeingOut(Struct):
    """How far a clip of yours is. `refused`: somebody who must agree said no; nobody is told who.

    `owners`, `guardians` and `people` are how many yeses are missing; `ready`: it waits for you alone. `missing`: for
    whom; in a draft, for whom it would be if you asked now.
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
    missing: list[MissingOut]

    @classmethod
    def of(cls, far: Progress) -> "AgreeingOut":
        """From what the domain says."""
        now = far.standing
        return cls(
            given=now.given if now else 0, needed=now.needed if now else 0, owners=now.owners if now else 0,
            guardians=now.guardians if now else 0, people=now.people if now else 0, refused=far.refused,
            waits=far.waits_for_basis, limited=far.limited, ready=far.ready, deleting=far.deleting,
            revised=far.draft is not None, erased_at=None if far.erased_at is None else iso(far.erased_at),
            due_at=None if far.due_at is None else iso(far.due_at),
            wishes=[WishOut(words, None if by is None else AccountOut.of(by)) for words, by in far.wishes],
            missing=[MissingOut.of(each) for each in far.missing],
        )  # fmt: skip


@get("/api/v1/me/questions", tags=["together"], responses=problems(401), operation_id="questions")
@reads(signed_in)
def waiting(db: Connection, viewer: Viewer) -> list[QuestionOut]:
    """Clips that wait for your answer, oldest first."""
    return [QuestionOut.of(each) for each in inbox.waiting(db, viewer)]


@get(CLIP + "/question", tags=["together"], responses=problems(401, 404), operation_id="question")
@reads(signed_in)
def question(db: Connection, viewer: Viewer, slug: Slug) -> QuestionOut:
    """What exactly is asked of you about this clip."""
    return QuestionOut.of(inbox.one(db, viewer, slug))


@get(CLIP + "/agreeing", tags=["together"], responses=problems(401, 404), operation_id="agreeing")
@reads(signed_in)
def agreeing(db: Connection, viewer: Viewer, slug: Slug) -> AgreeingOut:
    """How far your clip is among those who must agree: how many, never whose no it was."""
    return AgreeingOut.of(inbox.progress(db, viewer, slug))


@post(CLIP + "/yes", status_code=204, tags=["together"], responses=ACT, operation_id="say_yes")
@writes(signed_in)
def yes(app: App, db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[ClipYesIn]) -> None:
    """Agree to exactly this version. Needs a sign-in check of the last five minutes (403 `check-needed`)."""
    answers.say_yes(db, app.keys, viewer, slug, data.version, leaves=data.leaves)


@post(CLIP + "/no", status_code=204, tags=["together"], responses=ACT, operation_id="say_no")
@writes(signed_in)
def no(app: App, db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[NoIn | None] = None) -> None:
    """Withhold the clip at once, in every version, until you lift that. No reason is needed, nor a body."""
    said = data or NoIn()
    answers.say_no(db, app.keys, viewer, slug, words=said.words, known=said.known)


@delete(CLIP + "/no", tags=["together"], responses=ACT, operation_id="lift_no")
@writes(signed_in)
def lift(app: App, db: Connection, viewer: Viewer, slug: Slug) -> None:
    """Take your no back; nobody else's goes with it."""
    answers.lift(db, app.keys, viewer, slug)


@post(CLIP + "/wish", status_code=204, tags=["together"], responses=ACT, operation_id="wish_for_a_change")
@writes(signed_in)
def wish(db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[WishIn]) -> None:
    """Ask for a change: neither yes nor no."""
    wishing.wish(db, viewer, slug, data.words, known=data.known)


@put(CLIP + "/limit", status_code=204, tags=["together"], responses=ACT, operation_id="limit_clip")
@writes(signed_in)
def limit(app: App, db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[LimitIn]) -> None:
    """Let it go no further than this, from now on."""
    answers.narrow(db, app.keys, viewer, slug, data.audience)


@delete(CLIP + "/limit", tags=["together"], responses=ACT, operation_id="end_limit")
@writes(signed_in)
def end_limit(app: App, db: Connection, viewer: Viewer, slug: Slug) -> None:
    """Take your own limit back."""
    answers.widen(db, app.keys, viewer, slug)


@post(CLIP + "/bring-back", status_code=204, tags=["together"], responses=ACT, operation_id="bring_back")
@writes(signed_in)
def bring_back(app: App, db: Connection, viewer: Viewer, slug: Slug) -> None:
    """Show again what waits because somebody's right has changed."""
    answers.bring_back(db, app.keys, viewer, slug)


@post(CLIP + "/recall", status_code=204, tags=["together"], responses=ACT, operation_id="recall")
@writes(signed_in)
def recall(app: App, db: Connection, viewer: Viewer, slug: Slug) -> None:
    """Take your question back: a draft again."""
    inbox.recall(db, app.keys, viewer, slug)


@post(CLIP + "/stop", status_code=204, tags=["together"], responses=ACT, operation_id="stop_deletion")
@writes(signed_in)
def stop(app: App, db: Connection, viewer: Viewer, slug: Slug) -> None:
    """Stop others' deletion in an account you run; the clip stays withheld by the no of who wanted it."""
    deletion.stop(db, app.keys, viewer, slug)


@post(CLIP + "/schedule", status_code=204, tags=["together"], responses=ACT, operation_id="schedule")
@writes(signed_in)
def schedule(app: App, db: Connection, viewer: Viewer, slug: Slug, data: JSONBody[TimeIn]) -> None:
    """Ask everybody who must agree, and have it go out at that time if they have."""
    if data.at.tzinfo is None:
        raise Invalid("A time needs its zone, such as 2030-01-31T18:00:00Z.", field="at")
    publish.publish(db, app.keys, viewer, slug, due=int(data.at.timestamp() * SECOND))


routes = [
    waiting,
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
]
