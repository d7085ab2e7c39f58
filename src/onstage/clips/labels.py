"""Who is in a clip without being here, as rows: labels, who answers for the minors among them, and by which links."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from onstage.db.engine import COMPACT, Id, metadata

clip_labels = Table(  # who is in it without being here: only words, and whether they are a minor
    "clip_labels",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), nullable=False),
    Column("words", Text, nullable=False),  # empty: nobody wrote them; a no by a link has come over (R1)
    Column("minor", Integer, nullable=False),  # 1: also where the age is not stated
    Column("from_us", BigInteger, nullable=False, server_default="0"),
    Column("to_us", BigInteger),
    Column("named_by", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("at", BigInteger, nullable=False),
    Column("waits", Integer, nullable=False, server_default="0"),  # 1: of a version beside what is published
    Index("ix_clip_labels_clip", "clip_id"),
)

label_guardians = Table(  # who answers for a minor who is not here, by a link: a yes, a no, withdrawn for ever (R5)
    "label_guardians",
    metadata,
    Column(
        "label_id", BigInteger, ForeignKey("clip_labels.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("mail", Text, nullable=False, server_default=""),  # empty: the link was handed over
    Column("named_by", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("at", BigInteger, nullable=False),
    Column("written_at", BigInteger),  # when the last letter went out
    Column("answered_at", BigInteger),  # from then on no link is made but for letters to them
)

label_links = Table(  # each letter has a link of its own; every one goes on for ever, also into later clips of the film
    "label_links",
    metadata,
    Column("secret_hash", LargeBinary, primary_key=True),
    Column("label_id", BigInteger, ForeignKey("label_guardians.label_id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("ix_label_links_label", "label_id"),
    **COMPACT,
)

label_yeses = Table(  # as clip_yeses, of those who answer by a link
    "label_yeses",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("label_id", BigInteger, ForeignKey("clip_labels.id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("leaves", Integer, nullable=False, server_default="0"),
    Column("used", Integer, nullable=False, server_default="0"),
    Index("ix_label_yeses_label", "label_id"),
    **COMPACT,
)
