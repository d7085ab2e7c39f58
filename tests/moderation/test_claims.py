"""Claims: what holds at once, what silence means, who decides, and that nobody judges themselves."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, update

from onstage.accounts import ledger
from onstage.accounts.models import guardianships, people
from onstage.accounts.models import ledger as entries
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import answers, inbox
from onstage.clips.models import appearances, clips, holds
from onstage.clips.queries import seen
from onstage.clock import DAY, HOUR, now
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from onstage.jobs.worker import run_due
from onstage.moderation import claims
from onstage.moderation.claim_rules import Decision, State, What
from onstage.moderation.claims import Claim, Claimant
from onstage.moderation.models import claims as table
from onstage.notifications.models import tiding_people, tidings
from onstage.server import job_kinds
from onstage.web.app import App
from tests.cast import Actor, Cast, make_clip
from tests.client import Client


@pytest.fixture
def clip(app: App, cast: Cast) -> tuple[int, str]:
    return make_clip(app.database, cast.ada.viewer)


def claim(
    app: App, actor: Actor, slug: str, what: What = What.ME, words: str = "", *, adult: bool = True, at: int = 0
) -> str:
    with app.database.write() as db:
        who = Claimant(actor.viewer, "192.0.2.7", adult)
        return claims.open_claim(db, app.keys, who, what, slug=slug, handle=None, words=words, now=at or now())


def case(app: App, secret: str) -> Claim:
    with app.database.read() as db:
        return claims.follow(db, secret)


def answer(app: App, actor: Actor, which: Claim, accepts: bool, words: str = "It is somebody else.") -> None:
    with app.database.write() as db:
        claims.answer(db, app.keys, actor.viewer, which.id, accepts, words, now())


def decide(app: App, actor: Actor, which: Claim, decision: Decision, at: int = 0) -> None:
    with app.database.write() as db:
        claims.decide(db, app.keys, actor.viewer, which.id, decision, "I looked at it.", at or now())


def waiting(app: App, actor: Actor, at: int = 0) -> list[int]:
    with app.database.read() as db:
        return [each.id for each in claims.queue(db, actor.viewer, at or now())]


def is_held(app: App, clip: int) -> bool:
    with app.database.read() as db:
        counted = db.execute(select(clips.c.holds).where(clips.c.id == clip)).scalar_one()
        kinds = db.execute(select(holds.c.kind).where(holds.c.clip_id == clip)).scalars().all()
    assert counted == len(kinds)
    assert set(kinds) <= {"claim", "basis"}
    return bool(counted)


def spreads(app: App, clip: int) -> tuple[int, int]:
    with app.database.read() as db:
        row = db.execute(select(clips.c.recommended, clips.c.leaves_server).where(clips.c.id == clip)).one()
    return row.recommended, row.leaves_server


@pytest.mark.parametrize(
    ("name", "what", "adult", "held"),
    [
        ("ben", What.ME, True, False),
        ("max", What.ME, True, True),  # he is sixteen, whatever he says
        ("ben", What.CHILD, True, True),
        ("ben", What.INTIMATE, True, True),
        ("guest", What.ME, True, False),
        ("guest", What.ME, False, True),
    ],
)
def test_for_a_minor_or_intimate_it_holds_at_once(
    app: App, cast: Cast, clip: tuple[int, str], name: str, what: What, adult: bool, held: bool
) -> None:
    claim(app, cast.everybody[name], clip[1], what, adult=adult)
    assert is_held(app, clip[0]) is held
    assert spreads(app, clip[0]) == (0, 0)


def test_what_one_does_not_see_one_can_not_claim(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    with pytest.raises(NotFound):
        claim(app, cast.eve, clip[1])
    claim(app, cast.max, clip[1])
    with pytest.raises(NotFound):
        claim(app, cast.ben, clip[1])


def bring_back(app: App, actor: Actor, slug: str) -> None:
    with app.database.write() as db:
        answers.bring_back(db, app.keys, actor.viewer, slug)


def appearing(app: App, clip: int) -> set[int]:
    with app.database.read() as db:
        named = select(appearances.c.person_id).where(appearances.c.clip_id == clip, appearances.c.sticks == 1)
        return set(db.execute(named).scalars())


def test_accepted_it_is_an_appearance_and_waits_for_its_person(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    secret = claim(app, cast.ben, clip[1])
    assert appearing(app, clip[0]) == set()
    answer(app, cast.ada, case(app, secret), True)
    assert appearing(app, clip[0]) == {cast.ben.viewer.person}
    assert is_held(app, clip[0])
    with pytest.raises(Conflict):
        bring_back(app, cast.ada, clip[1])
    with app.database.write() as db:
        (asked,) = inbox.waiting(db, cast.ben.viewer)
        answers.say_yes(db, app.keys, cast.ben.viewer, clip[1], asked.version)
    bring_back(app, cast.ben, clip[1])
    assert not is_held(app, clip[0])
    with app.database.write() as db:
        answers.say_no(db, app.keys, cast.ben.viewer, clip[1])
    with app.database.read() as db, pytest.raises(NotFound):
        seen(db, cast.fay.viewer, clip[1])


def test_a_claim_for_a_child_here_names_the_child(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    with app.database.write() as db:
        who = Claimant(cast.gus.viewer, "192.0.2.7", True)
        about = {"slug": clip[1], "handle": None}
        with pytest.raises(NotFound):
            claims.open_claim(db, app.keys, who, What.CHILD, **about, words="", now=now(), child="max")
    with app.database.write() as db:
        secret = claims.open_claim(db, app.keys, who, What.CHILD, **about, words="", now=now(), child="mia")
    assert is_held(app, clip[0])
    answer(app, cast.ada, case(app, secret), True)
    assert appearing(app, clip[0]) == {cast.mia.viewer.person}
    with app.database.read() as db:
        assert [each.slug for each in inbox.waiting(db, cast.gil.viewer)] == [clip[1]], (
            "her other guardian is asked too"
        )


def test_the_account_hears_of_it_and_not_who_it_was(
    app: App, client: Client, cast: Cast, clip: tuple[int, str]
) -> None:
    claim(app, cast.ben, clip[1], words="That is my cap.")
    run_due(app.database, job_kinds(app))
    with app.database.read() as db:
        assert list(db.execute(select(tidings.c.account_id, tidings.c.kind)).all()) == [
            (cast.ada.viewer.account, "claim")
        ]
        assert not db.execute(select(tiding_people.c.account_id)).all()
    page = client.ask("GET", "/inbox", cast.ada)
    assert "That is my cap." in page.text
    assert "Until " in page.text
    assert "@ben" not in page.text
    which = page.text.partition('name="claim" value="')[2].partition('"')[0]
    done = client.ask("POST", "/settings/claims", cast.ada, form={"claim": which, "do": "accept", "from": "inbox"})
    assert done.header("location") == "/inbox"
    assert "That is my cap." not in client.ask("GET", "/inbox", cast.ada).text


def test_a_guests_claim_holds_until_they_let_go(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    secret = claim(app, cast.guest, clip[1])
    answer(app, cast.ada, case(app, secret), True)
    assert is_held(app, clip[0])
    with pytest.raises(Conflict):
        answer(app, cast.ada, case(app, secret), False)
    with app.database.write() as db:
        claims.withdraw(db, app.keys, secret)
    assert not is_held(app, clip[0])
    assert spreads(app, clip[0]) == (1, 1)
    with app.database.write() as db, pytest.raises(Conflict):
        claims.withdraw(db, app.keys, secret)


def test_only_the_account_answers(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    secret = claim(app, cast.ben, clip[1])
    for actor in (cast.ben, cast.fay, cast.ola):
        with pytest.raises(NotFound):
            answer(app, actor, case(app, secret), True)
    with pytest.raises(Invalid):
        answer(app, cast.ada, case(app, secret), False, "  ")


def test_silence_accepts_until_it_is_contested(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    secret = claim(app, cast.ben, clip[1], at=now() - 73 * HOUR)
    assert appearing(app, clip[0]) == set()
    fresh = claim(app, cast.fay, clip[1])
    with app.database.write() as db:
        assert claims.presume(db, app.keys, now()) == 1
    assert case(app, secret).state is State.PRESUMED
    assert case(app, fresh).state is State.OPEN
    assert is_held(app, clip[0])
    answer(app, cast.ada, case(app, secret), False)
    assert case(app, secret).state is State.CONTESTED
    assert appearing(app, clip[0]) == set()
    bring_back(app, cast.ada, clip[1])
    assert not is_held(app, clip[0])


@pytest.mark.parametrize(
    ("decision", "state", "held"),
    [
        (Decision.UPHOLD, State.UPHELD, True),
        (Decision.REJECT, State.REJECTED, False),
        (Decision.PUBLIC, State.PUBLIC, False),
    ],
)
def test_a_moderator_decides_with_a_reason(
    app: App, cast: Cast, clip: tuple[int, str], decision: Decision, state: State, held: bool
) -> None:
    secret = claim(app, cast.ben, clip[1])
    answer(app, cast.ada, case(app, secret), False)
    found = case(app, secret)
    assert found.decide_until
    assert found.decide_until - now() <= 7 * DAY
    assert waiting(app, cast.ola) == [found.id]
    decide(app, cast.ola, found, decision)
    decided = case(app, secret)
    assert (decided.state, decided.decision) == (state, "I looked at it.")
    assert is_held(app, clip[0]) is held
    assert spreads(app, clip[0]) == (1, 1)
    assert appearing(app, clip[0]) == ({cast.ben.viewer.person} if held else set())
    assert waiting(app, cast.ola) == []
    with app.database.read() as db:
        acts = db.execute(select(entries.c.act).order_by(entries.c.position)).scalars().all()
    assert any(f'"kind":"{decision.value}"' in act for act in acts)


@pytest.mark.parametrize(("name", "what"), [("max", What.ME), ("ben", What.INTIMATE), ("ben", What.CHILD)])
def test_a_minors_or_intimate_clip_never_stays_as_public(
    app: App, cast: Cast, clip: tuple[int, str], name: str, what: What
) -> None:
    secret = claim(app, cast.everybody[name], clip[1], what)
    answer(app, cast.ada, case(app, secret), False)
    assert is_held(app, clip[0])
    with pytest.raises(NotAllowed):
        decide(app, cast.ola, case(app, secret), Decision.PUBLIC)
    assert is_held(app, clip[0])


def test_intimate_is_decided_in_two_days(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    secret = claim(app, cast.ben, clip[1], What.INTIMATE)
    answer(app, cast.ada, case(app, secret), False)
    assert (case(app, secret).decide_until or 0) <= now() + 48 * HOUR


def test_a_decision_is_looked_at_once_more_and_not_twice(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    secret = claim(app, cast.ben, clip[1])
    answer(app, cast.ada, case(app, secret), False)
    decide(app, cast.ola, case(app, secret), Decision.REJECT)
    with app.database.write() as db, pytest.raises(Conflict):
        claims.appeal_for_account(db, app.keys, cast.ada.viewer, case(app, secret).id, "We won.", now())
    with app.database.write() as db:
        claims.appeal(db, app.keys, case(app, secret), "claimant", "Look at second four.", now())
    assert waiting(app, cast.ola) == [case(app, secret).id]
    decide(app, cast.ola, case(app, secret), Decision.UPHOLD)
    assert is_held(app, clip[0])
    with app.database.write() as db, pytest.raises(Conflict):
        claims.appeal_for_account(db, app.keys, cast.ada.viewer, case(app, secret).id, "Again.", now())


def test_rejected_it_needs_new_facts(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    claim(app, cast.ben, clip[1])
    with pytest.raises(Conflict):
        claim(app, cast.ben, clip[1])
    _, other = make_clip(app.database, cast.ada.viewer)
    secret = claim(app, cast.ben, other)
    answer(app, cast.ada, case(app, secret), False)
    decide(app, cast.ola, case(app, secret), Decision.REJECT)
    with pytest.raises(Conflict):
        claim(app, cast.ben, other)
    claim(app, cast.ben, other, words="At second four one can see my tattoo.")


def test_after_three_false_ones_a_moderator_looks_first(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    for _ in range(3):
        _, slug = make_clip(app.database, cast.ada.viewer)
        secret = claim(app, cast.ben, slug, What.INTIMATE)
        answer(app, cast.ada, case(app, secret), False)
        decide(app, cast.ola, case(app, secret), Decision.REJECT)
    fourth = claim(app, cast.ben, clip[1], What.INTIMATE)
    assert not is_held(app, clip[0])
    assert spreads(app, clip[0]) == (1, 1)
    assert waiting(app, cast.ola) == [case(app, fourth).id]
    decide(app, cast.ola, case(app, fourth), Decision.UPHOLD)
    assert is_held(app, clip[0])
    with app.database.write() as db:
        db.execute(update(table).values(decided_at=now() - 91 * DAY))
    another, slug = make_clip(app.database, cast.ada.viewer)
    claim(app, cast.ben, slug, What.INTIMATE)
    assert is_held(app, another), "what is long ago counts no more"


def test_nobody_has_endless_open_cases(app: App, cast: Cast) -> None:
    for _ in range(10):
        claim(app, cast.guest, make_clip(app.database, cast.ada.viewer)[1])
    with pytest.raises(TooMany):
        claim(app, cast.guest, make_clip(app.database, cast.ada.viewer)[1])


def test_nobody_judges_themselves(app: App, cast: Cast) -> None:
    owners = [cast.ada, cast.ben, cast.max, cast.fay]
    with app.database.write() as db:
        who = [owner.viewer.person for owner in owners]
        db.execute(update(people).where(people.c.id.in_(who)).values(is_server_owner=1))
        pair = {"guardian_id": cast.fay.viewer.person, "minor_id": cast.max.viewer.person}
        db.execute(insert(guardianships).values(id=7, **pair, claimed_at=1, accepted_at=1))
    _, slug = make_clip(app.database, cast.duo.viewer)  # by ada, on the account that she runs with ben
    secret = claim(app, cast.max, slug)
    answer(app, cast.ada, case(app, secret), False)
    as_owner = [Actor(_owner(each)) for each in owners]
    for owner in as_owner:
        assert waiting(app, owner) == [], owner.viewer.handle
        with pytest.raises(NotFound):
            decide(app, owner, case(app, secret), Decision.REJECT, now() + 8 * DAY)
    assert waiting(app, cast.ola) == [case(app, secret).id]


def _owner(actor: Actor) -> Viewer:
    return replace(actor.viewer, is_server_owner=True)


def test_where_there_is_nobody_else_the_owner_may_after_seven_days_and_it_is_said(app: App, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.ola.viewer)
    secret = claim(app, cast.ben, slug)
    answer(app, cast.ola, case(app, secret), False)
    assert waiting(app, cast.ola) == []
    later = now() + 8 * DAY
    assert waiting(app, cast.ola, later) == [case(app, secret).id]
    decide(app, cast.ola, case(app, secret), Decision.REJECT, later)
    with app.database.read() as db:
        last = db.execute(select(entries.c.act).order_by(entries.c.position.desc()).limit(2)).scalars().all()
    assert any('"mode":"party"' in act for act in last)


def test_only_moderators_see_the_queue(app: App, cast: Cast) -> None:
    for actor in (cast.ada, cast.guest):
        with pytest.raises(NotAllowed):
            waiting(app, actor)


def test_two_claims_hold_apart(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    first, second = claim(app, cast.ben, clip[1], What.CHILD), ""
    with app.database.read() as db:
        assert seen(db, cast.ada.viewer, clip[1]).id == clip[0], "its author still sees it"
    second = claim(app, cast.ada, clip[1], What.CHILD)
    for secret, held in ((first, True), (second, False)):
        with app.database.write() as db:
            claims.withdraw(db, app.keys, secret)
        assert is_held(app, clip[0]) is held
    assert spreads(app, clip[0]) == (1, 1)
    with app.database.read() as db:
        acts = [act for act in db.execute(select(entries.c.act)).scalars() if '"kind":"claim"' in act]
    assert len(acts) == 4, "two holds began and ended"


def test_each_look_is_in_the_ledger_and_opens_the_film(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    secret = claim(app, cast.max, clip[1])
    answer(app, cast.ada, case(app, secret), False)
    which = case(app, secret).id
    with app.database.read() as db, pytest.raises(NotFound):
        claims.film(db, cast.ola.viewer, which, now())
    with app.database.write() as db:
        before = ledger.head(db).position
        claims.look(db, app.keys, cast.ola.viewer, which, now())
        assert ledger.head(db).position == before + 1
    with app.database.read() as db:
        assert claims.film(db, cast.ola.viewer, which, now()) == f"film{clip[1]}"
    decide(app, cast.ola, case(app, secret), Decision.REJECT)
    with app.database.read() as db, pytest.raises(NotFound):
        claims.film(db, cast.ola.viewer, which, now())
