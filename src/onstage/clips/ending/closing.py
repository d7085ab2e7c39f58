"""Ending a joint account: withheld at once, erased after seven days unless another with the same right stops it (R16)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import delete, insert, select

from onstage.accounts import joint, leaving, ledger, notices
from onstage.accounts.acts import Act
from onstage.accounts.leaving import NOBODY, Subject
from onstage.accounts.ledger import Entry
from onstage.accounts.models import account_endings
from onstage.accounts.notices import Notice
from onstage.accounts.queries import need
from onstage.accounts.roles import Act as Right
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.rows import Record
from onstage.clips.agreeing.touched import of_account
from onstage.clips.ending import receipts
from onstage.clips.ending.deletion import Ending
from onstage.clips.models import HoldKind
from onstage.clips.rules.consent import STOP
from onstage.clips.rules.life import Clip, Hold
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Conflict
from onstage.jobs.queue import cancel, enqueue
from onstage.jobs.worker import Job, Kind
from onstage.keys import Keys

CLOSE = "close account"


@dataclass(frozen=True)
class Closing:
    """An account that ends: when (microseconds), and whether the viewer wanted it."""

    until: int
    is_mine: bool


def begin(db: Connection, keys: Keys, viewer: Viewer, handle: str) -> tuple[int, str]:
    """End an account that others belong to as well: when it is gone, and the secret of the receipt's link.

    Its clips are withheld from now on, and nothing new goes out. Raises NotFound, NotAllowed, and Conflict where it ends
    already.
    """
    assert viewer.person is not None
    by, moment = viewer.person, now()
    account = joint.look(db, viewer, handle).id
    need(db, viewer, Right.CLOSE, account)
    joint.lock(db, account)
    if _ending(db, account) is not None:
        raise Conflict("This account ends already.", code="closing")
    for clip in of_account(db, account):
        decide(db, keys, clip, lambda record: _rest(record.clip, by, moment))
    receipt, secret = receipts.begin(db, "account", by, moment)
    db.execute(insert(account_endings).values(account_id=account, person_id=by, since=moment, receipt_id=receipt))
    enqueue(db, CLOSE, {"account": account}, key=_key(account), due_at=moment + STOP)
    everyone = joint.everybody(db, account)
    notices.tell(db, everyone, Notice.CLOSING, moment, by=by, account=account, on=moment + STOP)
    ledger.append(db, keys, Entry(Act.DELETION_BEGUN, by, account, tuple(everyone)))
    return moment + STOP, secret


def _key(account: int) -> str:
    return f"{CLOSE}:{account}"


def _rest(clip: Clip, by: int, at: int) -> Clip:
    return clip if clip.gone else replace(clip, holds=clip.holds | {Hold(HoldKind.FROZEN, by, at)})


def _ending(db: Connection, account: int) -> tuple[int | None, int] | None:
    """Who wanted it (None: they have left), and since when."""
    row = db.execute(select(account_endings).where(account_endings.c.account_id == account).with_for_update()).first()
    return None if row is None else (row.person_id, row.since)


def of(db: Connection, viewer: Viewer, account: int) -> Closing | None:
    """Whether an account ends, for its members."""
    row = db.execute(select(account_endings).where(account_endings.c.account_id == account)).first()
    return None if row is None else Closing(row.since + STOP, row.person_id == viewer.person)


def stop(db: Connection, keys: Keys, viewer: Viewer, handle: str) -> None:
    """Keep the account: by who wanted it gone, as it was; by another with the same right, its clips held by the asker's no.

    Raises NotFound, NotAllowed, and Conflict where nobody ends it or the seven days are over.
    """
    assert viewer.person is not None
    account = joint.look(db, viewer, handle).id
    joint.lock(db, account)
    found = _ending(db, account)
    if found is None:
        raise Conflict("Nobody ends this account.", code="not-closing")
    asker, since = found
    if asker != viewer.person:
        need(db, viewer, Right.CLOSE, account)
    if now() >= since + STOP or not cancel(db, _key(account)):
        raise Conflict("The seven days are over.", code="late")
    db.execute(delete(account_endings).where(account_endings.c.account_id == account))
    keeps_no = asker is not None and asker != viewer.person
    for clip in of_account(db, account):
        decide(db, keys, clip, lambda record: _wake(record, asker if keeps_no else None))
    everyone = joint.everybody(db, account)
    notices.tell(db, everyone, Notice.CLOSING_STOPPED, now(), by=viewer.person, account=account)
    ledger.append(db, keys, Entry(Act.DELETION_STOPPED, viewer.person, account, tuple(everyone)))


def _wake(record: Record, asker: int | None) -> Clip:
    """Without the account's end; what it held stays held by the no of who wanted it gone."""
    rested = {hold for hold in record.clip.holds if hold.kind is HoldKind.FROZEN}
    noes = {Hold(HoldKind.NO, asker, record.facts.at)} if asker is not None and rested else set()
    return replace(record.clip, holds=(record.clip.holds - rested) | noes)


def _close(ending: Ending, job: Job) -> None:
    job.change("rows", int, lambda db: _end(db, ending, int(job.payload["account"])))


def _end(db: Connection, ending: Ending, account: int) -> int:
    row = db.execute(select(account_endings).where(account_endings.c.account_id == account)).first()
    if row is None:
        return 0
    joint.act_as_themselves(db, account)
    subject = Subject(NOBODY, (account,), asked_by=row.person_id, receipt=row.receipt_id)
    return leaving.purge(db, subject, ending.purgers)


def kinds(ending: Ending) -> Mapping[str, Kind]:
    """What workers do for this, tried until it is done."""
    return {CLOSE: Kind(lambda job: _close(ending, job), attempts=1000)}
