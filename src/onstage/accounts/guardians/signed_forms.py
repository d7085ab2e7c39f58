"""Printed forms: a guardian prints one with a code, signs it and hands it in; a voucher looks at the paper or its scan.

A scan is bytes from a stranger: nobody here opens it, it is given to vouchers alone, and it goes once they have decided.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, insert, select

from onstage import ids
from onstage.accounts import notices
from onstage.accounts.guardians import guarding, proofs, vouching
from onstage.accounts.models import Method, form_scans, people, vouchings
from onstage.accounts.notices import Notice
from onstage.accounts.viewer import Viewer, secret_hash
from onstage.clock import DAY
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import Conflict, Invalid, NotFound, TooLarge

MOST_BYTES = 5_000_000
KEPT_FOR = 60 * DAY
_KINDS = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"%PDF-": "pdf"}


@dataclass(frozen=True)
class Scan:
    """A scan as it came; `kind` is what its first bytes say, and may be a lie."""

    kind: str
    content: bytes


@dataclass(frozen=True)
class Waiting:
    """A form that was printed, and when a scan of it came, if one did; instants in UTC microseconds."""

    made_at: int
    scan_at: int | None


def make(db: Connection, viewer: Viewer, minor: int, now: int) -> str:
    """A new code for the form of one's own guardianship, of which only the hash is kept; the form before counts no more.

    Raises NotFound, or Conflict for who needs none.
    """
    row = _unchecked(guarding.live(db, viewer.person, minor))
    proofs.forget(db, _form_of(row["id"]))
    code = ids.slug()[:8]
    made = {"id": ids.new(), "guardianship_id": row["id"], "method": Method.FORM.value, "begun_at": now}
    db.execute(insert(vouchings).values(**made, code_hash=secret_hash(code)))
    return code


def waiting(db: Connection, viewer: Viewer, minor: int) -> Waiting | None:
    """The viewer's own form that waits, if they made one. Raises NotFound for who is no guardian, Conflict as `make`."""
    row = _unchecked(guarding.live(db, viewer.person, minor))
    made = select(vouchings.c.begun_at, form_scans.c.at).outerjoin(form_scans).where(proofs.WAITS, _form_of(row["id"]))
    found = db.execute(made).first()
    return None if found is None else Waiting(found.begun_at, found.at)


def take_back(db: Connection, viewer: Viewer, minor: int) -> None:
    """The guardian wants their form, and its scan, gone. Raises NotFound."""
    proofs.forget(db, _form_of(guarding.live(db, viewer.person, minor)["id"]))


def hand_in(db: Connection, viewer: Viewer, minor: int, content: bytes, now: int) -> None:
    """The guardian hands in a scan of their form, in place of one before; who checks is told.

    Raises NotFound, Conflict while there is no form, Invalid or TooLarge.
    """
    row = _unchecked(guarding.live(db, viewer.person, minor))
    _keep(db, row["id"], content, now)
    deciders = select(people.c.id).where((people.c.is_server_owner == 1) | (people.c.vouches == 1))
    to = set(db.execute(deciders).scalars())
    notices.tell(db, to - {minor}, Notice.FORM_CAME, now, about=minor, by=viewer.person)


def take_in(db: Connection, viewer: Viewer, guardianship: int, content: bytes, now: int) -> None:
    """A voucher keeps a scan of the paper that was given to them. Raises as `hand_in`, and NotAllowed."""
    row = _unchecked(vouching.judged(db, viewer, guardianship, now))
    _keep(db, row["id"], content, now)


def look(db: Connection, viewer: Viewer, guardianship: int, now: int) -> Scan:
    """The scan, for a voucher who may decide. Raises NotFound or NotAllowed."""
    row = vouching.judged(db, viewer, guardianship, now, locked=False)
    scan = select(form_scans.c.kind, form_scans.c.content).join(vouchings).where(proofs.WAITS, _form_of(row["id"]))
    found = db.execute(scan).first()
    if found is None:
        raise NotFound("There is no scan, or it has been decided.")
    return Scan(found.kind, bytes(found.content))


def refuse(db: Connection, viewer: Viewer, guardianship: int, reason: str, now: int) -> None:
    """A voucher does not accept the form: it and its scan are gone, and the guardian reads why. Raises as `look`, Invalid."""
    row = vouching.judged(db, viewer, guardianship, now)
    why = vouching.sentence(reason)
    waiting = select(vouchings.c.id).where(proofs.WAITS, _form_of(row["id"]))
    if db.execute(waiting).first() is None:
        raise NotFound("There is no form to decide about.")
    proofs.forget(db, _form_of(row["id"]))
    to, about = [row["guardian_id"]], row["minor_id"]
    notices.tell(db, to, Notice.FORM_REFUSED, now, about=about, by=viewer.person, reason=why)


def forget_old(db: Connection, now: int) -> None:
    """Forms that nobody decided about in sixty days are gone, with their scans."""
    proofs.forget(db, (vouchings.c.method == Method.FORM.value) & (vouchings.c.begun_at <= now - KEPT_FOR))


def _form_of(guardianship: int) -> ColumnElement[bool]:
    return (vouchings.c.guardianship_id == guardianship) & (vouchings.c.method == Method.FORM.value)


def _unchecked(row: RowMapping) -> RowMapping:
    if row["is_full"] or row["full_at"] is not None:
        raise Conflict("This guardianship has been checked already.", code="checked-already")
    return row


def _keep(db: Connection, guardianship: int, content: bytes, now: int) -> None:
    if len(content) > MOST_BYTES:
        raise TooLarge("A scan has at most %(most)s MB.", field="scan", most=MOST_BYTES // 1_000_000)
    kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)
    if kind is None:
        raise Invalid("Choose a picture (JPEG or PNG) or a PDF.", field="scan")
    form = db.execute(select(vouchings.c.id).where(proofs.WAITS, _form_of(guardianship)).with_for_update()).scalar()
    if form is None:
        raise Conflict("Print the form first: its code ties the paper to you.", field="scan", code="no-form")
    insert_or_set(db, form_scans, vouching_id=form, kind=kind, content=content, at=now)
