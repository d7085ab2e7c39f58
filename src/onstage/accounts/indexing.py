"""Keeping the index of words in step with accounts."""

from sqlalchemy import select

from onstage.accounts.models import accounts
from onstage.db.engine import Connection
from onstage.search import Search


def index(db: Connection, search: Search, account: int) -> None:
    """Index the handle, name and bio of an account; forget those of one that is gone."""
    row = db.execute(select(accounts).where(accounts.c.id == account)).one_or_none()
    if row is None:
        search.forget(db, "account", account)
    else:
        search.index(db, "account", account, f"{row.handle} {row.name} {row.bio}")
