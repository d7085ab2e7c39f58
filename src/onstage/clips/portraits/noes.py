"""Noes to what is shown: name, picture and bio are away as long as one of them stands, also after a restore (consent.md R17)."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from onstage.accounts.acts import Act
from onstage.accounts.models import accounts, people
from onstage.accounts.profiles import show
from onstage.clips.agreeing.outlasting import JOURNAL
from onstage.clips.portraits.models import portrait_noes, portraits, portraits_withheld
from onstage.clips.portraits.record import Record, load
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.jobs.queue import enqueue
from onstage.storage.journal import Entry

_SAID, _LIFTED = "portrait no", "portrait lifted"


def place(db: Connection, found: Record, by: int) -> bool:
    """Take away what is shown; False: this person's no stands already."""
    insert_missing(db, portraits, account_id=found.account)
    if not insert_missing(db, portrait_noes, account_id=found.account, person_id=by, since=now()):
        return False
    if not found.withheld:
        away = {"name": found.approved.name, "bio": found.approved.bio, "avatar": found.approved.avatar}
        db.execute(insert(portraits_withheld).values(account_id=found.account, **away))
        plain = found.approved.plain
        show(db, found.account, name=plain.name, bio=plain.bio, avatar=plain.avatar)
    _journal(db, found.account, by, _SAID)
    return True


def lift(db: Connection, found: Record, by: int) -> bool:
    """End this person's no; with the last one what was away is shown again. False: there is none."""
    if by not in found.noes:
        return False
    mine = (portrait_noes.c.account_id == found.account) & (portrait_noes.c.person_id == by)
    db.execute(delete(portrait_noes).where(mine))
    if found.noes == {by}:
        db.execute(delete(portraits_withheld).where(portraits_withheld.c.account_id == found.account))
        back = found.approved
        show(db, found.account, name=back.name, bio=back.bio, avatar=back.avatar)
    _journal(db, found.account, by, _LIFTED)
    return True


def _journal(db: Connection, account: int, by: int, said: str) -> None:
    enqueue(db, JOURNAL, {"kind": said, "id": account, "at": now(), "by": by})


def say_again(db: Connection, entries: Sequence[Entry]) -> list[tuple[int, Act, int]]:
    """After a restore: the noes that were said after the backup, and those that were lifted; gives account, act and person."""
    ordered = sorted(entries, key=lambda entry: entry.at)
    last = {(entry.id, entry.by): entry.kind for entry in ordered if entry.kind in {_SAID, _LIFTED}}
    found = []
    for (account, by), said in last.items():
        there = select(accounts.c.id).where(
            accounts.c.id == account, select(people.c.id).where(people.c.id == by).exists()
        )
        if db.execute(there).first() is None:
            continue
        record = load(db, account)
        if said == _SAID and place(db, record, by):
            found.append((account, Act.PORTRAIT_NO, by))
        if said == _LIFTED and lift(db, record, by):
            found.append((account, Act.PORTRAIT_LIFTED, by))
    return found
