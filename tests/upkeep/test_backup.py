"""Backup and restore: what was there is there again, but for what was deleted since; on both databases."""

import json
import tarfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from onstage import __version__, datafolder, ids
from onstage.accounts import leaving
from onstage.accounts.guardians import signed_forms
from onstage.accounts.models import accounts, form_scans, guardianships, ledger, people, vouchings
from onstage.accounts.replay import Clip, replay
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import answers, parts
from onstage.clips.agreeing.edit import choose_cover
from onstage.clips.agreeing.holds import lift, place
from onstage.clips.ending import deletion
from onstage.clips.ending.restoring import RESTORED
from onstage.clips.labels import clip_labels
from onstage.clips.models import HoldKind, Stage, appearances, clip_yeses, clips, contained, holds, tombstones
from onstage.clips.workroom import JOURNAL
from onstage.clock import now
from onstage.db import tables
from onstage.db.engine import Connection, Database
from onstage.db.revision import newest
from onstage.errors import Conflict, InUse, Refused
from onstage.jobs.models import jobs
from onstage.jobs.worker import run_due
from onstage.server import compose, job_kinds
from onstage.settings import Settings
from onstage.storage import journal
from onstage.upkeep import ledger_replay
from onstage.upkeep.archive import FORMAT, Manifest, NotABackup, Writer
from onstage.upkeep.backup import backup
from onstage.upkeep.backup import save as save_all
from onstage.upkeep.restore import restore
from onstage.web.http import App
from tests.cast import Actor, make_clip
from tests.clips.conftest import Run
from tests.upkeep.conftest import EmptyPlace, Filled


def save(filled: Filled, folder: Path, *, without_secret: bool = False) -> Path:
    archive = folder / "saved.tar"
    backup(filled.settings, file=str(archive), without_secret=without_secret)
    return archive


def bring_back(place: Settings, archive: Path, journal: Path | None = None, *, vouched: bool = True) -> App:
    restore(place, file=str(archive), journal=str(journal) if journal else None, nothing_was_deleted=vouched)
    return compose(place)


def rows(database: Database) -> dict[str, list[object]]:
    """Every row of every table but of the search index's own, which are those of the index."""
    with database.read() as db:
        found: dict[str, list[object]] = {}
        for name in tables.names(db):
            if not name.startswith("search_words") and name != "alembic_version":
                driver = db.connection.driver_connection
                found[name] = sorted(map(tuple, driver.execute(f"SELECT * FROM {name}")), key=repr)  # type: ignore[union-attr]
        return found


def erase(filled: Filled, slug: str, run: Run) -> None:
    """Delete a clip as its author does, past the ten seconds."""
    database = filled.app.database
    with database.write() as db:
        deletion.delete(db, filled.app.keys, filled.cast.ada.viewer, slug)
        db.execute(update(jobs).where(jobs.c.kind == deletion.ERASE).values(due_at=0))
    run()


def test_everything_comes_back(filled: Filled, empty_place: EmptyPlace, tmp_path: Path) -> None:
    archive = save(filled, tmp_path)
    place = empty_place()
    back = bring_back(place, archive)
    with back.database.write() as db:
        db.execute(delete(jobs).where(jobs.c.kind == RESTORED))
    assert rows(back.database) == rows(filled.app.database)
    for stored in filled.app.storage.list():
        assert back.storage.read(stored.key, 0, stored.bytes) == filled.app.storage.read(stored.key, 0, stored.bytes)
    assert {each.key for each in back.storage.list()} == {each.key for each in filled.app.storage.list()}
    assert (place.data / "secret").read_text() == "kept in the folder"
    assert (place.data / "secret").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in place.data.iterdir() if "-" not in path.name and path.suffix != ".lock") == [
        *(
            ["objects", "onstage.db", "secret", "uploads"]
            if not place.database_url
            else ["objects", "secret", "uploads"]
        )
    ]
    back.close()


