"""The table of jobs: what is to be done, who does it, how far it got. A finished job has no row."""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from onstage.db.engine import Id, metadata


class Lane(StrEnum):
    """A lane has workers of its own, so that small work never waits behind large."""

    PUBLISH = "publish"  # makes an upload playable
    LADDER = "ladder"  # the other renditions, niced
    GENERAL = "general"  # events, mail, deletion, sweeping


jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("lane", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, unique=True),  # at most one job has it
    Column("subject_id", BigInteger),  # the clip or whatever it is about
    Column("person_id", BigInteger),  # for whom it is done
    Column("payload", Text, nullable=False),  # JSON
    Column("turn", BigInteger, nullable=False),  # the lane's order: a person's second job comes a turn after the first
    Column("due_at", BigInteger),  # NULL: given up, kept for the server's owner to see
    Column("period", BigInteger),  # microseconds from one end to the next beginning; NULL: done once
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("owner", Text),  # the process that has it
    Column("lease_until", BigInteger),
    Column("memo", Text, nullable=False, server_default="{}"),  # results of finished steps, JSON
    Column("step", Text, nullable=False, server_default=""),  # what is being done, for the person who waits
    Column("percent", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_jobs_turn", "lane", "turn", "id"),
    Index("ix_jobs_subject", "subject_id"),
    Index("ix_jobs_person", "person_id"),
)
