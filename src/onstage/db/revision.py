"""Which revision a database has and which one this version needs; asked at every start, so without alembic."""

from pathlib import Path

from sqlalchemy import inspect, text

from onstage.db.engine import Database

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def newest() -> str:
    """The revision that this version needs: migrations are numbered in order."""
    return max(path.name.split("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


def current(database: Database) -> str | None:
    """The revision that the database has, None when it is empty."""
    with database.read() as db:
        if not inspect(db).has_table("alembic_version"):
            return None
        revision: str | None = db.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return revision
