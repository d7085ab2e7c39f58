"""The tables that the migrations make are the ones that the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from onstage.db.engine import Database, metadata


def test_the_models_are_what_the_migrations_make(database: Database) -> None:
    with database.migrating() as db:
        options = {"compare_type": True, "include_name": _is_ours}
        found = compare_metadata(MigrationContext.configure(db, opts=options), metadata)
    # What an added column of SQLite does when its target goes is not reflected; PostgreSQL compares it.
    keys = {"add_fk", "remove_fk"} if database.kind == "sqlite" else set()
    assert [each for each in found if each[0] not in keys] == []


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """The index of words is made by hand: it is another thing on each database."""
    return kind != "table" or not (name or "").startswith(("search_words", "alembic"))
