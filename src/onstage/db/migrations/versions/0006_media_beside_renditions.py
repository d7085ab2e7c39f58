"""What is made of a clip beside its renditions, and captions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clip_media",
        sa.Column("clip_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("placeholder", sa.Text(), server_default="", nullable=False),
        sa.Column("cover_tiny", sa.Text(), nullable=True),
        sa.Column("scrub", sa.Text(), nullable=True),
        sa.Column("scrub_width", sa.Integer(), server_default="0", nullable=False),
        sa.Column("scrub_height", sa.Integer(), server_default="0", nullable=False),
        sa.Column("scrub_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("scrub_us", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("preview", sa.Text(), nullable=True),
        sa.Column("loudness", sa.Integer(), nullable=True),
        sa.Column("gain", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sound_note", sa.Text(), server_default="", nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("languages", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["clips.id"], name=op.f("fk_clip_media_clip_id_clips"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clip_id", name=op.f("pk_clip_media")),
    )
    for column in ("cover_tiny", "scrub", "preview"):
        op.create_index(f"ix_clip_media_{column}", "clip_media", [column])
    op.create_table(
        "captions",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_captions_clip_id_clips"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clip_id", "language", name=op.f("pk_captions")),
    )
