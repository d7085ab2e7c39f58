"""The vault: what the law obliges the server to keep is sealed before it can go, and nothing of it is left outside."""

import json
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from onstage.accounts import leaving, ledger
from onstage.accounts.models import people
from onstage.clips.agreeing import holds
from onstage.clips.ending import deletion, receipts, vault
from onstage.clips.ending.vault import Done
from onstage.clips.models import HoldKind, clips, renditions
from onstage.clips.queries import seen
from onstage.clips.vaulted import vault_items, vault_log, vault_pieces
from onstage.clock import DAY, now
from onstage.db.engine import Connection
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound
from onstage.jobs.models import jobs
from onstage.keys import Keys
from onstage.moderation import preserving
from onstage.storage import journal
from onstage.upkeep import ledger_replay
from onstage.upkeep.sweep import look
from onstage.web.app import App
from tests.cast import Cast
from tests.clips.conftest import Film, Run
from tests.moderation.keeping import CAPTION, GROUND, SAID, WHY, WORDS, Reported, hasten, keep, reported
from tests.scenes import Scene, Scenes


@pytest.fixture
def scene(app: App, scenes: Scenes, film: Film, run: Run) -> Scene[Reported]:
    return scenes.begin(app, "a reported clip", lambda cast: reported(app, cast, film, run))


@pytest.fixture
def about(scene: Scene[Reported]) -> Reported:
    return scene.made


def run_all(app: App, run: Run) -> None:
    while run():
        hasten(app)


def delete_clip(app: App, cast: Cast, about: Reported) -> None:
    with app.database.write() as db:
        deletion.delete(db, app.keys, cast.ada.viewer, about.upload.slug)
    hasten(app)


def opened(app: App, item: int) -> dict[str, bytes]:
    """The files of an item, by name, and the record."""
    with app.database.write() as db:
        own = vault.open_item(db, app.keys, item)
        found = {file.name: file.key for file in vault.files(db, item)}
        words = vault.record(db, app.keys, item)
    files = {name: b"".join(vault.opened(app.storage, own, key)) for name, key in found.items() if key}
    return {**files, "record": words or b""}


def traces(app: App) -> list[str]:
    return [place for place in look(app.settings, app.database, WORDS) if not place.startswith("file before-")]


def film_of(app: App, clip: int) -> bytes:
    with app.database.read() as db:
        key = db.execute(select(renditions.c.key).where(renditions.c.clip_id == clip)).scalar_one()
    return app.storage.read(key, 0, app.storage.size(key) or 0)


def told_otherwise(db: Connection) -> list[str]:
    """Where the ledger tells something else of clips than the tables; people of tests are in none."""
    return [each for each in ledger_replay.differences(db) if each.startswith("clip")]


def test_it_is_withheld_at_once_and_kept_whole(app: App, cast: Cast, about: Reported, run: Run) -> None:
    film = film_of(app, about.clip)
    item = keep(app, cast, about)
    for who in cast.everybody.values():
        if who.viewer.person != cast.ada.viewer.person:
            with app.database.read() as db, pytest.raises(NotFound):
                seen(db, who.viewer, about.upload.slug)
    with app.database.read() as db, pytest.raises(Conflict):
        vault.files(db, item)
    run()
    kept = opened(app, item)
    assert kept["film"] == film
    assert kept["cover"].startswith(b"RIFF")
    record = json.loads(kept["record"])
    assert (record["ground"], record["kept_by"], record["clip"]["caption"]) == (GROUND, "ola", CAPTION)
    assert record["account"]["handle"] == "ada"
    assert [
        (each["reason"], each["words"], each["comment"] and each["comment"]["words"]) for each in record["reports"]
    ] == [
        ("illegal", "", SAID),
        ("child_in_danger", WHY, None),
    ]
    assert "fay" not in kept["record"].decode(), "who reported it is nobody's business"


def test_no_byte_of_it_lies_open_in_the_vault(app: App, cast: Cast, about: Reported, run: Run) -> None:
    film = film_of(app, about.clip)
    keep(app, cast, about)
    run()
    with app.database.read() as db:
        keys = db.execute(select(vault_pieces.c.key)).scalars().all()
        sealed = db.execute(select(vault_items.c.record)).scalar_one()
    assert len(keys) == 2
    for key in keys:
        path = app.storage.path(key)
        assert path is not None
        assert path.parent.name == "vault"
        assert film[1000:1032] not in path.read_bytes()
    assert not any(word.encode() in sealed for word in WORDS)


