"""Tables of moderation."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

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

claims = Table(  # "I am in this", "my child is in this", "this is intimate" (consent.md R7)
    "claims",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),  # of the link that follows the case
    Column("what", Text, nullable=False),  # me, child, intimate
    Column("minor", Integer, nullable=False),  # 1: for somebody under 18, or whose age was not said
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE")),  # NULL: of a profile
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),  # whose it is
    Column("author_id", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("claimant_id", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),  # NULL: a guest
    Column("claimant_key", LargeBinary, nullable=False),  # keyed: the same claimant, whoever that is
    Column("words", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),
    Column("waits_for_look", Integer, nullable=False, server_default="0"),  # 1: holds only once a moderator has looked
    Column("spread_before", Integer, nullable=False, server_default="0"),  # 1: was recommended, 2: left the server
    Column("opened_at", BigInteger, nullable=False),
    Column("answer_until", BigInteger, nullable=False),
    Column("decide_until", BigInteger),  # NULL: nothing to decide
    Column("contest", Text, nullable=False, server_default=""),  # why the account contests it
    Column("appeal", Text, nullable=False, server_default=""),  # why a decision is asked for once more
    Column("appealed_by", Text),  # claimant, account
    Column("looked_at", BigInteger),
    Column("looked_by", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("decided_at", BigInteger),
    Column("decided_by", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("decision", Text, nullable=False, server_default=""),  # the reason, for both sides
    Index("ix_claims_state", "state", "decide_until"),
    Index("ix_claims_claimant", "claimant_key", "decided_at"),
    Index("ix_claims_account", "account_id", "id"),
    Index("ix_claims_clip", "clip_id"),
)

claim_appearances = Table(  # who appears in the clip if a claim is true, where that is somebody here
    "claim_appearances",
    metadata,
    Column("claim_id", BigInteger, ForeignKey("claims.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("named", Integer, nullable=False, server_default="0"),  # 1: they are named in it because of this claim
    Index("ix_claim_appearances_person", "person_id"),
)
