"""Asking again: the cover that waits, what each version showed, and which one somebody last agreed to."""

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
        sa.Column("cover_avif", sa.Text(), nullable=True),
        sa.Column("cover_small_avif", sa.Text(), nullable=True),
        sa.Column("cover_tiny_avif", sa.Text(), nullable=True),
        sa.Column("placeholder", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["clips.id"], name=op.f("fk_covers_aside_clip_id_clips"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clip_id", name=op.f("pk_covers_aside")),
    )
    for name in ("cover", "cover_small", "cover_tiny", "cover_avif", "cover_small_avif", "cover_tiny_avif"):
        op.create_index(f"ix_covers_aside_{name}", "covers_aside", [name], unique=False)
    for name in ("clip_labels", "clip_coauthors"):
        op.add_column(name, sa.Column("waits", sa.Integer(), server_default="0", nullable=False))
    op.add_column("clip_versions", sa.Column("seen", sa.Text(), server_default="", nullable=False))
    op.add_column("concerned", sa.Column("leaves", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "last_yeses",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("giver_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["clips.id"], name=op.f("fk_last_yeses_clip_id_clips"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clip_id", "giver_id", name=op.f("pk_last_yeses")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_last_yeses_giver", "last_yeses", ["giver_id"], unique=False)
    # Who was asked before the upgrade may say yes to its leaving too; where that isn't needed, it counts for nothing.
    op.execute("UPDATE concerned SET leaves = 1 WHERE why = 'answer'")
