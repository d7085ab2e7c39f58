"""What a joint account with minors shows of itself: asked about, agreed to, refused; on both databases."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from onstage.accounts import avatars, joint, leaving, notices
from onstage.accounts.acts import Act
from onstage.accounts.age import Band
from onstage.accounts.guardians import guarding
from onstage.accounts.ledger import Entry
from onstage.accounts.ledger import append as enter
from onstage.accounts.models import account_endings, accounts, guardianships, members, people
from onstage.accounts.profiles import Changes
from onstage.accounts.viewer import Viewer
from onstage.clips.ending import restoring
from onstage.clips.portraits import answers, asking, noes, reading
from onstage.clips.portraits import reconsidering as again
from onstage.clips.portraits.models import portraits
from onstage.clips.portraits.record import load
from onstage.clock import DAY, MINUTE, now
from onstage.errors import Conflict, NotAllowed, NotFound
from onstage.events import BandTurned, MemberJoined
from onstage.jobs.models import jobs
from onstage.jobs.queue import record
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from onstage.storage import journal
from onstage.upkeep import ledger_replay
from onstage.upkeep.sweep import look as sweep
from onstage.web.app import App
from tests.accounts.test_avatars import png, put, stored
from tests.cast import KEYS, Cast, person, signed_in, stand_for
from tests.cast import joint as make_joint


@dataclass
class Troupe:
    """A joint account that ada and ben own, with mia (12; gus and gil stand for her) and tom (14; fay does)."""

    app: App
    cast: Cast
    ada: Viewer  # as the account
    ben: Viewer
    mia: Viewer
    tom: Viewer
    gus: Viewer
    gil: Viewer
    fay: Viewer

    @property
    def account(self) -> int:
        assert self.ada.account is not None
        return self.ada.account

    def asks(
        self, by: Viewer | None = None, name: str | None = None, bio: str | None = None, handle: str | None = None
    ) -> bool:
        """Whether what somebody wants to change waits."""
        with self.app.database.write() as db:
            return asking.edit(db, KEYS, by or self.ada, Changes(name, bio, handle))

    def yes(self, who: Viewer, version: int = 1) -> bool:
        with self.app.database.write() as db:
            return answers.say_yes(db, KEYS, who, "troupe", version)

    def no(self, who: Viewer, version: int = 1) -> bool:
        with self.app.database.write() as db:
            return answers.say_no(db, KEYS, who, "troupe", version)

    def withholds(self, who: Viewer) -> None:
        with self.app.database.write() as db:
            answers.withhold(db, KEYS, who, "troupe")

    def lifts(self, who: Viewer) -> None:
        with self.app.database.write() as db:
            answers.lift(db, KEYS, who, "troupe")

    def all_agree(self, version: int = 1) -> None:
        for who in (self.mia, self.tom, self.gus, self.gil, self.fay):
            if self.asked(who):
                self.yes(who, version)

    def asked(self, who: Viewer) -> bool:
        """Whether it waits for their yes."""
        with self.app.database.read() as db:
            return bool(reading.waiting(db, who))

    @property
    def shown(self) -> tuple[str, str]:
        """The name and the words that everybody sees."""
        with self.app.database.read() as db:
            row = db.execute(select(accounts.c.name, accounts.c.bio).where(accounts.c.id == self.account)).one()
            return row.name, row.bio

    @property
    def waits(self) -> int | None:
        """The version that waits."""
        with self.app.database.read() as db:
            return db.execute(select(portraits.c.asked).where(portraits.c.account_id == self.account)).scalar()

    def told(self, who: Viewer) -> list[str]:
        with self.app.database.read() as db:
            return [each.kind.value for each in notices.told(db, who.person or 0)]

    def replays(self) -> None:
        """The ledger tells of portraits what the tables hold."""
        with self.app.database.read() as db:
            assert [line for line in ledger_replay.differences(db) if "portrait" in line] == []


@pytest.fixture
def troupe(cast: Cast) -> Troupe:
    with cast.app.database.write() as db:
        ada = make_joint(db, "troupe", cast.ada.viewer, cast.ben.viewer)
        tom = person(db, "tom", band=Band.FROM_13)
        stand_for(db, cast.fay.viewer, tom, is_full=1)
        for young in (cast.mia.viewer, tom):
            row = {"account_id": ada.account, "person_id": young.person, "role": "creator", "since": now()}
            db.execute(insert(members).values(row))
    three = (cast.gus.viewer, cast.gil.viewer, cast.fay.viewer)
    return Troupe(cast.app, cast, ada, cast.ben.viewer, cast.mia.viewer, tom, *three)


def test_it_is_shown_once_everybody_who_must_agree_has(troupe: Troupe) -> None:
    assert troupe.asks(bio="We dance.")
    assert troupe.shown == ("Troupe", "")
    assert [troupe.asked(who) for who in (troupe.gus, troupe.gil, troupe.fay, troupe.tom)] == [True] * 4
    assert [troupe.asked(who) for who in (troupe.mia, troupe.ben, troupe.ada)] == [False] * 3
    for who in (troupe.gus, troupe.fay, troupe.tom):
        assert not troupe.yes(who)
    assert troupe.shown == ("Troupe", "")
    with troupe.app.database.read() as db:
        waits = reading.look(db, troupe.ada, "troupe").waiting
    assert waits is not None
    assert (waits.standing.guardians, waits.standing.people, waits.standing.owners) == (1, 0, 0)
    assert troupe.yes(troupe.gil)
    assert troupe.shown == ("Troupe", "We dance.")
    assert troupe.waits is None
    assert "portrait_shown" in troupe.told(troupe.gus)
    troupe.replays()


def test_all_owners_agree_where_that_is_the_rule(troupe: Troupe) -> None:
    with troupe.app.database.write() as db:
        db.execute(update(accounts).where(accounts.c.id == troupe.account).values(publishing_rule="all"))
    assert troupe.asks(name="Dancers")
    troupe.all_agree()
    assert troupe.shown == ("Troupe", "")
    assert troupe.asked(troupe.ben)
    assert troupe.yes(troupe.ben)
    assert troupe.shown == ("Dancers", "")


def test_sixteen_decides_alone_and_their_guardians_are_told(troupe: Troupe) -> None:
    with troupe.app.database.write() as db:
        db.execute(update(people).where(people.c.id == troupe.tom.person).values(band=Band.FROM_16.value))
    assert troupe.asks(bio="We dance.")
    assert not troupe.asked(troupe.fay)
    troupe.all_agree()
    assert troupe.shown == ("Troupe", "We dance.")
    assert "portrait_shown" in troupe.told(troupe.fay)


def test_adults_change_theirs_at_once_and_so_does_everybody_their_own(troupe: Troupe) -> None:
    assert not troupe.asks(troupe.cast.duo.viewer, bio="Two of us.")
    assert not troupe.asks(troupe.tom, bio="Mine.")


@pytest.mark.parametrize("who", ["mia", "tom", "gus"])
def test_a_no_ends_it_and_names_nobody(troupe: Troupe, who: str) -> None:
    troupe.asks(bio="We dance.")
    troupe.yes(troupe.gil)
    assert not troupe.no(getattr(troupe, who))
    assert (troupe.shown, troupe.waits) == (("Troupe", ""), None)
    assert not any(troupe.asked(each) for each in (troupe.gus, troupe.gil, troupe.fay, troupe.tom))
    (told,) = [each for each in _told(troupe, troupe.ada) if each.kind is notices.Notice.PORTRAIT_REFUSED]
    assert (told.by, told.about) == (None, None)
    with pytest.raises(Conflict):
        troupe.yes(troupe.fay)
    troupe.replays()


def _told(troupe: Troupe, who: Viewer) -> list[notices.Told]:
    with troupe.app.database.read() as db:
        return notices.told(db, who.person or 0)


def test_a_carer_says_no_and_not_yes_and_a_stranger_neither(troupe: Troupe) -> None:
    with troupe.app.database.write() as db:
        stand_for(db, troupe.cast.max.viewer, troupe.tom)
    troupe.asks(bio="We dance.")
    with pytest.raises(NotAllowed):
        troupe.yes(troupe.cast.max.viewer)
    for stranger in (troupe.cast.eve.viewer, troupe.cast.ola.viewer):
        with pytest.raises(NotFound):
            troupe.no(stranger)
        with pytest.raises(NotFound):
            troupe.yes(stranger)
    troupe.no(troupe.cast.max.viewer)
    assert troupe.waits is None


def test_a_yes_is_to_one_version_and_a_newer_one_asks_anew(troupe: Troupe) -> None:
    troupe.asks(bio="We dance.")
    for who in (troupe.gus, troupe.gil, troupe.fay):
        troupe.yes(who)
    assert troupe.asks(name="Dancers")
    with pytest.raises(Conflict):
        troupe.yes(troupe.tom, 1)
    assert not troupe.yes(troupe.tom, 2)
    troupe.all_agree(2)
    assert troupe.shown == ("Dancers", "We dance."), "what waited before is part of it"
    troupe.replays()


def test_a_yes_needs_a_fresh_check_and_lapses_with_its_question(troupe: Troupe) -> None:
    troupe.asks(bio="We dance.")
    with pytest.raises(NotAllowed) as refused:
        troupe.yes(Viewer(person=troupe.gus.person, account=troupe.gus.account, checked_at=now() - 6 * MINUTE))
    assert refused.value.code == "check-needed"
    with troupe.app.database.write() as db:
        db.execute(update(portraits).values(asked_at=now() - 30 * DAY))
        with pytest.raises(Conflict):
            answers.say_yes(db, KEYS, troupe.gus, "troupe", 1)
        again.run(db, KEYS)
    assert troupe.waits is None
    assert "portrait_ended" in troupe.told(troupe.ada)
    troupe.replays()


def test_whoever_asked_or_an_owner_takes_it_back(troupe: Troupe) -> None:
    troupe.asks(bio="We dance.")
    for who in (troupe.gus, troupe.mia):
        with troupe.app.database.write() as db, pytest.raises(NotFound):
            asking.recall(db, KEYS, who, "troupe")
    with troupe.app.database.write() as db:
        asking.recall(db, KEYS, troupe.ben, "troupe")
    assert troupe.waits is None
    with troupe.app.database.write() as db, pytest.raises(Conflict):
        asking.recall(db, KEYS, troupe.ada, "troupe")
    troupe.asks(bio="We dance.")
    assert not troupe.asks(bio=""), "what is shown is meant again"
    assert troupe.waits is None
    troupe.replays()


def test_words_that_only_go_are_gone_at_once(troupe: Troupe) -> None:
    troupe.asks(bio="We dance.")
    troupe.all_agree()
    assert not troupe.asks(bio="")
    assert troupe.shown == ("Troupe", "")
    assert troupe.waits is None


def test_a_no_to_what_is_shown_takes_it_away_until_the_last_one_is_lifted(troupe: Troupe) -> None:
    troupe.asks(name="Mia and Tom", bio="We dance.")
    troupe.all_agree()
    troupe.withholds(troupe.mia)
    assert troupe.shown == ("troupe", "")
    troupe.withholds(troupe.gus)
    troupe.lifts(troupe.mia)
    assert troupe.shown == ("troupe", "")
    with pytest.raises(Conflict):
        troupe.lifts(troupe.gil)
    troupe.replays()
    troupe.lifts(troupe.gus)
    assert troupe.shown == ("Mia and Tom", "We dance.")
    assert _told(troupe, troupe.ada)[0].by is None
    troupe.replays()


def test_while_a_no_stands_nothing_new_is_shown_and_with_its_end_what_all_agreed_to_is(troupe: Troupe) -> None:
    troupe.asks(name="Mia and Tom")
    troupe.all_agree()
    troupe.withholds(troupe.gus)
    assert troupe.asks(name="Dancers")
    troupe.all_agree(2)
    assert troupe.shown == ("troupe", ""), "a yes lifts no no, not even one's own"
    assert troupe.waits == 2
    troupe.lifts(troupe.gus)
    assert troupe.shown == ("Dancers", "")


def test_a_no_that_comes_after_the_last_yes_withholds(troupe: Troupe) -> None:
    troupe.asks(bio="We dance.")
    troupe.all_agree()
    assert troupe.no(troupe.tom, 1)
    assert troupe.shown == ("troupe", "")
    with pytest.raises(Conflict):
        troupe.no(troupe.gus, 2)


def test_a_no_of_who_has_no_right_any_more_brings_nothing_back(troupe: Troupe) -> None:
    troupe.asks(name="Mia and Tom", bio="We dance.")
    troupe.all_agree()
    troupe.withholds(troupe.gus)
    with troupe.app.database.write() as db:
        row = guarding.live(db, troupe.gus.person, troupe.mia.person or 0)
        guarding.end(db, KEYS, row["id"], None, now(), how="ended")
    assert troupe.shown == ("troupe", "")
    assert troupe.asks(name="Dancers"), "so that there is a way on"
    troupe.all_agree(2)
    assert troupe.shown == ("Dancers", "")
    troupe.replays()


def test_a_right_that_is_gone_takes_its_yes_with_it(troupe: Troupe) -> None:
    troupe.asks(bio="We dance.")
    troupe.yes(troupe.gus)
    with troupe.app.database.write() as db:
        row = guarding.live(db, troupe.gus.person, troupe.mia.person or 0)
        guarding.end(db, KEYS, row["id"], None, now(), how="ended")
    with troupe.app.database.write() as db:
        stand_for(db, troupe.gus, troupe.mia, is_full=1)
        record(db, MemberJoined(troupe.account, troupe.mia.person or 0, "creator"))
    for who in (troupe.gil, troupe.fay, troupe.tom):
        troupe.yes(who)
    assert troupe.waits == 1
    assert troupe.asked(troupe.gus)
    troupe.replays()


def test_a_minor_who_joins_meanwhile_is_asked_too(troupe: Troupe) -> None:
    troupe.asks(bio="We dance.")
    for who in (troupe.gus, troupe.gil, troupe.fay):
        troupe.yes(who)
    with troupe.app.database.write() as db:
        new = person(db, "ivo", band=Band.FROM_13)
        stand_for(db, troupe.ben, new, is_full=1)
        row = {"account_id": troupe.account, "person_id": new.person, "role": "creator", "since": now()}
        db.execute(insert(members).values(row))
        record(db, MemberJoined(troupe.account, new.person or 0, "creator"))
    assert not troupe.yes(troupe.tom)
    assert troupe.asked(troupe.ben)
    assert troupe.asked(new)
    troupe.yes(troupe.ben)
    assert troupe.yes(new)
    assert troupe.shown == ("Troupe", "We dance.")


def test_a_fact_shows_nothing(troupe: Troupe) -> None:
    """The last one whose yes is missing leaves: nothing is shown before somebody of the account says so (R3)."""
    troupe.asks(bio="We dance.")
    for who in (troupe.gus, troupe.gil, troupe.fay):
        troupe.yes(who)
    with troupe.app.database.write() as db:
        joint.leave(db, KEYS, troupe.tom, "troupe", now())
    assert troupe.shown == ("Troupe", "")
    with troupe.app.database.read() as db:
        found = reading.look(db, troupe.ada, "troupe").waiting
    assert found is not None
    assert found.ready
    assert not troupe.asks(bio="We dance.")
    assert troupe.shown == ("Troupe", "We dance.")
    troupe.replays()


def test_with_the_last_minor_gone_it_is_changed_at_once(troupe: Troupe) -> None:
    troupe.asks(name="Dancers")
    for young in (troupe.mia, troupe.tom):
        with troupe.app.database.write() as db:
            db.execute(update(people).where(people.c.id == young.person).values(band=Band.ADULT.value, band_until=None))
            record(db, BandTurned(young.person or 0, "adult", corrected=False))
    assert troupe.shown == ("Troupe", "")
    assert not troupe.asks(bio="We dance.")
    assert troupe.shown == ("Dancers", "We dance.")
    assert troupe.waits is None
    troupe.replays()


def test_what_nobody_asks_any_more_ends(troupe: Troupe) -> None:
    editor = _editor(troupe)
    assert troupe.asks(editor, bio="We dance.")
    with troupe.app.database.write() as db:
        joint.leave(db, KEYS, editor, "troupe", now())
    assert troupe.waits is None
    troupe.replays()


def _editor(troupe: Troupe) -> Viewer:
    with troupe.app.database.write() as db:
        editor = person(db, "edi")
        row = {"account_id": troupe.account, "person_id": editor.person, "role": "editor", "since": now()}
        db.execute(insert(members).values(row))
        return signed_in(db, editor.person, troupe.account, "edi as troupe")


def test_where_nobody_can_agree_nothing_is_asked(troupe: Troupe) -> None:
    with troupe.app.database.write() as db:
        db.execute(delete(guardianships).where(guardianships.c.guardian_id == troupe.fay.person))
    with pytest.raises(NotAllowed):
        troupe.asks(bio="We dance.")


def test_a_handle_is_asked_too_and_must_be_free_in_the_end(troupe: Troupe) -> None:
    assert troupe.asks(handle="dancers")
    for who in (troupe.gus, troupe.gil, troupe.fay):
        troupe.yes(who)
    assert not troupe.asks(troupe.cast.ola.viewer, handle="dancers")
    with pytest.raises(Conflict) as refused:
        troupe.yes(troupe.tom)
    assert refused.value.code == "handle-taken"
    assert troupe.asks(handle="dancing")
    troupe.all_agree(2)
    with troupe.app.database.read() as db:
        handle = db.execute(select(accounts.c.handle).where(accounts.c.id == troupe.account)).scalar()
    assert handle == "dancing"


# Pictures


def _picture(troupe: Troupe, tmp_path: Path, by: Viewer | None = None) -> None:
    key = put(troupe.app, tmp_path, png())
    with troupe.app.database.write() as db:
        assert asking.need_askable(db, by or troupe.ada)
        avatars.ask(db, by or troupe.ada, key)
    work(troupe.app)


def work(app: App) -> None:
    while run_due(app.database, job_kinds(app)):
        pass


def _pictures(troupe: Troupe) -> tuple[str | None, str | None]:
    """The one that is shown, and the one that waits."""
    with troupe.app.database.read() as db:
        shown = db.execute(select(accounts.c.avatar).where(accounts.c.id == troupe.account)).scalar()
        waits = db.execute(select(portraits.c.avatar).where(portraits.c.account_id == troupe.account)).scalar()
        return shown, waits


def test_a_picture_waits_too_and_only_the_shown_one_stays(troupe: Troupe, tmp_path: Path) -> None:
    _picture(troupe, tmp_path)
    shown, waits = _pictures(troupe)
    assert shown is None
    assert waits is not None
    with troupe.app.database.read() as db:
        seen = [reading.sees_picture(db, who, waits) for who in (troupe.ada, troupe.ben, troupe.gus, troupe.mia)]
        assert seen == [True] * 4
        others = (troupe.cast.eve.viewer, troupe.cast.ola.viewer, troupe.cast.guest.viewer)
        assert [reading.sees_picture(db, who, waits) for who in others] == [False] * 3
    troupe.all_agree()
    assert _pictures(troupe) == (waits, None)
    _picture(troupe, tmp_path)
    _picture(troupe, tmp_path)
    troupe.no(troupe.gus, 3)
    work(troupe.app)
    assert _pictures(troupe) == (waits, None)
    assert stored(troupe.app) == {waits}
    assert sweep(troupe.app.settings, troupe.app.database) == []


def test_a_picture_that_a_no_takes_away_comes_back(troupe: Troupe, tmp_path: Path) -> None:
    _picture(troupe, tmp_path)
    troupe.all_agree()
    shown, _ = _pictures(troupe)
    assert shown is not None
    troupe.withholds(troupe.mia)
    work(troupe.app)
    assert _pictures(troupe) == (None, None)
    with troupe.app.database.read() as db:
        seen = [reading.sees_picture(db, who, shown) for who in (troupe.mia, troupe.ada, troupe.gus, troupe.ben)]
    assert seen == [True, True, False, True]
    troupe.lifts(troupe.mia)
    assert _pictures(troupe) == (shown, None)
    assert stored(troupe.app) == {shown}


def test_a_minor_who_joins_before_the_picture_is_made_is_asked(cast: Cast, tmp_path: Path) -> None:
    """What is decided when the picture is put in place, not when it was chosen."""
    app, duo = cast.app, cast.duo.viewer
    key = put(app, tmp_path, png())
    with app.database.write() as db:
        assert not asking.need_askable(db, duo)
        avatars.ask(db, duo, key)
        row = {"account_id": duo.account, "person_id": cast.mia.viewer.person, "role": "creator", "since": now()}
        db.execute(insert(members).values(row))
    work(app)
    with app.database.read() as db:
        assert db.execute(select(accounts.c.avatar).where(accounts.c.id == duo.account)).scalar() is None
        assert reading.waiting(db, cast.gus.viewer)


def test_with_the_account_or_the_person_all_of_it_goes(troupe: Troupe, tmp_path: Path) -> None:
    _picture(troupe, tmp_path, _editor(troupe))
    assert stored(troupe.app) != set()
    with troupe.app.database.read() as db:
        editor = db.execute(select(portraits.c.person_id)).scalar()
    with troupe.app.database.write() as db:
        leaving.erase(db, editor or 0, troupe.app.purgers)
    _settled(troupe.app)
    assert troupe.waits is None
    assert stored(troupe.app) == set()
    troupe.replays()
    _picture(troupe, tmp_path)
    troupe.withholds(troupe.gus)
    with troupe.app.database.write() as db:
        subject = leaving.Subject(leaving.NOBODY, (troupe.account,))
        leaving.purge(db, subject, troupe.app.purgers)
    _settled(troupe.app)
    assert stored(troupe.app) == set()
    assert sweep(troupe.app.settings, troupe.app.database) == []
    troupe.replays()


def _settled(app: App) -> None:
    """With what comes a second later, too."""
    work(app)
    hasten(app)
    work(app)


def hasten(app: App) -> None:
    with app.database.write() as db:
        db.execute(update(jobs).where(jobs.c.period.is_(None)).values(due_at=now()))


def test_the_no_of_somebody_who_is_gone_brings_nothing_back(troupe: Troupe) -> None:
    troupe.asks(name="Mia and Tom")
    troupe.all_agree()
    troupe.withholds(troupe.gus)
    with troupe.app.database.write() as db:
        leaving.erase(db, troupe.gus.person or 0, troupe.app.purgers)
    assert troupe.shown == ("troupe", "")
    troupe.replays()


def test_a_no_outlasts_a_restore(troupe: Troupe) -> None:
    """What the journal has of it is said again to a backup from before, and entered in the ledger."""
    troupe.asks(name="Mia and Tom")
    troupe.all_agree()
    troupe.withholds(troupe.gus)
    _settled(troupe.app)
    kept = list(journal.read(troupe.app.settings.data / "deletions.log"))
    with troupe.app.database.write() as db:  # as the backup has it
        found = load(db, troupe.account)
        noes.lift(db, found, troupe.gus.person or 0)
    assert troupe.shown == ("Mia and Tom", "")
    with troupe.app.database.write() as db:
        enter(db, KEYS, Entry(Act.PORTRAIT_LIFTED, troupe.gus.person, troupe.account))
        restoring.tell(db, restoring.say_no_again(db, kept))
    _settled(troupe.app)
    assert troupe.shown == ("troupe", "")
    troupe.replays()
    lifted = [*kept, journal.Entry("portrait lifted", troupe.account, now(), troupe.gus.person or 0)]
    with troupe.app.database.write() as db:
        restoring.tell(db, restoring.say_no_again(db, lifted))
    _settled(troupe.app)
    assert troupe.shown == ("Mia and Tom", "")
    troupe.replays()


def test_what_ran_out_is_not_shown_when_a_no_ends_and_is_asked_anew(troupe: Troupe) -> None:
    troupe.asks(name="Mia and Tom")
    troupe.all_agree()
    troupe.withholds(troupe.gus)
    troupe.asks(name="Dancers")
    troupe.all_agree(2)
    with troupe.app.database.write() as db:
        db.execute(update(portraits).values(asked_at=now() - 30 * DAY))
    troupe.lifts(troupe.gus)
    assert troupe.shown == ("Mia and Tom", "")
    assert troupe.asks(name="Dancers")
    assert troupe.waits == 3


def test_while_the_account_rests_nothing_new_is_asked_or_shown(troupe: Troupe) -> None:
    troupe.asks(bio="We dance.")
    with troupe.app.database.write() as db:
        row = {"account_id": troupe.account, "person_id": troupe.ben.person, "since": now(), "receipt_id": 1}
        db.execute(insert(account_endings).values(row))
    troupe.all_agree()
    assert troupe.shown == ("Troupe", "")
    with pytest.raises(NotAllowed) as refused:
        troupe.asks(bio="We sing.")
    assert refused.value.code == "frozen"


def test_whose_no_counts_for_what_is_shown(troupe: Troupe) -> None:
    """Children, their guardians, and owners where all of them must agree; nobody's without a child in it."""
    with pytest.raises(NotAllowed):
        troupe.withholds(troupe.ben)
    duo = troupe.cast.duo.viewer
    with troupe.app.database.write() as db:
        db.execute(update(accounts).values(publishing_rule="all"))
        with pytest.raises(NotAllowed):
            answers.withhold(db, KEYS, duo, "duo")
    troupe.withholds(troupe.ben)
    assert troupe.shown == ("troupe", "")


def test_a_new_way_to_sign_in_by_a_guardian_ends_no_no(troupe: Troupe) -> None:
    troupe.asks(name="Mia and Tom")
    troupe.all_agree()
    troupe.withholds(troupe.mia)
    with troupe.app.database.write() as db:
        db.execute(update(people).where(people.c.id == troupe.mia.person).values(reset_at=now() - 6 * DAY))
    with pytest.raises(NotAllowed):
        troupe.lifts(troupe.mia)
    assert troupe.shown == ("troupe", "")


def test_a_picture_of_who_may_not_any_more_is_thrown_away(troupe: Troupe, tmp_path: Path) -> None:
    editor, key = _editor(troupe), put(troupe.app, tmp_path, png())
    with troupe.app.database.write() as db:
        avatars.ask(db, editor, key)
        db.execute(update(members).where(members.c.person_id == editor.person).values(role="creator"))
    work(troupe.app)
    assert troupe.waits is None
    assert stored(troupe.app) == set()
