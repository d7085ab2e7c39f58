"""I8: reading the ledger again gives the state of families and accounts, whoever did what, with the names or without."""

import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from onstage.accounts import growing, guardianship, invitations, joint, leaving, ledger
from onstage.accounts.acts import Act
from onstage.accounts.doors import recovery
from onstage.accounts.doors.recovery import Purpose
from onstage.accounts.guardians import absence, guarding, vouching
from onstage.accounts.guardians.vouching import Method
from onstage.accounts.guardianship import Agreement
from onstage.accounts.invitations import Invitation
from onstage.accounts.ledger import Entry
from onstage.accounts.membership import PublishingRule, is_frozen
from onstage.accounts.membership import owners as owners_of
from onstage.accounts.models import JointKind, Role, accounts, guardianships, ledger_mentions, people
from onstage.accounts.models import ledger as entries
from onstage.accounts.queries import personal_account
from onstage.accounts.replay import Clip, replay
from onstage.accounts.signup import SignedUp
from onstage.accounts.viewer import Viewer
from onstage.clock import DAY, now, to_datetime
from onstage.db.engine import Connection
from onstage.errors import Refused
from onstage.jobs.models import jobs
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from onstage.upkeep import ledger_replay
from onstage.web.app import App
from onstage.web.pages.record import _WHAT
from tests.accounts.joining import join, signed_in
from tests.accounts.second_reader import read_again
from tests.cast import KEYS

AGES = {"mum": 40, "dad": 42, "aunt": 35, "kid": 14, "teen": 15, "big": 17, "ola": 50}


