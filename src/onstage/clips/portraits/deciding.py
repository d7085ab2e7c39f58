"""What follows from an answer: a portrait that waits is shown, goes on waiting, or ends; written and told in one place."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import delete, insert, select, update

from onstage.accounts import ledger, notices
from onstage.accounts.acts import Act
from onstage.accounts.guardianship import guardians_of
from onstage.accounts.ledger import Entry
from onstage.accounts.models import accounts
from onstage.accounts.naming import is_free
from onstage.accounts.notices import Notice
from onstage.accounts.profiles import show as show_from_now
from onstage.clips.portraits.models import (
    portrait_yeses,
    portraits,
    portraits_concerned,
    portraits_withheld,
)
from onstage.clips.portraits.record import Portrait, Record, load
from onstage.clips.rules.waiting import unanswered
from onstage.clips.trimmed import DROP
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import Conflict
from onstage.events import PortraitAsked
from onstage.jobs.queue import enqueue, record
from onstage.keys import Keys


def settle(db: Connection, keys: Keys, account: int, by: int | None) -> Record:
    """Show what waits if everybody has agreed, and else note whom it waits for; gives what it is after that.

    Raises Conflict where somebody else has taken the handle meanwhile.
    """
    found = load(db, account)
    if found.is_ready:
        _show(db, keys, found, by)
    else:
        save_concerned(db, found)
    return load(db, account)


def _show(db: Connection, keys: Keys, found: Record, by: int | None) -> None:
    assert found.asked is not None
    assert found.working is not None
    if found.asked.handle != found.approved.handle and not is_free(db, found.asked.handle):
        raise Conflict("Somebody else has this handle now. Ask with another.", field="handle", code="handle-taken")
    write(db, found, found.asked)
    clear(db, found, kept=found.asked.avatar)
    number = found.working.number
    db.execute(update(portraits).where(portraits.c.account_id == found.account).values(shown=number))
    told = found.minors | {each.guardian for each in guardians_of(db, found.minors)} | found.facts.owners
    notices.tell(db, told, Notice.PORTRAIT_SHOWN, now(), by=by, account=found.account)
    enter(db, keys, found, Act.PORTRAIT_SHOWN, by, version=number)


def write(db: Connection, found: Record, new: Portrait) -> None:
    """Have the account show this, or keep it for when the noes are taken back; what is replaced goes."""
    if found.withheld:
        mine = portraits_withheld.c.account_id == found.account
        db.execute(update(portraits_withheld).where(mine).values(name=new.name, bio=new.bio, avatar=new.avatar))
        if new.handle != found.approved.handle:
            show_from_now(db, found.account, handle=new.handle, name=new.handle)
    else:
        show_from_now(db, found.account, **asdict(new))
    drop(db, {found.approved.avatar} - {new.avatar})


def keep(db: Connection, found: Record, by: int, new: Portrait) -> None:
    """Have this wait instead of what waited."""
    number, moment = found.last + 1, now()
    clear(db, found, kept=new.avatar)
    row = {"last": number, "asked": number, "person_id": by, "asked_at": moment, **asdict(new)}
    insert_or_set(db, portraits, account_id=found.account, **row)
    db.execute(insert(portrait_yeses).values(account_id=found.account, person_id=by, at=moment))


def clear(db: Connection, found: Record, kept: str | None = None) -> None:
    """Nothing waits any more; its picture goes, unless it is `kept` or shown."""
    row = {"asked": None, "person_id": None, "asked_at": None, "reminded_at": None, "avatar": None}
    mine = portraits.c.account_id == found.account
    db.execute(update(portraits).where(mine).values(**row, name="", handle="", bio=""))
    db.execute(delete(portrait_yeses).where(portrait_yeses.c.account_id == found.account))
    db.execute(delete(portraits_concerned).where(portraits_concerned.c.account_id == found.account))
    if found.asked is not None:
        drop(db, {found.asked.avatar} - {kept, found.approved.avatar})


def save_concerned(db: Connection, found: Record) -> None:
    """Write down who sees what waits; whoever is newly asked hears of it."""
    table = portraits_concerned
    rows = db.execute(select(table.c.person_id, table.c.answers).where(table.c.account_id == found.account))
    before = {person: bool(answers) for person, answers in rows}
    after = dict.fromkeys(found.objectors if found.working else (), False)
    if found.working is not None:
        after |= dict.fromkeys(unanswered(found.working, found.yeses, found.facts), True)
        after.pop(found.working.author, None)
    if before == after:
        return
    db.execute(delete(table).where(table.c.account_id == found.account))
    new = [{"account_id": found.account, "person_id": who, "answers": int(after[who])} for who in sorted(after)]
    if new:
        db.execute(insert(table), new)
    if any(answers and not before.get(person) for person, answers in after.items()):
        record(db, PortraitAsked(found.account, found.asked_at))


def enter(db: Connection, keys: Keys, found: Record, act: Act, by: int | None, **fields: str | int) -> None:
    """Tell the ledger."""
    about = found.minors | ({found.working.author} if found.working else set())
    ledger.append(db, keys, Entry(act, by, found.account, tuple(sorted(about)), fields=fields))


def drop(db: Connection, keys: Iterable[str | None]) -> None:
    """Have these objects removed."""
    named = sorted(key for key in keys if key)
    if named:
        enqueue(db, DROP, {"keys": named})


def account_named(db: Connection, handle: str) -> int | None:
    """The account of that handle, given in its kept form."""
    return db.execute(select(accounts.c.id).where(accounts.c.handle == handle)).scalar()