def test_a_deletion_goes_on_for_the_rest(app: App, cast: Cast, about: Reported, run: Run) -> None:
    film = film_of(app, about.clip)
    item = keep(app, cast, about)
    run()
    delete_clip(app, cast, about)
    run_all(app, run)
    assert traces(app) == []
    with app.database.read() as db:
        assert db.execute(select(vault_items.c.clip_id)).scalar_one() is None
        assert db.execute(select(clips.c.id)).all() == []
        (receipt,) = receipts.mine(db, cast.ada.viewer)
    assert receipt.said["removed"] == {"clips": 1, "accounts": 0, "files": 7}, "as of any clip"
    assert receipt.said["not_covered"] == receipts.EVIDENCE
    assert opened(app, item)["film"] == film


@pytest.mark.parametrize("leaves", [False, True])
def test_a_deletion_that_comes_first_waits_for_the_copy(
    app: App, cast: Cast, about: Reported, run: Run, leaves: bool
) -> None:
    """The job of the vault has not begun when everything goes: the deletion copies what it waits for."""
    film = film_of(app, about.clip)
    item = keep(app, cast, about)
    with app.database.write() as db:
        db.execute(delete(jobs).where(jobs.c.kind == vault.FILL))
    if leaves:
        with app.database.write() as db:
            leaving.leave(db, cast.ada.viewer, app.purgers)
    else:
        delete_clip(app, cast, about)
    run_all(app, run)
    assert opened(app, item)["film"] == film
    assert traces(app) == []


def test_nothing_goes_before_its_copy_is_there(app: App, cast: Cast, about: Reported, run: Run) -> None:
    """While the vault can't be written, no film goes; when it can, both happen."""
    item = keep(app, cast, about)
    folder = app.settings.data / "objects" / "vault"
    folder.write_bytes(b"in the way")
    delete_clip(app, cast, about)
    run()
    with app.database.read() as db:
        source = db.execute(select(vault_pieces.c.source).where(vault_pieces.c.name == vault.FILM)).scalar_one()
    assert source is not None
    assert app.storage.size(source)
    folder.unlink()
    hasten(app)
    run_all(app, run)
    assert app.storage.size(source) is None
    assert len(opened(app, item)["film"]) > 1000
    assert traces(app) == []


def test_two_that_copy_at_once_leave_one_copy(app: App, cast: Cast, about: Reported, run: Run) -> None:
    item = keep(app, cast, about)
    with app.database.write() as db:
        waiting = db.execute(select(jobs).where(jobs.c.kind == vault.FILL)).mappings().one()
        db.execute(insert(jobs).values({**waiting, "id": waiting["id"] + 1}))
        sealed = {"item": item, "name": vault.FILM, "source": _source(app, item), "key": "vault-of-the-other.mp4"}
        memo = json.dumps({"vault": [sealed], f"seal {item} film": {"bytes": 5}})
        db.execute(update(jobs).where(jobs.c.id == waiting["id"] + 1).values(memo=memo))
    other = app.settings.data / "other"
    other.write_bytes(b"12345")
    app.storage.put("vault-of-the-other.mp4", other)
    run()
    with app.database.read() as db:
        named = set(db.execute(select(vault_pieces.c.key)).scalars())
    assert {each.key for each in app.storage.list() if each.key.startswith("vault-")} == named
    assert len(named) == 2


def _source(app: App, item: int) -> str:
    with app.database.read() as db:
        of = (vault_pieces.c.item_id == item) & (vault_pieces.c.name == vault.FILM)
        return str(db.execute(select(vault_pieces.c.source).where(of)).scalar_one())


def test_a_film_that_is_replaced_meanwhile_is_kept_as_it_is_then(
    app: App, cast: Cast, about: Reported, run: Run
) -> None:
    item = keep(app, cast, about)
    film = film_of(app, about.clip)
    with app.database.write() as db:
        db.execute(
            update(vault_pieces).where(vault_pieces.c.name == vault.FILM).values(source="an-upload-that-went.mov")
        )
    run()
    assert opened(app, item)["film"] == film


def test_what_is_lost_keeps_nothing_waiting(app: App, cast: Cast, about: Reported, run: Run) -> None:
    item = keep(app, cast, about)
    app.storage.delete([_source(app, item)])
    delete_clip(app, cast, about)
    run_all(app, run)
    with app.database.read() as db:
        assert {file.name: bool(file.key) for file in vault.files(db, item)} == {"cover": True, "film": False}
        (receipt,) = receipts.mine(db, cast.ada.viewer)
    assert receipt.document


