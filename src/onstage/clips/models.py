"""Tables of clips. What decides visibility on the clip's side are columns of the clip, changed together with their cause."""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from onstage.db.engine import COMPACT, Id, metadata


class Stage(StrEnum):
    """How far the working version of a clip is (consent.md, "A clip's life"); `none`: there is no working version."""

    UPLOADING = "uploading"
    PROCESSING = "processing"
    FAILED = "failed"
    DRAFT = "draft"
    ASKED = "asked"
    NONE = "none"


class Audience(StrEnum):
    """Who may see a clip."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    FRIENDS = "friends"
    MEMBERS = "members"
    PRIVATE = "private"


class Commenters(StrEnum):
    """Who may comment on a clip."""

    EVERYONE = "everyone"
    FOLLOWERS = "followers"
    FRIENDS = "friends"
    NOBODY = "nobody"


class HoldKind(StrEnum):
    """Why a clip is not shown (consent.md R3)."""

    NO = "no"
    CLAIM = "claim"
    BASIS = "basis"
    CONTAINS = "contains"
    SCREENING = "screening"
    MODERATION = "moderation"
    FROZEN = "frozen"
    DELETING = "deleting"
    PRESERVED = "preserved"


clips = Table(
    "clips",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("slug", Text, nullable=False, unique=True),  # 80 random bits: the only name outside
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),  # who made it
    Column("stage", Text, nullable=False),
    Column("caption", Text, nullable=False, server_default=""),
    Column("audience", Text, nullable=False),
    Column("commenters", Text, nullable=False),
    Column("marked", Integer, nullable=False, server_default="0"),  # 1: for adults
    Column("published_at", BigInteger),  # NULL: nothing was ever shown
    Column("publish_asked", Integer, nullable=False, server_default="0"),  # 1: published as soon as it can be played
    Column("edited_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("holds", Integer, nullable=False, server_default="0"),  # how many rows of `holds` it has
    Column("recommended", Integer, nullable=False, server_default="0"),  # may be shown to strangers (age table)
    Column("leaves_server", Integer, nullable=False, server_default="0"),  # embeds, search engines (age table)
    Column("duration_us", BigInteger, nullable=False, server_default="0"),
    Column("width", Integer, nullable=False, server_default="0"),
    Column("height", Integer, nullable=False, server_default="0"),
    Column("cover", Text),  # object key, WebP
    Column("cover_small", Text),  # object key, WebP for grids
    Column("color", Text, nullable=False, server_default="#16161c"),  # placeholder while the cover loads
    Column("failure", Text),  # a sentence for the author
    Column("original", Text),  # object key of the upload while it is needed
    Index("ix_clips_account", "account_id", "published_at", "id", "holds"),
    Index("ix_clips_cover", "cover"),
    Index("ix_clips_cover_small", "cover_small"),
    Index("ix_clips_person", "person_id", "created_at"),
    Index("ix_clips_newest", "recommended", "holds", "audience", "published_at"),
)

renditions = Table(
    "renditions",
    metadata,
    Column("key", Text, primary_key=True),  # object key, unguessable
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("bitrate", BigInteger, nullable=False),  # bits a second, audio included
    Column("codecs", Text, nullable=False),  # RFC 6381
    Index("ix_renditions_clip", "clip_id"),
)

holds = Table(
    "holds",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("giver_id", BigInteger, primary_key=True, server_default="0"),  # 0: the server itself
    Column("since", BigInteger, nullable=False),
    **COMPACT,
)

clip_tags = Table(
    "clip_tags",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", Text, primary_key=True),
    Column("published_at", BigInteger),
    Index("ix_clip_tags_tag", "tag", "published_at", "clip_id"),
    **COMPACT,
)

clip_mentions = Table(
    "clip_mentions",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_clip_mentions_account", "account_id"),
    **COMPACT,
)

clip_media = Table(  # what was made of a clip beside its renditions, and what was measured
    "clip_media",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("placeholder", Text, nullable=False, server_default=""),  # a WebP of some pixels, base64
    Column("cover_tiny", Text),  # object key, WebP for lists
    Column("scrub", Text),  # object key, WebP: a sheet of pictures along the clip
    Column("scrub_width", Integer, nullable=False, server_default="0"),  # of one picture
    Column("scrub_height", Integer, nullable=False, server_default="0"),
    Column("scrub_count", Integer, nullable=False, server_default="0"),
    Column("scrub_us", BigInteger, nullable=False, server_default="0"),  # from one picture to the next
    Column("preview", Text),  # object key, MP4: short, silent, small; made when somebody asks
    Column("loudness", Integer),  # hundredths of LUFS; NULL: no sound, or not measured yet
    Column("gain", Integer, nullable=False, server_default="0"),  # hundredths of dB that bring it to -14 LUFS
    Column("sound_note", Text, nullable=False, server_default=""),  # none, silent, clipped; empty: nothing to tell
    Column("fingerprint", LargeBinary),  # chromaprint's
    Column("languages", Text, nullable=False, server_default=""),  # of its captions, separated by blanks
    Index("ix_clip_media_cover_tiny", "cover_tiny"),
    Index("ix_clip_media_scrub", "scrub"),
    Index("ix_clip_media_preview", "preview"),
)

captions = Table(
    "captions",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("language", Text, primary_key=True),  # BCP 47
    Column("words", Text, nullable=False),  # WebVTT of ours
    Column("source", Text, nullable=False),  # person, file, machine
    Column("changed_at", BigInteger, nullable=False),
)

uploads = Table(  # one row an upload; how much has come is the length of its staged file
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("length", BigInteger, nullable=False),
    Column("metadata", Text, nullable=False),  # Upload-Metadata as the client sent it
    Column("created_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("complete", Integer, nullable=False, server_default="0"),
    Index("ix_uploads_person", "person_id"),
)

tombstones = Table(  # what was erased must never rise again, by restore either
    "tombstones",
    metadata,
    Column("kind", Text, primary_key=True),  # clip, person, account
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    **COMPACT,
)

receipts = Table(  # of deletions; says how much went, never what it was
    "receipts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),  # clip, person, account
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),  # who asked, while they are here
    Column("secret_hash", LargeBinary, nullable=False, unique=True),  # of its link
    Column("asked_at", BigInteger, nullable=False),
    Column("erased_at", BigInteger),
    Column("counts", Text, nullable=False, server_default="{}"),  # JSON: how many clips, accounts, files
    Column("document", Text),  # JSON as it was signed; NULL: not done yet
    Column("signer", Text),
    Column("signature", Text),
    Index("ix_receipts_person", "person_id", "id"),
)

earnings = Table(  # what an account's adults say it earned; a record that the law asks for, no bookkeeping
    "earnings",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column(
        "minor_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE")
    ),  # NULL: income; else a deposit for them
    Column("month", Text, nullable=False),  # 2026-11
    Column("cents", BigInteger, nullable=False),
    Column("words", Text, nullable=False, server_default=""),  # who paid, or where it was deposited
    Column("entered_by", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("at", BigInteger, nullable=False),
    Index("ix_earnings_account", "account_id", "month"),
)

record_choices = Table(  # by which law an account's record is worked out, and in which currency
    "record_choices",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("rule", Text, nullable=False),
    Column("currency", Text, nullable=False),
    **COMPACT,
)

erased_time = Table(  # how long erased clips were, by day: a record is to be kept when the clip is not
    "erased_time",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),  # who made them
    Column("day", Text, primary_key=True),  # ISO date, UTC
    Column("clips", Integer, nullable=False),
    Column("us", BigInteger, nullable=False),
    **COMPACT,
)
