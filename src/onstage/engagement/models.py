"""Tables of engagement. `plays` is the event log; its positions have no gaps."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from onstage.db.engine import COMPACT, Id, metadata

TALLIED = (
    *("impressions", "plays", "views", "viewers", "daily_viewers", "watched_ms"),
    *("completions", "loops", "rewatches", "skips", "followers"),
)
"""What is counted of plays, in the order of the columns (docs/use/figures.md says what each means)."""


def _tally() -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=False, server_default="0") for name in TALLIED]


def _clip() -> Column[int]:
    return Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True)


def _picked(name: str) -> Table:
    """Clips picked by accounts: each account has one for a clip, or none."""
    return Table(
        name,
        metadata,
        _clip(),
        Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
        Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        Column("at", BigInteger, nullable=False),
        Index(f"ix_{name}_account", "account_id", "at"),
        **COMPACT,
    )


plays = Table(
    "plays",
    metadata,
    Column("position", Id, primary_key=True, autoincrement=False),  # 1, 2, 3 … in the order of commit
    Column("event", LargeBinary, nullable=False, unique=True),  # the player's own id of the event: counts once
    Column("play", LargeBinary, nullable=False, server_default=""),  # which start of playback it belongs to
    Column("clip_id", BigInteger, nullable=False),
    Column("viewer", LargeBinary, nullable=False),  # engagement/viewers.py says what stands here
    Column("kind", Text, nullable=False),  # impression, start, progress, end, not_interested
    Column("surface", Text, nullable=False),
    Column("place", Integer, nullable=False, server_default="0"),  # in the list that it was dealt in, from 1; 0: alone
    Column(
        "propensity", Integer, nullable=False, server_default="0"
    ),  # millionths: how likely it was dealt; 0: unknown
    Column("watched_ms", Integer, nullable=False),
    Column("reached_ms", Integer, nullable=False, server_default="0"),
    Column("loops", Integer, nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("facts", Integer, nullable=False, server_default="0"),  # what it was the first to show: tally.Fact
    Column("added_ms", Integer, nullable=False, server_default="0"),  # watch time beyond what its play had
    Column("added_loops", Integer, nullable=False, server_default="0"),
    Index("ix_plays_viewer", "viewer", "position"),
)

playing = Table(  # how far each play has come, for as long as its token lives
    "playing",
    metadata,
    Column("token", LargeBinary, primary_key=True),
    Column("play", LargeBinary, primary_key=True),
    Column("watched_ms", Integer, nullable=False),
    Column("reached_ms", Integer, nullable=False),
    Column("loops", Integer, nullable=False),
    Column("facts", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("ix_playing_until", "until"),
    **COMPACT,
)

totals = Table("totals", metadata, _clip(), *_tally(), **COMPACT)  # changed in the transaction that stores the play

closed = Table("closed", metadata, _clip(), *_tally(), **COMPACT)  # what events added that the log no longer has

days = Table(
    "days",
    metadata,
    _clip(),
    Column("day", Integer, primary_key=True),  # since 1970, UTC
    Column("surface", Text, primary_key=True),
    *_tally(),
    **COMPACT,
)

reached = Table(  # how many plays ended in which second of a clip: the curve of those who still watch
    "reached",
    metadata,
    _clip(),
    Column("second", Integer, primary_key=True),
    Column("plays", BigInteger, nullable=False),
    **COMPACT,
)

guest_views = Table(  # views by guests of the last half hour, by keyed hash of their address
    "guest_views",
    metadata,
    Column("address", LargeBinary, primary_key=True),
    Column("clip_id", BigInteger, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("ix_guest_views_at", "at"),
    **COMPACT,
)

salts = Table(  # each day's own; four days later nothing that was made with it can be made again
    "salts",
    metadata,
    Column("day", Id, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
)

untold = Table(  # people who keep no history: the log knows them by a daily identifier only
    "untold",
    metadata,
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("since", BigInteger, nullable=False),
)

seen = Table(  # which clips a viewer has had on screen, for feeds that do not repeat themselves
    "seen",
    metadata,
    Column("viewer", LargeBinary, primary_key=True),
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("viewed_at", BigInteger),  # the last view, also where the public count did not take it
    Column("counted_at", BigInteger),  # the last view that the public count took
    Index("ix_seen_at", "at"),
    **COMPACT,
)

audiences = Table(  # who has had a view, that the public count took, of any clip of an account
    "audiences",
    metadata,
    Column("viewer", LargeBinary, primary_key=True),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Integer, nullable=False),  # of the last of them, since 1970, UTC
    **COMPACT,
)

audience_days = Table(  # how many that were: each viewer once over all clips of the account, also those erased since
    "audience_days",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("surface", Text, primary_key=True),
    Column("viewers", BigInteger, nullable=False),
    Column("daily_viewers", BigInteger, nullable=False),
    **COMPACT,
)

closed_audience = Table(  # what events added to it that the log no longer has, or no longer knows the clip of
    "closed_audience",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("viewers", BigInteger, nullable=False),
    Column("daily_viewers", BigInteger, nullable=False),
)

likes = _picked("likes")
saves = _picked("saves")
shares = _picked("shares")
reposts = _picked("reposts")

comments = Table(
    "comments",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("parent_id", BigInteger, ForeignKey("comments.id", ondelete="CASCADE")),
    Column("words", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="shown"),  # comments.State
    Column("edited_at", BigInteger),
    Column("pinned_at", BigInteger),
    Column("likes", Integer, nullable=False, server_default="0"),
    Index("ix_comments_clip", "clip_id", "parent_id", "id"),
    Index("ix_comments_account", "account_id", "clip_id"),
)

comment_likes = Table(
    "comment_likes",
    metadata,
    Column("comment_id", BigInteger, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_comment_likes_account", "account_id"),
    **COMPACT,
)

comment_versions = Table(  # what a comment said before it was edited, and since when
    "comment_versions",
    metadata,
    Column("comment_id", BigInteger, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("words", Text, nullable=False),
    **COMPACT,
)

comment_rules = Table(  # what an account does with comments of others under its clips
    "comment_rules",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("holds_all", Integer, nullable=False, server_default="0"),  # 1: each waits for approval
    Column("held_words", Text, nullable=False, server_default=""),  # one word or phrase a line, folded
)

counts = Table(  # changed in the transaction that changes what is counted
    "counts",
    metadata,
    Column("clip_id", Id, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("likes", Integer, nullable=False, server_default="0"),
    Column("comments", Integer, nullable=False, server_default="0"),
    Column("saves", Integer, nullable=False, server_default="0"),
    Column("shares", Integer, nullable=False, server_default="0"),
    Column("reposts", Integer, nullable=False, server_default="0"),
)
