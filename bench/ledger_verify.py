"""`ledger_verify`: entries a second that a copy of a ledger is checked with, beside hashing and verifying alone."""

import hashlib
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.measure import Measure, ratio
from onstage import settings
from onstage.accounts import export, ledger
from onstage.accounts.acts import Act
from onstage.accounts.ledger import Entry
from onstage.accounts.verify import verify
from onstage.clock import now
from onstage.db import migrate
from onstage.server import compose

ENTRIES = 20_000
OPENED_EVERY = 10  # one entry in ten concerns the reader
READER = 1


def measure() -> Measure:
    """A copy with a tenth of its entries open, as somebody active on a middle-sized server takes along."""
    with tempfile.TemporaryDirectory() as folder:
        written, append_rate = _copy(Path(folder))
    lines = written.splitlines(keepends=True)
    started = time.perf_counter()
    found = verify(lines)
    rate = found.entries / (time.perf_counter() - started)
    assert found.opened == ENTRIES // OPENED_EVERY
    limit = _limit(lines)
    note = "limit: one SHA-256 of every line and one signature for each open entry, nothing else"
    more: dict[str, float | str] = {
        "append_per_s": round(append_rate),
        "bytes_per_entry": round(len(written) / ENTRIES),
    }
    return Measure(round(rate), "entries/s", round(limit), ratio(limit, rate), note, more)


def _copy(folder: Path) -> tuple[bytes, float]:
    app = compose(settings.load({"ONSTAGE_DATA": str(folder)}))
    migrate.upgrade(app.database, folder)
    started = time.perf_counter()
    with app.database.write() as db:
        for number in range(ENTRIES):
            by = READER if number % OPENED_EVERY == 0 else 2 + number % 500
            ledger.append(db, app.keys, Entry(Act.YES, by=by, clip=number % 3000, fields={"version": 1}))
    append_rate = ENTRIES / (time.perf_counter() - started)
    with app.database.read() as db:
        writer = export.Writer(export.begin(db, app.keys, READER), app.keys, lambda _db, _clips: {})
        written = writer.start("https://example.org", now())
        while some := writer.some(db):
            written += some
        written += writer.end(db)
    app.close()
    return written, append_rate


def _limit(lines: list[bytes]) -> float:
    key = Ed25519PrivateKey.generate()
    signature, public = key.sign(b"message"), key.public_key()
    started = time.perf_counter()
    for number, line in enumerate(lines):
        hashlib.sha256(line).digest()
        if number % OPENED_EVERY == 0:
            public.verify(signature, b"message")
    return ENTRIES / (time.perf_counter() - started)
