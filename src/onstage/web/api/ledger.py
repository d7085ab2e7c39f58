"""The ledger: your own copy of it, and what the server publishes so that anybody can check one."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import msgspec
from litestar import Response, get
from litestar.response import Stream
from msgspec import Struct

from onstage import clock
from onstage.accounts import chain, export
from onstage.accounts.export import Begun, Writer
from onstage.accounts.viewer import Viewer
from onstage.clips import queries
from onstage.db.engine import Connection
from onstage.web.api.schemas import problems
from onstage.web.http import App, anyone, plain, reads, signed_in


class SignerOut(Struct):
    """A public key (Ed25519, hex) that signs from entry `since` on; the key `before` it signed its hand-over."""

    public: str
    since: int
    before: str | None
    handed_over: str | None


class PublishedOut(Struct):
    """The ledger's name, its head as receipts carry it, and every key that has signed, oldest first."""

    ledger: str
    head: str
    signature: str
    keys: list[SignerOut]


@get("/.well-known/onstage-ledger", tags=["ledger"], operation_id="ledger_keys")
@reads(anyone)
def published(app: App, db: Connection) -> PublishedOut:
    """The keys that sign the ledger, and its last entry's hash: whoever keeps them can check every copy."""
    begun = export.begin(db, app.keys, None)
    signature = chain.sign(chain.signing_keys(app.keys)[0], begun.ledger, begun.head)
    signers = [msgspec.convert(export.signer_words(each), SignerOut) for each in begun.signers]
    return PublishedOut(begun.ledger, str(begun.head), signature.hex(), signers)


@get(
    "/api/v1/me/ledger",
    tags=["me"],
    responses=problems(401),
    operation_id="my_ledger",
    media_type="application/jsonl",
)
@plain(signed_in)
def mine(app: App, viewer: Viewer) -> Response[Any]:
    """Your copy of the ledger (JSON lines): the hash of every entry, and in words those that concern you."""
    assert viewer.person is not None
    with app.database.read() as db:
        begun = export.begin(db, app.keys, viewer.person)
    headers = {
        "content-disposition": 'attachment; filename="onstage-ledger.jsonl"',
        "cache-control": "private, no-store",
    }
    return Stream(partial(_pieces, app, viewer, begun), media_type="application/jsonl", headers=headers)


def _pieces(app: App, viewer: Viewer, begun: Begun) -> Iterator[bytes]:
    writer = Writer(begun, app.keys, partial(_clip_names, viewer))
    yield writer.start(app.settings.origin, clock.now())
    while True:
        with app.database.read() as db:
            some = writer.some(db)
        if not some:
            break
        yield some
    with app.database.read() as db:
        yield writer.end(db)


def _clip_names(viewer: Viewer, db: Connection, clips: Sequence[int]) -> dict[int, str]:
    return queries.names(db, viewer, clips)


routes = [published, mine]
