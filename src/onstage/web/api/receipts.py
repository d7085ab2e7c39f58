"""Receipts of deletions: yours in a list, and each by its link for whoever has it, the ones who have left too."""

from typing import Annotated

from litestar import Response, get
from litestar.params import PathParameter
from msgspec import Struct

from onstage import ids
from onstage.accounts.viewer import Viewer
from onstage.clips.ending import receipts
from onstage.clips.ending.receipts import Receipt
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.errors import Conflict
from onstage.web.api.schemas import problems
from onstage.web.http import anyone, reads, signed_in

Secret = Annotated[str, PathParameter(max_length=60)]
Id = Annotated[int, PathParameter(ge=1, le=ids.LARGEST)]


class ReceiptOut(Struct):
    """How far a deletion is. `receipt` is the text that was signed, null before; `signature` is Ed25519 by `signer`, hex."""

    id: str
    deleted: str
    asked_at: str
    erased_at: str | None
    receipt: str | None
    signer: str | None
    signature: str | None

    @classmethod
    def of(cls, row: Receipt) -> "ReceiptOut":
        """From a row."""
        erased = None if row.erased_at is None else iso(row.erased_at)
        return cls(str(row.id), row.kind, iso(row.asked_at), erased, row.document, row.signer, row.signature)


class ReceiptsOut(Struct):
    """Your latest deletions, newest first."""

    items: list[ReceiptOut]


@get("/api/v1/me/receipts", tags=["me"], responses=problems(401), operation_id="my_receipts")
@reads(signed_in)
def mine(db: Connection, viewer: Viewer) -> ReceiptsOut:
    """The receipts of what you have deleted."""
    return ReceiptsOut([ReceiptOut.of(row) for row in receipts.mine(db, viewer)])


@get("/api/v1/receipts/{secret:str}", tags=["receipts"], responses=problems(404), operation_id="receipt")
@reads(anyone)
def by_link(db: Connection, secret: Secret) -> ReceiptOut:
    """The receipt behind a link; whoever has it may read it."""
    return ReceiptOut.of(receipts.by_secret(db, secret))


@get("/receipts/{secret:str}/file", include_in_schema=False)
@reads(anyone)
def file_by_link(db: Connection, secret: Secret) -> Response[bytes]:
    """The signed receipt as a file."""
    return _file(receipts.by_secret(db, secret))


@get("/settings/deleted/{receipt:int}", include_in_schema=False)
@reads(signed_in)
def own_file(db: Connection, viewer: Viewer, receipt: Id) -> Response[bytes]:
    """One of your signed receipts as a file."""
    return _file(receipts.own(db, viewer, receipt))


def _file(receipt: Receipt) -> Response[bytes]:
    if receipt.document is None:
        raise Conflict("This is still being deleted. Look again in a minute.", code="not-done")
    headers = {
        "content-disposition": 'attachment; filename="onstage-receipt.json"',
        "cache-control": "private, no-store",
    }
    return Response(receipt.file, media_type="application/json", headers=headers)


routes = [mine, by_link, file_by_link, own_file]
