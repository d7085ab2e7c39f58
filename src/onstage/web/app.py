"""The composed application that edges are given: requests, jobs and commands."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

from onstage.accounts.leaving import Purger
from onstage.db.engine import Database
from onstage.engagement.plays import PlayWriter
from onstage.keys import Keys
from onstage.mail import Mail
from onstage.push import Push
from onstage.search import Search
from onstage.settings import Settings
from onstage.storage.objects import Objects
from onstage.storage.staging import Staging


@dataclass(frozen=True)
class App:
    """The composed application, as `server.py` put it together."""

    settings: Settings
    database: Database
    storage: Objects
    staging: Staging
    mail: Mail
    search: Search
    keys: Keys
    plays: PlayWriter
    push: Push
    purgers: Sequence[Purger]
    salts: dict[int, bytes] = field(default_factory=dict)  # by day: engagement/viewers.py
    stopping: Event = field(default_factory=Event)  # set when the process is about to end: streams end themselves
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(24, thread_name_prefix="request"))

    def close(self) -> None:
        """Commit what waits and give everything back."""
        self.plays.stop()
        self.threads.shutdown()
        self.database.close()
