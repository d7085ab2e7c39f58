"""Tables of the vault: what the law obliges the server to keep, apart from all that is served (consent.md R16)."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from onstage.db.engine import COMPACT, Id, metadata

vault_items = Table(
    "vault_items",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="SET NULL")),  # NULL: the clip is gone
    Column("kept_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),  # its own key, sealed under one made of the server's secret
    Column("record", LargeBinary, nullable=False),  # JSON (moderation/preserving.py), sealed under that key
    Index("ix_vault_items_clip", "clip_id"),
    Index("ix_vault_items_until", "until"),
)

vault_pieces = Table(  # the files of an item; neither `source` nor `key`: it was not there any more
    "vault_pieces",
    metadata,
    Column("item_id", BigInteger, ForeignKey("vault_items.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),  # film, cover
    Column("source", Text),  # object key of what is still to be copied
    Column("key", Text),  # object key of the sealed copy
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    Index("ix_vault_pieces_source", "source"),
    Index("ix_vault_pieces_key", "key"),
    **COMPACT,
)

vault_log = Table(  # what was done with each item; outlasts it, and says nothing about what it was
    "vault_log",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("item_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("act", Text, nullable=False),  # one of Done, ending/vault.py
)
