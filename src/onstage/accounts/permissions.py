"""The age table asked for real people and accounts: each who may set a row has a value of their own, the strictest holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import EllipsisType

from sqlalchemy import select, true, update

from onstage.accounts import age, ledger
from onstage.accounts.age import Accepting, Band, Choice, Choices, Marked, Row, Scale, Setter, Value, Who
from onstage.accounts.guardianship import Guardian, guardians_of
from onstage.accounts.models import Kind, Role, account_choices, accounts, choices, members, people, server_choices
from onstage.accounts.notices import Notice, tell
from onstage.accounts.queries import need, own_account, personal_account
from onstage.accounts.roles import Act
from onstage.accounts.viewer import Viewer
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import Invalid, NotAllowed, NotFound
from onstage.events import BoundSet, ChoiceMade, FollowersChosen
from onstage.jobs.queue import record
from onstage.keys import Keys

_ACCOUNT_ROWS = frozenset({Row.HAND_ACCEPTS, Row.COUNTS_SHOWN})
_CLIP_ROWS = frozenset({Row.AUDIENCE, Row.RECOMMENDED, Row.LEAVES_SERVER, Row.TAKES, Row.GUARDIANS_YES})
_MINORS = frozenset({Band.UNDER_13, Band.FROM_13, Band.FROM_16})
# Who came of age here, and has not said yet what becomes of what was: nothing with them is widened (consent.md R12).
_UNTIL_CHOSEN: Mapping[Row, Scale] = {
    Row.RECOMMENDED: Choice.NO,
    Row.LEAVES_SERVER: Choice.NO,
    Row.TAKES: Who.FRIENDS,
}


@dataclass(frozen=True)
class Said:
    """What everybody who may set a row for a person has said; `guardians` by person, full ones who said nothing left out."""

    own: Value | EllipsisType
    guardians: dict[int, Value]
    server: Value | EllipsisType


def value_for(db: Connection, person: int, row: Row) -> Value:
    """What the age table says for a person now, with everybody's choices (consent.md R6)."""
    theirs = band(db, person)
    found = age.value(row, theirs, _choices(db, person, row, theirs))
    if row in _UNTIL_CHOSEN and isinstance(found, Scale):
        choosing = db.execute(select(people.c.choosing_since).where(people.c.id == person)).scalar()
        return found if choosing is None else min(found, _UNTIL_CHOSEN[row], key=age.looseness)
    proved = select(people.c.age_proved).where(people.c.id == person)
    return Marked.YES if found is Marked.PROVED and db.execute(proved).scalar() else found


def most_for(db: Connection, person: int, row: Row) -> Scale:
    """The loosest that a person may choose now: as `value_for`, but for what they have made usual for themselves.

    `row` is none of those in minutes and hours.
    """
    theirs = band(db, person)
    others = _choices(db, person, row, theirs)
    usual = age.value(row, theirs)
    assert isinstance(usual, Scale)
    loosest = max(type(usual), key=age.looseness)
    found = age.value(row, theirs, {**others, Setter.SELF: loosest})
    assert isinstance(found, Scale)
    return found


def band(db: Connection, person: int) -> Band:
    """The band to act on for a person now."""
    kept, until = db.execute(select(people.c.band, people.c.band_until).where(people.c.id == person)).one()
    return age.effective(Band(kept), until, now())


def chosen(db: Connection, person: int) -> dict[Row, Value]:
    """What a person has chosen for themselves."""
    rows = db.execute(
        select(choices.c.row, choices.c.value).where(choices.c.person_id == person, choices.c.setter_id == person)
    )
    return {Row(row): age.read(Row(row), value) for row, value in rows}


def said(db: Connection, person: int, row: Row) -> Said:
    """What everybody has said of a row for a person."""
    of_row = (choices.c.person_id == person) & (choices.c.row == row.value)
    given = {
        setter: age.read(row, value)
        for setter, value in db.execute(select(choices.c.setter_id, choices.c.value).where(of_row))
    }
    own = given.pop(person) if person in given else ...
    return Said(own, given, bound(db, row))


def _choices(db: Connection, person: int, row: Row, theirs: Band) -> Choices:
    """The voices that count at this age: guardians set nothing but time from 16 on."""
    given = said(db, person, row)
    found: dict[Setter, Value] = {}
    if not isinstance(given.own, EllipsisType):
        found[Setter.SELF] = given.own
    if not isinstance(given.server, EllipsisType):
        found[Setter.SERVER] = given.server
    if theirs is not Band.ADULT and (row in age.LIMITS or theirs is not Band.FROM_16):
        guardians = guardians_of(db, [person])
        if guardians:
            found[Setter.GUARDIANS] = _together(row, theirs, guardians, given.guardians)
    return found


