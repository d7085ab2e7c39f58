"""Reports of the player, into the log."""

import asyncio
from collections.abc import Awaitable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from onstage.accounts.guardians import screen_time
from onstage.accounts.viewer import Viewer
from onstage.clips.queries import lengths
from onstage.clock import MINUTE, now, read_instant
from onstage.db.engine import Connection
from onstage.engagement.fold import Answer, Outcome
from onstage.engagement.tally import Play, PlayKind
from onstage.engagement.tokens import Token, name_of, read, untimely
from onstage.engagement.viewers import Names
from onstage.web.api.schemas import problems
from onstage.web.http import AnyRequest, App, anyone, in_thread, note_watching, reads
from onstage.web.viewers import names_of, places_of

_DAY_MS = 86_400_000
Milliseconds = Annotated[int, Meta(gt=-1, le=_DAY_MS)]  # of what may be null, the framework does not describe `ge=0`
Moment = Annotated[str, Meta(max_length=40, description="RFC 3339, with its zone.")]


class EventIn(Struct, forbid_unknown_fields=True):
    """What happened to one play of a clip.

    `event` is the player's own id of this event: sent again, it counts once. `play` is its id of this start of playback;
    without one the token stands for a single play. `watched_ms`, `loops` and `reached_ms` are of this play so far: time in
    which the clip ran in view, how often it began again after its end, and the furthest place reached by playing (without
    it: `watched_ms`).
    """

    token: Annotated[str, Meta(max_length=200)]
    event: UUID
    kind: PlayKind
    watched_ms: Milliseconds
    loops: Annotated[int, Meta(ge=0, le=100_000)]
    happened_at: Moment
    play: UUID | None = None
    reached_ms: Milliseconds | None = None


class EventsIn(Struct, forbid_unknown_fields=True):
    """Up to 200 events at once. `sent_at`: this instant by the player's clock, so that a wrong clock does no harm."""

    events: Annotated[list[EventIn], Meta(min_length=1, max_length=200)]
    sent_at: Moment | None = None


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


@dataclass(frozen=True)
class _Report:
    """What all events of one request share."""

    names: Names
    addresses: tuple[bytes, ...]
    lengths: dict[int, int]
    received: int
    clock_behind: int


@post("/api/v1/plays", status_code=200, tags=["plays"], responses=problems(), operation_id="plays")
@reads(anyone)
def report(
    db: Connection, app: App, viewer: Viewer, request: AnyRequest, data: JSONBody[EventsIn]
) -> Awaitable[PlaysOut]:
    """Report plays. What is answered as stored survives a crash.

    Reasons of a refusal: `forged`, `expired` (after 72 hours), `somebody-else` (another viewer's token), `not-visible`
    (the clip is not for this viewer now), `time` (not between issue and receipt), `faster-than-time` (more was watched
    under the token than time has passed since it was issued), `too-many` (more than 1,000 plays under the token).
    """
    tokens = [read(app.keys, event.token) for event in data.events]
    received = now()
    sent = read_instant(data.sent_at) if data.sent_at else None
    shared = _Report(
        names=names_of(app, request, viewer, db),
        addresses=places_of(app, request, viewer),
        lengths=lengths(db, viewer, {given.clip for given in tokens if given}),
        received=received,
        clock_behind=0 if sent is None else received - sent,
    )
    taken = [_play(shared, event, given) for event, given in zip(data.events, tokens, strict=True)]
    plays = [each for each in taken if isinstance(each, Play)]
    return _answered(app, viewer, data.events, taken, app.plays.submit(plays) if plays else None)


async def _answered(
    app: App,
    viewer: Viewer,
    events: Sequence[EventIn],
    taken: Sequence[Play | str],
    stored: "Future[list[Answer]] | None",
) -> PlaysOut:
    found: list[Answer] = await asyncio.wrap_future(stored) if stored else []
    answers = iter(found)
    each = [Answer(Outcome.REFUSED, play) if isinstance(play, str) else next(answers) for play in taken]
    positions = [answer.position for answer in each if answer.position is not None]
    outcomes = [
        OutcomeOut(str(event.event), answer.outcome, answer.reason) for event, answer in zip(events, each, strict=True)
    ]
    over = await in_thread(app, _over, app, viewer, taken) if screen_time.is_limited(viewer) else None
    return PlaysOut(outcomes, max(positions, default=None), over)


def _over(app: App, viewer: Viewer, taken: Sequence[Play | str]) -> str | None:
    """Count a minor's minutes by what they report, and say when it is enough."""
    assert viewer.person is not None
    received = now()
    plays = [play for play in taken if isinstance(play, Play) and play.kind is not PlayKind.IMPRESSION]
    watched = max((play.watched_ms for play in plays), default=None)
    if watched is not None:
        note_watching(app, viewer.person, received, min(watched * 1000, 10 * MINUTE))
    with app.database.read() as db:
        over = screen_time.how(db, viewer.person, received).over
    return None if over is None else over.value


def _play(shared: _Report, event: EventIn, given: Token | None) -> Play | str:
    """The event as it will be stored, or why it can't be true."""
    if given is None:
        return "forged"
    same = shared.names.same(given.viewer)
    if same is None:
        return "somebody-else"
    if given.clip not in shared.lengths:
        return "not-visible"
    happened = read_instant(event.happened_at)
    if happened is None:
        return "time"
    happened += shared.clock_behind
    reason = untimely(given, happened, shared.received)
    if reason is not None:
        return reason
    duration_ms = shared.lengths[given.clip] // 1000
    reached = event.watched_ms if event.reached_ms is None else event.reached_ms
    token = name_of(event.token)
    return Play(
        event=event.event.bytes, token=token, play=name_of(f"{event.token} {event.play}"), clip=given.clip,
        viewer=given.viewer, same=same, addresses=shared.addresses, kind=event.kind, surface=given.surface.value,
        place=given.place, propensity=given.propensity, watched_ms=event.watched_ms,
        reached_ms=min(reached, duration_ms), loops=event.loops, duration_ms=duration_ms, issued_at=given.issued_at,
        happened_at=happened, received_at=shared.received,
    )  # fmt: skip


routes = [report]
