"""Joint accounts, guardians, one value per setter, time of watching, notices."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "server_choices",
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_server_choices")),
    )
    op.create_table(
        "account_choices",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("setter_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_choices_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["setter_id"], ["people.id"], name=op.f("fk_account_choices_setter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "row", "setter_id", name=op.f("pk_account_choices")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("account_choices", schema=None) as batch_op:
        batch_op.create_index("ix_account_choices_setter", ["setter_id"], unique=False)

    op.create_table(
        "guardianships",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("guardian_id", sa.BigInteger(), nullable=False),
        sa.Column("minor_id", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("accepted_by", sa.BigInteger(), nullable=True),
        sa.Column("is_full", sa.Integer(), server_default="0", nullable=False),
        sa.Column("full_at", sa.BigInteger(), nullable=True),
        sa.Column("agreement", sa.Text(), server_default="all", nullable=False),
        sa.Column("absence_counts", sa.Integer(), server_default="1", nullable=False),
        sa.Column("reminders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reminded_at", sa.BigInteger(), nullable=True),
        sa.Column("absent_since", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("end", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["people.id"], name=op.f("fk_guardianships_accepted_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["people.id"], name=op.f("fk_guardianships_guardian_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["minor_id"], ["people.id"], name=op.f("fk_guardianships_minor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardianships")),
    )
    with op.batch_alter_table("guardianships", schema=None) as batch_op:
        batch_op.create_index("ix_guardianships_guardian", ["guardian_id"], unique=False)
        batch_op.create_index(
            "ix_guardianships_live",
            ["minor_id", "guardian_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_invitations_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_invitations_made_by"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_invitations_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invitations_secret_hash")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index("ix_invitations_account", ["account_id"], unique=False)
        batch_op.create_index("ix_invitations_person", ["person_id"], unique=False)

    op.create_table(
        "more_time",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("guardian_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("minutes", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["people.id"], name=op.f("fk_more_time_guardian_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_more_time_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "day", "guardian_id", name=op.f("pk_more_time")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("more_time", schema=None) as batch_op:
        batch_op.create_index("ix_more_time_guardian", ["guardian_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("fields", sa.Text(), server_default="{}", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["about_id"], ["people.id"], name=op.f("fk_notices_about_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_notices_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_notices_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_notices_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_person", ["person_id", "at"], unique=False)

    op.create_table(
        "watch_days",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("last_minute", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_watch_days_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "day", name=op.f("pk_watch_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invitation_yeses",
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_invitation_yeses_invitation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_invitation_yeses_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("invitation_id", "person_id", name=op.f("pk_invitation_yeses")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "vouchings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("guardianship_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.Text(), server_default="{}", nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("voucher_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("contested_by", sa.BigInteger(), nullable=True),
        sa.Column("contested_at", sa.BigInteger(), nullable=True),
        sa.Column("contest", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["contested_by"], ["people.id"], name=op.f("fk_vouchings_contested_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["guardianship_id"], ["guardianships.id"], name=op.f("fk_vouchings_guardianship_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["people.id"], name=op.f("fk_vouchings_voucher_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vouchings")),
    )
    with op.batch_alter_table("vouchings", schema=None) as batch_op:
        batch_op.create_index("ix_vouchings_guardianship", ["guardianship_id"], unique=False)

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("joint_kind", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("publishing_rule", sa.Text(), server_default="one", nullable=False))
    op.execute("UPDATE accounts SET joint_kind = 'group' WHERE kind = 'joint'")

    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wanted_rule", sa.Text(), nullable=True))

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_zone", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("next_zone_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("band_told", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("alone", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("reset_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("came_of_age_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("choosing_since", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("vouches", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("seen_at", sa.BigInteger(), nullable=True))
    # Whoever is here already came at an age at which this server asked for no guardian.
    op.execute("UPDATE people SET alone = 1")
    op.execute("UPDATE people SET seen_at = (SELECT max(seen_at) FROM sessions WHERE person_id = people.id)")

    for table in ("follows", "blocks", "mutes"):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN person_id BIGINT"
            f" CONSTRAINT fk_{table}_person_id REFERENCES people (id) ON DELETE SET NULL"
        )
    _rekey_choices()


def _rekey_choices() -> None:
    """What people chose for themselves becomes their own value; so far nobody could set anything for another."""
    kept = op.get_bind().execute(sa.text('SELECT person_id, "row", value, at FROM choices')).all()
    op.drop_table("choices")
    table = op.create_table(
        "choices",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("setter_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_choices_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["setter_id"], ["people.id"], name=op.f("fk_choices_setter_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "row", "setter_id", name=op.f("pk_choices")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_choices_setter", "choices", ["setter_id"], unique=False)
    rows = [
        {"person_id": person, "row": row, "setter_id": person, "value": value, "at": at}
        for person, row, value, at in kept
    ]
    if rows:
        op.bulk_insert(table, rows)
