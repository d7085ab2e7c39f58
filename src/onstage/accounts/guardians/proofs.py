"""What a guardian has handed in to be checked: it waits for a voucher, and is gone once somebody has decided."""

from sqlalchemy import ColumnElement, delete, select

from onstage.accounts.models import Method, form_scans, vouchings
from onstage.db.engine import Connection
from onstage.events import ScanErased
from onstage.jobs.queue import record

WAITS = vouchings.c.decision.is_(None) & vouchings.c.method.in_([Method.FORM.value, Method.EID.value])


def forget(db: Connection, which: ColumnElement[bool]) -> None:
    """Remove those of these that wait, with every scan; what was in the database's file is overwritten soon after."""
    waiting = select(vouchings.c.id).where(WAITS, which)
    scans = db.execute(delete(form_scans).where(form_scans.c.vouching_id.in_(waiting))).rowcount
    db.execute(delete(vouchings).where(WAITS, which))
    if scans:
        record(db, ScanErased())
