"""Tables of portraits: what waits for yeses, who has said what, and what a no took away. Instants are UTC microseconds."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from onstage.db.engine import COMPACT, Id, metadata


def _account(of: str = "portraits.account_id") -> Column[int]:
    key = ForeignKey(of, ondelete="CASCADE")
    return Column("account_id", BigInteger, key, primary_key=True, autoincrement=False)


def _person() -> Column[int]:
    return Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)


portraits = Table(  # what a joint account with minors shows of itself: its versions, and the one that waits for yeses
    "portraits",
    metadata,
    _account("accounts.id"),
    Column("last", BigInteger, nullable=False, server_default="0"),  # the highest number a version was given
    Column("shown", BigInteger),  # NULL: what is shown was never asked about
    Column("asked", BigInteger),  # NULL: nothing waits, and what follows is empty
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),  # who asks
    Column("name", Text, nullable=False, server_default=""),
    Column("handle", Text, nullable=False, server_default=""),
    Column("bio", Text, nullable=False, server_default=""),
    Column("avatar", Text),  # object key
    Column("asked_at", BigInteger),
    Column("reminded_at", BigInteger),
    Index("ix_portraits_asked_at", "asked_at"),
)

portrait_yeses = Table(  # to the version that waits
    "portrait_yeses",
    metadata,
    _account(),
    _person(),
    Column("at", BigInteger, nullable=False),
    Index("ix_portrait_yeses_person", "person_id"),
    **COMPACT,
)

portrait_noes = Table(  # to what is shown: it is withheld until each of them is taken back
    "portrait_noes",
    metadata,
    _account(),
    _person(),
    Column("since", BigInteger, nullable=False),
    Index("ix_portrait_noes_person", "person_id"),
    **COMPACT,
)

portraits_withheld = Table(  # what a no took away, to come back once all noes are taken back
    "portraits_withheld",
    metadata,
    _account(),
    Column("name", Text, nullable=False),
    Column("bio", Text, nullable=False),
    Column("avatar", Text),  # object key
)

portraits_concerned = Table(  # who sees the version that waits: whose yes is missing, and whose no would end it
    "portraits_concerned",
    metadata,
    _account(),
    _person(),
    Column("answers", Integer, nullable=False),  # 1: their yes is missing
    Index("ix_portraits_concerned_person", "person_id"),
    **COMPACT,
)

portrait_wishes = Table(  # what somebody who is asked wrote to whoever asks; without a name unless they want it known
    "portrait_wishes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, ForeignKey("portraits.account_id", ondelete="CASCADE"), nullable=False),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("words", Text, nullable=False),
    Column("known", Integer, nullable=False, server_default="0"),
    Column("at", BigInteger, nullable=False),
    Index("ix_portrait_wishes_account", "account_id"),
    Index("ix_portrait_wishes_person", "person_id"),
)
