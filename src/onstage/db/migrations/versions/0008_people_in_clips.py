"""Who answers by a link for minors who are not here; whom a claim names; who wants to be gone from a clip."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "label_guardians",
        sa.Column("label_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mail", sa.Text(), server_default="", nullable=False),
        sa.Column("named_by", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        _cascade("label_guardians", "label_id", "clip_labels.id"),
        _cascade("label_guardians", "named_by", "people.id", "SET NULL"),
        sa.PrimaryKeyConstraint("label_id", name=op.f("pk_label_guardians")),
    )
    op.create_table(
        "label_links",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _cascade("label_links", "label_id", "label_guardians.label_id"),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_label_links")),
    )
    op.create_index("ix_label_links_label", "label_links", ["label_id"])
    op.create_table(
        "label_yeses",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("leaves", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        _cascade("label_yeses", "clip_id", "clips.id"),
        _cascade("label_yeses", "label_id", "clip_labels.id"),
        sa.PrimaryKeyConstraint("clip_id", "version", "label_id", name=op.f("pk_label_yeses")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_label_yeses_label", "label_yeses", ["label_id"])
    op.create_table(
        "claim_appearances",
        sa.Column("claim_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("named", sa.Integer(), server_default="0", nullable=False),
        _cascade("claim_appearances", "claim_id", "claims.id"),
        _cascade("claim_appearances", "person_id", "people.id"),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claim_appearances")),
    )
    op.create_index("ix_claim_appearances_person", "claim_appearances", ["person_id"])
    op.create_table(
        "departures",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        _cascade("departures", "clip_id", "clips.id"),
        _cascade("departures", "person_id", "people.id"),
        sa.PrimaryKeyConstraint("clip_id", "person_id", name=op.f("pk_departures")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_departures_person", "departures", ["person_id"])
    op.create_table(
        "clip_coauthors",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _cascade("clip_coauthors", "clip_id", "clips.id"),
        _cascade("clip_coauthors", "account_id", "accounts.id"),
        _cascade("clip_coauthors", "asked_by", "people.id", "SET NULL"),
        sa.PrimaryKeyConstraint("clip_id", "account_id", name=op.f("pk_clip_coauthors")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_clip_coauthors_account", "clip_coauthors", ["account_id", "clip_id"])
    op.create_table(
        "account_endings",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        _cascade("account_endings", "account_id", "accounts.id"),
        _cascade("account_endings", "person_id", "people.id", "SET NULL"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_endings")),
    )


def _cascade(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)
