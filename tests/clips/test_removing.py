""" "Remove everything in which I appear": what is mine alone goes, the rest is my no, and a receipt says so."""

import json

import pytest
from sqlalchemy import insert, select, update

from onstage.accounts.age import Band
from onstage.accounts.models import notices, people
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import answers, inbox
from onstage.clips.ending import deletion, past_childhood, receipts, removing
from onstage.clips.labels import clip_labels
from onstage.clips.models import Audience, HoldKind, appearances, clips, departures, holds
from onstage.clips.queries import seen
from onstage.clips.rules.fate import DEPARTS, Fate
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotFound
from onstage.jobs.models import jobs
from onstage.web.app import App
from tests.cast import Actor, Cast, make_clip
from tests.client import Client
from tests.clips.conftest import Run


def name(app: App, clip: int, actor: Actor) -> None:
    """Somebody has been in it since long ago."""
    with app.database.write() as db:
        assert actor.viewer.person is not None
        row = {"clip_id": clip, "person_id": actor.viewer.person, "account_id": actor.viewer.account, "sticks": 1}
        db.execute(insert(appearances).values(**row, at=now()))


def preview(app: App, actor: Actor, of: Actor | None = None) -> dict[int, Fate]:
    person, by = (of or actor).viewer.person, actor.viewer.person
    assert person is not None
    assert by is not None
    with app.database.read() as db:
        return {part.clip: part.fate for part in removing.preview(db, person, by)}


def remove(app: App, actor: Actor, of: Actor | None = None) -> str:
    person = (of or actor).viewer.person
    assert person is not None
    with app.database.write() as db:
        return removing.remove(db, app.keys, actor.viewer, person)[1]


def hasten(app: App, *kinds: str) -> None:
    with app.database.write() as db:
        db.execute(update(jobs).where(jobs.c.kind.in_(kinds)).values(due_at=now()))


def there(app: App, *of: int) -> set[int]:
    with app.database.read() as db:
        return set(db.execute(select(clips.c.id).where(clips.c.id.in_(of))).scalars())


def given(app: App, clip: int) -> set[tuple[str, int]]:
    with app.database.read() as db:
        return {(row.kind, row.giver_id) for row in db.execute(select(holds).where(holds.c.clip_id == clip))}


def test_what_is_theirs_alone_is_erased_and_the_rest_withheld(app: App, cast: Cast, run: Run) -> None:
    alone, _ = make_clip(app.database, cast.fay.viewer)
    together, _ = make_clip(app.database, cast.fay.viewer)
    name(app, together, cast.ben)
    of_ada, slug = make_clip(app.database, cast.ada.viewer)
    name(app, of_ada, cast.fay)
    name(app, of_ada, cast.ben)
    only_fay, _ = make_clip(app.database, cast.ada.viewer)
    name(app, only_fay, cast.fay)
    labelled, _ = make_clip(app.database, cast.fay.viewer)
    with app.database.write() as db:
        row = {"id": 7, "clip_id": labelled, "words": "a guest", "minor": 0, "at": 1}
        db.execute(insert(clip_labels).values(**row))
    other, _ = make_clip(app.database, cast.ada.viewer)
    before = preview(app, cast.fay)
    assert before == {
        labelled: Fate.DEPARTS, only_fay: Fate.ERASED, of_ada: Fate.DEPARTS, together: Fate.DEPARTS, alone: Fate.ERASED,
    }  # fmt: skip
    secret = remove(app, cast.fay)
    assert given(app, of_ada) == {("no", cast.fay.viewer.person)}
    for viewer in (cast.ben.viewer, cast.guest.viewer):
        with app.database.read() as db, pytest.raises(NotFound):
            seen(db, viewer, slug)
    assert other not in preview(app, cast.fay)
    hasten(app, deletion.ERASE)
    run()
    hasten(app, removing.REMOVAL, deletion.SCRUB)
    run()
    hasten(app, deletion.SCRUB)
    run()
    assert there(app, alone, together, of_ada, only_fay, labelled, other) == {together, of_ada, labelled, other}
    with app.database.read() as db:
        receipt = receipts.by_secret(db, secret)
    assert receipt.document is not None
    said = json.loads(receipt.document)
    assert (said["deleted"], said["removed"]) == ("appearances", {"clips": 2, "withheld": 3})
    with pytest.raises(Conflict):
        remove(app, cast.eve)


def test_an_adults_no_lets_it_end_after_thirty_days(app: App, cast: Cast, run: Run) -> None:
    clip, slug = make_clip(app.database, cast.ada.viewer)
    name(app, clip, cast.fay)
    name(app, clip, cast.ben)
    remove(app, cast.fay)
    with app.database.read() as db:
        far = inbox.progress(db, cast.ada.viewer, slug)
        told = db.execute(select(notices.c.kind, notices.c.person_id, notices.c.by_id, notices.c.about_id)).all()
    assert far.erased_at is not None
    assert abs(far.erased_at - now() - DEPARTS) < DEPARTS // 100
    author = (cast.ada.viewer.person, None, None)
    assert sorted(tuple(row) for row in told) == [("clip_refused", *author), ("wants_out", *author)]
    hasten(app, removing.DEPART)
    run()
    assert there(app, clip), "a job that comes early does nothing"
    remove_again(app, cast.fay, clip)
    _let_time_pass(app, clip)
    run()
    hasten(app, deletion.ERASE)
    run()
    assert not there(app, clip)