def _together(row: Row, theirs: Band, guardians: Iterable[Guardian], given: dict[int, Value]) -> Value:
    full = [given.get(each.guardian, ...) for each in guardians if each.full]
    carers = [given[each.guardian] for each in guardians if not each.full and each.guardian in given]
    return age.of_guardians(row, theirs, full, carers)


def of_guardian(db: Connection, person: int, row: Row) -> list[tuple[int, Value]]:
    """What holds of each guardian: full ones who said nothing mean what the table says, carers who said nothing nothing."""
    theirs, given = band(db, person), said(db, person, row).guardians
    usual = age.value(row, theirs)
    return [
        (each.guardian, given.get(each.guardian, usual))
        for each in guardians_of(db, [person])
        if each.full or each.guardian in given
    ]


def bound(db: Connection, row: Row) -> Value | EllipsisType:
    """What the server's owner lets everybody here have at most; ...: they have said nothing."""
    words = db.execute(select(server_choices.c.value).where(server_choices.c.row == row.value)).scalar()
    return ... if words is None else age.read(row, words)


def choose(db: Connection, viewer: Viewer, row: Row, value: Value) -> None:
    """Give one's own voice to a row, as far as the table lets this person; raises NotAllowed.

    A row about accounts changes the personal account at once. What is narrower now for clips, the caller applies to
    those that are there, in the same transaction.
    """
    assert viewer.person is not None
    theirs = band(db, viewer.person)
    known = theirs in _MINORS if row in age.LIMITS else value in age.settable(row, theirs, Setter.SELF)
    if not known:
        raise NotAllowed("This is not open at your age.", field=row.value, code="age")
    _keep(db, viewer.person, viewer.person, row, value)


def choose_for(db: Connection, keys: Keys, viewer: Viewer, minor: int, row: Row, value: Value, moment: int) -> None:
    """Give a guardian's voice to a row of a minor, who is told. Raises NotFound unless the viewer is their guardian.

    Raises NotAllowed where guardians have no voice, or a carer would loosen. The caller narrows the minor's clips.
    """
    assert viewer.person is not None
    mine = need_guardian(db, viewer, minor)
    theirs = band(db, minor)
    if row not in age.LIMITS and value not in age.settable(row, theirs, Setter.GUARDIANS, full=mine.full):
        sentence = "Only a full guardian can loosen this." if not mine.full else "Guardians don't set this at this age."
        raise NotAllowed(sentence, field=row.value, code="age")
    _keep(db, minor, viewer.person, row, value)
    words = age.written(value)
    tell(db, [minor], Notice.SETTING, moment, about=minor, by=viewer.person, row=row.value, value=words)
    about = (minor, *(each.guardian for each in guardians_of(db, [minor])))
    fields = {"row": row.value, "value": words}
    ledger.append(db, keys, ledger.Entry(ledger.Act.SETTING_CHANGED, viewer.person, about=about, fields=fields))


def need_guardian(db: Connection, viewer: Viewer, minor: int, *, full: bool = False) -> Guardian:
    """The viewer as a guardian of this person; raises NotFound when they are none, NotAllowed for a carer where `full`."""
    mine = next((each for each in guardians_of(db, [minor]) if each.guardian == viewer.person), None)
    if mine is None:
        raise NotFound("There is nobody of that name among your children.")
    if full and not mine.full:
        raise NotAllowed(
            "This takes a full guardian: somebody here has to check first that you are one.", code="not-full"
        )
    return mine


def _keep(db: Connection, person: int, setter: int, row: Row, value: Value) -> None:
    words = age.written(value)
    insert_or_set(db, choices, person_id=person, setter_id=setter, row=row.value, value=words, at=now())
    holds = value_for(db, person, row)
    if row is Row.SEES_MARKED:
        look_at_marked(db, person)
    if row in _ACCOUNT_ROWS:
        assert isinstance(holds, Scale)
        _apply(db, personal_account(db, person), row, holds)
    if row in _CLIP_ROWS:
        record(db, ChoiceMade(person))


def look_at_marked(db: Connection, person: int) -> None:
    """Write down whether they see clips for adults, after a choice, a bound or a birth date."""
    sees = value_for(db, person, Row.SEES_MARKED) is Marked.YES
    db.execute(update(people).where(people.c.id == person).values(sees_marked=int(sees)))


