"""Yes beforehand: what a guardian agrees to before it is made, and which yeses to a version come from that."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "yeses_beforehand",
        sa.Column("minor_id", sa.BigInteger(), nullable=False),
        sa.Column("guardian_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["minor_id"], ["people.id"], name=op.f("fk_yeses_beforehand_minor_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["people.id"], name=op.f("fk_yeses_beforehand_guardian_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_yeses_beforehand_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("minor_id", "guardian_id", "account_id", "width", name=op.f("pk_yeses_beforehand")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_yeses_beforehand_guardian", "yeses_beforehand", ["guardian_id"])
    op.create_index("ix_yeses_beforehand_account", "yeses_beforehand", ["account_id"])
    op.add_column("clip_yeses", sa.Column("beforehand", sa.Text(), nullable=True))
