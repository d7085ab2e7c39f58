"""Reminders: three for each question, on every channel that somebody gave; nothing else nags, and silence publishes nothing."""

import json
from typing import Any

from sqlalchemy import select, update

from onstage.accounts import ledger
from onstage.accounts.age import Band
from onstage.accounts.chain import read_head
from onstage.accounts.guardians import absence
from onstage.accounts.models import guardianships, people
from onstage.clips.agreeing import asking, reconsidering, versions
from onstage.clips.agreeing.rows import load
from onstage.clips.models import clip_consents
from onstage.clock import DAY, HOUR, now
from onstage.jobs.models import jobs
from onstage.jobs.worker import run_due
from onstage.mail import JOB as MAIL
from onstage.notifications.models import devices, tiding_choices
from onstage.notifications.telling import PUSH
from onstage.server import job_kinds
from tests.cast import KEYS, Actor, person, stand_for
from tests.web.family import Family


def waiting_since(family: Family, passed: int) -> None:
    """The question is as old as that, and time has done what it does."""
    with family.app.database.write() as db:
        kept = db.execute(select(clip_consents).where(clip_consents.c.clip_id == family.clip)).one()
        moved = (kept.asked_at - (now() - passed)) if kept.asked_at else 0
        reminded = None if kept.reminded_at is None else kept.reminded_at - moved
        values = {"asked_at": now() - passed, "reminded_at": reminded}
        db.execute(update(clip_consents).where(clip_consents.c.clip_id == family.clip).values(values))
        reconsidering.run(db, KEYS)


def events(family: Family) -> int:
    """How many reminders are to be told, which are then forgotten."""
    with family.app.database.write() as db:
        rows = db.execute(select(jobs.c.id, jobs.c.payload).where(jobs.c.kind == "event")).all()
        found = [row.id for row in rows if json.loads(row.payload)["name"] == "YesReminded"]
        db.execute(jobs.delete().where(jobs.c.id.in_(found)))
    return len(found)


def of_kind(family: Family, kind: str) -> list[dict[str, Any]]:
    with family.app.database.read() as db:
        return [json.loads(each) for each in db.execute(select(jobs.c.payload).where(jobs.c.kind == kind)).scalars()]


def inbox(family: Family, who: Actor) -> list[tuple[str, bool]]:
    found = family.client.get("/api/v1/me/inbox", who).json["items"]
    return [(each["kind"], each["unread"]) for each in found]


