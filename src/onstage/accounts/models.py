"""Tables of people, accounts and relations. Instants are UTC microseconds; yes and no are 1 and 0."""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from onstage.db.engine import COMPACT, Id, metadata


class Kind(StrEnum):
    """What an account is."""

    PERSONAL = "personal"
    JOINT = "joint"


class Role(StrEnum):
    """A member's role in an account."""

    OWNER = "owner"
    EDITOR = "editor"
    CREATOR = "creator"


class JointKind(StrEnum):
    """What brings the members of a joint account together; `group`: equals."""

    FAMILY = "family"
    GROUP = "group"
    CLASS = "class"


class Method(StrEnum):
    """How a guardianship was checked (consent.md, "What age decides")."""

    WORD = "word"  # confirmed twice, by two channels, a day apart: enough for a carer
    MET = "met"  # in person or by video call, a document looked at
    FORM = "form"  # printed with a code, signed, returned
    EID = "eid"  # an eID or wallet, and another guardian's or the minor's acceptance
    OWN_WORD = "own_word"  # the owner of a server for one household, of themselves


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=False)


def _person(name: str = "person_id", *, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=key, nullable=False)


def _somebody(name: str = "person_id") -> Column[int | None]:
    """A person whose leaving leaves the row."""
    return Column(name, BigInteger, ForeignKey("people.id", ondelete="SET NULL"))


def _account(name: str) -> Column[int]:
    return Column(name, BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)


