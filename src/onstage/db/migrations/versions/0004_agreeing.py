"""Agreeing about clips: versions, yeses, limits, appearances, whom a clip waits for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withdrawn",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawn")),
    )
    op.create_index("ix_withdrawn_at", "withdrawn", ["at"], unique=False)
    op.create_table(
        "never_by",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_never_by_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_never_by_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "account_id", name=op.f("pk_never_by")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "appearances",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("named_by", sa.BigInteger(), nullable=True),
        sa.Column("from_us", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("to_us", sa.BigInteger(), nullable=True),
        sa.Column("sticks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_appearances_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_appearances_clip_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["named_by"], ["people.id"], name=op.f("fk_appearances_named_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_appearances_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clip_id", "person_id", name=op.f("pk_appearances")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_appearances_person", "appearances", ["person_id"], unique=False)
    op.create_table(
        "clip_caps",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("giver_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("recommended", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("over", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_clip_caps_clip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clip_id", "giver_id", name=op.f("pk_clip_caps")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "clip_consents",
        sa.Column("clip_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("shown", sa.Integer(), nullable=True),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("by_hand", sa.Integer(), server_default="0", nullable=False),
        sa.Column("basis", sa.Text(), server_default="[]", nullable=False),
        sa.Column("reminded_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_clip_consents_clip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clip_id", name=op.f("pk_clip_consents")),
    )
    op.create_index("ix_clip_consents_asked", "clip_consents", ["asked_at"], unique=False)
    op.create_index("ix_clip_consents_due", "clip_consents", ["due_at"], unique=False)
    op.create_table(
        "clip_labels",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("from_us", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("to_us", sa.BigInteger(), nullable=True),
        sa.Column("named_by", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_clip_labels_clip_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["named_by"], ["people.id"], name=op.f("fk_clip_labels_named_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clip_labels")),
    )
    op.create_index("ix_clip_labels_clip", "clip_labels", ["clip_id"], unique=False)
    op.create_table(
        "clip_versions",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("appears", sa.Text(), server_default="[]", nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_clip_versions_clip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clip_id", "number", name=op.f("pk_clip_versions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "clip_yeses",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("leaves", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_clip_yeses_clip_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_clip_yeses_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clip_id", "version", "person_id", name=op.f("pk_clip_yeses")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_clip_yeses_person", "clip_yeses", ["person_id"], unique=False)
    op.create_table(
        "concerned",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_concerned_clip_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_concerned_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clip_id", "person_id", name=op.f("pk_concerned")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_concerned_person", "concerned", ["person_id", "since"], unique=False)
    op.create_table(
        "wishes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("known", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_wishes_clip_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_wishes_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wishes")),
    )
    op.create_index("ix_wishes_clip", "wishes", ["clip_id"], unique=False)
    op.create_index("ix_wishes_person", "wishes", ["person_id"], unique=False)
    # WARNING: constraint name is None; this directive will fail as
    # rendered.  Add a name, or use a naming convention; see
    # https://alembic.sqlalchemy.org/en/latest/naming.html
