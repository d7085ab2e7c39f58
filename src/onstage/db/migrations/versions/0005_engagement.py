"""Engagement: what each play counted, totals by clip and day, the curve, and names that can't be turned back."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTS = (
    *("impressions", "plays", "views", "viewers", "daily_viewers", "watched_ms"),
    *("completions", "loops", "rewatches", "skips", "followers"),
)
NEW_IN_PLAYS = ("place", "propensity", "reached_ms", "facts", "added_ms", "added_loops")


def _clip() -> sa.Column[int]:
    return sa.Column("clip_id", sa.BigInteger(), nullable=False)


def _counts() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in COUNTS]


def _of_clip(name: str, *columns: sa.Column[Any], keys: tuple[str, ...] = ()) -> None:
    op.create_table(
        name,
        _clip(),
        *columns,
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f(f"fk_{name}_clip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clip_id", *keys, name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )


def upgrade() -> None:
    with op.batch_alter_table("plays") as plays:
        plays.add_column(sa.Column("play", sa.LargeBinary(), server_default="", nullable=False))
        for name in NEW_IN_PLAYS:
            plays.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))
        plays.drop_index("ix_plays_clip")
        plays.create_index("ix_plays_viewer", ["viewer", "position"], unique=False)
    with op.batch_alter_table("seen") as seen:
        seen.add_column(sa.Column("viewed_at", sa.BigInteger(), nullable=True))
        seen.add_column(sa.Column("counted_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "playing",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("play", sa.LargeBinary(), nullable=False),
        sa.Column("watched_ms", sa.Integer(), nullable=False),
        sa.Column("reached_ms", sa.Integer(), nullable=False),
        sa.Column("loops", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", "play", name=op.f("pk_playing")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_playing_until", "playing", ["until"])
    _of_clip("totals", *_counts())
    _of_clip("closed", *_counts())
    _of_clip(
        "days",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("surface", sa.Text(), nullable=False),
        *_counts(),
        keys=("day", "surface"),
    )
    _of_clip(
        "reached",
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("plays", sa.BigInteger(), nullable=False),
        keys=("second",),
    )
    op.create_table(
        "guest_views",
        sa.Column("address", sa.LargeBinary(), nullable=False),
        _clip(),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address", "clip_id", "position", name=op.f("pk_guest_views")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_guest_views_at", "guest_views", ["at"])
    op.create_table(
        "salts",
        sa.Column("day", ID, autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_salts")),
    )
    with op.batch_alter_table("counts") as counts:
        counts.add_column(sa.Column("shares", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "shares",
        _clip(),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_shares_clip_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_shares_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_shares_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clip_id", "account_id", name=op.f("pk_shares")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_shares_account", "shares", ["account_id", "at"])
    op.create_table(
        "untold",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_untold_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_untold")),
    )