class Household:
    """Some adults, some who are younger, accounts that they run together, and what each of them tries."""

    def __init__(self, app: App, pick: random.Random) -> None:
        self.app, self.pick, self.time = app, pick, now()
        born = {name: to_datetime(now() - 100 * DAY).date() - timedelta(days=366 * age) for name, age in AGES.items()}
        database = app.database
        joined: dict[str, SignedUp] = {}
        for name, day in born.items():
            more: dict[str, Any] = self._by_a_guardian(joined["mum"].person) if name in {"kid", "teen"} else {}
            joined[name] = join(database, name, birth_date=day, **more)
        self.people = {name: signed_in(database, who) for name, who in joined.items()}
        with database.write() as db:
            db.execute(update(people).where(people.c.id == joined["ola"].person).values(is_server_owner=1))
            db.execute(update(people).where(people.c.id == joined["mum"].person).values(vouches=1))
        self.people = {name: signed_in(database, who) for name, who in joined.items()}
        for name in ("first", "second"):
            self._begin(name)

    def _begin(self, name: str) -> None:
        self.do(lambda db: joint.begin(db, KEYS, self.people["mum"], JointKind.FAMILY, name, name, self.time))

    def _by_a_guardian(self, guardian: int) -> dict[str, Any]:
        with self.app.database.write() as db:
            link = recovery.make_link(db, Purpose.WARD, now(), made_by=guardian)
        return {"link": link, "link_purpose": Purpose.WARD}

    def do(self, act: Callable[[Connection], object]) -> bool:
        """Do it; whether it was accepted. Afterwards the ledger tells what the tables hold."""
        try:
            with self.app.database.write() as db:
                act(db)
            accepted = True
        except Refused:
            accepted = False
        self.look()
        return accepted

    def look(self) -> None:
        with self.app.database.read() as db:
            assert ledger_replay.differences(db) == []
            held = ledger_replay.tables(db, ledger_replay.aliases(db))
            frozen = {viewer.person for viewer in self.people.values() if self._is_frozen(db, viewer)}
            names = ledger_replay.aliases(db)
            assert {names["person", each] for each in frozen if each} == held.frozen() & set(names.values()) - {
                alias for (kind, _), alias in names.items() if kind == "account"
            }

    def _is_frozen(self, db: Connection, viewer: Viewer) -> bool:
        there = db.execute(select(people.c.id).where(people.c.id == viewer.person)).first()
        return there is not None and is_frozen(db, personal_account(db, viewer.person or 0), viewer.person or 0)

    def anybody(self) -> Viewer:
        return self.pick.choice(list(self.people.values()))

    def guardianship(self) -> int:
        with self.app.database.read() as db:
            live = select(guardianships.c.id).where(guardianships.c.ended_at.is_(None))
            found = [int(each) for each in db.execute(live.order_by(guardianships.c.id)).scalars()]
        return self.pick.choice(found) if found else 0

    def step(self) -> bool:
        """One thing that somebody tries, mostly what leads somewhere."""
        who, other, at, pick = self.anybody(), self.anybody(), self.time, self.pick
        handle, member, guarded = pick.choice(["first", "second"]), other.handle, self.guardianship()
        adult, young = (
            self.people[pick.choice(["mum", "dad", "aunt"])],
            self.people[pick.choice(["kid", "teen", "big"])],
        )
        voucher, minor = self.people[pick.choice(["ola", "ola", "mum"])], young.person or 0
        yes, role, rule = pick.random() < 0.7, pick.choice(list(Role)), pick.choice(list(PublishingRule))
        acts: list[Callable[[Connection], object]] = [
            lambda db: guarding.claim(db, KEYS, adult, young.handle, at),
            lambda db: guarding.answer(db, KEYS, young, guarded, yes, at),
            lambda db: guarding.come_in(db, KEYS, adult, guarding.ask_in(db, young, minor, at), at),
            lambda db: vouching.check(db, KEYS, voucher, guarded, Method.MET, {"document": "a passport"}, at),
            lambda db: vouching.contest(db, KEYS, young, guarded, "It is not so.", at),
            lambda db: vouching.decide(db, KEYS, voucher, guarded, yes, "I looked.", at),
            lambda db: vouching.judge_end(db, KEYS, voucher, guarded, "It never was.", at, annul=True),
            lambda db: guarding.end_own(db, KEYS, adult, minor, at),
            lambda db: self._invite(db, handle, member, role),
            lambda db: self._invite(db, handle, young.handle, Role.CREATOR),
            lambda db: joint.leave(db, KEYS, who, handle, at),
            lambda db: joint.remove(db, KEYS, adult, handle, member, at),
            lambda db: joint.change_role(db, KEYS, adult, handle, member, role, at),
            lambda db: joint.take_out(db, KEYS, adult, minor, handle, at),
            lambda db: [joint.want_rule(db, KEYS, each, handle, rule, at) for each in self._owners(db, handle)],
            lambda db: growing.own_family_accounts(db, KEYS, minor, {self._account(db, handle)}, at),
            lambda db: growing.end_others_ownership(db, KEYS, young, self._account(db, handle), {minor}, at),
            lambda db: self._correct(db, young, pick.choice([8, 14, 15, 17])),
            lambda db: guarding.set_agreement(db, KEYS, adult, minor, pick.choice(list(Agreement)), at),
            lambda db: guarding.set_absence_counts(db, KEYS, adult, minor, yes, at),
            lambda db: guardianship.here(db, adult.person or 0, at),
            self._time_goes_by,
            self._time_goes_by,
        ]  # fmt: skip
        likely = acts[:4] + acts[8:10]
        return self.do(pick.choice(likely if pick.random() < 0.4 else acts))

    def _invite(self, db: Connection, handle: str, guest: str, role: Role) -> None:
        """Ask somebody in; they and everybody who is asked say yes."""
        made = invitations.by_handle(db, KEYS, self.people["mum"], handle, guest, role, self.time)
        found: Invitation | None = invitations.accept(db, KEYS, self.people[guest], made, self.time)
        for viewer in self.people.values():
            if found is not None and any(each.id == made for each in invitations.to_answer(db, viewer, self.time)):
                found = invitations.answer(db, KEYS, viewer, made, self.pick.random() < 0.8, self.time)

    def _account(self, db: Connection, handle: str) -> int:
        return int(db.execute(select(accounts.c.id).where(accounts.c.handle == handle)).scalar_one())

    def _owners(self, db: Connection, handle: str) -> list[Viewer]:
        owners = set(owners_of(db, self._account(db, handle)))
        return [viewer for viewer in self.people.values() if viewer.person in owners]

    def _correct(self, db: Connection, who: Viewer, age: int) -> None:
        born = to_datetime(self.time - 50 * DAY).date() - timedelta(days=366 * age)
        growing.correct_birth_date(db, KEYS, self.people["ola"], who.person or 0, born, "UTC", self.time)

    def _time_goes_by(self, db: Connection) -> None:
        self.time += self.pick.choice([DAY, 2 * DAY, 8 * DAY, 100 * DAY])
        vouching.turn_full(db, KEYS, self.time)
        invitations.settle_due(db, KEYS, self.time)
        growing.turn_bands(db, KEYS, "UTC", self.time)
        absence.run(db, KEYS, "https://x.example", self.time)
        if self.pick.random() < 0.5:
            absence.enter_returns(db, KEYS)


