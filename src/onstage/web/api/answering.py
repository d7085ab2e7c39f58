"""Answers by a link, without an account: whoever stands for a child who is not here says yes, no, or takes that back."""

from typing import Annotated

from litestar import delete, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter
from litestar.types import ASGIApp
from msgspec import Meta, Struct

from onstage.clips.agreeing import unregistered
from onstage.clips.agreeing.unregistered import Question
from onstage.clips.models import Audience, Why
from onstage.clips.queries import MediaFile
from onstage.db.engine import Connection
from onstage.web.api.schemas import AccountOut, WordsOut, problems
from onstage.web.http import AnyRequest, App, anyone, reads, writes
from onstage.web.media import Delivery

Secret = Annotated[str, PathParameter(max_length=60, description="The last part of the link.")]
Which = Annotated[
    str, QueryParameter(name="clip", max_length=32, description="Which clip, where the link leads to several.")
]
_LINK = "/api/v1/answers/{secret:str}"
_ACT = problems(403, 404, 409)


class LinkYesIn(Struct, forbid_unknown_fields=True):
    """The version that was looked at."""

    version: Annotated[int, Meta(ge=1, le=1_000_000)]


class LinkChangeOut(Struct):
    """One thing that is otherwise than in the version you last agreed to."""

    what: str
    before: str
    after: str


class LinkAgainOut(Struct):
    """Another clip of the same film, to which your link leads with `?clip=`; `refused`: your no stands there."""

    clip: str
    refused: bool


class LinkQuestionOut(Struct):
    """What is asked about the child in `label`. `why` is null while nothing of the clip is shown to you.

    `agreed`: your yes to exactly this version stands; `refused`: your no stands. `label` is empty in a clip that your no
    went into because it is of the same film; `again`: the others of that film.
    """

    clip: str
    again: list[LinkAgainOut]
    label: str
    account: AccountOut
    author: AccountOut
    why: Why | None
    version: int
    caption: str | None
    audience: Audience | None
    film_url: str | None
    cover_url: str | None
    captions: list[WordsOut]
    agreed: bool
    refused: bool
    changed: list[LinkChangeOut] | None

    @classmethod
    def of(cls, found: Question, secret: str) -> "LinkQuestionOut":
        """From what the domain says."""
        look = found.look
        changed = look.changed if look else None
        of = f"?clip={found.slug}" if found.again else ""
        return cls(
            clip=found.slug,
            again=[LinkAgainOut(each.slug, each.refused) for each in found.again],
            label=found.words,
            account=AccountOut.of(found.account),
            author=AccountOut.of(found.author),
            why=found.why,
            version=found.version,
            caption=look.content.caption if look else None,
            audience=look.content.audience if look else None,
            film_url=f"/answer/{secret}/film{of}" if look else None,
            cover_url=f"/answer/{secret}/cover{of}" if look and look.cover else None,
            captions=[WordsOut(language, text) for language, _source, text in (look.captions if look else ())],
            agreed=found.agreed,
            refused=found.refused,
            changed=None
            if changed is None
            else [LinkChangeOut(each.what, each.before, each.after) for each in changed],
        )


@get(_LINK, tags=["answers"], responses=problems(404), operation_id="question_by_link")
@reads(anyone)
def question(db: Connection, secret: Secret, which: Which = "") -> LinkQuestionOut:
    """What is asked behind your link; the film is at `film_url`."""
    return LinkQuestionOut.of(unregistered.question(db, secret, which), secret)


@post(_LINK + "/yes", status_code=204, tags=["answers"], responses=_ACT, operation_id="say_yes_by_link")
@writes(anyone)
def yes(app: App, db: Connection, secret: Secret, data: JSONBody[LinkYesIn], which: Which = "") -> None:
    """Agree to exactly this version, to be shown to those near at most."""
    unregistered.say_yes(db, app.keys, secret, data.version, which)


@post(_LINK + "/no", status_code=204, tags=["answers"], responses=_ACT, operation_id="say_no_by_link")
@writes(anyone)
def no(app: App, db: Connection, secret: Secret, which: Which = "") -> None:
    """Withhold the clip at once, in every version, until you take that back; with it every other clip of its film."""
    unregistered.say_no(db, app.keys, secret, which)


@delete(_LINK + "/no", tags=["answers"], responses=_ACT, operation_id="lift_no_by_link")
@writes(anyone)
def lift(app: App, db: Connection, secret: Secret, which: Which = "") -> None:
    """Take your no to this clip back."""
    unregistered.lift(db, app.keys, secret, which)


@get("/answer/{secret:str}/film", include_in_schema=False)
@reads(anyone)
def film(app: App, request: AnyRequest, db: Connection, secret: Secret, which: Which = "") -> ASGIApp:
    """The film, for whoever has the link, while something is shown behind it."""
    return Delivery(app, request, MediaFile(unregistered.film(db, secret, which), "video/mp4", public=False))


@get("/answer/{secret:str}/cover", include_in_schema=False)
@reads(anyone)
def cover(app: App, request: AnyRequest, db: Connection, secret: Secret, which: Which = "") -> ASGIApp:
    """The cover, likewise."""
    return Delivery(app, request, MediaFile(unregistered.cover(db, secret, which), "image/webp", public=False))


routes = [question, yes, no, lift, film, cover]
