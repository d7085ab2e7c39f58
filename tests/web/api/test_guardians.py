"""Guardians by the API: claimed, accepted, checked, contested, ended, annulled; children and their sign-ins."""

from typing import Any

import pytest
from sqlalchemy import select, update

from onstage import ids
from onstage.accounts import upkeep
from onstage.accounts.age import Band
from onstage.accounts.doors.sessions import SessionKind, begin
from onstage.accounts.guardians import absence
from onstage.accounts.models import guardianships, ledger, notices, people, server_choices, vouchings
from onstage.clock import DAY, HOUR, now
from tests.accounts.joining import PASSWORD, born
from tests.cast import Actor, Cast, person, stand_for
from tests.client import Answer, Client

API = "/api/v1"
CHILD = {"handle": "lou", "name": "Lou", "birth_date": born(8).isoformat(), "zone": "Europe/Berlin"}
MET = {"method": "met", "document": "identity card"}


@pytest.fixture
def teen(cast: Cast) -> Actor:
    """Somebody of 14, for whom nobody stands yet."""
    with cast.app.database.write() as db:
        return Actor(person(db, "teo", band=Band.FROM_13))


def claim(client: Client, actor: Actor, handle: str) -> Answer:
    return client.post(f"{API}/guardianships", actor, json={"handle": handle})


