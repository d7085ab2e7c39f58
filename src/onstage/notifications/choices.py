"""What a person wants to be told, kind by kind, where, and when not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from onstage.accounts.age import QuietHours, Row
from onstage.accounts.models import people
from onstage.accounts.permissions import value_for
from onstage.accounts.viewer import Viewer
from onstage.clock import SECOND, to_datetime
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing, insert_or_set
from onstage.errors import NotFound
from onstage.notifications.kinds import KINDS
from onstage.notifications.models import digests, tiding_choices


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants of one kind."""

    kind: str
    inbox: bool
    push: bool


def chosen(db: Connection, viewer: Viewer) -> list[Wanted]:
    """Every kind, as the person has it; until they say so, none wakes a device."""
    rows = db.execute(select(tiding_choices).where(tiding_choices.c.person_id == viewer.person))
    own = {row.kind: Wanted(row.kind, bool(row.inbox), bool(row.push)) for row in rows}
    return [own.get(kind, Wanted(kind, inbox=True, push=False)) for kind in KINDS]


def choose(db: Connection, viewer: Viewer, wanted: Wanted) -> None:
    """Have it so from now on; raises NotFound for a kind that there is not. What is off in the inbox wakes no device."""
    if wanted.kind not in KINDS:
        raise NotFound("There is no such kind of notification.")
    row = {"person_id": viewer.person, "kind": wanted.kind}
    insert_or_set(db, tiding_choices, **row, inbox=int(wanted.inbox), push=int(wanted.push and wanted.inbox))


def has_digest(db: Connection, viewer: Viewer) -> bool:
    """Whether the person gets a letter a day about what they have not read."""
    return db.execute(select(digests.c.person_id).where(digests.c.person_id == viewer.person)).first() is not None


def set_digest(db: Connection, viewer: Viewer, *, on: bool, now: int) -> None:
    """Have that letter or not; the first comes a day later."""
    if on:
        insert_missing(db, digests, person_id=viewer.person, sent_at=now)
    else:
        db.execute(delete(digests).where(digests.c.person_id == viewer.person))


def quiet_until(db: Connection, person: int, now: int) -> int | None:
    """When the hours end in which nothing may wake this person's devices (the age table's quiet hours); None: it is not one."""
    hours = value_for(db, person, Row.QUIET_HOURS)
    if not isinstance(hours, QuietHours):
        return None
    zone = db.execute(select(people.c.zone).where(people.c.id == person)).scalar_one()
    moment = to_datetime(now).astimezone(ZoneInfo(zone))
    if not in_hours(hours, moment):
        return None
    end = moment.replace(hour=hours.end, minute=0, second=0, microsecond=0)
    return round((end if end > moment else end + timedelta(days=1)).timestamp() * SECOND)


def in_hours(hours: QuietHours, moment: datetime) -> bool:
    """Whether a moment lies between the hours, which may go over midnight."""
    if hours.start <= hours.end:
        return hours.start <= moment.hour < hours.end
    return moment.hour >= hours.start or moment.hour < hours.end
