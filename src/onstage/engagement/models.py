"""Tables of engagement. `plays` is the event log; its positions have no gaps."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from onstage.db.engine import COMPACT, Id, metadata

plays = Table(
    "plays",
    metadata,
    Column("position", Id, primary_key=True, autoincrement=False),  # 1, 2, 3 … in the order of commit
    Column("event", LargeBinary, nullable=False, unique=True),  # the player's own id of the event: counts once
    Column("clip_id", BigInteger, nullable=False),
    Column("viewer", LargeBinary, nullable=False),  # an account's id or a guest's salted daily identifier
    Column("kind", Text, nullable=False),  # impression, start, progress, end, not_interested
    Column("surface", Text, nullable=False),
    Column("watched_ms", Integer, nullable=False),
    Column("loops", Integer, nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Index("ix_plays_clip", "clip_id", "position"),
    Index("ix_plays_received", "received_at"),
)

seen = Table(  # which clips a viewer has had on screen, for feeds that do not repeat themselves
    "seen",
    metadata,
    Column("viewer", LargeBinary, primary_key=True),
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("ix_seen_at", "at"),
    **COMPACT,
)

likes = Table(
    "likes",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_likes_account", "account_id", "at"),
    **COMPACT,
)

saves = Table(
    "saves",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_saves_account", "account_id", "at"),
    **COMPACT,
)

comments = Table(
    "comments",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("parent_id", BigInteger, ForeignKey("comments.id", ondelete="CASCADE")),
    Column("words", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_comments_clip", "clip_id", "parent_id", "id"),
    Index("ix_comments_account", "account_id"),
)

counts = Table(  # changed in the transaction that changes what is counted
    "counts",
    metadata,
    Column("clip_id", Id, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("likes", Integer, nullable=False, server_default="0"),
    Column("comments", Integer, nullable=False, server_default="0"),
    Column("saves", Integer, nullable=False, server_default="0"),
)