def case(client: Client, voucher: Actor, guardian: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = client.get(f"{API}/guardian-cases", voucher).json["items"]
    return next(each for each in found if each["guardian"] == guardian)


def check(client: Client, voucher: Actor, guardian: str, **said: str) -> Answer:
    return client.post(f"{API}/guardian-cases/{case(client, voucher, guardian)['id']}/check", voucher, json=said or MET)


def accept(client: Client, actor: Actor, *, yes: bool = True) -> int:
    waiting = client.get(f"{API}/guardianships", actor).json["items"]
    assert len(waiting) == 1
    return client.post(f"{API}/guardianships/{waiting[0]['id']}/answer", actor, json={"yes": yes}).status


def later(cast: Cast, passed: int) -> None:
    with cast.app.database.write() as db:
        upkeep.run(db, cast.app.keys, "UTC", "http://localhost", now() + passed)


def is_full(cast: Cast, guardian: Actor, minor: Actor) -> bool:
    both = (guardianships.c.guardian_id == guardian.viewer.person) & (guardianships.c.minor_id == minor.viewer.person)
    with cast.app.database.read() as db:
        return bool(
            db.execute(select(guardianships.c.is_full).where(both, guardianships.c.ended_at.is_(None))).scalar()
        )


def told(cast: Cast, actor: Actor) -> list[str]:
    with cast.app.database.read() as db:
        theirs = select(notices.c.kind).where(notices.c.person_id == actor.viewer.person).order_by(notices.c.id)
        return list(db.execute(theirs).scalars())


def children(client: Client, actor: Actor) -> list[str]:
    return [each["handle"] for each in client.get(f"{API}/children", actor).json["items"]]


def test_a_claim_shows_nothing_until_the_teenager_accepts_it(cast: Cast, client: Client, teen: Actor) -> None:
    assert claim(client, cast.ada, "teo").status == 202
    assert children(client, cast.ada) == []
    assert told(cast, teen) == ["guardian_claimed"]
    assert claim(client, cast.ada, "teo").status == 409
    assert accept(client, teen) == 204
    assert children(client, cast.ada) == ["teo"]
    assert not is_full(cast, cast.ada, teen)
    assert client.get(f"{API}/children", cast.ada).json["items"][0]["frozen"] is True, "a carer is not enough"


def test_a_claim_looks_the_same_for_an_adult_who_then_says_no(cast: Cast, client: Client, teen: Actor) -> None:
    first, second = claim(client, cast.ada, "teo"), claim(client, cast.ada, "fay")
    assert (first.status, first.body) == (second.status, second.body)
    waiting = client.get(f"{API}/guardianships", cast.fay).json["items"]
    at = f"{API}/guardianships/{waiting[0]['id']}/answer"
    assert client.post(at, cast.fay, json={"yes": True}).status == 403
    assert client.post(at, cast.fay, json={"yes": False}).status == 204
    assert children(client, cast.ada) == []
    assert told(cast, cast.ada) == ["guardian_refused"]


def test_only_adults_claim_and_not_for_ever(cast: Cast, client: Client, teen: Actor) -> None:
    assert claim(client, cast.max, "teo").status == 403
    assert claim(client, cast.ada, "ada").status == 409
    assert claim(client, cast.ada, "duo").status == 404
    for handle in ("teo", "mia", "max", "fay", "ben"):
        assert claim(client, cast.ada, handle).status == 202
    assert claim(client, cast.ada, "gil").status == 409


def test_a_child_under_13_answers_no_claim_their_full_guardian_does(cast: Cast, client: Client) -> None:
    claim(client, cast.ada, "mia")
    assert client.get(f"{API}/guardianships", cast.mia).json["items"] == []
    assert accept(client, cast.gil) == 204
    assert children(client, cast.ada) == ["mia"]
    assert {"guardian_claimed", "guardian_accepted"} <= set(told(cast, cast.gus))


def test_full_comes_seven_days_after_the_check_and_the_minor_hears_of_it(
    cast: Cast, client: Client, teen: Actor
) -> None:
    claim(client, cast.ada, "teo")
    answered = check(client, cast.ola, "ada")
    assert answered.status == 200, answered.text
    assert answered.json["full_at"] is not None
    assert "full_soon" in told(cast, teen)
    later(cast, 6 * DAY)
    assert not is_full(cast, cast.ada, teen)
    later(cast, 7 * DAY + HOUR)
    assert is_full(cast, cast.ada, teen)
    assert told(cast, teen)[-1] == "full_now"
    with cast.app.database.read() as db:
        kept = db.execute(select(vouchings.c.kept, vouchings.c.method)).one()
    assert tuple(kept) == ('{"document":"identity card"}', "met")


def test_what_is_kept_of_a_document_is_its_kind_alone(cast: Cast, client: Client, teen: Actor) -> None:
    claim(client, cast.ada, "teo")
    assert check(client, cast.ola, "ada", method="met", document="passport C01X00T47").status == 422
    assert check(client, cast.ola, "ada", method="met").status == 422
    assert check(client, cast.ola, "ada", method="own_word").status == 422


def test_a_contest_stops_the_clock_until_a_voucher_decides(cast: Cast, client: Client, teen: Actor) -> None:
    claim(client, cast.ada, "teo")
    check(client, cast.ola, "ada")
    one = case(client, cast.ola, "ada")["id"]
    assert client.post(f"{API}/guardianships/{one}/contest", cast.fay, json={"words": "no"}).status == 404
    assert client.post(f"{API}/guardianships/{one}/contest", cast.ada, json={"words": "no"}).status == 404
    assert client.post(f"{API}/guardianships/{one}/contest", teen, json={"words": ""}).status == 422
    assert client.post(f"{API}/guardianships/{one}/contest", teen, json={"words": "She is not."}).status == 204
    assert client.post(f"{API}/guardianships/{one}/contest", teen, json={"words": "Again."}).status == 409
    assert case(client, cast.ola, "ada")["contest"] == "She is not."
    later(cast, 8 * DAY)
    assert not is_full(cast, cast.ada, teen)
    at = f"{API}/guardian-cases/{one}/decision"
    assert client.post(at, cast.ola, json={"upheld": False, "reason": ""}).status == 422
    assert client.post(at, cast.ola, json={"upheld": False, "reason": "The papers are clear."}).status == 204
    later(cast, 8 * DAY)
    assert is_full(cast, cast.ada, teen)


def test_an_upheld_contest_leaves_a_carer(cast: Cast, client: Client, teen: Actor) -> None:
    claim(client, cast.ada, "teo")
    check(client, cast.ola, "ada")
    one = case(client, cast.ola, "ada")["id"]
    client.post(f"{API}/guardianships/{one}/contest", teen, json={"words": "She is my aunt."})
    at = f"{API}/guardian-cases/{one}/decision"
    assert client.post(at, cast.ola, json={"upheld": True, "reason": "An aunt it is."}).status == 204
    later(cast, 30 * DAY)
    assert not is_full(cast, cast.ada, teen)
    assert children(client, cast.ada) == ["teo"]


def test_an_earlier_guardian_hears_of_a_new_one_and_may_contest(cast: Cast, client: Client) -> None:
    claim(client, cast.ada, "mia")
    check(client, cast.ola, "ada")
    assert "full_soon" in told(cast, cast.gus)
    one = case(client, cast.ola, "ada")["id"]
    assert client.post(f"{API}/guardianships/{one}/contest", cast.gus, json={"words": "Never met her."}).status == 204


def test_nobody_checks_themselves_and_no_party_decides(cast: Cast, client: Client, teen: Actor) -> None:
    with cast.app.database.write() as db:
        of_ola = stand_for(db, cast.ola.viewer, teen.viewer)
        db.execute(update(people).where(people.c.id == cast.ben.viewer.person).values(vouches=1))
    claim(client, cast.ada, "teo")
    assert client.get(f"{API}/guardian-cases", cast.fay).json["items"] == []
    mine = {each["guardian"] for each in client.get(f"{API}/guardian-cases", cast.ola).json["items"]}
    assert mine == {"gus", "gil"}
    assert client.post(f"{API}/guardian-cases/{of_ola}/check", cast.ola, json=MET).status == 403
    assert client.post(f"{API}/guardian-cases/{of_ola}/check", cast.fay, json=MET).status == 403
    assert check(client, cast.ben, "ada").status == 200
    assert check(client, cast.ben, "ola").status == 200


def test_where_no_other_exists_the_owner_decides_as_a_party_after_a_week(
    cast: Cast, client: Client, teen: Actor
) -> None:
    with cast.app.database.write() as db:
        stand_for(db, cast.ola.viewer, teen.viewer, is_full=1)
    claim(client, cast.ada, "teo")
    accept(client, cast.ola)
    with cast.app.database.write() as db:
        one = db.execute(
            select(guardianships.c.id).where(guardianships.c.guardian_id == cast.ada.viewer.person)
        ).scalar()
    assert client.post(f"{API}/guardian-cases/{one}/check", cast.ola, json=MET).status == 403
    with cast.app.database.write() as db:
        db.execute(update(guardianships).where(guardianships.c.id == one).values(claimed_at=now() - 8 * DAY))
    assert client.post(f"{API}/guardian-cases/{one}/check", cast.ola, json=MET).status == 200


def test_a_word_given_twice_by_two_ways_a_day_apart_makes_a_carer(cast: Cast, client: Client, teen: Actor) -> None:
    claim(client, cast.ada, "teo")
    assert check(client, cast.ola, "ada", method="word", channel="phone").json == {"full_at": None}
    assert children(client, cast.ada) == []
    assert check(client, cast.ola, "ada", method="word", channel="mail").status == 422, "too soon"
    with cast.app.database.write() as db:
        db.execute(update(vouchings).values(begun_at=now() - DAY))
    assert check(client, cast.ola, "ada", method="word", channel="Phone").status == 422, "the same way"
    assert check(client, cast.ola, "ada", method="word", channel="mail").json == {"full_at": None}
    assert children(client, cast.ada) == ["teo"]
    assert not is_full(cast, cast.ada, teen)


def test_a_form_is_known_by_its_code_once(cast: Cast, client: Client, teen: Actor) -> None:
    claim(client, cast.ada, "teo")
    accept(client, teen)
    code = client.post(f"{API}/children/teo/form", cast.ada).json["code"]
    assert client.post(f"{API}/children/teo/form", cast.fay).status == 404
    assert check(client, cast.ola, "ada", method="form", code="wrong123").status == 422
    assert check(client, cast.ola, "ada", method="form", code=code.upper()).status == 200
    assert check(client, cast.ola, "ada", method="form", code=code).status == 409


def test_an_eid_counts_where_the_owner_allows_it_and_another_accepted(cast: Cast, client: Client, teen: Actor) -> None:
    claim(client, cast.ada, "teo")
    said = {"method": "eid"}
    assert check(client, cast.ola, "ada", **said).status == 403
    with cast.app.database.write() as db:
        db.execute(server_choices.insert().values(row="eid_is_full", value="yes", at=now()))
    assert check(client, cast.ola, "ada", **said).status == 422, "nobody else has accepted"
    accept(client, teen)
    assert check(client, cast.ola, "ada", **said).status == 422, "no eID was shown"
    with cast.app.database.write() as db:
        shown = {"id": ids.new(), "method": "eid", "begun_at": now(), "kept": '{"issuer":"id.example"}'}
        db.execute(vouchings.insert().values(guardianship_id=int(case(client, cast.ola, "ada")["id"]), **shown))
    assert case(client, cast.ola, "ada")["eid"] == "id.example"
    assert check(client, cast.ola, "ada", **said).status == 200
    assert case(client, cast.ola, "ada")["kept"] == {"issuer": "id.example"}


def test_a_guardian_ends_their_own_and_nobody_elses(cast: Cast, client: Client) -> None:
    assert client.delete(f"{API}/children/mia", cast.ada).status == 404
    assert client.delete(f"{API}/children/mia", cast.gus).status == 204
    assert children(client, cast.gus) == []
    assert children(client, cast.gil) == ["mia"]
    assert "guardian_ended" in told(cast, cast.mia)


def test_a_voucher_annuls_with_a_reason_and_ends_who_is_gone_for_180_days(cast: Cast, client: Client) -> None:
    one = case(client, cast.ola, "gus")["id"]
    at = f"{API}/guardian-cases/{one}/end"
    assert client.post(at, cast.ola, json={"annul": False, "reason": "gone"}).status == 403
    assert client.post(at, cast.ola, json={"annul": True, "reason": ""}).status == 422
    assert client.post(at, cast.gil, json={"annul": True, "reason": "no"}).status == 403
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.gil.viewer.person).values(seen_at=now() - 181 * DAY))
        db.execute(
            update(guardianships)
            .where(guardianships.c.guardian_id == cast.gil.viewer.person)
            .values(absent_since=now())
        )
    gil = case(client, cast.ola, "gil")["id"]
    assert (
        client.post(f"{API}/guardian-cases/{gil}/end", cast.ola, json={"annul": False, "reason": "gone"}).status == 204
    )
    assert client.post(at, cast.ola, json={"annul": True, "reason": "The paper was forged."}).status == 204
    with cast.app.database.read() as db:
        acts = " ".join(db.execute(select(ledger.c.act)).scalars())
    assert '"guardianship ended"' in acts
    assert '"guardianship annulled"' in acts