@pytest.mark.parametrize("seed", range(4))
def test_the_ledger_tells_what_families_and_accounts_are(app: App, seed: int) -> None:
    house = Household(app, random.Random(seed))
    accepted = sum(house.step() for _ in range(160))
    assert accepted > 50
    _somebody_leaves(house)
    with app.database.write() as db:
        names = ledger_replay.aliases(db)
        held = ledger_replay.tables(db, names)
        for kind, id_ in names:
            ledger.shred(db, kind, [id_])
        acts = [json.loads(act) for act in db.execute(select(entries.c.act).order_by(entries.c.position)).scalars()]
    told = replay(acts)
    assert ledger_replay.compare(told, held) == [], "with every key destroyed"
    by_the_page = read_again(acts)
    assert by_the_page["members"] == told.members
    assert by_the_page["portraits"] == {name: vars(portrait) for name, portrait in told.portraits.items()}
    assert by_the_page["rules"] == told.rules
    assert by_the_page["guardians"] == told.guardians
    assert by_the_page["any"] == told.any_will_do
    assert by_the_page["absence off"] == told.absence_off
    assert by_the_page["away"] == told.away
    assert {name: band for name, (band, _) in by_the_page["ages"].items() if band != "adult"} == told.bands
    assert by_the_page["frozen"] == told.frozen()


def _somebody_leaves(house: Household) -> None:
    """Who is gone is in no state, before the job that enters it has run and after."""
    app = house.app
    gone = house.people.pop("dad")
    house.do(lambda db: leaving.erase(db, gone.person or 0, app.purgers))
    while run_due(app.database, job_kinds(app)):
        with app.database.write() as db:
            db.execute(update(jobs).where(jobs.c.period.is_(None)).values(due_at=now()))
    house.look()
    with app.database.read() as db:
        assert ("person", gone.person) not in ledger_replay.aliases(db)


def test_a_difference_is_found(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    house = Household(app, random.Random(1))
    ledger_replay.replay_own(app.settings)
    assert "Differences: 0" in capsys.readouterr().out
    with app.database.write() as db:
        db.execute(update(accounts).where(accounts.c.handle == "first").values(publishing_rule="all"))
        db.execute(update(people).where(people.c.id == house.people["kid"].person).values(band="under_13"))
    with pytest.raises(SystemExit):
        ledger_replay.replay_own(app.settings)
    said = capsys.readouterr().out
    assert "rules: the ledger tells []" in said
    assert "bands: " in said
    assert "Differences: 2." in said
    with app.database.write() as db:
        act = db.execute(select(entries.c.act).where(entries.c.position == 2)).scalar_one()
        db.execute(update(entries).where(entries.c.position == 2).values(act=act.replace("age changed", "no")))
        assert "Entry 2 is not what stood there" in ledger_replay.differences(db)[0]


def test_a_no_of_somebody_who_is_gone_waits_under_basis_and_a_case_is_counted() -> None:
    clip: dict[str, Any] = {"clip": "c1", "account": None, "about": []}
    limit = {"reach": "members", "recommended": False, "leaves": False, "takes": False, "over": 1}
    acts: list[dict[str, Any]] = [
        {**clip, "act": "no", "by": "p1"},
        {**clip, "act": "narrowed", "by": "p1", **limit},
        {**clip, "act": "yes", "by": "p1", "version": 1, "leaves": False},
        {**clip, "act": "deletion begun", "by": "p1"},
        {**clip, "act": "hold placed", "by": None, "kind": "claim"},
        {**clip, "act": "hold placed", "by": None, "kind": "claim"},
        {**clip, "act": "hold ended", "by": None, "kind": "claim"},
        {**clip, "act": "hold placed", "by": None, "kind": "contains"},
        {**clip, "act": "hold placed", "by": None, "kind": "contains"},
        {"act": "deletion done", "by": None, "clip": None, "account": None, "about": ["p1"]},
    ]
    found = replay(acts).clips["c1"]
    holds = {("basis", None): 1, ("deleting", "gone"): 1, ("claim", None): 1, ("contains", None): 2}
    assert found == Clip(holds=type(found.holds)(holds))
    assert read_again(acts)["clips"]["c1"]["holds"] == dict(found.holds)


def test_every_act_has_words_for_the_page() -> None:
    assert set(_WHAT) == set(Act)
    assert all(say() for say in _WHAT.values())


def test_a_hold_tells_whose_it_is_only_to_whom_it_may(app: App) -> None:
    """A moderator's alias is that of the office; whose no ended by itself is read by nobody else."""
    with app.database.write() as db:
        for kind in ("no", "moderation", "basis"):
            ledger.append(db, KEYS, Entry(Act.HOLD_ENDED, 1, about=(2,), clip=3, fields={"kind": kind}))
        names = ledger_replay.aliases(db)
        acts = [json.loads(act) for act in db.execute(select(entries.c.act).order_by(entries.c.position)).scalars()]
        assert [act["by"] for act in acts] == [names["person", 1], names["office", 1], names["person", 1]]
        opened = select(ledger_mentions.c.position).where(
            ledger_mentions.c.alias == names["person", 2], ledger_mentions.c.opens == 1
        )
        assert sorted(db.execute(opened).scalars()) == [2, 3]
