"""Asking again: the cover that waits beside what is published."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "covers_aside",
        sa.Column("clip_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cover", sa.Text(), nullable=False),
        sa.Column("cover_small", sa.Text(), nullable=False),
        sa.Column("cover_tiny", sa.Text(), nullable=False),
        sa.Column("placeholder", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["clips.id"], name=op.f("fk_covers_aside_clip_id_clips"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clip_id", name=op.f("pk_covers_aside")),
    )
    for name in ("cover", "cover_small", "cover_tiny"):
        op.create_index(f"ix_covers_aside_{name}", "covers_aside", [name], unique=False)
