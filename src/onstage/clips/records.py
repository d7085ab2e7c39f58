"""Records that laws about children in paid clips ask for: time by month, income and deposits as an account's adults say.

Everything is counted in UTC. A clip counts from the day on which it was published: for whoever made it from its first second
to its last, for whoever is named in it the seconds that the name stands beside. A record and not advice.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, exists, insert, or_, select, true

from onstage import ids
from onstage.accounts.age import Band
from onstage.accounts.guardianship import LIVE
from onstage.accounts.models import Kind, Role, accounts, guardianships, members, people
from onstage.accounts.viewer import Viewer
from onstage.clips.models import appearances, clips, earnings, erased_time, record_choices
from onstage.clips.record_rules import Month, Rule, Shown, months
from onstage.clock import now, to_datetime
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import Invalid, NotAllowed, NotFound
from onstage.text import clean

WORDS_LENGTH = 200
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MOST_CENTS = 10**12
_FIGURES = ("clips", "us", "clips_in", "us_in")


@dataclass(frozen=True)
class Subject:
    """One minor on one account, by handles; `may_enter`: the viewer is an adult owner of the account."""

    account: int
    minor: int
    account_handle: str
    minor_handle: str
    may_enter: bool


@dataclass(frozen=True)
class Note:
    """What somebody entered: income, or a deposit for the minor."""

    month: str
    cents: int
    words: str
    is_deposit: bool


@dataclass(frozen=True)
class Record:
    """The whole record of a minor on an account."""

    subject: Subject
    rule: Rule
    currency: str
    months: list[Month]
    notes: list[Note]


def subjects(db: Connection, viewer: Viewer) -> list[Subject]:
    """Whose records the viewer may read: their own as a minor, and those of minors on accounts that they own as an adult."""
    owned = select(members.c.account_id).where(members.c.person_id == viewer.person, members.c.role == Role.OWNER.value)
    own = set(db.execute(owned).scalars()) if viewer.band is Band.ADULT else set()
    pairs: set[tuple[int, int]] = set()
    for table, shown in ((clips, clips.c.published_at.is_not(None)), (erased_time, true())):
        theirs = or_(table.c.account_id.in_(own), table.c.person_id == viewer.person)
        rows = db.execute(select(table.c.account_id, table.c.person_id).where(theirs, shown).distinct())
        pairs |= {(account, person) for account, person in rows}
    pairs |= _named(db, own, viewer.person)
    minors = _minors(db, {person for _, person in pairs})
    handles = _handles(db, {account for account, _ in pairs})
    found = [
        Subject(account, person, handles[account], minors[person], account in own and person != viewer.person)
        for account, person in pairs
        if person in minors
    ]
    return sorted(found, key=lambda each: (each.account_handle, each.minor_handle))


def _named(db: Connection, owned: set[int], person: int | None) -> set[tuple[int, int]]:
    """Who is named in what an account has published: its members, and children of whom an owner of it is a guardian.

    Of others it has no record: what is to be set aside tells how old they are.
    """
    owner = members.alias()
    is_in = exists().where(members.c.account_id == clips.c.account_id, members.c.person_id == appearances.c.person_id)
    is_child = exists().where(
        owner.c.account_id == clips.c.account_id,
        owner.c.role == Role.OWNER.value,
        guardianships.c.guardian_id == owner.c.person_id,
        guardianships.c.minor_id == appearances.c.person_id,
        LIVE,
    )
    rows = db.execute(
        select(clips.c.account_id, appearances.c.person_id)
        .join_from(appearances, clips, clips.c.id == appearances.c.clip_id)
        .where(clips.c.published_at.is_not(None), appearances.c.sticks == 1, or_(is_in, is_child))
        .where(or_(clips.c.account_id.in_(owned), appearances.c.person_id == person))
        .distinct()
    )
    return {(account, minor) for account, minor in rows}


def _minors(db: Connection, persons: set[int]) -> dict[int, str]:
    """Those who are minors, or whose age is unknown, by the handle of their personal account."""
    personal = (
        select(people.c.id, accounts.c.handle)
        .join_from(people, members, members.c.person_id == people.c.id)
        .join(accounts, accounts.c.id == members.c.account_id)
        .where(people.c.id.in_(persons), people.c.band != Band.ADULT.value, accounts.c.kind == Kind.PERSONAL.value)
    )
    return dict(iter(db.execute(personal)))


def _handles(db: Connection, of: set[int]) -> dict[int, str]:
    return dict(iter(db.execute(select(accounts.c.id, accounts.c.handle).where(accounts.c.id.in_(of)))))


def find(db: Connection, viewer: Viewer, account: str, minor: str) -> Subject:
    """One of them by the handles of the account and of the minor. Raises NotFound."""
    for each in subjects(db, viewer):
        if (each.account_handle, each.minor_handle) == (account, minor):
            return each
    raise NotFound("There is no such record.")


def read(db: Connection, subject: Subject) -> Record:
    """The record as it is now."""
    chosen = select(record_choices.c.rule, record_choices.c.currency)
    row = db.execute(chosen.where(record_choices.c.account_id == subject.account)).first()
    rule, currency = (Rule(row.rule), row.currency) if row else (Rule.NONE, "EUR")
    notes = _notes(db, subject)
    income, deposits = defaultdict[str, int](int), defaultdict[str, int](int)
    for note in notes:
        (deposits if note.is_deposit else income)[note.month] += note.cents
    born = db.execute(select(people.c.birth_date).where(people.c.id == subject.minor)).scalar()
    birth = date.fromisoformat(born) if born else None
    return Record(subject, rule, currency, months(_shown(db, subject), income, deposits, rule, birth), notes)


def _notes(db: Connection, subject: Subject) -> list[Note]:
    theirs = earnings.c.minor_id.is_(None) | (earnings.c.minor_id == subject.minor)
    rows = db.execute(
        select(earnings.c.month, earnings.c.cents, earnings.c.words, earnings.c.minor_id)
        .where(earnings.c.account_id == subject.account, theirs)
        .order_by(earnings.c.month, earnings.c.id)
    )
    return [Note(row.month, row.cents, row.words, row.minor_id is not None) for row in rows]


def _shown(db: Connection, subject: Subject) -> list[Shown]:
    """Day by day, what stands and what is erased."""
    count: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    named = and_(
        appearances.c.clip_id == clips.c.id, appearances.c.person_id == subject.minor, appearances.c.sticks == 1
    )
    standing = (
        select(clips.c.published_at, clips.c.person_id, clips.c.duration_us, appearances.c.from_us, appearances.c.to_us)
        .join_from(clips, appearances, named, isouter=True)
        .where(clips.c.account_id == subject.account, clips.c.published_at.is_not(None))
    )
    for at, person, us, start, end in db.execute(standing):
        with_us = us if person == subject.minor else 0 if start is None else _seen(us, start, end)
        _add(count[to_datetime(at).date()], 1, us, int(with_us > 0), with_us)
    gone = select(erased_time.c.day, erased_time.c.person_id, *(erased_time.c[name] for name in _FIGURES))
    for day, person, number, us, number_in, us_in in db.execute(
        gone.where(erased_time.c.account_id == subject.account)
    ):
        with_them = (number + number_in, us + us_in) if person == subject.minor else (0, 0)
        _add(count[date.fromisoformat(day)], number, us, *with_them)
    return [Shown(day, *figures) for day, figures in sorted(count.items())]


def _seen(us: int, start: int, end: int | None) -> int:
    """How much of so long a clip lies between the two; no end: to its end."""
    return max(0, min(us, us if end is None else end) - start)


def _add(of_day: list[int], *figures: int) -> None:
    of_day[:] = [before + more for before, more in zip(of_day, figures, strict=True)]


def choose(db: Connection, subject: Subject, rule: Rule, currency: str) -> None:
    """By which law the account's records are worked out. Raises NotAllowed and Invalid."""
    _need_entering(subject)
    if not _CURRENCY.fullmatch(currency):
        raise Invalid("A currency has three letters, such as EUR.", field="currency")
    insert_or_set(db, record_choices, account_id=subject.account, rule=rule.value, currency=currency)


