"""After a deletion nothing is left anywhere, and the sweep finds whatever would be."""

import shutil
import sys
from datetime import datetime
from pathlib import Path

import apsw
import pytest
from sqlalchemy import Table, insert, select, text, update

from onstage.accounts import leaving, ledger
from onstage.accounts.guardians import signed_forms, vouching
from onstage.accounts.ledger import Act, Entry
from onstage.accounts.models import Method, guardianships
from onstage.accounts.profiles import Changes
from onstage.clips.agreeing import edit, publish
from onstage.clips.ending import deletion, receipts
from onstage.clips.models import tombstones
from onstage.clips.portraits import asking
from onstage.clips.upload import Upload
from onstage.clock import DAY, SECOND, now
from onstage.db import copies
from onstage.engagement import comments, likes
from onstage.engagement.models import plays
from onstage.errors import Invalid
from onstage.jobs.models import jobs
from onstage.moderation import reports
from onstage.moderation.reports import Reason
from onstage.server import compose
from onstage.settings import Settings
from onstage.upkeep.sweep import look, sweep, varint
from onstage.web.app import App
from tests.cast import Cast
from tests.clips.conftest import Film, Run, send
from tests.scenes import Scene, Scenes
from tests.upkeep.dying import lives

WORDS = ("Wunderkerze im Garten", "zucchini-in-the-comment", "report-about-the-sparkler")


def hasten(app: App) -> None:
    with app.database.write() as db:
        db.execute(update(jobs).where(jobs.c.due_at.is_not(None)).values(due_at=now()))


def run_all(app: App, run: Run) -> None:
    """Whatever is due now or later, and what follows from it."""
    while run():
        hasten(app)


def left_traces(app: App, cast: Cast, film: Film, run: Run) -> Upload:
    """A clip of ada's that has left traces everywhere."""
    made = send(app, cast.ada.viewer, film().read_bytes())
    run()
    ada, ben = cast.ada.viewer, cast.ben.viewer
    with app.database.write() as db:
        edit.change(db, app.keys, ada, made.slug, caption=f"{WORDS[0]} #sparkler @ben")
        publish.publish(db, app.keys, ada, made.slug)
    with app.database.write() as db:
        likes.like(db, ben, made.slug)
        likes.save(db, ben, made.slug)
        comments.comment(db, ben, made.slug, WORDS[1])
        reports.report_clip(db, cast.fay.viewer, made.slug, Reason.OTHER, WORDS[2], now())
        play = {"kind": "end", "surface": "feed", "watched_ms": 1, "loops": 0, "happened_at": 1, "received_at": 1}
        db.execute(insert(plays).values(position=900, event=b"e", viewer=b"g", clip_id=made.clip, **play))
        digest = ledger.media_digest(db, made.clip, b"digest")
        yes = Entry(Act.YES, ben.person, clip=made.clip, fields={"version": 1, "words": WORDS[0], "media": digest})
        ledger.append(db, app.keys, yes)
    run()
    return made


@pytest.fixture
def scene(app: App, scenes: Scenes, film: Film, run: Run) -> Scene[Upload]:
    return scenes.begin(app, "a clip with traces", lambda cast: left_traces(app, cast, film, run))


@pytest.fixture
def clip(scene: Scene[Upload]) -> Upload:
    """A clip of ada's that has left traces everywhere."""
    return scene.made


def delete(app: App, cast: Cast, clip: Upload) -> None:
    with app.database.write() as db:
        deletion.delete(db, app.keys, cast.ada.viewer, clip.slug)


def traces(app: App, *words: str) -> list[str]:
    return [place for place in look(app.settings, app.database, words) if not place.startswith("file before-")]


def test_a_clip_leaves_nothing_and_a_signed_receipt(app: App, cast: Cast, clip: Upload, run: Run) -> None:
    before = traces(app, clip.slug, *WORDS)
    assert any("clips, column caption" in place for place in before), "the sweep finds what is there"
    delete(app, cast, clip)
    hasten(app)
    run_all(app, run)
    assert traces(app, clip.slug, *WORDS) == []
    with app.database.read() as db:
        (receipt,) = receipts.mine(db, cast.ada.viewer)
        assert db.execute(select(tombstones.c.id)).scalars().all() == [clip.clip]
    assert receipt.said["removed"] == {"clips": 1, "accounts": 0, "files": 7}
    assert receipt.said["not_covered"] == receipts.EVIDENCE
    assert receipt.said["servers"] == []
    assert str(clip.clip) not in (receipt.document or "")


def test_a_copy_of_before_an_upgrade_is_a_place_until_it_ends(app: App, cast: Cast, clip: Upload, run: Run) -> None:
    if app.database.kind == "postgresql":
        pytest.skip("no copy is made there")
    copies.keep(app.database, app.settings.data / "before-0001.db")
    delete(app, cast, clip)
    hasten(app)
    run_all(app, run)
    places = look(app.settings, app.database, [clip.slug])
    assert places == ["file before-0001.db"]
    with app.database.read() as db:
        (receipt,) = receipts.mine(db, cast.ada.viewer)
    last = datetime.fromisoformat(f"{receipt.said['last_backup_expires']}T00:00:00Z")
    assert copies.drop(app.settings.data, now() - DAY) == 0
    made = (app.settings.data / "before-0001.db").stat().st_mtime
    assert made + app.settings.backup_days * DAY / SECOND <= last.timestamp() + DAY / SECOND
    assert copies.drop(app.settings.data, now() + SECOND) == 1
    assert look(app.settings, app.database, [clip.slug]) == []


