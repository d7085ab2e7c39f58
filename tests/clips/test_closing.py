"""A joint account ends: withheld at once, erased after seven days with a receipt, unless another owner stops it."""

import pytest
from sqlalchemy import select, update

from onstage.accounts.models import account_endings, accounts, ledger, members, notices, sessions
from onstage.clips.ending import closing, receipts
from onstage.clips.models import clips, holds
from onstage.clips.queries import seen
from onstage.clock import DAY, now
from onstage.errors import Conflict, NotAllowed, NotFound
from onstage.jobs.models import jobs
from onstage.web.app import App
from tests.cast import Actor, Cast, make_clip
from tests.client import Client
from tests.clips.conftest import Run


@pytest.fixture
def clip(app: App, cast: Cast) -> tuple[int, str]:
    return make_clip(app.database, cast.duo.viewer)


def begin(app: App, actor: Actor) -> tuple[int, str]:
    with app.database.write() as db:
        return closing.begin(db, app.keys, actor.viewer, "duo")


def stop(app: App, actor: Actor) -> None:
    with app.database.write() as db:
        closing.stop(db, app.keys, actor.viewer, "duo")


def sees(app: App, actor: Actor, slug: str) -> bool:
    with app.database.read() as db:
        try:
            seen(db, actor.viewer, slug)
        except NotFound:
            return False
    return True


def given(app: App, clip: int) -> set[tuple[str, int]]:
    with app.database.read() as db:
        return {(row.kind, row.giver_id) for row in db.execute(select(holds).where(holds.c.clip_id == clip))}


def hasten(app: App, run: Run) -> None:
    for _ in range(4):
        with app.database.write() as db:
            db.execute(update(jobs).where(jobs.c.kind.in_(["close account", "scrub"])).values(due_at=now()))
        run()


def test_it_holds_at_once_and_is_gone_after_seven_days(app: App, cast: Cast, clip: tuple[int, str], run: Run) -> None:
    until, secret = begin(app, cast.ada)
    assert abs(until - now() - 7 * DAY) < DAY // 100
    assert not sees(app, cast.ben, clip[1])
    assert not sees(app, cast.guest, clip[1])
    with pytest.raises(Conflict):
        begin(app, cast.ben)
    run()
    with app.database.read() as db:
        assert db.execute(select(clips.c.id)).all(), "not before its time"
        told = set(db.execute(select(notices.c.person_id, notices.c.kind)).all())
    assert told == {(cast.ben.viewer.person, "closing")}
    hasten(app, run)
    with app.database.read() as db:
        assert not db.execute(select(clips.c.id).where(clips.c.id == clip[0])).all()
        assert not db.execute(select(accounts.c.id).where(accounts.c.handle == "duo")).all()
        acting = db.execute(select(sessions.c.id).where(sessions.c.account_id == cast.duo.viewer.account)).all()
        receipt = receipts.by_secret(db, secret)
        acts = db.execute(select(ledger.c.act).order_by(ledger.c.position)).scalars().all()
    assert acting == []
    assert receipt.said["deleted"] == "account"
    assert any("deletion begun" in act for act in acts)
    assert any("deletion done" in act for act in acts)


def test_another_owner_stops_it_and_the_askers_no_stays(app: App, cast: Cast, clip: tuple[int, str], run: Run) -> None:
    begin(app, cast.ada)
    stop(app, cast.ben)
    assert given(app, clip[0]) == {("no", cast.ada.viewer.person)}
    assert not sees(app, cast.guest, clip[1])
    hasten(app, run)
    with app.database.read() as db:
        assert db.execute(select(clips.c.id).where(clips.c.id == clip[0])).all()
        assert not db.execute(select(account_endings.c.since)).all()
    with pytest.raises(Conflict):
        stop(app, cast.ben)


def test_who_wanted_it_takes_it_back_and_all_is_as_before(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    begin(app, cast.ada)
    stop(app, cast.ada)
    assert given(app, clip[0]) == set()
    assert sees(app, cast.guest, clip[1])


def test_only_adult_owners_end_or_keep_it(app: App, cast: Cast, clip: tuple[int, str]) -> None:
    with app.database.write() as db:
        row = {"account_id": cast.duo.viewer.account, "role": "editor", "since": 1}
        db.execute(members.insert().values(**row, person_id=cast.fay.viewer.person))
    with pytest.raises(NotAllowed):
        begin(app, cast.fay)
    with pytest.raises(NotFound):
        begin(app, cast.eve)
    begin(app, cast.ada)
    with pytest.raises(NotAllowed):
        stop(app, cast.fay)


def test_nothing_new_goes_out_meanwhile(app: App, client: Client, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.duo.viewer, published=False)
    with app.database.write() as db:
        db.execute(update(clips).where(clips.c.slug == slug).values(stage="draft"))
    begin(app, cast.ben)
    assert client.ask("POST", f"/api/v1/clips/{slug}/publish", cast.ada).status == 409


def test_the_page_and_the_api(app: App, client: Client, cast: Cast, clip: tuple[int, str]) -> None:
    assert "End it for everybody" in client.ask("GET", "/together/duo", cast.ada).text
    ended = client.ask("DELETE", "/api/v1/accounts/duo", cast.ada)
    assert ended.json["ends_at"]
    assert ended.json["receipt"].startswith("/receipts/")
    assert "Stop that" in client.ask("GET", "/together/duo", cast.ben).text
    assert "ends @duo" in client.ask("GET", "/together", cast.ben).text
    assert client.ask("POST", "/together/duo", cast.ben, form={"do": "keep"}).status == 303
    assert client.ask("GET", "/api/v1/accounts/duo/members", cast.ben).json["ends_at"] is None
