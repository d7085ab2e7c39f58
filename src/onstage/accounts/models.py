"""Tables of people, accounts and relations. Instants are UTC microseconds; yes and no are 1 and 0."""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from onstage.db.engine import COMPACT, Id, metadata


class Kind(StrEnum):
    """What an account is."""

    PERSONAL = "personal"
    JOINT = "joint"


class Role(StrEnum):
    """A member's role in an account."""

    OWNER = "owner"
    EDITOR = "editor"
    CREATOR = "creator"


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=False)


def _person(name: str = "person_id") -> Column[int]:
    return Column(name, BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False)


def _account(name: str) -> Column[int]:
    return Column(name, BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)


people = Table(
    "people",
    metadata,
    _id(),
    Column("birth_date", Text),  # ISO date, never shown; NULL: unknown age
    Column("zone", Text, nullable=False),  # IANA name
    Column("band", Text, nullable=False),
    Column("band_until", BigInteger),  # when the band changes; past: read the stricter one
    Column("password_hash", Text),
    Column("mail", Text),
    Column("locale", Text, nullable=False, server_default=""),
    Column("is_server_owner", Integer, nullable=False, server_default="0"),
    Column("sees_marked", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("handle", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("bio", Text, nullable=False, server_default=""),
    Column("kind", Text, nullable=False),
    Column("avatar", Text),  # object key
    Column("hand_accepts", Integer, nullable=False, server_default="0"),  # followers accepted by hand
    Column("counts_shown", Integer, nullable=False, server_default="1"),
    Column("created_at", BigInteger, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("role", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Index("ix_members_person", "person_id"),
    **COMPACT,
)

sessions = Table(  # a browser that is signed in, or an API token: both are a secret that stands for a person
    "sessions",
    metadata,
    _id(),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),  # SHA-256
    _person(),
    _account("account_id"),  # acting as
    Column("kind", Text, nullable=False),  # browser, token
    Column("name", Text, nullable=False),  # what the person calls it, or the browser's own description
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("checked_at", BigInteger, nullable=False),  # last sign-in check (R1 of the consent rules)
    Index("ix_sessions_person", "person_id"),
)

passkeys = Table(
    "passkeys",
    metadata,
    _id(),
    _person(),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("ix_passkeys_person", "person_id"),
)

challenges = Table(  # WebAuthn challenges, each good for one answer within minutes
    "challenges",
    metadata,
    Column("challenge", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("person_id", BigInteger),
    Column("until", BigInteger, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    _person(),
    Index("ix_recovery_codes_person", "person_id"),
)

links = Table(  # one-time links: become the owner, an invitation, a new way to sign in
    "links",
    metadata,
    Column("secret_hash", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE")),
    Column("made_by", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("created_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)

attempts = Table(  # failed sign-ins, for throttling on any number of machines
    "attempts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("key", LargeBinary, nullable=False),  # keyed hash of a handle or an address
    Column("at", BigInteger, nullable=False),
    Index("ix_attempts_key_at", "key", "at"),
)

follows = Table(
    "follows",
    metadata,
    Column("follower_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("target_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("accepted", Integer, nullable=False),
    Column("by_hand", Integer, nullable=False, server_default="0"),
    Column("at", BigInteger, nullable=False),
    Index("ix_follows_target", "target_id", "accepted", "at"),
    **COMPACT,
)

blocks = Table(
    "blocks",
    metadata,
    Column("blocker_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("blocked_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("ix_blocks_blocked", "blocked_id"),
    **COMPACT,
)

mutes = Table(
    "mutes",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("muted_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    **COMPACT,
)

choices = Table(  # rows of the age table that a person has loosened or tightened for themselves
    "choices",
    metadata,
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("row", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    **COMPACT,
)

ledger = Table(  # append-only, one chain; what an entry says lies beside its commitment and can go without breaking it
    "ledger",
    metadata,
    Column("position", Id, primary_key=True, autoincrement=False),  # 1, 2, 3 … without gaps
    Column("act", Text, nullable=False),  # JSON with aliases instead of names
    Column("act_salt", LargeBinary, nullable=False),
    Column("fields", LargeBinary, nullable=False),  # salt and JSON, sealed under the keys of all whom it concerns
    Column("fields_commitment", LargeBinary, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("signer", LargeBinary, nullable=False),  # public key, Ed25519
    Column("signature", LargeBinary, nullable=False),
)

ledger_head = Table(  # one row: an append locks it, so that two of them can't both be the next
    "ledger_head",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),  # of this ledger: 128 random bits
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

ledger_signers = Table(  # public keys that have signed, oldest first, each handed over by the one before it
    "ledger_signers",
    metadata,
    Column("public", LargeBinary, primary_key=True),
    Column("since", BigInteger, nullable=False),  # position of its first entry
    Column("before", LargeBinary),
    Column("handed_over", LargeBinary),  # signature by `before`; NULL: the first, or the old secret was not given
)

ledger_keys = Table(  # one row a person, clip or account that the ledger names; without it nobody knows whom it meant
    "ledger_keys",
    metadata,
    Column("kind", Text, primary_key=True),  # person, clip, account
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("alias", Text, nullable=False, unique=True),
    Column("key", LargeBinary, nullable=False),
    **COMPACT,
)

ledger_mentions = Table(  # which entries name an alias; `opens`: its person may read the entry
    "ledger_mentions",
    metadata,
    Column("alias", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("opens", Integer, nullable=False),
    **COMPACT,
)
