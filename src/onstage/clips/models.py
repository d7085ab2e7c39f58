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


class Cutting(StrEnum):
    """How far the cutting of a trimmed clip is."""

    WAITS = "waits"
    DONE = "done"
    FAILED = "failed"


class Why(StrEnum):
    """Why somebody sees a clip that is not shown to them otherwise: what they can do about it, or have done."""

    ANSWER = "answer"
    BRING_BACK = "bring_back"
    STOP = "stop"
    NO = "no"
    MAY_OBJECT = "may_object"


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
    Column("takes", Integer, nullable=False, server_default="0"),  # others may use it in clips of theirs (age table)
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
    Column("aside", Integer, nullable=False, server_default="0"),  # 1: not what is shown, see `trims`
    Index("ix_renditions_clip", "clip_id"),
)

trims = Table(  # which part of a film its author chose; the other film is the clip's rendition `aside`
    "trims",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("from_us", BigInteger, nullable=False),  # of the whole
    Column("to_us", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # one of Cutting
    Column("aside_us", BigInteger, nullable=False, server_default="0"),  # how long the film aside is
    Column("words", Text, nullable=False, server_default="[]"),  # JSON: the captions of the whole, clips/trimmed.py
)

covers_aside = Table(  # the cover that a draft beside what is published would have
    "covers_aside",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("cover", Text, nullable=False),  # object keys, as those of `clips` and `clip_media`
    Column("cover_small", Text, nullable=False),
    Column("cover_tiny", Text, nullable=False),
    Column("cover_avif", Text),
    Column("cover_small_avif", Text),
    Column("cover_tiny_avif", Text),
    Column("placeholder", Text, nullable=False),
    Column("color", Text, nullable=False),
    Index("ix_covers_aside_cover", "cover"),
    Index("ix_covers_aside_cover_small", "cover_small"),
    Index("ix_covers_aside_cover_tiny", "cover_tiny"),
    Index("ix_covers_aside_cover_avif", "cover_avif"),
    Index("ix_covers_aside_cover_small_avif", "cover_small_avif"),
    Index("ix_covers_aside_cover_tiny_avif", "cover_tiny_avif"),
)
ASIDE = tuple(column for column in covers_aside.c if column.name.startswith("cover"))
"""Columns with the keys of the objects of a cover that waits."""

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

clip_consents = Table(  # where the agreeing about a clip stands; a clip of before has no row: its author agreed to it
    "clip_consents",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("shown", Integer),  # the number of the version that was published; the clip's own row has its facts
    Column("last", Integer, nullable=False),  # the highest number given
    Column("asked_at", BigInteger),
    Column("due_at", BigInteger),  # when its author wants it to go out
    Column("by_hand", Integer, nullable=False, server_default="0"),  # followers came in by hand when it was published
    Column("basis", Text, nullable=False, server_default="[]"),  # JSON: the parts that were needed, clips/rules/need.py
    Column("reminded_at", BigInteger),
    Index("ix_clip_consents_asked", "asked_at"),
    Index("ix_clip_consents_due", "due_at"),
)

clip_versions = Table(  # what was asked about, frozen; number 0: the draft that waits beside a version that is shown
    "clip_versions",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", Text, nullable=False),  # JSON, clips/agreeing/rows.py
    Column("appears", Text, nullable=False, server_default="[]"),  # JSON: people; a name found later is added
    Column("seen", Text, nullable=False, server_default=""),  # JSON, clips/agreeing/versions.py: what is digested
    Column("digest", LargeBinary, nullable=False),  # keyed: says nothing to whoever guesses (consent.md R14, R19)
    Column("at", BigInteger, nullable=False),
    **COMPACT,
)

clip_yeses = Table(
    "clip_yeses",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("leaves", Integer, nullable=False, server_default="0"),  # 1: to leaving the server too
    Column("used", Integer, nullable=False, server_default="0"),  # 1: it published, and lapses no more
    Column("beforehand", Text),  # JSON: the minors for whom alone it was said beforehand; NULL: said to this version
    Index("ix_clip_yeses_person", "person_id"),
    **COMPACT,
)

last_yeses = Table(  # which version somebody has last looked at and agreed to, whatever became of it
    "last_yeses",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("giver_id", BigInteger, primary_key=True),  # a person, or the label of a child for whom a link answers
    Column("version", Integer, nullable=False),
    Index("ix_last_yeses_giver", "giver_id"),
    **COMPACT,
)

clip_caps = Table(  # how far somebody lets the clip go, whatever was agreed
    "clip_caps",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("giver_id", BigInteger, primary_key=True),  # 0: age or a setting
    Column("audience", Text, nullable=False),
    Column("recommended", Integer, nullable=False),
    Column("leaves", Integer, nullable=False),
    Column("takes", Integer, nullable=False, server_default="0"),
    Column("over", Integer, nullable=False),  # up to which version it holds also against its giver's own yes
    **COMPACT,
)

appearances = Table(  # who is seen or heard in it
    "appearances",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    # As whom they were named; NULL: nobody has named them, and they have not agreed, so nobody is told who it is.
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("named_by", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("from_us", BigInteger, nullable=False, server_default="0"),
    Column("to_us", BigInteger),  # NULL: to the end
    Column("sticks", Integer, nullable=False, server_default="0"),  # 1: asked about once, so the author can't end it
    Column("at", BigInteger, nullable=False),
    Index("ix_appearances_person", "person_id"),
    **COMPACT,
)

departures = Table(  # an adult wants to be gone from it: erased thirty days after `since`, if their no stands still
    "departures",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Index("ix_departures_person", "person_id"),
    **COMPACT,
)

clip_coauthors = Table(  # which other accounts made it, and show it on their profiles
    "clip_coauthors",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("asked_by", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("at", BigInteger, nullable=False),
    Column("waits", Integer, nullable=False, server_default="0"),  # 1: of a version beside what is published
    Index("ix_clip_coauthors_account", "account_id", "clip_id"),
    **COMPACT,
)

contained = Table(  # which other clips a clip shows a part of, picture or sound: what holds them holds it (R15)
    "contained",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), nullable=False),
    Column("source_id", BigInteger, nullable=False),  # stays when that clip is gone, until its part is taken out
    Column("from_us", BigInteger, nullable=False, server_default="0"),  # of the clip
    Column("to_us", BigInteger),  # NULL: to the end
    Column("at", BigInteger, nullable=False),
    Column(
        "taking_out", Text
    ),  # one of Cutting, of the job that takes it out of the film; NULL: nobody has asked for it
    Index("ix_contained_clip", "clip_id"),
    Index("ix_contained_source", "source_id"),
)

never_by = Table(  # "never by this account": it names this person no more
    "never_by",
    metadata,
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    **COMPACT,
)

concerned = Table(  # who sees a clip that is not shown to them otherwise: whom it waits for, and who said no
    "concerned",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("why", Text, nullable=False),  # one of Why
    Column("leaves", Integer, nullable=False, server_default="0"),  # 1: their yes to its leaving is needed too
    Column("since", BigInteger, nullable=False),
    Index("ix_concerned_person", "person_id", "since"),
    **COMPACT,
)

withdrawn = Table(  # what fewer may see since a moment ago: open players look again
    "withdrawn",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("clip_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_withdrawn_at", "at"),
)

wishes = Table(  # what somebody who is asked wrote to whoever asks; without a name unless they want it known
    "wishes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("known", Integer, nullable=False, server_default="0"),
    Column("at", BigInteger, nullable=False),
    Index("ix_wishes_clip", "clip_id"),
    Index("ix_wishes_person", "person_id"),
)

clip_media = Table(  # what was made of a clip beside its renditions, and what was measured
    "clip_media",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("placeholder", Text, nullable=False, server_default=""),  # a WebP of some pixels, base64
    Column("cover_tiny", Text),  # object key, WebP for lists
    Column("cover_avif", Text),  # object keys: the three covers again, in half the bytes, for browsers that can
    Column("cover_small_avif", Text),
    Column("cover_tiny_avif", Text),
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
    Column("av1_at", BigInteger),  # when a rendition in AV1 was asked for, whatever came of it
    Column("languages", Text, nullable=False, server_default=""),  # of its captions, separated by blanks
    Index("ix_clip_media_cover_tiny", "cover_tiny"),
    Index("ix_clip_media_cover_avif", "cover_avif"),
    Index("ix_clip_media_cover_small_avif", "cover_small_avif"),
    Index("ix_clip_media_cover_tiny_avif", "cover_tiny_avif"),
    Index("ix_clip_media_scrub", "scrub"),
    Index("ix_clip_media_preview", "preview"),
)
AVIF = (clip_media.c.cover_avif, clip_media.c.cover_small_avif, clip_media.c.cover_tiny_avif)
MADE = (clip_media.c.cover_tiny, *AVIF, clip_media.c.scrub, clip_media.c.preview)
"""Columns with the keys of objects that were made of a clip, beside those of the clip itself."""

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
    Column(
        "person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    ),  # who made them, or is in them
    Column("day", Text, primary_key=True),  # ISO date, UTC
    Column("clips", Integer, nullable=False),
    Column("us", BigInteger, nullable=False),
    Column("clips_in", Integer, nullable=False, server_default="0"),  # of others, in which they were named
    Column("us_in", BigInteger, nullable=False, server_default="0"),  # of these, with them in the picture
    **COMPACT,
)
