"""Trimmed clips: which part was chosen, and the film that waits aside; renditions in AV1."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("renditions", sa.Column("aside", sa.Integer(), server_default="0", nullable=False))
    op.add_column("clip_media", sa.Column("av1_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "trims",
        sa.Column("clip_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("to_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("aside_us", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("words", sa.Text(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_trims_clip_id_clips"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clip_id", name=op.f("pk_trims")),
    )
