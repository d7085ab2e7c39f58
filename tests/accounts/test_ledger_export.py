"""A copy of the ledger: what it opens for whom, and that every change to it is found."""

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from onstage.accounts import chain, export, ledger
from onstage.accounts.chain import Head, read_head
from onstage.accounts.ledger import Act, Entry
from onstage.accounts.models import ledger_signers
from onstage.accounts.verify import Broken, Verified, verify
from onstage.clock import now
from onstage.db.engine import Connection, Database
from onstage.keys import Keys
from tests.accounts import second_verifier

KEYS = Keys(b"a secret")
MOTHER, FATHER, CHILD, MODERATOR, STRANGER = 1, 2, 3, 4, 5
CLIP, ACCOUNT = 13, 14
ENTRIES = (
    Entry(Act.GUARDIANSHIP_FULL, by=MODERATOR, about=(MOTHER, CHILD)),
    Entry(Act.ASKED, by=CHILD, about=(MOTHER, FATHER), clip=CLIP, fields={"version": 1, "words": "Café\n“ok”"}),
    Entry(Act.YES, by=MOTHER, about=(CHILD,), clip=CLIP, fields={"version": 1}),
    Entry(Act.NO, by=FATHER, about=(CHILD,), clip=CLIP, fields={"words": "not this"}),
    Entry(Act.MODERATOR_LOOKED, by=MODERATOR, about=(CHILD,), clip=CLIP),
    Entry(Act.HOLD_PLACED, clip=CLIP, account=ACCOUNT, fields={"kind": "moderation"}),
    Entry(Act.LIFTED, by=FATHER, about=(CHILD,), clip=CLIP, fields={"known": True}),
)


def fill(database: Database, keys: Keys = KEYS) -> None:
    for entry in ENTRIES:
        with database.write() as db:
            ledger.append(db, keys, entry)


def copy(db: Connection, person: int, keys: Keys = KEYS) -> bytes:
    writer = export.Writer(export.begin(db, keys, person), keys, lambda _db, _clips: {CLIP: "/c/somewhere"})
    written = writer.start("https://example.org", now())
    while some := writer.some(db):
        written += some
    return written + writer.end(db)


def copy_of(database: Database, person: int, keys: Keys = KEYS) -> bytes:
    with database.read() as db:
        return copy(db, person, keys)


def rows(written: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.splitlines()]


def check(written: bytes, head: Head | None = None, key: str = "") -> Verified:
    """By both verifiers, which have to agree."""
    held = (head.position, head.hash.hex()) if head else None
    try:
        found = verify(written.splitlines(keepends=True), head=head, key=key)
    except Broken:
        with pytest.raises(second_verifier.Wrong):
            second_verifier.check(written, held, key)
        raise
    assert second_verifier.check(written, held, key) == (found.entries, found.opened, found.head.hash.hex())
    return found


@pytest.mark.parametrize(
    ("person", "opens"),
    [(MOTHER, {1, 2, 3}), (FATHER, {2, 4, 7}), (CHILD, {1, 2, 3, 5, 7}), (MODERATOR, {1, 5}), (STRANGER, set())],
)
def test_a_copy_opens_what_concerns_its_reader_and_nothing_else(
    database: Database, person: int, opens: set[int]
) -> None:
    fill(database)
    written = copy_of(database, person)
    assert {row["n"] for row in rows(written) if "act" in row} == opens
    assert check(written).opened == len(opens)
    assert (b"not this" in written) == (person == FATHER)
    assert [row["n"] for row in rows(written) if "n" in row] == list(range(1, 8))


def test_whoever_held_an_office_stays_unnamed(database: Database) -> None:
    fill(database)
    looked = json.loads(str(next(row for row in rows(copy_of(database, CHILD)) if row.get("n") == 5)["act"]))
    full = json.loads(str(next(row for row in rows(copy_of(database, CHILD)) if row.get("n") == 1)["act"]))
    assert looked["by"] != full["by"], "an office has an alias of its own"


