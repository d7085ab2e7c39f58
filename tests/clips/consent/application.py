"""The real application on a database, and the naive reference beside it: the same people try the same things in both."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from onstage import ids
from onstage.accounts.age import Band, Row
from onstage.accounts.models import accounts, choices, guardianships, ledger, members, people, yeses_beforehand
from onstage.accounts.replay import Clip, State, replay
from onstage.accounts.viewer import Viewer, secret_hash
from onstage.clips.agreeing import answers, edit, inbox, publish, reconsidering, repeats, revising, rows, unregistered
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.holds import lift, place
from onstage.clips.agreeing.kept import Content
from onstage.clips.agreeing.rows import Record
from onstage.clips.ending import deletion, restoring, vault
from onstage.clips.labels import clip_labels, label_guardians, label_links
from onstage.clips.models import (
    Audience,
    HoldKind,
    Stage,
    appearances,
    clip_consents,
    clip_yeses,
    clips,
    concerned,
    contained,
    holds,
)
from onstage.clips.rules import consent
from onstage.clips.rules.contained import follow
from onstage.clips.rules.invariants import agreed, can_end, heeds, within_limits
from onstage.clips.rules.life import shown_reach
from onstage.clips.rules.waiting import of_link
from onstage.clips.same_film import same_films
from onstage.clock import DAY, MINUTE, now
from onstage.db.engine import Connection, Database
from onstage.errors import NotFound, Refused
from onstage.events import (
    BandTurned,
    ChoiceMade,
    Fact,
    FollowersChosen,
    GuardianAbsent,
    GuardiansAgreed,
    GuardianshipAnnulled,
    GuardianshipBegan,
    GuardianshipEnded,
    MemberLeft,
    ReachChanged,
    RuleChanged,
    SaidBeforehandEnded,
)
from onstage.jobs.queue import record
from onstage.upkeep import ledger_replay
from tests.accounts.second_reader import read_again
from tests.cast import KEYS, joint, make_clip, person, signed_in
from tests.clips.consent.pair import CHILD, EVERYBODY, STRANGER
from tests.clips.consent.reference import No, Reference, Text, Ward, World

YEAR = 365 * DAY


def acts_of(db: Connection) -> list[dict[str, Any]]:
    """What every entry of the ledger says that outlasts its keys."""
    return [json.loads(act) for act in db.execute(select(ledger.c.act).order_by(ledger.c.position)).scalars()]


def same_clip(acts: list[dict[str, Any]], alias: str, held: State) -> None:
    """Both readers of the ledger tell the same of a clip, and it is what the tables hold."""
    ours, theirs = replay(acts).clips.get(alias, Clip()), read_again(acts)["clips"].get(alias)
    assert ours == held.clips.get(alias, Clip()), "I8"
    if theirs is not None:
        words = {"limits" if name == "caps" else name: value for name, value in vars(ours).items()}
        assert theirs == words, "I8, by the page alone"


LATER = "a session of long ago "
_EXTRA = {"age", "held", "check-needed", "version"}  # what the verbs refuse earlier than the rules would


class Application:
    """A family and its account in a database, one clip, and the reference of both."""

    def __init__(self, database: Database, world: World, start: Text) -> None:
        self.database, self.world = database, world
        self.noes: set[int] = set()
        with database.write() as db:
            self.viewers = {each: self._person(db, each) for each in EVERYBODY}
            self.id_of = {each: viewer.person or 0 for each, viewer in self.viewers.items()}
            self.number = {id_: each for each, id_ in self.id_of.items()}
            self._people(db)
            host = joint(db, f"h{ids.new()}", *(self.viewers[each] for each in sorted(world.owners)))
            self.account = host.account or 0
            self._account(db)
            author = signed_in(db, self.id_of[CHILD], self.account, f"{LATER}{ids.new()}")
        self.viewers[CHILD] = author
        self.before = {False: self._other(self.account), True: self._other()}
        self.clip, self.slug = make_clip(
            database, author, audience=Audience(start.audience), published=False, stage=Stage.DRAFT
        )
        self.after = self._other()
        self.model = Reference(world, start.copy())
        with database.write() as db:
            self._appear(db, start.appears)
            self.links = {each: self._label(db, each, answers=answers) for each, answers in world.children.items()}
        self.compare()

    def _person(self, db: Connection, each: int) -> Viewer:
        return person(db, f"p{each}x{ids.new()}")

    def _other(self, account: int | None = None) -> int:
        """Another draft, in this account or in that of whoever made it."""
        viewer = self.viewers[STRANGER]
        made, _slug = make_clip(self.database, viewer, published=False, stage=Stage.DRAFT)
        with self.database.write() as db:
            where = {"account_id": account or viewer.account}
            db.execute(update(clips).where(clips.c.id == made).values(where))
        return made

    def _people(self, db: Connection) -> None:
        """Bands and guardians as in the world; nobody lets strangers meet or take their clips, so that reach is an audience."""
        theirs = list(self.id_of.values())
        db.execute(delete(guardianships).where(guardianships.c.minor_id.in_(theirs)))
        for each, ward in self.world.wards.items():
            db.execute(update(people).where(people.c.id == self.id_of[each]).values(band=ward.band.value))
            ward.widest = ("followers" if ward.band is Band.UNKNOWN else "public", False, False)
            self._choose(db, each)
            for guardian, kind in ward.guardians.items():
                db.execute(
                    insert(guardianships).values(
                        id=ids.new(), guardian_id=self.id_of[guardian], minor_id=self.id_of[each], claimed_at=1,
                        accepted_at=1, is_full=int(kind == "full"), agreement="any" if ward.any_will_do else "all",
                        absence_counts=int(ward.absence_rule), absent_since=1 if guardian in ward.away else None,
                    )
                )  # fmt: skip

    def _choose(self, db: Connection, each: int) -> None:
        who = self.id_of[each]
        db.execute(delete(choices).where(choices.c.person_id == who))
        for row, value in ((Row.RECOMMENDED, "no"), (Row.LEAVES_SERVER, "no"), (Row.TAKES, "nobody")):
            db.execute(insert(choices).values(person_id=who, setter_id=who, row=row.value, value=value, at=1))

    def _account(self, db: Connection) -> None:
        world = self.world
        values = {"publishing_rule": world.rule, "hand_accepts": int(world.by_hand), "kind": "joint"}
        db.execute(update(accounts).where(accounts.c.id == self.account).values(values))
        db.execute(delete(members).where(members.c.account_id == self.account))
        db.execute(delete(yeses_beforehand).where(yeses_beforehand.c.account_id == self.account))
        for who, ward in self.world.wards.items():
            for guardian, kind in ward.ahead.items():
                row = {"minor_id": self.id_of[who], "guardian_id": self.id_of[guardian], "width": kind}
                db.execute(
                    insert(yeses_beforehand).values(
                        account_id=self.account, at=1, until=0 if kind == "members" else now() + YEAR, **row
                    )
                )
        for role, these in (("owner", world.owners), ("editor", world.editors - world.owners)):
            for each in these:
                row = {"account_id": self.account, "person_id": self.id_of[each], "role": role, "since": each}
                db.execute(insert(members).values(row))
        child = world.wards[CHILD]
        orphan = child.band in {Band.UNDER_13, Band.FROM_13} and "full" not in child.guardians.values()
        adults = [each for each in world.owners if world.wards.get(each, Ward(Band.ADULT)).band is Band.ADULT]
        world.frozen = orphan or not adults

    def _appear(self, db: Connection, these: set[int]) -> None:
        for each in these:
            row = {"clip_id": self.clip, "person_id": self.id_of[each], "sticks": 0, "at": now()}
            db.execute(insert(appearances).values(row))

    def _label(self, db: Connection, each: int, *, answers: bool) -> str:
        """A child who is not here is in it; gives the secret of the link by which somebody may answer for them."""
        secret = ids.token()
        if answers:
            label = self._there(db, self.clip, secret)
        else:
            label = ids.new()
            db.execute(insert(clip_labels).values(id=label, clip_id=self.clip, words="a child", minor=1, at=now()))
        self.id_of[each], self.number[label] = label, each
        return secret

    # ---- comparing

    def record(self) -> Record:
        """The clip as it is in the database."""
        with self.database.read() as db:
            return rows.load(db, self.clip)

    def compare(self) -> None:
        """Database and reference are in the same state, and what must always hold does."""
        record, model = self.record(), self.model
        clip, names = record.clip, self.number
        assert clip.stage == model.stage
        assert {(hold.kind, names.get(hold.giver, 0)) for hold in clip.holds} == set(model.reasons)
        ahead = {
            (names[yes.person], yes.version): {names[ward] for ward in yes.wards}
            for yes in clip.yeses
            if yes.wards is not None
        }
        assert ahead == {key: wards for key, (_, wards) in model.foreseen.items()}
        assert {(names[yes.person], yes.version): yes.leaves for yes in clip.yeses if yes.wards is None} == {
            key: second for key, (_, second) in model.said_yes.items()
        }
        assert (clip.shown and clip.shown.number) == model.out_number
        assert (clip.working and (clip.working.number or None)) == model.draft_number
        assert {names.get(cap.giver, 0): cap.reach.audience.value for cap in clip.caps} == {
            giver: reach[0] for giver, (reach, _) in model.limits.items()
        }
        assert {names[each] for each in clip.named} == model.sticky
        reach = shown_reach(clip, record.facts)
        assert (reach and reach.audience.value) == ((model.visible() and model.reach()[0]) or None)  # type: ignore[index]
        assert agreed(clip, record.facts), "I1"
        assert within_limits(clip, record.facts), "I2"
        assert heeds(clip, self.noes), "I3"
        assert can_end(clip, record.facts, record.facts.at + 10**15), "I5"
        self._rows(record)
        self._ledger()

    def _rows(self, record: Record) -> None:
        """The columns that every feed reads say the same, and who is concerned is whom it waits for."""
        with self.database.read() as db:
            row = db.execute(select(clips).where(clips.c.id == self.clip)).one()
            waits = set(db.execute(select(concerned.c.person_id).where(concerned.c.clip_id == self.clip)).scalars())
            count = len(db.execute(select(holds).where(holds.c.clip_id == self.clip)).all())
        assert row.holds == count
        assert (row.published_at is not None) == (record.clip.shown is not None)
        reach = shown_reach(record.clip, record.facts)
        assert reach is None or row.audience == reach.audience.value
        assert {self.number[each] for each in waits} >= self.must_see() - {CHILD} - self.links.keys()
        for each in self.links.keys() & self.must_see():
            assert of_link(record.clip, record.facts, self.id_of[each]) is not None

    def _ledger(self) -> None:
        """I8: the ledger, read again, tells what the tables hold about the clip; so does a reader made from its page alone."""
        with self.database.read() as db:
            names = ledger_replay.aliases(db)
            same_clip(acts_of(db), names.get(("clip", self.clip), ""), ledger_replay.tables(db, names))

    def must_see(self) -> set[int]:
        """Who sees it whatever its audience (I3): its author, who said no, whose yes is missing, who may object to it."""
        model, found = self.model, {CHILD}
        if any(kind is HoldKind.DELETING for kind, _ in model.reasons):
            return model.may_delete()
        found |= {giver for kind, giver in model.reasons if kind is HoldKind.NO}
        if model.visible():
            found |= model.may_object()
        return found

    # ---- acting in both

    def do(self, by: int | None, act: Callable[[Connection], object], model: Callable[[Reference], None]) -> bool:
        """Do it; whether it was accepted. Raises AssertionError where the two differ."""
        then = deepcopy(self.model)
        then.world = self.world
        try:
            model(then)
            allowed = True
        except No:
            allowed = False
        try:
            with self.database.write() as db:
                act(db)
            accepted, why = True, None
        except Refused as refusal:
            accepted, why = False, refusal
        assert allowed or not accepted, "the application accepts what the rules refuse"
        if allowed and not accepted:
            hidden = isinstance(why, NotFound) and by not in self.must_see()
            assert hidden or (why is not None and why.code in _EXTRA), f"refused: {why!r}"
            return False
        if accepted:
            self.model = then
            self.noes &= then.may_object() | then.may_delete()
        self.compare()
        return accepted

    def ask(self, by: int = CHILD) -> bool:
        def act(db: Connection) -> None:
            if edit.own(db, self.viewers[by], self.slug).stage is not Stage.DRAFT:
                raise NotFound("not a draft")
            publish.publish(db, KEYS, self.viewers[by], self.slug)

        return self.do(by, act, lambda model: model.ask(by))

    def yes(self, by: int, *, leaves: bool = False, of: str = "asked", checked: bool = True) -> bool:
        number = self.model.draft_number if of == "asked" else self.model.out_number
        number = -1 if number is None or of == "stale" else number
        if by in self.links:
            act = lambda db: unregistered.say_yes(db, KEYS, self.links[by], number, self.slug)  # noqa: E731
            return self.do(by, act, lambda model: model.yes(by, number, True, False))
        viewer = self.viewers[by] if checked else self._unchecked(by)
        return self.do(
            by,
            lambda db: answers.say_yes(db, KEYS, viewer, self.slug, number, leaves=leaves),
            lambda model: model.yes(by, number, checked, leaves),
        )

    def _unchecked(self, by: int) -> Viewer:
        viewer = self.viewers[by]
        return Viewer(
            **{**{name: getattr(viewer, name) for name in Viewer.__slots__}, "checked_at": now() - 6 * MINUTE}
        )

    def no(self, by: int) -> bool:
        accepted = self.do(by, lambda db: self._say_no(db, by), lambda model: model.no(by))
        if accepted and (HoldKind.NO, by) in self.model.reasons:
            self.noes.add(by)
            self.compare()
        return accepted

    def lift(self, by: int) -> bool:
        self.noes.discard(by) if (HoldKind.NO, by) in self.model.reasons else None
        return self.do(by, lambda db: self._lift(db, by), lambda model: model.lift(by))

    def _say_no(self, db: Connection, by: int) -> None:
        if by in self.links:
            unregistered.say_no(db, KEYS, self.links[by], self.slug)
        else:
            answers.say_no(db, KEYS, self.viewers[by], self.slug)

    def _lift(self, db: Connection, by: int) -> None:
        if by in self.links:
            unregistered.lift(db, KEYS, self.links[by], self.slug)
        else:
            answers.lift(db, KEYS, self.viewers[by], self.slug)

    def go(self, by: int = CHILD) -> bool:
        def act(db: Connection) -> None:
            if edit.own(db, self.viewers[by], self.slug).stage is not Stage.ASKED:
                raise NotFound("nothing is asked")
            if publish.publish(db, KEYS, self.viewers[by], self.slug) is not Stage.NONE:
                raise NotFound("it waits")

        return self.do(by, act, lambda model: model.go(by))

    def narrow(self, by: int, reach: tuple[str, bool, bool]) -> bool:
        audience = Audience(reach[0])
        return self.do(
            by,
            lambda db: answers.narrow(db, KEYS, self.viewers[by], self.slug, audience),
            lambda model: model.limit(by, (reach[0], audience is Audience.PUBLIC, audience in {"public", "unlisted"})),
        )

    def widen(self, by: int) -> bool:
        return self.do(by, lambda db: answers.widen(db, KEYS, self.viewers[by], self.slug), lambda m: m.unlimit(by))

    def edit(self, by: int, made: Text) -> bool:
        """Another audience in a draft; who is named can only become more."""
        made = Text(made.audience, False, False, made.appears | self._named(), False)

        def act(db: Connection) -> None:
            own = revising_own(db, self.viewers[by], self.slug)
            self._appear(db, made.appears - self._named())
            revising.reword(db, KEYS, self.viewers[by], own)
            content = rows.load(db, self.clip)
            new = Content("", Audience(made.audience), False, False, False, content.draft.cover)
            if content.clip.shown is None:
                db.execute(update(clips).where(clips.c.id == self.clip).values(audience=made.audience))
            else:
                rows.keep_draft(db, self.clip, new)
                rows.save_concerned(db, rows.load(db, self.clip))

        return self.do(by, act, lambda model: model.edit(by, made.copy()))

    def _named(self) -> set[int]:
        return self.model.sticky | (self.model.draft.appears if self.model.draft else set())

    def recall(self, by: int = CHILD) -> bool:
        return self.do(by, lambda db: inbox.recall(db, KEYS, self.viewers[by], self.slug), lambda m: m.recall(by))

    def confirm(self, by: int) -> bool:
        return self.do(
            by, lambda db: answers.bring_back(db, KEYS, self.viewers[by], self.slug), lambda m: m.bring_back(by)
        )

    def delete(self, by: int) -> bool:
        return self.do(by, lambda db: deletion.delete(db, KEYS, self.viewers[by], self.slug), lambda m: m.delete(by))

    def undelete(self, by: int) -> bool:
        return self.do(by, lambda db: deletion.restore(db, KEYS, self.viewers[by], self.slug), lambda m: m.undelete(by))

    def unname(self, by: int, person_: int) -> bool:
        rule = lambda record: consent.unname(record.clip, record.facts, self.id_of[by], self.id_of[person_])  # noqa: E731
        return self.do(by, lambda db: decide(db, KEYS, self.clip, rule), lambda model: model.unname(by, person_))

    def place(self, kind: HoldKind, _cause: int = 0, by: int | None = None) -> bool:
        who = None if by is None else self.id_of[by]
        rule = lambda record: consent.place(record.clip, record.facts, kind, 0, who)  # noqa: E731
        return self.do(by, lambda db: decide(db, KEYS, self.clip, rule), lambda model: model.hold(kind, 0, by))

    def preserve(self, by: int, ground: str = "an order") -> bool:
        def act(db: Connection) -> None:
            vault.preserve(db, KEYS, self.clip, self.id_of[by], ground)

        return self.do(by, act, lambda model: model.preserve(by, ground))

    def release(self, kind: HoldKind, _cause: int = 0, by: int | None = None) -> bool:
        if kind is HoldKind.PRESERVED:
            let_go = lambda db: vault.let_go(db, KEYS, self.clip, self.id_of.get(by or 0, 0))  # noqa: E731
            return self.do(by, let_go, lambda model: model.unhold(kind, by or 0, by))
        who = None if by is None else self.id_of[by]
        rule = lambda record: consent.release(record.clip, record.facts, kind, 0, who)  # noqa: E731
        return self.do(by, lambda db: decide(db, KEYS, self.clip, rule), lambda model: model.unhold(kind, 0, by))

    def same_film(self, people: set[int], noes: set[int], *, elsewhere: bool = True, earlier: bool = False) -> bool:
        """Another clip is found to be of the same film, in which these people are, and to which these say no."""
        other = self.after if earlier else self.before[elsewhere]

        def act(db: Connection) -> None:
            for table in (appearances, holds):
                db.execute(delete(table).where(table.c.clip_id == other))
            db.execute(delete(same_films).where(or_(same_films.c.clip_id == other, same_films.c.other_id == other)))
            for each in people:
                db.execute(insert(appearances).values(clip_id=other, person_id=self.id_of[each], sticks=1, at=now()))
            for each in noes:
                row = {"clip_id": other, "kind": HoldKind.NO.value, "giver_id": self.id_of[each], "since": now()}
                db.execute(insert(holds).values(row))
            repeats.meet(db, KEYS, self.clip, [other])

        accepted = self.do(None, act, lambda model: model.same_film(people, noes, elsewhere, earlier))
        self.noes |= {by for by in noes if (HoldKind.NO, by) in self.model.reasons}
        self.compare()
        return accepted

    def film_by_link(self, each: int, *, earlier: bool = False) -> bool:
        """Another clip is found to be of the same film, and whoever stands for a child who is not here says no to it."""
        other, secret = self.after if earlier else self.before[True], self.links.get(each) or ids.token()
        if self.world.children.get(each) is False:
            return False  # a child for whom nobody stands is another one
        if not self.model.gone and not earlier:
            self.world.children[each] = True

        def act(db: Connection) -> None:
            for table in (appearances, holds, clip_labels):
                db.execute(delete(table).where(table.c.clip_id == other))
            db.execute(delete(same_films).where(or_(same_films.c.clip_id == other, same_films.c.other_id == other)))
            label = self._there(db, other, secret)
            row = {"clip_id": other, "kind": HoldKind.NO.value, "giver_id": label, "since": now()}
            db.execute(insert(holds).values(row))
            repeats.meet(db, KEYS, self.clip, [other])
            self._know(db, each, secret)

        return self.do(None, act, lambda model: model.film_by_link(each, earlier))

    def _there(self, db: Connection, clip: int, secret: str) -> int:
        label = ids.new()
        db.execute(insert(clip_labels).values(id=label, clip_id=clip, words="a child", minor=1, at=now()))
        db.execute(insert(label_guardians).values(label_id=label, at=now()))
        db.execute(insert(label_links).values(secret_hash=secret_hash(secret), label_id=label, at=now()))
        return label

    def _know(self, db: Connection, each: int, secret: str) -> None:
        """The label of the child in this clip, if they are in it by now."""
        here = (clip_labels.c.clip_id == self.clip) & (label_links.c.secret_hash == secret_hash(secret))
        found = select(clip_labels.c.id).join_from(clip_labels, label_links, label_links.c.label_id == clip_labels.c.id)
        for label in db.execute(found.where(here)).scalars():
            self.links[each], self.id_of[each], self.number[label] = secret, label, each

    def source(self, clip: int, reach: tuple[str, bool, bool] | None, *, taken_out: bool = False) -> bool:
        """It contains another clip, which is held by a claim (None) or free, or contains it no more."""
        if clip not in self.id_of:
            self.id_of[clip], _slug = make_clip(self.database, self.viewers[STRANGER])
            self.number[self.id_of[clip]] = clip
        self.world.sources[clip] = None if reach is None else ("public", False, False)
        if taken_out:
            del self.world.sources[clip]

        def act(db: Connection) -> None:
            part = (contained.c.clip_id == self.clip) & (contained.c.source_id == self.id_of[clip])
            db.execute(delete(contained).where(part))
            change = place if reach is None else lift
            change(db, self.id_of[clip], HoldKind.CLAIM, clip)
            if taken_out:
                decide(db, KEYS, self.clip, lambda record: follow(record.clip, record.facts, self.id_of[clip]))
                return
            row = {"id": ids.new(), "clip_id": self.clip, "source_id": self.id_of[clip], "at": now()}
            db.execute(insert(contained).values(row))
            record(db, ReachChanged(self.id_of[clip]))

        return self.do(None, act, lambda model: model.source_changed(clip))

    def wait(self, time: int) -> bool:
        """Time goes by: everything that has been written becomes older."""
        self.world.clock += time
        with self.database.write() as db:
            for table, *columns in ((clip_consents, "asked_at", "due_at"), (clip_yeses, "at"), (holds, "since")):
                of = table.c.clip_id == self.clip
                db.execute(update(table).where(of).values({name: table.c[name] - time for name in columns}))
            reconsidering.run(db, KEYS)
        if self.model.stage is Stage.ASKED and self.world.clock - self.model.asked_when >= 30 * 86_400_000_000:
            self.model.expire()
        self.compare()
        return True

    def change(self, act: Callable[[World], object], *facts: Fact, void: set[int] | None = None) -> bool:
        """[10, 11, 12, 16] The world changes, and the transaction that changes it makes that known."""
        act(self.world)

        def write(db: Connection) -> None:
            self._people(db)
            self._account(db)
            for fact in facts:
                record(db, fact)

        return self.do(
            None, write, lambda model: model.world_changed() if void is None else model.look_again(set(void))
        )

    def restored(self) -> bool:
        """Its backup came back without a journal; the server then enters in its ledger what that changed."""

        def act(db: Connection) -> None:
            change = restoring.doubt(db, self.clip)
            restoring.enter(db, KEYS, [] if change is None else [change])

        return self.do(None, act, lambda model: model.from_backup())

    def end(self, guardian: int, ward: int = CHILD) -> bool:
        fact = GuardianshipEnded(self.id_of[guardian], self.id_of[ward])
        return self.change(lambda world: world.wards[ward].guardians.pop(guardian, None), fact)

    def annul(self, guardian: int, ward: int = CHILD) -> bool:
        fact = GuardianshipAnnulled(self.id_of[guardian], self.id_of[ward])
        change = lambda world: world.wards[ward].guardians.pop(guardian, None)  # noqa: E731
        return self.change(change, fact, void={guardian} if self._is_in_it(ward) else None)

    def gain(self, guardian: int, kind: str, ward: int = CHILD) -> bool:
        if self.world.wards[ward].band is Band.ADULT:
            return False  # nobody stands for an adult
        fact = GuardianshipBegan(self.id_of[guardian], self.id_of[ward], full=kind == "full")
        return self.change(lambda world: world.wards[ward].guardians.update({guardian: kind}), fact)

    def ahead(self, guardian: int, kind: str | None, ward: int = CHILD) -> bool:
        """A guardian says yes beforehand, or takes that back."""

        def act(world: World) -> None:
            world.wards[ward].ahead.pop(guardian, None)
            if kind is not None:
                world.wards[ward].ahead[guardian] = kind

        return self.change(act, SaidBeforehandEnded(self.id_of[ward]))

    def away(self, guardian: int, ward: int = CHILD) -> bool:
        fact = GuardianAbsent(self.id_of[guardian], self.id_of[ward], absent=True)
        return self.change(lambda world: world.wards[ward].away.symmetric_difference_update({guardian}), fact)

    def grow(self, who: int = CHILD) -> bool:
        fact = BandTurned(self.id_of[who], "", corrected=False)
        return self.change(lambda world: _older(world.wards[who], 1), fact)

    def younger(self, who: int = CHILD) -> bool:
        fact = BandTurned(self.id_of[who], "", corrected=True)
        return self.change(
            lambda world: _older(world.wards[who], -1), fact, void=set() if self._is_in_it(who) else None
        )

    def _is_in_it(self, ward: int) -> bool:
        """Whether a fact about them is one about the clip."""
        return ward in self.model.in_it()

    def set(self, **values: Any) -> bool:
        """The account is run otherwise."""
        left = {each for role in ("owners", "editors") for each in getattr(self.world, role)}
        came = {each for role in ("owners", "editors") for each in values.get(role, ())}
        facts: list[Fact] = [MemberLeft(self.account, self.id_of[each]) for each in sorted(left | came)]
        if "rule" in values:
            facts.append(RuleChanged(self.account))
        if "by_hand" in values:
            facts.append(FollowersChosen(self.account))
        return self.change(lambda world: vars(world).update(deepcopy(values)), *facts)

    def set_ward(self, who: int, **values: Any) -> bool:
        known = [GuardiansAgreed(self.id_of[who]), ChoiceMade(self.id_of[who])]
        return self.change(
            lambda world: vars(world.wards[who]).update(deepcopy(values)),
            BandTurned(self.id_of[who], "", corrected=False),
            *known,
        )


def revising_own(db: Connection, viewer: Viewer, slug: str) -> int:
    """The id of a clip that this viewer may change."""
    return edit.own(db, viewer, slug).id


def _older(ward: Ward, years: int) -> None:
    bands = [Band.UNDER_13, Band.FROM_13, Band.FROM_16, Band.ADULT]
    if ward.band in bands:
        ward.band = bands[max(0, min(3, bands.index(ward.band) + years))]
    if ward.band is Band.ADULT:
        ward.guardians.clear()  # guardianship ends at 18 (R12)