def test_three_reminders_and_thirty_days_make_a_guardian_absent_and_a_sign_in_ends_it(
    cast: Cast, client: Client
) -> None:
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.gil.viewer.person).values(mail="gil@example.org"))
    start = now()
    states = []
    for day in range(32):
        with cast.app.database.write() as db:
            db.execute(update(people).where(people.c.id == cast.gus.viewer.person).values(seen_at=start + day * DAY))
            absence.run(db, cast.app.keys, "http://localhost", start + day * DAY)
        with cast.app.database.read() as db:
            of_gil = guardianships.c.guardian_id == cast.gil.viewer.person
            states.append(
                db.execute(
                    select(guardianships.c.reminders, guardianships.c.absent_since.is_not(None)).where(of_gil)
                ).one()
            )
    assert [reminders for reminders, _ in states] == [0] * 9 + [1] * 7 + [2] * 7 + [3] * 9
    assert [bool(absent) for _, absent in states] == [False] * 30 + [True] * 2
    assert told(cast, cast.gil).count("come_back") == 3
    assert "absent" not in told(cast, cast.gus)
    assert client.get(f"{API}/children", cast.gus).json["items"][0]["guardians"][1]["absent"] is True
    with cast.app.database.write() as db:
        viewer = cast.gil.viewer
        begin(db, viewer.person or 0, viewer.account or 0, SessionKind.BROWSER, "a browser", start + 32 * DAY)
        assert absence.enter_returns(db, cast.app.keys) == 1
    assert client.get(f"{API}/children", cast.gus).json["items"][0]["guardians"][1]["absent"] is False


