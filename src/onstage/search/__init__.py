"""Finding by words: one index, an adapter for each database."""

from typing import Protocol

from onstage.db.engine import Connection


class Search(Protocol):
    """An index of words under (kind, id); `kind` is `clip` or `account`."""

    def index(self, db: Connection, kind: str, id_: int, words: str) -> None:
        """Keep these words for that thing, instead of what was kept before."""

    def forget(self, db: Connection, kind: str, id_: int) -> None:
        """Keep nothing for that thing."""

    def rewrite(self, db: Connection) -> None:
        """Leave nothing of what was forgotten in the index's own pages."""

    def find(self, db: Connection, kind: str, query: str, limit: int) -> list[int]:
        """Ids of things with all words of the query (the last may be a beginning), best first."""
        ...
