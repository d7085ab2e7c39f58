"""Telling: one call brings something into an inbox, grouped with what is like it, and wakes devices once until it is read."""

from sqlalchemy import delete, exists, or_, select, update

from onstage import ids
from onstage.accounts.models import blocks, members
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.jobs import queue
from onstage.notifications.models import devices, tiding_choices, tiding_people, tidings

PUSH = "push"
"""The kind of job that wakes a person's devices; its payload names the person and the notice."""


def tell(
    db: Connection,
    account: int,
    kind: str,
    subject: int,
    *,
    by: int | None,
    clip: int | None = None,
    anew: bool = False,
) -> None:
    """Tell those who run an account that account `by` did something; never of their own doing, nor across a block.

    `by` None: nobody is told who it was; what waits for them stands elsewhere in the inbox.
    `subject`: what it is about; what is of one kind and about one thing becomes one notice. Told again of the same account
    it changes nothing, unless what that one did is new each time (`anew`).
    """
    if by is not None and (by == account or _is_blocked(db, account, by)):
        return
    moment = now()
    key = {"account_id": account, "kind": kind, "subject_id": subject}
    is_new = insert_missing(db, tidings, id=ids.new(), **key, clip_id=clip, at=moment, unread=0)
    mine = (tidings.c.account_id == account) & (tidings.c.kind == kind) & (tidings.c.subject_id == subject)
    notice, unread = db.execute(select(tidings.c.id, tidings.c.unread).where(mine).with_for_update()).one()
    heard = (
        not is_new if by is None else not insert_missing(db, tiding_people, tiding_id=notice, account_id=by, at=moment)
    )
    if heard and not anew:
        return
    if heard:
        again = (tiding_people.c.tiding_id == notice) & (tiding_people.c.account_id == by)
        db.execute(update(tiding_people).where(again).values(at=moment))
    db.execute(update(tidings).where(tidings.c.id == notice).values(at=moment, unread=1))
    if not unread:
        _wake(db, account, kind, notice)


def tell_again(db: Connection, account: int, kind: str, subject: int) -> bool:
    """What an account was told is new once more, and wakes devices; False: it was told nothing of the kind."""
    mine = (tidings.c.account_id == account) & (tidings.c.kind == kind) & (tidings.c.subject_id == subject)
    again = update(tidings).where(mine).values(at=now(), unread=1).returning(tidings.c.id)
    notice = db.execute(again).scalar()
    if notice is None:
        return False
    _wake(db, account, kind, notice)
    return True


def untell(db: Connection, kind: str, subject: int) -> None:
    """What this was about is settled: it is news to nobody any more."""
    db.execute(delete(tidings).where(tidings.c.kind == kind, tidings.c.subject_id == subject))


def _is_blocked(db: Connection, account: int, by: int) -> bool:
    either = or_(
        (blocks.c.blocker_id == account) & (blocks.c.blocked_id == by),
        (blocks.c.blocker_id == by) & (blocks.c.blocked_id == account),
    )
    return bool(db.execute(select(exists().where(either))).scalar())


def _wake(db: Connection, account: int, kind: str, notice: int) -> None:
    """A job for each person who runs the account, has a device, and wants to be woken by this kind."""
    wants = exists().where(
        tiding_choices.c.person_id == members.c.person_id, tiding_choices.c.kind == kind, tiding_choices.c.push == 1
    )
    has_one = exists().where(devices.c.person_id == members.c.person_id)
    people = select(members.c.person_id).where(members.c.account_id == account, wants, has_one)
    for person in db.execute(people).scalars().all():
        queue.enqueue(db, PUSH, {"person": person, "notice": notice}, key=f"push {person} {notice}")
