"""What waits of a portrait, for whoever must answer and whoever asks: never whose no it was."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, exists, or_, select

from onstage.accounts.byline import By
from onstage.accounts.guardianship import LIVE
from onstage.accounts.models import Kind, Role, accounts, guardianships, members
from onstage.accounts.queries import kept_form, role_in
from onstage.accounts.roles import Act, may
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing.inbox import faces
from onstage.clips.portraits import wishes
from onstage.clips.portraits.deciding import account_named
from onstage.clips.portraits.models import portrait_noes, portraits, portraits_concerned, portraits_withheld
from onstage.clips.portraits.record import Portrait, Record, is_joint, load, portrait_of
from onstage.clips.rules.waiting import Standing, standing
from onstage.db.engine import Connection
from onstage.errors import NotFound

_RUNNING = (Role.OWNER.value, Role.EDITOR.value)


@dataclass(frozen=True)
class Waiting:
    """What an account would show instead of what it shows now, and what this viewer has to do with it.

    `answers`: their yes is missing; `refuses`: their no ends it; `recalls`: they may take it back.
    """

    version: int
    since: int
    by: By
    asked: Portrait
    standing: Standing
    ready: bool
    answers: bool
    refuses: bool
    recalls: bool


@dataclass(frozen=True)
class Look:
    """A joint account's portrait for somebody who runs it or has a right to it. `shown`: what everybody sees now.

    `withheld`: what noes have taken away; `may_refuse`: the viewer's no would do that, or does (`own_no`).

    `wishes`: what those who are asked wrote, for those who run it; by whom, where they want that known.
    """

    account: By
    shown: Portrait
    withheld: Portrait | None
    may_refuse: bool
    own_no: bool
    runs: bool
    waiting: Waiting | None
    wishes: list[tuple[str, By | None]]


def waiting(db: Connection, viewer: Viewer) -> list[Look]:
    """What waits for the viewer's yes, oldest first."""
    mine = (portraits_concerned.c.person_id == viewer.person) & (portraits_concerned.c.answers == 1)
    asked = select(portraits.c.account_id).join_from(
        portraits, portraits_concerned, portraits_concerned.c.account_id == portraits.c.account_id
    )
    found = db.execute(asked.where(mine).order_by(portraits.c.asked_at, portraits.c.account_id).limit(50))
    return [_look(db, viewer, account) for account in found.scalars().all()]


def look(db: Connection, viewer: Viewer, handle: str) -> Look:
    """The portrait of an account that one runs or has a right to. Raises NotFound."""
    account = account_named(db, kept_form(handle))
    if account is None or viewer.person is None or not is_joint(db, account):
        raise NotFound("There is nobody of that name here.")
    found = _look(db, viewer, account)
    if not (found.runs or found.may_refuse or (found.waiting and found.waiting.answers)):
        raise NotFound("Nothing about this account is for you to decide.")
    return found


def own(db: Connection, viewer: Viewer) -> Look | None:
    """The portrait of the account that the viewer acts as; None where nobody is asked about it."""
    assert viewer.account is not None
    if not is_joint(db, viewer.account) or not load(db, viewer.account).minors:
        return None
    return _look(db, viewer, viewer.account)


def _look(db: Connection, viewer: Viewer, account: int) -> Look:
    assert viewer.person is not None
    found, shown = load(db, account), portrait_of(db, account)
    role = role_in(db, account, viewer.person)
    runs = may(role, Act.DESCRIBE, viewer.band)
    return Look(
        account=By(shown.handle, shown.name, shown.avatar),
        shown=shown,
        withheld=found.approved if found.withheld else None,
        may_refuse=viewer.person in found.objectors,
        own_no=viewer.person in found.noes,
        runs=runs,
        wishes=wishes.of(db, account) if runs else [],
        waiting=_waiting(db, viewer.person, found, owns=may(role, Act.GIVE_YES, viewer.band)),
    )


def _waiting(db: Connection, person: int, found: Record, *, owns: bool) -> Waiting | None:
    if found.working is None or found.asked is None:
        return None
    mine = portraits_concerned.c.account_id == found.account, portraits_concerned.c.person_id == person
    answers = db.execute(select(portraits_concerned.c.answers).where(*mine)).scalar()
    by = found.working.author
    return Waiting(
        version=found.working.number,
        since=found.asked_at,
        by=faces(db, [by])[0],
        asked=found.asked,
        standing=standing(found.yeses, found.working, found.facts),
        ready=found.is_ready,
        answers=bool(answers),
        refuses=person in found.objectors and person != by,
        recalls=owns or person == by,
    )


def may_refuse(db: Connection, viewer: Viewer, handle: str) -> bool:
    """Whether a no of the viewer's withholds what this account shows: asked for each page of an account, so first cheaply."""
    if viewer.person is None:
        return False
    wards = select(guardianships.c.minor_id).where(guardianships.c.guardian_id == viewer.person, LIVE)
    near = or_(members.c.person_id == viewer.person, members.c.person_id.in_(wards))
    named = select(accounts.c.id).where(accounts.c.handle == kept_form(handle), accounts.c.kind == Kind.JOINT.value)
    account = db.execute(named.where(exists().where(members.c.account_id == accounts.c.id, near))).scalar()
    return account is not None and viewer.person in load(db, account).objectors


def sees_picture(db: Connection, viewer: Viewer, key: str) -> bool:
    """Whether an object is a picture that waits, or that a no took away, and this viewer is among those who see it."""
    if viewer.person is None:
        return False
    asked = select(portraits.c.account_id).where(portraits.c.avatar == key, _sees(portraits_concerned, viewer.person))
    if db.execute(asked).first() is not None:
        return True
    withheld = portraits.join(portraits_withheld, portraits_withheld.c.account_id == portraits.c.account_id)
    taken = select(portraits.c.account_id).select_from(withheld).where(portraits_withheld.c.avatar == key)
    return db.execute(taken.where(_sees(portrait_noes, viewer.person))).first() is not None


def _sees(table: Table, person: int) -> ColumnElement[bool]:
    """Who stands in that table of the portrait, and who runs the account."""
    account = portraits.c.account_id
    runs = (members.c.account_id == account) & (members.c.person_id == person) & members.c.role.in_(_RUNNING)
    named = (table.c.account_id == account) & (table.c.person_id == person)
    return or_(exists().where(runs), exists().where(named))
