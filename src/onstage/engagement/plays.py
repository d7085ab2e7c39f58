"""The writer of plays: one thread in each web process commits events in groups, then answers.

What is answered as stored survives a crash. The rules of what counts are in `tally`, the transaction in `log`.
"""

import logging
import queue
import threading
import time
from concurrent.futures import Future

from sqlalchemy.exc import DBAPIError

from onstage.db.engine import Database
from onstage.engagement.fold import Answer
from onstage.engagement.log import store
from onstage.engagement.tally import Play

BATCH_EVENTS = 500
BATCH_SECONDS = 0.005
OTHERS_SHARE = 0.3  # of the time that a commit took, the writer rests after it: others who wait ask only now and then
TRIES = 3

_log = logging.getLogger("onstage.plays")
_Asked = tuple[list[Play], "Future[list[Answer]]"]


class PlayWriter:
    """Collects for at least 5 ms, commits 500 events or a few more, answers: the pause lets other processes write."""

    def __init__(self, database: Database, guest_views_at_most: int = 10) -> None:
        self._database = database
        self._guest_views_at_most = guest_views_at_most
        self._not_before = 0.0
        self._waiting: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="plays", daemon=True)
        self._thread.start()

    def submit(self, batch: list[Play]) -> "Future[list[Answer]]":
        """The answers to these events, once they are committed."""
        future: Future[list[Answer]] = Future()
        self._waiting.put((batch, future))
        return future

    def stop(self) -> None:
        """Commit what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, ended = self._collect(first)
            self._commit(group)
            if ended:
                return

    def _collect(self, first: _Asked) -> tuple[list[_Asked], bool]:
        group, count = [first], len(first[0])
        deadline = max(time.monotonic() + BATCH_SECONDS, self._not_before)
        while count < BATCH_EVENTS:
            try:
                more = self._waiting.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return group, False
            if more is None:
                return group, True
            group.append(more)
            count += len(more[0])
        time.sleep(max(0.0, deadline - time.monotonic()))
        return group, False

    def _commit(self, group: list[_Asked]) -> None:
        batch = [play for each, _ in group for play in each]
        started = time.monotonic()
        try:
            answers = self._stored(batch)
        except Exception as error:  # noqa: BLE001 - the edge of the writer: every waiting request hears of it
            for _, future in group:
                future.set_exception(error)
            return
        ended = time.monotonic()
        self._not_before = ended + (ended - started) * OTHERS_SHARE
        start = 0
        for each, future in group:
            future.set_result(answers[start : start + len(each)])
            start += len(each)

    def _stored(self, batch: list[Play]) -> list[Answer]:
        for attempt in range(1, TRIES + 1):
            try:
                with self._database.write() as db:
                    return store(db, batch, self._guest_views_at_most)
            except DBAPIError as error:  # a deadlock, or a connection that broke: nothing of the group was committed
                if attempt == TRIES:
                    raise
                _log.warning("a group of plays is tried again", exc_info=error)
        raise AssertionError