people = Table(
    "people",
    metadata,
    _id(),
    Column("birth_date", Text),  # ISO date, never shown; NULL: unknown age
    Column("zone", Text, nullable=False),  # IANA name
    Column("next_zone", Text),  # a minor's new zone waits until `next_zone_at`
    Column("next_zone_at", BigInteger),
    Column("band", Text, nullable=False),
    Column("band_until", BigInteger),  # when the band changes; past: read the stricter one
    Column("band_told", BigInteger),  # the `band_until` that was announced to those concerned
    Column("alone", Integer, nullable=False, server_default="0"),  # 1: came at an age at which no guardian is asked for
    Column("reset_at", BigInteger),  # a guardian reset how they sign in: no no of theirs is lifted for seven days
    Column("came_of_age_at", BigInteger),  # turned 18 while they were here
    Column("choosing_since", BigInteger),  # came of age and has not said yet what becomes of what was
    Column("password_hash", Text),
    Column("mail", Text),
    Column("locale", Text, nullable=False, server_default=""),
    Column("is_server_owner", Integer, nullable=False, server_default="0"),
    Column("vouches", Integer, nullable=False, server_default="0"),  # named by the server's owner to check guardians
    Column("sees_marked", Integer, nullable=False, server_default="0"),
    Column("age_proved", Integer, nullable=False, server_default="0"),  # 1: a voucher has entered the birth date
    Column("seen_at", BigInteger),  # last used while signed in, to ten minutes; NULL: never
    Column("created_at", BigInteger, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("handle", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("bio", Text, nullable=False, server_default=""),
    Column("kind", Text, nullable=False),
    Column("joint_kind", Text),  # NULL for personal accounts
    Column("publishing_rule", Text, nullable=False, server_default="one"),  # how many owners' yes it takes
    Column("avatar", Text),  # object key
    Column("hand_accepts", Integer, nullable=False, server_default="0"),  # followers accepted by hand
    Column("counts_shown", Integer, nullable=False, server_default="1"),
    Column("created_at", BigInteger, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("role", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("wanted_rule", Text),  # the publishing rule that an owner wants; in force once all owners want it
    Index("ix_members_person", "person_id"),
    **COMPACT,
)

invitations = Table(  # into a joint account, or to another role in it; ends by being used, declined or too old
    "invitations",
    metadata,
    _id(),
    _account("account_id"),
    Column("role", Text, nullable=False),
    _person("made_by"),
    Column("secret_hash", LargeBinary, unique=True),  # of its link; NULL: by handle
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE")),  # NULL: whoever has the link
    Column("created_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("accepted_at", BigInteger),
    Column("starts_at", BigInteger),  # not a member before: guardians were told of an adult who joins
    Index("ix_invitations_account", "account_id"),
    Index("ix_invitations_person", "person_id"),
)

invitation_yeses = Table(  # of those who must agree before somebody joins: owners, and guardians of a minor
    "invitation_yeses",
    metadata,
    Column(
        "invitation_id", BigInteger, ForeignKey("invitations.id", ondelete="CASCADE"), primary_key=True, nullable=False
    ),
    _person(key=True),
    Column("at", BigInteger, nullable=False),
    **COMPACT,
)

_LIVE = text("ended_at IS NULL")

yeses_beforehand = Table(  # what a guardian has said yes to before it is made (consent.md R9)
    "yeses_beforehand",
    metadata,
    Column("minor_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("guardian_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("width", Text, primary_key=True),  # near; members: what joining the account covers
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),  # of members: 0, as long as they are one
    Index("ix_yeses_beforehand_guardian", "guardian_id"),
    Index("ix_yeses_beforehand_account", "account_id"),
    **COMPACT,
)

guardianships = Table(  # between two people; an ended one stays, for what it has decided
    "guardianships",
    metadata,
    _id(),
    _person("guardian_id"),
    _person("minor_id"),
    Column("claimed_at", BigInteger, nullable=False),
    Column("accepted_at", BigInteger),  # NULL: a claim, whose claimer sees nothing yet
    _somebody("accepted_by"),
    Column("is_full", Integer, nullable=False, server_default="0"),  # else a carer
    Column("full_at", BigInteger),  # a voucher has checked it: full from then on, unless a contest is upheld
    Column("agreement", Text, nullable=False, server_default="all"),  # any, all: this guardian's own value
    Column("absence_counts", Integer, nullable=False, server_default="1"),  # 0: this guardian switched the rule off
    Column("reminders", Integer, nullable=False, server_default="0"),
    Column("reminded_at", BigInteger),
    Column("absent_since", BigInteger),
    Column("ended_at", BigInteger),
    Column("end", Text),  # ended, annulled, refused, grown_up
    Index("ix_guardianships_live", "minor_id", "guardian_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    Index("ix_guardianships_guardian", "guardian_id"),
)

vouchings = Table(  # how a guardianship was checked: what is kept is a date and a kind, never a copy or a number
    "vouchings",
    metadata,
    _id(),
    Column("guardianship_id", BigInteger, ForeignKey("guardianships.id", ondelete="CASCADE"), nullable=False),
    Column("method", Text, nullable=False),  # Method
    Column("begun_at", BigInteger, nullable=False),
    Column("kept", Text, nullable=False, server_default="{}"),  # JSON: channels and dates, kind of document, issuer
    Column("code_hash", LargeBinary),  # of the printed form, or of a way to an eID that was begun
    _somebody("voucher_id"),
    Column("decided_at", BigInteger),
    Column("decision", Text),  # accepted, refused
    Column("reason", Text, nullable=False, server_default=""),
    _somebody("contested_by"),
    Column("contested_at", BigInteger),
    Column("contest", Text, nullable=False, server_default=""),  # their words
    Index("ix_vouchings_guardianship", "guardianship_id"),
)

form_scans = Table(  # the picture of a signed form, as hostile as it came, until it is decided; no backup has it
    "form_scans",
    metadata,
    Column(
        "vouching_id", BigInteger, ForeignKey("vouchings.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("kind", Text, nullable=False),  # jpg, png, webp, pdf: by its first bytes
    Column("content", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)

account_endings = Table(  # joint accounts that end: gone seven days after `since`, unless another owner stops it
    "account_endings",
    metadata,
    Column(
        "account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    _somebody(),
    Column("since", BigInteger, nullable=False),
    Column("receipt_id", BigInteger, nullable=False),
)

sessions = Table(  # a browser that is signed in, or an API token: both are a secret that stands for a person
    "sessions",
    metadata,
    _id(),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),  # SHA-256
    _person(),
    _account("account_id"),  # acting as
    Column("kind", Text, nullable=False),  # browser, token
    Column("name", Text, nullable=False),  # what the person calls it, or the browser's own description
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("checked_at", BigInteger, nullable=False),  # last sign-in check (R1 of the consent rules)
    Index("ix_sessions_person", "person_id"),
)

passkeys = Table(
    "passkeys",
    metadata,
    _id(),
    _person(),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("ix_passkeys_person", "person_id"),
)

challenges = Table(  # WebAuthn challenges, each good for one answer within minutes
    "challenges",
    metadata,
    Column("challenge", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("person_id", BigInteger),
    Column("until", BigInteger, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    _person(),
    Index("ix_recovery_codes_person", "person_id"),
)

links = Table(  # one-time links: become the owner, an invitation, a new way to sign in
    "links",
    metadata,
    Column("secret_hash", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE")),
    Column("made_by", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("created_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)

attempts = Table(  # failed sign-ins, for throttling on any number of machines
    "attempts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("key", LargeBinary, nullable=False),  # keyed hash of a handle or an address
    Column("at", BigInteger, nullable=False),
    Index("ix_attempts_key_at", "key", "at"),
)

follows = Table(
    "follows",
    metadata,
    Column("follower_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("target_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("accepted", Integer, nullable=False),
    Column("by_hand", Integer, nullable=False, server_default="0"),
    Column("at", BigInteger, nullable=False),
    _somebody(),
    Index("ix_follows_target", "target_id", "accepted", "at"),
    **COMPACT,
)

blocks = Table(
    "blocks",
    metadata,
    Column("blocker_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("blocked_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    _somebody(),
    Index("ix_blocks_blocked", "blocked_id"),
    **COMPACT,
)

mutes = Table(
    "mutes",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("muted_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    _somebody(),
    **COMPACT,
)

choices = Table(  # values that people have set in rows of the age table: for themselves, or as a guardian
    "choices",
    metadata,
    _person(key=True),  # for whom
    Column("row", Text, primary_key=True),
    _person("setter_id", key=True),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_choices_setter", "setter_id"),
    **COMPACT,
)

account_choices = Table(  # the same of a joint account, by its owners
    "account_choices",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("row", Text, primary_key=True),
    _person("setter_id", key=True),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_account_choices_setter", "setter_id"),
    **COMPACT,
)

server_choices = Table(  # the same for everybody here, by the server's owner, and what else they say of their server
    "server_choices",
    metadata,
    Column("row", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

watch_days = Table(  # minutes that a minor has watched on a day of their zone, over all devices
    "watch_days",
    metadata,
    _person(key=True),
    Column("day", Text, primary_key=True),  # ISO date
    Column("minutes", Integer, nullable=False),
    Column("last_minute", BigInteger, nullable=False),  # minutes since 1970 UTC; none is counted twice
    **COMPACT,
)

more_time = Table(  # asked for by a minor, one row for each guardian, who gives minutes on top of their own limit
    "more_time",
    metadata,
    _person(key=True),
    Column("day", Text, primary_key=True),
    _person("guardian_id", key=True),
    Column("asked_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Column("minutes", Integer, nullable=False, server_default="0"),
    Index("ix_more_time_guardian", "guardian_id"),
    **COMPACT,
)

notices = Table(  # what somebody must be told of what others did, or of what time will do
    "notices",
    metadata,
    _id(),
    _person(),  # to whom
    Column("kind", Text, nullable=False),
    Column("about_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE")),
    _somebody("by_id"),
    _somebody("guardian_id"),  # of whom it is about, where it is about the two of them
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("fields", Text, nullable=False, server_default="{}"),  # JSON
    Column("at", BigInteger, nullable=False),
    Column("seen_at", BigInteger),
    Index("ix_notices_person", "person_id", "at"),
)

ledger = Table(  # append-only, one chain; what an entry says lies beside its commitment and can go without breaking it
    "ledger",
    metadata,
    Column("position", Id, primary_key=True, autoincrement=False),  # 1, 2, 3 … without gaps
    Column("act", Text, nullable=False),  # JSON with aliases instead of names
    Column("act_salt", LargeBinary, nullable=False),
    Column("fields", LargeBinary, nullable=False),  # salt and JSON, sealed under the keys of all whom it concerns
    Column("fields_commitment", LargeBinary, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("signer", LargeBinary, nullable=False),  # public key, Ed25519
    Column("signature", LargeBinary, nullable=False),
)

ledger_head = Table(  # one row: an append locks it, so that two of them can't both be the next
    "ledger_head",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),  # of this ledger: 128 random bits
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

ledger_signers = Table(  # public keys that have signed, oldest first, each handed over by the one before it
    "ledger_signers",
    metadata,
    Column("public", LargeBinary, primary_key=True),
    Column("since", BigInteger, nullable=False),  # position of its first entry
    Column("before", LargeBinary),
    Column("handed_over", LargeBinary),  # signature by `before`; NULL: the first, or the old secret was not given
)

ledger_keys = Table(  # one row a person, clip or account that the ledger names; without it nobody knows whom it meant
    "ledger_keys",
    metadata,
    Column("kind", Text, primary_key=True),  # person, clip, account
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("alias", Text, nullable=False, unique=True),
    Column("key", LargeBinary, nullable=False),
    **COMPACT,
)

ledger_mentions = Table(  # which entries name an alias; `opens`: its person may read the entry
    "ledger_mentions",
    metadata,
    Column("alias", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("opens", Integer, nullable=False),
    **COMPACT,
)
