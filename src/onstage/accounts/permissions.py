"""The age table asked for real people and accounts, and what a person may loosen or tighten of it."""

from sqlalchemy import select, update

from onstage.accounts import age
from onstage.accounts.age import NO_CHOICES, Accepting, Band, Choice, Choices, Row, Scale, Setter, Value
from onstage.accounts.models import Kind, Role, accounts, choices, members, people
from onstage.accounts.queries import need_role, own_account, personal_account
from onstage.accounts.viewer import Viewer
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import NotAllowed

_ACCOUNT_ROWS = frozenset({Row.HAND_ACCEPTS, Row.COUNTS_SHOWN})


def value_for(db: Connection, person: int, row: Row) -> Value:
    """What the age table says for a person now, with their choices."""
    return age.value(row, band(db, person), _choices(db, person, row))


def band(db: Connection, person: int) -> Band:
    """The band to act on for a person now."""
    kept, until = db.execute(select(people.c.band, people.c.band_until).where(people.c.id == person)).one()
    return age.effective(Band(kept), until, now())


def chosen(db: Connection, person: int) -> dict[Row, Scale]:
    """What a person has chosen of the age table's rows."""
    rows = db.execute(
        select(choices.c.row, choices.c.value).where(choices.c.person_id == person, choices.c.setter_id == person)
    )
    return {Row(row): age.read(Row(row), value) for row, value in rows}


def _choices(db: Connection, person: int, row: Row) -> Choices:
    own = chosen(db, person).get(row)
    return NO_CHOICES if own is None else {Setter.SELF: own}


def choose(db: Connection, viewer: Viewer, row: Row, value: Scale) -> None:
    """Loosen or tighten a row for oneself, as far as the table lets this person; raises NotAllowed.

    A row about accounts changes the personal account at once. What is narrower now for clips, the caller applies to
    those that are there, in the same transaction.
    """
    assert viewer.person is not None
    if value not in age.options(row, band(db, viewer.person)):
        raise NotAllowed("This is not open at your age.", field=row.value, code="age")
    insert_or_set(
        db, choices, person_id=viewer.person, setter_id=viewer.person, row=row.value, value=value.value, at=now()
    )
    if row is Row.SEES_MARKED:
        marked = int(value is Choice.YES)
        db.execute(update(people).where(people.c.id == viewer.person).values(sees_marked=marked))
    if row in _ACCOUNT_ROWS:
        _apply(db, personal_account(db, viewer.person), row, value)


def set_hand_accepts(db: Connection, viewer: Viewer, by_hand: bool) -> None:
    """Whether followers of the viewer's account are accepted by hand; raises NotAllowed where age says they are."""
    _set(db, viewer, Row.HAND_ACCEPTS, Accepting.BY_HAND if by_hand else Accepting.AT_ONCE)


def set_counts_shown(db: Connection, viewer: Viewer, shown: bool) -> None:
    """Whether others see the counts of the viewer's account; raises NotAllowed where age says they don't."""
    _set(db, viewer, Row.COUNTS_SHOWN, Choice.YES if shown else Choice.NO)


def _set(db: Connection, viewer: Viewer, row: Row, value: Scale) -> None:
    account = own_account(db, viewer)
    if account["kind"] == Kind.PERSONAL:
        choose(db, viewer, row, value)
        return
    need_role(db, viewer, Role.OWNER)
    if age.looseness(value) > age.looseness(account_allows(db, account["id"], row)):
        raise NotAllowed("This is not open at the age of somebody in this account.", field=row.value, code="age")
    _apply(db, account["id"], row, value)


def account_allows(db: Connection, account: int, row: Row) -> Scale:
    """The loosest that a joint account may set: the strictest of its members' values (consent.md R6).

    An adult's choice is about their own account, so only minors' choices count here.
    """
    of = db.execute(select(members.c.person_id).where(members.c.account_id == account)).scalars().all()
    values = [_value_of_member(db, person, row) for person in of]
    return min(values, key=age.looseness)


def _value_of_member(db: Connection, person: int, row: Row) -> Scale:
    theirs = band(db, person)
    value = age.value(row, theirs, NO_CHOICES if theirs is Band.ADULT else _choices(db, person, row))
    assert isinstance(value, Scale)
    return value


def _apply(db: Connection, account: int, row: Row, value: Scale) -> None:
    new = (
        {"hand_accepts": int(value is not Accepting.AT_ONCE)}
        if row is Row.HAND_ACCEPTS
        else {"counts_shown": int(value is Choice.YES)}
    )
    db.execute(update(accounts).where(accounts.c.id == account).values(new))