def choose_for_all(db: Connection, row: Row, value: Value) -> None:
    """The server's owner bounds a row for everybody here; the loosest value bounds nothing.

    It narrows what is there at once, accounts here and clips by the fact that it is; it widens nothing.
    """
    if value is None or row in age.LIMITS:
        raise Invalid("The server bounds no minutes and hours.", field=row.value)
    insert_or_set(db, server_choices, row=row.value, value=age.written(value), at=now())
    if row is Row.HAND_ACCEPTS and value is not Accepting.AT_ONCE:
        wider = update(accounts).where(accounts.c.hand_accepts == 0).values(hand_accepts=1).returning(accounts.c.id)
        for account in sorted(db.execute(wider).scalars()):
            record(db, FollowersChosen(account))
    if row is Row.COUNTS_SHOWN and value is Choice.NO:
        db.execute(update(accounts).where(accounts.c.counts_shown == 1).values(counts_shown=0))
    if row is Row.SEES_MARKED and value is not Marked.YES:
        hidden = people.c.age_proved == 0 if value is Marked.PROVED else true()
        db.execute(update(people).where(people.c.sees_marked == 1, hidden).values(sees_marked=0))
    record(db, BoundSet(row.value))


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
    need(db, viewer, Act.SET)
    if age.looseness(value) > age.looseness(account_allows(db, account["id"], row)):
        raise NotAllowed("This is not open at the age of somebody in this account.", field=row.value, code="age")
    own = {"account_id": account["id"], "row": row.value, "setter_id": viewer.person}
    insert_or_set(db, account_choices, **own, value=value.value, at=now())
    _apply(db, account["id"], row, _of_joint(db, account["id"], row))


def _of_joint(db: Connection, account: int, row: Row) -> Scale:
    """What holds for a joint account: the strictest of its owners' voices, its members' and the server's."""
    given = db.execute(
        select(account_choices.c.value)
        .join_from(
            account_choices,
            members,
            (members.c.account_id == account_choices.c.account_id)
            & (members.c.person_id == account_choices.c.setter_id),
        )
        .where(
            account_choices.c.account_id == account,
            account_choices.c.row == row.value,
            members.c.role == Role.OWNER.value,
        )
    ).scalars()
    values = [age.read(row, words) for words in given]
    server = bound(db, row)
    strictest = age.tightest([*values, account_allows(db, account, row), None if server is ... else server])
    assert isinstance(strictest, Scale)
    return strictest


def narrow_account(db: Connection, account: int) -> None:
    """Bring a joint account within what its members' ages allow, once one has come; it never gets looser by that."""
    kept = db.execute(select(accounts.c.hand_accepts, accounts.c.counts_shown).where(accounts.c.id == account)).one()
    hand_accepts, counts_shown = kept
    if not hand_accepts and _of_joint(db, account, Row.HAND_ACCEPTS) is not Accepting.AT_ONCE:
        _apply(db, account, Row.HAND_ACCEPTS, Accepting.BY_HAND)
    if counts_shown and _of_joint(db, account, Row.COUNTS_SHOWN) is Choice.NO:
        _apply(db, account, Row.COUNTS_SHOWN, Choice.NO)


def account_allows(db: Connection, account: int, row: Row) -> Scale:
    """The loosest that a joint account may set: the strictest of its members' values (consent.md R6).

    An adult's choice is about their own account, so only minors' choices count here.
    """
    of = db.execute(select(members.c.person_id).where(members.c.account_id == account)).scalars().all()
    values = [_value_of_member(db, person, row) for person in of]
    return min(values, key=age.looseness)


def _value_of_member(db: Connection, person: int, row: Row) -> Scale:
    theirs = band(db, person)
    value = age.value(row, theirs, age.NO_CHOICES if theirs is Band.ADULT else _choices(db, person, row, theirs))
    assert isinstance(value, Scale)
    return value


def _apply(db: Connection, account: int, row: Row, value: Scale) -> None:
    new = (
        {"hand_accepts": int(value is not Accepting.AT_ONCE)}
        if row is Row.HAND_ACCEPTS
        else {"counts_shown": int(value is Choice.YES)}
    )
    db.execute(update(accounts).where(accounts.c.id == account).values(new))
    if row is Row.HAND_ACCEPTS:
        record(db, FollowersChosen(account))