def test_a_signed_form_is_in_no_backup(filled: Filled, empty_place: EmptyPlace, tmp_path: Path) -> None:
    scan = b"%PDF- signed by somebody's own hand"
    gus, mia = filled.cast.gus.viewer, filled.cast.mia.viewer
    with filled.app.database.write() as db:
        db.execute(update(guardianships).where(guardianships.c.guardian_id == gus.person).values(is_full=0))
        signed_forms.make(db, gus, mia.person or 0, 1)
        signed_forms.hand_in(db, gus, mia.person or 0, scan, 1)
    archive = save(filled, tmp_path)
    assert scan not in archive.read_bytes()
    back = bring_back(empty_place(), archive)
    with back.database.read() as db:
        assert db.execute(select(form_scans)).all() == []
        assert len(db.execute(select(vouchings)).all()) == 1
    with filled.app.database.read() as db:
        assert len(db.execute(select(form_scans)).all()) == 1, "the server itself still has it"
    back.close()


def test_what_waited_to_be_made_playable_goes_on(
    filled: Filled, empty_place: EmptyPlace, tmp_path: Path, run_in: Callable[[App], int]
) -> None:
    back = bring_back(empty_place(), save(filled, tmp_path))
    run_in(back)
    with back.database.read() as db:
        stage = db.execute(select(clips.c.stage).where(clips.c.id == filled.waiting.clip)).scalar()
    assert stage == Stage.DRAFT
    back.close()


def test_a_clip_deleted_after_the_backup_does_not_rise(
    filled: Filled, empty_place: EmptyPlace, tmp_path: Path, run: Run, run_in: Callable[[App], int]
) -> None:
    archive = save(filled, tmp_path)
    before = {each.key for each in filled.app.storage.list()}
    erase(filled, filled.first.slug, run)
    gone = before - {each.key for each in filled.app.storage.list()}
    assert gone
    place = empty_place()
    back = bring_back(place, archive, filled.settings.data / JOURNAL)
    known = set(journal.read(filled.settings.data / JOURNAL))
    assert known
    assert known <= set(journal.read(place.data / JOURNAL)), "the next restore would not know"
    run_in(back)
    with back.database.read() as db:
        assert set(db.execute(select(clips.c.slug)).scalars()) == {filled.second.slug, filled.waiting.slug}
        assert db.execute(select(tombstones.c.id).where(tombstones.c.id == filled.first.clip)).scalar()
    assert not gone & {each.key for each in back.storage.list()}
    back.close()


def test_a_person_who_left_after_the_backup_does_not_rise(
    filled: Filled, empty_place: EmptyPlace, tmp_path: Path, run: Run
) -> None:
    archive = save(filled, tmp_path)
    ben = filled.cast.ben.viewer
    with filled.app.database.write() as db:
        leaving.leave(db, ben, filled.app.purgers)
    run()
    place = empty_place()
    back = bring_back(place, archive, filled.settings.data / JOURNAL)
    assert (place.data / "secret").read_text() == "kept in the folder", "what his leaving leads to is signed with it"
    with back.database.read() as db:
        assert not db.execute(select(people.c.id).where(people.c.id == ben.person)).all()
        assert not db.execute(select(accounts.c.id).where(accounts.c.id == ben.account)).all()
    for table in ("likes", "comments", "counts", "follows", "members"):
        assert rows(back.database)[table] == rows(filled.app.database)[table], table
    back.close()


def test_a_no_that_was_said_after_the_backup_holds_after_a_restore(
    filled: Filled, empty_place: EmptyPlace, tmp_path: Path, run: Run
) -> None:
    ben, fay = cast_person(filled.cast.ben), cast_person(filled.cast.fay)
    with filled.app.database.write() as db:
        place(db, filled.first.clip, HoldKind.NO, fay)
    run()
    archive = save(filled, tmp_path)
    with filled.app.database.write() as db:
        place(db, filled.second.clip, HoldKind.NO, ben)
        place(db, filled.second.clip, HoldKind.NO, fay)
        lift(db, filled.second.clip, HoldKind.NO, fay)
        lift(db, filled.first.clip, HoldKind.NO, fay)
    run()
    back = bring_back(empty_place(), archive, filled.settings.data / JOURNAL)
    with back.database.read() as db:
        held = db.execute(select(holds.c.clip_id, holds.c.kind, holds.c.giver_id)).all()
        counted = dict(iter(db.execute(select(clips.c.id, clips.c.holds))))
    second = filled.second.clip
    assert {tuple(row) for row in held} == {(second, "no", ben), (second, "basis", 0)}, (
        "he was named since, and is asked"
    )
    assert (counted[filled.first.clip], counted[second]) == (0, 2)
    back.close()


