"""Covers in AVIF, beside those in WebP."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("cover_avif", "cover_small_avif", "cover_tiny_avif"):
        op.add_column("clip_media", sa.Column(column, sa.Text(), nullable=True))
        op.create_index(f"ix_clip_media_{column}", "clip_media", [column])
