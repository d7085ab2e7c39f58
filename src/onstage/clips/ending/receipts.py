"""Receipts of deletions: asked, erased, and signed once no byte of it is left in the database's own files either."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, insert, select, update

from onstage import ids
from onstage.accounts import chain, ledger
from onstage.accounts.viewer import Viewer, secret_hash
from onstage.clips.models import receipts
from onstage.clock import DAY, iso, now
from onstage.db.engine import Connection
from onstage.errors import NotFound
from onstage.keys import Keys

EVIDENCE = "This receipt does not cover evidence of a crime that the law obliges this server to keep."


@dataclass(frozen=True)
class Receipt:
    """How far a deletion is. `document` is the signed text, and `signer` and `signature` (hex) prove it, once it is done."""

    id: int
    kind: str
    asked_at: int
    erased_at: int | None
    document: str | None
    signer: str | None
    signature: str | None

    @property
    def said(self) -> dict[str, object]:
        """The document as an object; empty before it is done."""
        return dict(json.loads(self.document)) if self.document else {}

    @property
    def file(self) -> bytes:
        """What is downloaded: the text exactly as it was signed, and the signature."""
        signed = {"receipt": self.document, "signer": self.signer, "signature": self.signature}
        return json.dumps(signed, ensure_ascii=False, indent=1).encode() + b"\n"


_COLUMNS = (
    receipts.c.id,
    receipts.c.kind,
    receipts.c.asked_at,
    receipts.c.erased_at,
    receipts.c.document,
    receipts.c.signer,
    receipts.c.signature,
)


def begin(db: Connection, kind: str, person: int | None, asked_at: int) -> tuple[int, str]:
    """A receipt for what is deleted from now on: its id, and the secret of its link.

    `kind` is `clip`, `person` or `account`; `person` has it in their list, for as long as they are here.
    """
    receipt, secret = ids.new(), ids.token()
    row = {"id": receipt, "kind": kind, "person_id": person, "asked_at": asked_at, "secret_hash": secret_hash(secret)}
    db.execute(insert(receipts).values(row))
    return receipt, secret


def erased(db: Connection, receipt: int, counts: Mapping[str, int]) -> None:
    """Everything is gone but what lies unnamed in the database's files. `counts`: how many clips, accounts, files."""
    values = {"erased_at": now(), "counts": json.dumps(dict(counts))}
    db.execute(update(receipts).where(receipts.c.id == receipt).values(values))


def sign(db: Connection, keys: Keys, origin: str, backup_days: int) -> int:
    """Sign every receipt of what is erased; gives how many. `backup_days`: how long backups are kept."""
    head = str(ledger.head(db))
    key = chain.signing_keys(keys)[0]
    waiting = (receipts.c.erased_at.is_not(None)) & (receipts.c.document.is_(None))
    rows = db.execute(select(*_COLUMNS, receipts.c.counts).where(waiting)).all()
    for row in rows:
        document = {
            "onstage": "receipt",
            "format": chain.FORMAT,
            "server": origin,
            "deleted": row.kind,
            "asked": iso(row.asked_at),
            "erased": iso(row.erased_at),
            "removed": json.loads(row.counts),
            "servers": [],
            "last_backup_expires": iso(row.erased_at + backup_days * DAY)[:10],
            "not_covered": EVIDENCE,
            "ledger_head": head,
        }
        words = json.dumps(document, ensure_ascii=False)
        signed = {"signer": chain.public_bytes(key).hex(), "signature": chain.sign_receipt(key, words).hex()}
        db.execute(update(receipts).where(receipts.c.id == row.id).values(document=words, **signed))
    return len(rows)


def by_secret(db: Connection, secret: str) -> Receipt:
    """The receipt behind a link, for whoever has it. Raises NotFound."""
    return _one(db, receipts.c.secret_hash == secret_hash(secret))


def own(db: Connection, viewer: Viewer, receipt: int) -> Receipt:
    """One that the viewer asked for. Raises NotFound."""
    return _one(db, (receipts.c.id == receipt) & (receipts.c.person_id == viewer.person))


def mine(db: Connection, viewer: Viewer, limit: int = 100) -> list[Receipt]:
    """The latest that the viewer asked for, newest first."""
    theirs = select(*_COLUMNS).where(receipts.c.person_id == viewer.person)
    return [Receipt(*row) for row in db.execute(theirs.order_by(receipts.c.id.desc()).limit(limit))]


def _one(db: Connection, condition: ColumnElement[bool]) -> Receipt:
    row = db.execute(select(*_COLUMNS).where(condition)).first()
    if row is None:
        raise NotFound("There is no such receipt.")
    return Receipt(*row)
