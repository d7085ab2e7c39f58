"""Yes beforehand: said on the guardian's page or by the API, used for near clips, told each time, taken back at any time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from onstage.accounts import invitations, joint, upkeep
from onstage.accounts.guardians import beforehand, guarding
from onstage.accounts.models import JointKind, Role, sessions, yeses_beforehand
from onstage.clips.agreeing import rows
from onstage.clips.models import Audience, Stage, clips
from onstage.clock import MINUTE, now
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from tests.cast import KEYS, Actor, make_clip
from tests.web.family import Family


def until(days: int) -> dict[str, str]:
    return {"until": (datetime.now(UTC) + timedelta(days=days)).isoformat()}


def path(account: str = "child") -> str:
    return f"/api/v1/children/child/beforehand/{account}"


def says(family: Family, who: Actor, days: int = 300, account: str = "child") -> int:
    return family.client.put(path(account), who, json=until(days)).status


def told(family: Family, who: Actor) -> list[str]:
    run_due(family.app.database, job_kinds(family.app))
    return [each["kind"] for each in family.client.get("/api/v1/me/inbox", who).json["items"]]


def test_a_near_clip_goes_out_by_two_yeses_beforehand_and_each_use_is_told(family: Family) -> None:
    for who in (family.mum, family.dad):
        assert says(family, who) == 204
    assert family.api(family.child, "GET", "/agreeing").json["missing"] == []
    assert family.api(family.child, "POST", "/publish").json["stage"] == "none"
    assert family.sees(family.friend)
    assert told(family, family.mum) == ["beforehand"]
    export = family.client.get("/api/v1/me/ledger", family.mum).text
    assert "standing yes" in export
    assert "beforehand" in export
    assert family.api(family.mum, "POST", "/no", json={}).status == 204
    assert not family.sees(family.friend)


def test_the_author_sees_for_whom_a_yes_is_missing(family: Family) -> None:
    assert says(family, family.mum) == 204
    (missing,) = family.api(family.child, "GET", "/agreeing").json["missing"]
    assert (missing["account"]["handle"], missing["own"], missing["guardians"]) == ("child", False, 1)
    assert "A yes is missing for" in family.client.get(f"/make/{family.slug}", family.child).text
    family.api(family.child, "POST", "/publish")
    assert family.asks(family.mum) == []
    assert [each["why"] for each in family.asks(family.dad)] == ["answer"]
    assert family.sees(family.mum), "it is told of, so it can be looked at and objected to"
    assert family.yes(family.dad, 1) == 204
    assert family.sees(family.friend)


def test_taken_back_it_is_asked_again(family: Family) -> None:
    assert says(family, family.mum) == 204
    family.api(family.child, "POST", "/publish")
    assert family.client.delete(path(), family.mum).status == 204
    assert [each["why"] for each in family.asks(family.mum)] == ["answer"]
    assert family.yes(family.dad, 1) == 204
    assert not family.sees(family.friend)
    assert family.client.delete(path(), family.mum).status == 404


def test_its_day_comes_and_what_waits_is_asked_again(family: Family) -> None:
    assert says(family, family.mum) == 204
    family.api(family.child, "POST", "/publish")
    with family.app.database.write() as db:
        db.execute(update(yeses_beforehand).values(until=now()))
        upkeep.run(db, KEYS, "UTC", "http://localhost", now())
    assert [each["why"] for each in family.asks(family.mum)] == ["answer"]
    assert family.yes(family.dad, 1) == 204
    assert not family.sees(family.friend)


@pytest.mark.parametrize("how", ["annulled", "ended"])
def test_it_ends_with_the_guardianship(family: Family, how: str) -> None:
    assert says(family, family.mum) == 204
    family.api(family.child, "POST", "/publish")
    child = family.child.viewer.person or 0
    with family.app.database.write() as db:
        guarding.end(db, KEYS, guarding.live(db, family.mum.viewer.person, child)["id"], None, now(), how=how)
    with family.app.database.read() as db:
        assert not db.execute(select(yeses_beforehand)).all()
        assert all(yes.wards is None for yes in rows.load(db, family.clip).clip.yeses)
    assert not family.sees(family.mum)


def test_who_may_say_it_and_how_long(family: Family) -> None:
    assert says(family, family.mum, 366) == 422
    assert says(family, family.mum, -1) == 422
    assert says(family, family.friend) == 404
    assert says(family, family.mum, account="nobody-at-all") == 404
    with family.app.database.write() as db:
        mine = sessions.c.person_id == family.mum.viewer.person
        db.execute(update(sessions).where(mine).values(checked_at=now() - 6 * MINUTE))
    late = family.client.put(path(), family.mum, json=until(30))
    assert (late.status, late.json["type"]) == (403, "urn:onstage:check-needed")
    assert family.client.get("/api/v1/children/child/beforehand", family.mum).json["items"] == []


def test_who_lets_a_child_into_an_account_lets_its_members_see_them(family: Family) -> None:
    with family.app.database.write() as db:
        joint.begin(db, KEYS, family.other.viewer, JointKind.CLASS, "class", "Class", now())
        asked = invitations.by_handle(db, KEYS, family.other.viewer, "class", "child", Role.CREATOR, now())
        invitations.accept(db, KEYS, family.child.viewer, asked, now())
        for who in (family.mum, family.dad):
            invitations.answer(db, KEYS, who.viewer, asked, True, now())
        account = db.execute(select(yeses_beforehand.c.account_id)).scalars().first()
    assert account is not None
    listed = family.client.get("/api/v1/children/child/beforehand", family.dad).json["items"]
    assert [(each["account"], each["width"], each["until"]) for each in listed] == [("class", "members", None)]
    for audience, stage in ((Audience.MEMBERS, "none"), (Audience.FRIENDS, "asked")):
        clip, slug = make_clip(
            family.app.database, family.child.viewer, audience=audience, published=False, stage=Stage.DRAFT
        )
        with family.app.database.write() as db:
            db.execute(update(clips).where(clips.c.id == clip).values(account_id=account))
            db.execute(update(sessions).where(sessions.c.id == family.child.viewer.session).values(account_id=account))
        asked_ = family.client.post(f"/api/v1/clips/{slug}/publish", family.child)
        assert asked_.status == 200
        (missing,) = [family.client.get(f"/api/v1/clips/{slug}/agreeing", family.child).json]
        assert (missing["owners"], missing["guardians"]) == (1, 0 if stage == "none" else 2)
        assert family.client.post(f"/api/v1/clips/{slug}/yes", family.other, json={"version": 1}).status == 204
        with family.app.database.read() as db:
            assert db.execute(select(clips.c.stage).where(clips.c.id == clip)).scalar() == stage
    with family.app.database.write() as db:
        joint.take_out(db, KEYS, family.mum.viewer, family.child.viewer.person or 0, "class", now())
        assert not db.execute(select(yeses_beforehand)).all()


def test_the_pages_say_it_and_stop_it(family: Family) -> None:
    page = family.client.get("/children/child", family.mum).text
    assert "Say yes beforehand" in page
    data = {"do": "say-beforehand", "account": "@child", "months": "12"}
    assert family.client.post("/children/child", family.mum, form=data).status == 200
    page = family.client.get("/children/child", family.mum).text
    assert "what people near see, until" in page
    refused = family.client.post("/children/child", family.mum, form=data | {"account": "nobody-at-all"})
    assert refused.status == 422
    notice = family.client.get("/together", family.dad).text
    assert "said yes beforehand" in notice
    assert (
        family.client.post("/children/child", family.mum, form={"do": "stop-beforehand", "account": "child"}).status
        == 200
    )
    with family.app.database.read() as db:
        assert beforehand.of_minor(db, family.child.viewer.person or 0, now()) == []