def test_what_contains_a_clip_is_held_with_it_after_a_restore_too(
    filled: Filled, empty_place: EmptyPlace, tmp_path: Path, run: Run
) -> None:
    """A no to one source, which was said to be in it since, and the end of another; what follows is in the ledger, signed."""
    fay, source = cast_person(filled.cast.fay), filled.first
    take, slug = make_clip(filled.app.database, filled.cast.ben.viewer)
    other, _slug = make_clip(filled.app.database, filled.cast.ben.viewer)
    with filled.app.database.write() as db:
        db.execute(insert(contained).values(id=ids.new(), clip_id=other, source_id=filled.second.clip, at=1))
    archive = save(filled, tmp_path)
    with filled.app.database.write() as db:
        parts.add(db, filled.app.keys, filled.cast.ben.viewer, slug, source.slug)
    with filled.app.database.write() as db:
        place(db, source.clip, HoldKind.NO, fay)
    erase(filled, filled.second.slug, run)
    where = empty_place()
    back = bring_back(where, archive, filled.settings.data / JOURNAL)
    with back.database.read() as db:
        held = db.execute(select(holds.c.clip_id, holds.c.giver_id).where(holds.c.kind == HoldKind.CONTAINS.value))
        assert {tuple(row) for row in held} == {(take, source.clip), (other, filled.second.clip)}
        counted = dict(iter(db.execute(select(clips.c.id, clips.c.holds))))
    assert (counted[take], counted[other]) == (1, 1)
    assert (where.data / "secret").read_text() == "kept in the folder"
    with back.database.read() as db:
        acts = [json.loads(act) for act in db.execute(select(ledger.c.act).order_by(ledger.c.position)).scalars()]
        assert not [each for each in ledger_replay.differences(db) if "is not what stood there" in each]
    told = sum((clip.holds for clip in replay(acts).clips.values()), Counter())
    assert told["contains", None] == 2
    back.close()


def test_what_must_be_signed_waits_for_the_secret(
    filled: Filled, empty_place: EmptyPlace, tmp_path: Path, run: Run
) -> None:
    archive = save(filled, tmp_path, without_secret=True)
    with filled.app.database.write() as db:
        leaving.leave(db, filled.cast.ben.viewer, filled.app.purgers)
    run()
    where = empty_place()
    with pytest.raises(Conflict, match="Put the file `secret`"):
        bring_back(where, archive, filled.settings.data / JOURNAL)
    (where.data / "secret").write_text("kept in the folder")
    bring_back(where, archive, filled.settings.data / JOURNAL).close()
    assert (where.data / "secret").read_text() == "kept in the folder"


def cast_person(actor: Actor) -> int:
    assert actor.viewer.person is not None
    return actor.viewer.person


def test_the_journal_in_the_data_folder_is_found(filled: Filled, empty_place: EmptyPlace, tmp_path: Path) -> None:
    archive, place = save(filled, tmp_path), empty_place()
    place.data.mkdir()
    journal.append(place.data / JOURNAL, [journal.Entry("clip", filled.second.clip, 1)])
    back = bring_back(place, archive, vouched=False)
    with back.database.read() as db:
        assert filled.second.slug not in set(db.execute(select(clips.c.slug)).scalars())
    back.close()


