"""What the ledger tells: every act that consent depends on, by a name that never changes.

How an entry is filled in, so that reading them all again gives the state, is written in docs/build/ledger-format.md.
"""

from enum import StrEnum


class Act(StrEnum):
    """One kind of entry. Names stay as they are for ever: ledgers that were exported keep them."""

    # A clip and its versions
    UPLOADED = "uploaded"
    EDITED = "edited"  # a new version is in work
    ASKED = "asked"
    RECALLED = "recalled"
    EXPIRED = "expired"  # thirty days without everybody's answer
    DRAFT_AGAIN = "draft again"  # what was asked is asked no more, and its yeses are void
    YES = "yes"
    NO = "no"
    LIFTED = "lifted"
    YES_VOIDED = "yes voided"
    STANDING_YES = "standing yes"
    STANDING_YES_ENDED = "standing yes ended"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    CONFIRMED = "confirmed"  # "bring it back" after a hold `basis`
    NARROWED = "narrowed"
    WIDENED = "widened"
    HOLD_PLACED = "hold placed"
    HOLD_ENDED = "hold ended"
    APPEARANCE_NAMED = "appearance named"
    APPEARANCE_ANSWERED = "appearance answered"
    APPEARANCE_ENDED = "appearance ended"
    PART_NAMED = "part named"  # of another clip, which this one contains
    PART_ENDED = "part ended"  # it does not, or no more
    # What a joint account with minors shows of itself
    PORTRAIT_ASKED = "portrait asked"
    PORTRAIT_YES = "portrait yes"
    PORTRAIT_YES_VOIDED = "portrait yes voided"
    PORTRAIT_RECALLED = "portrait recalled"
    PORTRAIT_EXPIRED = "portrait expired"
    PORTRAIT_REFUSED = "portrait refused"  # while it waited: nothing waits any more, which `portrait ended` tells
    PORTRAIT_ENDED = "portrait ended"
    PORTRAIT_SHOWN = "portrait shown"
    PORTRAIT_NO = "portrait no"  # to what is shown: it is withheld
    PORTRAIT_LIFTED = "portrait lifted"
    PORTRAIT_NO_ENDED = "portrait no ended"  # its giver has no right to it any more
    # Guardianship
    GUARDIANSHIP_CLAIMED = "guardianship claimed"
    GUARDIANSHIP_REFUSED = "guardianship refused"
    GUARDIANSHIP_ACCEPTED = "guardianship accepted"
    GUARDIANSHIP_NOTICED = "guardianship noticed"
    GUARDIANSHIP_FULL = "guardianship full"
    GUARDIANSHIP_CONTESTED = "guardianship contested"
    GUARDIANSHIP_DECIDED = "guardianship decided"
    GUARDIANSHIP_ENDED = "guardianship ended"
    GUARDIANSHIP_ANNULLED = "guardianship annulled"
    GUARDIANS_AGREED = "guardians agreed"  # one of them says how many it takes, or whether absence counts
    GUARDIAN_ABSENT = "guardian absent"
    GUARDIAN_BACK = "guardian back"
    # Accounts, members and people
    ACCOUNT_MADE = "account made"
    MEMBER_INVITED = "member invited"
    MEMBER_JOINED = "member joined"
    MEMBER_DECLINED = "member declined"
    MEMBER_LEFT = "member left"
    MEMBER_REMOVED = "member removed"
    MEMBER_ROLE = "member role"
    RULE_CHANGED = "rule changed"
    SETTING_CHANGED = "setting changed"
    SIGN_IN_MADE = "sign-in made"
    SIGN_IN_RESET = "sign-in reset"
    AGE_CHANGED = "age changed"
    # Deletion
    DELETION_BEGUN = "deletion begun"
    DELETION_STOPPED = "deletion stopped"
    DELETION_DONE = "deletion done"
    # Moderators, and claims by anybody
    MODERATOR_LOOKED = "moderator looked"
    MODERATOR_DECIDED = "moderator decided"
    CLAIM_OPENED = "claim opened"
    CLAIM_ACCEPTED = "claim accepted"
    CLAIM_CONTESTED = "claim contested"
    CLAIM_DECIDED = "claim decided"
    CLAIM_APPEALED = "claim appealed"
    # The server
    RESTORED = "restored"  # from a backup: what was entered after it is missing
    VAULT = "vault"  # opened, or erased from, on the machine itself; it names nobody and stands in nobody's copy


MODERATORS = frozenset({Act.MODERATOR_LOOKED, Act.MODERATOR_DECIDED, Act.CLAIM_DECIDED, Act.GUARDIANSHIP_DECIDED})
"""Acts of office: whom they concern reads that they happened, not who did them."""

HOLDS = frozenset({Act.HOLD_PLACED, Act.HOLD_ENDED})
"""A hold's `kind` says whose act it is: `moderation` is one of office, `no` as secret as a no."""

_OF_PORTRAITS = {Act.PORTRAIT_REFUSED, Act.PORTRAIT_NO, Act.PORTRAIT_LIFTED, Act.PORTRAIT_NO_ENDED}
SECRET = frozenset({Act.NO, Act.LIFTED, Act.CLAIM_OPENED, Act.CLAIM_APPEALED} | _OF_PORTRAITS)
"""Acts that nobody but who did them reads in an export, unless they want it known (field `known`)."""

FACTS = ("kind", "role", "rule", "version", "reach", "recommended", "leaves", "takes", "over", "mode", "row", "alone")
"""Fields that stay readable with the act when keys are shredded, as they are numbers or words of a closed list."""
