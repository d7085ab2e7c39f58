"""Films that are the same; the seconds of a named child in erased clips; comments by who wrote them and where.

The words of notices, which nothing writes any more, go.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "film_marks",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["clips.id"], name=op.f("fk_film_marks_clip_id_clips"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clip_id", "mark", name=op.f("pk_film_marks")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_film_marks_mark", "film_marks", ["mark"])
    op.create_table(
        "film_moves",
        sa.Column("clip_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("moves", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["clips.id"], name=op.f("fk_film_moves_clip_id_clips"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clip_id", name=op.f("pk_film_moves")),
    )
    op.create_table(
        "same_films",
        sa.Column("clip_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["clips.id"], name=op.f("fk_same_films_clip_id_clips"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["clips.id"], name=op.f("fk_same_films_other_id_clips"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clip_id", "other_id", name=op.f("pk_same_films")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_same_films_other", "same_films", ["other_id"])
    op.add_column("erased_time", sa.Column("clips_in", sa.Integer(), server_default="0", nullable=False))
    op.add_column("erased_time", sa.Column("us_in", sa.BigInteger(), server_default="0", nullable=False))
    op.drop_column("tidings", "words")
    op.drop_index("ix_comments_account", table_name="comments")
    op.create_index("ix_comments_account", "comments", ["account_id", "clip_id"])