def remove_again(app: App, actor: Actor, clip: int) -> None:
    """They change their mind and change it back: thirty days begin anew."""
    with app.database.write() as db:
        slug = db.execute(select(clips.c.slug).where(clips.c.id == clip)).scalar_one()
        answers.lift(db, app.keys, actor.viewer, slug)
    with app.database.read() as db:
        assert inbox.progress(db, cast_of(db, clip), slug).erased_at is None
    with app.database.write() as db:
        removing.remove_from(db, app.keys, actor.viewer, clip)


def cast_of(db: Connection, clip: int) -> Viewer:
    """The author of a clip as a viewer."""
    row = db.execute(select(clips.c.person_id, clips.c.account_id).where(clips.c.id == clip)).one()
    return Viewer(person=row.person_id, account=row.account_id)


def _let_time_pass(app: App, clip: int) -> None:
    with app.database.write() as db:
        since = now() - DEPARTS
        db.execute(update(departures).where(departures.c.clip_id == clip).values(since=since))
        db.execute(update(holds).where(holds.c.clip_id == clip, holds.c.kind == HoldKind.NO.value).values(since=since))
        for row in db.execute(select(jobs.c.id, jobs.c.payload).where(jobs.c.kind == removing.DEPART)).all():
            payload = json.dumps({**json.loads(row.payload), "since": since})
            db.execute(update(jobs).where(jobs.c.id == row.id).values(payload=payload, due_at=now()))


def test_who_has_changed_their_mind_keeps_it(app: App, cast: Cast, run: Run) -> None:
    clip, slug = make_clip(app.database, cast.ada.viewer)
    name(app, clip, cast.fay)
    name(app, clip, cast.ben)
    remove(app, cast.fay)
    with app.database.write() as db:
        answers.lift(db, app.keys, cast.fay.viewer, slug)
    _let_time_pass(app, clip)
    run()
    assert given(app, clip) == set()


def test_a_minors_removal_is_their_no_and_what_they_made_alone_goes(app: App, cast: Cast) -> None:
    own, _ = make_clip(app.database, cast.max.viewer)
    of_ada, _ = make_clip(app.database, cast.ada.viewer)
    name(app, of_ada, cast.max)
    assert preview(app, cast.max) == {of_ada: Fate.WITHHELD, own: Fate.ERASED}
    remove(app, cast.max)
    with app.database.read() as db:
        assert not db.execute(select(departures.c.clip_id)).all()


def test_a_guardian_says_no_for_a_minor_and_no_more(app: App, cast: Cast) -> None:
    own, _ = make_clip(app.database, cast.mia.viewer, audience=Audience.FRIENDS)
    draft, _ = make_clip(app.database, cast.mia.viewer, published=False)
    of_ada, _ = make_clip(app.database, cast.ada.viewer)
    name(app, of_ada, cast.mia)
    assert preview(app, cast.gus, cast.mia) == {of_ada: Fate.WITHHELD, own: Fate.WITHHELD}
    remove(app, cast.gus, cast.mia)
    assert given(app, own) == given(app, of_ada) == {("no", cast.gus.viewer.person)}
    assert given(app, draft) == set()


def test_in_a_joint_account_another_can_stop_it(app: App, cast: Cast, run: Run) -> None:
    clip, slug = make_clip(app.database, cast.duo.viewer)
    secret = remove(app, cast.ada)
    with app.database.write() as db:
        deletion.stop(db, app.keys, cast.ben.viewer, slug)
    assert given(app, clip) == {("no", cast.ada.viewer.person)}
    for _ in range(2):
        hasten(app, removing.REMOVAL, deletion.SCRUB)
        run()
    with app.database.read() as db:
        receipt = receipts.by_secret(db, secret)
    assert receipt.said["removed"] == {"clips": 0, "withheld": 1}


def test_who_came_of_age_deletes_a_clip_with_others_in_thirty_days(app: App, cast: Cast) -> None:
    clip, slug = make_clip(app.database, cast.max.viewer)
    name(app, clip, cast.ben)
    with app.database.write() as db:
        grown = {"came_of_age_at": now(), "band": Band.ADULT.value}
        db.execute(update(people).where(people.c.id == cast.max.viewer.person).values(**grown))
        assert past_childhood.delete(db, app.keys, cast.max.viewer, slug) is Fate.DEPARTS
    assert given(app, clip) == {("no", cast.max.viewer.person)}


def test_the_pages_and_the_api(app: App, client: Client, cast: Cast) -> None:
    clip, _ = make_clip(app.database, cast.ada.viewer)
    name(app, clip, cast.fay)
    name(app, clip, cast.ben)
    asked = client.ask("GET", "/api/v1/me/appearances/removal", cast.fay).json
    assert (asked["departs"], asked["erased"], asked["items"][0]["fate"]) == (1, 0, "departs")
    page = client.ask("GET", "/me/remove", cast.fay)
    assert "1 clip with others is withheld at once, and erased in 30 days." in page.text
    done = client.ask("POST", "/me/remove", cast.fay)
    assert (done.header("location") or "").startswith("/receipts/")
    assert given(app, clip) == {("no", cast.fay.viewer.person)}
    child, _ = make_clip(app.database, cast.mia.viewer)
    assert "1 clip is withheld at once." in client.ask("GET", "/children/mia/remove", cast.gus).text
    assert client.ask("GET", "/children/mia/remove", cast.fay).status == 404
    assert client.ask("POST", "/children/mia/remove", cast.fay).status == 404
    assert client.ask("POST", "/api/v1/children/mia/appearances/removal", cast.gil).json["withheld"] == 1
    assert given(app, child) == {("no", cast.gil.viewer.person)}
