"""A link by which a guardian answers leads to each clip of the film; words to whoever asks about a portrait; proof of age."""

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
    op.create_table(
        "portrait_wishes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("known", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["portraits.account_id"],
            name=op.f("fk_portrait_wishes_account_id_portraits"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_portrait_wishes_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portrait_wishes")),
    )
    op.create_index("ix_portrait_wishes_account", "portrait_wishes", ["account_id"])
    op.create_index("ix_portrait_wishes_person", "portrait_wishes", ["person_id"])
    op.add_column("people", sa.Column("age_proved", sa.Integer(), server_default="0", nullable=False))
