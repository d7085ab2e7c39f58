"""Requests of several people about one clip at the same moment: each is answered in words, and a no is heeded by all."""

import random
from threading import Barrier, Thread

import pytest

from onstage.accounts.guardians import guarding
from onstage.clips.agreeing import rows
from onstage.clips.models import HoldKind
from onstage.clips.rules.invariants import agreed, within_limits
from onstage.clock import now
from onstage.errors import Refused
from tests.cast import KEYS, Actor
from tests.web.family import Family

ACTS = {
    "yes": ("POST", "/yes", {"version": 1}),
    "no": ("POST", "/no", {}),
    "lift": ("DELETE", "/no", None),
    "publish": ("POST", "/publish", None),
    "edit": ("PATCH", "", {"caption": "other words"}),
    "recall": ("POST", "/recall", None),
    "delete": ("DELETE", "", None),
    "restore": ("POST", "/restore", None),
}


class Asking(Thread):
    """Somebody who sends one request after another, at random."""

    def __init__(self, family: Family, who: Actor, acts: str, start: Barrier) -> None:
        super().__init__()
        self.family, self.who, self.acts, self.begin = family, who, acts.split(), start
        self.pick, self.statuses = random.Random(acts), list[int]()

    def run(self) -> None:
        self.begin.wait()
        for _ in range(10):
            method, path, body = ACTS[self.pick.choice(self.acts)]
            more = {} if body is None else {"json": body}
            self.statuses.append(self.family.api(self.who, method, path, **more).status)


class Ending(Thread):
    """The father's guardianship ends in the middle of it."""

    def __init__(self, family: Family, start: Barrier) -> None:
        super().__init__()
        self.family, self.begin = family, start
        self.refused: Refused | None = None

    def run(self) -> None:
        self.begin.wait()
        try:
            with self.family.app.database.write() as db:
                child = self.family.child.viewer.person or 0
                row = guarding.live(db, self.family.dad.viewer.person, child)
                guarding.end(db, KEYS, row["id"], None, now(), how="ended")
        except Refused as refused:
            self.refused = refused


@pytest.mark.parametrize("turn", range(2))
def test_requests_at_the_same_moment_are_all_answered(family: Family, turn: int) -> None:
    start = Barrier(5)
    asking = [
        Asking(family, family.child, f"publish edit recall delete restore publish {'no' * turn}", start),
        Asking(family, family.mum, "yes no lift yes", start),
        Asking(family, family.dad, "yes no lift yes", start),
        Asking(family, family.friend, "yes no edit delete", start),
    ]
    ending = Ending(family, start)
    for thread in (*asking, ending):
        thread.start()
    for thread in (*asking, ending):
        thread.join()
    assert ending.refused is None
    for thread in asking:
        assert len(thread.statuses) == 10
        assert all(status < 500 for status in thread.statuses), thread.statuses
    with family.app.database.read() as db:
        found = rows.load(db, family.clip)
    assert agreed(found.clip, found.facts)
    assert within_limits(found.clip, found.facts)
    assert family.sees(family.friend) == found.clip.visible
    givers = {hold.giver for hold in found.clip.holds if hold.kind is HoldKind.NO}
    assert family.dad.viewer.person not in givers, "the no of who is guardian no more is a question"
