"""Scans of signed forms, kept until somebody has decided."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_scans",
        sa.Column("vouching_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vouching_id"], ["vouchings.id"], name=op.f("fk_form_scans_vouching_id_vouchings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("vouching_id", name=op.f("pk_form_scans")),
    )
