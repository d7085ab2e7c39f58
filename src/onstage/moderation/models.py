"""Tables of moderation."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from onstage.db.engine import Id, metadata

reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="SET NULL")),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE")),  # who is reported
    Column("comment_id", BigInteger, ForeignKey("comments.id", ondelete="SET NULL")),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),  # who made it
    Column("reporter_id", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("reason", Text, nullable=False),
    Column("words", Text, nullable=False, server_default=""),
    Column("at", BigInteger, nullable=False),
    Column("settled_at", BigInteger),
    Column("settled_by", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("outcome", Text),
    Column("settled_words", Text, nullable=False, server_default=""),  # the reason, for those who settle
    Index("ix_reports_open", "settled_at", "at"),
)