def test_any_guardian_is_enough_when_all_want_it_and_one_may_switch_absence_off(cast: Cast, client: Client) -> None:
    at = f"{API}/children/mia/agreement"
    assert client.put(at, cast.gus, json={"agreement": "any"}).status == 204
    assert client.get(f"{API}/children", cast.gus).json["items"][0]["agreement"] == "all"
    assert client.put(at, cast.gil, json={"agreement": "any"}).status == 204
    assert client.get(f"{API}/children", cast.gus).json["items"][0]["agreement"] == "any"
    assert client.put(at, cast.gil, json={"absence_counts": False}).status == 204
    assert client.get(f"{API}/children", cast.gus).json["items"][0]["absence_counts"] is False
    assert client.put(at, cast.ada, json={"agreement": "all"}).status == 404


def test_a_child_signs_in_once_a_full_guardian_lets_them(cast: Cast, client: Client) -> None:
    assert client.post(f"{API}/children", cast.ada, json=CHILD).status == 201
    at, password = f"{API}/children/lou/sign-in", {"password": PASSWORD}
    assert client.put(at, cast.ada, json=password).status == 403, "a carer yet"
    assert client.put(at, cast.fay, json=password).status == 404
    answered = check(client, cast.ola, "ada")
    assert answered.status == 200
    assert client.get(f"{API}/children", cast.ada).json["items"][0]["frozen"] is False, "there was nobody to tell"
    codes = client.put(at, cast.ada, json=password).json["recovery_codes"]
    assert len(codes) == 10
    come_in = client.post(f"{API}/sessions", json={"handle": "lou", "password": PASSWORD})
    assert come_in.status in {200, 201}, come_in.text
    with cast.app.database.read() as db:
        lou = db.execute(select(people.c.id).where(people.c.birth_date == CHILD["birth_date"])).scalar_one()
        assert (
            db.execute(select(notices.c.kind).where(notices.c.person_id == lou)).scalars().all()[-1] == "sign_in_made"
        )
    assert client.put(at, cast.ada, json={"password": "another quiet walk"}).json == {"recovery_codes": []}
    with cast.app.database.read() as db:
        kinds = db.execute(select(notices.c.kind).where(notices.c.person_id == lou)).scalars().all()
        assert kinds[-1] == "sign_in_reset"
        assert db.execute(select(people.c.reset_at).where(people.c.id == lou)).scalar() is not None
    assert client.post(f"{API}/sessions", json={"handle": "lou", "password": PASSWORD}).status == 403