@pytest.mark.parametrize("how", ["made", "named", "not here"])
def test_without_a_journal_clips_with_minors_start_withheld(
    filled: Filled, empty_place: EmptyPlace, tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    max_, clip = filled.cast.max.viewer, filled.second.clip
    ways = {
        "made": update(clips).where(clips.c.id == clip).values(person_id=max_.person),
        "named": insert(appearances).values(clip_id=clip, person_id=max_.person, at=1),
        "not here": insert(clip_labels).values(id=1, clip_id=clip, words="Tim", minor=1, at=1),
    }
    with filled.app.database.write() as db:
        db.execute(ways[how])
    archive = save(filled, tmp_path)
    back = bring_back(empty_place(), archive, vouched=False)
    with back.database.read() as db:
        held = {tuple(row) for row in db.execute(select(holds.c.clip_id, holds.c.kind))}
        assert db.execute(select(clip_yeses).where(clip_yeses.c.clip_id == clip)).all() == [], (
            "no yes from before counts"
        )
    assert held == {(clip, HoldKind.BASIS.value)}
    said = capsys.readouterr().out
    assert "what was deleted after the backup is here again" in said
    assert "1 clips with minors wait" in said
    while run_due(back.database, job_kinds(back)):
        continue
    with back.database.read() as db:
        told = replay_of(db)
    assert [(each.shown, dict(each.holds), each.yeses) for each in told if each.holds] == [
        (1, {("basis", None): 1}, {})
    ]
    back.close()


def replay_of(db: Connection) -> list[Clip]:
    """The clips that the ledger tells of."""
    acts = db.execute(select(ledger.c.act).order_by(ledger.c.position)).scalars()
    return list(replay([json.loads(act) for act in acts]).clips.values())


def test_who_must_agree_brings_a_clip_back_after_that(filled: Filled, empty_place: EmptyPlace, tmp_path: Path) -> None:
    """Nobody else does: its author alone is enough only where their yes is all that it needs."""
    mia = filled.cast.mia.viewer
    with filled.app.database.write() as db:
        hers = {"person_id": mia.person, "account_id": mia.account}
        db.execute(update(clips).where(clips.c.id == filled.second.clip).values(hers))
    archive = save(filled, tmp_path)
    back = bring_back(empty_place(), archive, vouched=False)
    slug, gus, gil = filled.second.slug, filled.cast.gus.viewer, filled.cast.gil.viewer

    def refused(who: Viewer) -> bool:
        try:
            with back.database.write() as db:
                answers.bring_back(db, back.keys, who, slug)
        except Refused:
            return True
        return False

    with back.database.write() as db:
        answers.say_yes(db, back.keys, mia, slug, 1, leaves=True)
        answers.say_yes(db, back.keys, gus, slug, 1, leaves=True)
    assert refused(mia)
    assert refused(gus)
    assert refused(filled.cast.ola.viewer), "the owner of the server opens nothing"
    with back.database.write() as db:
        answers.say_yes(db, back.keys, gil, slug, 1, leaves=True)
    assert not refused(gil)
    with back.database.read() as db:
        assert db.execute(select(holds).where(holds.c.clip_id == filled.second.clip)).all() == []
    back.close()


def test_it_is_saved_while_others_write(filled: Filled, empty_place: EmptyPlace, tmp_path: Path) -> None:
    """The snapshot is one instant: a transaction that is open meanwhile is not in it, by no part."""
    with filled.app.database.write() as db:
        db.execute(update(accounts).values(bio="half done"))
        archive = save(filled, tmp_path)
        db.execute(update(accounts).values(name="half done"))
    back = bring_back(empty_place(), archive)
    with back.database.read() as db:
        assert not db.execute(select(accounts.c.id).where(accounts.c.bio == "half done")).all()
    back.close()


def test_the_secret_stays_out_when_asked(filled: Filled, empty_place: EmptyPlace, tmp_path: Path) -> None:
    archive = save(filled, tmp_path, without_secret=True)
    with tarfile.open(archive) as tar:
        assert "secret" not in tar.getnames()
    assert b"kept in the folder" not in archive.read_bytes()
    place = empty_place()
    back = bring_back(place, archive)
    back.close()


def test_the_archive_is_for_its_owner_alone_and_has_no_other_name_before_it_is_whole(
    filled: Filled, tmp_path: Path
) -> None:
    archive = save(filled, tmp_path)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name != "data"] == ["saved.tar"]


def test_a_backup_never_replaces_a_file_and_is_named_in_a_folder(filled: Filled, tmp_path: Path) -> None:
    archive = save(filled, tmp_path)
    with pytest.raises(Conflict, match="never replaces a file"):
        save(filled, tmp_path)
    folder = tmp_path / "backups"
    folder.mkdir()
    backup(filled.settings, file=str(folder), without_secret=False)
    (named,) = folder.iterdir()
    assert named.name.startswith("onstage-20")
    assert archive.exists()


