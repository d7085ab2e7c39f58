"""Tables of the feeds: rankings, made anew by a job."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table

from onstage.db.engine import COMPACT, metadata

rankings = Table(  # the most liked public clips; a generation never changes, so that a reader can page through it
    "rankings",
    metadata,
    Column("generation", BigInteger, primary_key=True, autoincrement=False),
    Column("rank", Integer, primary_key=True, autoincrement=False),
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), nullable=False, index=True),
    **COMPACT,
)
