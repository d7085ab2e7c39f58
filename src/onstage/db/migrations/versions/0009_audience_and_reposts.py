"""Who an account has reached, counted once each over all its clips; reposts; no index that nothing reads; nothing ticked."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("counts", sa.Column("reposts", sa.Integer(), server_default="0", nullable=False))
    op.drop_index("ix_plays_received", "plays")
    op.create_table(
        "audiences",
        sa.Column("viewer", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_audiences_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("viewer", "account_id", name=op.f("pk_audiences")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audience_days",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("viewers", sa.BigInteger(), nullable=False),
        sa.Column("daily_viewers", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_audience_days_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "day", "surface", name=op.f("pk_audience_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "closed_audience",
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("viewers", sa.BigInteger(), nullable=False),
        sa.Column("daily_viewers", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_closed_audience_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_closed_audience")),
    )
    op.create_table(
        "reposts",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_reposts_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_reposts_clip_id_clips"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_reposts_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clip_id", "account_id", name=op.f("pk_reposts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reposts_account", "reposts", ["account_id", "at"])
    _recall_the_audience()
    _keep_what_wakes_devices()


def _recall_the_audience() -> None:
    """From what is known of who has seen what: guests of more than five days ago and those who left are not in it."""
    op.execute(
        "INSERT INTO audiences (viewer, account_id, day) SELECT seen.viewer, clips.account_id, MAX(seen.counted_at) / 86400000000"
        " FROM seen JOIN clips ON clips.id = seen.clip_id WHERE seen.counted_at IS NOT NULL"
        " GROUP BY seen.viewer, clips.account_id"
    )
    op.execute(
        "INSERT INTO audience_days (account_id, day, surface, viewers, daily_viewers)"
        " SELECT account_id, day, '', COUNT(*), COUNT(*) FROM audiences GROUP BY account_id, day"
    )
    op.execute(
        "INSERT INTO closed_audience (account_id, viewers, daily_viewers)"
        " SELECT account_id, COUNT(*), COUNT(*) FROM audiences GROUP BY account_id"
    )


def _keep_what_wakes_devices() -> None:
    """From now on nothing wakes a device that nobody ticked; who has had a browser woken keeps what woke it."""
    for kind in ("comment", "reply", "ask", "mention", "question"):
        op.execute(
            sa.text(
                "INSERT INTO tiding_choices (person_id, kind, inbox, push)"
                " SELECT DISTINCT devices.person_id, CAST(:kind AS TEXT), 1, 1 FROM devices WHERE NOT EXISTS"
                " (SELECT 1 FROM tiding_choices AS own WHERE own.person_id = devices.person_id AND own.kind = :kind)"
            ).bindparams(kind=kind)
        )
