"""A child as their guardians see them, and as they see themselves: who stands for them, and what holds (consent.md R10)."""

from dataclasses import dataclass

from sqlalchemy import exists, select

from onstage.accounts import guardianship
from onstage.accounts.age import Band
from onstage.accounts.byline import By
from onstage.accounts.guardians import screen_time
from onstage.accounts.guardianship import LIVE, Agreement
from onstage.accounts.membership import is_frozen
from onstage.accounts.models import Kind, accounts, guardianships, members, vouchings
from onstage.accounts.permissions import band, need_guardian
from onstage.accounts.queries import has_sign_in, person_named, personal_account
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import NotFound


@dataclass(frozen=True)
class Stands:
    """A guardian beside a child. `full_at`: when they become full, or did; `contested`: somebody says that they are none."""

    id: int
    person: int
    handle: str
    name: str
    avatar: str | None
    full: bool
    absent: bool
    full_at: int | None
    contested: bool
    agreement: Agreement
    absence_counts: bool


@dataclass(frozen=True)
class Child:
    """Somebody with guardians: nothing here that R10 keeps from them."""

    person: int
    account: int
    handle: str
    name: str
    avatar: str | None
    band: Band
    agreement: Agreement
    absence_counts: bool
    signs_in: bool
    frozen: bool
    guardians: list[Stands]
    minutes_today: int


def minor_named(db: Connection, viewer: Viewer, handle: str) -> int:
    """The person of that handle, if the viewer is their guardian; raises NotFound."""
    who = person_named(db, handle)
    if who is None:
        raise NotFound("There is nobody of that name among your children.")
    need_guardian(db, viewer, who.person)
    return who.person


def wards(db: Connection, viewer: Viewer) -> list[By]:
    """Whom the viewer stands for, by their personal accounts."""
    minors = [each.minor for each in guardianship.minors_of(db, viewer.person)] if viewer.person else []
    rows = db.execute(
        select(accounts.c.handle, accounts.c.name, accounts.c.avatar)
        .join_from(members, accounts, accounts.c.id == members.c.account_id)
        .where(members.c.person_id.in_(minors), accounts.c.kind == Kind.PERSONAL.value)
        .order_by(accounts.c.handle)
    )
    return [By(*row) for row in rows]


def child(db: Connection, viewer: Viewer, person: int, now: int) -> Child:
    """A person with guardians, for one of these or for themselves; raises NotFound for everybody else."""
    if viewer.person != person:
        need_guardian(db, viewer, person)
    account = personal_account(db, person)
    handle, name, avatar = db.execute(
        select(accounts.c.handle, accounts.c.name, accounts.c.avatar).where(accounts.c.id == account)
    ).one()
    return Child(
        person=person,
        account=account,
        handle=handle,
        name=name,
        avatar=avatar,
        band=band(db, person),
        agreement=guardianship.agreement(db, person),
        absence_counts=guardianship.absence_counts(db, person),
        signs_in=has_sign_in(db, person),
        frozen=is_frozen(db, account, person),
        guardians=stands(db, person),
        minutes_today=screen_time.minutes_today(db, person, now),
    )


def stands(db: Connection, person: int) -> list[Stands]:
    """Who stands for a person, by their personal accounts."""
    contested = exists().where(vouchings.c.guardianship_id == guardianships.c.id, vouchings.c.contested_at.is_not(None))
    rows = db.execute(
        select(guardianships, contested.label("contested"), accounts.c.handle, accounts.c.name, accounts.c.avatar)
        .join_from(guardianships, members, members.c.person_id == guardianships.c.guardian_id)
        .join(accounts, (accounts.c.id == members.c.account_id) & (accounts.c.kind == Kind.PERSONAL.value))
        .where(guardianships.c.minor_id == person, LIVE)
        .order_by(guardianships.c.id)
    )
    return [
        Stands(
            id=row.id,
            person=row.guardian_id,
            handle=row.handle,
            name=row.name,
            avatar=row.avatar,
            full=bool(row.is_full),
            absent=row.absent_since is not None,
            full_at=row.full_at,
            contested=bool(row.contested),
            agreement=Agreement(row.agreement),
            absence_counts=bool(row.absence_counts),
        )
        for row in rows
    ]
