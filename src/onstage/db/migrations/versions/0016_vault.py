"""The vault: what the law obliges the server to keep."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vault_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("clip_id", sa.BigInteger(), nullable=True),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["clips.id"], name=op.f("fk_vault_items_clip_id_clips"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_items")),
    )
    op.create_index("ix_vault_items_clip", "vault_items", ["clip_id"], unique=False)
    op.create_index("ix_vault_items_until", "vault_items", ["until"], unique=False)
    op.create_table(
        "vault_pieces",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["vault_items.id"], name=op.f("fk_vault_pieces_item_id_vault_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "name", name=op.f("pk_vault_pieces")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_vault_pieces_source", "vault_pieces", ["source"], unique=False)
    op.create_index("ix_vault_pieces_key", "vault_pieces", ["key"], unique=False)
    op.create_table(
        "vault_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_log")),
    )
