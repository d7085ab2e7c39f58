"""What a joint account with minors shows of itself: name, handle, picture and bio that wait, yes, no, and taking back."""

from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from onstage.accounts.viewer import Viewer
from onstage.clips.portraits import answers, asking, reading, wishes
from onstage.clips.portraits.reading import Look
from onstage.clips.portraits.record import Portrait
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.web.api.agreeing import ACT, Handle, WishIn, WishOut
from onstage.web.api.schemas import AccountOut, problems
from onstage.web.http import App, reads, signed_in, writes

_PORTRAIT = "/api/v1/accounts/{handle:str}/portrait"


class PortraitAnswerIn(Struct, forbid_unknown_fields=True):
    """The version that was looked at."""

    version: Annotated[int, Meta(ge=1, le=1_000_000)]


class PortraitNoIn(PortraitAnswerIn, forbid_unknown_fields=True):
    """The version that was looked at; `words` reach those who run the account, with your name only if `known`.

    Of more than 1000 characters the first are kept.
    """

    words: str = ""
    known: bool = False


class PortraitOut(Struct):
    """What an account shows of itself, or would."""

    name: str
    handle: str
    bio: str
    avatar_url: str | None

    @classmethod
    def of(cls, shown: Portrait) -> "PortraitOut":
        """From what the domain says."""
        return cls(shown.name, shown.handle, shown.bio, f"/media/{shown.avatar}" if shown.avatar else None)


class PortraitAskedOut(Struct):
    """What waits. `owners`, `guardians` and `people` are how many yeses are missing; nobody is told whose no ends it.

    `answers`: yours is missing; `refuses`: your no ends it; `recalls`: you may take it back; `ready`: everybody has
    agreed, and it is shown once it is saved again.
    """

    version: int
    since: str
    by: AccountOut
    portrait: PortraitOut
    given: int
    needed: int
    owners: int
    guardians: int
    people: int
    answers: bool
    refuses: bool
    recalls: bool
    ready: bool


class PortraitStateOut(Struct):
    """What everybody sees of an account, what noes have taken away, and what waits.

    `may_refuse`: your no would take away what is shown; `own_no`: it does. `wishes`: what those who are asked wrote
    to those who run the account.
    """

    account: AccountOut
    shown: PortraitOut
    withheld: PortraitOut | None
    may_refuse: bool
    own_no: bool
    asked: PortraitAskedOut | None
    wishes: list[WishOut]

    @classmethod
    def of(cls, found: Look) -> "PortraitStateOut":
        """From what the domain says."""
        waits = found.waiting
        return cls(
            account=AccountOut.of(found.account),
            shown=PortraitOut.of(found.shown),
            withheld=PortraitOut.of(found.withheld) if found.withheld else None,
            may_refuse=found.may_refuse,
            own_no=found.own_no,
            wishes=[WishOut(words, None if by is None else AccountOut.of(by)) for words, by in found.wishes],
            asked=None
            if waits is None
            else PortraitAskedOut(
                version=waits.version, since=iso(waits.since), by=AccountOut.of(waits.by),
                portrait=PortraitOut.of(waits.asked), given=waits.standing.given, needed=waits.standing.needed,
                owners=waits.standing.owners, guardians=waits.standing.guardians, people=waits.standing.people,
                answers=waits.answers, refuses=waits.refuses, recalls=waits.recalls, ready=waits.ready,
            ),
        )  # fmt: skip


@get("/api/v1/me/portraits", tags=["together"], responses=problems(401), operation_id="portraits")
@reads(signed_in)
def waiting(db: Connection, viewer: Viewer) -> list[PortraitStateOut]:
    """Accounts with minors that want to show something else of themselves and wait for your yes, oldest first."""
    return [PortraitStateOut.of(each) for each in reading.waiting(db, viewer)]


@get(_PORTRAIT, tags=["together"], responses=problems(401, 404), operation_id="portrait")
@reads(signed_in)
def look(db: Connection, viewer: Viewer, handle: Handle) -> PortraitStateOut:
    """What a joint account shows, and what waits beside it, for whoever runs it or has a right to it."""
    return PortraitStateOut.of(reading.look(db, viewer, handle))


@post(_PORTRAIT + "/yes", status_code=204, tags=["together"], responses=ACT, operation_id="say_yes_to_portrait")
@writes(signed_in)
def yes(app: App, db: Connection, viewer: Viewer, handle: Handle, data: JSONBody[PortraitAnswerIn]) -> None:
    """Agree to exactly this version. Needs a sign-in check of the last five minutes (403 `check-needed`)."""
    answers.say_yes(db, app.keys, viewer, handle, data.version)


@post(_PORTRAIT + "/no", status_code=204, tags=["together"], responses=ACT, operation_id="say_no_to_portrait")
@writes(signed_in)
def no(app: App, db: Connection, viewer: Viewer, handle: Handle, data: JSONBody[PortraitNoIn]) -> None:
    """End what waits; what is shown stays. If this version is shown meanwhile, it is withheld. No reason is needed."""
    answers.say_no(db, app.keys, viewer, handle, data.version, words=data.words, known=data.known)


@post(_PORTRAIT + "/wish", status_code=204, tags=["together"], responses=ACT, operation_id="wish_for_another_portrait")
@writes(signed_in)
def wish(db: Connection, viewer: Viewer, handle: Handle, data: JSONBody[WishIn]) -> None:
    """Say to whoever asks what should be otherwise: neither yes nor no."""
    wishes.wish(db, viewer, handle, data.words, known=data.known)


@post(_PORTRAIT + "/recall", status_code=204, tags=["together"], responses=ACT, operation_id="recall_portrait")
@writes(signed_in)
def recall(app: App, db: Connection, viewer: Viewer, handle: Handle) -> None:
    """Take back what waits: for whoever asks, and for owners."""
    asking.recall(db, app.keys, viewer, handle)


@put(_PORTRAIT + "/refusal", status_code=204, tags=["together"], responses=ACT, operation_id="refuse_portrait")
@writes(signed_in)
def refuse(app: App, db: Connection, viewer: Viewer, handle: Handle) -> None:
    """Withhold the name, picture and bio that are shown, at once and for everybody, until you take that back."""
    answers.withhold(db, app.keys, viewer, handle)


@delete(_PORTRAIT + "/refusal", tags=["together"], responses=ACT, operation_id="accept_portrait")
@writes(signed_in)
def lift(app: App, db: Connection, viewer: Viewer, handle: Handle) -> None:
    """Take your no to what is shown back; nobody else's goes with it."""
    answers.lift(db, app.keys, viewer, handle)


routes = [waiting, look, yes, no, wish, recall, refuse, lift]
