"""Who runs an account: its owners, how many of them it takes to publish, and when it is frozen."""

from enum import StrEnum

from sqlalchemy import exists, select

from onstage.accounts.age import Band, effective
from onstage.accounts.guardianship import has_full_guardian
from onstage.accounts.models import Kind, Role, account_endings, accounts, members, people
from onstage.accounts.viewer import Viewer
from onstage.clock import DAY, now
from onstage.db.engine import Connection
from onstage.errors import NotAllowed

RESET_RESTS = 7 * DAY
_UNDER_16 = frozenset({Band.UNDER_13, Band.FROM_13})


class PublishingRule(StrEnum):
    """How many of an account's owners must say yes before a clip goes out."""

    ONE = "one"
    MOST = "most"
    ALL = "all"


def owners(db: Connection, account: int) -> list[int]:
    """The people who own an account, in the order in which they came."""
    owning = select(members.c.person_id).where(members.c.account_id == account, members.c.role == Role.OWNER.value)
    return list(db.execute(owning.order_by(members.c.since, members.c.person_id)).scalars())


def publishing_rule(db: Connection, account: int) -> PublishingRule:
    """The rule in force; only all owners together change it."""
    return PublishingRule(db.execute(select(accounts.c.publishing_rule).where(accounts.c.id == account)).scalar_one())


def is_frozen(db: Connection, account: int, person: int) -> bool:
    """Whether this person as this account may make nothing new and nothing wider (consent.md R8).

    So it is for a minor under 16 whom nobody full stands for, unless they came at an age at which this server lets
    people be alone, and for everybody in a joint account without an adult owner, or one that ends.
    """
    if is_young(db, person) and not has_full_guardian(db, person):
        return True
    ends = exists().where(account_endings.c.account_id == accounts.c.id)
    kind, is_ending = db.execute(select(accounts.c.kind, ends).where(accounts.c.id == account)).one()
    return kind == Kind.JOINT and (bool(is_ending) or not _has_adult_owner(db, account))


def need_not_frozen(db: Connection, viewer: Viewer, account: int | None = None) -> None:
    """Raise NotAllowed (`frozen`) where the viewer may make nothing new, by default in the account they act as."""
    assert viewer.person is not None
    assert viewer.account is not None
    if is_frozen(db, viewer.account if account is None else account, viewer.person):
        raise NotAllowed("This rests until an adult stands for it again. What is there stays as it is.", code="frozen")


def is_young(db: Connection, person: int) -> bool:
    """Whether guardians decide with this person: under 16, but for those who came at an age at which one may be alone."""
    kept, until, alone = db.execute(
        select(people.c.band, people.c.band_until, people.c.alone).where(people.c.id == person)
    ).one()
    return effective(Band(kept), until, now()) in _UNDER_16 and not alone


def need_rested(db: Connection, person: int, moment: int) -> None:
    """Raise NotAllowed within seven days after a guardian reset how they sign in: till then no no of theirs ends (R10)."""
    reset_at = db.execute(select(people.c.reset_at).where(people.c.id == person)).scalar()
    if reset_at is not None and reset_at > moment - RESET_RESTS:
        raise NotAllowed(
            "A guardian has just set a new way to sign in here. For seven days after that, a no can't be taken back.",
            code="reset",
        )


def _has_adult_owner(db: Connection, account: int) -> bool:
    # Adult is the last band and never ends, so what is stored is what holds.
    adult = exists(
        select(1)
        .select_from(members.join(people, people.c.id == members.c.person_id))
        .where(members.c.account_id == account, members.c.role == Role.OWNER.value, people.c.band == Band.ADULT.value)
    )
    return bool(db.execute(select(adult)).scalar())
