"""Search in SQLite's FTS5, with its own secure delete."""

import re

from sqlalchemy import text

from onstage.db.engine import Connection


class Fts:
    """The index as one FTS5 table; a row's number is the thing's id, which is unique over all kinds."""

    def index(self, db: Connection, kind: str, id_: int, words: str) -> None:
        """Keep these words for that thing, instead of what was kept before."""
        self.forget(db, kind, id_)
        db.execute(
            text("INSERT INTO search_words (rowid, kind, words) VALUES (:id, :kind, :words)"),
            {"id": id_, "kind": f"kind{kind}", "words": words},
        )

    def forget(self, db: Connection, kind: str, id_: int) -> None:  # noqa: ARG002
        """Keep nothing for that thing."""
        db.execute(text("DELETE FROM search_words WHERE rowid = :id"), {"id": id_})

    def rewrite(self, db: Connection) -> None:
        """Make the index anew out of what is kept: its own secure delete leaves the numbers of rows in its page lists."""
        db.execute(text("INSERT INTO search_words (search_words) VALUES ('rebuild')"))

    def find(self, db: Connection, kind: str, query: str, limit: int) -> list[int]:
        """Ids of things with all words of the query (the last may be a beginning), best first."""
        words = re.findall(r"\w+", query)[:10]
        if not words:
            return []
        sought = " AND ".join(f'words : "{word}"*' for word in words)
        rows = db.execute(
            text("SELECT rowid FROM search_words WHERE search_words MATCH :sought ORDER BY rank LIMIT :limit"),
            {"sought": f"kind : kind{kind} AND {sought}", "limit": limit},
        )
        return list(rows.scalars())
