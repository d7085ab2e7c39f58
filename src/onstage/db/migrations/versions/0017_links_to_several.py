"""A link by which a guardian answers leads to each clip of the film."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("label_links", "label_links_before")
    op.drop_index("ix_label_links_label", table_name="label_links_before")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("pk_label_links", "label_links_before")
    op.create_table(
        "label_links",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["label_id"],
            ["label_guardians.label_id"],
            name=op.f("fk_label_links_label_id_label_guardians"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("secret_hash", "label_id", name=op.f("pk_label_links")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO label_links (secret_hash, label_id, at) SELECT secret_hash, label_id, at FROM label_links_before"
    )
    op.drop_table("label_links_before")
    op.create_index("ix_label_links_label", "label_links", ["label_id"])