def test_a_damaged_archive_is_refused_whole(filled: Filled, empty_place: EmptyPlace, tmp_path: Path) -> None:
    archive = save(filled, tmp_path)
    with tarfile.open(archive) as tar:
        manifest = json.loads(b"".join(tar.extractfile("manifest.json") or []))
        name = next(name for name in manifest["members"] if name.startswith("objects/"))
        at = tar.getmember(name).offset_data
    content = bytearray(archive.read_bytes())
    content[at] ^= 1
    archive.write_bytes(content)
    place = empty_place()
    with pytest.raises(NotABackup, match=name):
        bring_back(place, archive)
    assert not (place.data / "onstage.db").exists()
    archive.write_bytes(content[: len(content) // 2])
    with pytest.raises(NotABackup):
        bring_back(place, archive)
    archive.write_text("not a tar")
    with pytest.raises(NotABackup):
        bring_back(place, archive)


def test_it_restores_into_empty_places_only(filled: Filled, empty_place: EmptyPlace, tmp_path: Path) -> None:
    archive = save(filled, tmp_path)
    place = empty_place()
    bring_back(place, archive).close()
    with pytest.raises(Conflict, match="not empty"):
        bring_back(place, archive)
    if place.database_url:
        with pytest.raises(Conflict, match="has tables already"):
            bring_back(replace(place, data=tmp_path / "another"), archive)


def test_it_does_not_restore_under_a_running_server(filled: Filled, empty_place: EmptyPlace, tmp_path: Path) -> None:
    archive, place = save(filled, tmp_path), empty_place()
    with datafolder.hold(place.data), pytest.raises(InUse):
        bring_back(place, archive)


def test_the_other_kind_of_database_is_refused(filled: Filled, empty_place: EmptyPlace, tmp_path: Path) -> None:
    archive, place = save(filled, tmp_path), empty_place()
    other = replace(place, database_url="" if place.database_url else "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Conflict, match="of a server on"):
        bring_back(other, archive)


class Interrupted(Writer):
    """An archive before whose first file something else happens."""

    meanwhile: Callable[[], None] | None = None

    def add_file(self, name: str, path: Path) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        super().add_file(name, path)


def test_a_cover_that_is_replaced_meanwhile_is_saved_as_it_is_then(
    filled: Filled, empty_place: EmptyPlace, tmp_path: Path, run: Run
) -> None:
    """What the snapshot named is gone when its turn comes; what stands there instead comes back, and nothing is missing."""
    database = filled.app.database
    covers = select(clips.c.cover).where(clips.c.id == filled.first.clip)
    with database.read() as db:
        before = db.execute(covers).scalar_one()

    def choose_another() -> None:
        with database.write() as db:
            choose_cover(db, filled.app.keys, filled.cast.ada.viewer, filled.first.slug, at_us=500_000, image=None)
        run()

    with tarfile.open(tmp_path / "saved.tar", "w") as tar:
        archive = Interrupted(tar, Manifest(FORMAT, __version__, database.kind, newest(), now(), secret=False))
        archive.meanwhile = choose_another
        save_all(filled.settings, database, archive, tmp_path)
        archive.close()
    assert archive.manifest.lost == []
    back = bring_back(empty_place(), tmp_path / "saved.tar")
    with back.database.read() as db:
        assert db.execute(covers).scalar_one() != before
    assert {each.key for each in back.storage.list()} == {each.key for each in filled.app.storage.list()}
    back.close()


def test_an_object_that_is_lost_is_named_and_the_rest_is_saved(
    filled: Filled, empty_place: EmptyPlace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = min(each.key for each in filled.app.storage.list())
    filled.app.storage.delete([lost])
    archive = save(filled, tmp_path)
    assert "1 objects were not there" in capsys.readouterr().out
    with tarfile.open(archive) as tar:
        assert json.loads(b"".join(tar.extractfile("manifest.json") or []))["lost"] == [lost]
    bring_back(empty_place(), archive).close()
    assert "1 objects are not in the backup" in capsys.readouterr().out
