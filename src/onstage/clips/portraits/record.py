"""One account's portrait out of its rows, with the facts around it, read after every lock that guards them is held."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from onstage.accounts.age import Band
from onstage.accounts.joint import everybody
from onstage.accounts.joint import lock as lock_account
from onstage.accounts.membership import is_frozen, owners, publishing_rule
from onstage.accounts.models import Kind, accounts, members
from onstage.accounts.permissions import band
from onstage.clips.agreeing.facts import lock_people, of_person
from onstage.clips.models import Audience
from onstage.clips.portraits.models import portrait_noes, portrait_yeses, portraits, portraits_withheld
from onstage.clips.rules.need import YES_LASTS, Facts, Reach, Version, Yes, objectors, ok, voices
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotFound

OPEN = Reach(Audience.PUBLIC)
"""How far a portrait goes: everyone who comes by sees it."""


@dataclass(frozen=True)
class Portrait:
    """What an account shows of itself; `avatar` is an object's key."""

    name: str
    handle: str
    bio: str
    avatar: str | None

    @property
    def plain(self) -> "Portrait":
        """What is left while somebody's no withholds it."""
        return Portrait(name=self.handle, handle=self.handle, bio="", avatar=None)


@dataclass(frozen=True)
class Record:
    """A joint account's portrait. `approved`: what is shown, or was before a no withheld it. `working`: what waits."""

    account: int
    approved: Portrait
    withheld: bool
    minors: frozenset[int]
    facts: Facts
    noes: frozenset[int]
    last: int
    shown: int | None
    working: Version | None  # None beside something `asked`: whoever asked is gone
    asked: Portrait | None
    asked_at: int
    yeses: frozenset[Yes]

    @property
    def objectors(self) -> frozenset[int]:
        """Whose no ends what waits, and withholds what is shown; nobody's where no minor is in the account."""
        return objectors(self.minors, self.facts) if self.minors else frozenset()

    @property
    def voices(self) -> frozenset[int]:
        """Whose yes to what waits counts."""
        return voices(self.working, self.facts) if self.working else frozenset()

    def version(self, by: int) -> Version:
        """The version that this person would ask about now."""
        return Version(by, OPEN, self.minors, number=self.last + 1)

    @property
    def is_ready(self) -> bool:
        """Whether what waits can be shown now: every yes stands, and no no."""
        return (
            self.working is not None
            and ok(self.working, self.yeses, self.facts)
            and not self.noes
            and not self.facts.frozen
            and not self.lapsed
        )

    @property
    def lapsed(self) -> bool:
        """Whether it has waited for 30 days."""
        return self.facts.at >= self.asked_at + YES_LASTS


def lock(db: Connection, account: int) -> None:
    """Lock what a portrait depends on, in the one order: persons, account. Raises NotFound, Conflict."""
    persons = set(everybody(db, account))
    lock_people(db, persons)
    lock_account(db, account)
    of = select(members.c.person_id).where(members.c.account_id == account).order_by(members.c.person_id)
    there = set(db.execute(of.with_for_update(read=True)).scalars())
    if not there:
        raise NotFound("There is nobody of that name here.")
    if not there <= persons:
        raise Conflict("Somebody has just joined this account. Look at it again.", code="version")


def is_joint(db: Connection, account: int) -> bool:
    """Whether people run it together."""
    return db.execute(select(accounts.c.kind).where(accounts.c.id == account)).scalar() == Kind.JOINT.value


def portrait_of(db: Connection, account: int) -> Portrait:
    """What an account shows now."""
    shown = select(accounts.c.name, accounts.c.handle, accounts.c.bio, accounts.c.avatar)
    return Portrait(*db.execute(shown.where(accounts.c.id == account)).one())


def load(db: Connection, account: int, by: int | None = None) -> Record:
    """The portrait of a joint account as it is in this transaction; `by`: who may want to ask."""
    kept = db.execute(select(portraits).where(portraits.c.account_id == account)).first()
    minors = frozenset(each for each in everybody(db, account) if band(db, each) is not Band.ADULT)
    working, asked = _waiting(kept, minors)
    authors = frozenset(each for each in (by, working.author if working else None) if each is not None)
    away = db.execute(select(portraits_withheld).where(portraits_withheld.c.account_id == account)).first()
    approved = portrait_of(db, account)
    said = select(portrait_yeses.c.person_id, portrait_yeses.c.at).where(portrait_yeses.c.account_id == account)
    noes = select(portrait_noes.c.person_id).where(portrait_noes.c.account_id == account)
    return Record(
        account=account,
        approved=replace(approved, name=away.name, bio=away.bio, avatar=away.avatar) if away else approved,
        withheld=away is not None,
        minors=minors,
        facts=Facts(
            people={person: of_person(db, person) for person in minors | authors},
            owners=frozenset(owners(db, account)),
            at=now(),
            rule=publishing_rule(db, account),
            joint=True,
            frozen=any(is_frozen(db, account, author) for author in authors),
        ),
        noes=frozenset(db.execute(noes).scalars()),
        last=kept.last if kept else 0,
        shown=kept.shown if kept else None,
        working=working,
        asked=asked,
        asked_at=kept.asked_at if kept and kept.asked_at else 0,
        yeses=frozenset(Yes(person, working.number, at) for person, at in db.execute(said)) if working else frozenset(),
    )


def _waiting(kept: Any, minors: frozenset[int]) -> tuple[Version | None, Portrait | None]:
    """What waits, and what it would show."""
    if kept is None or kept.asked is None:
        return None, None
    asked = Portrait(kept.name, kept.handle, kept.bio, kept.avatar)
    return (None if kept.person_id is None else Version(kept.person_id, OPEN, minors, number=kept.asked)), asked