def test_three_reminders_and_no_more(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    counts = []
    for passed in (HOUR, DAY + HOUR, 2 * DAY, 6 * DAY, 8 * DAY, 20 * DAY, 22 * DAY, 29 * DAY):
        waiting_since(family, passed)
        counts.append(events(family))
    assert counts == [0, 1, 0, 0, 1, 0, 1, 0]


def test_a_reminder_comes_by_every_channel_to_those_whose_answer_is_missing(family: Family) -> None:
    kinds = job_kinds(family.app)
    with family.app.database.write() as db:
        for who in (family.mum, family.dad):
            mine = people.c.id == who.viewer.person
            db.execute(update(people).where(mine).values(mail=f"{who.viewer.handle}@example.org"))
    family.api(family.child, "POST", "/publish")
    run_due(family.app.database, kinds)
    assert family.yes(family.mum, 1) == 204
    assert family.client.put("/api/v1/me/inbox/read", family.dad).status == 204
    assert inbox(family, family.dad) == [("question", False)]
    with family.app.database.write() as db:
        device = {"endpoint": "https://push.example.org/1", "public_key": b"x", "auth": b"x", "created_at": 1}
        db.execute(devices.insert().values(id=1, person_id=family.dad.viewer.person, **device))
        ticked = {"person_id": family.dad.viewer.person, "kind": "question", "inbox": 1, "push": 1}
        db.execute(tiding_choices.insert().values(ticked))
        db.execute(
            update(clip_consents)
            .where(clip_consents.c.clip_id == family.clip)
            .values(asked_at=clip_consents.c.asked_at, reminded_at=None)
        )
        kept = db.execute(select(clip_consents.c.asked_at).where(clip_consents.c.clip_id == family.clip)).scalar_one()
        reconsidering._remind(db, kept + DAY + HOUR)
    run_due(family.app.database, {name: kind for name, kind in kinds.items() if name not in {PUSH, MAIL}})
    assert inbox(family, family.dad) == [("question", True)]
    (letter,) = of_kind(family, MAIL)
    assert letter["to"] == "dad@example.org"
    assert "/inbox" in letter["words"]
    held = letter["words"].rpartition("The ledger stood at ")[2]
    with family.app.database.read() as db:
        assert 0 < read_head(held).position <= ledger.head(db).position, "as `onstage ledger verify --head` takes it"
    assert "child" not in letter["words"]
    assert "first words" not in letter["words"]
    assert [each["person"] for each in of_kind(family, PUSH)] == [family.dad.viewer.person]


def test_silence_makes_it_a_draft_again_and_its_author_is_told(family: Family) -> None:
    family.api(family.child, "POST", "/publish")
    assert family.yes(family.mum, 1) == 204
    waiting_since(family, 30 * DAY + HOUR)
    assert family.api(family.child, "GET", "").json["stage"] == "draft"
    assert "Not everybody answered within 30 days" in family.client.get("/together", family.child).text
    assert "Not everybody answered" not in family.client.get("/together", family.mum).text
    assert not family.sees(family.friend)
    assert family.asks(family.dad) == []


def test_who_is_away_was_called_three_times_first_on_their_devices_too(family: Family) -> None:
    """A guardian who is not here for thirty days, but was not reminded, is not absent (R4)."""
    dad = family.dad.viewer.person
    away = guardianships.c.guardian_id == dad
    with family.app.database.write() as db:
        device = {"endpoint": "https://push.example.org/2", "public_key": b"x", "auth": b"x", "created_at": 1}
        db.execute(devices.insert().values(id=2, person_id=dad, **device))
        db.execute(tiding_choices.insert().values(person_id=dad, kind="come_back", inbox=1, push=1))
        db.execute(update(people).where(people.c.id == dad).values(seen_at=now() - 40 * DAY))
        db.execute(update(people).where(people.c.id == family.mum.viewer.person).values(seen_at=now()))
    start, absent = now(), []
    for days in (0, 1, 8, 16, 24):
        with family.app.database.write() as db:
            absence.run(db, KEYS, "http://localhost", start + days * DAY)
            absent.append(db.execute(select(guardianships.c.absent_since).where(away)).scalar() is not None)
    assert absent == [False, False, False, False, True]
    kinds = job_kinds(family.app)
    run_due(family.app.database, {name: kind for name, kind in kinds.items() if name != PUSH})
    assert len(of_kind(family, PUSH)) == 3


def test_who_looks_after_several_children_gets_one_mail_for_all(family: Family) -> None:
    dad = family.dad.viewer
    with family.app.database.write() as db:
        for handle in ("sister", "brother"):
            stand_for(db, dad, person(db, handle, band=Band.UNDER_13), is_full=1)
        away = {"seen_at": now() - 10 * DAY, "mail": "dad@example.org"}
        db.execute(update(people).where(people.c.id == dad.person).values(away))
        absence.run(db, KEYS, "http://localhost", now())
    assert [letter["to"] for letter in of_kind(family, MAIL)] == ["dad@example.org"]
    assert family.client.get("/together", family.dad).text.count("You have not been here for a while") == 3


def test_what_a_version_is_covers_all_that_a_viewer_gets(family: Family) -> None:
    """Other captions, other seconds, another label: another digest (R14); and they are not changed under those who agreed."""
    captions = f"/api/v1/clips/{family.slug}/captions/en"
    name = f"/api/v1/clips/{family.slug}/appearances/friend"
    seen = {_digest(family)}
    words = "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"
    assert (
        family.client.put(captions, family.child, body=words.encode(), headers={"content-type": "text/vtt"}).status
        < 300
    )
    seen.add(_digest(family))
    assert family.client.put(name, family.child, json={}).status == 204
    seen.add(_digest(family))
    assert family.client.put(name, family.child, json={"from_seconds": 1}).status == 204
    seen.add(_digest(family))
    label = {"words": "a man with a dog", "minor": False}
    assert family.client.post(f"/api/v1/clips/{family.slug}/labels", family.child, json=label).status == 201
    seen.add(_digest(family))
    assert family.api(family.child, "PATCH", "", json={"caption": "#other"}).status == 200
    seen.add(_digest(family))
    assert len(seen) == 6
    family.api(family.child, "POST", "/publish")
    assert family.client.put(name, family.child, json={"from_seconds": 2}).status == 204
    assert family.api(family.child, "GET", "").json["stage"] == "draft"


def _digest(family: Family) -> bytes:
    with family.app.database.read() as db:
        record = load(db, family.clip)
        return asking.digested(record, versions.of_draft(db, record, record.facts))
