"""Reports of the player, into the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from onstage.accounts import screen_time
from onstage.accounts.viewer import Viewer
from onstage.clips.queries import still_visible
from onstage.clock import MINUTE, SECOND, now
from onstage.engagement.plays import Answer, Outcome, Play, PlayKind, Token, read_token, refusal
from onstage.web.api.schemas import problems
from onstage.web.cards import viewer_key
from onstage.web.http import AnyRequest, App, anyone, note_watching, plain

Surface = Literal["for_you", "following", "tag", "account", "clip", "search"]


class EventIn(Struct, forbid_unknown_fields=True):
    """One event: `event` is the player's own id of it, so that it can be sent again and counts once."""

    token: Annotated[str, Meta(max_length=200)]
    event: UUID
    kind: PlayKind
    surface: Surface
    watched_ms: Annotated[int, Meta(ge=0, le=86_400_000)]
    loops: Annotated[int, Meta(ge=0, le=100_000)]
    happened_at: Annotated[str, Meta(max_length=40, description="RFC 3339, with its zone.")]


class EventsIn(Struct, forbid_unknown_fields=True):
    """Up to 200 events at once."""

    events: Annotated[list[EventIn], Meta(min_length=1, max_length=200)]


class OutcomeOut(Struct):
    """What became of an event: stored, duplicate, or refused with the reason."""

    event: str
    outcome: Outcome
    reason: str


class PlaysOut(Struct):
    """One outcome for each event, in order; `position` is how far the log reached with them.

    `over`: watching ends for you now, because today's minutes are used up (`limit`) or it is a quiet hour (`quiet`).
    """

    outcomes: list[OutcomeOut]
    position: int | None
    over: str | None = None


@post("/api/v1/plays", status_code=200, tags=["plays"], responses=problems(), operation_id="plays")
@plain(anyone)
def report(app: App, viewer: Viewer, request: AnyRequest, data: JSONBody[EventsIn]) -> PlaysOut:
    """Report plays. What is answered as stored survives a crash."""
    tokens = [read_token(app.keys, event.token) for event in data.events]
    received = now()
    visible = _visible(app, viewer, tokens)
    key = viewer_key(app, request, viewer)
    plays, refusals = [], {}
    for place, (event, given) in enumerate(zip(data.events, tokens, strict=True)):
        reason = _reason(event, given, key, visible, received)
        if reason or given is None:
            refusals[place] = Answer(Outcome.REFUSED, reason or "forged")
        else:
            plays.append(_play(event, given, received))
    stored = iter(app.plays.submit(plays).result() if plays else [])
    answers = [refusals.get(place) or next(stored) for place in range(len(data.events))]
    positions = [answer.position for answer in answers if answer.position is not None]
    outcomes = [
        OutcomeOut(str(event.event), answer.outcome, answer.reason)
        for event, answer in zip(data.events, answers, strict=True)
    ]
    return PlaysOut(outcomes, max(positions, default=None), _over(app, viewer, plays, received))


def _over(app: App, viewer: Viewer, plays: Sequence[Play], received: int) -> str | None:
    """Count a minor's minutes by what they report, and say when it is enough."""
    if not screen_time.is_limited(viewer) or viewer.person is None:
        return None
    watched = max((play.watched_ms for play in plays if play.kind is not PlayKind.IMPRESSION), default=None)
    if watched is not None:
        note_watching(app, viewer.person, received, min(watched * 1000, 10 * MINUTE))
    with app.database.read() as db:
        over = screen_time.how(db, viewer.person, received).over
    return None if over is None else over.value


def _visible(app: App, viewer: Viewer, tokens: Sequence[Token | None]) -> set[int]:
    with app.database.read() as db:
        return still_visible(db, viewer, [given.clip for given in tokens if given])


def _reason(event: EventIn, given: Token | None, key: bytes, visible: set[int], received: int) -> str | None:
    if given is None:
        return "forged"
    if given.viewer != key:
        return "somebody-else"
    if given.clip not in visible:
        return "not-visible"
    happened_at = _instant(event.happened_at)
    return "time" if happened_at is None else refusal(given, event.watched_ms, happened_at, received)


def _instant(moment: str) -> int | None:
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return None if read.tzinfo is None else int(read.timestamp() * SECOND)


def _play(event: EventIn, given: Token, received: int) -> Play:
    return Play(
        event=event.event.bytes,
        clip=given.clip,
        viewer=given.viewer,
        kind=event.kind,
        surface=event.surface,
        watched_ms=event.watched_ms,
        loops=event.loops,
        happened_at=_instant(event.happened_at) or received,
        received_at=received,
    )


routes = [report]
