"""Search in PostgreSQL's tsvector, in its `simple` configuration: every language is only words."""

import re

from sqlalchemy import text

from onstage.db.engine import Connection


class TsVector:
    """The index as one table with a generated tsvector."""

    def index(self, db: Connection, kind: str, id_: int, words: str) -> None:
        """Keep these words for that thing, instead of what was kept before."""
        db.execute(
            text(
                "INSERT INTO search_words (id, kind, words) VALUES (:id, :kind, :words)"
                " ON CONFLICT (id) DO UPDATE SET words = excluded.words"
            ),
            {"id": id_, "kind": kind, "words": words},
        )

    def forget(self, db: Connection, kind: str, id_: int) -> None:
        """Keep nothing for that thing."""
        db.execute(text("DELETE FROM search_words WHERE id = :id AND kind = :kind"), {"id": id_, "kind": kind})

    def rewrite(self, db: Connection) -> None:
        """Nothing to do: an index entry goes with its row."""

    def find(self, db: Connection, kind: str, query: str, limit: int) -> list[int]:
        """Ids of things with all words of the query (the last may be a beginning), best first."""
        words = re.findall(r"\w+", query)[:10]
        if not words:
            return []
        rows = db.execute(
            text(
                "SELECT id FROM search_words, to_tsquery('simple', :sought) AS sought"
                " WHERE document @@ sought AND kind = :kind ORDER BY ts_rank(document, sought) DESC, id DESC LIMIT :limit"
            ),
            {"sought": " & ".join(f"{word}:*" for word in words), "kind": kind, "limit": limit},
        )
        return list(rows.scalars())
