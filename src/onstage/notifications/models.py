"""Tables of notifications: one row a thing to be told, however many people did it."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from onstage.db.engine import COMPACT, Id, metadata


def _account(name: str, *, needed: bool = True, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=not needed, primary_key=key)


tidings = Table(
    "tidings",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    _account("account_id"),  # who is told
    Column("kind", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),  # what it is about, by kind: a clip, a comment, an account
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE")),
    Column("at", BigInteger, nullable=False),  # the latest
    Column("unread", Integer, nullable=False, server_default="1"),
    UniqueConstraint("account_id", "kind", "subject_id"),
    Index("ix_tidings_account", "account_id", "at"),
    Index("ix_tidings_unread", "account_id", "unread"),
)

tiding_people = Table(  # whose doing it was: each account once
    "tiding_people",
    metadata,
    Column("tiding_id", BigInteger, ForeignKey("tidings.id", ondelete="CASCADE"), primary_key=True),
    _account("account_id", key=True),
    Column("at", BigInteger, nullable=False),
    Index("ix_tiding_people_account", "account_id"),
    **COMPACT,
)

tiding_choices = Table(  # what a person wants of a kind, where that is not the default
    "tiding_choices",
    metadata,
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("inbox", Integer, nullable=False),
    Column("push", Integer, nullable=False),
    **COMPACT,
)

digests = Table(  # who gets a letter a day about what they have not read
    "digests",
    metadata,
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("sent_at", BigInteger, nullable=False),
)

devices = Table(  # browsers that may be woken (Push API)
    "devices",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("endpoint", Text, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),  # P-256, uncompressed
    Column("auth", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_devices_person", "person_id"),
)
