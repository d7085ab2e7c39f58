"""Looking again at portraits when the world around them has changed, and when time has passed: nothing is shown by it."""

from sqlalchemy import delete, select, update

from onstage.accounts.acts import Act
from onstage.accounts.guardianship import wait_for
from onstage.accounts.joint import lock as lock_account
from onstage.accounts.models import members
from onstage.accounts.notices import Notice
from onstage.accounts.permissions import band
from onstage.accounts.queries import role_in
from onstage.accounts.roles import Act as Doing
from onstage.accounts.roles import may
from onstage.clips.agreeing.reconsidering import REMINDED_AFTER
from onstage.clips.portraits.answers import end
from onstage.clips.portraits.deciding import drop, enter, save_concerned
from onstage.clips.portraits.models import portrait_noes, portrait_yeses, portraits, portraits_withheld
from onstage.clips.portraits.record import Record, load, lock
from onstage.clips.rules.need import YES_LASTS
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.events import (
    BandTurned,
    Fact,
    GuardianshipAnnulled,
    GuardianshipBegan,
    GuardianshipEnded,
    MemberJoined,
    MemberLeft,
    PortraitReminded,
    RuleChanged,
)
from onstage.jobs.queue import record
from onstage.keys import Keys


def heed(db: Connection, keys: Keys, fact: Fact) -> None:
    """What has become known of people: rights that are gone take their answers with them; who has one now is asked."""
    match fact:
        case MemberJoined() | MemberLeft() | RuleChanged():
            _changed(db, keys, fact.account)
        case GuardianshipBegan() | GuardianshipEnded() | GuardianshipAnnulled():
            _changed_around(db, keys, fact.minor)
        case BandTurned():
            _changed_around(db, keys, fact.person)


def _changed_around(db: Connection, keys: Keys, person: int) -> None:
    """The accounts in which somebody is."""
    wait_for(db, person)
    theirs = select(members.c.account_id).where(members.c.person_id == person).order_by(members.c.account_id)
    for account in db.execute(theirs).scalars().all():
        _changed(db, keys, account)


def _changed(db: Connection, keys: Keys, account: int) -> None:
    lock_account(db, account)
    if db.execute(select(portraits.c.account_id).where(portraits.c.account_id == account)).first() is None:
        return
    found = load(db, account)
    _forget_noes(db, keys, found)
    if found.asked is None:
        return
    if not _may_ask(db, found):
        end(db, keys, found, Act.PORTRAIT_ENDED, Notice.PORTRAIT_ENDED)
        return
    for person in sorted({yes.person for yes in found.yeses} - found.voices):
        mine = (portrait_yeses.c.account_id == account) & (portrait_yeses.c.person_id == person)
        db.execute(delete(portrait_yeses).where(mine))
        enter(db, keys, found, Act.PORTRAIT_YES_VOIDED, person)
    save_concerned(db, load(db, account))


def _may_ask(db: Connection, found: Record) -> bool:
    """Whether whoever asks still belongs to those who describe the account."""
    if found.working is None:
        return False
    by = found.working.author
    return may(role_in(db, found.account, by), Doing.DESCRIBE, band(db, by))


def _forget_noes(db: Connection, keys: Keys, found: Record) -> None:
    """A no of somebody who has no right to it any more ends; what it withheld does not come back by that, but goes."""
    gone = found.noes - found.objectors
    for person in sorted(gone):
        mine = (portrait_noes.c.account_id == found.account) & (portrait_noes.c.person_id == person)
        db.execute(delete(portrait_noes).where(mine))
        enter(db, keys, found, Act.PORTRAIT_NO_ENDED, person)
    if found.withheld and found.noes <= gone:
        db.execute(delete(portraits_withheld).where(portraits_withheld.c.account_id == found.account))
        drop(db, {found.approved.avatar} - {found.asked.avatar if found.asked else None})


def run(db: Connection, keys: Keys) -> None:
    """What time itself does: questions end after thirty days; before that, those whose answer is missing are reminded."""
    moment = now()
    waiting = select(portraits.c.account_id).where(portraits.c.asked.is_not(None)).order_by(portraits.c.account_id)
    for account in db.execute(waiting.where(portraits.c.asked_at <= moment - YES_LASTS)).scalars().all():
        lock(db, account)
        found = load(db, account)
        if found.asked is not None and found.lapsed:
            end(db, keys, found, Act.PORTRAIT_EXPIRED, Notice.PORTRAIT_ENDED)
    old = select(portraits.c.account_id, portraits.c.asked_at, portraits.c.reminded_at)
    old = old.where(portraits.c.asked.is_not(None), portraits.c.asked_at <= moment - REMINDED_AFTER[0])
    for account, asked_at, reminded_at in db.execute(old.order_by(portraits.c.account_id)).all():
        last = max(asked_at + after for after in REMINDED_AFTER if asked_at + after <= moment)
        if reminded_at is None or reminded_at < last:
            db.execute(update(portraits).where(portraits.c.account_id == account).values(reminded_at=moment))
            record(db, PortraitReminded(account, asked_at))