def enter(
    db: Connection, viewer: Viewer, subject: Subject, *, month: str, cents: int, words: str, deposit: bool
) -> None:
    """Note income of the account in a month, or a deposit for the minor. Raises NotAllowed and Invalid.

    A mistake is put right by another entry with a negative amount: a record keeps what was entered.
    """
    _need_entering(subject)
    if not _MONTH.fullmatch(month):
        raise Invalid("A month looks like 2026-11.", field="month")
    if cents == 0 or abs(cents) > _MOST_CENTS:
        raise Invalid("Give an amount.", field="amount")
    said = clean(words)
    if len(said) > WORDS_LENGTH:
        raise Invalid(f"At most {WORDS_LENGTH} characters.", field="words")
    row = {"account_id": subject.account, "minor_id": subject.minor if deposit else None, "month": month}
    db.execute(
        insert(earnings).values(id=ids.new(), **row, cents=cents, words=said, entered_by=viewer.person, at=now())
    )


def _need_entering(subject: Subject) -> None:
    if not subject.may_enter:
        raise NotAllowed("Only the adults who own this account enter something here.")


def keep_time(db: Connection, clip_ids: Sequence[int]) -> None:
    """Before clips are erased: add how long they were to what records keep, by day, without their names.

    Those of minors, all of the accounts whose time a share is worked out of, and how long a child is in those of others.
    """
    of = select(clips.c.account_id).where(clips.c.id.in_(clip_ids), clips.c.published_at.is_not(None)).distinct()
    named = _named_minors(db, set(db.execute(of).scalars()))
    went = (
        select(clips.c.account_id, clips.c.person_id, clips.c.published_at, clips.c.duration_us)
        .join_from(clips, people, people.c.id == clips.c.person_id)
        .join(accounts, accounts.c.id == clips.c.account_id)
        .where(clips.c.id.in_(clip_ids), clips.c.published_at.is_not(None))
    )
    has_record = clips.c.account_id.in_({account for account, _minor in named})
    kept = or_(people.c.band != Band.ADULT.value, accounts.c.kind == Kind.JOINT.value, has_record)
    for account, person, at, us in db.execute(went.where(kept)).all():
        _keep(db, account, person, at, clips=1, us=us)
    is_in = and_(appearances.c.clip_id == clips.c.id, appearances.c.sticks == 1)
    theirs = went.join(appearances, is_in).add_columns(
        appearances.c.person_id, appearances.c.from_us, appearances.c.to_us
    )
    for account, _author, at, us, minor, start, end in db.execute(theirs).all():
        seen = _seen(us, start, end)
        if seen and (account, minor) in named:
            _keep(db, account, minor, at, clips_in=1, us_in=seen)


def _named_minors(db: Connection, of: set[int]) -> set[tuple[int, int]]:
    """Accounts, and the minors who are named in what they show or in what is erased of it."""
    erased = select(erased_time.c.account_id, erased_time.c.person_id).where(erased_time.c.clips_in > 0)
    pairs = _named(db, of, None) | {
        (row[0], row[1]) for row in db.execute(erased.where(erased_time.c.account_id.in_(of)))
    }
    minors = _minors(db, {minor for _account, minor in pairs})
    return {pair for pair in pairs if pair[1] in minors}


def _keep(db: Connection, account: int, person: int, at: int, **more: int) -> None:
    key = {"account_id": account, "person_id": person, "day": to_datetime(at).date().isoformat()}
    where = [column == key[column.name] for column in erased_time.primary_key]
    before = db.execute(select(erased_time).where(*where)).mappings().first()
    figures = {name: more.get(name, 0) + (before[name] if before else 0) for name in _FIGURES}
    insert_or_set(db, erased_time, **key, **figures)
