"""What is told to browsers as it happens: one look a second at the database on behalf of everybody who listens."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import msgspec

from onstage.accounts import notices
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing.withdrawing import lately
from onstage.clips.film import progress
from onstage.clips.models import Stage
from onstage.db.engine import Connection
from onstage.engagement.cards import Card, cards
from onstage.engagement.counts import Numbers, numbers
from onstage.notifications.inbox import unread
from onstage.web.api.clips_edit import ProgressOut
from onstage.web.http import App, in_thread

LOOK_EVERY = 1.0
MOST_COUNTED = 100  # inboxes at each look, in turn: what stands in one is asked of the visibility rule
MOST_UNHEARD = 1000
END = b""
_LEAST_MOVE = 5  # per cent
_UNDER_WAY = {Stage.UPLOADING, Stage.PROCESSING}


class CountsOut(msgspec.Struct):
    """The numbers of a clip as a viewer sees them; null where its account hides them."""

    slug: str
    views: int | None
    likes: int | None
    comments: int

    @classmethod
    def of(cls, card: Card) -> "CountsOut":
        """From a card."""
        return cls(card.slug, card.views, card.likes, card.comments)


@dataclass(eq=False)
class Listener:
    """A browser that listens: who it is, the clips whose numbers it shows, and what it has not been sent yet."""

    viewer: Viewer
    clips: Mapping[int, str]  # names by id
    waiting: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)
    fresh: bool = True
    unread: int | None = None
    counted_at: float = 0.0  # when its inbox was last looked into, by a clock that only goes on

    def tell(self, name: str, data: object) -> None:
        """Have an event sent, unless the browser has long stopped reading."""
        if self.waiting.qsize() < MOST_UNHEARD:
            self.waiting.put_nowait(b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n")


@dataclass
class _Found:
    """What one look saw."""

    far: dict[int, dict[str, ProgressOut]]
    numbers: dict[int, Numbers]
    cards: dict[tuple[Viewer, int], Card]
    withheld: set[tuple[Viewer, int]]  # withdrawn a moment ago, and no longer for this viewer to see
    unread: dict[Viewer, int]


@dataclass
class Hub:
    """Who listens in this process, and what was seen last; used on the event loop alone."""

    app: App
    listeners: set[Listener] = field(default_factory=set)
    known: dict[int, dict[str, ProgressOut]] = field(default_factory=lambda: defaultdict(dict))
    numbers: dict[int, Numbers] = field(default_factory=dict)
    paces: dict[str, "Pace"] = field(default_factory=dict)
    looking: "asyncio.Task[None] | None" = None

    def listen(self, viewer: Viewer, clips: Mapping[int, str]) -> Listener:
        """A listener from now on, begun with where everything stands."""
        listener = Listener(viewer, clips)
        for far in self.known[viewer.person].values() if viewer.person is not None else ():
            listener.tell("progress", far)
        self.listeners.add(listener)
        self.keep_looking()
        return listener

    def keep_looking(self) -> None:
        """Look on, also after the database was away."""
        if self.looking is None or self.looking.done():
            self.looking = asyncio.create_task(self._look())

    async def leave(self, listener: Listener) -> None:
        """No more events for that listener; with the last one the looking ends."""
        self.listeners.discard(listener)
        for gone in self.known.keys() - {each.viewer.person for each in self.listeners}:
            del self.known[gone]
        for gone in self.numbers.keys() - {clip for each in self.listeners for clip in each.clips}:
            del self.numbers[gone]
        if not self.listeners and self.looking is not None:
            self.looking.cancel()
            await asyncio.wait([self.looking])

    async def _look(self) -> None:
        while self.listeners:
            asked = list(self.listeners)
            slugs = [slug for known in self.known.values() for slug in known]
            counted = in_turn(asked)
            self._tell(asked, await in_thread(self.app, _found, self.app, asked, counted, slugs, dict(self.numbers)))
            if self.app.stopping.is_set():
                for listener in self.listeners:
                    listener.waiting.put_nowait(END)
                return
            await asyncio.sleep(LOOK_EVERY)

    def _tell(self, asked: Collection[Listener], found: _Found) -> None:
        news: dict[int, list[tuple[str, object]]] = {}
        for person in {each.viewer.person for each in asked if each.viewer.person is not None}:
            now, before = self._estimated(found.far.get(person, {})), self.known[person]
            news[person] = [("progress", far) for slug, far in now.items() if before.get(slug) != far]
            news[person] += [("gone", {"slug": slug}) for slug in before.keys() - now.keys()]
            self.known[person] = {slug: far for slug, far in now.items() if far.stage in _UNDER_WAY}
        for listener in asked:
            for name, data in news.get(listener.viewer.person or 0, ()):
                listener.tell(name, data)
            new = found.unread.get(listener.viewer)
            if new is not None and new != listener.unread:
                listener.unread = new
                listener.tell("unread", {"count": new})
            for clip in listener.clips:
                card = found.cards.get((listener.viewer, clip))
                if card is not None and (listener.fresh or self.numbers.get(clip) != found.numbers.get(clip)):
                    listener.tell("counts", CountsOut.of(card))
                if (listener.viewer, clip) in found.withheld:
                    listener.tell("withheld", {"slug": listener.clips[clip]})
            listener.fresh = False
        self.numbers.update(found.numbers)

    def _estimated(self, found: dict[str, ProgressOut]) -> dict[str, ProgressOut]:
        clock = time.monotonic()
        for slug, far in found.items():
            pace = self.paces.get(slug)
            if far.stage not in _UNDER_WAY:
                self.paces.pop(slug, None)
                continue
            if pace is None or pace.words != far.words or far.percent < pace.percent:
                pace = self.paces[slug] = Pace(far.words, far.percent, clock)
            far.seconds_left = pace.left(far.percent, clock)
        return found


@dataclass
class Pace:
    """Where a step was when it was first seen, and since when it is where it is; instants in seconds."""

    words: str
    percent: int
    since: float
    reached: int = 0
    reached_at: float = 0

    def left(self, percent: int, moment: float) -> int | None:
        """Seconds to the end of the step at this pace, rounded to what is honest; None before it has moved.

        It counts down from one per cent to the next, and grows again only when the next takes longer than the others.
        """
        if percent != self.reached:
            self.reached, self.reached_at = percent, moment
        moved = percent - self.percent
        if moved < _LEAST_MOVE:
            return None
        told = (100 - percent) * (self.reached_at - self.since) / moved - (moment - self.reached_at)
        left = max(told, (99 - percent) * (moment - self.since) / (moved + 1))
        return round(left) if left < 10 else round(left / 5) * 5


def in_turn(asked: Collection[Listener]) -> set[Viewer]:
    """Whose inboxes are counted this time: of those who listen, the ones who have waited longest."""
    waiting = sorted((each for each in asked if each.viewer.signed_in), key=lambda each: each.counted_at)
    for each in waiting[:MOST_COUNTED]:
        each.counted_at = time.monotonic()
    return {each.viewer for each in waiting[:MOST_COUNTED]}


def _new(db: Connection, counted: set[Viewer]) -> dict[Viewer, int]:
    """How much is new in each of these inboxes: to the account that is acted as, and to the person."""
    told = notices.unseen(db, [each.person for each in counted if each.person is not None])
    return {viewer: count + told.get(viewer.person or 0, 0) for viewer, count in unread(db, counted).items()}


def _found(
    app: App, asked: Collection[Listener], counted: set[Viewer], slugs: list[str], before: Mapping[int, Numbers]
) -> _Found:
    """One look, in a thread: who may see a clip is asked again for each clip whose numbers have changed."""
    persons = list({each.viewer.person for each in asked if each.viewer.person is not None})
    watched = {clip for each in asked for clip in each.clips}
    far: dict[int, dict[str, ProgressOut]] = defaultdict(dict)
    with app.database.read() as db:
        coming = progress.watch(db, persons, slugs) if persons else []
        now = numbers(db, watched) if watched else {}
        changed = {clip for clip in watched if now.get(clip) != before.get(clip)}
        wanted = {(each.viewer, clip) for each in asked for clip in each.clips if each.fresh or clip in changed}
        seen = {(viewer, card.id): card for viewer, clip in wanted for card in cards(db, viewer, [clip])}
        gone = lately(db) & watched if watched else set()
        again = {(each.viewer, clip) for each in asked for clip in gone & each.clips.keys()}
        held = {(viewer, clip) for viewer, clip in again if not cards(db, viewer, [clip])}
        new = _new(db, counted)
    for person, each in coming:
        came = app.staging.length(each.upload) if each.upload and each.stage is Stage.UPLOADING else 0
        far[person][each.slug] = ProgressOut.of(each, came or 0)
    return _Found(far, now, seen, held, new)