def test_a_child_of_13_signs_up_by_a_guardians_link_and_is_frozen_until_somebody_is_full(
    cast: Cast, client: Client
) -> None:
    assert client.post(f"{API}/children", cast.ada, json={**CHILD, "birth_date": born(13).isoformat()}).status == 422
    secret = client.post(f"{API}/guardian-links", cast.ada).json["url"].rpartition("/")[2]
    form = {"handle": "tia", "birth_date": born(14).isoformat(), "zone": "Europe/Berlin", "password": PASSWORD}
    assert (
        client.post(f"{API}/people", json={**form, "birth_date": born(12).isoformat(), "guardian_link": secret}).status
        == 403
    )
    joined = client.post(f"{API}/people", json={**form, "guardian_link": secret})
    assert joined.status == 201, joined.text
    tia = client.get(f"{API}/children", cast.ada).json["items"][0]
    assert (tia["handle"], tia["frozen"], tia["guardians"][0]["full"]) == ("tia", True, False)
    assert client.post(f"{API}/people", json={**form, "handle": "tom", "guardian_link": secret}).status == 410


def test_a_server_for_one_household_takes_its_owners_own_word(cast: Cast, client: Client) -> None:
    assert client.post(f"{API}/children", cast.ola, json=CHILD).status == 201
    assert client.post(f"{API}/children/lou/own-word", cast.ola).status == 403
    with cast.app.database.write() as db:
        db.execute(server_choices.insert().values(row="one_household", value="yes", at=now()))
    assert client.post(f"{API}/children/lou/own-word", cast.ola).status == 200
    assert client.get(f"{API}/children", cast.ola).json["items"][0]["frozen"] is False
    with cast.app.database.read() as db:
        acts = " ".join(db.execute(select(ledger.c.act)).scalars())
    assert '"mode":"own_word"' in acts.replace(" ", "")
    assert client.post(f"{API}/children/mia/own-word", cast.gus).status == 403


def test_each_guardian_sets_a_value_and_the_strictest_holds(cast: Cast, client: Client) -> None:
    def audience(actor: Actor) -> str:
        words: str = client.get(f"{API}/children", actor).json["items"][0]["rows"]["audience"]
        return words

    at = f"{API}/children/mia/choices"
    assert client.put(f"{at}/audience", cast.gus, json={"value": "public"}).status == 204
    assert audience(cast.gus) == "followers", "gil has not said so"
    assert client.put(f"{at}/audience", cast.gil, json={"value": "public"}).status == 204
    assert audience(cast.gus) == "public"
    assert client.put(f"{at}/audience", cast.gil, json={"value": "private"}).status == 204
    assert audience(cast.gus) == "private"
    assert client.put(f"{at}/takes", cast.gus, json={"value": "everyone"}).status == 403, "never under 13"
    assert client.put(f"{at}/nothing", cast.gus, json={"value": "everyone"}).status == 422
    assert client.put(f"{at}/audience", cast.ada, json={"value": "public"}).status == 404
    assert told(cast, cast.mia).count("setting") == 3


def test_a_carer_limits_and_never_loosens(cast: Cast, client: Client) -> None:
    with cast.app.database.write() as db:
        stand_for(db, cast.ada.viewer, cast.mia.viewer)
    at = f"{API}/children/mia/choices"
    assert client.put(f"{at}/audience", cast.ada, json={"value": "public"}).status == 403
    assert client.put(f"{at}/audience", cast.ada, json={"value": "private"}).status == 204
    assert client.get(f"{API}/children", cast.gus).json["items"][0]["rows"]["audience"] == "private"
