"""Units of work and statements that run hot, on both databases."""

from contextlib import closing

import pytest
from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, Text, bindparam, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError, NoResultFound

from onstage.accounts.models import accounts
from onstage.db.engine import COMPILED, Database
from onstage.db.hot import Hot, HotAmong, HotMany
from onstage.db.postgres import open_postgres
from onstage.errors import NoRoom, Unreachable
from onstage.server import open_database
from onstage.settings import Settings

ROW = {"id": 1, "handle": "ada", "name": "Ada", "kind": "personal", "created_at": 5}
BY_HANDLE = Hot(
    select(accounts.c.id, accounts.c.name).where(accounts.c.handle == bindparam("handle")), lambda *row: row
)


def test_a_write_that_raises_keeps_nothing(database: Database) -> None:
    twice = [ROW, {**ROW, "handle": "ben"}]
    with pytest.raises(IntegrityError), database.write() as db:
        db.execute(insert(accounts), twice)
    with database.read() as db:
        assert db.execute(select(func.count()).select_from(accounts)).scalar_one() == 0


def _fill_the_disk(database: Database) -> None:
    with database.write() as db:
        db.execute(insert(accounts).values(ROW))
        if database.kind == "sqlite":
            db.exec_driver_sql("PRAGMA max_page_count=1").fetchall()
            db.execute(insert(accounts), [{**ROW, "id": n, "handle": f"h{n}", "bio": "x" * 3000} for n in range(2, 99)])
        else:
            db.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$")


def test_a_full_disk_is_said_in_a_sentence_and_nothing_is_kept(database: Database) -> None:
    with pytest.raises(NoRoom):
        _fill_the_disk(database)
    with database.read() as db:
        assert db.execute(select(func.count()).select_from(accounts)).scalar_one() == 0


@pytest.mark.postgres
def test_a_database_that_is_away_is_said_in_a_sentence(postgres_url: str) -> None:
    nobody = open_postgres("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unreachable), nobody.read():
        pass
    somebody = open_postgres(postgres_url)
    with pytest.raises(Unreachable), somebody.write() as db:
        db.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    with somebody.read() as db:
        assert db.exec_driver_sql("SELECT 1").scalar() == 1
    somebody.close()


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.read() as db:
        db.execute(insert(accounts).values(ROW))


def test_a_reader_leaves_nothing_to_the_next(database: Database) -> None:
    ids = select(accounts.c.id)
    with pytest.raises(NoResultFound), database.read() as db:
        db.execute(ids).one()
    with database.read() as outer:
        assert outer.execute(ids).all() == []
        with database.write() as db:
            db.execute(insert(accounts).values(ROW))
        with database.read() as inner:
            assert inner.execute(ids).all() == [(1,)]
        assert outer.execute(ids).all() == []
    for _ in range(2):
        with database.read() as db:
            assert db.execute(ids).all() == [(1,)]


def test_a_read_is_one_snapshot(database: Database) -> None:
    with database.read() as reading:
        assert BY_HANDLE.all(reading, handle="ada") == []
        with database.write() as writing:
            writing.execute(insert(accounts).values(ROW))
        assert BY_HANDLE.all(reading, handle="ada") == []
    with database.read() as reading:
        assert BY_HANDLE.first(reading, handle="ada") == (1, "Ada")


TABLE = Table(
    "things",
    MetaData(),
    Column("key", LargeBinary, primary_key=True),
    Column("place", BigInteger, primary_key=True),
    Column("words", Text, nullable=False),
    Column("number", BigInteger),
)
ROWS = [
    (b"\0\xff\\\"'{},", 1, 'a "quoted", {braced} \\ word', None),
    (b"", 2, "", 0),
    (b"x", -(2**62), "null", 2**62),
    (b"x", 3, "🎉 é", -1),
]


def test_rows_of_any_values_come_back_as_they_went_in(database: Database) -> None:
    things = HotMany(insert(TABLE), TABLE)
    among = HotAmong(select(TABLE).where(TABLE.c.place > bindparam("above")), [TABLE.c.key, TABLE.c.place])
    by_key = HotAmong(select(TABLE.c.key, func.count()).group_by(TABLE.c.key), [TABLE.c.key])
    with database.write() as db:
        TABLE.create(db)
        things.run(db, [])
        things.run(db, ROWS)
        everywhere = -(2**63)
        assert sorted(among.all(db, [row[:2] for row in ROWS], everywhere)) == sorted(ROWS)
        assert among.all(db, [(b"x", 3), (b"x", 4), (b"y", 3)], 0) == [ROWS[3]]
        assert among.all(db, [(b"x", 3)], 3) == among.all(db, [], 0) == []
        assert sorted(by_key.all(db, [(b"x",), (b"y",), (b"",)])) == [(b"", 1), (b"x", 2)]
        TABLE.drop(db)


def test_many_rows_keep_the_rules_of_their_table(database: Database) -> None:
    things = HotMany(insert(TABLE), TABLE)
    with database.write() as db:
        TABLE.create(db)
        with pytest.raises(IntegrityError):
            things.run(db, [ROWS[0], ROWS[0]])
        db.rollback()


def test_a_statement_is_compiled_once_for_reading_writing_and_whoever_opens_the_database(
    database: Database, chosen_settings: Settings
) -> None:
    asked_nowhere_else = select(accounts.c.id).where(accounts.c.bio == accounts.c.name).order_by(accounts.c.bio)
    with database.read() as db:
        db.execute(asked_nowhere_else).all()
    compiled = len(COMPILED)
    with database.write() as db:
        db.execute(asked_nowhere_else).all()
    with closing(open_database(chosen_settings)) as another, another.read() as db:
        db.execute(asked_nowhere_else).all()
    assert len(COMPILED) == compiled
