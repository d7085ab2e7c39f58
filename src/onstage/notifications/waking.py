"""Waking devices, and the letter of the day: what jobs do with tidings."""

import json
from collections.abc import Sequence
from functools import partial

from sqlalchemy import delete, exists, select, update

from onstage import ids
from onstage.accounts.models import members, people
from onstage.accounts.viewer import Viewer, acting
from onstage.clips.queries import asked_by
from onstage.clock import DAY, now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import Invalid
from onstage.jobs import queue
from onstage.jobs.worker import Job
from onstage.mail import JOB as MAIL
from onstage.notifications.choices import quiet_until
from onstage.notifications.kinds import KINDS
from onstage.notifications.models import devices, digests, tiding_choices, tidings
from onstage.notifications.standing import STANDS, notices
from onstage.notifications.telling import PUSH
from onstage.push import Device, Gone, Push

MOST_DEVICES = 10


def add_device(db: Connection, viewer: Viewer, device: Device) -> None:
    """This browser may be woken; the eleventh of a person takes the place of the first."""
    row = {"endpoint": device.endpoint, "public_key": device.public_key, "auth": device.auth}
    db.execute(delete(devices).where(devices.c.endpoint == device.endpoint))
    insert_or_set(db, devices, id=ids.new(), person_id=viewer.person, created_at=now(), **row)
    mine = select(devices.c.id).where(devices.c.person_id == viewer.person).order_by(devices.c.id.desc())
    kept = db.execute(mine).scalars().all()[:MOST_DEVICES]
    db.execute(delete(devices).where(devices.c.person_id == viewer.person, devices.c.id.not_in(kept)))


def remove_device(db: Connection, viewer: Viewer, endpoint: str) -> None:
    """It may not any more."""
    db.execute(delete(devices).where(devices.c.person_id == viewer.person, devices.c.endpoint == endpoint))


def wake(push: Push, origin: str, name: str, job: Job) -> None:
    """Wake the devices of one person for one notice, unless it was read meanwhile; after the quiet hours, if it is one."""
    person, notice = job.payload["person"], job.payload["notice"]
    with job.read() as db:
        kind = _news(db, person, notice)
        if kind is None:
            return
        later = quiet_until(db, person, now())
        theirs = db.execute(select(devices).where(devices.c.person_id == person)).all()
    if later is not None:
        with job.write() as db:
            queue.enqueue(db, PUSH, job.payload, key=f"push {person} {notice} {later}", due_at=later)
        return
    words = json.dumps({"title": name, "body": KINDS[kind].sentence, "url": f"{origin}/inbox", "tag": kind})
    for each in theirs:
        device = Device(each.endpoint, each.public_key, each.auth)
        if job.step(f"device {each.id}", bool, partial(_woken, push, device, words.encode())):
            continue
        with job.write() as db:
            db.execute(delete(devices).where(devices.c.id == each.id))


def _news(db: Connection, person: int, notice: int) -> str | None:
    """The kind of a notice that is new to somebody and of which they want to be woken; None: it is not, or no longer."""
    wants = exists().where(
        tiding_choices.c.person_id == person, tiding_choices.c.kind == tidings.c.kind, tiding_choices.c.push == 1
    )
    account = db.execute(select(tidings.c.account_id).where(tidings.c.id == notice, wants)).scalar()
    if account is None:
        return None
    new = notices(tidings.c.kind).where(tidings.c.id == notice, STANDS, tidings.c.unread == 1)
    kind: str | None = db.execute(new, asked_by(acting(db, person, account))).scalar()
    return kind


def _woken(push: Push, device: Device, words: bytes) -> bool:
    """False: the push service says that the device is gone for good."""
    try:
        push.send(device, words)
    except (Gone, Invalid):
        return False
    return True


def send_digests(db: Connection, origin: str, name: str, moment: int) -> int:
    """A letter to each who wants one, has not had one for a day, and has not read something; returns how many."""
    due = db.execute(
        select(digests.c.person_id, digests.c.sent_at, people.c.mail)
        .join_from(digests, people, people.c.id == digests.c.person_id)
        .where(digests.c.sent_at <= moment - DAY, people.c.mail.is_not(None))
    ).all()
    sent = 0
    for row in due:
        kinds = _new(db, row.person_id, row.sent_at)
        if not kinds or quiet_until(db, row.person_id, moment):
            continue
        letter = {"to": row.mail, "subject": f"New on {name}", "words": _letter(kinds, origin)}
        queue.enqueue(db, MAIL, letter, person=row.person_id)
        db.execute(update(digests).where(digests.c.person_id == row.person_id).values(sent_at=moment))
        sent += 1
    return sent


def _new(db: Connection, person: int, since: int) -> list[str]:
    """The kinds of what came to somebody since an instant and is new to them."""
    new = notices(tidings.c.kind).where(STANDS, tidings.c.unread == 1, tidings.c.at > since)
    mine = select(members.c.account_id).where(members.c.person_id == person)
    found: set[str] = set()
    for account in db.execute(mine).scalars().all():
        found.update(db.execute(new, asked_by(acting(db, person, account))).scalars())
    return [kind for kind in KINDS if kind in found]


def _letter(kinds: Sequence[str], origin: str) -> str:
    return "\n".join(
        [
            *(f"- {KINDS[kind].sentence}" for kind in kinds),
            "",
            f"It is all in your inbox: {origin}/inbox",
            f"To end these letters: {origin}/settings/notifications",
        ]
    )
