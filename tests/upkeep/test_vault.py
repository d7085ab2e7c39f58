"""The vault on the machine: listed, handed out, erased; through backups, restores, and deaths at every moment."""

import json
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, update

from onstage.accounts.models import ledger, ledger_mentions
from onstage.clips.ending import deletion, receipts, vault
from onstage.clips.models import clips
from onstage.clips.vaulted import vault_items, vault_pieces
from onstage.errors import Conflict, Invalid, NotFound
from onstage.jobs.worker import run_due
from onstage.server import compose, job_kinds
from onstage.settings import Settings
from onstage.upkeep import check_vault
from onstage.upkeep.backup import backup
from onstage.upkeep.doctor import examine
from onstage.upkeep.findings import Verdict
from onstage.upkeep.restore import restore
from onstage.upkeep.sweep import look
from onstage.upkeep.vault import vault as command
from onstage.web.app import App
from tests.cast import Cast
from tests.clips.conftest import Film, Run
from tests.moderation.keeping import GROUND, WORDS, Reported, hasten, keep, reported
from tests.scenes import Scene, Scenes
from tests.upkeep.conftest import EmptyPlace
from tests.upkeep.dying import lives


@pytest.fixture
def scene(app: App, scenes: Scenes, film: Film, run: Run) -> Scene[Reported]:
    return scenes.begin(app, "a reported clip", lambda cast: reported(app, cast, film, run))


@pytest.fixture
def about(scene: Scene[Reported]) -> Reported:
    return scene.made


def run_all(app: App, run: Run) -> None:
    while run():
        hasten(app)


def gone(app: App, cast: Cast, about: Reported, run: Run) -> None:
    """Its author deletes it, and everything that follows has happened."""
    with app.database.write() as db:
        deletion.delete(db, app.keys, cast.ada.viewer, about.upload.slug)
    hasten(app)
    run_all(app, run)