def test_the_words_are_there_as_they_were_written(database: Database) -> None:
    fill(database)
    asked = next(row for row in rows(copy_of(database, FATHER)) if row.get("n") == 2)
    assert json.loads(str(asked["fields"])) == {"words": "Café\n“ok”"}
    assert json.loads(str(asked["act"]))["version"] == 1


def test_after_a_shredding_it_is_whole_and_says_less(database: Database) -> None:
    fill(database)
    with database.write() as db:
        ledger.shred(db, "person", [CHILD])
    written = copy_of(database, MOTHER)
    assert check(written).opened == 3
    asked = next(row for row in rows(written) if row.get("n") == 2)
    assert "fields_commitment" in asked
    assert "Café" not in written.decode()


def test_an_empty_ledger_has_a_whole_copy(database: Database) -> None:
    assert check(copy_of(database, MOTHER)).entries == 0


def test_nobody_handed_over_to_the_first_key(database: Database) -> None:
    fill(database)
    with database.write() as db:
        db.execute(update(ledger_signers).values(before=bytes(32), handed_over=bytes(64)))
    with pytest.raises(Broken, match="do not follow"):
        check(copy_of(database, MOTHER))


@pytest.mark.parametrize("line", [0, 2, -1])
def test_brackets_without_end_are_no_json(database: Database, line: int) -> None:
    fill(database)
    lines = copy_of(database, MOTHER).splitlines(keepends=True)
    lines[line] = b'{"end": ' + b"[" * 200_000 + b"]" * 200_000 + b"}\n"
    with pytest.raises(Broken, match="not JSON"):
        check(b"".join(lines))


def test_a_cut_tail_shows_to_whoever_holds_a_head(database: Database) -> None:
    fill(database)
    short = copy_of(database, FATHER)
    with database.write() as db:
        ledger.append(db, KEYS, Entry(Act.YES, by=FATHER, clip=CLIP, fields={"version": 2}))
        held = ledger.head(db)
    assert check(copy_of(database, FATHER), held).head == held
    check(short)
    with pytest.raises(Broken, match="it was cut"):
        check(short, held)
    with pytest.raises(Broken, match="rewritten"):
        check(short, Head(3, bytes(32)))
    with pytest.raises(Broken):
        check(short, Head(0, bytes(32)))
    assert read_head(str(held)) == held


def test_a_new_key_is_believed_by_whoever_trusts_the_old_one(database: Database) -> None:
    old, new = Keys(b"old"), Keys(b"new", b"old")
    fill(database, old)
    trusted = check(copy_of(database, MOTHER, old)).signer
    assert check(copy_of(database, MOTHER, new), key=trusted).signer != trusted
    fill(database, new)
    written = copy_of(database, MOTHER, new)
    assert check(written, key=trusted).entries == 14
    lost = copy_of(database, MOTHER, Keys(b"new"))
    assert check(lost, key=trusted).weak_keys == 0, "the hand-over is kept"
    with pytest.raises(Broken, match="other keys"):
        check(written, key="00" * 32)


def test_a_key_without_a_hand_over_is_not_believed(database: Database) -> None:
    fill(database, Keys(b"old"))
    trusted = check(copy_of(database, MOTHER, Keys(b"old"))).signer
    written = copy_of(database, MOTHER, Keys(b"other"))
    assert check(written).weak_keys == 1
    with pytest.raises(Broken, match="did not hand over"):
        check(written, key=trusted)


Change = Callable[[list[dict[str, object]]], None]


def _swap(lines: list[dict[str, object]]) -> None:
    lines[2], lines[3] = lines[3], lines[2]


