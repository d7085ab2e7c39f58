"""Engagement: what each play counted, totals by clip and day, the curve, and names that can't be turned back."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
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


def _of_comments() -> None:
    op.create_table(
        "comment_likes",
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _leads_to("comment_likes", "comment_id", "comments.id"),
        _leads_to("comment_likes", "account_id", "accounts.id"),
        _leads_to("comment_likes", "person_id", "people.id"),
        sa.PrimaryKeyConstraint("comment_id", "account_id", name=op.f("pk_comment_likes")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_comment_likes_account", "comment_likes", ["account_id"])
    op.create_table(
        "comment_versions",
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        _leads_to("comment_versions", "comment_id", "comments.id"),
        sa.PrimaryKeyConstraint("comment_id", "since", name=op.f("pk_comment_versions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comment_rules",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("holds_all", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held_words", sa.Text(), server_default="", nullable=False),
        _leads_to("comment_rules", "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_comment_rules")),
    )


def _of_notifications() -> None:
    op.create_table(
        "tidings",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("clip_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("unread", sa.Integer(), server_default="1", nullable=False),
        _leads_to("tidings", "account_id", "accounts.id"),
        _leads_to("tidings", "clip_id", "clips.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tidings")),
        sa.UniqueConstraint("account_id", "kind", "subject_id", name=op.f("uq_tidings_account_id_kind_subject_id")),
    )
    op.create_index("ix_tidings_account", "tidings", ["account_id", "at"])
    op.create_index("ix_tidings_unread", "tidings", ["account_id", "unread"])
    op.create_table(
        "tiding_people",
        sa.Column("tiding_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _leads_to("tiding_people", "tiding_id", "tidings.id"),
        _leads_to("tiding_people", "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("tiding_id", "account_id", name=op.f("pk_tiding_people")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tiding_people_account", "tiding_people", ["account_id"])
    op.create_table(
        "tiding_choices",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("inbox", sa.Integer(), nullable=False),
        sa.Column("push", sa.Integer(), nullable=False),
        _leads_to("tiding_choices", "person_id", "people.id"),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_tiding_choices")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "digests",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        _leads_to("digests", "person_id", "people.id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digests")),
    )
    op.create_table(
        "devices",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("auth", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _leads_to("devices", "person_id", "people.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_devices_endpoint")),
    )
    op.create_index("ix_devices_person", "devices", ["person_id"])


def _leads_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


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
    with op.batch_alter_table("comments") as comments:
        comments.add_column(sa.Column("state", sa.Text(), server_default="shown", nullable=False))
        comments.add_column(sa.Column("edited_at", sa.BigInteger(), nullable=True))
        comments.add_column(sa.Column("pinned_at", sa.BigInteger(), nullable=True))
        comments.add_column(sa.Column("likes", sa.Integer(), server_default="0", nullable=False))
    _of_comments()
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
    _of_notifications()
    op.create_table(
        "untold",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_untold_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_untold")),
    )
