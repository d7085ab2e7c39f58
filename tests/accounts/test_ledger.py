"""Entries stand in one chain that nothing forks, and what they say goes with the keys of whom they concern."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from onstage import ids
from onstage.accounts import chain, ledger
from onstage.accounts.ledger import Act, Entry
from onstage.accounts.models import ledger as entries
from onstage.accounts.models import ledger_head, ledger_keys, ledger_mentions, ledger_signers
from onstage.db.engine import Database
from onstage.errors import NotAllowed
from onstage.keys import Keys

KEYS = Keys(b"a secret")
MOTHER, CHILD, CLIP = 11, 12, 13


def _append(database: Database, entry: Entry, keys: Keys = KEYS) -> int:
    with database.write() as db:
        return ledger.append(db, keys, entry)


def _whole(database: Database) -> int:
    """Follow the chain from its start; gives its length."""
    with database.read() as db:
        name, position, last = db.execute(select(ledger_head.c.name, ledger_head.c.position, ledger_head.c.hash)).one()
        rows = db.execute(select(entries).order_by(entries.c.position)).all()
    before = chain.start(name)
    for number, row in enumerate(rows, 1):
        assert row.position == number
        act = chain.bind("act", row.act_salt.hex(), row.act)
        assert row.commitment == chain.join(act, row.fields_commitment)
        before = chain.link(number, before, row.commitment)
        assert row.hash == before
        assert chain.is_signed(row.signer, row.signature, name, chain.Head(number, before))
    assert (position, last) == (len(rows), before)
    return len(rows)


def test_entries_form_one_signed_chain(database: Database) -> None:
    for number in range(1, 4):
        assert _append(database, Entry(Act.YES, by=MOTHER, about=(CHILD,), clip=CLIP, fields={"version": 1})) == number
    assert _whole(database) == 3


def test_transactions_at_the_same_time_never_fork_it(database: Database) -> None:
    threads, each = 6, 8
    ready = Barrier(threads)

    def run(person: int) -> None:
        ready.wait()
        for clip in range(each):
            about = (person, (person + 1) % threads, 100)  # they name each other, in every order
            with database.write() as db:
                ledger.media_digest(db, clip, b"media")
                ledger.append(db, KEYS, Entry(Act.ASKED, by=person, about=about, clip=clip))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, range(threads)))
    assert _whole(database) == threads * each


def test_what_is_rolled_back_leaves_no_gap(database: Database) -> None:
    _append(database, Entry(Act.ASKED, by=CHILD, clip=CLIP))

    def refused() -> None:
        with database.write() as db:
            ledger.append(db, KEYS, Entry(Act.YES, by=MOTHER, clip=CLIP))
            raise NotAllowed("Not yours.")

    with pytest.raises(NotAllowed):
        refused()
    assert _append(database, Entry(Act.NO, by=MOTHER, clip=CLIP)) == 2
    assert _whole(database) == 2


def test_a_fact_is_a_word_of_a_closed_list_or_a_number(database: Database) -> None:
    _append(database, Entry(Act.HOLD_PLACED, clip=CLIP, fields={"kind": "claim"}))
    with pytest.raises(ValueError, match="for ever"):
        _append(database, Entry(Act.HOLD_PLACED, clip=CLIP, fields={"kind": "because of Max!"}))
    assert _whole(database) == 1


@pytest.mark.parametrize(("kind", "gone"), [("person", MOTHER), ("person", CHILD), ("clip", CLIP)])
def test_without_one_of_the_keys_nobody_reads_the_words(database: Database, kind: str, gone: int) -> None:
    entry = Entry(Act.YES, by=MOTHER, about=(CHILD,), clip=CLIP, fields={"words": "fine by me", "version": 2})
    _append(database, entry)
    with database.read() as db:
        named = [ledger.Named(row.alias, row.key) for row in db.execute(select(ledger_keys))]
        sealed = db.execute(select(entries.c.fields)).scalar_one()
        alias = db.execute(select(ledger_keys.c.alias).where(ledger_keys.c.kind == kind, ledger_keys.c.id == gone))
        lost = alias.scalar_one()
    opened = ledger.unseal(named, sealed)
    assert opened is not None
    assert opened[1] == '{"words":"fine by me"}'

    with database.write() as db:
        assert ledger.shred(db, kind, [gone]) == 1
    with database.read() as db:
        rest = [ledger.Named(row.alias, row.key) for row in db.execute(select(ledger_keys))]
        mentioned = db.execute(select(ledger_mentions.c.alias)).scalars().all()
        act = db.execute(select(entries.c.act)).scalar_one()
    assert ledger.unseal(rest, sealed) is None
    assert lost not in mentioned
    assert '"version":2' in act
    assert _whole(database) == 1


def test_nothing_in_an_entry_names_anybody(database: Database) -> None:
    person, clip, account = ids.new(), ids.new(), ids.new()
    _append(database, Entry(Act.NO, by=person, account=account, clip=clip, fields={"words": "not this one"}))
    with database.read() as db:
        row = db.execute(select(entries)).one()
    raw = row.act.encode() + row.fields
    assert not [each for each in (person, clip, account, "not this one") if str(each).encode() in raw]


def test_a_media_digest_is_keyed_by_the_clip(database: Database) -> None:
    with database.write() as db:
        first = ledger.media_digest(db, CLIP, b"digest")
        assert ledger.media_digest(db, CLIP, b"digest") == first
        assert ledger.media_digest(db, CLIP + 1, b"digest") != first
        ledger.shred(db, "clip", [CLIP])
        assert ledger.media_digest(db, CLIP, b"digest") != first


def test_a_new_secret_is_handed_over_by_the_one_before(database: Database) -> None:
    old, new = Keys(b"old"), Keys(b"new", b"old")
    _append(database, Entry(Act.ASKED, by=CHILD), old)
    _append(database, Entry(Act.YES, by=MOTHER), new)
    _append(database, Entry(Act.PUBLISHED), new)
    assert _whole(database) == 3
    with database.read() as db:
        first, second = db.execute(select(ledger_signers).order_by(ledger_signers.c.since)).all()
    assert (first.since, first.before, second.since, second.before) == (1, None, 2, first.public)
    assert chain.is_signature(first.public, second.handed_over, chain.handing_over(second.public))
