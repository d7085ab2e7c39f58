"""PostgreSQL through psycopg."""

import psycopg
from psycopg.abc import Buffer
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from onstage.db.engine import COMPILED, Alike, Database
from onstage.errors import Invalid


class _Words(StrDumperUnknown):
    """Text on its way in. PostgreSQL can't hold the character 0, and nobody types it by accident."""

    def dump(self, obj: str) -> Buffer | None:
        if "\0" in obj:
            raise Invalid("Something in this has a character that can't be kept. Nothing was changed.")
        return super().dump(obj)


class Dialect(Alike, PGDialect_psycopg):
    """SQLAlchemy's own."""

    supports_statement_cache = True


def open_postgres(url: str) -> Database:
    """The database that `postgresql://…` names. Words with the character 0 raise Invalid."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+onstage"),
        pool_size=16,
        max_overflow=16,
        pool_use_lifo=True,
        hide_parameters=True,
        execution_options={"compiled_cache": COMPILED},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: "psycopg.Connection[tuple[object, ...]]", _record: object) -> None:
        connection.adapters.register_dumper(str, _Words)

    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Database("postgresql", reading=reading, writing=engine)


registry.register("postgresql.onstage", __name__, "Dialect")