def test_it_ends_in_time_and_can_be_opened_no_more(app: App, cast: Cast, about: Reported, run: Run) -> None:
    item = keep(app, cast, about, days=3)
    run()
    with app.database.read() as db:
        wrapped = db.execute(select(vault_items.c.wrapped)).scalar_one()
        keys = db.execute(select(vault_pieces.c.key)).scalars().all()
    with app.database.write() as db:
        assert vault.keep_up(db, app.keys, now() + 3 * DAY - 1_000_000) == 0
        assert vault.keep_up(db, app.keys, now() + 3 * DAY) == 1
    run_all(app, run)
    assert all(app.storage.size(key) is None for key in keys)
    assert wrapped not in b"".join(
        path.read_bytes() for path in app.settings.data.iterdir() if path.name.startswith("onstage.db")
    )
    with app.database.write() as db, pytest.raises(NotFound):
        vault.open_item(db, app.keys, item)
    with app.database.read() as db:
        assert [(of, act) for of, _, act in vault.log(db)] == [(item, Done.KEPT), (item, Done.ERASED)]
        assert holds.is_held(db, about.clip, HoldKind.PRESERVED), "time alone shows nothing (R3)"
    assert ("vault", item) in {(each.kind, each.id) for each in journal.read(app.settings.data / "deletions.log")}


def test_a_changed_secret_opens_it_as_long_as_the_server_ran_between(
    app: App, cast: Cast, about: Reported, run: Run
) -> None:
    item = keep(app, cast, about)
    run()
    second, third = Keys(b"second", b"only for tests"), Keys(b"third", b"second")
    with app.database.write() as db:
        assert vault.unreadable(db, third) == 1
        vault.keep_up(db, second, now())
        assert vault.unreadable(db, third) == 0
        vault.keep_up(db, third, now())
        assert vault.record(db, Keys(b"third"), item) is not None
        assert vault.unreadable(db, app.keys) == 1


def test_who_may_keep_and_what_it_takes(app: App, cast: Cast, about: Reported) -> None:
    for who in (cast.ada, cast.fay, cast.gus):
        with app.database.write() as db, pytest.raises(NotAllowed):
            preserving.keep(db, app.keys, who.viewer, about.case, GROUND, 1)
    with app.database.write() as db, pytest.raises(Invalid):
        preserving.keep(db, app.keys, cast.ola.viewer, about.case, " \u202e ", 1)
    with app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.ada.viewer.person).values(is_server_owner=1))
    with app.database.read() as db:
        assert db.execute(select(vault_log)).all() == []
        assert not holds.is_held(db, about.clip, HoldKind.PRESERVED)
    keep(app, cast, about)
    with pytest.raises(Conflict):
        keep(app, cast, about)


def test_the_ledger_tells_of_a_moderators_hold_and_no_more(app: App, cast: Cast, about: Reported, run: Run) -> None:
    keep(app, cast, about)
    with app.database.read() as db:
        told = ledger_replay.tables(db, ledger_replay.aliases(db))
        (clip,) = (each for each in told.clips.values() if each.holds)
        assert {kind for kind, _ in clip.holds} == {"moderation"}
        assert told_otherwise(db) == []
        position = ledger.head(db).position
    with app.database.write() as db:  # the hold of the case beside it, and away again: to the ledger it is the same one
        holds.place(db, about.clip, HoldKind.MODERATION, cast.ola.viewer.person or 0)
        holds.enter(db, app.keys, about.clip, HoldKind.MODERATION, cast.ola.viewer.person, placed=True)
    for act in ("both", "one"):
        with app.database.read() as db:
            assert told_otherwise(db) == []
            assert ledger.head(db).position == position, act
        if act == "both":
            with app.database.write() as db:
                holds.lift(db, about.clip, HoldKind.MODERATION, cast.ola.viewer.person or 0)
                holds.enter(db, app.keys, about.clip, HoldKind.MODERATION, cast.ola.viewer.person, placed=False)
    with app.database.write() as db:
        preserving.let_go(db, app.keys, cast.ola.viewer, about.case)
    with app.database.read() as db:
        assert told_otherwise(db) == []
        assert ledger.head(db).position == position + 1
        assert seen(db, cast.ben.viewer, about.upload.slug).id == about.clip
        assert vault.items(db), "what is kept stays"


def test_a_plain_copy_in_the_vault_is_found(app: App, cast: Cast, about: Reported, run: Run, tmp_path: Path) -> None:
    item = keep(app, cast, about)
    run()
    delete_clip(app, cast, about)
    run_all(app, run)
    plain = tmp_path / "plain"
    plain.write_text(f"somebody wrote {CAPTION} here")
    app.storage.put("vault-by-nobody.json", plain)
    with app.database.read() as db:
        key = next(file.key for file in vault.files(db, item) if file.name == vault.COVER)
    assert key is not None
    app.storage.delete([key])
    app.storage.put(key, plain)
    with app.database.write() as db:
        db.execute(update(vault_items).values(record=CAPTION.encode(), wrapped=about.clip.to_bytes(8, "big")))
    found = traces(app)
    assert f"object {key}: what it holds" in found
    assert "object vault-by-nobody.json: nothing names it" in found
    assert any("vault_items, column record" in place for place in found)
    assert any("vault_items, column wrapped" in place for place in found)
