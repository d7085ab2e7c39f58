"""A new cover, new captions and words while somebody says yes: what is shown is what both parents looked at and agreed to."""

import random
from dataclasses import dataclass, field
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import select

from onstage import ids
from onstage.clips.agreeing import revising
from onstage.clips.models import captions, clip_consents, clips, covers_aside
from onstage.clips.renditions import CoverKeys, set_cover
from onstage.errors import Contended, Refused
from tests.cast import KEYS, Actor
from tests.web.family import Family

WORDS = "WEBVTT\n\n00:00.000 --> 00:01.000\n{}\n"
Looked = tuple[str, str, tuple[str, ...]]  # caption, cover, captions


def new_cover() -> CoverKeys:
    return CoverKeys(ids.slug(), ids.slug(), ids.slug(), "", "#ffffff")


def put_captions(family: Family, words: str) -> int:
    path, headers = f"/api/v1/clips/{family.slug}/captions/en", {"content-type": "text/vtt"}
    return family.client.put(path, family.child, body=WORDS.format(words).encode(), headers=headers).status


def choose(family: Family) -> None:
    """What the job does that made a cover."""
    cover = new_cover()
    try:
        with family.app.database.write() as db:
            revising.recover(db, KEYS, family.child.viewer.person or 0, family.clip, cover)
    except Contended:
        return  # a job is tried again


@dataclass
class Part(Thread):
    """Somebody who tries one thing after another."""

    family: Family
    seed: int
    start_: Barrier
    broken: BaseException | None = None

    def __post_init__(self) -> None:
        super().__init__()
        self.pick = random.Random(self.seed)

    __hash__ = Thread.__hash__

    def run(self) -> None:
        self.start_.wait()
        try:
            for _ in range(14):
                self.step()
        except BaseException as error:  # noqa: BLE001 - told to the test
            self.broken = error

    def step(self) -> None:
        raise NotImplementedError


class Author(Part):
    def step(self) -> None:
        family, number = self.family, self.pick.randrange(1000)
        match self.pick.randrange(5):
            case 0:
                put_captions(family, f"words {number}")
            case 1:
                choose(family)
            case 2:
                family.api(family.child, "PATCH", "", json={"caption": f"caption {number}"})
            case 3:
                family.api(family.child, "POST", "/recall")
            case _:
                family.api(family.child, "POST", "/publish")


@dataclass
class Parent(Part):
    who: Actor = field(kw_only=True)
    says_no: bool = field(kw_only=True)
    agreed: dict[int, Looked] = field(default_factory=dict)

    __hash__ = Thread.__hash__

    def step(self) -> None:
        """Look, take a moment, and say yes to what was seen."""
        for asked in self.family.asks(self.who):
            words = tuple(each["words"] for each in asked["captions"])
            looked = (asked["caption"], (asked["cover_url"] or "").rpartition("/")[2], words)
            if self.family.yes(self.who, asked["version"]) == 204:
                assert self.agreed.setdefault(asked["version"], looked) == looked, "a version never changes"
        if self.says_no and self.pick.random() < 0.2:
            self.family.api(self.who, "POST", "/no", json={})
            self.family.api(self.who, "DELETE", "/no")


class Watcher(Thread):
    """What others see, read again and again."""

    def __init__(self, family: Family) -> None:
        super().__init__()
        self.family, self.over = family, Event()
        self.seen: dict[int, set[Looked]] = {}

    def run(self) -> None:
        while not self.over.wait(0.005):
            self.look()
        self.look()

    def look(self) -> None:
        with self.family.app.database.read() as db:
            of = select(clip_consents.c.shown, clips.c.caption, clips.c.cover, captions.c.words)
            both = of.join_from(clips, clip_consents, clip_consents.c.clip_id == clips.c.id)
            said = captions.c.clip_id == clips.c.id
            row = db.execute(both.outerjoin(captions, said).where(clips.c.id == self.family.clip)).one()
        self.seen.setdefault(row.shown, set()).add((row.caption, row.cover, (row.words,)))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_shown_is_what_both_parents_looked_at(family: Family, seed: int) -> None:
    with family.app.database.write() as db:
        set_cover(db, family.clip, new_cover())
    assert put_captions(family, "first") == 200
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        assert family.yes(who, 1) == 204
    start, watcher = Barrier(4), Watcher(family)
    mum = Parent(family, seed, start, who=family.mum, says_no=False)
    dad = Parent(family, seed + 10, start, who=family.dad, says_no=seed == 2)
    parts = [Author(family, seed + 20, start), Author(family, seed + 30, start), mum, dad]
    for each in (watcher, *parts):
        each.start()
    for part in parts:
        part.join()
    put_captions(family, "last")
    mum.step()
    dad.step()
    watcher.over.set()
    watcher.join()
    for part in parts:
        if part.broken is not None:
            raise part.broken
    later = {number: looks for number, looks in watcher.seen.items() if number > 1}
    assert later
    for number, looks in later.items():
        assert looks == {mum.agreed[number]} == {dad.agreed[number]}
    with family.app.database.read() as db:
        waits = db.execute(select(covers_aside.c.cover).where(covers_aside.c.clip_id == family.clip)).scalar()
        stage = db.execute(select(clips.c.stage).where(clips.c.id == family.clip)).scalar()
    assert waits is None or stage in {"draft", "asked"}


def test_a_yes_to_what_has_changed_meanwhile_counts_for_nothing(family: Family) -> None:
    """The cover enters the draft between the look and the yes."""
    family.api(family.child, "POST", "/publish")
    for who in (family.mum, family.dad):
        assert family.yes(who, 1) == 204
    family.api(family.child, "PATCH", "", json={"caption": "other words"})
    (asked,) = family.asks(family.mum)
    assert family.yes(family.dad, asked["version"]) == 204
    choose(family)
    assert family.yes(family.mum, asked["version"]) == 409
    assert family.api(family.friend, "GET", "").json["caption"] == "first words"
    assert [family.asks(who)[0]["version"] for who in (family.mum, family.dad)] == [3, 3], "the father is asked anew"
    with pytest.raises(Refused), family.app.database.write() as db:
        revising.recaption(db, KEYS, family.other.viewer, family.clip, ())
