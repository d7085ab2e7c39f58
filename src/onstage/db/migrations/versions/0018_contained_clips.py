"""Which clips contain a part of others, and which may be contained."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contained",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("from_us", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("to_us", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("taking_out", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_contained_clip_id_clips"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contained")),
    )
    op.create_index("ix_contained_clip", "contained", ["clip_id"])
    op.create_index("ix_contained_source", "contained", ["source_id"])
    for table in ("clips", "clip_caps"):
        op.add_column(table, sa.Column("takes", sa.Integer(), server_default="0", nullable=False))