def _renumber(lines: list[dict[str, object]]) -> None:
    _swap(lines)
    lines[2]["n"], lines[3]["n"] = 2, 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines.pop(3), "taken out or moved"),
        (lambda lines: lines.pop(), "end is missing"),
        (lambda lines: lines.__delitem__(slice(4, 8)), "entries are missing"),
        (lambda lines: lines.insert(4, lines[3]), "taken out or moved"),
        (lambda lines: lines[2].update(act=str(lines[2]["act"]).replace("asked", "yes")), "not what stood there"),
        (lambda lines: lines[2].update(signature="00" * 64), "forged"),
        (lambda lines: lines[-2]["names"].update(p1="@somebody"), "was changed"),
        (lambda lines: lines[0].update(server="https://elsewhere.example"), "was changed"),
        (lambda lines: lines[0].update(ledger="another"), "not what stood there"),
        (lambda lines: lines.append({}), "follows after the end"),
        (_swap, "taken out or moved"),
        (_renumber, "belongs to another entry|not what stood there"),
    ],
)
def test_what_was_changed_is_said(database: Database, change: Change, said: str) -> None:
    fill(database)
    lines = rows(copy_of(database, CHILD))
    change(lines)
    changed = b"".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for line in lines)
    with pytest.raises(Broken, match=said):
        check(changed)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda whole: whole[:-1], "last line does not end"),
        (lambda whole: whole[:-1] + b"\r\n", "last line does not end"),
        (lambda whole: whole + b"\n", "follows after the end"),
        (lambda whole: whole + b" ", "follows after the end"),
    ],
)
def test_the_last_byte_is_the_end_of_the_last_line(
    database: Database, change: Callable[[bytes], bytes], said: str
) -> None:
    fill(database)
    with pytest.raises(Broken, match=said):
        check(change(copy_of(database, CHILD)))


def test_whoever_rewrites_the_chain_without_the_key_is_found(database: Database) -> None:
    """Every hash made anew after a change: only the signatures tell."""
    fill(database)
    lines = rows(copy_of(database, STRANGER))
    before = chain.start(str(lines[0]["ledger"]))
    lines[3]["commitment"] = "11" * 32
    for line in lines[1:8]:
        before = chain.link(int(str(line["n"])), before, bytes.fromhex(str(line["commitment"])))
        line["hash"] = before.hex()
    lines[-1]["hash"] = before.hex()
    with pytest.raises(Broken, match="forged"):
        check(b"".join(json.dumps(line).encode() + b"\n" for line in lines))


@pytest.fixture
def copies(database: Database) -> tuple[bytes, bytes]:
    """Two copies of one ledger, of different readers."""
    fill(database)
    return copy_of(database, CHILD), copy_of(database, MOTHER)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_goes_unnoticed(copies: tuple[bytes, bytes], data: st.DataObject) -> None:
    whole, other = copies
    changed = data.draw(st.one_of(_bytes_changed(whole), _lines_changed(whole, other)))
    if [json.loads(line) for line in whole.splitlines()] == _read(changed):
        return
    with pytest.raises(Broken):
        check(changed)


def _read(changed: bytes) -> list[object] | None:
    try:
        return [json.loads(line) for line in changed.splitlines()]
    except ValueError:
        return None


def _bytes_changed(whole: bytes) -> st.SearchStrategy[bytes]:
    """One byte is another, is gone, or the rest is."""
    places = st.integers(0, len(whole) - 1)
    return st.one_of(
        st.builds(lambda at, byte: whole[:at] + bytes([byte]) + whole[at + 1 :], places, st.integers(0, 255)),
        st.builds(lambda at: whole[:at] + whole[at + 1 :], places),
        st.builds(lambda at: whole[:at], places),
    )


def _lines_changed(whole: bytes, other: bytes) -> st.SearchStrategy[bytes]:
    """Lines in another order, missing, twice, or from another copy."""
    lines = whole.splitlines(keepends=True)
    mixed = st.lists(st.sampled_from([*lines, *other.splitlines(keepends=True)]), max_size=12)
    swapped = st.tuples(*[st.integers(0, len(lines) - 1)] * 2).map(lambda two: _exchanged(lines, *two))
    return st.one_of(st.permutations(lines), st.lists(st.sampled_from(lines)), mixed, swapped).map(b"".join)


def _exchanged(lines: list[bytes], one: int, two: int) -> list[bytes]:
    new = list(lines)
    new[one], new[two] = new[two], new[one]
    return new