def test_it_is_listed_handed_out_and_erased(
    app: App, cast: Cast, about: Reported, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command(app.settings, act="list", item=None, file=None)
    assert "Nothing was ever kept here." in capsys.readouterr().out
    item = keep(app, cast, about)
    out = tmp_path / "for-the-court.zip"
    with pytest.raises(Conflict):
        command(app.settings, act="export", item=item, file=str(out))
    run()
    gone(app, cast, about, run)
    command(app.settings, act="list", item=None, file=None)
    told = capsys.readouterr().out
    assert f"{item}  until " in told
    assert not any(word in told for word in WORDS)
    command(app.settings, act="export", item=item, file=str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(out) as made:
        assert made.testzip() is None
        assert sorted(made.namelist()) == ["cover.webp", "film.mp4", "record.json"]
        assert json.loads(made.read("record.json"))["ground"] == GROUND
    with pytest.raises(Conflict):
        command(app.settings, act="export", item=item, file=str(out))
    capsys.readouterr()
    command(app.settings, act="erase", item=item, file=None)
    run_all(app, run)
    capsys.readouterr()
    command(app.settings, act="list", item=None, file=None)
    told = capsys.readouterr().out
    assert [line.split()[-1] for line in told.splitlines()] == ["kept", "opened", "erased"]
    assert [each.key for each in app.storage.list()] == []
    for act, wanted in (("export", NotFound), ("erase", NotFound)):
        with pytest.raises(wanted):
            command(app.settings, act=act, item=item, file=str(tmp_path / "another.zip"))
    assert not list(tmp_path.glob("another*"))


@pytest.mark.parametrize(("act", "item", "file"), [("export", None, None), ("export", 5, None), ("erase", None, None)])
def test_what_is_missing_is_said(app: App, act: str, item: int | None, file: str | None) -> None:
    with pytest.raises(Invalid):
        command(app.settings, act=act, item=item, file=file)


def test_each_opening_stands_in_the_ledger_and_in_nobodys_copy(
    app: App, cast: Cast, about: Reported, run: Run, tmp_path: Path
) -> None:
    item = keep(app, cast, about)
    run()
    command(app.settings, act="export", item=item, file=str(tmp_path / "one.zip"))
    with app.database.read() as db:
        last = db.execute(select(ledger.c.position, ledger.c.act).order_by(ledger.c.position.desc()).limit(1)).one()
        named = select(ledger_mentions).where(ledger_mentions.c.position == last.position)
        assert db.execute(named).all() == []
    act = json.loads(last.act)
    assert (act["act"], act["kind"], act["by"], act["about"], act["clip"]) == ("vault", "opened", None, [], None)


@pytest.mark.parametrize("how", ["changed", "cut", "gone"])
def test_what_was_changed_is_not_handed_out(
    app: App, cast: Cast, about: Reported, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    item = keep(app, cast, about)
    run()
    with app.database.read() as db:
        key = next(file.key for file in vault.files(db, item) if file.name == vault.FILM)
    assert key is not None
    sealed = bytearray(app.storage.read(key, 0, app.storage.size(key) or 0))
    app.storage.delete([key])
    if how != "gone":
        sealed[len(sealed) // 2] ^= how == "changed"
        changed = tmp_path / "changed"
        changed.write_bytes(sealed if how == "changed" else sealed[:-20])
        app.storage.put(key, changed)
        with pytest.raises(Conflict):
            command(app.settings, act="export", item=item, file=str(tmp_path / "out.zip"))
        assert not list(tmp_path.glob("out.zip*"))
        return
    command(app.settings, act="export", item=item, file=str(tmp_path / "out.zip"))
    assert "Not there any more: film." in capsys.readouterr().out
    lost = [finding for finding in examine(app.settings, media=True) if f"number {item} in the vault" in finding.says]
    assert [finding.verdict for finding in lost] == [Verdict.WRONG]


def test_the_doctor_says_whether_it_can_be_opened(app: App, cast: Cast, about: Reported, run: Run) -> None:
    assert list(check_vault.check(app.settings, app.database)) == []
    item = keep(app, cast, about)
    run()
    (well,) = check_vault.check(app.settings, app.database)
    assert well.verdict is Verdict.OK
    with app.database.write() as db:
        db.execute(update(vault_pieces).values(source="something-that-waits"))
        db.execute(update(vault_items).values(kept_at=1, until=2))
    (slow,) = check_vault.check(app.settings, app.database)
    assert "waits for 1 copies, and 1 of its things are over" in slow.says
    with app.database.write() as db:
        db.execute(update(vault_items).where(vault_items.c.id == item).values(wrapped=b"x" * 60))
    broken = next(iter(check_vault.check(app.settings, app.database)))
    assert broken.verdict is Verdict.WRONG


def test_a_restore_brings_it_back_and_never_the_clip(
    app: App, cast: Cast, about: Reported, run: Run, empty_place: EmptyPlace, tmp_path: Path
) -> None:
    item = keep(app, cast, about)
    archive = tmp_path / "saved.tar"
    backup(app.settings, file=str(archive), without_secret=False)  # before its film is in the vault
    run()
    gone(app, cast, about, run)
    place = Settings(**{**vars(empty_place()), "secret": app.settings.secret})
    log = app.settings.data / "deletions.log"
    restore(place, file=str(archive), journal=str(log), nothing_was_deleted=False)
    with closing(compose(place)) as back:
        run_there(back)
        with back.database.read() as db:
            assert db.execute(select(clips.c.id)).all() == []
            assert {file.name: bool(file.key) for file in vault.files(db, item)} == {"cover": True, "film": True}
        assert all(each.key.startswith("vault-") for each in back.storage.list())
        assert look(place, back.database, WORDS) == []
    command(place, act="export", item=item, file=str(tmp_path / "out.zip"))


def test_what_was_erased_from_the_vault_does_not_rise_again(
    app: App, cast: Cast, about: Reported, run: Run, empty_place: EmptyPlace, tmp_path: Path
) -> None:
    item = keep(app, cast, about)
    run()
    archive = tmp_path / "saved.tar"
    backup(app.settings, file=str(archive), without_secret=False)
    command(app.settings, act="erase", item=item, file=None)
    run_all(app, run)
    place = Settings(**{**vars(empty_place()), "secret": app.settings.secret})
    restore(place, file=str(archive), journal=str(app.settings.data / "deletions.log"), nothing_was_deleted=False)
    with closing(compose(place)) as back:
        run_there(back)
        with back.database.read() as db:
            assert vault.items(db) == []
        assert not [each for each in back.storage.list() if each.key.startswith("vault-")]


def run_there(back: App) -> None:
    """Whatever is due in another server, now or later."""
    while run_due(back.database, job_kinds(back)):
        hasten(back)


@pytest.mark.slow
@pytest.mark.parametrize("deletes", [False, True])
def test_killed_at_every_moment_it_is_kept_all_the_same(
    chosen_settings: Settings, app: App, cast: Cast, about: Reported, deletes: bool
) -> None:
    if chosen_settings.database_url:
        return  # the steps and their commits are the same ones
    item = keep(app, cast, about)
    if deletes:
        with app.database.write() as db:
            deletion.delete(db, app.keys, cast.ada.viewer, about.upload.slug)
    app.close()
    moments = lives(chosen_settings)
    assert moments > 8, "each of these was a death"
    with closing(compose(chosen_settings)) as again:
        with again.database.write() as db:
            own = vault.open_item(db, again.keys, item)
            files = {file.name: file.key or "" for file in vault.files(db, item)}
        assert b"".join(vault.opened(again.storage, own, files[vault.FILM]))[4:8] == b"ftyp"
        assert {each.key for each in again.storage.list() if each.key.startswith("vault-")} == set(files.values())
        if deletes:
            assert [place for place in look(chosen_settings, again.database, WORDS) if "before-" not in place] == []
            with again.database.read() as db:
                (receipt,) = receipts.mine(db, cast.ada.viewer)
            assert receipt.said["removed"] == {"clips": 1, "accounts": 0, "files": 7}
