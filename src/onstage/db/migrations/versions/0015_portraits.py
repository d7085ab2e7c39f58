"""What a joint account with minors shows of itself, asked about like a clip."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portraits",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shown", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("handle", sa.Text(), server_default="", nullable=False),
        sa.Column("bio", sa.Text(), server_default="", nullable=False),
        sa.Column("avatar", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("reminded_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_portraits_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_portraits_person_id_people"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_portraits")),
    )
    op.create_index("ix_portraits_asked_at", "portraits", ["asked_at"])
    _of_people("portrait_yeses", "at")
    _of_people("portrait_noes", "since")
    _of_people("portraits_concerned", "answers", sa.Integer())
    op.create_table(
        "portraits_withheld",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("avatar", sa.Text(), nullable=True),
        _of_portrait("portraits_withheld"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_portraits_withheld")),
    )


def _of_people(table: str, column: str, kind: "sa.types.TypeEngine[int] | None" = None) -> None:
    op.create_table(
        table,
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(column, kind or sa.BigInteger(), nullable=False),
        _of_portrait(table),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "person_id", name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{table}_person", table, ["person_id"])


def _of_portrait(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_account_id_portraits")
    return sa.ForeignKeyConstraint(["account_id"], ["portraits.account_id"], name=name, ondelete="CASCADE")