def test_a_person_leaves_nothing(app: App, cast: Cast, clip: Upload, run: Run) -> None:
    ada = cast.ada.viewer
    with app.database.write() as db:
        asking.edit(db, app.keys, ada, Changes(bio="dances-with-sparklers"))
        ledger.append(db, app.keys, Entry(Act.SETTING_CHANGED, by=ada.person, fields={"words": "private-as-can-be"}))
        receipt, secret = receipts.begin(db, "person", None, now())
        leaving.leave(db, ada, app.purgers, receipt)
    run_all(app, run)
    assert traces(app, clip.slug, *WORDS, "dances-with-sparklers", "private-as-can-be") == []
    with app.database.read() as db:
        document = receipts.by_secret(db, secret)
    assert document.said["deleted"] == "person"
    assert document.said["removed"] == {"clips": 1, "accounts": 1, "files": 7}


@pytest.mark.parametrize("planted", ["number", "words"])
def test_a_copy_in_a_table_that_nobody_knows_is_found(
    app: App, cast: Cast, clip: Upload, run: Run, planted: str
) -> None:
    with app.database.write() as db:
        db.execute(text("CREATE TABLE unknown_to_all (number bigint, said text)"))
        copy = {"number": clip.clip, "said": ""} if planted == "number" else {"number": 0, "said": f"({WORDS[0]})"}
        db.execute(text("INSERT INTO unknown_to_all VALUES (:number, :said)"), copy)
    try:
        delete(app, cast, clip)
        hasten(app)
        run_all(app, run)
        found = traces(app, *WORDS)
        assert any("unknown_to_all" in place for place in found), found
    finally:
        with app.database.write() as db:
            db.execute(text("DROP TABLE unknown_to_all"))


def test_copies_outside_the_database_are_found(app: App, cast: Cast, clip: Upload, run: Run, tmp_path: Path) -> None:
    delete(app, cast, clip)
    hasten(app)
    run_all(app, run)
    source = tmp_path / "copy"
    source.write_text(WORDS[0])
    app.storage.put("a-forgotten-object.mp4", source)
    shutil.copy(source, app.settings.data / "uploads" / "forgotten")
    (app.settings.data / "work" / "12-1").mkdir(parents=True)
    (app.settings.data / "server.log").write_text(f"clip {clip.clip} was asked for")
    found = traces(app, *WORDS)
    assert {place.split()[0] for place in found} == {"object", "staged", "unfinished", "file"}
    assert len(found) == 4


def test_the_command_says_what_it_found(
    app: App, cast: Cast, clip: Upload, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    delete(app, cast, clip)
    hasten(app)
    run_all(app, run)
    sweep(app.settings, words=[WORDS[0]])
    assert "Looked for 1 deleted things and 1 words. Places found: 0." in capsys.readouterr().out
    (app.settings.data / "server.log").write_text(WORDS[0])
    with pytest.raises(SystemExit):
        sweep(app.settings, words=[WORDS[0]])
    assert "file server.log" in capsys.readouterr().out
    with pytest.raises(Invalid):
        sweep(app.settings, words=["ada"])


@pytest.mark.parametrize("number", [2**48, 2**56 - 1, 2**56, 2**62 + 12345])
def test_numbers_are_known_as_sqlite_writes_them(tmp_path: Path, number: int) -> None:
    connection = apsw.Connection(str(tmp_path / "numbers.db"))
    connection.execute("CREATE TABLE numbers (id INTEGER PRIMARY KEY)")
    connection.execute("INSERT INTO numbers VALUES (?)", (number,))
    connection.close()
    assert varint(number) in (tmp_path / "numbers.db").read_bytes()


def test_every_layer_with_tables_has_a_purger(app: App) -> None:
    layers = {module.split(".")[1] for module in _modules_with_tables()}
    assert layers - {purger.layer for purger in app.purgers} == set()


def _modules_with_tables() -> set[str]:
    names = [name for name in sys.modules if name.startswith("onstage.") and name.endswith(".models")]
    return {name for name in names if any(isinstance(each, Table) for each in vars(sys.modules[name]).values())}


@pytest.mark.slow
def test_a_deletion_that_is_killed_at_every_moment_ends_all_the_same(
    chosen_settings: Settings, app: App, cast: Cast, clip: Upload
) -> None:
    if chosen_settings.database_url:
        return  # the steps and their commits are the same ones; a killed process is tried once
    delete(app, cast, clip)
    app.close()
    moments = lives(chosen_settings)
    assert moments > 8, "each of these was a death"
    again = compose(chosen_settings)
    assert traces(again, clip.slug, *WORDS) == []
    with again.database.read() as db:
        (receipt,) = receipts.mine(db, cast.ada.viewer)
        assert ledger.known(db, "clip", [clip.clip]) == []
    assert receipt.said["removed"] == {"clips": 1, "accounts": 0, "files": 7}
    again.close()


def test_of_a_signed_form_no_byte_is_left_once_it_is_decided(app: App, cast: Cast, run: Run) -> None:
    words = "written-by-hand-under-the-form"
    gus, mia = cast.gus.viewer, cast.mia.viewer
    with app.database.write() as db:
        one = guardianships.c.guardian_id == gus.person
        db.execute(update(guardianships).where(one).values(is_full=0))
        guardianship = db.execute(select(guardianships.c.id).where(one)).scalar_one()
        code = signed_forms.make(db, gus, mia.person or 0, now())
        signed_forms.hand_in(db, gus, mia.person or 0, b"%PDF-" + bytes(9000) + words.encode(), now())
    assert "table form_scans, column content: written-by-hand-under-the-form" in traces(app, words)
    with app.database.write() as db:
        vouching.check(db, app.keys, cast.ola.viewer, guardianship, Method.FORM, {"code": code}, now())
    run_all(app, run)
    assert traces(app, words) == []
