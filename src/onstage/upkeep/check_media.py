"""The doctor compares rows with objects: what a row names and is not there, what is there and no row names."""

import shutil
from collections.abc import Iterator

from onstage import datafolder
from onstage.clips import holdings
from onstage.clips.film import mending
from onstage.clock import HOUR, now
from onstage.db.engine import Database
from onstage.errors import InUse
from onstage.settings import Settings
from onstage.storage.objects import Objects, Stored
from onstage.upkeep.findings import Finding, note, ok, wrong

GRACE = 6 * HOUR
_SHOWN = 5


def check(database: Database, objects: Objects, *, mend: bool) -> Iterator[Finding]:
    """Compare; with `mend`, make anew what is lost and can be, and remove what is old enough to be surely nobody's."""
    with database.read() as db:
        before = holdings.object_keys(db)  # what is made in the meantime is no loss
    there = list(objects.list())
    missing = before - {stored.key for stored in there}
    if missing and mend:
        with database.write() as db:
            mended = mending.mend(db, missing)
        if mended.clips or mended.accounts:
            yield ok(
                f"{mended.clips} clips get made anew what they lost; {mended.accounts} lost pictures are taken out."
            )
    with database.read() as db:
        named = holdings.object_keys(db)
        lost = holdings.owners(db, named & missing)
    stray = [stored for stored in there if stored.key not in named]
    old = [stored for stored in stray if stored.changed_at < now() - GRACE]
    if lost:
        which = ", ".join(sorted(lost)[:_SHOWN]) + (" …" if len(lost) > _SHOWN else "")
        yield wrong(
            f"Media of {len(lost)} clips or accounts is not there: {which}.",
            "`onstage doctor --media --mend` makes anew what it can. Bring the rest back from a backup, or delete it.",
        )
    if old and mend:
        objects.delete(stored.key for stored in old)
        yield ok(f"{len(old)} objects that belonged to nothing are gone ({_megabytes(old)}).")
    elif old:
        yield note(
            f"{len(old)} objects belong to nothing ({_megabytes(old)}).",
            "`onstage doctor --media --mend` removes them.",
        )
    if not lost and not old:
        yield ok(f"Every one of {len(named):,} objects that rows name is there, and nothing else is.")


def _megabytes(found: list[Stored]) -> str:
    return f"{sum(stored.bytes for stored in found) / 1_000_000:,.1f} MB"


def leftovers(settings: Settings, *, mend: bool) -> Iterator[Finding]:
    """What a restore that was broken off has left in the data folder."""
    unfinished = settings.data / "restoring"
    if not unfinished.exists():
        return
    if not mend:
        yield wrong("A restore was broken off.", "Run it again, or remove what it left: `onstage doctor --mend`.")
        return
    try:
        with datafolder.hold(settings.data):
            shutil.rmtree(unfinished)
    except InUse:
        yield note("A restore may be under way, so nothing was removed.")
    else:
        yield ok("What a broken restore had left is gone.")
